"""consignd is killed at each fault point of what becomes of deposits without a peer: nothing lost, nothing twice."""

import json
import sys
import unittest
from pathlib import Path

import paramiko

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from consign_site import eventually  # noqa: E402
from paramiko_client import connected  # noqa: E402
from payload import CONTENT_MARKER, NAME_MARKER, content  # noqa: E402
from router_site import VIRUS, HastySite, RouterSite, ScannedSite, fault_points  # noqa: E402

ACKNOWLEDGE = ("queue.taken", "acknowledge.taken", "acknowledge.begun", "acknowledge.noted", "acknowledge.sealed",
               "acknowledge.in_transaction", "acknowledge.named", "acknowledge.settled", "queue.carried_out",
               "queue.settled")

SCAN = ("queue.taken", "scan.taken", "scan.answered", "scan.appraised", "scan.in_transaction", "scan.written",
        "queue.carried_out", "queue.settled")
GONE = ("scan.gone",)
RELEASE = ("release.appraised", "release.in_transaction", "release.written")
REJECT = ("reject.in_transaction", "reject.written")
NEVER_RENAMED = ("never_renamed.found", "never_renamed.in_transaction", "never_renamed.written")


class FaultCase(unittest.TestCase):
    site_type = RouterSite

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = cls.site_type()
        cls.addClassCleanup(cls.site.close)

    def put(self, name: str, whole: bytes) -> None:
        """The daemon may die before it can say goodbye, but not before the deposit is acknowledged."""
        with connected(self.site.login("lab")) as lab:
            with lab.open(f"/in/{name}", "w") as file:
                file.write(whole)

    def put_and_die_at(self, point: str, name: str, whole: bytes) -> None:
        if self.site.daemon and self.site.daemon.poll() is None:
            self.site.kill()  # of a case that failed
        self.site.start_to_die_at(point)
        try:
            self.put(name, whole)
        except (EOFError, OSError, paramiko.SSHException):
            pass  # it died with the answer on its way
        self.site.wait_for_death()

    def jobs(self) -> list[dict]:
        return self.site.rows("jobs", "list")


class AcknowledgeFaultTests(FaultCase):
    def test_the_list_of_acknowledge_is_whole(self) -> None:
        self.assertEqual({point for point in ACKNOWLEDGE if not point.startswith("queue.")},
                         fault_points("desk/deposits/acknowledgement.cpp"))

    def test_a_deposit_is_acknowledged_once_whenever_the_daemon_dies(self) -> None:
        acknowledged = 0
        for point in ACKNOWLEDGE:
            with self.subTest(point):
                name = f"{NAME_MARKER}-{point}.hl7"
                whole = content(70_000, name)
                self.put_and_die_at(point, name, whole)
                self.site.start()
                eventually(lambda: not self.jobs(), "the end of the job")
                acknowledged += 1
                with connected(self.site.login("lab")) as lab, connected(self.site.login("partner")) as partner:
                    self.assertEqual(len(lab.listdir("/ack")), acknowledged)
                    with lab.open(f"/ack/{name}.ack") as file:
                        document = json.loads(file.read())
                    self.assertEqual(document["deposit"]["path"], f"/in/{name}")
                    with partner.open(f"/out/{name}") as file:
                        self.assertTrue(file.read() == whole)
                self.assertEqual((self.site.sealed_files(), self.site.staged_files()), (2 * acknowledged, 0))
                self.assertEqual(len(self.site.events("--action", "acknowledged")), acknowledged)
                self.assertEqual(self.site.stop(), 0)
        self.site.consign("audit", "verify")
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])


class ScanFaultTests(FaultCase):
    site_type = ScannedSite

    def settled(self) -> bool:
        return not self.jobs()

    def test_the_list_of_scan_is_whole(self) -> None:
        self.assertEqual({point for point in SCAN + GONE if not point.startswith("queue.")},
                         fault_points("desk/deposits/scan.cpp", "desk/deposits/scan_gate.cpp", "daemon/workers/scanner.cpp"))

    def test_a_deposit_is_scanned_and_routed_once_whenever_the_daemon_dies(self) -> None:
        infected = 0
        for number, point in enumerate(SCAN):
            with self.subTest(point):
                name = f"{NAME_MARKER}-{point}.hl7"
                whole = content(70_000, name)
                bad = number % 2 == 1
                self.put_and_die_at(point, name, whole + VIRUS if bad else whole)
                self.site.start()
                eventually(self.settled, "the end of the jobs")
                with connected(self.site.login("partner")) as partner:
                    delivered = [each for each in partner.listdir("/out") if point in each]
                held = [row for row in self.site.rows("quarantine", "list") if point in row["was"]]
                self.assertEqual((len(delivered), len(held)), (0, 1) if bad else (1, 0))
                scanned = [row for row in self.site.events("--action", "scanned") if point in row["path"]]
                self.assertEqual([row["outcome"] for row in scanned], ["failed" if bad else "granted"])
                infected += bad
                self.assertEqual(len([row for row in self.site.events("--action", "alarm_raised")
                                      if row["detail"].startswith("infected_deposit")]), infected)
                self.assertEqual(self.site.stop(), 0)

    def test_a_scanner_that_is_gone_loses_nothing_and_lets_nothing_pass(self) -> None:
        name = f"{NAME_MARKER}-gone.hl7"
        whole = content(70_000, name)
        self.site.clamd.stop()
        self.put_and_die_at("scan.gone", name, whole)
        self.site.start()
        self.assertEqual([row["state"] for row in self.site.rows("quarantine", "list") if "gone" in row["was"]],
                         ["unscanned"])
        self.site.clamd.start()
        for job in self.jobs():
            self.site.consign("jobs", "retry", str(job["id"]), check=False)
        eventually(self.settled, "the end of the jobs", 90)
        with connected(self.site.login("partner")) as partner:
            self.assertEqual([each for each in partner.listdir("/out") if "gone" in each], [name])
        self.assertEqual(self.site.stop(), 0)


class QuarantineFaultTests(FaultCase):
    def held(self, name: str) -> list[dict]:
        return [row for row in self.site.rows("quarantine", "list") if name in row["was"]]

    def decide_and_die_at(self, point: str, verb: str, name: str) -> str:
        """The id of what the administrator decided on."""
        self.site.start_to_die_at(point)
        self.put(name, content(70_000, name))
        held = self.held(name)
        self.assertEqual([row["state"] for row in held], ["quarantined"])
        self.site.consign("quarantine", verb, held[0]["id"], check=False)
        self.site.wait_for_death()
        self.site.start()
        return held[0]["id"]

    def actions(self, stream: str) -> list[str]:
        return [row["action"] for row in self.site.events() if row["stream"] == stream]

    def test_the_lists_of_release_and_reject_are_whole(self) -> None:
        self.assertEqual(set(RELEASE + REJECT), fault_points("desk/deposits/quarantine_verbs.cpp", "desk/deposits/quarantine.cpp"))

    def test_a_release_happens_whole_or_not_at_all(self) -> None:
        for point in RELEASE:
            with self.subTest(point):
                name = f"{NAME_MARKER}-{point}.odd"
                stream = self.decide_and_die_at(point, "release", name)
                released = point == "release.written"
                self.assertEqual(self.actions(stream).count("quarantine_released"), int(released))
                self.assertEqual(len(self.held(name)), int(not released))
                if not released:
                    self.site.consign("quarantine", "release", stream)
                self.assertNotEqual(self.site.consign("quarantine", "release", stream, check=False).returncode, 0)
                self.assertEqual(self.held(name), [])
                self.assertEqual(self.actions(stream).count("quarantine_released"), 1)
                with connected(self.site.login("lab")) as lab, connected(self.site.login("partner")) as partner:
                    self.assertEqual([each for each in lab.listdir("/in") if point in each], [name])
                    self.assertEqual([each for each in partner.listdir("/out") if point in each], [name])
                    with partner.open(f"/out/{name}") as file:
                        self.assertTrue(file.read() == content(70_000, name))
                self.assertEqual(self.site.stop(), 0)
        self.site.consign("audit", "verify")

    def test_what_is_rejected_is_gone_once(self) -> None:
        for point in REJECT:
            with self.subTest(point):
                name = f"{NAME_MARKER}-{point}.odd"
                before = self.site.sealed_files()
                stream = self.decide_and_die_at(point, "reject", name)
                if point == "reject.in_transaction":
                    self.assertEqual((len(self.held(name)), self.site.sealed_files()), (1, before + 1))
                    self.site.consign("quarantine", "reject", stream)
                self.assertEqual((self.held(name), self.site.sealed_files()), ([], before))
                actions = self.actions(stream)
                self.assertEqual((actions.count("quarantine_rejected"), actions.count("destroyed")), (1, 1))
                self.assertEqual(self.site.stop(), 0)
        self.site.consign("audit", "verify")


class NeverRenamedFaultTests(FaultCase):
    site_type = HastySite

    def test_the_list_of_never_renamed_is_whole(self) -> None:
        self.assertEqual(set(NEVER_RENAMED), {point for point in fault_points("desk/housekeeping.cpp")
                                              if point.startswith("never_renamed.")})

    def test_temporary_names_are_put_away_and_told_once(self) -> None:
        for told, point in enumerate(NEVER_RENAMED, 1):
            with self.subTest(point):
                name = f"{NAME_MARKER}-{point}.part"
                self.put_and_die_at(point, name, content(70_000, name))
                self.site.start()
                held = eventually(lambda: [row for row in self.site.rows("quarantine", "list")
                                           if point in row["was"]], "the quarantine")
                self.assertEqual([row["cause"] for row in held], ["never_renamed"])
                alarms = [row for row in self.site.events("--action", "alarm_raised")
                          if row["detail"].startswith("temporary_names_kept")]
                self.assertEqual(len(alarms), told)
                with connected(self.site.login("lab")) as lab:
                    self.assertEqual([each for each in lab.listdir("/in") if point in each], [])
                self.assertEqual(self.site.sealed_files(), told)
                self.assertEqual(self.site.stop(), 0)


if __name__ == "__main__":
    unittest.main()
