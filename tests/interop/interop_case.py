"""A test case over one living site. What a client was told is not believed: another account reads the
content back, the ledger must have the rows, and nothing may stand in clear on the disk."""

import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from consign_site import Site, eventually
from openssh import OpenSsh
from payload import CONTENT_MARKER, NAME_MARKER, displayed, sha256
from stock_sshd import StockSite

RULE = re.compile(r"^policy\.d/10-interop\.yaml:\d+$")
LOG_LINES_SHOWN = 40

STOCK = os.environ.get("CONSIGN_INTEROP_SERVER") == "sshd"
only_consign = unittest.skipIf(STOCK, "a stock sshd promises no such thing")


class InteropCase(unittest.TestCase):
    maxDiff = 2000
    site_type = Site

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = StockSite() if STOCK else cls.site_type()
        cls.addClassCleanup(cls.site.close)
        cls.site.start()
        cls.partner = OpenSsh(cls.site.login("partner"))

    @classmethod
    def tearDownClass(cls) -> None:
        """However the tests went on: the ledger's chain holds, and a drain ends well."""
        if STOCK:
            return
        cls.site.consign("audit", "verify")
        if (code := cls.site.stop()) != 0:
            raise AssertionError(f"consignd ended with {code}")
        if found := cls.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode(), b"KOWALCZYK"):
            raise AssertionError("in clear: " + "; ".join(found))

    def setUp(self) -> None:
        self.local = Path(tempfile.mkdtemp(prefix="client-", dir=self.site.folder))
        self.addCleanup(shutil.rmtree, self.local)

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"consignd's last words at {self.id()}:", *self.site.log[-LOG_LINES_SHOWN:], sep="\n  ")
        return result

    # What must be true afterwards

    def assert_same(self, left: Path, right: Path) -> None:
        self.assertEqual((left.stat().st_size, sha256(left)), (right.stat().st_size, sha256(right)),
                         f"{left.name!r} and {right.name!r} differ")

    def assert_delivered(self, local: Path, remote: bytes | str, by: str = "lab", home: str = "/lab",
                         reader: OpenSsh | None = None, times: int = 1) -> None:
        """Another account reads the same bytes, and the ledger has the deposit and the reading."""
        reader = reader or self.partner
        received = reader.get(remote, self.local / "received")
        self.assert_same(local, received)
        received.unlink()
        path = home + "/" + displayed(os.fsencode(remote)).lstrip("/")
        self.assert_deposited(path, local, by, times)
        if not STOCK:
            eventually(lambda: [row for row in self.events_of(reader.login.user, "retrieval_ended", path)
                                if row["bytes"] == local.stat().st_size], f"the reading of {path} in the ledger")

    def events_of(self, account: str, action: str, path: str = "") -> list[dict]:
        rows = self.site.events("--account", account, "--action", action)
        return [row for row in rows if not path or row["path"] == path]

    def assert_deposited(self, path: str, local: Path, by: str = "lab", times: int = 1) -> None:
        """The ledger's last deposit under this path is this content, allowed by a rule that is named."""
        if STOCK:
            return
        rows = self.events_of(by, "deposited", path)
        self.assertEqual(len(rows), times, path)
        self.assertEqual((rows[-1]["outcome"], rows[-1]["bytes"], rows[-1]["sha256"]),
                         ("granted", local.stat().st_size, sha256(local)))
        self.assertRegex(rows[-1]["rule"], RULE)

    def assert_refused(self, account: str, path: str) -> None:
        """The ledger says that this account was refused something under this path."""
        if STOCK:
            return
        rows = [row for row in self.site.events("--account", account, "--outcome", "refused")
                if path in (row["path"], row["second_path"])]
        self.assertTrue(rows, f"no refusal of {path}")

    def assert_session(self, client: str, account: str = "lab", login: str = "publickey") -> None:
        """A session's row is whole: who, how, with what, from when to when, and how much."""
        if STOCK:
            return
        ended = eventually(lambda: [row for row in self.site.sessions("--account", account)
                                    if client.lower() in row["client"].lower() and row["ended"]],
                           f"the end of a session of {client}")
        row = max(ended, key=lambda each: each["bytes_in"])
        self.assertEqual((row["protocol"], row["listener"], row["login_methods"]), ("sftp", "interop", login))
        self.assertTrue(row["address"].startswith("127.0.0.1"), row["address"])
        self.assertGreater(row["files_in"], 0)
        self.assertGreater(row["bytes_in"], 0)
        self.assertTrue(row["algorithms"] and row["end_reason"])
        self.assertLessEqual(row["started"], row["ended"])
