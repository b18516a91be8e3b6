"""lftp over FTPS: mirror both ways, several connections at once, and uploads that go on."""

import os
import subprocess
import unittest

from consign_site import PASSWORD
from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, REQUIRE
from lftp_transfers import TRANSFER_LIMIT_SECONDS, LftpTransfers
from payload import MIB, NAME_MARKER, NAMES, SIZES, write_file


def quoted(name: bytes) -> bytes:
    return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


class FtpsLftpTests(LftpTransfers, FtpsCase):
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
