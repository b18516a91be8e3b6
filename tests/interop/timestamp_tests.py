"""Checkpoints stamped by an authority after RFC 3161, as an auditor sees them: verified with Debian's openssl, and with
`consign audit verify --tsa-ca`."""

import json
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

from consign_site import eventually
from timestamp_site import StampedSite, temporary_authority

ROOT = Path(__file__).resolve().parents[2]


class TimestampTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.authority, folder = temporary_authority()
        cls.addClassCleanup(folder.cleanup)
        cls.addClassCleanup(cls.authority.close)

    def site_of(self, way: str) -> StampedSite:
        site = StampedSite(self.authority, way)
        self.addCleanup(site.close)
        return site

    def verify(self, site: StampedSite, root: Path | None) -> tuple[int, dict]:
        of = [] if root is None else ["--tsa-ca", str(root)]
        done = site.consign("audit", "verify", "--json", *of, check=False)
        return done.returncode, json.loads(done.stdout)

    def run_a_day(self, site: StampedSite) -> None:
        before = len(site.stamped()) if (site.data / "consign.db").exists() else 0
        site.start()
        eventually(lambda: len(site.stamped()) > before, "a stamp")
        self.assertEqual(site.stop(), 0)

    def test_openssl_verifies_each_stamp_with_the_authority_and_the_files_alone(self) -> None:
        site = self.site_of("good")
        self.run_a_day(site)
        self.run_a_day(site)
        files = site.files()
        self.assertEqual([int(file.stem) for file in files], site.stamped())
        self.assertGreaterEqual(len(files), 2)
        for file in files:
            for root, holds in ((self.authority.stamper.root, True), (self.authority.stranger.root, False)):
                done = subprocess.run(["openssl", "ts", "-verify", "-in", file, "-data", file.with_suffix(".checkpoint"),
                                       "-CAfile", root], capture_output=True, text=True)
                self.assertEqual(done.returncode == 0, holds, done.stderr)
            self.assertIn(f"\nsequence {file.stem}\n", file.with_suffix(".checkpoint").read_text())
        self.assertEqual(self.authority.types, {"application/timestamp-query"})
        stamps = [row for row in site.events("--action", "checkpoint_stamped")]
        self.assertEqual(len(stamps), len(files))
        self.assertEqual((site.data / "timestamps").stat().st_mode & 0o77, 0)

    def test_verify_says_which_rows_existed_when_and_by_whose_word(self) -> None:
        site = self.site_of("good")
        self.run_a_day(site)
        site.start()
        site.consign("status")
        told = site.consign("status").stdout
        self.assertRegex(told, r"(?m)^stamped +rows up to \d+, 20\d\d-.*Z, CN=Horodatage Exemple TSA$")
        code, found = self.verify(site, self.authority.stamper.root)
        self.assertEqual((code, found["verifies"]), (0, True))
        self.assertTrue(found["timestamps"])
        self.assertTrue(all(one["holds"] and one["authority"] == "CN=Horodatage Exemple TSA" and one["time"]
                            for one in found["timestamps"]))
        self.assertEqual(site.stop(), 0)
        words = site.consign("audit", "verify", "--tsa-ca", str(self.authority.stamper.root)).stdout
        self.assertRegex(words, r"rows up to \d+ existed at 20\d\d-\S+Z, by the word of CN=Horodatage Exemple TSA")
        words = site.consign("audit", "verify").stdout
        self.assertRegex(words, r"time stamps are kept, and were not verified: the last, of row \d+, .*--tsa-ca")
        self.assertEqual(self.verify(site, None)[1]["last_stamp"]["row"], site.stamped()[-1])

    def test_a_stamp_of_whom_nobody_trusts_is_kept_and_named(self) -> None:
        site = self.site_of("stranger")
        self.run_a_day(site)
        code, found = self.verify(site, self.authority.stamper.root)
        self.assertEqual((code, found["verifies"]), (1, True))
        self.assertFalse(found["timestamps"][0]["holds"])
        self.assertEqual(found["timestamps"][0]["authority"], "CN=Stranger TSA")
        self.assertIn("trusted", found["timestamps"][0]["why"])
        self.assertEqual(self.verify(site, self.authority.stranger.root)[0], 0)
        done = site.consign("audit", "verify", "--tsa-ca", str(site.file), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("holds no certificates", done.stderr)

    def test_a_stamp_that_was_moved_or_changed_is_named(self) -> None:
        site = self.site_of("good")
        self.run_a_day(site)
        self.run_a_day(site)
        first, last = site.stamped()[0], site.stamped()[-1]
        root = self.authority.stamper.root
        self.assertEqual(self.verify(site, root)[0], 0)
        for sql, row in ((f"UPDATE timestamps SET token = (SELECT token FROM timestamps WHERE checkpoint = {first}) "
                          f"WHERE checkpoint = {last}", last),
                         (f"UPDATE timestamps SET token = substr(token, 1, 200) WHERE checkpoint = {first}", first),
                         (f"UPDATE timestamps SET token = x'00' WHERE checkpoint = {last}", last)):
            with self.subTest(sql):
                kept = self.kept(site)
                with sqlite3.connect(site.data / "consign.db") as connection:
                    connection.execute(sql)
                connection.close()
                code, found = self.verify(site, root)
                self.assertEqual(code, 1)
                self.assertEqual([one["row"] for one in found["timestamps"] if not one["holds"]], [row])
                self.assertIn(str(row), site.consign("audit", "verify", "--tsa-ca", str(root), check=False).stderr)
                self.put_back(site, kept)

    def test_stamps_that_were_taken_away_are_missed_by_both_verifiers_in_the_same_words(self) -> None:
        site = self.site_of("good")
        self.run_a_day(site)
        self.run_a_day(site)
        stamped = len(site.stamped())
        for sql, what in (("DELETE FROM timestamps", "time stamps"),
                          ("DELETE FROM timestamps; DELETE FROM checkpoints", "checkpoints")):
            with sqlite3.connect(site.data / "consign.db") as connection:
                connection.executescript(sql)
            connection.close()
            if what == "checkpoints":
                (site.data / "checkpoints.jsonl").unlink()
            words = f"the chain verifies, but {stamped} {what} that the ledger tells of are missing"
            done = site.consign("audit", "verify", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stdout)
            bundle = site.folder / what.replace(" ", "-")
            site.consign("audit", "export", "--out", str(bundle))
            done = subprocess.run([sys.executable, "-B", ROOT / "tools" / "verify-ledger.py", "--witness",
                                   site.folder / "keys" / "witness.pub", bundle], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(words, done.stdout)

    def kept(self, site: StampedSite) -> list[tuple]:
        with sqlite3.connect(site.data / "consign.db") as connection:
            return connection.execute("SELECT checkpoint, token FROM timestamps").fetchall()

    def put_back(self, site: StampedSite, kept: list[tuple]) -> None:
        with sqlite3.connect(site.data / "consign.db") as connection:
            connection.executemany("UPDATE timestamps SET token = ?2 WHERE checkpoint = ?1", kept)
        connection.close()

    def test_another_authority_of_the_policy_is_asked_at_once(self) -> None:
        site = self.site_of("broken")
        asked = len(self.authority.queries)
        site.start()
        eventually(lambda: len(self.authority.queries) > asked, "a query")
        eventually(lambda: any("could not be stamped" in line for line in site.log), "a failure")
        self.assertEqual(site.stamped(), [])
        site.ask("good")
        site.consign("reload")
        eventually(site.stamped, "a stamp of the other authority")
        self.assertEqual(site.stop(), 0)
        self.assertFalse([line for line in site.log if "127.0.0.1:%d" % self.authority.port in line])

    def test_a_slow_authority_holds_up_neither_checkpoints_nor_the_stop(self) -> None:
        site = self.site_of("slow")
        site.start()
        lines = site.data / "checkpoints.jsonl"
        eventually(lambda: any(way == "/slow" for way, _ in self.authority.queries), "a query")
        eventually(lines.exists, "the first checkpoint")
        before = len(lines.read_text().splitlines())
        site.consign("audit", "events")
        eventually(lambda: len(lines.read_text().splitlines()) > before, "another checkpoint meanwhile")
        self.assertEqual(site.stop(), 0)
        self.assertEqual(site.stamped(), [])


if __name__ == "__main__":
    unittest.main()
