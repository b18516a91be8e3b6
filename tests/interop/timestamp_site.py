"""A site whose checkpoints, one a second, an authority of the test's stamps."""

import sqlite3
import tempfile
from pathlib import Path

from consign_site import CONFIGURATION, Site
from timestamp_authority import Authority


class StampedSite(Site):
    configuration = CONFIGURATION.replace(
        "keys: {root: file:keys/root.key}", "keys: {root: file:keys/root.key, witness: file:keys/witness.key}\n"
        "ledger: {checkpoint_every: 1 second, timestamps: AUTHORITY, timestamp_every: 1 second}")

    def __init__(self, authority: Authority, way: str = "good") -> None:
        self.authority = authority
        self.configuration = self.configuration.replace("AUTHORITY", authority.url(way))
        super().__init__()

    def ask(self, way: str) -> None:
        lines = [f"ledger: {{checkpoint_every: 1 second, timestamps: {self.authority.url(way)}, timestamp_every: 1 second}}"
                 if line.startswith("ledger:") else line for line in self.file.read_text().splitlines()]
        self.file.write_text("\n".join(lines) + "\n")

    def stamped(self) -> list[int]:
        """The rows of the checkpoints that are stamped."""
        with sqlite3.connect(f"file:{self.data / 'consign.db'}?mode=ro", uri=True) as connection:
            return [row for row, in connection.execute("SELECT checkpoint FROM timestamps ORDER BY checkpoint")]

    def files(self) -> list[Path]:
        return sorted((self.data / "timestamps").glob("*.tsr"), key=lambda file: int(file.stem))


def temporary_authority() -> tuple[Authority, tempfile.TemporaryDirectory]:
    folder = tempfile.TemporaryDirectory(prefix="consign-authority-")
    return Authority(Path(folder.name)), folder
