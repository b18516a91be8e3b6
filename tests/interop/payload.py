"""What the tests send: contents of every interesting size, and names of every interesting kind. Each
carries a marker, which must never be found in clear on the server's disk."""

import hashlib
import os
from pathlib import Path
from typing import Iterator

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
CHUNK = 64 * KIB  # of a sealed file

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, MIB]

CONTENT_MARKER = b"PID|1||KOWALCZYK-4711^^^"
NAME_MARKER = "ivory-owl"

NAMES = [
    f"{NAME_MARKER} résultat 検査.hl7".encode(),
    f"{NAME_MARKER} latin-".encode() + b"\xe9t\xe9.txt",
    f"{NAME_MARKER} ".encode() + b"n" * (255 - len(NAME_MARKER) - 1),
    f"{NAME_MARKER} it's a \"quoted\" name.txt".encode(),
    f"{NAME_MARKER} [brackets] & $dollar; #hash.txt".encode(),
    f"{NAME_MARKER} back\\slash.txt".encode(),
]
UTF8_NAMES = [name for name in NAMES if name.decode(errors="replace").encode() == name]


def blocks(size: int, seed: str) -> Iterator[bytes]:
    """Content without repetition, one block after the other; the marker stands in each."""
    for number in range(0, -(-size // MIB)):
        length = min(MIB, size - number * MIB)
        yield (CONTENT_MARKER + hashlib.shake_128(os.fsencode(f"{seed}/{number}")).digest(length))[:length]


def content(size: int, seed: str = "") -> bytes:
    return b"".join(blocks(size, seed))


def write_file(path: Path, size: int, seed: str | None = None) -> Path:
    """Makes a file; where no seed is given, files of different paths differ."""
    with open(path, "wb") as file:
        file.writelines(blocks(size, str(path) if seed is None else seed))
    return path


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def displayed(name: bytes) -> str:
    """A name as the ledger shows it: UTF-8, every other byte as \\xHH, a backslash doubled."""
    return name.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
