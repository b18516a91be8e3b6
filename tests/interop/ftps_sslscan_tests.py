"""What sslscan finds at a listener with `algorithms: modern`: nothing weak."""

import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from ftps_case import FtpsCase
from ftps_site import EXPLICIT, IMPLICIT

SCAN_LIMIT_SECONDS = 60

MODERN_VERSIONS = {("tls", "1.2"), ("tls", "1.3")}
MODERN_SUITE = ("TLS_AES_", "TLS_CHACHA20_", "ECDHE-ECDSA-AES128-GCM", "ECDHE-ECDSA-AES256-GCM",
                "ECDHE-ECDSA-CHACHA20", "ECDHE-RSA-AES128-GCM", "ECDHE-RSA-AES256-GCM", "ECDHE-RSA-CHACHA20")
MODERN_GROUPS = {"x25519", "x448", "secp256r1", "secp384r1", "secp521r1"}


class SslscanTests(FtpsCase):
    def scan(self, listener: str) -> ElementTree.Element:
        start = [] if listener == IMPLICIT else ["--starttls-ftp"]
        server = f"127.0.0.1:{self.site.ftps_port(listener)}"
        done = subprocess.run(["sslscan", *start, "--no-colour", "--xml=-", server], check=True, capture_output=True,
                              text=True, timeout=SCAN_LIMIT_SECONDS)
        return ElementTree.fromstring(done.stdout).find("ssltest")

    def test_nothing_weak_is_offered(self) -> None:
        for listener in (EXPLICIT, IMPLICIT):
            with self.subTest(listener=listener):
                found = self.scan(listener)
                versions = {(each.get("type"), each.get("version"))
                            for each in found.iter("protocol") if each.get("enabled") == "1"}
                self.assertEqual(versions, MODERN_VERSIONS)
                suites = [each.get("cipher") for each in found.iter("cipher")]
                self.assertGreaterEqual(len(suites), 4)
                self.assertEqual([suite for suite in suites if not suite.startswith(MODERN_SUITE)], [])
                self.assertLessEqual({each.get("name").split(" ")[0] for each in found.iter("group")}, MODERN_GROUPS)
                self.assertEqual({each.get("supported") for each in found.iter("renegotiation")}, {"0"})
                self.assertLessEqual({each.get("supported") for each in found.iter("compression")}, {"0"})
                self.assertEqual({each.get("vulnerable") for each in found.iter("heartbleed")}, {"0"})


if __name__ == "__main__":
    unittest.main()
