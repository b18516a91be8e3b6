"""Memory has bounds: for a transfer whatever the file's size, and for a session that waits."""

import asyncio
import unittest
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its old ciphers
    import asyncssh

from interop_case import InteropCase
from openssh import OpenSsh, quoted
from payload import GIB, KIB, MIB, NAME_MARKER, write_file

SESSIONS = 64
DAEMON_LIMIT_BYTES = 32 * MIB            # code, keys, caches, threads
TRANSFER_LIMIT_BYTES = 4 * MIB           # one transfer: its first window, chunks in work, what waits to be sent
# Receive windows grow up to a budget over all sessions (daemon/main.cpp), and up to a limit in one. What a
# window promises may lie in two buffers: one that fills, one that is being sealed.
GROWN_WINDOWS_LIMIT_BYTES = 2 * 64 * MIB
GROWN_WINDOW_LIMIT_BYTES = 2 * 16 * MIB
IDLE_SESSIONS = 250
IDLE_SESSION_LIMIT_BYTES = 64 * KIB
END_LIMIT_SECONDS = 240


class TransferMemoryTests(InteropCase):
    def transfer_all(self, *clients: tuple[OpenSsh, bytes]) -> None:
        running = [client.start_sftp(command) for client, command in clients]
        for each in running:
            self.assertEqual(each.wait(END_LIMIT_SECONDS), 0)

    def test_transfers_are_bounded_whatever_the_size_of_the_file(self) -> None:
        lab, null = OpenSsh(self.site.login("lab")), b" /dev/null"
        large = write_file(self.local / f"{NAME_MARKER}-large", GIB)
        small = write_file(self.local / f"{NAME_MARKER}-small", 16 * MIB)

        self.transfer_all((lab, b"put " + quoted(large) + b" large"))
        self.transfer_all((self.partner, b"get large" + null))
        one = self.site.memory("VmHWM")
        self.transfer_all((lab, b"put " + quoted(large) + b" large-again"),
                          *((lab, b"put " + quoted(small) + b" small-%d" % n) for n in range(SESSIONS - 1)))
        self.transfer_all((self.partner, b"get large" + null),
                          *((self.partner, b"get small-%d" % n + null) for n in range(SESSIONS - 1)))
        many = self.site.memory("VmHWM")

        print(f"peak at 1 GiB, alone: {one / MIB:.0f} MiB; with {SESSIONS} transfers at once: {many / MIB:.0f} MiB")
        self.assertLess(one, DAEMON_LIMIT_BYTES + TRANSFER_LIMIT_BYTES + GROWN_WINDOW_LIMIT_BYTES)
        self.assertLess(many, DAEMON_LIMIT_BYTES + SESSIONS * TRANSFER_LIMIT_BYTES + GROWN_WINDOWS_LIMIT_BYTES)
        self.assert_delivered(large, "large")
        self.assert_delivered(small, f"small-{SESSIONS - 2}")


class IdleMemoryTests(InteropCase):
    def test_an_idle_session_is_small(self) -> None:
        login = self.site.login("lab")

        async def connect(sessions: list) -> None:
            connection = await asyncssh.connect(login.host, login.port, username=login.user,
                                                client_keys=[str(login.key)], known_hosts=str(login.known_hosts),
                                                config=None, agent_path=None)
            sessions.append((connection, await connection.start_sftp_client()))
            await sessions[-1][1].stat("/")

        async def measure() -> float:
            sessions: list = []
            for _ in range(16):  # what the first sessions cost is the daemon's
                await connect(sessions)
            before = self.site.memory("VmRSS")
            for _ in range(IDLE_SESSIONS):
                await connect(sessions)
            each = (self.site.memory("VmRSS") - before) / IDLE_SESSIONS
            for connection, _ in sessions:
                connection.close()
            await asyncio.gather(*(connection.wait_closed() for connection, _ in sessions))
            return each

        each = asyncio.run(measure())
        print(f"an idle session costs {each / KIB:.1f} KiB")
        self.assertLessEqual(each, IDLE_SESSION_LIMIT_BYTES)


if __name__ == "__main__":
    unittest.main()
