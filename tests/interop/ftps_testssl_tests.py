"""What testssl.sh finds at a listener with `algorithms: modern`: nothing weak."""

import json
import subprocess
import unittest

from ftps_case import FtpsCase

AUDIT_LIMIT_SECONDS = 240
WEAK = {"LOW", "MEDIUM", "HIGH", "CRITICAL"}
ACCEPTED = {
    "cert_revocation",     # the test's authority has no revocation list
    "TLS_session_ticket",  # lives as long as a control session may, whose data connections alone it opens
}


class TestsslTests(FtpsCase):
    def test_nothing_weak_is_found(self) -> None:
        report = self.local / "report.json"
        subprocess.run(["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "min", "--fast",
                        "--jsonfile", report, "--add-ca", self.site.authority, "-t", "ftp",
                        f"127.0.0.1:{self.site.ftps_port()}"],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=AUDIT_LIMIT_SECONDS)
        findings = json.loads(report.read_text())
        by_id = {each["id"]: each for each in findings}
        for version in ("TLS1_2", "TLS1_3"):
            self.assertRegex(by_id[version]["finding"], "^offered")
        for version in ("SSLv2", "SSLv3", "TLS1", "TLS1_1"):
            self.assertRegex(by_id[version]["finding"], "^not offered")
        weak = [f"{each['id']}: {each['severity']}: {each['finding']}" for each in findings
                if each["severity"] in WEAK and each["id"] not in ACCEPTED]
        self.assertEqual(weak, [])
        self.assertNotIn("scanProblem", by_id)


if __name__ == "__main__":
    unittest.main()
