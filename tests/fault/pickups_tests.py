"""consignd is killed at every step of a pickup: what was collected is never there twice, what was not is never lost."""

import os
import re
import sys
import unittest
from pathlib import Path

import paramiko

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))

from consign_site import Site  # noqa: E402
from paramiko_client import connected  # noqa: E402
from payload import CONTENT_MARKER, NAME_MARKER, content  # noqa: E402

SOURCES = ("desk/desk_open.cpp", "desk/pickups/lease.cpp", "desk/pickups/file_download.cpp", "desk/pickups/after_pickup.cpp")
SIZE = 100_000

PICKUPS = """\
version: 1
pickups:
  - {name: limited, account: partner, path: /limited/**, downloads: 1, then: archive}
  - {name: unlimited, account: partner, path: /unlimited/**, then: erase}
"""

# What the next fetch finds: the file, or that it was downloaded as often as it may be, or nothing any more.
AGAIN, USED_UP, GONE = "again", "used up", "gone"
LIMITED = {
    "pickup.opening": AGAIN,
    "pickup.leased": AGAIN,
    "pickup.lease_durable": AGAIN,
    "pickup.noting": AGAIN,
    "pickup.noted": AGAIN,
    # The last bytes are about to leave: whether they did, nobody knows.
    "pickup.note_durable": USED_UP,
    "pickup.ending": USED_UP,
    "pickup.counted": USED_UP,
    "pickup.then_done": USED_UP,
    "pickup.ended": USED_UP,
    "pickup.durable": GONE,
    "pickup.settled": GONE,
}
# Without a limit nothing is noted while it goes on, and it may be fetched until it was closed.
UNLIMITED = {point: AGAIN if found == USED_UP else found for point, found in LIMITED.items()
             if point not in ("pickup.noting", "pickup.noted", "pickup.note_durable")}


class PickupFaultTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        (cls.site.folder / "policy.d" / "20-pickups.yaml").write_text(PICKUPS)

    def start(self, die_at: str = "") -> None:
        if die_at:
            os.environ["CONSIGN_DIE_AT"] = die_at
        try:
            self.site.start()
        finally:
            os.environ.pop("CONSIGN_DIE_AT", None)

    def fetch(self, remote: str) -> bytes:
        with connected(self.site.login("partner")) as sftp, sftp.open(remote) as file:
            return file.read()

    def found(self, remote: str, whole: bytes) -> str:
        try:
            self.assertEqual(self.fetch(remote), whole)
            return AGAIN
        except FileNotFoundError:
            return GONE
        except PermissionError as refusal:
            self.assertIn("as often as it may be", str(refusal))
            return USED_UP

    def sealed_files(self) -> int:
        return sum(1 for path in (self.site.data / "vault").rglob("*") if path.is_file())

    def test_every_point_is_visited(self) -> None:
        points = {point for source in SOURCES
                  for point in re.findall(r'fault_point\("([^"]+)"\)', (ROOT / source).read_text())}
        self.assertEqual(points, set(LIMITED))

    def test_killed_at_every_point(self) -> None:
        self.start()
        with connected(self.site.login("lab")) as lab:
            lab.mkdir("limited")
            lab.mkdir("unlimited")
        self.site.stop()
        for folder, expected in (("limited", LIMITED), ("unlimited", UNLIMITED)):
            for point, found in expected.items():
                with self.subTest(folder=folder, point=point):
                    self.killed_at(folder, point, found)
        self.start()
        self.site.consign("audit", "verify")
        self.assertEqual(self.site.stop(), 0)
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])

    def killed_at(self, folder: str, point: str, expected: str) -> None:
        remote = f"{folder}/{NAME_MARKER}-{point}"
        whole = content(SIZE, remote)
        self.start(point)
        before = self.sealed_files()
        with connected(self.site.login("lab")) as lab, lab.open(remote, "w") as file:
            file.write(whole)
        try:
            self.fetch(remote)
        except (OSError, EOFError, paramiko.SSHException):
            pass
        self.assertEqual(self.site.daemon.wait(20), -9, "it was to die there")
        self.site.reader.join()

        self.start()
        self.assertEqual(self.found(remote, whole), expected)
        after = self.found(remote, whole)
        self.assertEqual(after, USED_UP if expected == USED_UP else GONE)
        path = f"/lab/{remote}"
        action = "archived_once_collected" if folder == "limited" else "name_ended_once_collected"
        done = [row for row in self.site.events("--action", action) if row["path"] == path]
        self.assertEqual(len(done), 0 if expected == USED_UP else 1, "once, and no more")
        left = 0 if folder == "unlimited" else 1
        self.assertEqual(self.sealed_files() - before, left, "content that nothing needs is destroyed")
        self.assertEqual(self.site.stop(), 0)


if __name__ == "__main__":
    unittest.main()
