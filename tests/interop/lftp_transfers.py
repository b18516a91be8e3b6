"""What lftp does alike over every protocol that it speaks to consignd."""

import subprocess
from typing import Any

from payload import KIB, MIB, NAME_MARKER, write_file

TRANSFER_LIMIT_SECONDS = 120


class LftpTransfers:
    """Beside an InteropCase, whose protocol `lftp` puts in."""

    def lftp(self, account: str, *commands: str, **how: Any) -> subprocess.CompletedProcess:
        raise NotImplementedError

    def test_mirror_goes_both_ways(self) -> None:
        tree = self.local / "tree"
        (tree / "sub").mkdir(parents=True)
        for number in range(30):
            write_file(tree / "sub" / f"{NAME_MARKER} {number}é", number * 10 * KIB)
        self.lftp("lab", f"mirror -R --parallel=4 {tree} tree")
        self.lftp("partner", f"mirror --parallel=4 tree {self.local}/back")
        for file in (tree / "sub").iterdir():
            self.assert_same(file, self.local / "back" / "sub" / file.name)
        self.assert_delivered(tree / "sub" / f"{NAME_MARKER} 29é", f"tree/sub/{NAME_MARKER} 29é")

    def test_a_second_mirror_sends_only_what_changed(self) -> None:
        tree = self.local / "again"
        tree.mkdir()
        files = [write_file(tree / f"{NAME_MARKER}-{number}", 1000) for number in range(5)]
        self.lftp("lab", f"mirror -R {tree} again")
        write_file(files[3], 2000)
        self.assertEqual(self.lftp("lab", f"mirror -R -v {tree} again").stdout.count(b"Transferring file"), 1)
        self.assert_delivered(files[3], f"again/{NAME_MARKER}-3", times=2)

    def test_put_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        stump = self.local / "stump"
        stump.write_bytes(file.read_bytes()[: MIB + 1])
        self.lftp("lab", f"put {stump} -o resumed", f"put -c {file} -o resumed")
        self.assert_delivered(file, "resumed", times=2)

    def test_get_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        part = self.local / "part"
        part.write_bytes(file.read_bytes()[: MIB + 1])
        self.lftp("lab", f"put {file} -o fetched")
        self.lftp("partner", f"get -c fetched -o {part}")
        self.assert_same(file, part)

    def test_pget_reads_one_file_in_several_places_at_once(self) -> None:
        file = write_file(self.local / "file", 8 * MIB)
        self.lftp("lab", f"put {file} -o pieces")
        self.lftp("partner", f"pget -n 4 pieces -o {self.local}/back")
        self.assert_same(file, self.local / "back")
