"""rclone over FTPS: copies, checks, and many files at once."""

import subprocess
import unittest

from consign_site import PASSWORD
from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT
from payload import NAME_MARKER, SIZES
from rclone_transfers import RcloneTransfers


class FtpsRcloneTests(RcloneTransfers, FtpsCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.obscured = subprocess.run(["rclone", "obscure", PASSWORD], check=True, capture_output=True,
                                      text=True).stdout.strip()

    def rclone(self, account: str, *arguments: str, listener: str = EXPLICIT) -> str:
        remote = {"TYPE": "ftp", "HOST": "127.0.0.1", "PORT": str(self.site.ftps_port(listener)), "USER": account,
                  "PASS": self.obscured, "TLS" if listener == IMPLICIT else "EXPLICIT_TLS": "true"}
        return self.run_rclone(remote, {"SSL_CERT_FILE": str(self.site.authority)}, *arguments)

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


if __name__ == "__main__":
    unittest.main()
