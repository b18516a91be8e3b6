"""consignd is killed at every step of a judgement: each deadline is judged once, and told once."""

import os
import re
import sqlite3
import sys
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from consign_site import Site, eventually  # noqa: E402
from paramiko_client import connected  # noqa: E402

SOURCE = "daemon/workers/expectations.cpp"
JUDGING = ("expectations.judging", "expectations.judged", "expectations.told", "expectations.durable")
MENDING = ("expectations.mending", "expectations.mended", "expectations.mend_told", "expectations.mend_durable")
DROPPING = ("expectations.forgetting", "expectations.dropped", "expectations.forgotten")
DAY_MICROSECONDS = 24 * 3600 * 1_000_000

# With the baseline a day back, one deadline has passed: none is near, and no day is longer than another.
EXPECTED = """\
version: 1
deposits:
  - {name: NAME, account: lab, path: /NAME/**, expect_by: "HOUR:00", alert: [operations]}
alerts:
  operations: [{exec: /bin/true}]
"""


class ExpectationFaultTests(unittest.TestCase):
    def setUp(self) -> None:
        self.site = Site()
        self.addCleanup(self.site.close)
        self.site.file.write_text(self.site.file.read_text().replace("zone: Europe/Paris", "zone: UTC"))
        self.assertIn("zone: UTC", self.site.file.read_text())

    def start(self, die_at: str = "") -> None:
        if die_at:
            os.environ["CONSIGN_DIE_AT"] = die_at
        try:
            self.site.start()
        finally:
            os.environ.pop("CONSIGN_DIE_AT", None)

    def states(self) -> list[int]:
        with sqlite3.connect(self.site.data / "consign.db") as database:
            return [state for state, in database.execute("SELECT state FROM expectations ORDER BY deadline")]

    def deadlines_ahead(self) -> list[bool]:
        with sqlite3.connect(self.site.data / "consign.db") as database:
            return [deadline > time.time() * 1_000_000
                    for deadline, in database.execute("SELECT deadline FROM expectations")]

    def alarms(self) -> list[str]:
        return [row["detail"].split(",")[0] for row in self.site.events("--action", "alarm_raised")
                if row["detail"].startswith("deposit_missing")]

    def watch_since_yesterday(self, name: str) -> None:
        hour = time.strftime("%H", time.gmtime(time.time() - 3600))
        (self.site.folder / "policy.d" / "20-expected.yaml").write_text(
            EXPECTED.replace("NAME", name).replace("HOUR", hour))
        self.start()
        eventually(lambda: self.states() == [0], "the baseline")
        self.site.stop()
        with sqlite3.connect(self.site.data / "consign.db") as database:
            database.execute("UPDATE expectations SET deadline = deadline - ?", (DAY_MICROSECONDS,))

    def die_at(self, point: str) -> None:
        self.start(point)
        self.assertEqual(self.site.daemon.wait(20), -9, "it was to die there")
        self.site.reader.join()

    def test_every_point_is_visited(self) -> None:
        points = set(re.findall(r'fault_point\("([^"]+)"\)', (ROOT / SOURCE).read_text()))
        self.assertEqual(points, {*JUDGING, *MENDING, *DROPPING})

    def test_killed_while_it_judges(self) -> None:
        for point in JUDGING:
            with self.subTest(point=point):
                self.setUp()
                self.watch_since_yesterday("early")
                # The baseline is there: the first judgement is that of the deadline.
                self.die_at(point)
                self.start()
                eventually(lambda: self.states() == [0, 2], "the judgement")
                self.assertEqual(self.alarms(), ["deposit_missing raised"])
                self.site.consign("audit", "verify")
                self.site.stop()

    def test_killed_while_it_drops_what_a_clock_ahead_had_judged(self) -> None:
        for point in DROPPING:
            with self.subTest(point=point):
                self.setUp()
                self.watch_since_yesterday("early")
                with sqlite3.connect(self.site.data / "consign.db") as database:
                    database.execute("UPDATE expectations SET deadline = deadline + ?", (4 * DAY_MICROSECONDS,))
                self.die_at(point)
                self.start()
                eventually(lambda: self.deadlines_ahead() == [False], "the new baseline")
                dropped = [row for row in self.site.events("--action", "clock_guarded")
                           if "yet to come were dropped" in row["detail"]]
                self.assertEqual(len(dropped), 1)
                self.site.stop()

    def test_killed_while_it_mends(self) -> None:
        for point in MENDING:
            with self.subTest(point=point):
                self.setUp()
                self.watch_since_yesterday("early")
                self.start()
                eventually(lambda: self.states() == [0, 2], "the judgement")
                with connected(self.site.login("lab")) as lab:
                    lab.mkdir("early")
                    with lab.open("early/late-one", "w") as file:
                        file.write(b"late")
                self.site.stop()
                self.assertEqual(self.states(), [0, 2], "it was mended before the stop")
                self.die_at(point)
                self.start()
                eventually(lambda: self.states() == [0, 3], "that it is mended")
                self.assertEqual(self.alarms(), ["deposit_missing raised", "deposit_missing mended"])
                self.site.stop()


if __name__ == "__main__":
    unittest.main()
