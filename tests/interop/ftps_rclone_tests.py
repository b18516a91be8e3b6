"""rclone over FTPS: copies, checks, and many files at once."""

import os
import subprocess
import unittest

from consign_site import PASSWORD
from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT
from payload import KIB, NAME_MARKER, SIZES, UTF8_NAMES, write_file

TRANSFER_LIMIT_SECONDS = 120


class FtpsRcloneTests(FtpsCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.obscured = subprocess.run(["rclone", "obscure", PASSWORD], check=True, capture_output=True,
                                      text=True).stdout.strip()

    def rclone(self, account: str, *arguments: str, listener: str = EXPLICIT) -> str:
        remote = {"TYPE": "ftp", "HOST": "127.0.0.1", "PORT": str(self.site.ftps_port(listener)), "USER": account,
                  "PASS": self.obscured, "TLS" if listener == IMPLICIT else "EXPLICIT_TLS": "true"}
        environment = {f"RCLONE_CONFIG_CONSIGN_{name}": value for name, value in remote.items()}
        environment |= {"HOME": str(self.local), "SSL_CERT_FILE": str(self.site.authority)}
        done = subprocess.run(["rclone", "--config", "", "--retries", "1", "--low-level-retries", "1", *arguments],
                              env=os.environ | environment, capture_output=True, text=True,
                              timeout=TRANSFER_LIMIT_SECONDS)
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
        for listener in (EXPLICIT, IMPLICIT):
            with self.subTest(listener=listener):
                self.rclone("lab", "copy", tree, f"consign:{listener}", listener=listener)
                self.rclone("lab", "check", "--download", tree, f"consign:{listener}", listener=listener)
                back = self.local / f"back-{listener}"
                self.rclone("partner", "copy", f"consign:{listener}", str(back), listener=listener)
                for size in SIZES:
                    file = self.local / "tree" / "sub" / f"{NAME_MARKER}-{size}"
                    self.assert_same(file, back / "sub" / file.name)
                    self.assert_delivered(file, f"{listener}/sub/{file.name}")
                self.assert_ftps_session("TLSv1.3", listener)

    def test_a_second_copy_sends_nothing(self) -> None:
        tree = self.tree()
        self.rclone("lab", "copy", tree, "consign:again")
        deposits = len(self.events_of("lab", "deposited"))
        self.rclone("lab", "copy", tree, "consign:again")
        self.assertEqual(len(self.events_of("lab", "deposited")), deposits)

    def test_many_files_at_once(self) -> None:
        many = self.local / "many"
        many.mkdir()
        for number in range(100):
            write_file(many / f"{NAME_MARKER}-{number}", number * 997 % (200 * KIB))
        self.rclone("lab", "--transfers", "8", "copy", str(many), "consign:many")
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
