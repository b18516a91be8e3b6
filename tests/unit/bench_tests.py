"""How `./dev bench` counts and judges: bench/peers, without its servers."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench/peers"))

import report
from accounting import Group
from results import Results
from stages import KINDS
from targets import TARGETS, judge
from works import AGAIN_WITH_A_MILLION, WORKS

BURN = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"


def measured(work: str, metric: str, **peers: list[float]) -> Results:
    results = Results()
    results.begin(work, "a work", metric)
    for peer, values in peers.items():
        for value in values:
            results.add(work, peer, {metric: value})
    return results


def verdict(results: Results, against: str) -> tuple[bool, float]:
    found = [each for each in judge(results) if each.target.against == against]
    assert len(found) == 1, found
    return found[0].met, round(found[0].missed_by, 3)


class TargetTests(unittest.TestCase):
    def test_medians_are_compared(self) -> None:
        results = measured("put-gcm", "mib_s", consign=[100, 660, 9000], openssh=[600, 600, 1])
        self.assertEqual(verdict(results, "openssh"), (True, 0))

    def test_a_miss_says_by_how_much(self) -> None:
        results = measured("get-gcm", "cpu_s_gib", consign=[0.9], openssh=[1.0])
        self.assertEqual(verdict(results, "openssh"), (False, 0.2))
        results = measured("small-8", "per_s", consign=[1200], openssh=[1000])
        self.assertEqual(verdict(results, "openssh"), (False, 0.2))

    def test_no_slower_allows_the_noise_and_no_more(self) -> None:
        self.assertEqual(verdict(measured("get-gcm", "mib_s", consign=[98], openssh=[100]), "openssh")[0], True)
        self.assertEqual(verdict(measured("get-gcm", "mib_s", consign=[96], openssh=[100]), "openssh")[0], False)

    def test_a_bound_of_its_own_needs_no_peer(self) -> None:
        self.assertEqual(verdict(measured("small-32-slow", "per_s", consign=[2500]), ""), (True, 0))

    def test_what_was_not_measured_is_not_judged(self) -> None:
        self.assertEqual(judge(measured("put-gcm", "mib_s", consign=[500])), [])

    def test_every_target_can_be_measured(self) -> None:
        works = {work.name: work for work in WORKS}
        for target in TARGETS:
            if target.work == "million":
                continue
            self.assertIn("consign", works[target.work].peers)
            if target.against:
                self.assertIn(target.against, works[target.work].peers, target)
        self.assertLessEqual({peer for work in WORKS for peer in work.peers}, set(KINDS))
        self.assertLessEqual(set(AGAIN_WITH_A_MILLION), set(works))


class ReportTests(unittest.TestCase):
    def test_a_table_has_medians_their_spread_and_the_ratio(self) -> None:
        results = measured("put-gcm", "mib_s", consign=[700, 600, 800], openssh=[350])
        self.assertEqual(report.rows(results, "put-gcm"),
                         [["server", "MiB/s", ""], ["consign", "700 (600–800)", "2.00 x openssh"], ["openssh", "350", ""]])

    def test_what_was_saved_reports_the_same(self) -> None:
        results = measured("login", "cpu_ms_each", consign=[1], openssh=[18])
        results.failed["login, vsftpd"] = "does not listen"
        path = Path(os.environ.get("TMPDIR", "/tmp")) / f"consign-bench-{os.getpid()}.json"
        try:
            results.save(path)
            self.assertEqual(report.text(Results.load(path)), report.text(results))
        finally:
            path.unlink()


class AccountingTests(unittest.TestCase):
    def burn(self, group: Group) -> float:
        """In a grandchild, which has ended when its CPU time is asked for."""
        command = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); print(flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              preexec_fn=group.enter) as child:
            group.roots.append(child.pid)
            child.stdout.readline()  # the grandchild has ended, and was waited for
            seconds = group.cpu_seconds()
            self.assertGreater(group.resident_bytes(), 0)
            child.stdin.close()
        group.close()
        return seconds

    def test_cpu_of_a_process_that_has_ended_counts(self) -> None:
        self.assertGreaterEqual(self.burn(Group("test")), 0.2)

    def test_so_it_does_without_control_groups(self) -> None:
        group = Group("test")
        group.close()
        group.folder, group.kind = None, "processes"
        self.assertGreaterEqual(self.burn(group), 0.19)


if __name__ == "__main__":
    unittest.main()
