"""What becomes of deposits without a peer, as a laboratory, a hospital and an administrator meet it."""

import hashlib
import json
import unittest

from consign_site import eventually
from interop_case import InteropCase
from openssh import OpenSsh
from payload import content
from router_site import FILE_LIMIT_BYTES, STREAM_LIMIT_BYTES, VIRUS, RouterSite, ScannedSite


class RouterCase(InteropCase):
    site_type = RouterSite

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.lab = OpenSsh(cls.site.login("lab"))

    def put(self, whole: bytes, where: str) -> None:
        source = self.local / "source"
        source.write_bytes(whole)
        self.lab.put(source, where)

    def get(self, where: str, client: OpenSsh | None = None) -> bytes | None:
        """None where the client is told that there is nothing."""
        target = self.local / "fetched"
        target.unlink(missing_ok=True)
        (client or self.partner).sftp(b"get " + where.encode() + b" " + bytes(target), check=False)
        return target.read_bytes() if target.exists() else None

    def arrives(self, where: str, client: OpenSsh | None = None) -> bytes:
        return eventually(lambda: self.get(where, client), f"{where}")


class AcknowledgeTests(RouterCase):
    def test_the_laboratory_finds_its_acknowledgement(self) -> None:
        whole = content(100_000, "acknowledged")
        self.put(whole, "/in/a1.hl7")
        document = json.loads(self.arrives("/ack/a1.hl7.ack", self.lab))
        self.assertEqual(document["deposit"]["sha256"], hashlib.sha256(whole).hexdigest())
        self.assertEqual((document["deposit"]["path"], document["deposit"]["size"]), ("/in/a1.hl7", 100_000))
        self.assertEqual(document["route"], "results")
        told = self.site.events("--action", "acknowledged")
        self.assertEqual([(row["account"], row["stream"]) for row in told],
                         [("system:router", document["deposit"]["id"])])
        self.assertEqual(self.get("/out/a1.hl7"), whole)


class QuarantineTests(RouterCase):
    def test_an_administrator_lists_releases_and_rejects(self) -> None:
        whole = content(50_000, "held")
        for name in ("q1.odd", "q2.odd"):
            self.put(whole, f"/in/{name}")
        rows = {row["was"]: row for row in self.site.rows("quarantine", "list")}
        self.assertEqual(sorted(rows), ["/labs/lab/in/q1.odd", "/labs/lab/in/q2.odd"])
        row = rows["/labs/lab/in/q1.odd"]
        self.assertEqual((row["account"], row["why"], row["cause"]), ("lab", "nobody expects it", "rule"))
        self.assertFalse(self.lab.sees("/in/q9.odd"))
        said = self.site.consign("quarantine", "release", row["id"][:8]).stdout
        self.assertIn("/labs/lab/in/q1.odd: released", said)
        self.assertTrue(self.lab.sees("/in/q1.odd"))
        self.site.consign("quarantine", "reject", rows["/labs/lab/in/q2.odd"]["id"])
        self.assertEqual(self.site.rows("quarantine", "list"), [])
        self.assertNotEqual(self.site.consign("quarantine", "reject", "ffff", check=False).returncode, 0)
        told = [row["action"] for row in self.site.events() if row["action"].startswith("quarantine_")]
        self.assertEqual(told, ["quarantine_released", "quarantine_rejected"])


class ScanTests(RouterCase):
    site_type = ScannedSite

    def held(self) -> dict[str, dict]:
        return {row["was"]: row for row in self.site.rows("quarantine", "list")}

    def alarms(self) -> list[str]:
        return [row["detail"] for row in self.site.events("--action", "alarm_raised")
                if row["detail"].startswith("scanner_gone")]

    def test_what_is_clean_passes_and_is_acknowledged(self) -> None:
        whole = content(300_000, "clean")
        self.put(whole, "/in/clean.hl7")
        self.assertEqual(self.arrives("/out/clean.hl7"), whole)
        self.arrives("/ack/clean.hl7.ack", self.lab)
        self.assertEqual([row["outcome"] for row in self.site.events("--action", "scanned")
                          if row["path"].endswith("/clean.hl7")], ["granted"])

    def test_a_virus_and_what_is_too_large_do_not_pass(self) -> None:
        self.put(content(1000, "before") + VIRUS + content(1000, "after"), "/in/virus.hl7")
        self.put(VIRUS, "/in/virus.hl7.ok")
        self.put(content(STREAM_LIMIT_BYTES + 100_000, "large"), "/in/large.hl7")
        # clamd takes it, and looks no further than its own limit.
        self.put(content(FILE_LIMIT_BYTES + 100_000, "long"), "/in/long.hl7")
        names = {f"/labs/lab/in/{name}" for name in ("virus.hl7", "virus.hl7.ok", "large.hl7", "long.hl7")}
        held = eventually(lambda: (now := self.held()).keys() >= names
                          and all(now[name]["state"] == "quarantined" for name in names) and now, "the quarantine")
        self.assertEqual(held["/labs/lab/in/virus.hl7"]["why"], "infected: Consign.Test-1.UNOFFICIAL")
        self.assertEqual(held["/labs/lab/in/virus.hl7.ok"]["cause"], "infected")
        self.assertEqual(held["/labs/lab/in/large.hl7"]["why"], "too large to scan")
        self.assertEqual(held["/labs/lab/in/long.hl7"]["why"], "too large to scan")
        for name in ("virus.hl7", "large.hl7", "long.hl7"):
            self.assertIsNone(self.get(f"/out/{name}"))
        for row in held.values():
            self.site.consign("quarantine", "reject", row["id"])

    def test_without_a_scanner_everything_is_held_in_order_and_told_once(self) -> None:
        self.site.clamd.stop()
        before = len(self.alarms())
        names = [f"order-{number}.hl7" for number in range(5)]
        for name in names:
            self.put(content(20_000, name), f"/in/{name}")
        eventually(lambda: len(self.alarms()) == before + 1, "the alarm")
        self.assertEqual({row["state"] for row in self.held().values()}, {"unscanned"})
        self.assertIsNone(self.get(f"/out/{names[0]}"))
        self.assertIsNone(self.get(f"/in/{names[0]}", self.lab))
        jobs = self.site.rows("jobs", "list", "--kind", "scan")
        refused = self.site.consign("jobs", "cancel", str(jobs[0]["id"]), check=False)
        self.assertIn("quarantine reject", refused.stderr)
        # A restart changes nothing, and tells nobody again.
        self.assertEqual(self.site.stop(), 0)
        self.site.start()
        type(self).partner, type(self).lab = OpenSsh(self.site.login("partner")), OpenSsh(self.site.login("lab"))
        self.assertEqual({row["state"] for row in self.held().values()}, {"unscanned"})
        self.site.clamd.start()
        for job in jobs:
            self.site.consign("jobs", "retry", str(job["id"]), check=False)
        for name in names:
            self.assertEqual(self.arrives(f"/out/{name}"), content(20_000, name))
        scanned = [row["path"].rsplit("/", 1)[1] for row in self.site.events("--action", "scanned")
                   if "/order-" in row["path"]]
        self.assertEqual(scanned, names)
        alarms = self.alarms()[before:]
        self.assertEqual([alarm.split(",")[0] for alarm in alarms], ["scanner_gone raised", "scanner_gone mended"])


if __name__ == "__main__":
    unittest.main()
