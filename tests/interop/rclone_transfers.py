"""What rclone does alike over every protocol that it speaks to consignd."""

import os
import subprocess

from payload import KIB, NAME_MARKER, SIZES, UTF8_NAMES, write_file

TRANSFER_LIMIT_SECONDS = 120


class RcloneTransfers:
    """Beside an InteropCase, whose protocol `rclone` puts in."""

    many_files = 100
    transfers_at_once = 8

    def rclone(self, account: str, *arguments: str) -> str:
        raise NotImplementedError

    def run_rclone(self, remote: dict[str, str], environment: dict[str, str], *arguments: str) -> str:
        """`remote` is the configuration of the one that is called consign:."""
        environment |= {f"RCLONE_CONFIG_CONSIGN_{name}": value for name, value in remote.items()}
        done = subprocess.run(["rclone", "--config", "", "--retries", "1", "--low-level-retries", "1", *arguments],
                              env=os.environ | environment | {"HOME": str(self.local)}, capture_output=True,
                              text=True, timeout=TRANSFER_LIMIT_SECONDS)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done.stdout

    def tree(self) -> str:
        tree = self.local / "tree"
        (tree / "sub" / "deep").mkdir(parents=True)
        for size in SIZES:
            write_file(tree / "sub" / f"{NAME_MARKER}-{size}", size)
        for name in UTF8_NAMES:
            write_file(tree / "sub" / "deep" / os.fsdecode(name), 100)
        return str(tree)

    def test_many_files_at_once(self) -> None:
        many = self.local / "many"
        many.mkdir()
        for number in range(self.many_files):
            write_file(many / f"{NAME_MARKER}-{number}", number * 997 % (200 * KIB))
        self.rclone("lab", "--transfers", str(self.transfers_at_once), "copy", str(many), "consign:many")
        self.rclone("partner", "check", "--download", str(many), "consign:many")

    def test_sync_removes_and_moves(self) -> None:
        tree = self.tree()
        self.rclone("lab", "copy", tree, "consign:moved")
        self.rclone("lab", "moveto", f"consign:moved/sub/{NAME_MARKER}-1", "consign:moved/elsewhere")
        self.rclone("lab", "sync", tree, "consign:moved")
        self.rclone("partner", "check", "--download", tree, "consign:moved")
        self.rclone("lab", "purge", "consign:moved")
        self.assertFalse(self.partner.sees("moved"))
