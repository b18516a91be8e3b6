"""Python's ftplib, as scripts use it: it resumes no TLS session of its own accord, which some of them mend."""

import ftplib
import io
import os
import ssl
import unittest

from consign_site import PASSWORD, eventually
from ftps_case import VERSIONS, FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, REQUIRE
from payload import CHUNK, MIB, NAME_MARKER, NAMES, SIZES, content, write_file

ANSWER_LIMIT_SECONDS = 20


class Resuming(ftplib.FTP_TLS):
    """The recipe that scripts pass on to each other, for servers that require it."""

    def ntransfercmd(self, command: str, rest: int | None = None) -> tuple:
        connection, size = ftplib.FTP.ntransfercmd(self, command, rest)
        if self._prot_p:
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=self.sock.session)
        return connection, size


class Implicit(ftplib.FTP_TLS):
    """The other recipe: TLS from the first byte."""

    _socket = None

    @property
    def sock(self) -> ssl.SSLSocket | None:
        return self._socket

    @sock.setter
    def sock(self, value: object) -> None:
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname=self.host)
        self._socket = value


class FtplibTests(FtpsCase):
    def client(self, account: str = "lab", kind: type[ftplib.FTP_TLS] = ftplib.FTP_TLS, listener: str = EXPLICIT,
               version: ssl.TLSVersion | None = None, encoding: str = "utf-8") -> ftplib.FTP_TLS:
        ftp = kind(context=self.site.context(version), timeout=ANSWER_LIMIT_SECONDS, encoding=encoding)
        self.addCleanup(ftp.close)
        ftp.connect("127.0.0.1", self.site.ftps_port(listener))
        ftp.login(account, PASSWORD, secure=listener != IMPLICIT)
        ftp.prot_p()
        return ftp

    def retrieve(self, ftp: ftplib.FTP_TLS, name: str, rest: int | None = None) -> bytes:
        into = io.BytesIO()
        ftp.retrbinary(f"RETR {name}", into.write, rest=rest)
        return into.getvalue()

    def test_every_size_goes_both_ways(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                lab = self.client(version=version)
                for size in SIZES:
                    file = write_file(self.local / f"{NAME_MARKER}-{version.name}-{size}", size)
                    with open(file, "rb") as opened:
                        self.assertTrue(lab.storbinary(f"STOR {file.name}", opened).startswith("226"))
                    self.assert_same_bytes(self.retrieve(lab, file.name), file.read_bytes())
                    self.assert_delivered(file, file.name)
                lab.quit()
                self.assert_ftps_session(version.name.replace("_", "."))

    def test_implicit_tls(self) -> None:
        lab = self.client(kind=Implicit, listener=IMPLICIT)
        lab.storbinary("STOR implicit", io.BytesIO(content(MIB)))
        self.assert_arrived("implicit", content(MIB))

    def test_without_reuse_it_is_refused_where_reuse_is_required(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                lab = self.client(listener=REQUIRE, version=version)
                with self.assertRaises((ftplib.Error, ssl.SSLError, ConnectionError)) as refused:
                    lab.storbinary("STOR never", io.BytesIO(b"x"))
                if isinstance(refused.exception, (ssl.SSLError, ConnectionError)):
                    with self.assertRaises(ftplib.error_perm) as told:
                        lab.voidresp()
                    self.assertTrue(str(told.exception).startswith("522"), told.exception)
                self.assertFalse(self.partner.sees("never"))

    def test_with_reuse_it_is_served_there(self) -> None:
        for version in VERSIONS:
            with self.subTest(version=version):
                lab = self.client(kind=Resuming, listener=REQUIRE, version=version)
                for number in range(5):
                    lab.storbinary(f"STOR reused-{version.name}-{number}", io.BytesIO(content(number * 1000)))
                    self.assertEqual(self.retrieve(lab, f"reused-{version.name}-{number}"), content(number * 1000))
                self.assertIn(f"reused-{version.name}-4", lab.nlst())

    def test_passive_and_active(self) -> None:
        for passive in (True, False):
            with self.subTest(passive=passive):
                lab = self.client()
                lab.set_pasv(passive)
                lab.storbinary(f"STOR passive-{passive}", io.BytesIO(content(100_000)))
                self.assertEqual(self.retrieve(lab, f"passive-{passive}"), content(100_000))

    def test_data_in_clear_is_refused(self) -> None:
        lab = self.client()
        with self.assertRaises(ftplib.error_perm) as refused:
            lab.prot_c()
        self.assertTrue(str(refused.exception).startswith("534"))

    def test_login_in_clear_is_refused(self) -> None:
        ftp = ftplib.FTP(timeout=ANSWER_LIMIT_SECONDS)
        self.addCleanup(ftp.close)
        ftp.connect("127.0.0.1", self.site.ftps_port())
        with self.assertRaises(ftplib.error_perm) as refused:
            ftp.login("lab", PASSWORD)
        self.assertTrue(str(refused.exception).startswith("530"))

    def test_a_wrong_password_is_refused(self) -> None:
        ftp = ftplib.FTP_TLS(context=self.site.context(), timeout=ANSWER_LIMIT_SECONDS)
        self.addCleanup(ftp.close)
        ftp.connect("127.0.0.1", self.site.ftps_port())
        with self.assertRaises(ftplib.error_perm) as refused:
            ftp.login("lab", PASSWORD + "!")
        self.assertTrue(str(refused.exception).startswith("530"))
        eventually(lambda: self.events_of("lab", "login_failed"), "the wrong password in the ledger")

    def test_folders_renames_sizes_and_listings(self) -> None:
        lab = self.client()
        self.assertEqual(lab.mkd("folder"), "/folder")
        lab.cwd("folder")
        self.assertEqual(lab.pwd(), "/folder")
        lab.storbinary("STOR one", io.BytesIO(b"x" * 10))
        lab.rename("one", "two")
        self.assertEqual(lab.size("two"), 10)
        self.assertEqual(lab.nlst(), ["two"])
        facts = dict(lab.mlsd())
        self.assertEqual((facts["two"]["type"], facts["two"]["size"]), ("file", "10"))
        self.assertEqual({name for name, _ in lab.mlsd(facts=["type"])}, {*facts})
        lines: list[str] = []
        lab.dir(lines.append)
        self.assertRegex(lines[-1], r"^-r.* 10 \w{3} [ \d]\d \d\d:\d\d two$")
        with self.assertRaises(ftplib.error_perm):
            lab.rmd("/folder")
        lab.delete("two")
        lab.cwd("..")
        lab.rmd("folder")
        self.assertNotIn("folder", lab.nlst())
        self.assertTrue(lab.sendcmd("SYST").startswith("215 UNIX"))
        self.assertTrue(lab.sendcmd("NOOP").startswith("200"))
        self.assertTrue(lab.quit().startswith("221"))

    def test_names_of_every_kind(self) -> None:
        lab = self.client(encoding="latin-1")  # each byte as it is
        lab.mkd("names")
        for name in NAMES:
            with self.subTest(name=name):
                lab.storbinary(f"STOR names/{name.decode('latin-1')}", io.BytesIO(name))
                self.assertEqual(self.retrieve(lab, f"names/{name.decode('latin-1')}"), name)
                self.assert_arrived(b"names/" + name, name)
        listed = {os.path.basename(name.encode("latin-1")) for name in lab.nlst("names")}
        self.assertEqual(listed, set(NAMES))

    def test_rest_goes_on(self) -> None:
        lab, whole = self.client(), content(3 * CHUNK, "rest")
        lab.storbinary("STOR rest", io.BytesIO(whole[:CHUNK + 7]))
        lab.storbinary("STOR rest", io.BytesIO(whole[CHUNK + 7:]), rest=CHUNK + 7)
        self.assert_arrived("rest", whole, times=2)
        self.assert_same_bytes(self.retrieve(lab, "rest", rest=100), whole[100:])

    def test_text_mode_lines_lose_nothing_at_the_server(self) -> None:
        lab = self.client()
        lab.storlines("STOR text", io.BytesIO(b"one\ntwo\r\nthree"))
        self.assert_arrived("text", b"one\r\ntwo\r\nthree\r\n")  # what ftplib itself sends
        lines: list[str] = []
        lab.retrlines("RETR text", lines.append)
        self.assertEqual(lines, ["one", "two", "three"])

    def test_stat_and_noop_during_a_transfer_and_abort(self) -> None:
        lab = self.client()
        connection = lab.transfercmd("STOR aborted")
        connection.sendall(content(MIB))
        self.assertTrue(lab.sendcmd("NOOP").startswith("200"))
        eventually(lambda: str(MIB) in lab.sendcmd("STAT"), "a MiB arrived")
        self.assertTrue(lab.abort().startswith("426"))
        self.assertRegex(lab.getmultiline(), "^(225|226)")
        connection.close()
        self.assertTrue(lab.sendcmd("NOOP").startswith("200"))
        self.assertEqual(lab.size("aborted"), MIB)
        self.assertFalse(self.partner.sees("aborted"))

    def test_a_script_that_closes_without_a_word_leaves_no_file(self) -> None:
        lab = self.client()
        connection = lab.transfercmd("STOR wordless")
        connection.sendall(content(1000))
        connection.close()
        with self.assertRaises(ftplib.error_temp) as told:
            lab.voidresp()
        self.assertTrue(str(told.exception).startswith("426"))
        self.assertFalse(self.partner.sees("wordless"))
        self.assertEqual(lab.size("wordless"), 1000)

    def test_many_files_in_one_session(self) -> None:
        lab = self.client()
        lab.mkd("many")
        for number in range(100):
            lab.storbinary(f"STOR many/{NAME_MARKER}-{number}", io.BytesIO(content(number * 100)))
        self.assertEqual(len(lab.nlst("many")), 100)
        self.assert_arrived(f"many/{NAME_MARKER}-99", content(9900))


if __name__ == "__main__":
    unittest.main()
