"""lftp over FTPS: mirror both ways, several connections at once, and uploads that go on."""

import os
import subprocess
import unittest

from consign_site import PASSWORD
from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, REQUIRE
from payload import KIB, MIB, NAME_MARKER, NAMES, SIZES, write_file

TRANSFER_LIMIT_SECONDS = 120


def quoted(name: bytes) -> bytes:
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


class FtpsLftpTests(FtpsCase):
    def lftp(self, account: str, *commands: str | bytes, listener: str = EXPLICIT, settings: tuple[str, ...] = (),
             check: bool = True) -> subprocess.CompletedProcess:
        scheme = "ftps" if listener == IMPLICIT else "ftp"
        script = ["set cmd:fail-exit yes", "set net:max-retries 1", "set net:timeout 20", "set file:charset UTF-8",
                  "set ftp:ssl-force yes", "set ftp:ssl-protect-data yes", "set ftp:ssl-protect-list yes",
                  f"set ssl:ca-file {self.site.authority}", *settings,
                  f'open -u {account},"{PASSWORD}" -p {self.site.ftps_port(listener)} {scheme}://127.0.0.1']
        lines = [os.fsencode(line) for line in [*script, *commands]]
        done = subprocess.run(["lftp", "-f", "/dev/stdin"], input=b"\n".join(lines) + b"\n", capture_output=True,
                              env=os.environ | {"LC_ALL": "C.UTF-8", "HOME": str(self.local)},
                              timeout=TRANSFER_LIMIT_SECONDS)
        if check:
            self.assertEqual(done.returncode, 0, f"{commands}: {done.stdout} {done.stderr}")
        return done

    def test_every_size_arrives_whole(self) -> None:
        for listener in (EXPLICIT, IMPLICIT, REQUIRE):
            with self.subTest(listener=listener):
                files = [write_file(self.local / f"{NAME_MARKER}-{listener}-{size}", size) for size in SIZES]
                self.lftp("lab", *(f"put {file}" for file in files), listener=listener)
                for file in files:
                    self.assert_delivered(file, file.name)
                self.assert_ftps_session("TLSv1", listener)

    def test_every_name_arrives_as_it_was_sent(self) -> None:
        self.lftp("lab", "mkdir names")
        file = write_file(self.local / "file", 1000)
        for name in NAMES:
            with self.subTest(name=name):
                self.lftp("lab", b"put " + quoted(os.fsencode(file)) + b" -o names/" + quoted(name))
                self.assert_delivered(file, b"names/" + name)
                self.lftp("partner", b"get names/" + quoted(name) + b" -o " + quoted(os.fsencode(self.local / "back")))
                self.assert_same(file, self.local / "back")
                (self.local / "back").unlink()

    def test_latin_1_names_arrive_from_a_client_that_speaks_latin_1(self) -> None:
        file = write_file(self.local / "file", 1000)
        self.lftp("lab", f"put {file} -o '{NAME_MARKER} été.txt'".encode(),
                  settings=("set ftp:use-feat no", "set ftp:charset ISO-8859-1"))
        self.assert_delivered(file, f"{NAME_MARKER} été.txt".encode("latin-1"))

    def test_mirror_goes_both_ways(self) -> None:
        tree = self.local / "tree"
        (tree / "sub").mkdir(parents=True)
        for number in range(30):
            write_file(tree / "sub" / f"{NAME_MARKER} {number}é", number * 10 * KIB)
        self.lftp("lab", f"mirror -R --parallel=4 {tree} tree")
        self.lftp("partner", f"mirror --parallel=4 tree {self.local}/back")
        for file in (tree / "sub").iterdir():
            self.assert_same(file, self.local / "back" / "sub" / file.name)
        self.assert_delivered(tree / "sub" / f"{NAME_MARKER} 29é", f"tree/sub/{NAME_MARKER} 29é")

    def test_a_second_mirror_sends_only_what_changed(self) -> None:
        tree = self.local / "again"
        tree.mkdir()
        files = [write_file(tree / f"{NAME_MARKER}-{number}", 1000) for number in range(5)]
        self.lftp("lab", f"mirror -R {tree} again")
        write_file(files[3], 2000)
        self.assertEqual(self.lftp("lab", f"mirror -R -v {tree} again").stdout.count(b"Transferring file"), 1)
        self.assert_delivered(files[3], f"again/{NAME_MARKER}-3", times=2)

    def test_put_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        stump = self.local / "stump"
        stump.write_bytes(file.read_bytes()[: MIB + 1])
        self.lftp("lab", f"put {stump} -o resumed", f"put -c {file} -o resumed")
        self.assert_delivered(file, "resumed", times=2)

    def test_get_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        part = self.local / "part"
        part.write_bytes(file.read_bytes()[: MIB + 1])
        self.lftp("lab", f"put {file} -o fetched")
        self.lftp("partner", f"get -c fetched -o {part}")
        self.assert_same(file, part)

    def test_pget_reads_one_file_in_several_places_at_once(self) -> None:
        file = write_file(self.local / "file", 8 * MIB)
        self.lftp("lab", f"put {file} -o pieces")
        self.lftp("partner", f"pget -n 4 pieces -o {self.local}/back")
        self.assert_same(file, self.local / "back")

    def test_active_mode_goes_both_ways(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        active = ("set ftp:passive-mode no",)
        for listener in (EXPLICIT, REQUIRE):
            with self.subTest(listener=listener):
                self.lftp("lab", f"put {file} -o active-{listener}", listener=listener, settings=active)
                self.assert_delivered(file, f"active-{listener}")
                back = self.local / f"back-{listener}"
                self.lftp("partner", f"get active-{listener} -o {back}", listener=listener, settings=active)
                self.assert_same(file, back)

    def test_rename_list_and_remove(self) -> None:
        file = write_file(self.local / "file", 12345)
        self.lftp("lab", "mkdir folder", f"put {file} -o folder/one", "mv folder/one folder/two")
        self.assertRegex(self.lftp("partner", "ls folder").stdout, rb"12345 .*two")
        self.assertRegex(self.lftp("partner", "nlist folder").stdout, rb"(?m)^(folder/)?two$")
        self.assertRegex(self.lftp("partner", "cls -l folder").stdout, rb"12345 .*two")
        self.lftp("lab", "rm folder/two", "rmdir folder")
        self.assertFalse(self.partner.sees("folder"))

    def test_a_reader_cannot_write(self) -> None:
        file = write_file(self.local / "file", 10)
        refused = self.lftp("partner", f"put {file} -o mine", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertRegex(refused.stderr, rb"550 .*upload")
        self.assert_refused("partner", "/lab/mine")


if __name__ == "__main__":
    unittest.main()
