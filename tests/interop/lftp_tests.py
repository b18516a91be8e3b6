"""lftp: mirror both ways, and an upload that goes on."""

import subprocess
import unittest

from interop_case import InteropCase
from openssh import OpenSsh
from payload import KIB, MIB, NAME_MARKER, SIZES, write_file

TRANSFER_LIMIT_SECONDS = 120


class LftpTests(InteropCase):
    def lftp(self, account: str, *commands: str) -> str:
        login = self.site.login(account)
        connect = "ssh -a -x " + " ".join(OpenSsh(login).options())
        script = "\n".join(["set cmd:fail-exit yes", "set net:max-retries 1", "set net:timeout 20",
                            f'set sftp:connect-program "{connect}"',
                            f"open -u {login.user}, -p {login.port} sftp://{login.host}", *commands])
        done = subprocess.run(["lftp", "-f", "/dev/stdin"], input=script, text=True, capture_output=True,
                              timeout=TRANSFER_LIMIT_SECONDS)
        self.assertEqual(done.returncode, 0, f"{commands}: {done.stdout} {done.stderr}")
        return done.stdout

    def test_every_size_arrives_whole(self) -> None:
        files = [write_file(self.local / f"{NAME_MARKER}-{size}", size) for size in SIZES]
        self.lftp("lab", *(f"put {file}" for file in files))
        for file in files:
            self.assert_delivered(file, file.name)
        self.assert_session("OpenSSH")  # lftp speaks SFTP through ssh

    def test_mirror_goes_both_ways(self) -> None:
        tree = self.local / "tree"
        (tree / "sub").mkdir(parents=True)
        for number in range(30):
            write_file(tree / "sub" / f"{NAME_MARKER} {number}é", number * 10 * KIB)
        self.lftp("lab", f"mirror -R --parallel=4 {tree} tree")
        self.lftp("partner", f"mirror --parallel=4 tree {self.local}/back")
        for file in (tree / "sub").iterdir():
            self.assert_same(file, self.local / "back" / "sub" / file.name)

    def test_a_second_mirror_sends_only_what_changed(self) -> None:
        tree = self.local / "again"
        tree.mkdir()
        files = [write_file(tree / f"{NAME_MARKER}-{number}", 1000) for number in range(5)]
        self.lftp("lab", f"mirror -R {tree} again")
        write_file(files[3], 2000)
        self.assertEqual(self.lftp("lab", f"mirror -R -v {tree} again").count("Transferring file"), 1)
        self.assert_delivered(files[3], f"again/{NAME_MARKER}-3", times=2)

    def test_put_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        stump = self.local / "stump"
        stump.write_bytes(file.read_bytes()[: MIB + 1])
        self.lftp("lab", f"put {stump} -o resumed", f"put -c {file} -o resumed")
        self.assert_delivered(file, "resumed", times=2)

    def test_get_goes_on_where_a_shorter_file_ends(self) -> None:
        file = write_file(self.local / "file", 2 * MIB + 3)
        part = self.local / "part"
        part.write_bytes(file.read_bytes()[: MIB + 1])
        self.lftp("lab", f"put {file} -o fetched")
        self.lftp("partner", f"get -c fetched -o {part}")
        self.assert_same(file, part)

    def test_pget_reads_one_file_in_several_places_at_once(self) -> None:
        file = write_file(self.local / "file", 8 * MIB)
        self.lftp("lab", f"put {file} -o pieces")
        self.lftp("partner", f"pget -n 4 pieces -o {self.local}/back")
        self.assert_same(file, self.local / "back")

    def test_rename_list_and_remove(self) -> None:
        file = write_file(self.local / "file", 12345)
        self.lftp("lab", "mkdir folder", f"put {file} -o folder/one", "mv folder/one folder/two")
        self.assertRegex(self.lftp("partner", "ls folder"), r"12345 .*two")
        self.lftp("lab", "rm folder/two", "rmdir folder")
        self.assertFalse(self.partner.sees("folder"))


if __name__ == "__main__":
    unittest.main()
