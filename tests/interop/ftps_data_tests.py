"""Data connections, byte by byte: whose they are, which TLS session they resume, and the ports they come by."""

import contextlib
import socket
import ssl
import threading
import unittest

from consign_site import eventually
from ftps_case import VERSIONS, FtpsCase
from ftps_site import EXPLICIT, NARROW, NARROW_PORTS, REQUIRE
from ftps_wire import CONTROL_SESSION, FtpsWire, Reply
from payload import MIB, NAME_MARKER, content
from tls_socket import TlsSocket

RESUMED_TRANSFERS = 50
TRANSFERS_OVER_FEW_PORTS = 200
OTHER_ADDRESS = "127.0.0.2"


class DataCase(FtpsCase):
    def refused_store(self, wire: FtpsWire, name: str, **options: object) -> Reply:
        """An upload whose data handshake is not to be accepted: the first reply behind 150."""
        data = wire.begin(f"STOR {name}", **options)
        with contextlib.closing(data), contextlib.suppress(ssl.SSLError, EOFError, ConnectionError):
            data.handshake()
            data.send(b"x" * 1000)
            data.finish()
        return wire.reply()

    def assert_never_came_into_being(self, name: str) -> None:
        self.assertFalse(self.partner.sees(name))
        self.assertEqual(self.lab().ask(f"SIZE {name}").code, 550, "not even for its depositor")
        self.assertEqual(self.events_of("lab", "deposited", f"/lab/{name}"), [])


class ReuseTests(DataCase):
    def test_one_control_session_is_resumed_again_and_again(self) -> None:
        for listener in (EXPLICIT, REQUIRE):
            for version in VERSIONS:
                with self.subTest(listener=listener, version=version):
                    lab = self.lab(listener, self.site.context(version))
                    for number in range(RESUMED_TRANSFERS):
                        with lab.transfer(f"STOR {listener}-{version.name}-{number}") as data:
                            self.assertTrue(data.tls.session_reused)
                            data.send(b"x" * number)
                            data.finish()
                            lab.expect_reply(226)
                    listed = lab.retrieve("NLST").splitlines()
                    self.assertEqual(sum(name.startswith(f"{listener}-{version.name}-".encode()) for name in listed),
                                     RESUMED_TRANSFERS)

    def test_each_transfer_brings_a_fresh_ticket_first(self) -> None:
        lab = self.lab(REQUIRE, self.site.context(ssl.TLSVersion.TLSv1_3))
        seen = set()
        for number in range(10):
            with lab.transfer(f"STOR fresh-{number}") as data:
                self.assertTrue(data.tls.session_reused)
                seen.add(lab.tls.tls.session.id)
                data.finish()
                lab.expect_reply(226)
        self.assertEqual(len(seen), 10)

    def test_the_first_session_is_good_for_a_later_transfer(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                lab = self.lab(REQUIRE, self.site.context(version))
                lab.expect("NOOP", 200)
                first = lab.tls.tls.session
                for number in range(3):
                    self.assertEqual(lab.store(f"STOR later-{version.name}-{number}", b"x", session=first).code, 226)

    def test_the_session_of_the_last_data_connection_is_good_too(self) -> None:
        """FileZilla and others resume whatever they saw last."""
        for version in VERSIONS:
            with self.subTest(version=version):
                lab = self.lab(REQUIRE, self.site.context(version))
                session = CONTROL_SESSION
                for number in range(5):
                    with lab.transfer(f"STOR chain-{version.name}-{number}", session=session) as data:
                        self.assertTrue(data.tls.session_reused)
                        data.send(b"x")
                        data.finish()
                        session = data.tls.session or session
                    lab.expect_reply(226)

    def test_a_full_handshake_is_refused_where_reuse_is_required(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                lab = self.lab(REQUIRE, self.site.context(version))
                name = f"full-{version.name}"
                self.assertEqual(self.refused_store(lab, name, session=None).code, 522)
                self.assert_never_came_into_being(name)
                self.assertEqual(lab.store(f"STOR {name}", b"resumed").code, 226)
                self.assert_arrived(name, b"resumed")

    def test_a_full_handshake_is_fine_where_reuse_is_preferred(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                lab = self.lab(EXPLICIT, self.site.context(version))
                self.assertEqual(lab.store(f"STOR fine-{version.name}", b"full", session=None).code, 226)
                self.assert_arrived(f"fine-{version.name}", b"full")

    def test_a_session_of_another_control_connection_is_refused(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                context = self.site.context(version)
                mine, other = self.lab(REQUIRE, context), self.lab(REQUIRE, context)
                other.store(f"STOR others-{version.name}", b"x")
                foreign = other.tls.tls.session
                name = f"foreign-{version.name}"
                self.assertEqual(self.refused_store(mine, name, session=foreign).code, 522)
                self.assert_never_came_into_being(name)
                # A session that a third one leaves behind opens nothing either.
                ended = self.lab(REQUIRE, context)
                ended.store(f"STOR third-{version.name}", b"x")
                ended.expect("QUIT", 221)
                self.assertEqual(self.refused_store(mine, name, session=ended.tls.tls.session).code, 522)

    def test_a_new_control_connection_resumes_no_other(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                context = self.site.context(version)
                first = self.lab(EXPLICIT, context)
                second = self.enterContext(FtpsWire(self.site, EXPLICIT, context))
                second.expect("AUTH TLS", 234)
                second.secure(first.tls.tls.session)
                self.assertFalse(second.tls.tls.session_reused)
                self.assertEqual(second.ask("PWD").code, 530)


class PeerTests(DataCase):
    def test_another_address_is_turned_away_and_the_right_one_still_served(self) -> None:
        lab = self.lab()
        port = lab.passive()
        strangers = [self.enterContext(contextlib.closing(lab.data_socket(port, OTHER_ADDRESS))) for _ in range(3)]
        lab.send("STOR guarded")
        for stranger in strangers:
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(stranger.recv(1), b"")
        data = TlsSocket(lab.data_socket(port), lab.context, lab.tls.tls.session)
        with contextlib.closing(data):
            lab.expect_reply(150)
            data.handshake()
            data.send(b"from the right peer")
            data.finish()
            lab.expect_reply(226)
        self.assert_arrived("guarded", b"from the right peer")
        eventually(lambda: self.events_of("lab", "protocol_violation") or self.events_of("lab", "request_refused"),
                   "the strangers in the ledger")

    def test_one_who_hangs_on_the_port_first_does_not_block_the_right_one(self) -> None:
        lab = self.lab()
        port = lab.passive()
        with lab.data_socket(port, OTHER_ADDRESS):
            data = TlsSocket(lab.data_socket(port), lab.context, lab.tls.tls.session)
            with contextlib.closing(data):
                lab.expect("STOR blocked-not", 150)
                data.handshake()
                data.finish()
                lab.expect_reply(226)

    def test_active_mode_goes_back_to_the_peer_alone(self) -> None:
        lab = self.lab()
        for command in ("PORT 127,0,0,2,200,0", "PORT 10,0,0,1,200,0", "PORT 127,0,0,1,0,22", "PORT 127,0,0,1,3,255",
                        "PORT 127,0,0,1,0,0", "EPRT |1|127.0.0.2|51200|", "EPRT |1|127.0.0.1|22|",
                        "EPRT |1|127.0.0.1|1023|", "EPRT |2|::1|51200|", "EPRT |1|127.0.0.1|0|"):
            with self.subTest(command=command):
                self.assertIn(lab.ask(command).code, (500, 501, 504, 522))
        self.assertIn(lab.ask("STOR nowhere").code, (425, 503))

    def test_active_transfers_work_both_ways(self) -> None:
        for listener in (EXPLICIT, REQUIRE):
            lab, whole = self.lab(listener), content(MIB + 1, "active")
            for number, form in enumerate(("PORT 127,0,0,1,{high},{low}", "EPRT |1|127.0.0.1|{port}|")):
                with self.subTest(listener=listener, form=form):
                    received = []
                    for command in (f"STOR active-{number}", f"RETR active-{number}"):
                        with socket.create_server(("127.0.0.1", 0)) as server:
                            server.settimeout(20)
                            port = server.getsockname()[1]
                            lab.expect(form.format(port=port, high=port // 256, low=port % 256), 200)
                            lab.send(command)
                            connection, peer = server.accept()
                            self.assertEqual(peer[0], "127.0.0.1")
                            lab.expect_reply(150)
                            data = TlsSocket(connection, lab.context, lab.tls.tls.session)
                            with contextlib.closing(data):
                                data.handshake()
                                if command.startswith("STOR"):
                                    data.send(whole)
                                else:
                                    received.append(data.receive_all())
                                data.finish()
                            lab.expect_reply(226)
                    self.assert_same_bytes(received[0], whole)

    def test_an_active_peer_that_does_not_listen_is_425(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        lab = self.lab()
        lab.expect(f"EPRT |1|127.0.0.1|{port}|", 200)
        codes = [lab.ask("STOR unheard").code]
        if codes == [150]:
            codes.append(lab.reply().code)
        self.assertEqual(codes[-1], 425)
        self.assert_never_came_into_being("unheard")

    def test_epsv_all_ends_the_other_ways(self) -> None:
        lab = self.lab()
        lab.expect("EPSV ALL", 200)
        for command in ("PASV", "PORT 127,0,0,1,200,0", "EPRT |1|127.0.0.1|51200|"):
            self.assertIn(lab.ask(command).code, (501, 503), command)
        self.assertEqual(lab.store("STOR epsv", b"x").code, 226)

    def test_epsv_and_pasv_tell_where(self) -> None:
        lab = self.lab()
        lab.expect("EPSV 1", 229)
        self.assertEqual(lab.ask("EPSV 2").code, 522)
        self.assertEqual(lab.ask("EPSV x").code, 501)
        self.assertRegex(lab.expect("PASV", 227).text, r"\(127,0,0,1,\d{1,3},\d{1,3}\)")

    def test_clear_bytes_on_a_data_connection_make_no_file(self) -> None:
        lab = self.lab()
        for number, sent in enumerate((b"clear text\n" * 1000, b"", b"\x16\x03\x01\x02\x00\x01")):
            with self.subTest(sent=sent[:10]):
                with lab.data_socket(lab.passive()) as connection:
                    lab.expect(f"STOR bare-{number}", 150)
                    connection.sendall(sent)
                    connection.shutdown(socket.SHUT_WR)
                    self.assertIn(lab.reply().code, (425, 426, 522))
                self.assert_never_came_into_being(f"bare-{number}")

    def test_a_transfer_without_a_port_is_425(self) -> None:
        lab = self.lab()
        self.assertIn(lab.ask("STOR portless").code, (425, 503))
        lab.store("STOR once", b"x")
        self.assertIn(lab.ask("STOR portless").code, (425, 503), "a port is for one transfer")
        self.assert_never_came_into_being("portless")


class PortsTests(DataCase):
    def narrow(self) -> FtpsWire:
        return self.lab(NARROW)

    def test_ports_come_from_the_range_and_are_free_again_after(self) -> None:
        first = self.site.narrow_first_port
        waiting = [self.narrow() for _ in range(NARROW_PORTS)]
        ports = [wire.passive() for wire in waiting]
        self.assertEqual(sorted(ports), list(range(first, first + NARROW_PORTS)))
        late = self.narrow()
        self.assertEqual((late.ask("EPSV").code, late.ask("PASV").code), (425, 425))
        # Whoever asks again gives the old one back, as does whoever leaves.
        self.assertIn(waiting[0].passive(), ports)
        self.assertEqual(late.ask("EPSV").code, 425)
        waiting[1].close()
        eventually(lambda: late.ask("EPSV").code == 229, "the port is free")
        self.assertEqual(waiting[0].store("STOR narrow", b"x").code, 226)

    def test_a_transfer_gives_its_port_back(self) -> None:
        one, two = self.narrow(), self.narrow()
        for number in range(2 * NARROW_PORTS):
            self.assertEqual(one.store(f"STOR back-{number}", b"x").code, 226)
            self.assertEqual(two.store(f"STOR back-too-{number}", b"x").code, 226)

    def test_many_transfers_go_through_few_ports(self) -> None:
        """Each ends at the server's side first, or at the client's: TIME_WAIT must not use the ports up."""
        lab = self.narrow()
        for number in range(TRANSFERS_OVER_FEW_PORTS):
            if number % 2:
                self.assertEqual(lab.store(f"STOR {NAME_MARKER}-{number % 7}", content(number, "few")).code, 226)
            else:
                lab.retrieve("NLST")

    def test_sessions_share_few_ports_at_once(self) -> None:
        failures = []

        def work(wire: FtpsWire, name: str) -> None:
            try:
                for number in range(30):
                    if (reply := wire.store(f"STOR {name}-{number}", b"x" * number)).code != 226:
                        raise AssertionError(reply)
            except Exception as failure:  # for the thread that asks
                failures.append(failure)
        threads = [threading.Thread(target=work, args=(self.narrow(), f"{NAME_MARKER}-shared-{number}"))
                   for number in range(NARROW_PORTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main()
