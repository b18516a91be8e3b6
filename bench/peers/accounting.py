"""CPU time and memory of a server, over all of its processes, those that have ended too."""

import contextlib
import os
import re
import signal
import time
from pathlib import Path

V1 = Path("/sys/fs/cgroup/cpuacct")
V2 = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
TICKS = os.sysconf("SC_CLK_TCK")
KILL_LIMIT_SECONDS = 10


def _descendants(process: int) -> list[int]:
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(process, 0)
        found.append(process)
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _descendants(int(child))
    return found


def _cpu_seconds(process: int) -> float:
    """With the children that it has waited for."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(map(int, fields[11:15])) / TICKS


class Group:
    """The processes of one server: a control group where one can be made, else a tree of processes."""

    def __init__(self, name: str) -> None:
        self.roots: list[int] = []  # for the tree; whoever starts a process adds it
        self.folder, self.kind = self._make(f"consign-bench-{os.getpid()}-{name}")

    @staticmethod
    def _make(name: str) -> tuple[Path | None, str]:
        candidates = [(V1, "v1", "cpuacct.usage"), *((root, "v2", "cpu.stat") for root in V2)]
        for root, kind, counter in candidates:
            try:
                folder = root / name
                folder.mkdir()
                if (folder / counter).exists():
                    return folder, kind
                folder.rmdir()
            except OSError:
                continue
        return None, "processes"

    def enter(self) -> None:
        """In a child, before its program begins."""
        if self.folder:
            (self.folder / "cgroup.procs").write_text("0")

    def processes(self) -> list[int]:
        if self.folder:
            return [int(each) for each in (self.folder / "cgroup.procs").read_text().split()]
        return [each for root in self.roots for each in _descendants(root)]

    def cpu_seconds(self) -> float:
        if self.kind == "v1":
            return int((self.folder / "cpuacct.usage").read_text()) / 1e9
        if self.kind == "v2":
            return int(re.search(r"usage_usec (\d+)", (self.folder / "cpu.stat").read_text())[1]) / 1e6
        return sum(map(_cpu_seconds, self.processes()))

    def resident_bytes(self) -> int:
        """A page that several share counts once (PSS)."""
        total = 0
        for process in self.processes():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                pages = Path(f"/proc/{process}/smaps_rollup").read_text()
                total += int(re.search(r"^Pss:\s+(\d+) kB", pages, re.MULTILINE)[1]) * 1024
        return total

    def close(self) -> None:
        """Ends what is left."""
        end = time.monotonic() + KILL_LIMIT_SECONDS
        while (left := self.processes()) and time.monotonic() < end:
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            for root in self.roots:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(root, os.WNOHANG)
            time.sleep(0.02)
        if self.folder:
            with contextlib.suppress(OSError):
                self.folder.rmdir()
