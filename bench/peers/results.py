"""What was measured: for each work, each server and each metric, the values of all rounds."""

import json
import statistics
from pathlib import Path


class Results:
    def __init__(self) -> None:
        self.machine: dict[str, str | int] = {}
        self.limits: list[dict[str, float]] = []   # before, and after
        self.works: dict[str, dict] = {}           # name -> what, headline, peers -> metric -> values
        self.missing: dict[str, str] = {}          # peer -> why
        self.failed: dict[str, str] = {}           # work/peer -> why

    def begin(self, name: str, what: str, headline: str) -> None:
        self.works.setdefault(name, {"what": what, "headline": headline, "peers": {}})

    def add(self, work: str, peer: str, metrics: dict[str, float]) -> None:
        of_peer = self.works[work]["peers"].setdefault(peer, {})
        for metric, value in metrics.items():
            of_peer.setdefault(metric, []).append(value)

    def values(self, work: str, peer: str, metric: str) -> list[float]:
        return self.works.get(work, {}).get("peers", {}).get(peer, {}).get(metric, [])

    def median(self, work: str, peer: str, metric: str) -> float | None:
        values = self.values(work, peer, metric)
        return statistics.median(values) if values else None

    def limit(self, name: str) -> float:
        return statistics.median(each[name] for each in self.limits)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(vars(self), indent=1) + "\n")

    @staticmethod
    def load(path: Path) -> "Results":
        results = Results()
        vars(results).update(json.loads(path.read_text()))
        return results
