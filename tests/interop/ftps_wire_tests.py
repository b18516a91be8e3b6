"""The control connection, byte by byte: what is refused in clear and inside TLS, what is answered, and what a
session bears without ending."""

import contextlib
import socket
import ssl
import unittest

from consign_site import PASSWORD, eventually
from ftps_case import VERSIONS, FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, LEGACY
from ftps_wire import FtpsWire, Refused
from payload import KIB, MIB, NAME_MARKER, content

PIPELINED = 5000
LINE_LIMIT_BYTES = 4096
ABORT = b"\xff\xf4\xff\xf2ABOR\r\n"  # IAC IP IAC DM: RFC 959, section 4.1.3


def rest_of(connection: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(64 * KIB):
            received += piece
    return received


class ClearTests(FtpsCase):
    def wire(self, listener: str = EXPLICIT, context: ssl.SSLContext | None = None) -> FtpsWire:
        return self.enterContext(FtpsWire(self.site, listener, context))

    def test_bytes_behind_auth_end_the_connection_and_are_never_answered(self) -> None:
        for behind in (b"NOOP\r\n", b"USER lab\r\n", b"\r\n", b"\x16\x03\x01", b"x" * 100 * KIB):
            with self.subTest(behind=behind[:20]):
                wire = self.wire()
                wire.send_raw(b"AUTH TLS\r\n" + behind)
                self.assertRegex(rest_of(wire.connection), rb"\A(234 [^\r\n]*\r\n|421 [^\r\n]*\r\n)?\Z")
        eventually(lambda: [row for row in self.site.events("--action", "protocol_violation")], "a violation noted")

    def test_login_in_clear_is_refused_before_the_password_is_asked_for(self) -> None:
        wire = self.wire()
        self.assertEqual(wire.greeting.code, 220)
        self.assertEqual(wire.ask("USER lab").code, 530)
        self.assertIn(wire.ask(f"PASS {PASSWORD}").code, (503, 530))
        for command in ("LIST", "STOR x", "RETR x", "EPSV", "PASV", "CWD /", "DELE x", "SITE HELP", "MLST", "REST 1"):
            self.assertIn(wire.ask(command).code, (503, 530), command)
        for command in ("PBSZ 0", "PROT P"):
            self.assertIn(wire.ask(command).code, (503, 530), command)
        self.assertEqual(wire.auth().ask("PBSZ 0").code, 200)

    def test_what_helps_before_login_is_answered(self) -> None:
        wire = self.wire()
        feat = wire.expect("FEAT", 211).text
        for feature in ("AUTH TLS", "PBSZ", "PROT", "UTF8", "SIZE", "MDTM", "MLST ", "REST STREAM", "EPSV", "EPRT",
                        "MFMT", "HASH "):
            self.assertIn(f"\n {feature}", feat)
        self.assertNotIn("CCC", feat)
        wire.expect("SYST", 215)
        wire.expect("NOOP", 200)
        wire.expect("HELP", 211, 214)
        wire.expect("QUIT", 221)
        with self.assertRaises(EOFError):
            wire.reply()

    def test_the_way_back_into_clear_is_refused(self) -> None:
        lab = self.lab()
        self.assertIn(lab.ask("CCC").code, (533, 534))
        self.assertEqual(lab.ask("PROT C").code, 534)
        for level in ("S", "E"):
            self.assertIn(lab.ask(f"PROT {level}").code, (504, 534, 536))
        self.assertEqual(lab.ask("PROT X").code, 504)
        self.assertIn(lab.ask("PROT").code, (501, 504))
        self.assertIn(lab.ask("AUTH TLS").code, (503, 534))
        lab.expect("PROT P", 200)
        self.assertEqual(lab.store("STOR still-protected", b"x").code, 226)

    def test_prot_needs_pbsz(self) -> None:
        wire = self.wire().auth()
        wire.expect("USER lab", 331)
        wire.expect(f"PASS {PASSWORD}", 230)
        self.assertEqual(wire.ask("PROT P").code, 503)
        wire.expect("PBSZ 0", 200)
        wire.expect("PROT P", 200)

    def test_data_without_prot_p_is_refused(self) -> None:
        wire = self.wire().auth()
        wire.expect("USER lab", 331)
        wire.expect(f"PASS {PASSWORD}", 230)
        with socket.create_connection(("127.0.0.1", wire.passive())):
            for command in ("STOR clear", "LIST", "MLSD", "NLST", "RETR clear", "APPE clear", "STOU"):
                self.assertEqual(wire.ask(command).code, 521, command)
        self.assertFalse(self.partner.sees("clear"))

    def test_an_implicit_listener_protects_data_from_the_start(self) -> None:
        wire = self.wire(IMPLICIT)
        wire.expect("USER lab", 331)
        wire.expect(f"PASS {PASSWORD}", 230)
        self.assertEqual(wire.store("STOR implicit", b"x" * 1000).code, 226)

    def test_an_implicit_listener_says_nothing_in_clear(self) -> None:
        with socket.create_connection(("127.0.0.1", self.site.ftps_port(IMPLICIT)), 20) as connection:
            connection.sendall(b"USER lab\r\n")
            self.assertNotRegex(rest_of(connection), rb"\d\d\d ")

    def test_a_protocol_other_than_ftp_is_refused_in_the_handshake(self) -> None:
        for offered, welcome in ((["http/1.1"], False), (["h2", "http/1.1"], False), (["ftp"], True),
                                 (["http/1.1", "ftp"], True)):
            for version in VERSIONS:
                with self.subTest(offered=offered, version=version):
                    context = self.site.context(version)
                    context.set_alpn_protocols(offered)
                    wire = self.wire(context=context)
                    if welcome:
                        self.assertEqual(wire.auth().tls.tls.selected_alpn_protocol(), "ftp")
                        wire.expect("NOOP", 200)
                    else:
                        with self.assertRaises((ssl.SSLError, EOFError, ConnectionResetError)) as refused:
                            wire.auth()
                            wire.ask("NOOP")
                        self.assertIn("no application protocol", str(refused.exception))

    def test_old_tls_is_for_excepted_accounts_on_a_legacy_listener_alone(self) -> None:
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with self.subTest(version=version):
                context = self.site.context(version)
                with self.assertRaises((ssl.SSLError, EOFError, ConnectionResetError)):
                    self.wire(context=context).auth()
                elder = self.wire(LEGACY, context).login("elder")
                name = f"{NAME_MARKER}-{version.name}"
                whole = content(200 * KIB, name)
                self.assertEqual(elder.store(f"STOR {name}", whole).code, 226)
                self.assert_arrived(name, whole, by="elder")
                elder.expect("QUIT", 221)
                with self.assertRaises(Refused) as refused:
                    self.wire(LEGACY, context).login("lab")
                self.assertEqual(refused.exception.reply.code, 530)
        self.assert_ftps_session("TLSv1", LEGACY, "elder")
        self.wire().login("elder")  # and the modern door stands open to it

    def test_a_certificate_lets_its_account_in_and_no_other(self) -> None:
        own = self.site.context(certificate="analyser")
        self.wire(context=own).login("analyser", None)
        for certificate in (None, "courier", "stranger"):
            wire = self.wire(context=self.site.context(certificate=certificate)).auth()
            self.assertIn(wire.ask("USER analyser").code, (331, 530), certificate)
            self.assertEqual(wire.ask(f"PASS {PASSWORD}").code, 530, certificate)
        self.wire(context=own).login("lab")  # a certificate that is not needed is in nobody's way
        self.wire(context=self.site.context(certificate="courier")).login("courier")
        wire = self.wire().auth()
        wire.expect("USER courier", 331, 530)
        self.assertEqual(wire.ask(f"PASS {PASSWORD}").code, 530)

    def test_an_unknown_user_and_a_wrong_password_get_the_same_answers(self) -> None:
        answers = []
        for user in ("lab", "nobody-here"):
            wire = self.wire().auth()
            answers.append([wire.ask(f"USER {user}")._replace(lines=[]), wire.ask("PASS wrong")])
        self.assertEqual(*answers)
        self.assertEqual(answers[0][1].code, 530)


class CommandTests(FtpsCase):
    def test_thousands_of_commands_in_one_packet_are_answered_in_order(self) -> None:
        lab = self.lab()
        lab.send_raw(b"NOOP\r\nPWD\r\n" * (PIPELINED // 2))
        for _ in range(PIPELINED // 2):
            self.assertEqual((lab.reply().code, lab.reply().code), (200, 257))
        lab.expect("NOOP", 200)

    def test_a_line_of_any_length_gets_500_and_the_session_goes_on(self) -> None:
        lab = self.lab()
        for length in (LINE_LIMIT_BYTES, LINE_LIMIT_BYTES + 1, 64 * KIB, MIB, 5 * MIB):
            with self.subTest(length=length):
                self.assertEqual(lab.ask(b"x" * length).code, 500)
                self.assertIn(lab.ask(b"CWD " + b"x" * length).code, (500, 501, 550, 553))
                lab.expect("NOOP", 200)

    def test_what_is_no_command_gets_500_and_the_session_goes_on(self) -> None:
        lab = self.lab()
        for line in (b"", b" ", b"\0", b"\0" * 1000, b"\x16\x03\x01\x02\x00\x01", b"NOOP\0", b"\xfe\xfe\xfe",
                     b"123 456", b"GET / HTTP/1.1", b"XYZZY", b"NOOPNOOP"):
            with self.subTest(line=line):
                self.assertIn(lab.ask(line).code, (500, 501, 502))
        lab.expect("noop", 200)
        lab.expect("NoOp", 200)

    def test_a_bare_line_feed_and_split_lines_are_understood(self) -> None:
        lab = self.lab()
        lab.send_raw(b"NOOP\nNOOP\r\n")
        self.assertEqual((lab.reply().code, lab.reply().code), (200, 200))
        for byte in b"NOOP\r\n":
            lab.send_raw(bytes([byte]))
        self.assertEqual(lab.reply().code, 200)

    def test_names_that_cannot_be_are_refused(self) -> None:
        lab = self.lab()
        for name in (b"n" * 256, b"a/" * 1000 + b"b", b"bell\x07", b"tab\tulator", b"carriage\rreturn"):
            with self.subTest(name=name[:20]):
                self.assertIn(lab.ask(b"MKD " + name).code, (501, 550, 553))
        lab.expect("NOOP", 200)

    def test_paths_never_lead_out_of_the_home(self) -> None:
        self.assertEqual(self.account("drop").store("STOR in/inside.txt", b"x").code, 226)
        lab = self.lab()
        for path in ("../drop/in/inside.txt", "/../drop/in/inside.txt", "/drop/in/inside.txt"):
            self.assertEqual(lab.ask(f"SIZE {path}").code, 550)
        lab.expect("CDUP", 200, 250)
        lab.expect("CWD ../../..", 250)
        self.assertIn('"/"', lab.expect("PWD", 257).text)

    def test_orders_that_make_no_sense_are_refused(self) -> None:
        lab = self.lab()
        self.assertEqual(lab.ask("RNTO x").code, 503)
        self.assertIn(lab.ask("PASS x").code, (202, 230, 503))
        self.assertIn(lab.ask("STOR x").code, (425, 503))
        for command in ("REST", "REST -1", "REST x", "REST 99999999999999999999", "PORT 1,2,3", "EPRT |3|x|1|",
                        "EPRT 127.0.0.1", "ALLO", "ALLO x", "MFMT yesterday x", "CWD", "DELE", "RNFR", "MKD", "SIZE"):
            self.assertIn(lab.ask(command).code, (501, 522), command)
        for command in ("TYPE E", "TYPE L 7", "MODE B", "MODE C", "STRU R", "STRU P", "TYPE A T"):
            self.assertEqual(lab.ask(command).code, 504, command)
        for command in ("TYPE A", "TYPE A N", "TYPE I", "TYPE L 8", "MODE S", "STRU F", "ALLO 10", "ALLO 10 R 1",
                        "TYPE I ", "TYPE A N  ", "MODE S ", "STRU F ", "ALLO 10 ", "PBSZ 0 ", "PROT P ", "OPTS UTF8 ON "):
            self.assertIn(lab.ask(command).code, (200, 202), command)
        self.assertIn(lab.ask("SMNT /").code, (500, 502))
        for command in ("REST 17", "REST 17 ", "RANG 1 2 "):
            self.assertEqual(lab.ask(command).code, 350, command)

    def test_rein_is_refused_and_changes_nothing(self) -> None:
        lab = self.lab()
        self.assertEqual(lab.ask("REIN").code, 502)
        self.assertEqual(lab.ask("MLST /").code, 250)

    def test_host_clnt_and_options(self) -> None:
        wire = self.enterContext(FtpsWire(self.site)).auth()
        wire.expect("HOST interop.consign.example", 220)
        wire.expect("HOST [::1]", 220)
        self.assertEqual(wire.ask("HOST ").code, 501)
        self.assertEqual(wire.ask("HOST not a host!").code, 501)
        wire.login()
        self.assertEqual(wire.ask("HOST interop.consign.example").code, 503)
        wire.expect("CLNT Interop Test 1.0", 200)
        wire.expect("OPTS UTF8 ON", 200)
        self.assertEqual(wire.ask("OPTS NOTHING").code, 501)
        wire.expect("SITE HELP", 214)
        self.assertIn(wire.ask("SITE EXEC id").code, (500, 501, 502, 504))
        wire.store("STOR named", b"x")
        wire.expect("QUIT", 221)
        eventually(lambda: [row for row in self.site.sessions("--account", "lab")
                            if row["client"] == "Interop Test 1.0"], "the client's name in its session")

    def test_quit_ends_the_session_in_order(self) -> None:
        lab = self.lab()
        lab.expect("QUIT", 221)
        self.assertEqual(lab.tls.receive(), b"", "close_notify")


class DuringTransferTests(FtpsCase):
    def test_noop_and_stat_are_answered_during_an_upload(self) -> None:
        lab, whole = self.lab(), content(3 * MIB, "during")
        with lab.transfer("STOR during") as data:
            data.send(whole[:MIB])
            for _ in range(10):
                lab.expect("NOOP", 200)
                self.assertIn(lab.ask("STAT").code, (211, 213))
            data.send(whole[MIB:])
            data.finish()
            lab.expect_reply(226)
        self.assert_arrived("during", whole)

    def test_noop_and_stat_are_answered_during_a_download(self) -> None:
        lab, whole = self.lab(), content(8 * MIB, "down")
        lab.store("STOR down", whole)
        with lab.transfer("RETR down") as data:
            pieces = [data.receive()]
            for _ in range(10):
                lab.expect("NOOP", 200)
                self.assertIn(lab.ask("STAT").code, (211, 213))
            pieces.append(data.receive_all())
            data.finish()
            lab.expect_reply(226)
        self.assert_same_bytes(b"".join(pieces), whole)

    def test_stat_tells_how_far_an_upload_is(self) -> None:
        lab = self.lab()
        with lab.transfer("STOR counted") as data:
            data.send(content(MIB, "counted"))
            eventually(lambda: str(MIB) in lab.ask("STAT").text, "the bytes so far")
            data.finish()
            lab.expect_reply(226)

    def abort(self, lab: FtpsWire, sent: bytes, flags: int) -> None:
        lab.send_raw(sent, flags)
        self.assertEqual(lab.reply().code, 426)
        self.assertIn(lab.reply().code, (225, 226))
        lab.expect("NOOP", 200)

    def test_abor_breaks_an_upload_off_and_it_can_go_on(self) -> None:
        whole = content(2 * MIB, "aborted")
        for number, (sent, flags) in enumerate(((b"ABOR\r\n", 0), (ABORT, 0), (ABORT, socket.MSG_OOB),
                                                (b"ABOR\r\n", socket.MSG_OOB))):
            with self.subTest(sent=sent, flags=flags):
                lab, name = self.lab(), f"aborted-{number}"
                with lab.transfer(f"STOR {name}") as data:
                    data.send(whole[:MIB])
                    eventually(lambda: str(MIB) in lab.ask("STAT").text, "a MiB arrived")
                    self.abort(lab, sent, flags)
                self.assertFalse(self.partner.sees(name))
                there = int(lab.expect(f"SIZE {name}", 213).text)
                self.assertEqual(there, MIB)
                lab.expect(f"REST {there}", 350)
                self.assertEqual(lab.store(f"STOR {name}", whole[there:]).code, 226)
                self.assert_arrived(name, whole)

    def test_abor_breaks_a_download_off(self) -> None:
        lab = self.lab()
        lab.store("STOR large", content(32 * MIB, "large"))
        for sent, flags in ((b"ABOR\r\n", 0), (ABORT, socket.MSG_OOB)):
            with self.subTest(sent=sent, flags=flags):
                with lab.transfer("RETR large") as data:
                    data.receive()
                    self.abort(lab, sent, flags)

    def test_abor_of_nothing_is_answered(self) -> None:
        lab = self.lab()
        self.assertIn(lab.ask("ABOR").code, (225, 226))
        lab.send_raw(ABORT, socket.MSG_OOB)
        self.assertIn(lab.reply().code, (225, 226))
        lab.expect("NOOP", 200)

    def test_abor_between_pasv_and_the_connection(self) -> None:
        lab = self.lab()
        lab.passive()
        lab.send("STOR never")
        lab.send("ABOR")
        codes = [lab.reply().code]
        while codes[-1] not in (225, 226):
            codes.append(lab.reply().code)
        lab.expect("NOOP", 200)
        self.assertFalse(self.partner.sees("never"))

    def test_other_commands_wait_for_the_end_of_the_transfer(self) -> None:
        lab, whole = self.lab(), content(MIB, "waits")
        with lab.transfer("STOR waits") as data:
            data.send(whole)
            lab.send("SIZE waits")
            lab.send("MLST waits")
            data.finish()
            codes = sorted(lab.reply().code for _ in range(3))
        self.assertIn(codes, ([213, 226, 250], [226, 450, 450], [226, 503, 503], [226, 550, 550]))
        lab.expect("NOOP", 200)

    def test_a_session_that_logs_out_during_its_upload_finishes_it_first(self) -> None:
        """RFC 959, section 4.1.1: QUIT during a transfer takes effect at its end."""
        lab, whole = self.lab(), content(MIB, "quit")
        with lab.transfer("STOR quit") as data:
            data.send(whole[:1000])
            lab.send("QUIT")
            data.send(whole[1000:])
            data.finish()
            self.assertEqual([lab.reply().code, lab.reply().code], [226, 221])
        self.assert_arrived("quit", whole)

    def test_text_mode_converts_no_byte(self) -> None:
        lines = b"MSH|^~\\&|bare CR\rLF\nCRLF\r\nCRCR\r\r\0\xff\xff\xf4\x1a end\r"
        lab = self.lab()
        lab.expect("TYPE A", 200)
        for number, whole in enumerate((lines, lines * 30_000)):
            with self.subTest(size=len(whole)):
                self.assertEqual(lab.store(f"STOR text-{number}", whole).code, 226)
                self.assert_arrived(f"text-{number}", whole)
                self.assert_same_bytes(lab.retrieve(f"RETR text-{number}"), whole)
                self.assertEqual(lab.expect(f"SIZE text-{number}", 213).text, str(len(whole)))


if __name__ == "__main__":
    unittest.main()
