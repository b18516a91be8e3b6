"""OpenSSH's sftp: every command that a laboratory or a partner may type."""

import os
import unittest

from consign_site import eventually
from interop_case import STOCK, InteropCase, only_consign
from openssh import OpenSsh, quoted
from payload import GIB, KIB, MIB, NAME_MARKER, NAMES, SIZES, write_file


class OpenSshSftpTests(InteropCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.lab = OpenSsh(cls.site.login("lab"))

    def file(self, size: int, name: str = f"{NAME_MARKER}.hl7"):
        return write_file(self.local / name, size)

    def test_every_size_arrives_whole(self) -> None:
        files = [self.file(size, f"{NAME_MARKER}-{size}") for size in SIZES]
        self.lab.sftp(*(b"put " + quoted(file) + b" " + quoted(file.name) for file in files))
        for file in files:
            self.assert_delivered(file, file.name)
        self.assert_session("OpenSSH")

    def test_every_name_arrives_as_it_was_sent(self) -> None:
        self.lab.sftp(b"mkdir names")
        for name in NAMES:
            with self.subTest(name=name):
                file = self.file(1000)
                self.lab.put(file, b"names/" + name)
                self.assert_delivered(file, b"names/" + name)
        listed = self.partner.sftp(b"ls -1 names").stdout.splitlines()[1:]
        self.assertEqual(len(listed), len(NAMES))
        self.assertIn(b"names/" + NAMES[0], listed)

    def test_a_name_of_256_bytes_is_refused(self) -> None:
        refused = self.lab.sftp(b"put " + quoted(self.file(1)) + b" " + b"n" * 256, check=False)
        self.assertNotEqual(refused.returncode, 0)

    def test_one_gibibyte_both_ways(self) -> None:
        file = self.file(GIB)
        self.lab.put(file, "large")
        self.assert_delivered(file, "large")
        self.lab.sftp(b"rm large")

    def test_small_requests_and_one_at_a_time(self) -> None:
        file = self.file(MIB + 7)
        self.lab.sftp(b"put " + quoted(file) + b" slow", options=("-B", "1000", "-R", "1"))
        self.assert_delivered(file, "slow")
        self.partner.sftp(b"get slow " + quoted(self.local / "back"), options=("-B", "333", "-R", "128"))
        self.assert_same(file, self.local / "back")

    def test_reput_goes_on_where_a_shorter_file_ends(self) -> None:
        file = self.file(3 * MIB + 5)
        stump = self.local / "stump"
        stump.write_bytes(file.read_bytes()[: MIB + 11])
        self.lab.put(stump, "resumed")
        self.lab.sftp(b"reput " + quoted(file) + b" resumed")
        self.assert_delivered(file, "resumed", times=2)

    def test_reget_goes_on_where_a_shorter_file_ends(self) -> None:
        file = self.file(3 * MIB + 5)
        self.lab.put(file, "fetched")
        part = self.local / "part"
        part.write_bytes(file.read_bytes()[: MIB + 11])
        self.partner.sftp(b"reget fetched " + quoted(part))
        self.assert_same(file, part)

    def test_put_over_a_file_replaces_it(self) -> None:
        long, short = self.file(2 * MIB, "long"), self.file(10, "short")
        self.lab.put(long, "replaced")
        self.lab.put(short, "replaced")
        self.assert_delivered(short, "replaced", times=2)

    def test_rename_moves_the_name_and_keeps_the_content(self) -> None:
        file = self.file(100 * KIB)
        self.lab.put(file, "before")
        self.lab.sftp(b"rename before after")
        self.assertFalse(self.partner.sees("before"))
        self.assert_same(file, self.partner.get("after", self.local / "back"))
        if not STOCK:
            row, = self.events_of("lab", "renamed", "/lab/before")
            self.assertEqual((row["second_path"], row["outcome"]), ("/lab/after", "granted"))

    def test_rename_over_a_file_replaces_it(self) -> None:
        first, second = self.file(10, "first"), self.file(20, "second")
        self.lab.sftp(b"put " + quoted(first) + b" one", b"put " + quoted(second) + b" two", b"rename one two")
        self.assert_same(first, self.partner.get("two", self.local / "back"))
        self.assertFalse(self.partner.sees("one"))

    def test_cp_copies_at_the_server(self) -> None:
        file = self.file(MIB + 3)
        self.lab.put(file, "original")
        self.lab.sftp(b"cp original copied")
        self.assert_delivered(file, "copied")
        self.assert_same(file, self.partner.get("original", self.local / "original"))

    def test_folders_are_made_listed_and_removed(self) -> None:
        file = self.file(MIB)
        self.lab.sftp(b"mkdir a", b"mkdir a/b", b"put " + quoted(file) + b" a/b/c", b"cd a/b", b"pwd")
        full = self.lab.sftp(b"rmdir a/b", check=False)
        self.assertNotEqual(full.returncode, 0)
        self.assertRegex(self.partner.sftp(b"ls -l a/b").stdout, rb"-r\S+ .* 1048576 .*c")
        self.assertRegex(self.partner.sftp(b"ls -la a").stdout, rb"dr\S+ .* a?/?b")
        self.lab.sftp(b"rm a/b/c", b"rmdir a/b", b"rmdir a")
        self.assertFalse(self.partner.sees("a"))

    def test_a_folder_goes_up_and_down_with_all_below_it(self) -> None:
        tree = self.local / "tree"
        (tree / "sub" / "empty").mkdir(parents=True)
        for number in range(40):
            write_file(tree / "sub" / f"{NAME_MARKER} {number}", number * 100)
        self.lab.sftp(b"put -R " + quoted(tree) + b" tree")
        self.partner.sftp(b"get -R tree " + quoted(self.local / "back"))
        for file in (tree / "sub").glob("ivory*"):
            self.assert_same(file, self.local / "back" / "sub" / file.name)
        self.assertTrue((self.local / "back" / "sub" / "empty").is_dir())

    def test_times_and_modes_are_tolerated_and_times_are_kept(self) -> None:
        file = self.file(10)
        os.utime(file, (1_000_000_000, 1_000_000_000))
        self.lab.sftp(b"put -p " + quoted(file) + b" dated", b"chmod 600 dated", b"chown 1000 dated",
                      b"chgrp 1000 dated")
        self.assertRegex(self.partner.sftp(b"ls -l dated").stdout, rb"Sep +9 +2001")

    def test_df_tells_the_space(self) -> None:
        told = self.lab.sftp(b"df", b"df -i").stdout.split(b"\n")
        self.assertRegex(b" ".join(told), rb"Avail.*\d+.*\d+%")

    @only_consign
    def test_links_are_refused_with_a_reason(self) -> None:
        self.lab.put(self.file(10), "target")
        for command in (b"ln target link", b"ln -s target link"):
            refused = self.lab.sftp(command, check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertRegex(refused.stderr, rb"(?i)not support|unsupported|denied")
        self.assertFalse(self.partner.sees("link"))

    def test_what_is_not_there_is_said_to_be_missing(self) -> None:
        for command in (b"get nothing", b"rm nothing", b"rename nothing x", b"ls nothing", b"cd nothing"):
            refused = self.lab.sftp(command, check=False)
            self.assertNotEqual(refused.returncode, 0, command)
            self.assertRegex(refused.stderr, rb"(?i)no such file|not found", command)

    def test_a_batch_ends_at_its_first_failure(self) -> None:
        file = quoted(self.file(10))
        ended = self.lab.sftp(b"put " + file + b" kept", b"rm nothing", b"put " + file + b" never", check=False)
        self.assertNotEqual(ended.returncode, 0)
        self.assertTrue(self.partner.sees("kept"))
        self.assertFalse(self.partner.sees("never"))

    def test_many_small_files_in_one_session(self) -> None:
        file = self.file(1000)
        self.lab.sftp(b"mkdir many", *(b"put " + quoted(file) + b" many/%d" % number for number in range(300)))
        listed = self.partner.sftp(b"ls -1 many").stdout.split()
        self.assertEqual(len([name for name in listed if name.startswith(b"many/")]), 300)
        self.assert_delivered(file, "many/299")


@only_consign
class RightsTests(InteropCase):
    """What policy does not grant is refused, said to be refused, and written down."""

    def test_a_reader_cannot_write(self) -> None:
        file = write_file(self.local / "file", 10)
        OpenSsh(self.site.login("lab")).put(file, "theirs")
        for command in (b"put " + quoted(file) + b" mine", b"put " + quoted(file) + b" theirs", b"rm theirs",
                        b"rename theirs mine", b"mkdir mine"):
            refused = self.partner.sftp(command, check=False)
            self.assertNotEqual(refused.returncode, 0, command)
            self.assertRegex(refused.stderr, rb"(?i)permission denied", command)
        self.assert_refused("partner", "/lab/mine")
        self.assert_refused("partner", "/lab/theirs")
        self.assert_same(file, self.partner.get("theirs", self.local / "back"))

    def test_one_who_may_only_bring_cannot_look(self) -> None:
        drop = OpenSsh(self.site.login("drop"))
        file = write_file(self.local / "file", 10)
        drop.put(file, "in/brought.txt")
        for command in (b"get in/brought.txt " + quoted(self.local / "back"), b"rm in/brought.txt",
                        b"put " + quoted(file) + b" elsewhere.txt"):
            self.assertNotEqual(drop.sftp(command, check=False).returncode, 0, command)
        self.assert_refused("drop", "/drop/in/brought.txt")
        self.assert_delivered(file, "in/brought.txt", by="drop", home="/drop",
                              reader=OpenSsh(self.site.login("collector")))

    def test_a_route_puts_a_copy_where_the_policy_says(self) -> None:
        file = write_file(self.local / "file", 70 * KIB)
        sealed = len(list(self.site.data.glob("vault/*/*")))
        OpenSsh(self.site.login("drop")).put(file, f"in/{NAME_MARKER}.hl7")
        self.assert_same(file, self.partner.get(f"routed/{NAME_MARKER}.hl7", self.local / "back"))
        self.assertEqual(len(list(self.site.data.glob("vault/*/*"))), sealed + 1, "a copy moves no byte")

    def test_dots_do_not_lead_out_of_the_home(self) -> None:
        file = write_file(self.local / "file", 10)
        OpenSsh(self.site.login("drop")).put(file, "in/inside.txt")
        lab = OpenSsh(self.site.login("lab"))
        self.assertNotEqual(lab.sftp(b"get ../drop/in/inside.txt " + quoted(self.local / "back"),
                                     check=False).returncode, 0)
        lab.sftp(b"put " + quoted(file) + b" ../../../climbed")
        self.assertTrue(self.partner.sees("climbed"))

    def test_a_stranger_is_refused_and_written_down(self) -> None:
        stranger = OpenSsh(self.site.login("lab")._replace(key=self.site.login("partner").key))
        self.assertNotEqual(stranger.sftp(b"ls", check=False).returncode, 0)
        eventually(lambda: self.events_of("lab", "login_failed"), "the refused key in the ledger")
        nobody = OpenSsh(self.site.login("lab")._replace(user="nobody-here"))
        self.assertNotEqual(nobody.sftp(b"ls", check=False).returncode, 0)
        eventually(lambda: [row for row in self.site.events("--action", "login_failed") if not row["account"]],
                   "the unknown account in the ledger")

    def test_shell_command_and_forwarding_are_refused(self) -> None:
        lab = OpenSsh(self.site.login("lab"))
        for arguments in ((), ("id",), ("-s", "netconf"), ("-W", "127.0.0.1:22")):
            self.assertNotEqual(lab.ssh(*arguments).returncode, 0, arguments)
        self.assertTrue(self.events_of("lab", "request_refused"))


if __name__ == "__main__":
    unittest.main()
