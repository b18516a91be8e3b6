"""A client that knows no TLS is refused before it has shown its password, with a reply that says why."""

import subprocess
import unittest

from consign_site import PASSWORD
from ftps_case import FtpsCase
from payload import write_file

END_LIMIT_SECONDS = 30


class ClearClientTests(FtpsCase):
    def tnftp(self, *commands: str) -> str:
        script = [f"open 127.0.0.1 {self.site.ftps_port()}", f'user lab "{PASSWORD}"', *commands, "quit"]
        return subprocess.run(["tnftp", "-n", "-v", "-p"], input="\n".join(script) + "\n", text=True,
                              capture_output=True, timeout=END_LIMIT_SECONDS).stdout

    def test_it_is_told_to_use_tls(self) -> None:
        said = self.tnftp()
        self.assertRegex(said, r"(?m)^220 ")
        self.assertRegex(said, r"(?m)^530 .*TLS")
        self.assertNotRegex(said, r"(?m)^(230|331) ")

    def test_nothing_it_sends_arrives(self) -> None:
        file = write_file(self.local / "file", 1000)
        said = self.tnftp("binary", f"put {file} clear", "ls")
        self.assertNotRegex(said, r"(?m)^(150|226) ")
        self.assertFalse(self.partner.sees("clear"))


if __name__ == "__main__":
    unittest.main()
