"""What must hold, in one run, with everything on: one row a promise, judged on medians."""

import statistics
from typing import NamedTuple

from results import Results


class Target(NamedTuple):
    work: str
    metric: str
    bound: str              # at_least, at_most
    factor: float
    against: str = ""       # a peer, or nobody: then the factor is the bound itself
    unit: str = ""


class Verdict(NamedTuple):
    target: Target
    value: float            # a ratio, or the figure itself
    met: bool
    missed_by: float        # a part of the bound; 0 where it is met

    def text(self) -> str:
        target = self.target
        sign = ">=" if target.bound == "at_least" else "<="
        to = f" x {target.against}" if target.against else f" {target.unit}"
        outcome = "met" if self.met else f"MISSED by {self.missed_by:.0%}"
        return f"{target.work}: {target.metric} {sign} {target.factor:g}{to}: {self.value:.3g}, {outcome}"


def _both(put: str, cpu: float, speed: float, against: str = "openssh") -> list[Target]:
    return [Target(put, "cpu_s_gib", "at_most", cpu, against), Target(put, "mib_s", "at_least", speed, against)]


TARGETS = [
    *_both("put-gcm", 1.2, 1.1), Target("put-gcm", "mib_s", "at_least", 3, "gocryptfs"),
    *_both("get-gcm", 0.75, 1.0),
    *_both("put-chacha", 1.0, 1.0), *_both("get-chacha", 1.0, 1.0),
    Target("put-gcm-tmpfs", "cpu_s_gib", "at_most", 1.2, "openssh"),
    Target("get-gcm-tmpfs", "cpu_s_gib", "at_most", 0.75, "openssh"),
    Target("put-chacha-tmpfs", "cpu_s_gib", "at_most", 1.0, "openssh"),
    Target("get-chacha-tmpfs", "cpu_s_gib", "at_most", 1.0, "openssh"),
    Target("put-ftps", "cpu_s_gib", "at_most", 1.5, "proftpd-ftps"), Target("put-ftps", "mib_s", "at_least", 2, "vsftpd"),
    Target("put-ftps-tmpfs", "cpu_s_gib", "at_most", 1.5, "proftpd-ftps"),
    Target("get-ftps", "cpu_s_gib", "at_most", 1.0, "proftpd-ftps"),
    Target("get-ftps", "mib_s", "at_least", 0.7, "pure-ftpd"),
    Target("get-ftps-tmpfs", "cpu_s_gib", "at_most", 1.0, "proftpd-ftps"),
    Target("small-1", "per_s", "at_least", 1.0, "openssh"), Target("small-1", "per_s", "at_least", 2, "gocryptfs"),
    Target("small-8", "per_s", "at_least", 1.5, "openssh"),
    Target("small-32-slow", "per_s", "at_least", 2000, unit="files/s"),
    Target("login", "cpu_ms_each", "at_most", 1 / 20, "openssh"),
    Target("login", "cpu_ms_each", "at_most", 1.0, "go-sftp"),
    Target("idle-10000", "kib_each", "at_most", 64, unit="KiB"),
    Target("idle-10000", "deposit_speed_ratio", "at_least", 0.95, unit="of the speed with none"),
    Target("put-wan", "mib_s", "at_least", 3, "openssh"), Target("get-wan", "mib_s", "at_least", 1.0, "openssh"),
    Target("list", "cpu_us_each", "at_most", 1.0, "openssh"),
    Target("million", "start_seconds", "at_most", 1.0, unit="s"),
    Target("million", "slowest_ratio", "at_least", 0.9, unit="of the speed with none"),
]

# "No slower" is a claim about speeds that differ by less than their own spread.
NO_SLOWER_TOLERANCE = 0.03


def judge(results: Results) -> list[Verdict]:
    """Of the targets whose figures were measured."""
    verdicts = []
    for target in TARGETS:
        ours = results.values(target.work, "consign", target.metric)
        theirs = results.values(target.work, target.against, target.metric) if target.against else [1.0]
        if not ours or not theirs:
            continue
        value = statistics.median(ours) / statistics.median(theirs)
        if target.bound == "at_least":
            bound = target.factor - (NO_SLOWER_TOLERANCE if target.factor == 1 else 0)
            verdicts.append(Verdict(target, value, value >= bound, max(0.0, 1 - value / target.factor)))
        else:
            verdicts.append(Verdict(target, value, value <= target.factor, max(0.0, value / target.factor - 1)))
    return verdicts
