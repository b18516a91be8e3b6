"""A database that is lost, or put back to an older copy, and a vault that has it all: the sealed files come back."""

import json
import shutil
import unittest
from pathlib import Path

from consign_site import WitnessedSite, eventually
from openssh import OpenSsh
from payload import MIB, write_file


class RecoverTests(unittest.TestCase):
    def setUp(self) -> None:
        self.site = WitnessedSite()
        self.addCleanup(self.site.close)
        self.site.start()
        self.database = self.site.data / "consign.db"
        self.sources = [write_file(self.site.folder / name, size)
                        for name, size in (("small.bin", 3000), ("large.bin", 3 * MIB), ("later.bin", 5000))]

    def deposit(self, *sources: Path) -> None:
        for source in sources:
            OpenSsh(self.site.login("lab")).put(source, f"/{source.name}")

    def rows(self, *arguments: str) -> list[dict]:
        return [json.loads(line) for line in self.site.consign(*arguments, "--json").stdout.splitlines()]

    def strays(self) -> set[str]:
        return {row["stream"] for row in self.rows("scrub", "list") if row["what"] == "stray"}

    def recover_and_release(self) -> set[str]:
        """Their names as they were."""
        strays = self.strays()
        recovered = self.rows("recover", "strays", "--all")
        self.assertEqual({row["stream"] for row in recovered}, strays)
        self.assertEqual({(row["state"], row["account"]) for row in recovered}, {("in quarantine", "lab")})
        for row in self.rows("quarantine", "list"):
            self.assertEqual(row["cause"], "stray")
            self.site.consign("quarantine", "release", row["id"])
        self.assertEqual(self.strays(), set())
        self.assertEqual(self.site.consign("recover", "strays", "--all").stdout, "there are no strays\n")
        return {row["was"] for row in recovered}

    def assert_there(self, *sources: Path) -> None:
        for source in sources:
            back = OpenSsh(self.site.login("partner")).get(source.name, self.site.folder / "back")
            self.assertEqual(back.read_bytes(), source.read_bytes(), source.name)
            back.unlink()

    def test_a_lost_database_begins_anew_and_the_store_comes_back(self) -> None:
        self.deposit(*self.sources)
        self.assertIn("in use by another process", self.site.consign("recover", "database", check=False).stderr)
        eventually((self.site.data / "checkpoints.jsonl").exists, "a checkpoint")
        self.site.kill()
        self.assertIn("nothing was changed", self.site.consign("recover", "database", check=False).stderr)
        self.database.unlink()
        log = self.site.data / "consign.db-wal"  # the look above has copied the daemon's own into the database
        log.touch(0o600)
        log.write_bytes(b"the last changes")
        left = self.site.consign("recover", "database", check=False)
        self.assertEqual(left.returncode, 1)
        self.assertIn("is left of the database that is lost: move them to a safe place first", left.stderr)
        for name in ("consign.db-wal", "checkpoints.jsonl"):
            (self.site.data / name).rename(self.site.folder / name)
        self.site.consign("recover", "database")
        self.site.start()
        self.assertEqual(self.site.events()[0]["detail"], "recover database")
        self.assertEqual(self.recover_and_release(), {f"/lab/{source.name}" for source in self.sources})
        self.assert_there(*self.sources)
        # The new ledger is sound; that it is another than the one that is lost shows by that one's checkpoints.
        self.site.consign("audit", "verify")
        lost = self.site.consign("audit", "verify", "--against", self.site.folder / "checkpoints.jsonl", check=False)
        self.assertEqual(lost.returncode, 1, lost.stdout + lost.stderr)
        self.assertEqual(self.site.stop(), 0)

    def test_an_older_copy_put_back_knows_the_later_deposits_again(self) -> None:
        small, large, later = self.sources
        self.deposit(small, large)
        self.assertEqual(self.site.stop(), 0)
        older = self.site.folder / "older.db"
        shutil.copy2(self.database, older)
        self.site.start()
        self.deposit(later)
        self.assertEqual(self.site.stop(), 0)
        shutil.copy2(older, self.database)
        self.site.start()
        self.assertEqual(self.recover_and_release(), {"/lab/later.bin"})
        self.assert_there(small, large, later)
        self.assertEqual(self.site.stop(), 0)


if __name__ == "__main__":
    unittest.main()
