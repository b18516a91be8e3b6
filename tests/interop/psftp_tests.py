"""PuTTY's psftp and pscp: what most laboratories on Windows use, by hand or by script."""

import subprocess
import unittest
from pathlib import Path

from interop_case import InteropCase, only_consign
from payload import MIB, NAME_MARKER, SIZES, write_file

TRANSFER_LIMIT_SECONDS = 120


class PsftpTests(InteropCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        listed = subprocess.run(["ssh-keygen", "-l", "-f", cls.site.known_hosts], check=True, capture_output=True,
                                text=True).stdout
        cls.fingerprints = sorted({line.split()[1] for line in listed.splitlines()})

    def options(self, account: str) -> list[str]:
        login = self.site.login(account)
        key = self.site.folder / f"{account}.ppk"
        if not key.exists():
            subprocess.run(["puttygen", login.key, "-o", key], check=True)
        pinned = [option for fingerprint in self.fingerprints for option in ("-hostkey", fingerprint)]
        return ["-batch", "-P", str(login.port), "-i", str(key), *pinned]

    def psftp(self, account: str, *commands: str, options: list[str] | None = None) -> str:
        batch = self.local / "batch"
        batch.write_text("\n".join(commands) + "\n")
        login = self.site.login(account)
        done = subprocess.run(["psftp", *(options or self.options(account)), "-b", batch,
                               f"{login.user}@{login.host}"], capture_output=True, text=True,
                              env={"HOME": str(self.local), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                              timeout=TRANSFER_LIMIT_SECONDS)
        self.assertEqual(done.returncode, 0, f"{commands}: {done.stdout} {done.stderr}")
        return done.stdout

    def test_every_size_goes_both_ways(self) -> None:
        files = [write_file(self.local / f"{NAME_MARKER}-{size}", size) for size in SIZES]
        self.psftp("lab", *(f"put {file} {file.name}" for file in files))
        self.psftp("partner", *(f"get {file.name} {file}.back" for file in files))
        for file in files:
            self.assert_same(file, Path(f"{file}.back"))
            self.assert_delivered(file, file.name)
        self.assert_session("PuTTY")

    def test_resumes_both_ways(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        stump = self.local / "stump"
        stump.write_bytes(file.read_bytes()[: MIB + 1])
        self.psftp("lab", f"put {stump} resumed", f"reput {file} resumed")
        self.assert_delivered(file, "resumed", times=2)
        self.psftp("partner", f"reget resumed {stump}")
        self.assert_same(file, stump)

    def test_a_tree_goes_both_ways(self) -> None:
        tree = self.local / "tree"
        (tree / "sub").mkdir(parents=True)
        files = [write_file(tree / "sub" / f"{NAME_MARKER} {number}", number * 1000) for number in range(10)]
        self.psftp("lab", f"put -r {tree} tree")
        self.psftp("partner", f"get -r tree {self.local}/back")
        for file in files:
            self.assert_same(file, self.local / "back" / "sub" / file.name)

    def test_rename_list_and_remove(self) -> None:
        file = write_file(self.local / "file", 12345)
        self.psftp("lab", "mkdir folder", f"put {file} folder/one", "mv folder/one folder/two", "chmod 600 folder/two")
        self.assertRegex(self.psftp("partner", "ls folder"), r"12345 .*two")
        self.psftp("lab", "rm folder/two", "rmdir folder")
        self.assertFalse(self.partner.sees("folder"))

    def test_pscp_over_sftp(self) -> None:
        file = write_file(self.local / f"{NAME_MARKER}-pscp", MIB)
        login = self.site.login("lab")
        subprocess.run(["pscp", "-sftp", "-q", "-p", *self.options("lab"), file, f"{login.user}@{login.host}:copied"],
                       check=True, timeout=TRANSFER_LIMIT_SECONDS)
        self.assert_delivered(file, "copied")

    @only_consign
    def test_a_password_opens_the_door(self) -> None:
        file = write_file(self.local / f"{NAME_MARKER}-password", 1000)
        login = self.site.login("lab")
        options = [option for option in self.options("lab") if option not in ("-i", str(self.site.folder / "lab.ppk"))]
        self.psftp("lab", f"put {file} password", options=[*options, "-pw", login.password])
        self.assert_delivered(file, "password")
        self.assert_session("PuTTY", login="password")


if __name__ == "__main__":
    unittest.main()
