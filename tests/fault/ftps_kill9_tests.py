"""consignd is killed, over and over, while clients upload over FTPS: what it confirmed with 226 is there, whole,
with its event; what it did not is invisible to others, and its depositor may go on with it."""

import contextlib
import hashlib
import itertools
import os
import random
import ssl
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from ftps_site import FtpsSite  # noqa: E402
from ftps_wire import FtpsWire  # noqa: E402
from payload import CONTENT_MARKER, KIB, NAME_MARKER, content  # noqa: E402

ROUNDS = int(os.environ.get("CONSIGN_KILL_ROUNDS", "40"))
UPLOADERS = 3
FILE_LIMIT_BYTES = 300 * KIB
KILL_LIMIT_SECONDS = 0.25
READY_LIMIT_SECONDS = 30
VERIFY_EVERY_ROUNDS = 20
PIECE_BYTES = 50_000


class Uploads:
    """Clients that upload one file after the other, until the daemon is gone."""

    def __init__(self, site: FtpsSite, number: int) -> None:
        self.site = site
        self.number = number
        self.rng = random.Random(number)
        self.begun: dict[str, bytes] = {}     # everything whose STOR was sent
        self.confirmed: set[str] = set()      # everything that was answered with 226
        # A kill falls somewhere in an upload, or right behind a 226.
        self.answers_until_kill = self.rng.randrange(1, 6) if number % 2 else None
        self.lock = threading.Lock()
        self.ready = threading.Barrier(UPLOADERS + 1, timeout=READY_LIMIT_SECONDS)
        self.failures: list[BaseException] = []

    def run_until_killed(self) -> None:
        threads = [threading.Thread(target=self._upload, args=(uploader,)) for uploader in range(UPLOADERS)]
        for thread in threads:
            thread.start()
        self.ready.wait()
        if self.answers_until_kill is None:
            time.sleep(self.rng.uniform(0, KILL_LIMIT_SECONDS))
            self.site.kill()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _upload(self, uploader: int) -> None:
        rng = random.Random(self.number * UPLOADERS + uploader)
        try:
            with FtpsWire(self.site) as wire:
                wire.login()
                self.ready.wait()
                for count in itertools.count():
                    self._upload_one(wire, rng, f"{NAME_MARKER}-{self.number}-{uploader}-{count}")
        except (EOFError, OSError, ssl.SSLError):
            pass  # the daemon is gone
        except BaseException as failure:  # for the thread that asks
            self.failures.append(failure)
            self.ready.abort()

    def _upload_one(self, wire: FtpsWire, rng: random.Random, name: str) -> None:
        whole = content(rng.choice((0, 1, rng.randrange(FILE_LIMIT_BYTES), 64 * KIB)), name)
        self.begun[name] = whole
        with wire.transfer(f"STOR {name}") as data:
            for start in range(0, len(whole), PIECE_BYTES):
                data.send(whole[start:start + PIECE_BYTES])
            data.finish()
            wire.expect_reply(226)
        with self.lock:
            self.confirmed.add(name)
            if len(self.confirmed) == self.answers_until_kill:
                self.site.kill()


class FtpsKill9Tests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = FtpsSite()
        cls.addClassCleanup(cls.site.close)

    def assert_nothing_lost(self, uploads: Uploads, partner: FtpsWire) -> None:
        seen = set(partner.retrieve("NLST").decode().splitlines())
        missing = uploads.confirmed - seen
        self.assertEqual(missing, set(), f"confirmed, and lost in round {uploads.number}")
        for name, whole in uploads.begun.items():
            if name in seen:
                self.assertTrue(partner.retrieve(f"RETR {name}") == whole, f"{name}: not what was sent")
            else:
                self.assertEqual(partner.ask(f"SIZE {name}").code, 550)

    def finish(self, uploads: Uploads, lab: FtpsWire, partner: FtpsWire) -> int:
        """Brings the rest of what was broken off; returns how many had a beginning to go on from."""
        resumed = 0
        seen = set(partner.retrieve("NLST").decode().splitlines())
        for number, name in enumerate(sorted(uploads.begun.keys() - seen)):
            whole = uploads.begun[name]
            size = lab.ask(f"SIZE {name}")
            there = int(size.text) if size.code == 213 else 0
            self.assertLessEqual(there, len(whole))
            resumed += there > 0
            if there and number % 2:
                reply = lab.store(f"APPE {name}", whole[there:])
            else:
                if there:
                    lab.expect(f"REST {there}", 350)
                reply = lab.store(f"STOR {name}", whole[there:])
            self.assertEqual(reply.code, 226, reply.text)
            self.assertTrue(partner.retrieve(f"RETR {name}") == whole, f"{name}: resumed at {there} of {len(whole)}")
        return resumed

    def test_what_was_confirmed_survives_every_kill(self) -> None:
        expected: dict[str, str] = {}
        confirmed = resumed = 0
        self.site.start()
        for number in range(ROUNDS):
            uploads = Uploads(self.site, number)
            uploads.run_until_killed()
            self.site.start()
            with contextlib.ExitStack() as sessions:
                partner, lab = (sessions.enter_context(FtpsWire(self.site)).login(account)
                                for account in ("partner", "lab"))
                self.assert_nothing_lost(uploads, partner)
                resumed += self.finish(uploads, lab, partner)
            confirmed += len(uploads.confirmed)
            expected |= {f"/lab/{name}": hashlib.sha256(whole).hexdigest() for name, whole in uploads.begun.items()}
            if number % VERIFY_EVERY_ROUNDS == 0:
                self.site.consign("audit", "verify")
        self.site.consign("audit", "verify")
        deposits = [(row["path"], row["sha256"]) for row in self.site.events("--action", "deposited")]
        self.assertEqual(sorted(deposits), sorted(expected.items()), "each file has one event, and no other")
        self.assertEqual(self.site.stop(), 0)
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])
        print(f"{ROUNDS} kills: {len(expected)} files, {confirmed} confirmed, none lost; "
              f"{resumed} went on where they were broken off")


if __name__ == "__main__":
    unittest.main()
