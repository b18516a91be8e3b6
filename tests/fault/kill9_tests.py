"""consignd is killed, over and over, while clients upload: what it acknowledged is there, whole, with its
event; what it did not is invisible to others, and its depositor may go on with it."""

import asyncio
import hashlib
import itertools
import os
import random
import sys
import unittest
import warnings
from pathlib import Path

import paramiko

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its old ciphers
    import asyncssh

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from bare_sftp import BareSftp  # noqa: E402
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

    def __init__(self, site: Site, number: int) -> None:
        self.site = site
        self.number = number
        self.rng = random.Random(number)
        self.begun: dict[str, bytes] = {}         # everything whose OPEN was sent
        self.acknowledged: set[str] = set()       # everything whose CLOSE was answered
        # A kill falls somewhere in an upload, or right behind an answer to CLOSE.
        self.answers_until_kill = self.rng.randrange(1, 6) if number % 2 else None
        self.going = asyncio.Barrier(UPLOADERS + 1)

    async def run_until_killed(self) -> None:
        async with asyncio.timeout(ROUND_LIMIT_SECONDS), asyncio.TaskGroup() as uploaders:
            for uploader in range(UPLOADERS):
                uploaders.create_task(self._upload(uploader))
            await self.going.wait()
            if self.answers_until_kill is None:
                await asyncio.sleep(self.rng.uniform(0, KILL_LIMIT_SECONDS))
                self.site.kill()

    async def _upload(self, uploader: int) -> None:
        login = self.site.login("lab")
        rng = random.Random(self.number * UPLOADERS + uploader)
        try:
            async with asyncssh.connect(login.host, login.port, username=login.user, client_keys=[str(login.key)],
                                        known_hosts=str(login.known_hosts), config=None, agent_path=None) as connection:
                sftp = await BareSftp.start(connection)
                await self.going.wait()
                for count in itertools.count():
                    name = f"{NAME_MARKER}-{self.number}-{uploader}-{count}"
                    size = rng.choice((0, 1, rng.randrange(FILE_LIMIT_BYTES), 64 * KIB))
                    self.begun[name] = content(size, name)
                    await sftp.upload(name, self.begun[name])
                    self._answered(name)
        except (EOFError, OSError, asyncssh.Error):
            pass  # the daemon is gone

    def _answered(self, name: str) -> None:
        self.acknowledged.add(name)
        if len(self.acknowledged) == self.answers_until_kill:
            self.site.kill()


class Kill9Tests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)

    def assert_nothing_lost(self, uploads: Uploads, partner: paramiko.SFTPClient) -> None:
        seen = {entry.filename: entry.st_size for entry in partner.listdir_iter()}
        missing = uploads.acknowledged - seen.keys()
        self.assertEqual(missing, set(), f"acknowledged, and lost in round {uploads.number}")
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
        expected: dict[str, str] = {}
        acknowledged = resumed = 0
        self.site.start()
        for number in range(ROUNDS):
            uploads = Uploads(self.site, number)
            asyncio.run(uploads.run_until_killed())
            self.site.start()
            with connected(self.site.login("partner")) as partner, connected(self.site.login("lab")) as lab:
                self.assert_nothing_lost(uploads, partner)
                resumed += self.finish(uploads, lab, partner)
            acknowledged += len(uploads.acknowledged)
            expected |= {f"/lab/{name}": hashlib.sha256(whole).hexdigest() for name, whole in uploads.begun.items()}
            if number % VERIFY_EVERY_ROUNDS == 0:
                self.site.consign("audit", "verify")
        self.site.consign("audit", "verify")
        deposits = [(row["path"], row["sha256"]) for row in self.site.events("--action", "deposited")]
        self.assertEqual(sorted(deposits), sorted(expected.items()), "each file has one event, and no other")
        self.assertEqual(self.site.stop(), 0)
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])
        print(f"{ROUNDS} kills: {len(expected)} files, {acknowledged} acknowledged, none lost; "
              f"{resumed} went on where they were broken off")


if __name__ == "__main__":
    unittest.main()
