"""Terms against the real daemon: what is over its term ends by itself, with names, keys and a certificate; a hold
keeps it; a person's report and a request of erasure are answered."""

import io
import json
import sys
import unittest

from consign_site import eventually
from paramiko_client import connected
from retention_site import RetentionSite, message


class RetentionTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = RetentionSite()
        cls.addClassCleanup(cls.site.close)
        cls.site.start()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.site.consign("audit", "verify")
        assert cls.site.stop() == 0
        assert cls.site.found_in_clear(b"KOWALCZYK", b"PATIENT-") == []

    def put(self, path: str, content: bytes) -> str:
        """Returns the content's id."""
        with connected(self.site.login("lab")) as lab:
            lab.putfo(io.BytesIO(content), path, confirm=False)
        rows = [row for row in self.site.events("--action", "deposited") if row["path"] == "/lab" + path]
        return rows[-1]["stream"]

    def events_of(self, stream: str, action: str) -> list[dict]:
        return [row for row in self.site.events("--action", action) if row["stream"] == stream]

    def test_what_is_over_its_term_ends_by_itself(self) -> None:
        stream = self.put("/brief/ends.hl7", message("PATIENT-1"))
        eventually(lambda: self.events_of(stream, "destroyed"), "the certificate")
        self.assertEqual(len(self.events_of(stream, "destroyed")), 1)
        self.assertEqual({row["path"] for row in self.events_of(stream, "expired")},
                         {"/lab/brief/ends.hl7", "/partner/out/ends.hl7"})
        certificate, = self.events_of(stream, "destroyed")
        self.assertEqual(certificate["account"], "system:retention")
        self.assertRegex(certificate["rule"], r"^policy\.d/10-interop\.yaml:\d+$")
        self.assertTrue(certificate["sha256"])
        self.assertNotIn(stream, {path.name for path in self.site.kept()})
        with connected(self.site.login("partner")) as partner:
            self.assertNotIn("ends.hl7", partner.listdir("/out"))

    def test_a_hold_keeps_it_until_it_is_lifted(self) -> None:
        self.site.consign("hold", "add", "--subject", "HNORD/PATIENT-2", "--reason", "inspection")
        stream = self.put("/brief/held.hl7", message("PATIENT-2"))
        other = self.put("/brief/free.hl7", message("PATIENT-3"))
        eventually(lambda: self.events_of(other, "destroyed"), "the end of what nobody holds")
        row, = [row for row in self.site.rows("retention", "plan", "--until", "2100-01-01") if row["stream"] == stream]
        self.assertTrue(row["kept_by"].startswith("hold "), row)
        answer = json.loads(self.site.consign("subject", "erase", "HNORD/PATIENT-2", "--json").stdout)
        self.assertEqual((answer["erased"], answer["kept"]), (0, 1))
        self.assertIn("17(3)(e)", answer["contents"][0]["ground"])
        self.assertIn(stream, {path.name for path in self.site.kept()})
        self.assertIn("inspection", self.site.consign("hold", "list").stdout)
        self.site.consign("hold", "lift", "--subject", "HNORD/PATIENT-2")
        answer = json.loads(self.site.consign("subject", "erase", "HNORD/PATIENT-2", "--json").stdout)
        self.assertEqual((answer["erased"], answer["facts_erased"]), (1, True))
        self.assertEqual(len(self.events_of(stream, "destroyed")), 1)

    def test_a_claim_suspends_the_term_which_goes_on_once_it_is_lifted(self) -> None:
        self.site.consign("hold", "add", "--account", "lab", "--case", "24/0816", "--reason", "dispute")
        stream = self.put("/brief/claimed.hl7", message("PATIENT-5"))
        rows = [row for row in self.site.rows("retention", "plan") if row["stream"] == stream]
        self.assertEqual([(row["due"], row["why"]) for row in rows], [(None, "suspended by a claim")])
        self.assertIn("24/0816", self.site.consign("hold", "list").stdout)
        self.site.consign("hold", "lift", "--case", "24/0816")
        eventually(lambda: self.events_of(stream, "destroyed"), "the certificate")
        certificate, = self.events_of(stream, "destroyed")
        lifted, = [row for row in self.site.events("--action", "hold_lifted") if "account" in row["detail"]]
        self.assertGreater(certificate["time"], lifted["time"])

    def test_what_is_kept_and_no_longer_visible_is_found(self) -> None:
        stream = self.put("/long/kept.hl7", message("PATIENT-4"))
        with connected(self.site.login("lab")) as lab:
            lab.remove("/long/kept.hl7")
        row, = [row for row in self.site.rows("files", "ls", "--retained") if row["stream"] == stream]
        self.assertEqual((row["class"], row["names"]), ("long", 0))
        planned, = [row for row in self.site.rows("retention", "plan", "--until", "2100-01-01")
                    if row["stream"] == stream]
        self.assertEqual((planned["why"], planned["kept_by"]), ("deposit + keep", ""))
        report = self.site.rows("subject", "report", "HNORD/PATIENT-4")
        self.assertEqual([row["stream"] for row in report if row["kind"] == "file"], [stream])
        self.assertIn("removed", {row["action"] for row in report if row["kind"] == "event"})
        text = self.site.consign("subject", "erase", "HNORD/PATIENT-4").stdout
        self.assertIn("CSP R.1112-7", text)
        self.assertIn("17(3)(b)", text)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
