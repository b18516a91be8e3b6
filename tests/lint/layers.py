"""Includes follow data's way: daemon -> protocols -> desk -> {policy, storage} -> base."""

import re
from pathlib import Path
from typing import Iterator

from source_files import CPP, Finding, lines_of, run, source_files

# What a folder may include, besides itself.
MAY_INCLUDE = {
    "base": set(),
    "policy": {"base"},
    "storage": {"base"},
    "desk": {"policy", "storage", "base"},
    "protocols": {"desk", "base"},
    "daemon": {"protocols", "desk", "policy", "storage", "base"},
    "admin": {"desk", "policy", "storage", "base"},
}

# The same for the parts of desk/, of which the files at its top are the two doors, and may include all.
SHARED = {"site", "verbs"}
PROOF = SHARED | {"audit", "receipts"}
DESK_MAY_INCLUDE = {
    "site": set(),
    "verbs": {"site"},
    "audit": SHARED,
    "receipts": SHARED | {"audit"},
    "retention": PROOF,
    "pickups": PROOF | {"retention"},
    "deliveries": PROOF | {"retention"},
    "deposits": PROOF | {"retention", "deliveries"},
    "reports": PROOF | {"retention", "pickups"},
    "scrub": SHARED | {"deposits"},
}

INSTEAD = {
    "base": "base/ knows nobody: move what it needs into base/, or hand it in as a parameter",
    "policy": "policy/ is pure and knows no storage: pass it facts as values, and let desk/ join the two",
    "storage": "storage/ offers verbs and knows no policy: pass it values or a predicate, and let desk/ join the two",
    "desk": "the desk is called by protocols/ and daemon/workers/: hand in what it needs when it is built",
    "protocols": "a protocol reaches data through the desk alone: add what is missing to desk/",
    "daemon": "the administrator's command is a program of its own: put what both need under desk/ or below",
    "admin": "the command speaks to the daemon over its control socket: put what both need under desk/ or below",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def part_of(file: Path) -> str:
    """The part of desk/ that `file` is in; empty for its top, and outside of it."""
    return file.parts[1] if file.parts[0] == "desk" and len(file.parts) > 2 else ""


def layers(root: Path) -> Iterator[Finding]:
    for file in source_files(root, CPP):
        source = file.parts[0]
        if source not in MAY_INCLUDE:
            continue
        for number, line in enumerate(lines_of(root, file), start=1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = Path(match[1]).parts[0]
            if target not in MAY_INCLUDE:
                yield Finding(file, number, f'"{match[1]}" is no path from the repository\'s root: '
                                            f'write "{file.parent}/{match[1]}", or <> for a library')
            elif target != source and target not in MAY_INCLUDE[source]:
                yield Finding(file, number, f"{source} -> {target} goes against the directions of the house "
                                            f"(docs/architecture.md); {INSTEAD[source]}")
            elif target == source == "desk" and (part := part_of(file)) != (other := part_of(Path(match[1]))) \
                    and part and other not in DESK_MAY_INCLUDE.get(part, set()):
                yield Finding(file, number, f"desk/{part} -> desk/{other or '(its top)'} goes against the directions of "
                                            "the desk (docs/architecture.md): move what both need into a part below "
                                            "both, or hand it in")


if __name__ == "__main__":
    run(layers)
