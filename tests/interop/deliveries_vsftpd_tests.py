"""Deliveries to, and pulls from, an FTPS server that has neither MLST nor MLSD."""

import os
import sys
import unittest

from consign_site import eventually
from deliveries_site import DeliveriesSite
from partner_vsftpd import VSFTPD, PartnerVsftpd
from paramiko_client import connected
from payload import CHUNK, NAME_MARKER, content


class DeliveriesVsftpdTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.vsftpd = PartnerVsftpd()
        cls.addClassCleanup(cls.vsftpd.close)
        cls.vsftpd.start()
        cls.site = DeliveriesSite(
            {"partner": cls.vsftpd.target(), "below": cls.vsftpd.target("files/made/on/the/way"),
             "closed": cls.vsftpd.target("closed")},
            "pulls:\n  - {name: orders, target: partner, from_folder: /outbox, into: /lab/pulled, "
            'at: "0 4 29 2 *", then: delete}\n')
        cls.addClassCleanup(cls.site.close)
        cls.site.start()

    @classmethod
    def tearDownClass(cls) -> None:
        if (code := cls.site.stop()) != 0:
            raise AssertionError(f"consignd ended with {code}")

    def put(self, target: str, files: dict[str, bytes]) -> None:
        with connected(self.site.login("lab")) as lab:
            lab.mkdir(f"/{target}")
            for name, whole in files.items():
                with lab.open(f"/{target}/{name}", "w") as file:
                    file.write(whole)

    def test_folders_that_are_missing_are_made(self) -> None:
        files = {f"{NAME_MARKER}-{size}.hl7": content(size, str(size)) for size in (0, 1, CHUNK + 1)}
        for target, inbox in (("partner", self.vsftpd.files / "inbox"),
                              ("below", self.vsftpd.files / "made/on/the/way/inbox")):
            with self.subTest(target):
                self.put(target, files)
                eventually(lambda: not [row for row in self.site.deliveries() if row["target"] == target
                                        and not row["why"]], f"the attempts of the deliveries to {target}")
                self.assertEqual([row for row in self.site.deliveries() if row["target"] == target], [])
                self.assertEqual({path.name: path.read_bytes() for path in inbox.iterdir()}, files)

    def test_a_folder_that_may_not_be_made_is_told_as_refused(self) -> None:
        self.put("closed", {"a.hl7": b"x"})
        row = eventually(lambda: [row for row in self.site.deliveries() if row["target"] == "closed" and row["why"]],
                         "why it failed")[0]
        self.assertEqual(row["why"], "the target refuses it")

    def test_what_is_put_out_is_pulled_once_and_taken_away(self) -> None:
        outbox = self.vsftpd.files / "outbox"
        outbox.mkdir()
        (outbox / "a folder").mkdir()
        os.chown(outbox, *self.vsftpd.owner)
        files = {f"{number} o.hl7": content(number * 100, str(number)) for number in range(70)}
        for name, whole in files.items():
            (outbox / name).write_bytes(whole)
        self.site.consign("pulls", "run", "orders")

        def fetched() -> list[str]:
            return sorted(row["path"] for row in self.site.events("--account", "system:pull", "--action", "deposited"))
        eventually(lambda: len(fetched()) >= len(files), "the pull", 120)
        eventually(lambda: [path.name for path in outbox.iterdir()] == ["a folder"], "what is left over there", 60)
        self.assertEqual(fetched(), sorted(f"/lab/pulled/{name}" for name in files))
        with connected(self.site.login("partner")) as partner, partner.open("/pulled/7 o.hl7") as file:
            self.assertEqual(file.read(), files["7 o.hl7"])


if __name__ == "__main__":
    if not VSFTPD.exists() or os.geteuid() != 0:
        print("vsftpd is not unpacked (`./dev setup` does it), or this is not root")
        sys.exit(77)
    unittest.main()
