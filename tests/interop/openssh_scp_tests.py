"""OpenSSH's scp, which speaks SFTP since 9.0."""

import os
import unittest

from interop_case import InteropCase, only_consign
from openssh import OpenSsh
from payload import MIB, NAME_MARKER, NAMES, SIZES, write_file


class OpenSshScpTests(InteropCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.lab = OpenSsh(cls.site.login("lab"))

    def test_every_size_goes_both_ways(self) -> None:
        for size in SIZES:
            file = write_file(self.local / f"{NAME_MARKER}-{size}", size)
            self.lab.scp(str(file), f"{self.lab.destination()}:{file.name}")
            self.partner.scp(f"{self.partner.destination()}:{file.name}", str(self.local / "back"))
            self.assert_same(file, self.local / "back")
            self.assert_delivered(file, file.name)
        self.assert_session("OpenSSH")

    def test_names_of_every_kind(self) -> None:
        folder = self.local / "names"
        folder.mkdir()
        for name in NAMES:
            write_file(folder / os.fsdecode(name), 100)
        self.lab.scp("-r", str(folder), f"{self.lab.destination()}:names")
        for name in NAMES:
            self.assert_delivered(folder / os.fsdecode(name), b"names/" + name)

    def test_a_tree_keeps_its_times(self) -> None:
        tree = self.local / "tree"
        (tree / "sub").mkdir(parents=True)
        for number in range(10):
            file = write_file(tree / "sub" / str(number), number * MIB // 8)
            os.utime(file, (1_000_000_000 + number, 1_100_000_000 + number))
        self.lab.scp("-r", "-p", str(tree), f"{self.lab.destination()}:tree")
        self.partner.scp("-r", "-p", f"{self.partner.destination()}:tree", str(self.local / "back"))
        for file in (tree / "sub").iterdir():
            back = self.local / "back" / "sub" / file.name
            self.assert_same(file, back)
            self.assertEqual(back.stat().st_mtime, file.stat().st_mtime)

    def test_a_pattern_fetches_what_it_matches(self) -> None:
        for name in ("one.hl7", "two.hl7", "three.txt"):
            file = write_file(self.local / name, 10)
            self.lab.scp(str(file), f"{self.lab.destination()}:pattern-{name}")
        (self.local / "back").mkdir()
        self.partner.scp(f"{self.partner.destination()}:pattern-*.hl7", str(self.local / "back"))
        self.assertEqual(sorted(os.listdir(self.local / "back")), ["pattern-one.hl7", "pattern-two.hl7"])

    def test_a_folder_that_is_not_there_becomes_no_file(self) -> None:
        file = write_file(self.local / "file", 1000)
        self.assertNotEqual(self.lab.scp(str(file), f"{self.lab.destination()}:mistyped/", check=False).returncode, 0)
        self.lab.put(file, "renamed-from")
        for command in (b"put " + os.fsencode(file) + b" mistyped/", b"rename renamed-from mistyped/",
                        b"get renamed-from/ " + os.fsencode(self.local / "back"), b"rm renamed-from/"):
            self.assertNotEqual(self.lab.sftp(command, check=False).returncode, 0, command)
        self.assertFalse(self.lab.sees("mistyped"))
        self.assertTrue(self.lab.sees("renamed-from"))
        self.lab.sftp(b"mkdir made/", b"rename made/ moved/", b"rmdir moved/")

    @only_consign  # a chroot has no home that ~ could stand for
    def test_a_tilde_is_the_accounts_home(self) -> None:
        file = write_file(self.local / "file", 1000)
        self.lab.scp(str(file), f"{self.lab.destination()}:~/tilde")
        self.assert_delivered(file, "tilde")
        self.partner.scp(f"{self.partner.destination()}:~/tilde", str(self.local / "back"))
        self.assert_same(file, self.local / "back")

    @only_consign
    def test_the_old_protocol_is_refused_and_does_not_hang(self) -> None:
        file = write_file(self.local / "file", 10)
        refused = self.lab.scp("-O", str(file), f"{self.lab.destination()}:old", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertFalse(self.partner.sees("old"))


if __name__ == "__main__":
    unittest.main()
