"""curl over FTPS: explicit and implicit, each way to a data connection, and transfers that go on."""

import re
import subprocess
import unittest
from pathlib import Path
from urllib.parse import quote

from consign_site import PASSWORD
from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT, LEGACY, REQUIRE
from payload import MIB, NAME_MARKER, NAMES, SIZES, write_file

TRANSFER_LIMIT_SECONDS = 60
ACTIVE = ("--ftp-port", "127.0.0.1")
# These versions, Debian 12's among them, send active data in clear, whatever they are told:
# https://github.com/curl/curl/issues/10666
CLEAR_IF_ACTIVE = re.compile(r"curl 7\.8[78]\.")

# Exit codes of curl's manual
LOGIN_DENIED = 67
UPLOAD_FAILED = 25
REMOTE_FILE_NOT_FOUND = 78
ACCESS_DENIED = 9
PARTIAL_FILE = 18
SEND_ERROR = 55

WAYS = {
    "extended passive": (),
    "passive": ("--disable-epsv",),
    "TLS 1.2": ("--tls-max", "1.2"),
    "TLS 1.3": ("--tlsv1.3",),
}


class FtpsCurlTests(FtpsCase):
    def curl(self, account: str, remote: str | bytes, *options: str | Path, listener: str = EXPLICIT,
             codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess:
        scheme = "ftps" if listener == IMPLICIT else "ftp"
        done = subprocess.run(["curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", self.site.authority,
                               "--user", f"{account}:{PASSWORD}", "--max-time", str(TRANSFER_LIMIT_SECONDS), *options,
                               f"{scheme}://127.0.0.1:{self.site.ftps_port(listener)}/{quote(remote)}"],
                              capture_output=True, timeout=2 * TRANSFER_LIMIT_SECONDS)
        self.assertIn(done.returncode, codes, f"{options}: {done.stderr.decode()}")
        return done

    def put(self, local: Path, remote: str | bytes, *options: str, listener: str = EXPLICIT) -> None:
        self.curl("lab", remote, "--upload-file", local, *options, listener=listener)

    def get(self, remote: str | bytes, *options: str | Path, listener: str = EXPLICIT) -> Path:
        back = self.local / "back"
        self.curl("partner", remote, "--output", back, *options, listener=listener)
        return back

    def test_every_size_arrives_whole(self) -> None:
        for listener in (EXPLICIT, IMPLICIT, REQUIRE):
            for size in SIZES:
                with self.subTest(listener=listener, size=size):
                    file = write_file(self.local / f"{NAME_MARKER}-{listener}-{size}", size)
                    self.put(file, file.name, listener=listener)
                    self.assert_delivered(file, file.name)
                    self.assert_same(file, self.get(file.name, listener=listener))
            self.assert_ftps_session("TLSv1.3", listener)

    def test_every_way_to_a_data_connection(self) -> None:
        for listener in (EXPLICIT, IMPLICIT, REQUIRE):
            for way, options in WAYS.items():
                with self.subTest(listener=listener, way=way):
                    file = write_file(self.local / f"{NAME_MARKER} {listener} {way}", MIB + 17)
                    self.put(file, file.name, *options, listener=listener)
                    self.assert_delivered(file, file.name)
                    self.assert_same(file, self.get(file.name, *options, listener=listener))
            self.assert_ftps_session("TLSv1.2", listener)

    def test_active_data_goes_through_unless_the_client_sends_it_in_clear(self) -> None:
        version = subprocess.run(["curl", "--version"], check=True, capture_output=True, text=True).stdout
        file = write_file(self.local / f"{NAME_MARKER}-active", MIB)
        for options in (ACTIVE, (*ACTIVE, "--disable-eprt")):
            with self.subTest(options=options):
                if CLEAR_IF_ACTIVE.match(version):
                    self.curl("lab", file.name, "--upload-file", file, *options, codes=(PARTIAL_FILE, SEND_ERROR))
                    self.assertFalse(self.partner.sees(file.name))
                else:
                    self.put(file, file.name, *options)
                    self.assert_same(file, self.get(file.name, *options))

    def test_several_transfers_over_one_connection_resume_each_time(self) -> None:
        files = [write_file(self.local / f"{NAME_MARKER}-several-{number}", number * 1000) for number in range(20)]
        for version in ("1.2", "1.3"):
            with self.subTest(version=version):
                self.curl("lab", f"several-{version}/", "--ftp-create-dirs", "--tls-max", version, "--tlsv1.2",
                          "--upload-file", "{" + ",".join(map(str, files)) + "}", listener=REQUIRE)
                for file in files[::7]:
                    self.assert_delivered(file, f"several-{version}/{file.name}")

    def test_every_name_arrives_as_it_was_sent(self) -> None:
        file = write_file(self.local / "file", 1000)
        for name in NAMES:
            with self.subTest(name=name):
                self.put(file, b"names/" + name, "--ftp-create-dirs")
                self.assert_delivered(file, b"names/" + name)
                self.assert_same(file, self.get(b"names/" + name))

    def test_an_upload_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        stump = self.local / "stump"
        stump.write_bytes(file.read_bytes()[: MIB + 1])
        self.put(stump, "resumed")
        self.put(file, "resumed", "--continue-at", "-")
        self.assert_delivered(file, "resumed", times=2)

    def test_a_download_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        self.put(file, "fetched")
        part = self.local / "back"
        part.write_bytes(file.read_bytes()[: MIB + 1])
        self.assert_same(file, self.get("fetched", "--continue-at", "-"))

    def test_a_range_is_served(self) -> None:
        file = write_file(self.local / "file", MIB)
        self.put(file, "ranged")
        self.assertEqual(self.get("ranged", "--range", "100000-200000").read_bytes(),
                         file.read_bytes()[100000:200001])

    def test_folders_are_made_and_listed(self) -> None:
        file = write_file(self.local / "file", 12345)
        self.put(file, "deep/er/still/one", "--ftp-create-dirs")
        self.put(file, "deep/er/still/two words", "--ftp-method", "nocwd")
        names = self.curl("partner", "deep/er/still/", "--list-only").stdout
        self.assertEqual(sorted(names.splitlines()), [b"one", b"two words"])
        listed = self.curl("partner", "deep/er/still/").stdout.decode()
        self.assertRegex(listed, r"(?m)^-r\S+ +\d+ \S+ +\S+ +12345 \w{3} +\d+ +[\d:]+ one\r?$")
        self.assertRegex(self.curl("partner", "deep/er/").stdout.decode(), r"(?m)^d\S+ .* still\r?$")

    def test_quoted_commands_and_times(self) -> None:
        file = write_file(self.local / "file", 10)
        self.put(file, "before", "--quote", "MKD quoted", "--quote", "*DELE nothing")
        self.curl("lab", "", "--list-only", "--quote", "RNFR before", "--quote", "RNTO quoted/after",
                  "--quote", "MFMT 20010909014640 quoted/after")
        self.assertFalse(self.partner.sees("before"))
        told = self.curl("partner", "quoted/after", "--head").stdout
        self.assertIn(b"Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT", told)
        self.assertIn(b"Content-Length: 10\r", told)

    def test_refusals_reach_the_client(self) -> None:
        file = write_file(self.local / "file", 10)
        self.curl("partner", "mine", "--upload-file", file, codes=(UPLOAD_FAILED,))
        self.assert_refused("partner", "/lab/mine")
        self.curl("partner", "nothing", codes=(REMOTE_FILE_NOT_FOUND,))
        self.curl("partner", "nowhere/nothing", codes=(ACCESS_DENIED,))
        self.curl("nobody-here", "", codes=(LOGIN_DENIED,))
        self.curl("lab", "", listener=LEGACY, codes=(LOGIN_DENIED,))

    def test_a_certificate_alone_and_beside_a_password(self) -> None:
        file = write_file(self.local / f"{NAME_MARKER}-certified", 1000)
        for account, login in (("analyser", "tls-certificate"), ("courier", "tls-certificate+password")):
            with self.subTest(account=account):
                own = [word for option in (("--cert", "pem"), ("--key", "key"))
                       for word in (option[0], str(self.site.tls / f"{account}.{option[1]}"))]
                self.curl(account, f"by-{account}", "--upload-file", file, *own)
                self.assert_delivered(file, f"by-{account}", by=account)
                self.assert_ftps_session("TLSv1.3", account=account, login=login)
                self.curl(account, "", codes=(LOGIN_DENIED,))
        strange = ("--cert", self.site.tls / "stranger.pem", "--key", self.site.tls / "stranger.key")
        self.curl("analyser", "", *strange, codes=(LOGIN_DENIED,))


if __name__ == "__main__":
    unittest.main()
