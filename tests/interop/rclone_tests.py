"""rclone: copies, checks, and writes one file's pieces concurrently and out of order."""

import os
import subprocess
import unittest

from interop_case import InteropCase
from payload import KIB, MIB, NAME_MARKER, SIZES, UTF8_NAMES, write_file

TRANSFER_LIMIT_SECONDS = 120


class RcloneTests(InteropCase):
    def rclone(self, account: str, *arguments: str) -> str:
        login = self.site.login(account)
        remote = {"TYPE": "sftp", "HOST": login.host, "PORT": str(login.port), "USER": login.user,
                  "KEY_FILE": str(login.key), "KNOWN_HOSTS_FILE": str(login.known_hosts)}
        environment = {f"RCLONE_CONFIG_CONSIGN_{name}": value for name, value in remote.items()}
        done = subprocess.run(["rclone", "--config", "", "--retries", "1", "--low-level-retries", "1", *arguments],
                              env=os.environ | environment | {"HOME": str(self.local)}, capture_output=True,
                              text=True, timeout=TRANSFER_LIMIT_SECONDS)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done.stdout

    def tree(self) -> str:
        tree = self.local / "tree"
        (tree / "sub" / "deep").mkdir(parents=True)
        for size in SIZES:
            write_file(tree / "sub" / f"{NAME_MARKER}-{size}", size)
        for name in UTF8_NAMES:
            write_file(tree / "sub" / "deep" / os.fsdecode(name), 100)
        return str(tree)

    def test_copy_and_check_agree(self) -> None:
        tree = self.tree()
        self.rclone("lab", "copy", tree, "consign:tree")
        self.rclone("lab", "check", "--download", tree, "consign:tree")
        self.rclone("partner", "copy", "consign:tree", str(self.local / "back"))
        for size in SIZES:
            file = self.local / "tree" / "sub" / f"{NAME_MARKER}-{size}"
            self.assert_same(file, self.local / "back" / "sub" / file.name)
            self.assert_delivered(file, f"tree/sub/{file.name}")
        self.assert_session("rclone")

    def test_a_second_copy_sends_nothing(self) -> None:
        tree = self.tree()
        self.rclone("lab", "copy", tree, "consign:again")
        deposits = len(self.events_of("lab", "deposited")) if hasattr(self.site, "events") else 0
        self.rclone("lab", "copy", tree, "consign:again")
        if deposits:
            self.assertEqual(len(self.events_of("lab", "deposited")), deposits)

    def test_concurrent_writes_out_of_order(self) -> None:
        file = write_file(self.local / "file", 24 * MIB + 12345)
        for name, options in (("default", ()),
                              ("odd", ("--sftp-chunk-size", "10001B", "--sftp-concurrency", "128")),
                              ("large", ("--sftp-chunk-size", "255KiB", "--sftp-concurrency", "64")),
                              ("in-order", ("--sftp-disable-concurrent-writes", "--sftp-disable-concurrent-reads"))):
            with self.subTest(name=name):
                self.rclone("lab", *options, "copyto", str(file), f"consign:{name}")
                self.assert_delivered(file, name)
                self.rclone("partner", *options, "copyto", f"consign:{name}", str(self.local / name))
                self.assert_same(file, self.local / name)

    def test_several_streams_read_one_file(self) -> None:
        file = write_file(self.local / "file", 16 * MIB)
        self.rclone("lab", "copyto", str(file), "consign:streams")
        self.rclone("partner", "--multi-thread-cutoff", "1MiB", "--multi-thread-streams", "8", "copyto",
                    "consign:streams", str(self.local / "back"))
        self.assert_same(file, self.local / "back")

    def test_many_files_at_once(self) -> None:
        many = self.local / "many"
        many.mkdir()
        for number in range(200):
            write_file(many / f"{NAME_MARKER}-{number}", number * 997 % (200 * KIB))
        self.rclone("lab", "--transfers", "16", "copy", str(many), "consign:many")
        self.rclone("partner", "check", "--download", str(many), "consign:many")

    def test_sync_removes_and_moves(self) -> None:
        tree = self.tree()
        self.rclone("lab", "copy", tree, "consign:moved")
        self.rclone("lab", "moveto", f"consign:moved/sub/{NAME_MARKER}-1", "consign:moved/elsewhere")
        self.rclone("lab", "sync", tree, "consign:moved")
        self.rclone("partner", "check", "--download", tree, "consign:moved")
        self.rclone("lab", "purge", "consign:moved")
        self.assertFalse(self.partner.sees("moved"))


if __name__ == "__main__":
    unittest.main()
