"""Java programs on commons-net: TLS 1.2 as most of them speak it, with and without session reuse."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from consign_site import PASSWORD
from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, REQUIRE
from payload import NAME_MARKER, SIZES, UTF8_NAMES, write_file

SOURCE = Path(__file__).with_name("ftps") / "Transfers.java"
LIBRARY = "/usr/share/java/commons-net.jar"
RUN_LIMIT_SECONDS = 60
# What the reuse of a session by reflection asks of Java; see Transfers.java.
OPENED = ("--add-opens=java.base/sun.security.ssl=ALL-UNNAMED", "--add-opens=java.base/sun.security.util=ALL-UNNAMED",
          "-Djdk.tls.useExtendedMasterSecret=false")
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "-Dfile.encoding=UTF-8")


class FtpsCommonsNetTests(FtpsCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.classes = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="consign-classes-"))
        subprocess.run(["javac", "-J-XX:TieredStopAtLevel=1", "-cp", LIBRARY, "-d", cls.classes, SOURCE], check=True)

    def transfers(self, listener: str, reuse: bool, version: str = "TLSv1.2",
                  password: str = PASSWORD) -> subprocess.CompletedProcess:
        self.remote = f"{listener}-{reuse}-{version}"
        self.up, self.down = self.local / f"up-{self.remote}", self.local / f"down-{self.remote}"
        self.up.mkdir()
        self.down.mkdir()
        for size in SIZES:
            write_file(self.up / f"{NAME_MARKER}-{size}", size)
        for name in UTF8_NAMES:
            write_file(self.up / os.fsdecode(name), 100)
        how = ("implicit" if listener == IMPLICIT else "explicit", "reuse" if reuse else "anew", version)
        return subprocess.run([*JAVA, *OPENED, "-cp", f"{self.classes}:{LIBRARY}", "Transfers", *how,
                               str(self.site.ftps_port(listener)), "lab", password, self.site.authority, self.up,
                               self.down, self.remote],
                              env=os.environ | {"LC_ALL": "C.UTF-8"}, capture_output=True, text=True,
                              timeout=RUN_LIMIT_SECONDS)

    def test_it_brings_and_fetches_everything(self) -> None:
        for listener, reuse, version in ((EXPLICIT, False, "TLSv1.2"), (EXPLICIT, False, "TLSv1.3"),
                                         (IMPLICIT, False, "TLSv1.2"), (EXPLICIT, True, "TLSv1.2"),
                                         (REQUIRE, True, "TLSv1.2")):
            with self.subTest(listener=listener, reuse=reuse, version=version):
                done = self.transfers(listener, reuse, version)
                self.assertEqual(done.returncode, 0, done.stderr)
                for file in self.up.iterdir():
                    self.assert_same(file, self.down / file.name)
                for file in list(self.up.iterdir())[::4]:
                    self.assert_delivered(file, f"{self.remote}/{file.name}")
                self.assert_ftps_session(version, listener)

    def test_without_reuse_it_is_refused_where_reuse_is_required(self) -> None:
        refused = self.transfers(REQUIRE, reuse=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertRegex(refused.stderr, "(?i)handshake|522")
        self.assertFalse(self.partner.sees(f"{self.remote}/{NAME_MARKER}-1"))

    def test_a_wrong_password_is_refused(self) -> None:
        self.assertIn("login: 530", self.transfers(EXPLICIT, reuse=False, password="wrong").stderr)


if __name__ == "__main__":
    unittest.main()
