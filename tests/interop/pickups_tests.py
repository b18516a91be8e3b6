"""Limited downloads, and what becomes of a file once it was collected, with the clients that partners have."""

import os
import re
import struct
import subprocess
import time
import unittest
from pathlib import Path

from consign_site import PASSWORD, eventually
from ftps_case import FtpsCase
from ftps_site import EXPLICIT
from ftps_wire import FtpsWire
from openssh import OpenSsh, cut, quoted
from paramiko_client import connected
from payload import KIB, MIB, NAME_MARKER, write_file
from pickup_site import FOLDERS, PickupSite
from sftp_wire import READ, READING, sftp_wire

WINDOW = 64 * KIB
FETCHES = 64
FETCHES_LIMIT_SECONDS = 120
USED_UP = "was downloaded as often as it may be"
BEING_DOWNLOADED = "another session is downloading this file"
# Exit codes of curl's manual
ACCESS_DENIED = 9
REMOTE_FILE_NOT_FOUND = 78
RETR_FAILED = 19


class PickupsTests(FtpsCase):
    site_type = PickupSite

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.lab_sftp = OpenSsh(cls.site.login("lab"))
        cls.lab_sftp.sftp(*(f"mkdir {folder}".encode() for folder in FOLDERS))

    def deposit(self, remote: str, size: int) -> Path:
        file = write_file(self.local / f"{NAME_MARKER}-{remote.replace('/', '-')}", size)
        self.lab_sftp.put(file, remote)
        return file

    def ends(self, remote: str) -> list[str]:
        return [row["detail"] for row in self.events_of("partner", "retrieval_ended", f"/lab/{remote}")]

    def refused(self, remote: str, why: str) -> None:
        """OpenSSH has words of its own for it; others show the server's."""
        back = self.local / "refused"
        done = self.partner.sftp(b"get " + quoted(remote) + b" " + quoted(back), check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(back.exists() and back.stat().st_size)
        with connected(self.site.login("partner")) as sftp, self.assertRaises(PermissionError) as refusal:
            sftp.open(remote)
        self.assertIn(why, str(refusal.exception))

    def lftp(self, *commands: str) -> subprocess.CompletedProcess:
        script = ["set cmd:fail-exit yes", "set net:max-retries 1", "set net:timeout 20", "set ftp:ssl-force yes",
                  "set ftp:ssl-protect-data yes", f"set ssl:ca-file {self.site.authority}",
                  f'open -u partner,"{PASSWORD}" -p {self.site.ftps_port(EXPLICIT)} ftp://127.0.0.1', *commands]
        return subprocess.run(["lftp", "-f", "/dev/stdin"], input="\n".join(script).encode() + b"\n",
                              capture_output=True, env=os.environ | {"HOME": str(self.local)}, timeout=60)

    def curl(self, remote: str, *options: str | Path, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess:
        done = subprocess.run(["curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", self.site.authority,
                               "--user", f"partner:{PASSWORD}", "--max-time", "60", *options,
                               f"ftp://127.0.0.1:{self.site.ftps_port(EXPLICIT)}/{remote}"],
                              capture_output=True, timeout=120)
        self.assertIn(done.returncode, codes, f"{options}: {done.stderr.decode()}")
        return done

    def test_of_64_fetches_one_completes(self) -> None:
        file = self.deposit("once/parallel", 8 * MIB)
        backs = [self.local / f"back-{number}" for number in range(FETCHES)]
        # At 1 MB/s, all others come while the first is at it.
        fetches = [subprocess.Popen([*self.partner.sftp_command("-l", "8000")], stdin=subprocess.PIPE,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in backs]
        for fetch, back in zip(fetches, backs):
            fetch.stdin.write(b"get once/parallel " + quoted(back) + b"\n")
            fetch.stdin.close()
        refusals = []
        end = time.monotonic() + FETCHES_LIMIT_SECONDS
        for fetch in fetches:
            told = fetch.stderr.read().decode()
            if fetch.wait(max(1, end - time.monotonic())) != 0:
                refusals.append(told)
            fetch.stderr.close()
        whole = [back for back in backs if back.exists() and back.stat().st_size == file.stat().st_size]
        self.assertEqual((len(whole), len(refusals)), (1, FETCHES - 1))
        self.assert_same(file, whole[0])
        self.assertFalse([back for back in backs if back not in whole and back.exists() and back.stat().st_size])
        for told in refusals:
            self.assertIn("remote open", told)
        opened = self.events_of("partner", "opened_for_reading", "/lab/once/parallel")
        self.assertEqual([row["outcome"] for row in opened].count("granted"), 1)
        # Equal refusals within a minute are one row, whose count comes with its end.
        told = {row["detail"].split(":")[0] for row in opened if row["outcome"] == "refused"}
        self.assertLessEqual(told, {BEING_DOWNLOADED + ", which may be done only so often",
                                    "this file " + USED_UP})
        self.assertEqual(self.ends("once/parallel"), ["all of it"])
        print(f"{FETCHES} fetches at once: 1 complete, {len(refusals)} refused at open")

    def broken_off(self, remote: str, back: Path, at_least: int) -> None:
        """A fetch whose client dies in the middle."""
        running = self.partner.start_sftp(b"get " + quoted(remote) + b" " + quoted(back), options=("-l", "4000"))
        eventually(lambda: back.exists() and back.stat().st_size >= at_least, "some of the file")
        cut(running)
        running.wait()

    def test_a_resumed_fetch_counts_once(self) -> None:
        file = self.deposit("twice/resumed", 6 * MIB)
        back = self.local / "back"
        self.broken_off("twice/resumed", back, MIB)
        eventually(lambda: self.ends("twice/resumed") == ["broken off"], "the end of the session")
        self.partner.sftp(b"reget twice/resumed " + quoted(back))
        self.assert_same(file, back)
        self.partner.get("twice/resumed", self.local / "second")
        self.refused("twice/resumed", USED_UP)
        self.assertEqual(self.ends("twice/resumed"), ["broken off", "the rest of it", "all of it"])

    def test_a_fetch_that_the_daemon_s_death_broke_off_counts_once(self) -> None:
        file = self.deposit("once/killed", 6 * MIB)
        back = self.local / "back"
        running = self.partner.start_sftp(b"get once/killed " + quoted(back), options=("-l", "4000"))
        eventually(lambda: back.exists() and back.stat().st_size >= MIB, "some of the file")
        self.site.kill()
        running.wait()
        self.site.start()
        for client in (self.partner, self.lab_sftp):
            client.login = self.site.login(client.login.user)
        self.partner.sftp(b"reget once/killed " + quoted(back))
        self.assert_same(file, back)
        self.refused("once/killed", USED_UP)

    def test_what_a_broken_line_kept_in_the_server_has_not_left(self) -> None:
        size = 480 * KIB
        file = self.deposit("once/stalled", size)
        with sftp_wire(self.site.login("partner"), window_size=WINDOW, max_packet_size=WINDOW) as wire:
            wire.init()
            handle = wire.open(b"once/stalled", READING)
            for offset in range(0, size, 32 * KIB):
                wire.send(struct.pack(">BI", READ, offset) + handle + struct.pack(">QI", offset, 32 * KIB))
            # All that it may send has come, and nobody takes it from the channel.
            eventually(lambda: len(wire.channel.in_buffer) > WINDOW - KIB, "a full window")
        eventually(lambda: self.ends("once/stalled") == ["broken off"], "the end of the session")
        self.assert_same(file, self.partner.get("once/stalled", self.local / "back"))

    def test_99_percent_is_no_retrieval(self) -> None:
        file = self.deposit("once/nearly", 100 * KIB)
        with connected(self.site.login("partner")) as sftp:
            for _ in range(3):
                with sftp.open("once/nearly") as remote:
                    self.assertEqual(len(remote.read(99 * KIB)), 99 * KIB)
        self.assert_same(file, self.partner.get("once/nearly", self.local / "back"))
        self.refused("once/nearly", USED_UP)
        self.assertEqual(self.ends("once/nearly")[-1], "all of it")

    def test_pieces_are_not_hashed(self) -> None:
        self.deposit("once/hashed", 100 * KIB)
        with connected(self.site.login("partner")) as sftp, sftp.open("once/hashed") as remote:
            with self.assertRaises(OSError):
                remote.check("md5", 0, 256, 256)
            self.assertEqual(len(remote.check("md5")), 16)

    def test_ftps_is_told_to_come_back_or_that_it_is_over(self) -> None:
        file = self.deposit("once/ftps", MIB)
        back = self.local / "back"
        with connected(self.site.login("partner")) as sftp:
            wire = FtpsWire(self.site)
            self.addCleanup(wire.close)
            wire.login("partner")
            with sftp.open("once/ftps") as remote:
                remote.read(1000)
                wire.passive()
                busy = wire.ask("RETR once/ftps")
                self.assertEqual((busy.code, BEING_DOWNLOADED in busy.text), (450, True))
        self.curl("once/ftps", "--range", "0-99999", "--output", back)
        self.curl("once/ftps", "--continue-at", "-", "--output", back)
        self.assert_same(file, back)
        over = self.curl("once/ftps", "--output", back, codes=(ACCESS_DENIED, REMOTE_FILE_NOT_FOUND, RETR_FAILED))
        self.assertIn("550", over.stderr.decode())

    def test_get_then_rm_succeeds_where_then_was_first(self) -> None:
        for folder, gone in (("hidden", False), ("archived", True), ("erased", True)):
            with self.subTest(folder=folder):
                file = self.deposit(f"{folder}/result", 10 * KIB)
                back = self.local / f"back-{folder}"
                self.partner.sftp(f"get {folder}/result ".encode() + quoted(back), f"rm {folder}/result".encode())
                self.assert_same(file, back)
                self.assertFalse(self.partner.sees(f"{folder}/result"))
                self.assertEqual(self.lab_sftp.sees(f"{folder}/result"), not gone)
                second = self.deposit(f"{folder}/second", 10 * KIB)
                fetched = self.lftp(f"get -E {folder}/second -o {self.local / f'second-{folder}'}")
                self.assertEqual(fetched.returncode, 0, fetched.stderr)
                self.assert_same(second, self.local / f"second-{folder}")
                self.assertFalse(self.partner.sees(f"{folder}/second"))
        archived = self.site.consign("files", "ls", "-R", "/archive/partner").stdout
        self.assertEqual(len(re.findall(r"/(result|second)\b", archived)), 2, archived)

    def test_a_window_tells_when_it_opens(self) -> None:
        self.deposit("closed/result", 10)
        self.refused("closed/result", "the next time is ")
        self.assertTrue(self.partner.sees("closed/result"))
        self.assert_refused("partner", "/lab/closed/result")


if __name__ == "__main__":
    unittest.main()
