"""What becomes of deposits without a peer, as a laboratory, a hospital and an administrator meet it."""

import hashlib
import json
import unittest

from consign_site import eventually
from interop_case import InteropCase
from openssh import OpenSsh
from payload import content
from router_site import RouterSite


class RouterCase(InteropCase):
    site_type = RouterSite

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.lab = OpenSsh(cls.site.login("lab"))

    def put(self, whole: bytes, where: str) -> None:
        source = self.local / "source"
        source.write_bytes(whole)
        self.lab.put(source, where)

    def get(self, where: str, client: OpenSsh | None = None) -> bytes | None:
        """None where the client is told that there is nothing."""
        target = self.local / "fetched"
        target.unlink(missing_ok=True)
        (client or self.partner).sftp(b"get " + where.encode() + b" " + bytes(target), check=False)
        return target.read_bytes() if target.exists() else None

    def arrives(self, where: str, client: OpenSsh | None = None) -> bytes:
        return eventually(lambda: self.get(where, client), f"{where}")


class AcknowledgeTests(RouterCase):
    def test_the_laboratory_finds_its_acknowledgement(self) -> None:
        whole = content(100_000, "acknowledged")
        self.put(whole, "/in/a1.hl7")
        document = json.loads(self.arrives("/ack/a1.hl7.ack", self.lab))
        self.assertEqual(document["deposit"]["sha256"], hashlib.sha256(whole).hexdigest())
        self.assertEqual((document["deposit"]["path"], document["deposit"]["size"]), ("/in/a1.hl7", 100_000))
        self.assertEqual(document["route"], "results")
        told = self.site.events("--action", "acknowledged")
        self.assertEqual([(row["account"], row["stream"]) for row in told],
                         [("system:router", document["deposit"]["id"])])
        self.assertEqual(self.get("/out/a1.hl7"), whole)


if __name__ == "__main__":
    unittest.main()
