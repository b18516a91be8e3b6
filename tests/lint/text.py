"""Sizes, blanks, and marks of unfinished work."""

import re
from pathlib import Path
from typing import Iterator

from source_files import CPP, SCRIPTS, Finding, lines_of, run, source_files

FILE_LIMIT_LINES = 600
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
CATCH_ALL_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def text(root: Path) -> Iterator[Finding]:
    for file in source_files(root, CPP | SCRIPTS):
        lines = lines_of(root, file)
        if len(lines) - 1 > FILE_LIMIT_LINES:
            yield Finding(file, len(lines) - 1, f"{len(lines) - 1} lines, and {FILE_LIMIT_LINES} is the limit: "
                                                "does it hold two concepts?")
        if set(re.split(r"[_.]", file.stem)) & CATCH_ALL_NAMES:
            yield Finding(file, 1, "named after no concept: name it after the one thing that it holds")
        if lines[-1]:
            yield Finding(file, len(lines), "the last line has no end")
        for number, line in enumerate(lines, start=1):
            if "\t" in line:
                yield Finding(file, number, "a tab: indent with spaces")
            if line.endswith((" ", "\r")):
                yield Finding(file, number, "blanks at the end of the line")
            mark = UNFINISHED.search(line)
            if mark:
                yield Finding(file, number, f"{mark[0]}: finish it, or make it an issue")


if __name__ == "__main__":
    run(text)
