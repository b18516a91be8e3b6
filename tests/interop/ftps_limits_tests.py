"""What a peer sees of the daemon's limits over FTPS, and of its way down."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import unittest

from consign_site import DRAIN_LIMIT_SECONDS, eventually
from ftps_certificates import renew_server_certificate
from ftps_site import EXPLICIT, IMPLICIT, FtpsSite
from ftps_wire import FtpsWire
from openssh import OpenSsh
from payload import MIB, content

SESSIONS = 3
LOGIN_TIME_SECONDS = 4
IDLE_TIME_SECONDS = 4
SLACK_SECONDS = 3
PACE_SECONDS = 1
FLOODS = 1000
FAREWELL_LIMIT_SECONDS = IDLE_TIME_SECONDS + 10


class SiteCase(unittest.TestCase):
    limits: dict[str, str] = {}

    def setUp(self) -> None:
        self.site = FtpsSite()
        self.addCleanup(self.site.close)
        text = self.site.file.read_text()
        for old, new in self.limits.items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.site.file.write_text(text)
        self.site.start()

    def lab(self) -> FtpsWire:
        return self.enterContext(FtpsWire(self.site)).login()

    def partner_reads(self, name: str) -> bytes:
        return OpenSsh(self.site.login("partner")).get(name, self.site.folder / "read").read_bytes()

    def assert_bid_farewell(self, wire: FtpsWire) -> None:
        """421, and an end in order."""
        self.assertEqual(wire.reply().code, 421)
        self.assertEqual(wire.tls.receive(), b"", "close_notify")


class CountTests(SiteCase):
    limits = {"sessions_per_address: 1000": f"sessions_per_address: {SESSIONS}"}

    def test_one_connection_too_many_is_told_so_and_makes_no_session(self) -> None:
        with contextlib.ExitStack() as open_ones:
            for _ in range(SESSIONS):
                self.assertEqual(open_ones.enter_context(FtpsWire(self.site)).greeting.code, 220)
            for _ in range(3):
                refused = open_ones.enter_context(FtpsWire(self.site))
                self.assertEqual(refused.greeting.code, 421)
                with self.assertRaises(EOFError):
                    refused.reply()
            refusals = eventually(lambda: self.site.events("--action", "request_refused"), "the refusal in the ledger")
            self.assertEqual([row["detail"] for row in refusals], ["limits.sessions_per_address"])
        eventually(self.logs_in, "their places are given back")

    def logs_in(self) -> bool:
        with FtpsWire(self.site) as wire:
            return wire.greeting.code == 220 and wire.login().expect("NOOP", 200).code == 200


class AccountCountTests(SiteCase):
    limits = {"sessions_per_account: 1000": f"sessions_per_account: {SESSIONS}"}

    def test_one_login_too_many_is_told_so_and_others_go_on(self) -> None:
        for _ in range(SESSIONS):
            self.lab()
        wire = self.enterContext(FtpsWire(self.site)).auth()
        wire.expect("USER lab", 331)
        self.assertIn(wire.ask(f"PASS {self.site.login('lab').password}").code, (421, 530))
        self.enterContext(FtpsWire(self.site)).login("partner")


class TimeTests(SiteCase):
    limits = {"limits: {": f"limits: {{login_time: {LOGIN_TIME_SECONDS} seconds, "
                           f"idle_time: {IDLE_TIME_SECONDS} seconds, "}

    def assert_ends_within(self, connection: socket.socket, sent: bytes, limit_seconds: float) -> bytes:
        """One byte a second, until the server ends it; what it said meanwhile."""
        connection.settimeout(PACE_SECONDS)
        begun, said = time.monotonic(), b""
        for byte in sent:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(bytes([byte]))
            try:
                if not (received := connection.recv(4096)):
                    return said
                said += received
            except TimeoutError:
                self.assertLess(time.monotonic() - begun, limit_seconds, "still there")
            except ConnectionResetError:
                return said
        raise AssertionError("sent everything")

    def test_one_byte_a_second_ends_at_the_login_time_while_others_go_on(self) -> None:
        slow_ones = {"in clear": FtpsWire(self.site), "in the handshake": FtpsWire(self.site),
                     "before login": FtpsWire(self.site).auth(), "unspoken": FtpsWire(self.site)}
        for wire in slow_ones.values():
            self.enterContext(wire)
        slow_ones["in the handshake"].expect("AUTH TLS", 234)
        silent = self.enterContext(socket.create_connection(("127.0.0.1", self.site.ftps_port(IMPLICIT)), 20))
        begun = time.monotonic()
        lab, whole = self.lab(), content(MIB)
        self.assertEqual(lab.store("STOR fast", whole).code, 226)
        sent = {"in clear": b"USER " + b"x" * 100,
                "in the handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)}
        for kind, slow in sent.items():
            with self.subTest(kind=kind):
                self.assert_ends_within(slow_ones[kind].connection, slow, LOGIN_TIME_SECONDS + SLACK_SECONDS)
        with self.subTest(kind="before login"):
            self.assert_bid_farewell(slow_ones["before login"])
        with self.subTest(kind="unspoken"):
            self.assertEqual(slow_ones["unspoken"].reply().code, 421)
        with self.subTest(kind="implicit, without a handshake"):
            self.assertEqual(silent.recv(100), b"")
        self.assertLess(time.monotonic() - begun, 2 * (LOGIN_TIME_SECONDS + SLACK_SECONDS))

    def test_an_idle_session_is_told_421(self) -> None:
        begun = time.monotonic()
        self.assert_bid_farewell(self.lab())
        self.assertGreater(time.monotonic() - begun, IDLE_TIME_SECONDS - PACE_SECONDS)

    def test_commands_one_byte_a_second_are_no_activity(self) -> None:
        lab = self.lab()
        lab.connection.settimeout(PACE_SECONDS)
        begun = time.monotonic()
        for byte in b"NOOP" * 100:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                lab.send_raw(bytes([byte]))
            try:
                self.assertEqual(lab.reply().code, 421)
                return
            except TimeoutError:
                self.assertLess(time.monotonic() - begun, IDLE_TIME_SECONDS + SLACK_SECONDS, "still there")

    def test_one_who_reads_no_reply_is_ended_while_others_go_on(self) -> None:
        deaf = self.lab()
        deaf.connection.settimeout(PACE_SECONDS)
        with self.assertRaises(TimeoutError, msg="the server should stop reading"):
            for _ in range(FLOODS):
                deaf.send_raw(b"FEAT\r\n" * 2000)
        self.lab().expect("NOOP", 200)
        eventually(lambda: [row for row in self.site.sessions("--account", "lab") if row["ended"]
                            and "idle" in row["end_reason"]], "its end in the ledger", 2 * FAREWELL_LIMIT_SECONDS)

    def test_a_transfer_that_stands_still_is_broken_off_and_can_go_on(self) -> None:
        lab, whole = self.lab(), content(MIB)
        with lab.transfer("STOR stalled") as data:
            data.send(whole[:1000])
            lab.connection.settimeout(IDLE_TIME_SECONDS + SLACK_SECONDS)
            self.assertIn(lab.reply().code, (421, 426))
        again = self.lab()
        there = int(again.expect("SIZE stalled", 213).text)
        self.assertEqual(there, 1000)
        again.expect(f"REST {there}", 350)
        self.assertEqual(again.store("STOR stalled", whole[there:]).code, 226)
        self.assertTrue(self.partner_reads("stalled") == whole)

    def test_a_download_that_nobody_reads_is_broken_off(self) -> None:
        lab = self.lab()
        lab.store("STOR large", content(16 * MIB))
        with lab.transfer("RETR large"):
            lab.connection.settimeout(2 * IDLE_TIME_SECONDS + SLACK_SECONDS)
            self.assertIn(lab.reply().code, (421, 426))


class DrainTests(SiteCase):
    def drain(self) -> None:
        self.site.daemon.send_signal(signal.SIGTERM)
        eventually(lambda: any("stopping" in line for line in self.site.log), "the drain begins")

    def assert_daemon_ends_well(self) -> None:
        self.assertEqual(self.site.daemon.wait(DRAIN_LIMIT_SECONDS), 0)
        self.site.reader.join()
        self.assertNotIn("sessions are cut", "\n".join(self.site.log))

    def test_idle_sessions_are_told_at_once_and_a_transfer_ends_in_peace(self) -> None:
        idle, busy, reading, fresh = self.lab(), self.lab(), self.lab(), self.enterContext(FtpsWire(self.site))
        whole = content(20 * MIB, "drained")
        self.assertEqual(reading.store("STOR read", whole).code, 226)
        with busy.transfer("STOR drained") as data, reading.transfer("RETR read") as received:
            data.send(whole[:MIB])
            pieces = [received.receive()]
            self.drain()
            self.assert_bid_farewell(idle)
            self.assertEqual(fresh.reply().code, 421)
            data.send(whole[MIB:])
            data.finish()
            self.assertEqual(busy.reply().code, 226)
            self.assert_bid_farewell(busy)
            pieces.append(received.receive_all())
            received.finish()
            self.assertEqual(reading.reply().code, 226)
            self.assert_bid_farewell(reading)
        self.assertTrue(b"".join(pieces) == whole)
        self.assert_daemon_ends_well()
        self.site.start()
        self.assertTrue(self.partner_reads("drained") == whole)

    def test_no_new_connection_is_served_and_no_new_transfer_begun(self) -> None:
        lab = self.lab()
        with lab.transfer("STOR last") as data:
            data.send(b"x" * 1000)
            self.drain()
            with self.assertRaises((OSError, EOFError)):
                FtpsWire(self.site)
            lab.send("EPSV")
            lab.send("STOR next")
            data.finish()
            self.assertEqual(lab.reply().code, 226)
            codes = []
            with contextlib.suppress(EOFError, ConnectionResetError):
                while True:
                    codes.append(lab.reply().code)
            self.assertIn(421, codes)
            self.assertNotIn(150, codes)
        self.assert_daemon_ends_well()

    def test_a_reload_during_the_drain_cuts_nobody(self) -> None:
        lab = self.lab()
        with lab.transfer("STOR reloaded") as data:
            data.send(b"x" * 1000)
            self.drain()
            for _ in range(20):
                self.site.daemon.send_signal(signal.SIGHUP)
                data.send(b"x" * 1000)
            data.finish()
            self.assertEqual(lab.reply().code, 226)
            self.assertEqual(lab.reply().code, 421)
        self.assert_daemon_ends_well()


class ReloadTests(SiteCase):
    def test_a_renewed_certificate_serves_newcomers_and_old_sessions_go_on(self) -> None:
        old = self.lab()
        before = old.tls.tls.getpeercert()["serialNumber"]
        renew_server_certificate(self.site.tls)
        self.site.daemon.send_signal(signal.SIGHUP)
        eventually(lambda: self.serial() != before, "the new certificate")
        self.assertEqual(old.store("STOR still", b"x").code, 226)
        self.assertEqual(self.lab().store("STOR newer", b"x").code, 226)

    def serial(self) -> str:
        with FtpsWire(self.site) as wire:
            return wire.auth().tls.tls.getpeercert()["serialNumber"]

    def test_a_broken_certificate_never_goes_live(self) -> None:
        before = self.serial()
        (self.site.tls / "server.pem").write_text("no certificate\n")
        self.assertNotEqual(self.site.consign("reload", check=False).returncode, 0)  # answers once it is done
        for _ in range(20):
            self.assertEqual(self.serial(), before)

    def test_a_reload_tells_of_a_certificate_that_was_refused(self) -> None:
        before, whole = self.serial(), (self.site.tls / "server.pem").read_text()
        for what, words in (("no certificate\n", "does not hold a certificate"),
                            ((self.site.tls / "stranger.pem").read_text(), "does not belong to the certificate"),
                            (None, "cannot be read")):
            (self.site.tls / "server.pem").unlink()
            if what:
                (self.site.tls / "server.pem").write_text(what)
            done = self.site.consign("reload", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("a certificate was refused", done.stderr)
            self.assertIn(f"listener {EXPLICIT}: the certificate was refused, the last good one stays: ", done.stdout)
            self.assertIn(words, done.stdout)
            self.assertEqual(self.site.consign("reload", "--json", check=False).returncode, 1)
            (self.site.tls / "server.pem").write_text(whole)
        self.assertEqual(self.serial(), before)
        self.assertNotIn("certificate", self.site.consign("reload").stdout)

    def test_a_certificate_that_is_over_is_warned_of(self) -> None:
        renew_server_certificate(self.site.tls, is_expired=True)
        checked = subprocess.run([os.environ["CONSIGND"], "-t", "-c", self.site.file], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0)
        self.assertIn(f"warning: listener `{EXPLICIT}`: the certificate {self.site.tls}/server.pem expired on 2021-01-01",
                      checked.stderr)
        self.assertIn(f"listener {EXPLICIT}: warning: the certificate that is shown expired on 2021-01-01",
                      self.site.consign("reload").stdout)

    def test_a_withdrawn_account_is_shown_out(self) -> None:
        lab, partner = self.lab(), self.enterContext(FtpsWire(self.site)).login("partner")
        policy = self.site.folder / "policy.d" / "10-interop.yaml"
        policy.write_text(policy.read_text().replace("  lab:\n", "  lab:\n    enabled: false\n"))
        self.site.daemon.send_signal(signal.SIGHUP)
        self.assert_bid_farewell(lab)
        partner.expect("NOOP", 200)


if __name__ == "__main__":
    unittest.main()
