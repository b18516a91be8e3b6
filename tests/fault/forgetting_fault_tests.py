"""consignd dies at each step of what forgets in the ledger: what is told is done after the next start, once, and nothing
that was forgotten is left in any file."""

import hashlib
import hmac
import io
import json
import os
import re
import signal
import sqlite3
import struct
import sys
import unittest
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from consign_site import CONFIGURATION, eventually  # noqa: E402
from paramiko_client import connected  # noqa: E402
from retention_site import RetentionSite, message  # noqa: E402

FAULT_POINTS = (
    "forgetting.looked", "forgetting.overwriting", "forgetting.overwritten", "forgetting.moved",
    "forgetting.telling", "forgetting.told", "forgetting.destroying", "forgetting.destroyed",
    "forgetting.dropped", "forgetting.cut",
)
SOURCES = ("desk/retention/forgetting.cpp",)
PURPOSES = {"content": 1, "name": 2, "index": 3, "ledger_period": 4, "file_trace": 5}
DEATH_LIMIT_SECONDS = 30


class ForgettingSite(RetentionSite):
    configuration = CONFIGURATION + "ledger: {keep: 2 seconds}\n"

    @property
    def keyring(self) -> Path:
        return self.data / "keyring.json"

    def add_old_keys(self) -> dict[int, str]:
        """Two keys of a month long ago, as a site has them that was there then; wrapped, by id."""
        root = bytes.fromhex((self.folder / "keys" / "root.key").read_text().strip())

        def derived(info: bytes) -> bytes:
            return HKDF(SHA256(), 32, b"", info).derive(root)

        ring = json.loads(self.keyring.read_text())
        added = {}
        for purpose in ("ledger_period", "file_trace"):
            key = ring["next_id"]
            ring["next_id"] += 1
            added[key] = aes_key_wrap_with_padding(derived(b"consign keyring v1"), os.urandom(32)).hex()
            ring["keys"].append({"id": key, "purpose": purpose, "period": "2020-01", "created": 1577836800000000,
                                 "destroyed": False, "wrapped": added[key]})
        canonical = struct.pack(">I15sIII", 15, b"consign keyring", 1, ring["next_id"], len(ring["keys"]))
        for key in ring["keys"]:
            period = key["period"].encode()
            canonical += (struct.pack(">IBI", key["id"], PURPOSES[key["purpose"]], len(period)) + period
                          + struct.pack(">qB", key["created"], key["destroyed"]) + bytes.fromhex(key["wrapped"]))
        ring["authentication"] = hmac.new(derived(b"consign keyring v1 authentication"), canonical,
                                          hashlib.sha256).hexdigest()
        self.keyring.write_text(json.dumps(ring))
        return added

    def query(self, sql: str, *values: object) -> list:
        with sqlite3.connect(self.data / "consign.db") as database:
            return database.execute(sql, values).fetchall()

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.data.rglob("*") if path.is_file())


class ForgettingFaultTests(unittest.TestCase):
    def test_the_list_has_every_fault_point(self) -> None:
        found = {name for source in SOURCES
                 for name in re.findall(r'fault_point\("(forgetting\.[a-z_]+)"\)', (ROOT / source).read_text())}
        self.assertEqual(found, set(FAULT_POINTS))

    def test_death_at_each_step_forgets_all_and_tells_it_once(self) -> None:
        for point in FAULT_POINTS:
            with self.subTest(point):
                self.die_at(point)

    def die_at(self, point: str) -> None:
        site = ForgettingSite()
        self.addCleanup(site.close)
        site.start()
        with connected(site.login("lab")) as lab:
            lab.putfo(io.BytesIO(message("PATIENT-9")), "/long/kept.hl7", confirm=False)
            for number in range(3):
                lab.putfo(io.BytesIO(message("PATIENT-9")), f"/brief/{number}.hl7", confirm=False)
        eventually(lambda: len(site.events("--action", "destroyed")) >= 3, "the brief ones ended")
        self.assertEqual(site.stop(), 0)
        long = site.query("SELECT stream FROM files")[0][0]
        # All but what tells of the end, which may be too young when the next one looks.
        ended = [row[0] for row in site.query(
            "SELECT personal FROM events WHERE stream NOT IN (?, zeroblob(16)) AND personal IS NOT NULL"
            " AND action NOT IN (35, 55)", long)]
        self.assertGreaterEqual(len(ended), 6)
        old = site.add_old_keys()
        for key in old:
            site.query("INSERT INTO event_index (period, token, sequence) VALUES (?, randomblob(16), 1)", key)

        os.environ["CONSIGN_DIE_AT"] = point
        try:
            try:
                site.start()
            except AssertionError:  # it died before it listened
                pass
            site.daemon.wait(DEATH_LIMIT_SECONDS)
            self.assertEqual(site.daemon.returncode, -signal.SIGKILL, point)
        finally:
            del os.environ["CONSIGN_DIE_AT"]
        site.reader.join()

        site.start()
        eventually(lambda: {row["state"] for row in site.rows("audit", "periods") if row["month"] == "2020-01"}
                   == {"forgotten"}, f"both keys are gone after {point}")
        eventually(lambda: site.query("SELECT cut_log FROM forgetting") == [(0,)]
                   and not site.query("SELECT 1 FROM event_index WHERE period IN (?, ?)", *old),
                   f"the log is cut, the index without them, after {point}")
        told = [row["detail"] for row in site.events("--action", "fields_forgotten")]
        self.assertEqual(sum("2020-01" in detail for detail in told), 2, f"told once each after {point}: {told}")
        left = site.bytes_on_disk()
        for cell in ended:
            self.assertFalse(cell[:24] in left or cell[-24:] in left, f"a cell is left after {point}")
        for wrapped in old.values():
            self.assertFalse(wrapped.encode() in left, f"a key is left after {point}")
        for row in site.events():
            self.assertNotEqual(row["personal"], "altered")
            if row["stream"] == long.hex():
                self.assertEqual(row["personal"], "readable")
        site.consign("audit", "verify")
        self.assertEqual(site.stop(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
