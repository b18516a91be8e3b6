"""consignd is killed, over and over, while clients upload: what it acknowledged is there, whole, with its
event; what it did not is invisible to others, and its depositor may go on with it."""

import hashlib
import os
import random
import sys
import threading
import time
import unittest
from pathlib import Path

import paramiko

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from consign_site import Site  # noqa: E402
from paramiko_client import connected  # noqa: E402
from payload import CONTENT_MARKER, KIB, NAME_MARKER, content  # noqa: E402

ROUNDS = int(os.environ.get("CONSIGN_KILL_ROUNDS", "100"))
UPLOADERS = 3
FILE_LIMIT_BYTES = 300 * KIB
KILL_LIMIT_SECONDS = 0.25
ROUND_LIMIT_SECONDS = 30
VERIFY_EVERY_ROUNDS = 20


class Uploads:
    """Clients that upload one file after the other, until the daemon is gone."""

    def __init__(self, site: Site, round_number: int) -> None:
        self.site = site
        self.round = round_number
        self.begun: dict[str, bytes] = {}         # everything whose OPEN was sent
        self.acknowledged: dict[str, bytes] = {}  # everything whose CLOSE was answered
        self.answered = threading.Semaphore(0)
        self.going = threading.Barrier(UPLOADERS + 1, timeout=ROUND_LIMIT_SECONDS)
        self.threads = [threading.Thread(target=self._upload, args=(number,)) for number in range(UPLOADERS)]

    def _upload(self, number: int) -> None:
        rng = random.Random(self.round * UPLOADERS + number)
        try:
            with connected(self.site.login("lab")) as lab:
                self.going.wait()
                for count in range(1000):
                    name = f"{NAME_MARKER}-{self.round}-{number}-{count}"
                    size = rng.choice((0, 1, rng.randrange(FILE_LIMIT_BYTES), 64 * KIB))
                    self.begun[name] = content(size, name)
                    file = lab.open(name, "w")
                    file.set_pipelined(True)
                    file.write(self.begun[name])
                    file.close()
                    self.acknowledged[name] = self.begun[name]
                    self.answered.release()
        except (OSError, EOFError, paramiko.SSHException):
            pass  # the daemon is gone

    def run_until_killed(self, rng: random.Random) -> None:
        for thread in self.threads:
            thread.start()
        self.going.wait()
        if self.round % 2:
            time.sleep(rng.uniform(0, KILL_LIMIT_SECONDS))
        else:  # right after the answer to a CLOSE
            for _ in range(rng.randrange(1, 6)):
                self.answered.acquire(timeout=ROUND_LIMIT_SECONDS)
        self.site.kill()
        for thread in self.threads:
            thread.join()


class Kill9Tests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)

    def assert_nothing_lost(self, uploads: Uploads, partner: paramiko.SFTPClient) -> None:
        seen = {entry.filename: entry.st_size for entry in partner.listdir_iter()}
        missing = uploads.acknowledged.keys() - seen.keys()
        self.assertEqual(missing, set(), f"acknowledged, and lost in round {uploads.round}")
        for name, whole in uploads.begun.items():
            if name in seen:
                with partner.open(name) as file:
                    file.prefetch()
                    self.assertTrue(file.read() == whole, f"{name}: {seen[name]} bytes of {len(whole)}")
            else:
                self.assertRaises(FileNotFoundError, partner.stat, name)

    def finish(self, uploads: Uploads, lab: paramiko.SFTPClient, partner: paramiko.SFTPClient) -> int:
        """Brings the rest of what was broken off; returns how many had a beginning to go on from."""
        resumed = 0
        seen = set(partner.listdir())
        for name in uploads.begun.keys() - seen:
            whole = uploads.begun[name]
            try:
                there = lab.stat(name).st_size
            except FileNotFoundError:
                there = 0
            self.assertLessEqual(there, len(whole))
            with lab.open(name, "r+" if there else "w") as file:
                if there:
                    resumed += 1
                    self.assertTrue(file.read(there) == whole[:there], f"{name}: not the beginning of what was sent")
                file.seek(there)
                file.write(whole[there:])
            with partner.open(name) as file:
                self.assertTrue(file.read() == whole, f"{name}: resumed at {there} of {len(whole)}")
        return resumed

    def test_what_was_acknowledged_survives_every_kill(self) -> None:
        rng = random.Random(20261124)
        expected: dict[str, str] = {}
        resumed = 0
        self.site.start()
        for number in range(ROUNDS):
            uploads = Uploads(self.site, number)
            uploads.run_until_killed(rng)
            self.site.start()
            with connected(self.site.login("partner")) as partner, connected(self.site.login("lab")) as lab:
                self.assert_nothing_lost(uploads, partner)
                resumed += self.finish(uploads, lab, partner)
            expected |= {f"/lab/{name}": hashlib.sha256(whole).hexdigest() for name, whole in uploads.begun.items()}
            if number % VERIFY_EVERY_ROUNDS == 0:
                self.site.consign("audit", "verify")
        self.site.consign("audit", "verify")
        deposits = [(row["path"], row["sha256"]) for row in self.site.events("--action", "deposited")]
        self.assertEqual(sorted(deposits), sorted(expected.items()), "each file has one event, and no other")
        self.assertEqual(self.site.stop(), 0)
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])
        print(f"{ROUNDS} kills: {len(expected)} files, none lost; {resumed} went on where they were broken off")


if __name__ == "__main__":
    unittest.main()
