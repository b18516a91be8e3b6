"""rclone: copies, checks, and writes one file's pieces concurrently and out of order."""

import unittest

from interop_case import InteropCase
from payload import MIB, NAME_MARKER, SIZES, write_file
from rclone_transfers import RcloneTransfers


class RcloneTests(RcloneTransfers, InteropCase):
    many_files = 200
    transfers_at_once = 16

    def rclone(self, account: str, *arguments: str) -> str:
        login = self.site.login(account)
        remote = {"TYPE": "sftp", "HOST": login.host, "PORT": str(login.port), "USER": login.user,
                  "KEY_FILE": str(login.key), "KNOWN_HOSTS_FILE": str(login.known_hosts)}
        return self.run_rclone(remote, {}, *arguments)

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


if __name__ == "__main__":
    unittest.main()
