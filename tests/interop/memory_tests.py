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
# One transfer: the window (1.28 MB) in libssh, in the inbox and in the batch that is served; eight chunks.
TRANSFER_LIMIT_BYTES = 5 * MIB
# The daemon itself: the grown receive windows' budget (64 MiB), code and caches.
DAEMON_LIMIT_BYTES = 96 * MIB
IDLE_SESSIONS = 250
IDLE_SESSION_LIMIT_BYTES = 64 * KIB
END_LIMIT_SECONDS = 240


class MemoryTests(InteropCase):
    def transfer_all(self, *clients: tuple[OpenSsh, bytes]) -> None:
        running = [client.start_sftp(command) for client, command in clients]
        for each in running:
            self.assertEqual(each.wait(END_LIMIT_SECONDS), 0)

    def test_transfers_are_bounded_whatever_the_size_of_the_file(self) -> None:
        lab, null = OpenSsh(self.site.login("lab")), b" /dev/null"
        large = write_file(self.local / f"{NAME_MARKER}-large", GIB)
        small = write_file(self.local / f"{NAME_MARKER}-small", 16 * MIB)
        self.transfer_all((lab, b"put " + quoted(large) + b" large"),
                          *((lab, b"put " + quoted(small) + b" small-%d" % n) for n in range(SESSIONS - 1)))
        uploaded = self.site.memory("VmHWM")
        self.transfer_all((self.partner, b"get large" + null),
                          *((self.partner, b"get small-%d" % n + null) for n in range(SESSIONS - 1)))
        downloaded = self.site.memory("VmHWM")
        print(f"peak with {SESSIONS} transfers at once: {uploaded / MIB:.0f} MiB up, {downloaded / MIB:.0f} MiB down")
        self.assertLess(downloaded, SESSIONS * TRANSFER_LIMIT_BYTES + DAEMON_LIMIT_BYTES)
        self.assert_delivered(large, "large")
        self.assert_delivered(small, f"small-{SESSIONS - 2}")

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
