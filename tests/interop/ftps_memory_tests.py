"""Memory over FTPS has bounds: for a transfer whatever the file's size, and for a session that waits."""

import threading
import unittest

from ftps_case import FtpsCase
from ftps_wire import FtpsWire
from payload import GIB, KIB, MIB, blocks

SESSIONS = 64
DAEMON_LIMIT_BYTES = 32 * MIB    # code, keys, caches, threads
TRANSFER_LIMIT_BYTES = 4 * MIB   # one transfer: what is read, what is sealed, what waits to be sent
DEAF_SESSIONS = 8
DEAF_SESSION_LIMIT_BYTES = 256 * KIB
FLOODS = 1000
IDLE_SESSIONS = 250
IDLE_SESSION_LIMIT_BYTES = 40 * KIB


class MemoryCase(FtpsCase):
    def wire(self) -> FtpsWire:
        """Logged in by its certificate: to check a password takes 64 MiB, as argon2id is meant to."""
        context = self.site.context(certificate="analyser")
        return self.enterContext(FtpsWire(self.site, context=context)).login("analyser", None)

    def upload(self, wire: FtpsWire, name: str, size: int) -> None:
        with wire.transfer(f"STOR {name}") as data:
            for block in blocks(size, "memory"):
                data.send(block)
            data.finish()
        wire.expect_reply(226)


class TransferMemoryTests(MemoryCase):
    def download(self, wire: FtpsWire, name: str, size: int) -> None:
        with wire.transfer(f"RETR {name}") as data:
            left = size
            while piece := data.receive():
                left -= len(piece)
            data.finish()
        wire.expect_reply(226)
        assert left == 0, left

    def at_once(self, act: str) -> None:
        failures = []

        def work(wire: FtpsWire, number: int) -> None:
            try:
                getattr(self, act)(wire, f"small-{number}", 16 * MIB)
            except BaseException as failure:  # for the thread that asks
                failures.append(failure)
        threads = [threading.Thread(target=work, args=(self.wire(), number)) for number in range(SESSIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_transfers_are_bounded_whatever_the_size_of_the_file(self) -> None:
        wire = self.wire()
        self.upload(wire, "large", GIB)
        self.download(wire, "large", GIB)
        one = self.site.memory("VmHWM")
        self.at_once("upload")
        self.at_once("download")
        many = self.site.memory("VmHWM")
        print(f"peak at 1 GiB, alone: {one / MIB:.0f} MiB; with {SESSIONS} transfers at once: {many / MIB:.0f} MiB")
        self.assertLess(one, DAEMON_LIMIT_BYTES + TRANSFER_LIMIT_BYTES)
        self.assertLess(many, DAEMON_LIMIT_BYTES + SESSIONS * TRANSFER_LIMIT_BYTES)


class UnreadMemoryTests(MemoryCase):
    def test_downloads_that_nobody_reads_are_bounded(self) -> None:
        self.upload(self.wire(), "unread", 64 * MIB)
        before = self.site.memory("VmRSS")
        for _ in range(SESSIONS):
            data = self.wire().begin("RETR unread")
            self.addCleanup(data.close)
            data.handshake()
            data.receive()
        self.assertLess(self.site.memory("VmRSS") - before, SESSIONS * TRANSFER_LIMIT_BYTES)


class DeafMemoryTests(MemoryCase):
    def test_replies_that_nobody_reads_are_bounded(self) -> None:
        before = self.site.memory("VmRSS")
        for _ in range(DEAF_SESSIONS):
            deaf = self.wire()
            deaf.connection.settimeout(1)
            with self.assertRaises(TimeoutError, msg="the server should stop reading"):
                for _ in range(FLOODS):
                    deaf.send_raw(b"FEAT\r\n" * 2000)
        self.assertLess(self.site.memory("VmRSS") - before, DEAF_SESSIONS * DEAF_SESSION_LIMIT_BYTES)


class IdleMemoryTests(MemoryCase):
    def test_an_idle_session_is_small(self) -> None:
        for _ in range(16):  # what the first sessions cost is the daemon's
            self.wire()
        before = self.site.memory("VmRSS")
        for _ in range(IDLE_SESSIONS):
            self.wire()
        each = (self.site.memory("VmRSS") - before) / IDLE_SESSIONS
        print(f"an idle session costs {each / KIB:.1f} KiB")
        self.assertLessEqual(each, IDLE_SESSION_LIMIT_BYTES)


if __name__ == "__main__":
    unittest.main()
