"""lftp: mirror both ways, and an upload that goes on."""

import subprocess
import unittest

from interop_case import InteropCase
from lftp_transfers import TRANSFER_LIMIT_SECONDS, LftpTransfers
from openssh import OpenSsh
from payload import NAME_MARKER, SIZES, write_file


class LftpTests(LftpTransfers, InteropCase):
    def lftp(self, account: str, *commands: str) -> subprocess.CompletedProcess:
        login = self.site.login(account)
        connect = "ssh -a -x " + " ".join(OpenSsh(login).options())
        script = "\n".join(["set cmd:fail-exit yes", "set net:max-retries 1", "set net:timeout 20",
                            f'set sftp:connect-program "{connect}"',
                            f"open -u {login.user}, -p {login.port} sftp://{login.host}", *commands])
        done = subprocess.run(["lftp", "-f", "/dev/stdin"], input=script.encode(), capture_output=True,
                              timeout=TRANSFER_LIMIT_SECONDS)
        self.assertEqual(done.returncode, 0, f"{commands}: {done.stdout} {done.stderr}")
        return done

    def test_every_size_arrives_whole(self) -> None:
        files = [write_file(self.local / f"{NAME_MARKER}-{size}", size) for size in SIZES]
        self.lftp("lab", *(f"put {file}" for file in files))
        for file in files:
            self.assert_delivered(file, file.name)
        self.assert_session("OpenSSH")  # lftp speaks SFTP through ssh

    def test_rename_list_and_remove(self) -> None:
        file = write_file(self.local / "file", 12345)
        self.lftp("lab", "mkdir folder", f"put {file} -o folder/one", "mv folder/one folder/two")
        self.assertRegex(self.lftp("partner", "ls folder").stdout, rb"12345 .*two")
        self.lftp("lab", "rm folder/two", "rmdir folder")
        self.assertFalse(self.partner.sees("folder"))


if __name__ == "__main__":
    unittest.main()
