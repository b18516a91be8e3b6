"""sshfs: the account's tree as a folder, for programs that know nothing of SFTP."""

import os
import shutil
import subprocess
import sys
import unittest

from consign_site import eventually
from interop_case import InteropCase
from openssh import OpenSsh
from payload import KIB, MIB, NAME_MARKER, SIZES, UTF8_NAMES, write_file

SKIPPED = 77  # what CTest is told by SKIP_RETURN_CODE
UNMOUNT_LIMIT_SECONDS = 20


class SshfsTests(InteropCase):
    def setUp(self) -> None:
        super().setUp()
        login = self.site.login("lab")
        self.folder = self.local / "mounted"
        self.folder.mkdir()
        subprocess.run(["sshfs", f"{login.user}@{login.host}:/", self.folder, "-p", str(login.port),
                        *OpenSsh(login).options(), "-o", "dir_cache=no"], check=True, timeout=30)
        self.addCleanup(self.unmount)

    def unmount(self) -> None:
        if os.path.ismount(self.folder):
            subprocess.run(["fusermount3", "-u", self.folder], check=True, timeout=UNMOUNT_LIMIT_SECONDS)
            eventually(lambda: not os.path.ismount(self.folder), "sshfs has let go")

    def test_every_size_is_copied_both_ways(self) -> None:
        for size in SIZES:
            with self.subTest(size=size):
                file = write_file(self.local / f"{NAME_MARKER}-{size}", size)
                shutil.copyfile(file, self.folder / file.name)
                self.assert_same(file, self.folder / file.name)
                self.assert_delivered(file, file.name)
        self.unmount()
        self.assert_session("OpenSSH")

    def test_names_folders_and_renames(self) -> None:
        (self.folder / "folder").mkdir()
        for name in UTF8_NAMES:
            (self.folder / "folder" / os.fsdecode(name)).write_bytes(name)
        self.assertEqual(sorted(os.listdir(os.fsencode(self.folder / "folder"))), sorted(UTF8_NAMES))
        os.rename(self.folder / "folder", self.folder / "renamed")
        (self.folder / "renamed" / os.fsdecode(UTF8_NAMES[0])).unlink()
        self.assertEqual(len(os.listdir(self.folder / "renamed")), len(UTF8_NAMES) - 1)
        shutil.rmtree(self.folder / "renamed")
        self.assertFalse(self.partner.sees("renamed"))

    def test_copies_keep_their_times(self) -> None:
        file = write_file(self.local / "timed", 1000)
        os.utime(file, (1_000_000_000, 1_100_000_000))
        for _ in range(2):  # a new file, and over it
            shutil.copy2(file, self.folder / "timed")
            self.assertEqual(int((self.folder / "timed").stat().st_mtime), 1_100_000_000)
        (self.folder / "touched").touch()

    def test_two_readers_at_different_places(self) -> None:
        file = write_file(self.local / "file", 4 * MIB)
        shutil.copyfile(file, self.folder / "places")
        with open(self.folder / "places", "rb") as left, open(self.folder / "places", "rb") as right:
            whole = file.read_bytes()
            right.seek(3 * MIB)
            for offset in range(0, MIB, 64 * KIB):
                self.assertEqual(left.read(64 * KIB), whole[offset:offset + 64 * KIB])
                self.assertEqual(right.read(64 * KIB), whole[3 * MIB + offset:3 * MIB + offset + 64 * KIB])


if __name__ == "__main__":
    if not os.path.exists("/dev/fuse") or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        print("skipped: /dev/fuse is not there, or not for us")
        sys.exit(SKIPPED)
    unittest.main()
