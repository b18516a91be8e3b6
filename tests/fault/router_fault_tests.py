"""consignd is killed at each fault point of what becomes of deposits without a peer: nothing lost, nothing twice."""

import json
import sys
import unittest
from pathlib import Path

import paramiko

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from consign_site import eventually  # noqa: E402
from paramiko_client import connected  # noqa: E402
from payload import CONTENT_MARKER, NAME_MARKER, content  # noqa: E402
from router_site import RouterSite, fault_points  # noqa: E402

ACKNOWLEDGE = ("queue.taken", "acknowledge.taken", "acknowledge.begun", "acknowledge.noted", "acknowledge.sealed",
               "acknowledge.in_transaction", "acknowledge.named", "acknowledge.settled", "queue.carried_out",
               "queue.settled")


class RouterFaultTests(unittest.TestCase):
    site_type = RouterSite

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = cls.site_type()
        cls.addClassCleanup(cls.site.close)

    def put(self, name: str, whole: bytes) -> None:
        """The daemon may die before it can say goodbye, but not before the deposit is acknowledged."""
        with connected(self.site.login("lab")) as lab:
            with lab.open(f"/in/{name}", "w") as file:
                file.write(whole)

    def put_and_die_at(self, point: str, name: str, whole: bytes) -> None:
        if self.site.daemon and self.site.daemon.poll() is None:
            self.site.kill()  # of a case that failed
        self.site.start_to_die_at(point)
        try:
            self.put(name, whole)
        except (EOFError, OSError, paramiko.SSHException):
            pass  # it died with the answer on its way
        self.site.wait_for_death()

    def jobs(self) -> list[dict]:
        return self.site.rows("jobs", "list")

    def test_the_list_of_acknowledge_is_whole(self) -> None:
        self.assertEqual({point for point in ACKNOWLEDGE if not point.startswith("queue.")},
                         fault_points("desk/acknowledgement.cpp"))

    def test_a_deposit_is_acknowledged_once_whenever_the_daemon_dies(self) -> None:
        acknowledged = 0
        for point in ACKNOWLEDGE:
            with self.subTest(point):
                name = f"{NAME_MARKER}-{point}.hl7"
                whole = content(70_000, name)
                self.put_and_die_at(point, name, whole)
                self.site.start()
                eventually(lambda: not self.jobs(), "the end of the job")
                acknowledged += 1
                with connected(self.site.login("lab")) as lab, connected(self.site.login("partner")) as partner:
                    self.assertEqual(len(lab.listdir("/ack")), acknowledged)
                    with lab.open(f"/ack/{name}.ack") as file:
                        document = json.loads(file.read())
                    self.assertEqual(document["deposit"]["path"], f"/in/{name}")
                    with partner.open(f"/out/{name}") as file:
                        self.assertTrue(file.read() == whole)
                self.assertEqual((self.site.sealed_files(), self.site.staged_files()), (2 * acknowledged, 0))
                self.assertEqual(len(self.site.events("--action", "acknowledged")), acknowledged)
                self.assertEqual(self.site.stop(), 0)
        self.site.consign("audit", "verify")
        self.assertEqual(self.site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()), [])


if __name__ == "__main__":
    unittest.main()
