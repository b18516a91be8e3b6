"""Where a server's time goes during a work: perf, as text."""

import signal
import subprocess
import time
from pathlib import Path

from load import Load

ATTACH_SECONDS = 1.0
SAMPLES_PER_SECOND = 999
SHOWN_PERCENT = 0.7
PREPARATIONS = {"remove", "mkdir"}


class Profile:
    """While the block lasts, the work of a load client on the server is recorded, not what prepares it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path.with_suffix(".perf")

    def __enter__(self) -> "Profile":
        self.go = Load.go
        profile = self

        def recorded_go(load: Load, settle_seconds: float = 0) -> dict:
            if load.verb in PREPARATIONS:
                return profile.go(load, settle_seconds)
            processes = ",".join(map(str, load.peer.group.processes()))
            command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(SAMPLES_PER_SECOND), "-g", "-o", profile.data,
                       "-p", processes]
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as recorder:
                time.sleep(ATTACH_SECONDS)
                try:
                    return profile.go(load, settle_seconds)
                finally:
                    recorder.send_signal(signal.SIGINT)
        Load.go = recorded_go
        return self

    def __exit__(self, *_: object) -> None:
        Load.go = self.go
        if not self.data.exists():
            return
        self.path.write_text(self._by("dso") + "\n\n" + self._by("symbol") + "\n")
        self.data.unlink()

    def _by(self, what: str) -> str:
        command = ["perf", "report", "-i", self.data, "--stdio", "--no-children", "-g", "none", "-F", f"overhead,{what}",
                   "--percent-limit", str(SHOWN_PERCENT)]
        done = subprocess.run(command, capture_output=True, text=True)
        lines = [line.rstrip() for line in done.stdout.splitlines() if line.strip() and not line.startswith("#")]
        return "\n".join([f"by {what}", *lines])
