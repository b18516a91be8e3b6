"""Every C++ source is as clang-format leaves it."""

import re
import subprocess
from pathlib import Path
from typing import Iterator

from source_files import CPP, Finding, run, source_files

COMPLAINT = re.compile(r"^(.+?):(\d+):\d+: error: code should be clang-formatted")


def formatting(root: Path) -> Iterator[Finding]:
    files = [str(file) for file in source_files(root, CPP)]
    if not files:
        return
    checked = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *files],
                             cwd=root, capture_output=True, text=True)
    unformatted: dict[str, int] = {}
    for line in checked.stderr.splitlines():
        complaint = COMPLAINT.match(line)
        if complaint:
            unformatted.setdefault(complaint[1], int(complaint[2]))
    if checked.returncode and not unformatted:
        raise SystemExit(f"clang-format-19 failed: {checked.stderr}")
    for file, line in unformatted.items():
        yield Finding(Path(file), line, "not as clang-format writes it, from here on: ./dev fmt")


if __name__ == "__main__":
    run(formatting)
