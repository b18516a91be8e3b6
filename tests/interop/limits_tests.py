"""What a peer sees of the daemon's limits, and of its way down."""

import contextlib
import signal
import socket
import unittest

from consign_site import DRAIN_LIMIT_SECONDS, Site, eventually
from paramiko_client import connected

SESSIONS = 3
ANSWER_LIMIT_SECONDS = 20


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


if __name__ == "__main__":
    unittest.main()
