"""What a peer sees of the daemon's limits, and of its way down."""

import contextlib
import signal
import socket
import struct
import time
import unittest
from pathlib import Path

from consign_site import DRAIN_LIMIT_SECONDS, Site, eventually
from paramiko_client import connected
from payload import KIB, MIB
from sftp_wire import (CLOSE, CREATE, DATA, READ, READING, STATUS, TRUNCATE, WRITE, WRITING, Wire, sftp_wire, string)

SESSIONS = 3
ANSWER_LIMIT_SECONDS = 20
RAGGED_BYTES = 128 * MIB


class LimitsTests(unittest.TestCase):
    def setUp(self) -> None:
        self.site = Site()
        self.addCleanup(self.site.close)
        text = self.site.file.read_text()
        limited = text.replace("sessions_per_address: 1000", f"sessions_per_address: {SESSIONS}")
        self.assertNotEqual(text, limited)
        self.site.file.write_text(limited)
        self.site.start()

    def knock(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.site.port), ANSWER_LIMIT_SECONDS)

    def test_one_connection_too_many_is_told_so_and_makes_no_session(self) -> None:
        with contextlib.ExitStack() as open_ones:
            for _ in range(SESSIONS):
                one = open_ones.enter_context(self.knock())
                self.assertTrue(one.recv(100).startswith(b"SSH-2.0-"))
            for _ in range(3):
                refused = open_ones.enter_context(self.knock())
                with refused.makefile("rb") as stream:
                    self.assertEqual(stream.read(), b"Too many sessions; try again later\r\n")
            refusals = eventually(lambda: self.site.events("--action", "request_refused"), "the refusal in the ledger")
            self.assertEqual([row["detail"] for row in refusals], ["limits.sessions_per_address"])
            self.assertEqual(self.site.sessions(), [])
        # Their places are given back.
        eventually(self.logs_in, "a login")

    def logs_in(self) -> bool:
        try:
            with connected(self.site.login("lab")) as lab:
                lab.listdir(".")
            return True
        except Exception:  # paramiko has many words for a server that hangs up
            return False

    def test_a_reload_during_the_drain_cuts_nobody(self) -> None:
        content = b"x" * 1000
        with connected(self.site.login("lab")) as lab, lab.open("drained", "wb") as file:
            file.write(content)
            self.site.daemon.send_signal(signal.SIGTERM)
            eventually(lambda: any("stopping" in line for line in self.site.log), "the drain begins")
            for _ in range(20):
                self.site.daemon.send_signal(signal.SIGHUP)
                file.write(content)
                file.flush()
                file.stat()
        self.assertEqual(self.site.daemon.wait(DRAIN_LIMIT_SECONDS), 0)
        self.site.reader.join()
        self.assertNotIn("sessions are cut", "\n".join(self.site.log))

    def test_what_was_closed_before_the_drain_is_answered(self) -> None:
        with sftp_wire(self.site.login("lab")) as wire:
            wire.init()
            handle = wire.open(b"drained", WRITING | CREATE)
            # Not in order: at its end all of it is read once more, which takes its time.
            last = struct.pack(">Q", RAGGED_BYTES - 1) + string(b"x")
            self.assertEqual(wire.status(WRITE, handle + last), 0)
            wire.send(struct.pack(">BI", CLOSE, wire.id + 1) + handle)
            self.site.daemon.send_signal(signal.SIGTERM)
            kind, answer = wire.answer()
            self.assertEqual((kind, answer[4:8]), (STATUS, bytes(4)))
        self.assertEqual(self.site.daemon.wait(DRAIN_LIMIT_SECONDS), 0)
        self.site.reader.join()


class RateCase(unittest.TestCase):
    """An account whose bytes go slowly."""

    rate = 0  # bytes a second
    idle_time_seconds = 600

    def setUp(self) -> None:
        self.site = Site()
        self.addCleanup(self.site.close)
        self.edit(self.site.file, "limits: {", f"limits: {{idle_time: {self.idle_time_seconds} seconds, ")
        self.edit(self.site.folder / "policy.d" / "10-interop.yaml", "    home: /lab\n",
                  f"    home: /lab\n    quota: {{upload_rate: {self.rate} B/s, download_rate: {self.rate} B/s}}\n", 1)
        self.site.start()

    @staticmethod
    def edit(file: Path, old: str, new: str, times: int = -1) -> None:
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, times))


class RateTests(RateCase):
    rate = 256 * KIB

    def longest_silence(self, wire: Wire, handle: bytes, kind: int, bodies: list[bytes]) -> float:
        """Of the server's, while it serves these requests, a batch after the other."""
        longest = 0.0
        for _ in range(2):
            for number, body in enumerate(bodies):
                wire.send(struct.pack(">BI", kind, number) + handle + body)
            for _ in bodies:
                asked = time.monotonic()
                answered, rest = wire.answer()
                if kind == WRITE:
                    self.assertEqual((answered, rest[4:8]), (STATUS, bytes(4)))
                else:
                    self.assertEqual(answered, DATA)
                longest = max(longest, time.monotonic() - asked)
        return longest

    def test_the_peer_is_told_every_moment_that_it_goes_on(self) -> None:
        offsets = [struct.pack(">Q", number * 32 * KIB) for number in range(32)]
        with sftp_wire(self.site.login("lab")) as wire:
            wire.init()
            handle = wire.open(b"/slow", WRITING | CREATE | TRUNCATE)
            block = string(bytes(32 * KIB))
            self.assertLess(self.longest_silence(wire, handle, WRITE, [at + block for at in offsets]), 3)
            self.assertEqual(wire.status(CLOSE, handle), 0)
            handle = wire.open(b"/slow", READING)
            length = struct.pack(">I", 32 * KIB)
            self.assertLess(self.longest_silence(wire, handle, READ, [at + length for at in offsets]), 3)
            # Nor are larger requests asked for.
            self.assertEqual(struct.unpack(">4Q", wire.extended(b"limits@openssh.com")[1])[1:3], (64 * KIB, 64 * KIB))


class SlowRateTests(RateCase):
    rate = 16 * KIB
    idle_time_seconds = 4

    def test_who_waits_for_the_rate_is_not_idle(self) -> None:
        block = bytes(32 * KIB)
        with sftp_wire(self.site.login("lab")) as wire:
            wire.init()
            handle = wire.open(b"/slow", WRITING | CREATE | TRUNCATE)
            for _ in range(2):
                for offset in range(0, 6 * len(block), len(block)):
                    wire.send(struct.pack(">BI", WRITE, offset) + handle + struct.pack(">Q", offset) + string(block))
                for _ in range(6):
                    self.assertEqual(wire.answer()[0], STATUS)
            self.assertEqual(wire.status(CLOSE, handle), 0)


if __name__ == "__main__":
    unittest.main()
