"""consignd is killed at each fault point of a delivery, to a folder, an sshd and a ProFTPD, and of a pull: exactly one whole
copy arrives."""

import re
import sys
import tempfile
import unittest
from pathlib import Path

import paramiko

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from consign_site import eventually  # noqa: E402
from deliveries_site import DeliveriesSite  # noqa: E402
from paramiko_client import connected  # noqa: E402
from partner_proftpd import PROFTPD, PartnerProftpd  # noqa: E402
from partner_sshd import PartnerSshd  # noqa: E402
from payload import CONTENT_MARKER, NAME_MARKER, content  # noqa: E402

SOURCES = Path(__file__).resolve().parents[2]
OF_A_DELIVERY = ("delivery.taken", "delivery.connected", "delivery.begun", "delivery.partly_sent",
                 "delivery.partly_sent:2", "delivery.sent", "delivery.verified", "delivery.name_chosen",
                 "delivery.renaming", "delivery.before_rename", "delivery.renamed", "delivery.before_end",
                 "delivery.ended")
OF_A_FOLDER = ("delivery.renamed_unsynced",)
OF_A_TARGET = ("delivery.trouble_noted", "delivery.target_mended")
OF_A_PULL = ("pull.taken", "pull.listed", "pull.begun", "pull.begun_noted", "pull.partly_fetched",
             "pull.partly_fetched:2", "pull.fetched", "pull.sealed", "pull.in_transaction", "pull.deposited",
             "pull.removed_there", "pull.removed_noted", "pull.before_end", "pull.ended")
WHOLE_BYTES = 700_000
PULLS = """\
pulls:
  - {name: orders, target: outbox, from_folder: /outbox, into: /lab/orders, at: "0 4 29 2 *", then: delete}
"""


def fault_points() -> set[str]:
    sources = [*SOURCES.glob("desk/deliveries/delivery*.cpp"), *SOURCES.glob("desk/deliveries/target*.cpp"),
               *SOURCES.glob("daemon/workers/deliver*.cpp"), *SOURCES.glob("daemon/workers/delivery/*.cpp"), *SOURCES.glob("desk/*/pull*.cpp"),
               *SOURCES.glob("daemon/workers/pull*.cpp")]
    return {name for source in sources for name in re.findall(r'fault_point\("([a-z_.]+)"\)', source.read_text())}


class DeliveryFaultTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.sshd = PartnerSshd()
        cls.addClassCleanup(cls.sshd.close)
        cls.sshd.start()
        cls.proftpd = PartnerProftpd()
        cls.addClassCleanup(cls.proftpd.close)
        cls.proftpd.start()
        engine = tempfile.TemporaryDirectory(prefix="consign-engine-")
        cls.addClassCleanup(engine.cleanup)
        cls.engine = Path(engine.name)
        cls.site = DeliveriesSite({"sshd": cls.sshd.target(), "engine": f'{{url: "file://{cls.engine}"}}',
                                   "proftpd": cls.proftpd.target(),
                                   "outbox": cls.sshd.target()}, PULLS)
        cls.addClassCleanup(cls.site.close)
        cls.site.start()
        with connected(cls.site.login("lab")) as lab:
            lab.mkdir("/sshd")
            lab.mkdir("/engine")
            lab.mkdir("/proftpd")
        cls.site.stop()

    def put(self, target: str, name: str, whole: bytes) -> None:
        try:
            with connected(self.site.login("lab")) as lab:
                with lab.open(f"/{target}/{name}", "w") as file:
                    file.set_pipelined(True)
                    file.write(whole)
        except (EOFError, OSError, paramiko.SSHException):
            pass  # it died with the answer on its way

    def end_what_failed(self) -> None:
        if self.site.daemon.poll() is None:
            self.site.kill()

    def test_the_list_is_whole(self) -> None:
        listed = {point.split(":")[0] for point in OF_A_DELIVERY + OF_A_FOLDER + OF_A_TARGET + OF_A_PULL}
        self.assertEqual(listed, fault_points())

    def test_one_whole_copy_arrives_whenever_the_daemon_dies(self) -> None:
        for target, inbox, points in (("engine", self.engine / "inbox", OF_A_DELIVERY + OF_A_FOLDER),
                                      ("sshd", self.sshd.inbox, OF_A_DELIVERY),
                                      ("proftpd", self.proftpd.inbox, OF_A_DELIVERY)):
            expected: dict[str, bytes] = {}
            for point in points:
                with self.subTest(target=target, point=point):
                    name = f"{NAME_MARKER}-{target}-{point.replace(':', '-')}.hl7"
                    expected[name] = content(WHOLE_BYTES, name)
                    self.end_what_failed()
                    self.site.start_to_die_at(point)
                    self.put(target, name, expected[name])
                    self.site.wait_for_death()
                    self.site.start()
                    self.site.all_delivered()
                    self.assertEqual(sorted(path.name for path in inbox.iterdir() if "trouble" not in path.name),
                                     sorted(expected))
                    self.assertTrue((inbox / name).read_bytes() == expected[name], "not the whole of it")
                    told = [row["second_path"] for row in self.site.events("--action", "delivered")]
                    self.assertEqual(told.count(f"/inbox/{name}"), 1)
                    self.assertEqual(self.site.stop(), 0)
        self.site.consign("audit", "verify")
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])

    def test_one_deposit_comes_of_a_pull_whenever_the_daemon_dies(self) -> None:
        outbox = self.sshd.folder / "outbox"
        outbox.mkdir()
        expected: dict[str, bytes] = {}
        for point in OF_A_PULL:
            with self.subTest(point=point):
                name = f"{NAME_MARKER}-{point.replace(':', '-')}.hl7"
                expected[name] = content(WHOLE_BYTES, name)
                (outbox / name).write_bytes(expected[name])
                self.end_what_failed()
                self.site.start_to_die_at(point)
                self.site.consign("pulls", "run", "orders", check=False)  # it may die before it answers
                self.site.wait_for_death()
                self.site.start()
                self.site.consign("pulls", "run", "orders")
                eventually(lambda: not list(outbox.iterdir()), "the end of the pull", 60)
                eventually(lambda: len(self.pulled()) == len(expected), "the deposit")
                with connected(self.site.login("partner")) as partner:
                    self.assertEqual(sorted(partner.listdir("/orders")), sorted(expected))
                    with partner.open(f"/orders/{name}") as file:
                        file.prefetch()
                        self.assertTrue(file.read() == expected[name], "not the whole of it")
                self.assertEqual(self.site.stop(), 0)
                self.assertEqual(self.site.staged(), [])
        self.site.consign("audit", "verify")
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])

    def pulled(self) -> list[dict]:
        return self.site.events("--account", "system:pull", "--action", "deposited")

    def test_a_target_in_trouble_is_told_of_once_whenever_the_daemon_dies(self) -> None:
        self.sshd.stop()
        name = f"{NAME_MARKER}-trouble.hl7"
        self.site.start_to_die_at("delivery.trouble_noted")
        self.put("sshd", name, content(1000, name))
        self.site.wait_for_death()
        self.site.start()
        eventually(lambda: [row for row in self.site.deliveries() if row["state"] == "target down"], "the trouble")
        self.site.kill()
        self.sshd.start()
        self.site.start_to_die_at("delivery.target_mended")
        self.site.consign("deliveries", "retry", "--target", "sshd")
        self.site.wait_for_death()
        self.site.start()
        self.site.consign("deliveries", "retry", "--target", "sshd")
        self.site.all_delivered()
        self.assertEqual(self.sshd.names().count(name), 1)
        self.assertEqual(self.site.stop(), 0)


if __name__ == "__main__":
    if not Path("/usr/sbin/sshd").exists() or not PROFTPD.exists():
        print("a server is missing: apt-get install openssh-server proftpd-core proftpd-mod-crypto")
        sys.exit(77)
    unittest.main()
