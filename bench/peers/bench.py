"""Measures Consign and its peers at the same work in turn (A B C A B C), and judges the figures by the targets.
`./dev bench` installs what it needs, and runs it."""

import argparse
import contextlib
import json
import os
import platform
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import picture
import report
from profile_server import Profile
from results import Results
from stages import KINDS, Folders, Stage
from targets import judge
from works import AGAIN_WITH_A_MILLION, QUICK, WORKS, Sizes, Work, fill

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("disk", "slow", "wan", "memory")  # that in memory last: it gives its memory back
LOWER_IS_BETTER = {"cpu_us_each"}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    names = sorted({work.group for work in WORKS}) + [work.name for work in WORKS]
    parser.add_argument("--only", action="append", choices=names, metavar="WORK", default=[],
                        help="a work or a group of them; may be repeated: " + ", ".join(names))
    parser.add_argument("--peers", help="servers, with commas between; all by default: " + ", ".join(KINDS))
    parser.add_argument("--rounds", type=int, help="5, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it works, not how fast")
    parser.add_argument("--million", action="store_true", help="also with a million files in the store")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all values of all rounds")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the tables of docs/performance.md")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="the picture of docs/performance.md")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="saved",
                        help="measures nothing: reports what --json has saved")
    parser.add_argument("--profile", type=Path, metavar="FOLDER",
                        help="instead: each work once, against consign alone, under perf")
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on the disk to measure")
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder on tmpfs")
    parser.add_argument("--programs", type=Path, default=ROOT / "build/release")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.folders = Folders(arguments.disk, arguments.memory, arguments.programs.resolve())
        self.sizes = QUICK if arguments.quick else Sizes()
        self.rounds = arguments.rounds or (1 if arguments.quick else 5)
        wanted = arguments.peers.split(",") if arguments.peers else list(KINDS)
        self.works = [work for work in WORKS
                      if not arguments.only or work.name in arguments.only or work.group in arguments.only]
        self.million = arguments.million
        self.profiles = arguments.profile
        if self.profiles:
            self.profiles.mkdir(exist_ok=True)
            wanted, self.rounds = ["consign"], 1
        self.json = arguments.json
        self.results = Results()
        self.results.missing = {name: KINDS[name].is_missing for name in wanted if KINDS[name].is_missing}
        self.peers = [name for name in wanted if name not in self.results.missing]
        self.left: list[Stage] = []

    def run(self) -> Results:
        self.results.machine = self._machine()
        try:
            self._limits()
            for stage in STAGES:
                works = [work for work in self.works if work.stage == stage]
                if works:
                    self._guarded(f"stage {stage}", lambda: self._stage(stage, works))
            if self.million:
                self._guarded("stage million", self._with_a_million)
            self._limits()
        finally:
            say("folders go ...")
            for stage in self.left:
                stage.remove_folder()
        return self.results

    @staticmethod
    def _machine() -> dict[str, str | int]:
        model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
        commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
        return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release(),
                "load before": f"{os.getloadavg()[0]:.2f}", "date": time.strftime("%Y-%m-%d"),
                "commit": commit.stdout.strip()}

    def _limits(self) -> None:
        program = self.folders.programs / "bench/peers/machine_limits"
        done = subprocess.run([program, self.folders.disk], check=True, capture_output=True, text=True)
        self.results.limits.append(json.loads(done.stdout))

    def _guarded(self, what: str, do: Callable[[], None]) -> bool:
        try:
            do()
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            self.results.failed[what] = str(error)
            say(f"   {what}: {error}")
            return False
        return True

    def _save(self) -> None:
        """A long run that is cut leaves what it has."""
        if self.json:
            self.results.save(self.json)

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[Stage]:
        stage = Stage(name, self.folders)
        self.left.append(stage)
        with stage:
            yield stage

    def _stage(self, name: str, works: list[Work]) -> None:
        with self._opened(name) as stage:
            for work in works:
                self._work(stage, work)
                self._save()

    def _work(self, stage: Stage, work: Work) -> None:
        self.results.begin(work.name, work.what, work.headline)
        peers = [name for name in work.peers if name in self.peers]
        for round_number in range(self.rounds):
            for name in list(peers):
                say(f"{work.name}: {name}, round {round_number + 1} of {self.rounds}")
                if not self._guarded(f"{work.name}, {name}", lambda: self.results.add(
                        work.name, name, self._measured(stage, work, name))):
                    peers.remove(name)

    def _measured(self, stage: Stage, work: Work, name: str) -> dict[str, float]:
        peer = stage.fresh_peer(name) if work.fresh else stage.peer(name)
        try:
            work.prepare(peer, self.sizes)
            if stage.name != "memory":
                os.sync()  # what others have left to write is not this one's
            with Profile(self.profiles / f"{work.name}.txt") if self.profiles else contextlib.nullcontext():
                return work.measure(peer, self.sizes, work.protocol)
        finally:
            if work.fresh:
                peer.close()

    def _with_a_million(self) -> None:
        """The same works by the same store, empty and full."""
        works = [work for work in WORKS if work.name in AGAIN_WITH_A_MILLION]
        self.results.begin("million", f"{self.sizes.million:,} files in the store", "slowest_ratio")
        with self._opened("million") as stage:
            self._again(stage, works, "empty")
            say("the store fills ...")
            peer = stage.peer("consign")
            metrics = {"filled_per_s": fill(peer, self.sizes)}
            metrics["start_seconds"] = peer.start()
            self._again(stage, works, "full")
        ratios = {f"{work.name}, ratio": self._ratio(work) for work in works}
        metrics |= {name: ratio for name, ratio in ratios.items() if ratio}
        metrics["slowest_ratio"] = min(filter(None, ratios.values()), default=0)
        self.results.add("million", "consign", metrics)

    def _again(self, stage: Stage, works: list[Work], store: str) -> None:
        """Beside a server that stores nothing in between: what has changed for that one, too, is the machine."""
        for work in works:
            name = f"million-{work.name}"
            self.results.begin(name, f"{work.what}; the store empty, and full", work.headline)
            beside = [peer for peer in work.peers if peer in report.REFERENCE and peer in self.peers][:1]
            for round_number in range(self.rounds):
                say(f"{name}: {store}, round {round_number + 1} of {self.rounds}")
                self.results.add(name, store, self._measured(stage, work, "consign"))
                for peer in beside:
                    self._guarded(f"{name}, {peer}", lambda: self.results.add(
                        name, f"{peer}, meanwhile {store}", self._measured(stage, work, peer)))

    def _ratio(self, work: Work) -> float | None:
        """Of speeds, full to empty."""
        values = [self.results.values(f"million-{work.name}", store, work.headline) for store in ("full", "empty")]
        if not all(values):
            return None
        ratio = statistics.median(values[0]) / statistics.median(values[1])
        return 1 / ratio if work.headline in LOWER_IS_BETTER else ratio


def main() -> int:
    arguments = parse()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit("./dev bench: told to end"))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    results = Results.load(arguments.saved) if arguments.saved else Bench(arguments).run()
    if arguments.json:
        results.save(arguments.json)
    if arguments.markdown:
        arguments.markdown.write_text(report.markdown(results))
    if arguments.svg:
        picture.draw(results, arguments.svg)
    print(report.text(results))
    if arguments.quick:
        print("\nSizes were small (--quick): these figures say that it works, and nothing about how fast.")
    missed = [verdict for verdict in judge(results) if not verdict.met]
    ours_failed = [what for what in results.failed if "consign" in what or "stage" in what]
    return 1 if missed and not arguments.quick or ours_failed else 0


if __name__ == "__main__":
    sys.exit(main())
