"""Exports of the ledger, as an auditor sees them: verified with tools/verify-ledger.py, which shares no code with Consign."""

import json
import re
import shutil
import sqlite3
import subprocess
import unittest
from pathlib import Path

from consign_site import eventually
from openssh import OpenSsh
from retention_site import RetentionSite, message
from timestamp_site import StampedSite, temporary_authority

VERIFIER = Path(__file__).resolve().parents[2] / "tools" / "verify-ledger.py"
FILES = {"README.txt", "rows.jsonl", "checkpoints.jsonl", "timestamps.jsonl", "witness.pub", "allowed_signers", "export.md",
         "ledger.md", "checkpoint.md", "timestamp.md", "verify-ledger.py", "manifest.json", "manifest.json.sig"}


class ExportedSite(RetentionSite):
    configuration = RetentionSite.configuration.replace(
        "keys: {root: file:keys/root.key}",
        "keys: {root: file:keys/root.key, witness: file:keys/witness.key}\nledger: {checkpoint_every: 1 second}")


class ExportTests(unittest.TestCase):
    def setUp(self) -> None:
        self.site = ExportedSite()
        self.addCleanup(self.site.close)
        self.count = 0

    def deposit(self, name: str, patient: str = "PATIENT-1", account: str = "lab") -> None:
        source = self.site.folder / Path(name).name
        source.write_bytes(message(patient))
        OpenSsh(self.site.login(account)).put(source, name)

    def export(self, *arguments: str, check: bool = True) -> Path:
        self.count += 1
        out = self.site.folder / f"export{self.count}"
        self.exported = self.site.consign("audit", "export", "--out", str(out), *arguments, check=check)
        return out

    def verify(self, bundle: Path, *arguments: str, verifier: Path = VERIFIER) -> subprocess.CompletedProcess:
        done = subprocess.run(["/usr/bin/python3", "-B", verifier, "--witness", self.site.folder / "keys" / "witness.pub",
                               *arguments, bundle], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done

    def shown(self, bundle: Path) -> list[dict]:
        done = self.verify(bundle, "--print")
        self.assertEqual(done.returncode, 0, done.stdout)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def manifest(self, bundle: Path) -> dict:
        return json.loads((bundle / "manifest.json").read_text())

    def assert_nowhere(self, bundle: Path, *words: str) -> None:
        for file in bundle.iterdir():
            content = file.read_bytes()
            for word in words:
                self.assertNotIn(word.encode(), content, file.name)
                self.assertNotIn(word.encode().hex().encode(), content, file.name)

    def test_the_whole_ledger_is_exported_by_the_running_daemon_and_verifies(self) -> None:
        self.site.start()
        self.deposit("/long/a.hl7")
        bundle = self.export()
        self.assertEqual({file.name for file in bundle.iterdir()}, FILES)
        self.assertEqual(bundle.stat().st_mode & 0o777, 0o700)
        self.assertEqual({file.stat().st_mode & 0o777 for file in bundle.iterdir()}, {0o600})
        self.assertEqual((bundle / "verify-ledger.py").read_text(), VERIFIER.read_text())
        # A checkpoint was made for it, so that it vouches for all, the export's own act too.
        manifest = self.manifest(bundle)
        self.assertEqual((manifest["checkpoint"], manifest["first"], manifest["scope"]), ("made", 1, {}))
        self.assertTrue(manifest["asked_by"].startswith("admin:"))
        checkpoint = json.loads((bundle / "checkpoints.jsonl").read_text().splitlines()[-1])
        self.assertGreaterEqual(checkpoint["sequence"], manifest["last"] - 1)
        rows = self.shown(bundle)
        self.assertEqual(len(rows), manifest["rows"])
        act = next(row for row in rows if row["detail"] == "audit export")
        self.assertLessEqual(act["sequence"], checkpoint["sequence"])
        # Each row as our own command tells it.
        events = {event["sequence"]: event for event in self.site.events()}
        for row in rows:
            event = events[row["sequence"]]
            self.assertEqual((row["account"], row["bytes"], row["stream"].strip("0")),
                             (event["account"], event["bytes"], event["stream"].strip("0")))
            for field in ("path", "second_path", "address", "sha256"):
                self.assertEqual(row.get(field, ""), event[field], field)
        # The copy in the bundle says the same.
        self.assertEqual(self.verify(bundle, verifier=bundle / "verify-ledger.py").stdout, self.verify(bundle).stdout)
        self.assertEqual(self.site.stop(), 0)

    def test_nothing_of_rows_out_of_scope_is_in_it(self) -> None:
        self.site.start()
        self.deposit("/long/alpha-name.hl7", "PATIENT-A")
        self.deposit("/long/beta-name.hl7", "PATIENT-B")
        streams = {Path(event["path"]).name: event["stream"] for event in self.site.events("--action", "deposited")}
        by_file = self.export("--file", "/lab/long/alpha-name.hl7")
        rows = self.shown(by_file)
        self.assertEqual({row["stream"] for row in rows}, {streams["alpha-name.hl7"]})
        self.assertIn("/lab/long/alpha-name.hl7", {row.get("path") for row in rows})
        self.assert_nowhere(by_file, "beta-name", "PATIENT-B", streams["beta-name.hl7"])
        self.assertEqual(self.manifest(by_file)["rows"], self.manifest(by_file)["last"])
        by_id = self.export("--file", streams["alpha-name.hl7"])
        self.assertEqual(self.manifest(by_id)["scope"], {"file": streams["alpha-name.hl7"]})
        by_account = self.export("--account", "lab")
        self.assertEqual({row["account"] for row in self.shown(by_account)}, {"lab"})
        # All of what was asked for must hold.
        self.assertEqual(self.shown(self.export("--account", "partner", "--file", streams["alpha-name.hl7"])), [])
        fields = self.shown(self.export("--fields", "sha256"))
        self.assertTrue(any("sha256" in row for row in fields))
        self.assertFalse(any("path" in row or "address" in row for row in fields))
        self.assertFalse(self.export("--account", "nobody", check=False).exists())
        nobody = self.export("--file", "/lab/long/nothing", check=False)
        self.assertEqual(self.exported.returncode, 1)
        self.assertFalse(nobody.exists())
        self.assertEqual(self.site.stop(), 0)

    def test_a_persons_rows_without_the_persons_name_in_the_manifest(self) -> None:
        self.site.start()
        self.deposit("/long/alpha-name.hl7", "PATIENT-A")
        self.deposit("/long/beta-name.hl7", "PATIENT-B")
        self.site.consign("subject", "report", "HNORD/PATIENT-A")
        bundle = self.export("--subject", "HNORD/PATIENT-A")
        rows = self.shown(bundle)
        self.assertEqual({row["path"] for row in rows if row["action"] == 23}, {"/lab/long/alpha-name.hl7"})
        self.assertTrue(any(row.get("subject") == "HNORD/PATIENT-A" for row in rows))
        self.assert_nowhere(bundle, "beta-name", "PATIENT-B")
        self.assertEqual(self.manifest(bundle)["scope"], {"subject": True})
        self.assertNotIn("PATIENT", (bundle / "manifest.json").read_text())
        self.assertEqual(self.site.stop(), 0)

    def test_a_period_begins_at_a_checkpoint_and_the_whole_chain_is_to_be_had(self) -> None:
        self.site.start()
        self.deposit("/long/before.hl7")
        file = self.site.data / "checkpoints.jsonl"
        eventually(lambda: file.exists() and file.read_text(), "a checkpoint")
        self.export()
        self.deposit("/long/after.hl7")
        deposits = self.site.events("--action", "deposited")
        since = deposits[-1]["time"]
        bundle = self.export("--from", since)
        manifest = self.manifest(bundle)
        self.assertGreater(manifest["first"], deposits[0]["sequence"])
        self.assertLessEqual(manifest["first"], deposits[-1]["sequence"])
        self.assertGreaterEqual(min(row["sequence"] for row in self.shown(bundle)), deposits[-1]["sequence"])
        self.assert_nowhere(bundle, "before.hl7")
        whole = self.export("--from", since, "--whole-chain")
        self.assertEqual(self.manifest(whole)["first"], 1)
        self.assertEqual([row["sequence"] for row in self.shown(whole)][0], deposits[-1]["sequence"])
        self.assertEqual(self.shown(self.export("--until", "2020-01-01")), [])
        self.assertEqual(self.site.stop(), 0)

    def test_a_tar_holds_the_same_and_what_is_there_is_never_overwritten(self) -> None:
        self.site.start()
        tar = self.export("--tar")
        self.assertEqual(tar.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.verify(tar).returncode, 0)
        listed = subprocess.run(["tar", "-tf", tar], check=True, capture_output=True, text=True).stdout.split()
        self.assertEqual({Path(name).name for name in listed}, FILES)
        self.assertEqual([path for path in self.site.folder.iterdir() if path.name.startswith("export1")], [tar])
        before = tar.read_bytes()
        for arguments in (["--tar", "--out", str(tar)], ["--out", str(tar)], ["--out", str(self.site.folder / "keys")]):
            self.assertEqual(self.site.consign("audit", "export", *arguments, check=False).returncode, 1)
        self.assertEqual(tar.read_bytes(), before)
        self.assertTrue((self.site.folder / "keys" / "witness.pub").exists())
        self.assertEqual(self.site.stop(), 0)

    def test_a_ledger_that_was_changed_is_exported_as_it_is_and_both_verifiers_say_where(self) -> None:
        self.site.start()
        self.deposit("/long/a.hl7")
        self.deposit("/long/b.hl7")
        self.assertEqual(self.site.stop(), 0)
        database = self.site.data / "consign.db"
        shutil.copy(database, self.site.folder / "whole.db")
        last = json.loads((self.site.data / "checkpoints.jsonl").read_text().splitlines()[-1])
        last = int(re.search(r"\nsequence (\d+)\n", last["checkpoint"])[1])
        written = (self.site.data / "checkpoints.jsonl").read_text()
        for sql in ("UPDATE events SET account = 'nobody' WHERE sequence = 3", "DELETE FROM events WHERE sequence = 3",
                    f"DELETE FROM events WHERE sequence = {last}",
                    "UPDATE checkpoints SET text = replace(text, 'sequence ', 'sequence 1')"):
            with self.subTest(sql):
                with sqlite3.connect(database) as connection:
                    connection.execute(sql)
                connection.close()
                bundle = self.export()
                done = self.verify(bundle)
                self.assertEqual(done.returncode, 1)
                row, damage = re.search(r"breaks at row (\d+) \((\w+)\)", done.stdout).groups()
                if "checkpoints" not in sql:  # whether its key was another, the site knows and an auditor does not
                    self.assertIn(re.search(r"the chain breaks at row .*", done.stdout)[0],
                                  self.site.consign("audit", "verify", check=False).stdout)
                ours = json.loads(self.site.consign("audit", "verify", "--json", check=False).stdout)
                self.assertEqual((int(row), damage), (ours["first_bad"], ours["damage"]), done.stdout)
                # Nothing is signed for it any more, wherever it was changed, and it says so.
                made = f"not made: the ledger does not verify, from row {row} on ({damage})"
                self.assertEqual(self.manifest(bundle)["checkpoint"], made)
                self.assertIn(made, self.exported.stderr)
                self.assertEqual((self.site.data / "checkpoints.jsonl").read_text(), written)
                shutil.copy(self.site.folder / "whole.db", database)
                for journal in self.site.data.glob("consign.db-*"):
                    journal.unlink()

    def test_an_end_that_was_cut_off_with_its_checkpoints_is_told_by_the_sites_own_word(self) -> None:
        self.site.start()
        self.deposit("/long/a.hl7")
        self.assertEqual(self.site.stop(), 0)
        with sqlite3.connect(self.site.data / "consign.db") as connection:
            last = connection.execute("SELECT max(sequence) FROM events").fetchone()[0]
            connection.execute("DELETE FROM events WHERE sequence > ?", (last - 3,))
            connection.execute("DELETE FROM checkpoints WHERE sequence > ?", (last - 3,))
        connection.close()
        bundle = self.export()
        done = self.verify(bundle)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"the site itself says of the last checkpoint: not made: .* \(cut\)")

    def test_a_data_folder_that_was_put_back_is_found_with_checkpoints_held_elsewhere(self) -> None:
        self.site.start()
        self.deposit("/long/monday.hl7")
        self.assertEqual(self.site.stop(), 0)
        shutil.copytree(self.site.data, self.site.folder / "monday-data")
        self.site.start()
        self.deposit("/long/tuesday.hl7")
        self.assertEqual(self.site.stop(), 0)
        elsewhere = self.site.folder / "elsewhere.jsonl"
        shutil.copy(self.site.data / "checkpoints.jsonl", elsewhere)
        self.assertEqual(self.verify(self.export(), "--against", str(elsewhere)).returncode, 0)
        shutil.rmtree(self.site.data)
        shutil.copytree(self.site.folder / "monday-data", self.site.data)
        bundle = self.export()
        self.assertEqual(self.verify(bundle).returncode, 0)  # alone it looks well
        done = self.verify(bundle, "--against", str(elsewhere))
        self.assertEqual(done.returncode, 1)
        row, damage = re.search(r"breaks at row (\d+) \((\w+)\)", done.stdout).groups()
        ours = json.loads(self.site.consign("audit", "verify", "--json", "--against", str(elsewhere), check=False).stdout)
        self.assertEqual(damage, ours["damage"])
        self.assertIn(damage, ("cut", "rewritten"))
        # What the export itself wrote, and signed, is beyond the end of the folder that was put back.
        self.assertLessEqual(int(row), ours["first_bad"])

    def test_time_stamps_go_with_it_and_hold_by_the_authority_that_is_trusted(self) -> None:
        authority, folder = temporary_authority()
        self.addCleanup(folder.cleanup)
        self.addCleanup(authority.close)
        self.site = StampedSite(authority)
        self.addCleanup(self.site.close)
        self.site.start()
        eventually(self.site.stamped, "a stamp")
        self.assertEqual(self.site.stop(), 0)
        bundle = self.export()
        done = self.verify(bundle, "--tsa-ca", str(authority.stamper.root))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"{len(self.site.stamped())} timestamps hold; the last one says", done.stdout)
        self.assertEqual(self.verify(bundle, "--tsa-ca", str(authority.stranger.root)).returncode, 1)

    def test_without_a_witness_nothing_is_exported(self) -> None:
        self.site.file.write_text(self.site.file.read_text().replace(", witness: file:keys/witness.key", ""))
        bundle = self.export(check=False)
        self.assertEqual(self.exported.returncode, 1)
        self.assertIn("no witness key", self.exported.stderr)
        self.assertFalse(bundle.exists())


if __name__ == "__main__":
    unittest.main()
