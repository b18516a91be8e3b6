"""Which files the lints read, and how they report."""

import argparse
import os
import sys
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

CPP = {".cpp", ".hpp", ".h"}
SCRIPTS = {".py", ".sh", ".cmake"}
NOT_OURS = {"build", ".git", "__pycache__", "corpus"}


class Finding(NamedTuple):
    file: Path
    line: int
    message: str


Lint = Callable[[Path], Iterator[Finding]]


def source_files(root: Path, suffixes: set[str]) -> Iterator[Path]:
    """The sources under a root, in name order, relative to it."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(names):
            if Path(name).suffix in suffixes or (name == "CMakeLists.txt" and ".cmake" in suffixes):
                yield Path(folder, name).relative_to(root)


def lines_of(root: Path, file: Path) -> list[str]:
    return (root / file).read_bytes().decode("utf-8", "surrogateescape").split("\n")


def run(lint: Lint) -> None:
    """The program around one lint: prints FILE:LINE: MESSAGE, and fails where there is one."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("root", type=Path, help="the repository's root")
    findings = list(lint(parser.parse_args().root.resolve()))
    for finding in findings:
        print(f"{finding.file}:{finding.line}: {finding.message}")
    sys.exit(1 if findings else 0)
