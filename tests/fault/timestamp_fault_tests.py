"""The daemon killed at every step of having a checkpoint stamped: what was stamped is kept and told once, what was not
is stamped in the next life, and the files are whole."""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/interop"))

from consign_site import eventually  # noqa: E402
from timestamp_site import StampedSite, temporary_authority  # noqa: E402

POINTS = ["timestamps.asking", "timestamps.answered", "timestamps.keeping", "timestamps.kept", "timestamps.durable",
          "timestamps.file_written", "timestamps.file_written:2", "timestamps.files_written",
          "timestamps.files_written:2"]
SOURCES = ["daemon/workers/stamper.cpp", "desk/audit/stamping.cpp"]


class TimestampFaultTests(unittest.TestCase):
    def test_the_list_has_every_point(self) -> None:
        found = set()
        for source in SOURCES:
            found |= set(re.findall(r'fault_point\("([^"]+)"\)', (ROOT / source).read_text()))
        self.assertEqual({point.split(":")[0] for point in POINTS}, found)

    def start_to_die(self, point: str) -> None:
        os.environ["CONSIGN_DIE_AT"] = point
        try:
            self.site.start()
        finally:
            del os.environ["CONSIGN_DIE_AT"]
        code = self.site.daemon.wait(60)
        self.site.reader.join()
        self.assertEqual(code, -9, f"{point}: consignd ended with {code}, and was not killed")

    def is_settled(self) -> bool:
        stamped = self.site.stamped()
        return len(stamped) > self.before and [int(file.stem) for file in self.site.files()] == stamped

    def test_what_was_stamped_is_kept_once_and_its_files_are_whole(self) -> None:
        authority, folder = temporary_authority()
        self.addCleanup(folder.cleanup)
        self.addCleanup(authority.close)
        self.site = StampedSite(authority)
        self.addCleanup(self.site.close)
        for point in POINTS:
            with self.subTest(point):
                self.before = len(self.site.stamped())
                self.start_to_die(point)
                self.site.start()
                eventually(self.is_settled, f"a stamp and its files after {point}", 30)
                self.assertEqual(self.site.stop(), 0)
                self.assertEqual(len(self.site.events("--action", "checkpoint_stamped")), len(self.site.stamped()))
                self.assertFalse(list((self.site.data / "timestamps").glob("*.tmp")), point)
                for file in self.site.files():
                    subprocess.run(["openssl", "ts", "-verify", "-in", file, "-data", file.with_suffix(".checkpoint"),
                                    "-CAfile", authority.stamper.root], check=True, capture_output=True)
        self.site.consign("audit", "verify", "--tsa-ca", str(authority.stamper.root))
        print(f"{len(POINTS)} kills: {len(self.site.stamped())} stamps")


if __name__ == "__main__":
    unittest.main()
