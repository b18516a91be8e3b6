"""A test case over a site with FTPS. Another account reads over SFTP what was brought over FTPS."""

import ssl

from consign_site import eventually
from ftps_site import EXPLICIT, FtpsSite
from ftps_wire import FtpsWire
from interop_case import InteropCase

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class FtpsCase(InteropCase):
    site: FtpsSite
    site_type = FtpsSite

    def lab(self, listener: str = EXPLICIT, context: ssl.SSLContext | None = None) -> FtpsWire:
        """The laboratory, logged in and ready for transfers, until the test ends."""
        return self.enterContext(FtpsWire(self.site, listener, context)).login()

    def account(self, name: str, listener: str = EXPLICIT) -> FtpsWire:
        return self.enterContext(FtpsWire(self.site, listener)).login(name)

    def assert_arrived(self, name: bytes | str, content: bytes, **options: object) -> None:
        """As assert_delivered, of content that stands in no file."""
        local = self.local / "sent"
        local.write_bytes(content)
        self.assert_delivered(local, name, **options)

    def assert_same_bytes(self, left: bytes, right: bytes) -> None:
        self.assertEqual(len(left), len(right))
        self.assertTrue(left == right, "same length, other bytes")

    def assert_ftps_session(self, version: str, listener: str = EXPLICIT, account: str = "lab",
                            login: str = "password") -> None:
        """The row of a session that brought files is whole: who, how, with what, from when to when, how much."""
        def ended() -> list[dict]:
            return [row for row in self.site.sessions("--account", account)
                    if row["listener"] == listener and row["ended"] and row["files_in"]
                    and row["algorithms"].startswith(version)]
        for row in eventually(ended, f"the end of a session over {version} at {listener}"):
            self.assertEqual((row["protocol"], row["login_methods"]), ("ftps", login))
            self.assertTrue(row["address"].startswith("127.0.0.1"), row["address"])
            self.assertTrue(row["end_reason"])
            self.assertLessEqual(row["started"], row["ended"])
        self.assertTrue(any(row["bytes_in"] for row in ended()))
