"""The ledger's checkpoints, as an auditor sees them: verified with OpenSSH's own tool, and held elsewhere against a
data folder that was changed or put back."""

import json
import os
import shutil
import sqlite3
import subprocess
import unittest
from pathlib import Path

from consign_site import WitnessedSite, eventually
from false_journal import FalseJournal
from openssh import OpenSsh


class CheckpointTests(unittest.TestCase):
    def setUp(self) -> None:
        self.site = WitnessedSite()
        self.addCleanup(self.site.close)
        self.file = self.site.data / "checkpoints.jsonl"

    def deposit(self, name: str) -> None:
        source = self.site.folder / name
        source.write_bytes(b"a result")
        OpenSsh(self.site.login("lab")).put(source, f"/{name}")

    def checkpoints(self) -> list[dict]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def sequence(self, checkpoint: dict) -> int:
        return int(checkpoint["checkpoint"].split("\nsequence ")[1].split("\n")[0])

    def verify(self, *arguments: str) -> tuple[int, dict]:
        done = self.site.consign("audit", "verify", "--json", *arguments, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else {"error": done.stderr}

    def run_a_day(self, name: str) -> None:
        self.site.start()
        self.deposit(name)
        self.assertEqual(self.site.stop(), 0)

    def test_openssh_verifies_each_checkpoint_with_the_public_key_alone(self) -> None:
        self.site.start()
        self.deposit("a")
        eventually(self.checkpoints, "a checkpoint while the daemon runs")
        before = len(self.checkpoints())
        self.deposit("b")
        eventually(lambda: len(self.checkpoints()) > before, "another after more happened")
        self.assertEqual(self.site.stop(), 0)
        allowed = self.site.folder / "allowed_signers"
        allowed.write_text("witness " + (self.site.folder / "keys" / "witness.pub").read_text())
        checkpoints = self.checkpoints()
        for checkpoint in checkpoints:
            (self.site.folder / "text.sig").write_text(checkpoint["signature"])
            done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", allowed, "-I", "witness", "-n",
                                   "checkpoint@consign", "-s", self.site.folder / "text.sig"],
                                  input=checkpoint["checkpoint"], text=True, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        # The last one vouches for the daemon's own end.
        events = self.site.events("--action", "daemon_stopped")
        self.assertEqual(self.sequence(checkpoints[-1]), events[-1]["sequence"])
        code, found = self.verify()
        self.assertEqual((code, found["verifies"]), (0, True))
        self.assertEqual(found["vouched"], self.sequence(checkpoints[-1]))

    def test_a_data_folder_that_was_put_back_is_found_with_checkpoints_held_elsewhere(self) -> None:
        self.run_a_day("monday")
        shutil.copytree(self.site.data, self.site.folder / "monday-data")
        self.run_a_day("tuesday")
        elsewhere = self.site.folder / "elsewhere.jsonl"
        shutil.copy(self.file, elsewhere)
        self.assertEqual(self.verify("--against", str(elsewhere))[0], 0)
        shutil.rmtree(self.site.data)
        shutil.copytree(self.site.folder / "monday-data", self.site.data)
        self.assertEqual(self.verify()[0], 0)  # alone it looks well
        code, found = self.verify("--against", str(elsewhere))
        self.assertEqual((code, found["damage"]), (1, "cut"), found)

    def test_an_altered_database_is_named_and_so_are_its_altered_checkpoints(self) -> None:
        self.run_a_day("monday")
        database = self.site.data / "consign.db"
        shutil.copy(database, self.site.folder / "whole.db")
        for sql, damage in (("UPDATE events SET account = 'nobody' WHERE sequence = 3", "changed"),
                            ("DELETE FROM events WHERE sequence = 3", "removed"),
                            ("DELETE FROM events WHERE sequence > 3", "cut"),
                            ("UPDATE checkpoints SET text = replace(text, 'sequence ', 'sequence 1')", "changed")):
            with self.subTest(sql):
                with sqlite3.connect(database) as connection:
                    connection.execute(sql)
                connection.close()
                code, found = self.verify()
                self.assertEqual((code, found["damage"]), (1, damage), found)
                self.assertNotIn("trouble", found["file"])
                shutil.copy(self.site.folder / "whole.db", database)
                for journal in self.site.data.glob("consign.db-*"):
                    journal.unlink()

    def test_a_cut_is_told_the_same_each_time_though_each_time_is_a_row(self) -> None:
        self.run_a_day("monday")
        database = self.site.data / "consign.db"
        with sqlite3.connect(database) as connection:
            connection.execute("DELETE FROM events WHERE sequence > 3")
        connection.close()
        found = [self.verify()[1] for _ in range(3)]
        self.assertEqual({(one["damage"], one["first_bad"]) for one in found}, {("cut", found[0]["first_bad"])})
        self.assertEqual([one["rows"] for one in found], [3, 4, 5])

    def test_no_chain_gets_another_id(self) -> None:
        self.run_a_day("monday")
        database = self.site.data / "consign.db"
        shutil.copy(database, self.site.folder / "whole.db")
        self.addCleanup(shutil.copy, self.site.folder / "whole.db", database)
        with sqlite3.connect(database) as connection:
            connection.execute("DELETE FROM chain")
        connection.close()
        for _ in range(2):
            done = self.site.consign("audit", "verify", check=False)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("has lost the chain's id", done.stdout + done.stderr)
        with sqlite3.connect(database) as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM chain").fetchone(), (0,))
        connection.close()

    def test_a_chain_that_was_changed_is_never_signed(self) -> None:
        self.run_a_day("monday")
        whole = self.file.read_text()
        rows = self.sequence(self.checkpoints()[-1])
        for sql in ("UPDATE events SET account = 'nobody' WHERE sequence = 3",
                    f"DELETE FROM events WHERE sequence = {rows}",
                    f"DELETE FROM events WHERE sequence = {rows}; DELETE FROM checkpoints",
                    # The very row that a checkpoint is of: its hash still stands.
                    f"UPDATE events SET account = 'nobody' WHERE sequence = {rows}"):
            with self.subTest(sql):
                database = self.site.data / "consign.db"
                shutil.copy(database, self.site.folder / "whole.db")
                with sqlite3.connect(database) as connection:
                    connection.executescript(sql)
                connection.close()
                self.site.start()
                if "sequence = 3" not in sql:
                    eventually(lambda: self.site.events("--action", "alarm_raised"), "the alarm of a changed ledger")
                self.assertEqual(self.site.stop(), 0)
                signed = [self.sequence(line) for line in self.checkpoints()]
                if "sequence = 3" not in sql:
                    self.assertEqual(self.file.read_text(), whole, signed)
                # Without the database's own checkpoints, the folder's file tells it.
                self.assertEqual(self.verify()[0], 1)
                self.assertEqual(self.verify("--against", str(self.file))[0], 1)
                self.file.write_text(whole)
                shutil.copy(self.site.folder / "whole.db", database)
                for journal in self.site.data.glob("consign.db-*"):
                    journal.unlink()

    def test_after_a_change_of_the_key_those_are_named_that_signed(self) -> None:
        self.run_a_day("monday")
        other = WitnessedSite()
        self.addCleanup(other.close)
        other.start()
        self.assertEqual(other.stop(), 0)
        keys, old = self.site.folder / "keys", self.site.folder / "old.pub"
        shutil.copy(keys / "witness.pub", old)
        shutil.copy(other.folder / "keys" / "witness.key", keys / "witness.key")
        shutil.copy(other.folder / "keys" / "witness.pub", keys / "witness.pub")

        def fingerprint(file: Path) -> str:
            return subprocess.run(["ssh-keygen", "-l", "-f", file], check=True, capture_output=True, text=True).stdout.split()[1]

        before, after = fingerprint(old), fingerprint(keys / "witness.pub")
        said = self.site.consign("audit", "verify", "--witness", str(old)).stdout
        self.assertIn(f"the witness {before} vouches for the first", said)
        self.assertNotIn(after, said)
        self.run_a_day("tuesday")
        said = self.site.consign("audit", "verify", "--witness", str(old)).stdout
        self.assertIn(f"the witnesses {' and '.join(sorted((before, after)))} vouch for the first", said)

    def test_a_line_that_a_crash_cut_short_is_made_whole(self) -> None:
        self.run_a_day("monday")
        whole = self.file.read_text()
        self.file.write_text(whole[:-30])
        self.run_a_day("tuesday")
        self.assertTrue(self.file.read_text().startswith(whole))
        for checkpoint in self.checkpoints():
            self.assertIn("consign checkpoint v1\n", checkpoint["checkpoint"])

    def test_checkpoints_of_a_stranger_are_not_believed(self) -> None:
        self.run_a_day("monday")
        stranger = WitnessedSite()
        self.addCleanup(stranger.close)
        shutil.rmtree(self.site.folder / "strange", ignore_errors=True)
        stranger.start()
        self.assertEqual(stranger.stop(), 0)
        code, found = self.verify("--against", str(stranger.data / "checkpoints.jsonl"))
        self.assertEqual(code, 1)
        elsewhere = self.site.folder / "elsewhere.jsonl"
        elsewhere.write_text(self.file.read_text().replace("nsequence ", "nsequence 1", 1))
        self.assertIn("signature", self.verify("--against", str(elsewhere))[1]["error"])

    @unittest.skipIf(os.geteuid() != 0, "only root can show the daemon a journal of the test's own")
    def test_lines_out_of_the_journal_show_a_data_folder_that_was_put_back(self) -> None:
        self.site.file.write_text(self.site.file.read_text().replace(
            "ledger: {", "ledger: {checkpoints_to: journald, "))
        journal = FalseJournal(self.site.folder)
        self.addCleanup(journal.close)
        self.run_a_day("monday")
        shutil.copytree(self.site.data, self.site.folder / "monday-data")
        self.run_a_day("tuesday")
        # That of the stop, too, is there before the daemon has ended.
        last = self.file.read_text().splitlines()[-1]
        taken = eventually(lambda: (heard := journal.messages("6a1d7e0c4f2b4c0f9f5a3d8be2c71956"))[-1:] == [last] and heard,
                           "the last checkpoint in the journal")
        self.assertEqual(taken, self.file.read_text().splitlines()[-len(taken):])
        self.assertGreaterEqual(len(taken), 2)
        elsewhere = self.site.folder / "elsewhere.jsonl"
        elsewhere.write_text("".join(line + "\n" for line in taken))
        self.assertEqual(self.verify("--against", str(elsewhere))[0], 0)
        shutil.rmtree(self.site.data)
        shutil.copytree(self.site.folder / "monday-data", self.site.data)
        code, found = self.verify("--against", str(elsewhere))
        self.assertEqual((code, found["damage"]), (1, "cut"), found)


if __name__ == "__main__":
    unittest.main()
