"""paramiko: scripts of laboratories and partners, down to single requests."""

import io
import os
import random
import unittest
from concurrent.futures import ThreadPoolExecutor

import paramiko

from consign_site import eventually
from interop_case import InteropCase, only_consign
from paramiko_client import connected
from payload import CHUNK, KIB, MIB, NAME_MARKER, NAMES, SIZES, content, write_file


class ParamikoTests(InteropCase):
    def setUp(self) -> None:
        super().setUp()
        self.lab = self.enterContext(connected(self.site.login("lab")))
        self.reader = self.enterContext(connected(self.site.login("partner")))

    def assert_reads(self, name: str | bytes, expected: bytes) -> None:
        """The partner reads this, with requests ahead of the answers and without."""
        with self.reader.open(name) as file:
            self.assertEqual(file.stat().st_size, len(expected))
            file.prefetch()
            self.assertTrue(file.read() == expected, "prefetched")
        with self.reader.open(name) as file:
            pieces = [(offset, min(50_000, len(expected) - offset)) for offset in range(0, len(expected), 50_000)]
            random.Random(7).shuffle(pieces)
            read = dict(zip(pieces, file.readv(pieces)))
            self.assertTrue(b"".join(read[piece] for piece in sorted(pieces)) == expected, "in pieces")

    def test_every_size_goes_both_ways_and_is_confirmed(self) -> None:
        for size in SIZES:
            with self.subTest(size=size):
                file = write_file(self.local / f"{NAME_MARKER}-{size}", size)
                self.assertEqual(self.lab.put(str(file), file.name, confirm=True).st_size, size)
                self.assert_reads(file.name, file.read_bytes())
                self.assert_delivered(file, file.name)
        self.lab.sock.get_transport().close()
        self.assert_session("paramiko")

    def test_names_of_every_kind(self) -> None:
        self.lab.mkdir("names")
        for name in NAMES:
            with self.lab.open(b"names/" + name, "w") as file:
                file.write(name)
            self.assert_reads(b"names/" + name, name)
            self.lab.remove(b"names/" + name)
        self.assertEqual(self.reader.listdir("names"), [])

    def test_pieces_in_any_order_make_the_file(self) -> None:
        expected = content(3 * MIB + 777, "shuffled")
        for piece in (1000, 32 * KIB, CHUNK, 255 * KIB):
            with self.subTest(piece=piece):
                offsets = list(range(0, len(expected), piece))
                random.Random(piece).shuffle(offsets)
                with self.lab.open(f"shuffled-{piece}", "w") as file:
                    file.set_pipelined(True)
                    for offset in offsets:
                        file.seek(offset)
                        file.write(expected[offset:offset + piece])
                self.assert_reads(f"shuffled-{piece}", expected)

    def test_pieces_that_overlap_and_come_twice(self) -> None:
        rng = random.Random(4)
        expected = bytearray(300_000)
        with self.lab.open("overlapping", "w") as file:
            for _ in range(200):
                offset = rng.randrange(len(expected))
                piece = rng.randbytes(min(rng.randrange(1, 90_000), len(expected) - offset))
                expected[offset:offset + len(piece)] = piece
                file.seek(offset)
                file.write(piece)
            file.truncate(len(expected))
        self.assert_reads("overlapping", bytes(expected))

    def test_what_was_never_written_reads_as_zeros(self) -> None:
        with self.lab.open("holes", "w") as file:
            file.seek(5 * CHUNK + 3)
            file.write(b"end")
        self.assert_reads("holes", bytes(5 * CHUNK + 3) + b"end")

    def test_an_open_upload_is_cut_and_extended(self) -> None:
        whole = content(200_000, "cut")
        with self.lab.open("cut", "w") as file:
            file.write(whole)
            file.truncate(70_000)
            self.assertEqual(file.stat().st_size, 70_000)
            file.truncate(150_000)
        self.assert_reads("cut", whole[:70_000] + bytes(80_000))

    def test_the_depositor_reads_back_what_is_open(self) -> None:
        whole = content(300_000, "back")
        with self.lab.open("back", "w+") as file:
            file.write(whole)
            file.seek(100_000)
            self.assertTrue(file.read(100_000) == whole[100_000:200_000])
            file.seek(0)
            file.write(b"!")
            file.seek(0)
            self.assertEqual(file.read(1), b"!")
        self.assert_reads("back", b"!" + whole[1:])

    @only_consign
    def test_what_is_open_is_seen_by_its_depositor_alone(self) -> None:
        with self.lab.open("unfinished", "w") as file:
            file.write(content(MIB, "unfinished"))
            self.assertEqual(self.lab.stat("unfinished").st_size, MIB)
            self.assertIn("unfinished", self.lab.listdir())
            self.assertNotIn("unfinished", self.reader.listdir())
            for refused in (self.reader.stat, self.reader.open):
                with self.assertRaises(FileNotFoundError):
                    refused("unfinished")
        self.assertIn("unfinished", self.reader.listdir())

    @only_consign
    def test_a_temporary_name_is_no_deposit_until_it_is_renamed(self) -> None:
        whole = content(100_000, "temporary")
        with self.lab.open("result.hl7.part", "w") as file:
            file.write(whole)
        self.assertNotIn("result.hl7.part", self.reader.listdir())
        self.assertEqual(self.events_of("lab", "deposited", "/lab/result.hl7"), [])
        self.lab.rename("result.hl7.part", "result.hl7")
        self.assert_reads("result.hl7", whole)

    def test_an_append_goes_to_the_end(self) -> None:
        with self.lab.open("appended", "w") as file:
            file.write(b"one ")
        with self.lab.open("appended", "a") as file:
            file.write(b"two ")
            file.write(b"three")
        self.assert_reads("appended", b"one two three")

    def test_a_change_in_the_middle_keeps_the_rest(self) -> None:
        whole = content(3 * CHUNK, "middle")
        with self.lab.open("middle", "w") as file:
            file.write(whole)
        with self.lab.open("middle", "r+") as file:
            file.seek(CHUNK + 5)
            file.write(b"changed")
        self.assert_reads("middle", whole[:CHUNK + 5] + b"changed" + whole[CHUNK + 12:])

    def test_exclusive_creation_refuses_what_is_there(self) -> None:
        self.lab.open("once", "wx").close()
        with self.assertRaises(OSError):
            self.lab.open("once", "wx")

    def test_rename_refuses_what_is_there_and_posix_rename_replaces_it(self) -> None:
        for name, text in (("left", b"left"), ("right", b"right")):
            with self.lab.open(name, "w") as file:
                file.write(text)
        with self.assertRaises(OSError):
            self.lab.rename("left", "right")
        self.assert_reads("right", b"right")
        self.lab.posix_rename("left", "right")
        self.assert_reads("right", b"left")
        self.assertNotIn("left", self.reader.listdir())

    def test_attributes_and_folders(self) -> None:
        self.lab.mkdir("folder")
        self.lab.putfo(io.BytesIO(b"x" * 10), "folder/file")
        self.lab.utime("folder/file", (1_000_000_000, 1_100_000_000))
        self.lab.chmod("folder/file", 0o600)
        facts = self.reader.stat("folder/file")
        self.assertEqual((facts.st_size, facts.st_mtime), (10, 1_100_000_000))
        listed, = self.reader.listdir_attr("folder")
        self.assertEqual((listed.filename, listed.st_size), ("file", 10))
        self.assertEqual(self.lab.normalize("folder/../folder/./file"), "/folder/file")
        self.lab.chdir("folder")
        self.assertEqual(self.lab.listdir(), ["file"])
        for wrong in (lambda: self.lab.rmdir("/folder"), lambda: self.lab.remove("/folder"),
                      lambda: self.lab.open("/folder", "w"), lambda: self.lab.mkdir("/folder")):
            with self.assertRaises(OSError):
                wrong()
        self.lab.remove("file")
        self.lab.rmdir("/folder")
        self.assertNotIn("folder", self.reader.listdir())

    def test_a_thousand_names_are_all_listed_once(self) -> None:
        self.lab.mkdir("thousand")
        for number in range(1000):
            self.lab.open(f"thousand/{NAME_MARKER}-{number}", "w").close()
        self.assertEqual(sorted(self.reader.listdir("thousand")),
                         sorted(f"{NAME_MARKER}-{number}" for number in range(1000)))

    @only_consign
    def test_a_password_opens_the_door_and_a_wrong_one_does_not(self) -> None:
        login = self.site.login("lab")
        for password, opens in ((login.password, True), (login.password + "!", False), ("", False)):
            client = paramiko.SSHClient()
            self.addCleanup(client.close)
            client.load_host_keys(str(login.known_hosts))
            attempt = lambda: client.connect(login.host, login.port, login.user, password, allow_agent=False,
                                             look_for_keys=False)
            if opens:
                attempt()
            else:
                self.assertRaises(paramiko.AuthenticationException, attempt)
        self.assertTrue(self.events_of("lab", "login_failed"))

    @only_consign  # who comes second takes the upload over
    def test_several_sessions_may_replace_one_file_at_once(self) -> None:
        staging = self.site.folder / "data" / "staging"
        before = {*os.listdir(staging)}
        self.put_at_once(1)  # it is there
        ends = self.put_at_once(6)
        self.assertGreater(ends.count(""), 0)
        self.assertLessEqual({end for end in ends if end}, {
            "this upload is over: another session goes on with it, or its name was removed",
            "another session is just about to open or complete this file: try again"})
        self.assertEqual(len(self.lab.open("shared").read()), 2000)
        self.lab.remove("shared")
        eventually(lambda: before == {*os.listdir(staging)}, "nothing of it is left in staging")

    def put_at_once(self, sessions: int) -> list[str]:
        """Each writes ten versions; how each ended, "" where it was a deposit."""
        def write(number: int) -> list[str]:
            ends = []
            with connected(self.site.login("lab")) as client:
                for _ in range(10):
                    try:
                        with client.open("shared", "wb") as file:
                            file.write(bytes([number]) * 2000)
                        ends.append("")
                    except OSError as error:
                        ends.append(str(error))
            return ends
        with ThreadPoolExecutor(sessions) as pool:
            return [end for ends in pool.map(write, range(sessions)) for end in ends]


if __name__ == "__main__":
    unittest.main()
