"""What a start refuses, `consignd -t` refuses as well, with the same words, and changes nothing."""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Callable, NamedTuple

from consign_site import CONFIGURATION, Site, eventually

NOBODY = 65534


class WitnessedSite(Site):
    configuration = CONFIGURATION.replace("root.key}", "root.key, witness: file:keys/witness.key}")


class Spoilt(NamedTuple):
    what: str
    spoil: Callable[[Path], object]  # takes the site's folder
    words: str                       # what is said, or a part of it


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir(mode=0o700)


def pragma(site: Path, change: str) -> None:
    with contextlib.closing(sqlite3.connect(site / "data/consign.db")) as database:
        database.execute(f"PRAGMA {change}")


SPOILT = (
    Spoilt("no root key", lambda site: (site / "keys/root.key").unlink(), "root.key: No such file"),
    Spoilt("root key open", lambda site: (site / "keys/root.key").chmod(0o644), "root.key: the key's file can be read"),
    Spoilt("root key garbage", lambda site: (site / "keys/root.key").write_text("secret\n"), "64 hexadecimal digits"),
    Spoilt("root key of another site", lambda site: (site / "keys/root.key").write_text("0" * 64 + "\n"),
           "belongs to another root key"),
    Spoilt("witness key open", lambda site: (site / "keys/witness.key").chmod(0o644),
           "witness.key: the key's file can be read"),
    Spoilt("no data folder", lambda site: shutil.rmtree(site / "data"), "data: No such file"),
    Spoilt("data folder empty", lambda site: empty(site / "data"), "data: keyring.json is missing"),
    Spoilt("data folder open", lambda site: (site / "data").chmod(0o755), "open to other users"),
    Spoilt("keyring damaged", lambda site: (site / "data/keyring.json").write_text("{}"), "keyring file is damaged"),
    Spoilt("no SQLite file", lambda site: (site / "data/consign.db").write_bytes(b"x" * 8192), "file is not a database"),
    Spoilt("another program's database", lambda site: pragma(site, "application_id = 1"), "belongs to another program"),
    Spoilt("a newer database", lambda site: pragma(site, "user_version = 999"), "made by a newer version of Consign"),
    Spoilt("no database", lambda site: (site / "data/consign.db").unlink(), "data: consign.db, with the ledger"),
)


class StartTests(unittest.TestCase):
    def setUp(self) -> None:
        self.site = WitnessedSite()
        self.addCleanup(self.site.close)

    def consignd(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([os.environ["CONSIGND"], "-c", self.site.file, *arguments], capture_output=True,
                              text=True, timeout=60)

    def stored(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() if path.is_file() else b"" for path in self.site.data.rglob("*")}

    def test_a_check_refuses_what_a_start_refuses(self) -> None:
        with tempfile.TemporaryDirectory() as kept:
            sound = Path(kept) / "sound"
            shutil.copytree(self.site.folder, sound)
            for what, spoil, words in SPOILT:
                with self.subTest(what):
                    shutil.rmtree(self.site.folder)
                    shutil.copytree(sound, self.site.folder)
                    spoil(self.site.folder)
                    before = self.stored()
                    checked = self.consignd("-t")
                    self.assertEqual(self.stored(), before)
                    started = self.consignd()
                    self.assertEqual((checked.returncode, started.returncode), (1, 1))
                    self.assertIn(words, checked.stderr)
                    self.assertEqual(checked.stderr, started.stderr)

    def test_a_check_passes_beside_the_daemon(self) -> None:
        self.site.start()
        checked = self.consignd("-t")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertEqual(self.site.stop(), 0)

    def test_a_credential_that_only_the_unit_has_is_told_as_not_checked(self) -> None:
        self.site.file.write_text(self.site.file.read_text().replace("file:keys/root.key", "credential:consign-root"))
        checked = self.consignd("-t")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("keys.root is not checked", checked.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "root alone can give a folder away")
    def test_root_checks_as_the_owner_of_the_data_folder(self) -> None:
        self.site.folder.chmod(0o755)
        for path in (self.site.data, *self.site.data.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        checked = self.consignd("-t")
        self.assertEqual(checked.returncode, 1)
        self.assertIn("root.key: Permission denied", checked.stderr)
        for path in (self.site.folder / "keys", *self.site.folder.glob("keys/*")):
            os.chown(path, NOBODY, NOBODY)
        self.assertEqual(self.consignd("-t").returncode, 0)

    def test_neither_program_can_leave_a_core_dump(self) -> None:
        self.site.start()
        command = subprocess.Popen([os.environ["CONSIGN"], "hash-password"], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for process in (self.site.daemon, command):
            limits = Path(f"/proc/{process.pid}/limits")
            eventually(lambda: re.search(r"^Max core file size +0 +0 ", limits.read_text(), re.MULTILINE),
                       f"no core of {process.args[0]}")
        command.communicate(b"\n")
        self.assertEqual(self.site.stop(), 0)

    def test_a_bad_command_line_is_told_as_that(self) -> None:
        for arguments, words in ((["--bogus"], "--bogus"), (["--log-level", "verbose"], "debug,error,info,warning"),
                                 (["--log-format", "xml"], "json,text")):
            with self.subTest(arguments):
                refused = self.consignd(*arguments)
                self.assertEqual((refused.returncode, refused.stdout), (2, ""))
                self.assertRegex(refused.stderr, r"^consignd: .*; see consignd --help\n$")
                self.assertIn(words, refused.stderr)
        helped = self.consignd("--help")
        self.assertEqual(helped.returncode, 0)
        self.assertTrue(helped.stdout.replace("\n", "").isprintable())
        self.assertRegex(self.consignd("--version").stdout, r"^consignd \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
