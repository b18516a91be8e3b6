"""consignd dies at each step of what retention does: nothing is lost before its term, and what is over its term ends
once, with one certificate, however often the daemon had to begin again."""

import io
import os
import re
import signal
import sys
import unittest
from pathlib import Path

import paramiko

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from consign_site import eventually  # noqa: E402
from paramiko_client import connected  # noqa: E402
from retention_site import RetentionSite, message  # noqa: E402

FAULT_POINTS = (
    "retention.settling", "retention.settling_some", "retention.settled",
    "retention.judging_clock", "retention.judged_clock",
    "retention.looked", "retention.ending", "retention.doomed",
    "retention.keys_overwritten", "retention.destroyed",
    "retention.certifying", "retention.certified", "retention.ended",
)
SOURCES = ("desk/retention/retention.cpp", "desk/retention/clock_guard.cpp", "desk/retention/disposal.cpp", "storage/vault/vault.cpp")
FILES = 3
DEATH_LIMIT_SECONDS = 30


class RetentionFaultTests(unittest.TestCase):
    def test_the_list_has_every_fault_point(self) -> None:
        found = {name for source in SOURCES
                 for name in re.findall(r'fault_point\("(retention\.[a-z_]+)"\)', (ROOT / source).read_text())}
        self.assertEqual(found, set(FAULT_POINTS))

    def test_death_at_each_step_loses_nothing_and_does_nothing_twice(self) -> None:
        for point in FAULT_POINTS:
            with self.subTest(point):
                self.die_at(point)

    def put_all(self, site: RetentionSite, there: dict[str, str]) -> None:
        """Deposits what was not acknowledged yet; a daemon that dies meanwhile ends it."""
        try:
            with connected(site.login("lab")) as lab:
                lab.putfo(io.BytesIO(message("PATIENT-9")), "/long/kept.hl7", confirm=False)
                for number in range(FILES):
                    name = f"/brief/{number}.hl7"
                    if name not in there:
                        lab.putfo(io.BytesIO(message("PATIENT-9")), name, confirm=False)
                        there[name] = name
        except (EOFError, OSError, paramiko.SSHException):
            pass

    def die_at(self, point: str) -> None:
        site = RetentionSite()
        self.addCleanup(site.close)
        there: dict[str, str] = {}
        os.environ["CONSIGN_DIE_AT"] = point
        try:
            try:
                site.start()
                self.put_all(site, there)
            except AssertionError:  # it died before it listened
                pass
            site.daemon.wait(DEATH_LIMIT_SECONDS)
            self.assertEqual(site.daemon.returncode, -signal.SIGKILL, point)
        finally:
            del os.environ["CONSIGN_DIE_AT"]
        site.reader.join()

        site.start()
        self.put_all(site, there)
        self.assertEqual(len(there), FILES)
        deposits = {row["stream"]: row["path"] for row in site.events("--action", "deposited")
                    if row["outcome"] == "granted"}
        brief = {stream for stream, path in deposits.items() if path.startswith("/lab/brief/")}
        eventually(lambda: brief <= {row["stream"] for row in site.events("--action", "destroyed")},
                   f"all ended after {point}")
        self.assertEqual(sorted(row["stream"] for row in site.events("--action", "destroyed")
                                if row["stream"] in brief), sorted(brief), f"one certificate each, after {point}")
        expired = [(row["stream"], row["path"]) for row in site.events("--action", "expired")]
        self.assertEqual(len(expired), len(set(expired)), "a name ends once")
        left = {path.name for path in site.kept()}
        self.assertFalse(left & brief, f"left in the vault after {point}")
        long = [stream for stream, path in deposits.items() if path == "/lab/long/kept.hl7"]
        self.assertTrue(left >= {long[-1]}, "what is not due is there")
        with connected(site.login("lab")) as lab:
            self.assertIn("kept.hl7", lab.listdir("/long"))
            self.assertEqual(lab.listdir("/brief"), [])
        site.consign("audit", "verify")
        self.assertEqual(site.stop(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
