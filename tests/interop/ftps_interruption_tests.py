"""Uploads that end before their end: without close_notify, in the middle of a record, with the control connection
gone, with the client or the daemon killed; and their second half, brought later."""

import contextlib
import signal
import subprocess
import unittest
from typing import Callable

from consign_site import PASSWORD, eventually
from ftps_case import VERSIONS, FtpsCase
from ftps_wire import FtpsWire
from openssh import OpenSsh, quoted
from payload import MIB, NAME_MARKER, content, write_file
from tls_socket import TlsSocket

SIZE = 2 * MIB
SENT = MIB + 17
RACES = 20
THROTTLE = ("--limit-rate", "500k")
END_LIMIT_SECONDS = 60


def within_a_record(data: TlsSocket) -> None:
    data.send_raw(data.sealed(b"y" * 1000)[:-5])
    data.fin()


ENDS: dict[str, Callable[[TlsSocket], None]] = {
    "FIN": TlsSocket.fin,
    "RST": TlsSocket.reset,
    "FIN within a record": within_a_record,
}


class FtpsInterruptionTests(FtpsCase):
    def setUp(self) -> None:
        super().setUp()
        self.whole = content(SIZE, self.id())

    def arrived(self, lab: FtpsWire, name: str) -> int | None:
        """How much of a file is there, as its depositor sees it."""
        reply = lab.ask(f"SIZE {name}")
        return int(reply.text) if reply.code == 213 else None

    def assert_unfinished(self, name: str, account: str = "lab") -> None:
        eventually(lambda: self.events_of(account, "upload_broken_off", f"/lab/{name}"), "the break in the ledger")
        self.assertFalse(self.partner.sees(name))
        self.assertEqual(self.events_of(account, "deposited", f"/lab/{name}"), [])

    def assert_goes_on(self, name: str, at_least: int, by_appending: bool = False, account: str = "lab") -> None:
        """Another session brings the rest of what was broken off."""
        lab = self.account(account)
        there = self.arrived(lab, name)
        self.assertIsNotNone(there)
        self.assertTrue(at_least <= there <= SIZE, there)
        if by_appending:
            reply = lab.store(f"APPE {name}", self.whole[there:])
        else:
            lab.expect(f"REST {there}", 350)
            reply = lab.store(f"STOR {name}", self.whole[there:])
        self.assertEqual(reply.code, 226, reply.text)
        self.assert_arrived(name, self.whole, by=account)

    def test_an_upload_that_ends_without_close_notify_is_none_and_can_go_on(self) -> None:
        for version in VERSIONS:
            for number, (end, act) in enumerate(ENDS.items()):
                with self.subTest(version=version, end=end):
                    name = f"{version.name}-{number}"
                    lab = self.lab(context=self.site.context(version))
                    with lab.transfer(f"STOR {name}") as data:
                        data.send(self.whole[:SENT])
                        eventually(lambda: str(SENT) in lab.ask("STAT").text, "all of it arrived")
                        act(data)
                        self.assertEqual(lab.reply().code, 426)
                    lab.expect("NOOP", 200)
                    self.assert_unfinished(name)
                    self.assert_goes_on(name, SENT, by_appending=number % 2 == 1)

    def test_it_goes_on_in_the_same_session_too(self) -> None:
        lab = self.lab()
        with lab.transfer("STOR same") as data:
            data.send(self.whole[:SENT])
            data.fin()
            self.assertEqual(lab.reply().code, 426)
        self.assertEqual(self.arrived(lab, "same"), SENT)
        lab.expect(f"REST {SENT}", 350)
        self.assertEqual(lab.store("STOR same", self.whole[SENT:]).code, 226)
        self.assert_arrived("same", self.whole)

    def test_an_unfinished_upload_is_seen_by_its_depositor_alone(self) -> None:
        lab = self.lab()
        with lab.transfer("STOR unseen") as data:
            data.send(self.whole[:SENT])
            data.fin()
            self.assertEqual(lab.reply().code, 426)
        self.assertIn(b"unseen", lab.retrieve("NLST"))
        for account in ("partner", "watcher", "careless"):
            other = self.account(account)
            self.assertEqual(other.ask("SIZE unseen").code, 550)
            self.assertNotIn(b"unseen", other.retrieve("NLST"))
            with other.data_socket(other.passive()):
                self.assertEqual(other.ask("RETR unseen").code, 550)

    def test_a_plain_stor_begins_it_anew(self) -> None:
        lab = self.lab()
        with lab.transfer("STOR anew") as data:
            data.send(self.whole[:SENT])
            data.reset()
            self.assertEqual(lab.reply().code, 426)
        self.assertEqual(lab.store("STOR anew", b"short").code, 226)
        self.assert_arrived("anew", b"short")

    def test_an_upload_by_the_upload_right_alone_goes_on(self) -> None:
        drop = self.account("drop")
        with drop.transfer("STOR in/stump.txt") as data:
            data.send(self.whole[:SENT])
            data.fin()
            self.assertEqual(drop.reply().code, 426)
        there = self.arrived(drop, "in/stump.txt")
        drop.expect(f"REST {there}", 350)
        self.assertEqual(drop.store("STOR in/stump.txt", self.whole[there:]).code, 226)
        collector = self.account("collector")
        self.assert_same_bytes(collector.retrieve("RETR in/stump.txt"), self.whole)

    def test_a_broken_off_rest_keeps_what_was_there(self) -> None:
        lab = self.lab()
        at = 0
        for upto in (300_000, 900_001, SENT):
            lab.expect(f"REST {at}", 350)
            with lab.transfer("STOR pieces") as data:
                data.send(self.whole[at:upto])
                data.fin()
                self.assertEqual(lab.reply().code, 426)
            at = self.arrived(lab, "pieces")
            self.assertEqual(at, upto)
        self.assert_goes_on("pieces", SENT)

    def test_a_deposit_survives_an_overwriting_that_breaks_off(self) -> None:
        lab = self.lab()
        self.assertEqual(lab.store("STOR kept", b"the first version").code, 226)
        with lab.transfer("STOR kept") as data:
            data.send(self.whole[:SENT])
            data.reset()
            self.assertEqual(lab.reply().code, 426)
        self.assert_arrived("kept", b"the first version")

    def test_close_notify_behind_a_dead_control_connection_is_no_end(self) -> None:
        for number, die in enumerate((TlsSocket.fin, TlsSocket.reset, TlsSocket.close_notify)):
            with self.subTest(die=die.__name__):
                name, lab = f"headless-{number}", self.lab()
                with lab.transfer(f"STOR {name}") as data:
                    data.send(self.whole[:SENT])
                    eventually(lambda: str(SENT) in lab.ask("STAT").text, "all of it arrived")
                    die(lab.tls)
                    if die is not TlsSocket.reset:
                        lab.close()
                    # The server ends the data connection as soon as it knows; nothing sent later counts.
                    with contextlib.suppress(EOFError, OSError):
                        data.receive()
                        data.send(self.whole[SENT:])
                        data.finish()
                self.assert_unfinished(name)
                self.assert_goes_on(name, SENT)

    def test_both_connections_dying_at_once_leave_a_whole_file_or_none(self) -> None:
        for number in range(1, RACES):
            name, lab = f"race-{number}", self.lab()
            whole = self.whole[:number * 1001]
            with lab.transfer(f"STOR {name}") as data:
                data.send(whole)
                eventually(lambda: str(len(whole)) in lab.ask("STAT").text, "all of it arrived")
                ends = [data.close_notify, lab.tls.reset]
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    for end in ends if number % 2 else reversed(ends):
                        end()
            eventually(lambda: self.events_of("lab", "deposited", f"/lab/{name}")
                       or self.events_of("lab", "upload_broken_off", f"/lab/{name}"), "an end in the ledger")
            if self.partner.sees(name):
                self.assert_arrived(name, whole)
            else:
                self.assertEqual(self.events_of("lab", "deposited", f"/lab/{name}"), [])

    def test_what_one_protocol_broke_off_another_goes_on_with(self) -> None:
        lab = self.lab()
        with lab.transfer("STOR either") as data:
            data.send(self.whole[:SENT])
            data.fin()
            self.assertEqual(lab.reply().code, 426)
        file = self.local / "file"
        file.write_bytes(self.whole)
        OpenSsh(self.site.login("lab")).sftp(b"reput " + quoted(file) + b" either")
        self.assert_arrived("either", self.whole)

    def test_of_two_uploads_under_one_name_one_is_whole(self) -> None:
        first, second = self.lab(), self.lab()
        with first.transfer("STOR twin") as one:
            one.send(self.whole[:1000])
            eventually(lambda: "1000" in first.ask("STAT").text, "the first has begun")
            codes = [second.store("STOR twin", self.whole[:2000]).code]
            with contextlib.suppress(OSError, EOFError):
                one.send(self.whole[1000:3000])
                one.finish()
            codes.append(first.reply().code)
        self.assertEqual(codes.count(226), 1, codes)
        self.assert_arrived("twin", self.whole[:2000 if codes[0] == 226 else 3000])

    def test_nothing_is_left_by_a_data_connection_that_never_shook_hands(self) -> None:
        lab = self.lab()
        for act in (TlsSocket.fin, TlsSocket.reset):
            data = lab.begin("STOR unshaken")
            act(data)
            self.assertIn(lab.reply().code, (425, 426))
            data.close()
        self.assertIsNone(self.arrived(lab, "unshaken"))

    def test_an_empty_file_needs_its_close_notify_like_any_other(self) -> None:
        lab = self.lab()
        self.assertEqual(lab.store("STOR empty", b"").code, 226)
        self.assert_arrived("empty", b"")
        for number, act in enumerate((TlsSocket.fin, TlsSocket.reset)):
            with lab.transfer(f"STOR wordless-{number}") as data:
                act(data)
                self.assertIn(lab.reply().code, (425, 426))
            self.assertFalse(self.partner.sees(f"wordless-{number}"))

    def test_a_client_that_is_killed_leaves_an_upload_to_go_on_with(self) -> None:
        file = write_file(self.local / f"{NAME_MARKER}.txt", 8 * MIB)
        self.whole = file.read_bytes()
        lab = self.lab()
        running = subprocess.Popen(["curl", "--silent", "--ssl-reqd", "--cacert", self.site.authority, "--user",
                                    f"lab:{PASSWORD}", "--upload-file", file, *THROTTLE,
                                    f"ftp://127.0.0.1:{self.site.ftps_port()}/killed"])
        self.addCleanup(lambda: running.poll() is None and running.kill())
        eventually(lambda: (self.arrived(lab, "killed") or 0) >= MIB, "a MiB arrived")
        self.assertIsNone(running.poll(), "the upload is over already")
        running.send_signal(signal.SIGKILL)
        running.wait(END_LIMIT_SECONDS)
        self.assert_unfinished("killed")
        there = self.arrived(lab, "killed")
        self.assertGreaterEqual(there, MIB)
        subprocess.run(["curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", self.site.authority, "--user",
                        f"lab:{PASSWORD}", "--upload-file", file, "--continue-at", "-",
                        f"ftp://127.0.0.1:{self.site.ftps_port()}/killed"], check=True, timeout=END_LIMIT_SECONDS)
        self.assert_delivered(file, "killed")

    def test_a_download_that_breaks_off_is_no_whole_one_and_goes_on(self) -> None:
        lab = self.lab()
        lab.store("STOR fetched", self.whole)
        partner = self.account("partner")
        for act in (TlsSocket.reset, TlsSocket.fin):
            with partner.transfer("RETR fetched") as data:
                received = data.receive()
                act(data)
                data.close()
                self.assertIn(partner.reply().code, (426, 226) if act is TlsSocket.fin else (426,))
            partner.expect("NOOP", 200)
        partner.expect(f"REST {len(received)}", 350)
        self.assert_same_bytes(received + partner.retrieve("RETR fetched"), self.whole)


if __name__ == "__main__":
    unittest.main()
