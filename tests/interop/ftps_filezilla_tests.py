"""FileZilla, on a screen that nobody sees: it brings a folder's files and fetches them, with the mouse. Not a part of
`./dev test` (CTest label `desktop`): apt-get install filezilla xvfb xdotool."""

import base64
import os
import ssl
import subprocess
import time
import unittest
from pathlib import Path

from consign_site import PASSWORD, eventually
from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, REQUIRE
from payload import NAME_MARKER, SIZES, write_file

SCREEN = "1200x800x24"
# Where FileZilla's lists stand on this screen: below their last file, and on their first one.
LOCAL_LIST, FIRST_LOCAL = (300, 590), (40, 454)
REMOTE_LIST, FIRST_REMOTE = (900, 590), (640, 454)
TRANSFER_LIMIT_SECONDS = 40
DAY_SECONDS = 24 * 3600

SETTINGS = """<?xml version="1.0"?>
<FileZilla3><Settings>
<Setting name="Greeting version">99.0.0</Setting>
<Setting name="Update Check">0</Setting>
<Setting name="Logging file">{log}</Setting>
</Settings></FileZilla3>
"""
SERVER = """<?xml version="1.0"?>
<FileZilla3><Servers><Server>
<Host>127.0.0.1</Host><Port>{port}</Port><Protocol>{protocol}</Protocol><Type>0</Type>
<User>{user}</User><Pass encoding="base64">{password}</Pass><Logontype>1</Logontype>
<Name>consign</Name><LocalDir>{folder}</LocalDir>
</Server></Servers></FileZilla3>
"""
TRUSTED = """<?xml version="1.0"?>
<FileZilla3><TrustedCerts><Certificate>
<Data>{certificate}</Data><ActivationTime>{since}</ActivationTime><ExpirationTime>{until}</ExpirationTime>
<Host>127.0.0.1</Host><Port>{port}</Port><TrustSANs>1</TrustSANs>
</Certificate></TrustedCerts></FileZilla3>
"""
PROTOCOLS = {IMPLICIT: 3, EXPLICIT: 4, REQUIRE: 4}  # its own numbers


class Screen:
    def __init__(self) -> None:
        told, tell = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(tell), "-screen", "0", SCREEN, "-nolisten", "tcp"],
                                       pass_fds=[tell], stderr=subprocess.DEVNULL)
        os.close(tell)
        with os.fdopen(told) as answer:
            self.environment = os.environ | {"DISPLAY": ":" + answer.readline().strip()}

    def close(self) -> None:
        self.server.terminate()
        self.server.wait()

    def do(self, *words: object) -> str:
        return subprocess.run(["xdotool", *map(str, words)], env=self.environment, capture_output=True,
                              text=True).stdout

    def windows(self) -> int:
        return len(self.do("search", "--onlyvisible", "--name", "").split())

    def choose_first_of_menu(self, in_list: tuple[int, int], on_file: tuple[int, int]) -> None:
        """Everything in a list is selected, and the first entry of its menu (Upload, Download) taken."""
        self.do("mousemove", *in_list, "click", 1, "key", "ctrl+a")
        before = self.windows()
        self.do("mousemove", *on_file, "click", 3)
        eventually(lambda: self.windows() > before, "the menu")
        self.do("key", "Down", "key", "Return")


class FtpsFileZillaTests(FtpsCase):
    def setUp(self) -> None:
        super().setUp()
        self.screen = Screen()
        self.addCleanup(self.screen.close)

    def start(self, listener: str, user: str, folder: Path) -> Path:
        """Its log, once it has listed the account's home."""
        home = self.local / f"home-{listener}-{user}"
        settings = home / ".config" / "filezilla"
        settings.mkdir(parents=True)
        log = home / "log"
        now, port = int(time.time()), self.site.ftps_port(listener)
        certificate = ssl.PEM_cert_to_DER_cert((self.site.tls / "server.pem").read_text())
        (settings / "filezilla.xml").write_text(SETTINGS.format(log=log))
        (settings / "sitemanager.xml").write_text(SERVER.format(
            port=port, protocol=PROTOCOLS[listener], user=user, folder=folder,
            password=base64.b64encode(PASSWORD.encode()).decode()))
        (settings / "trustedcerts.xml").write_text(TRUSTED.format(
            port=port, certificate=certificate.hex(), since=now - DAY_SECONDS, until=now + DAY_SECONDS))
        self.running = subprocess.Popen(["filezilla", "-c", "0/consign"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env=self.screen.environment | {
                                            "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")})
        self.addCleanup(self.end)
        eventually(lambda: log.exists() and 'Directory listing of "/" successful' in log.read_text(), "its listing")
        return log

    def end(self) -> None:
        self.running.kill()
        self.running.wait()

    def transferred(self, log: Path, files: int) -> bool:
        said = log.read_text()
        self.assertNotIn("Error:", said)
        return said.count("Status: File transfer successful") == files

    def test_it_brings_and_fetches_files(self) -> None:
        for listener in (REQUIRE, IMPLICIT):
            with self.subTest(listener=listener):
                up, down = self.local / f"up-{listener}", self.local / f"down-{listener}"
                up.mkdir()
                down.mkdir()
                # With another ending, or none, FileZilla may take a file for text and convert it itself.
                files = [write_file(up / f"{NAME_MARKER}-{listener}-{size}.bin", size) for size in SIZES]
                log = self.start(listener, "lab", up)
                self.screen.choose_first_of_menu(LOCAL_LIST, FIRST_LOCAL)
                eventually(lambda: self.transferred(log, len(files)), "its uploads", TRANSFER_LIMIT_SECONDS)
                self.end()
                for file in files:
                    self.assert_delivered(file, file.name)
                self.assert_ftps_session("TLSv1.3", listener)

                log = self.start(listener, "partner", down)
                self.screen.choose_first_of_menu(REMOTE_LIST, FIRST_REMOTE)
                eventually(lambda: self.transferred(log, len(files)), "its downloads", TRANSFER_LIMIT_SECONDS)
                self.end()
                for file in files:
                    self.assert_same(file, down / file.name)
                lab = self.account("lab")
                for file in files:
                    lab.expect(f"DELE {file.name}", 250)


if __name__ == "__main__":
    unittest.main()
