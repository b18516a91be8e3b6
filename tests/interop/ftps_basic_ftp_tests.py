"""Node programs on npm's basic-ftp."""

import os
import subprocess
import unittest
from pathlib import Path

from consign_site import PASSWORD
from ftps_case import VERSIONS, FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, REQUIRE
from payload import NAME_MARKER, SIZES, UTF8_NAMES, write_file

PROGRAM = Path(__file__).with_name("ftps") / "transfers.cjs"
PACKAGES = Path(__file__).resolve().parents[2] / "build" / "npm" / "node_modules"  # where `./dev setup` puts them
RUN_LIMIT_SECONDS = 60


class FtpsBasicFtpTests(FtpsCase):
    def transfers(self, listener: str, version: str, password: str = PASSWORD,
                  sizes: list[int] = SIZES[1:]) -> subprocess.CompletedProcess:
        self.remote = f"{listener}-{version}-{len(sizes)}"
        self.up, self.down = self.local / f"up-{self.remote}", self.local / f"down-{self.remote}"
        self.up.mkdir()
        self.down.mkdir()
        for size in sizes:
            write_file(self.up / f"{NAME_MARKER}-{size}", size)
        for name in UTF8_NAMES:
            write_file(self.up / os.fsdecode(name), 100)
        return subprocess.run(["node", PROGRAM, "implicit" if listener == IMPLICIT else "explicit", version,
                               str(self.site.ftps_port(listener)), "lab", password, self.site.authority, self.up,
                               self.down, self.remote],
                              env=os.environ | {"NODE_PATH": str(PACKAGES)}, capture_output=True, text=True,
                              timeout=RUN_LIMIT_SECONDS)

    def test_it_brings_and_fetches_a_folder(self) -> None:
        for listener in (EXPLICIT, IMPLICIT, REQUIRE):
            for version in VERSIONS:
                with self.subTest(listener=listener, version=version):
                    done = self.transfers(listener, version.name.replace("_", "."))
                    self.assertEqual(done.returncode, 0, done.stderr)
                    for file in self.up.iterdir():
                        self.assert_same(file, self.down / file.name)
                    for file in list(self.up.iterdir())[::3]:
                        self.assert_delivered(file, f"{self.remote}/{file.name}")
                    self.assert_ftps_session(version.name.replace("_", "."), listener)

    def test_an_empty_file_arrives_if_node_says_that_it_ended(self) -> None:
        """On a connection that it never wrote to, Node may or may not send close_notify before it hangs up."""
        done = self.transfers(EXPLICIT, "TLSv1.2", sizes=[0])
        name = f"{self.remote}/{NAME_MARKER}-0"
        if done.returncode == 0:
            self.assert_delivered(self.up / f"{NAME_MARKER}-0", name)
        else:
            self.assertIn("426", done.stderr)
            self.assertFalse(self.partner.sees(name))

    def test_a_wrong_password_is_refused(self) -> None:
        self.assertIn("530", self.transfers(EXPLICIT, "TLSv1.3", "wrong").stderr)


if __name__ == "__main__":
    unittest.main()
