"""`/.receipts`: what a depositor finds there with the clients that it has, verified with OpenSSH's own tool; that
nobody reaches another's, that nobody changes any, and that old scripts which fetch, clear or mirror everything do not
meet it."""

import hashlib
import json
import os
import re
import subprocess
import unittest
from datetime import datetime, timezone
from pathlib import Path

from consign_site import PASSWORD
from ftps_case import FtpsCase
from ftps_site import FtpsSite
from ftps_wire import FtpsWire
from openssh import OpenSsh
from paramiko_client import connected
from payload import NAME_MARKER, content, write_file

TOP = "/.receipts"
CLIENT_LIMIT_SECONDS = 60
ID = re.compile(r"^\d+-[0-9a-f]{16}$")


class WitnessedFtpsSite(FtpsSite):
    """Its daemon signs."""

    @property
    def configuration(self) -> str:
        return self.without_witness.replace("keys: {root: file:keys/root.key}",
                                            "keys: {root: file:keys/root.key, witness: file:keys/witness.key}")

    @configuration.setter
    def configuration(self, text: str) -> None:
        self.without_witness = text


class ReceiptsCase(FtpsCase):
    site_type = WitnessedFtpsSite

    def setUp(self) -> None:
        super().setUp()
        self.name = f"{NAME_MARKER}-{self._testMethodName}"
        self.file = write_file(self.local / self.name, 12345)
        self.lab_sftp = OpenSsh(self.site.login("lab"))

    def lftp(self, *commands: str, account: str = "lab", check: bool = True) -> subprocess.CompletedProcess:
        script = ["set cmd:fail-exit yes", "set net:max-retries 1", "set net:timeout 20", "set ftp:ssl-force yes",
                  "set ftp:ssl-protect-data yes", f"set ssl:ca-file {self.site.authority}",
                  f'open -u {account},"{PASSWORD}" -p {self.site.ftps_port()} ftp://127.0.0.1']
        done = subprocess.run(["lftp", "-f", "/dev/stdin"], input="\n".join([*script, *commands]) + "\n", text=True,
                              capture_output=True, env=os.environ | {"LC_ALL": "C.UTF-8", "HOME": str(self.local)},
                              timeout=CLIENT_LIMIT_SECONDS)
        if check:
            self.assertEqual(done.returncode, 0, f"{commands}: {done.stdout} {done.stderr}")
        return done

    def curl(self, remote: str, *options: str | Path, account: str = "lab") -> bytes:
        return subprocess.run(["curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", self.site.authority,
                               "--user", f"{account}:{PASSWORD}", *options,
                               f"ftp://127.0.0.1:{self.site.ftps_port()}/{remote}"],
                              capture_output=True, check=True, timeout=CLIENT_LIMIT_SECONDS).stdout

    def fetched(self) -> Path:
        """All of the laboratory's receipts, as sftp fetches a folder."""
        self.lab_sftp.sftp(f"get -R {TOP} {self.local}/receipts".encode())
        return self.local / "receipts"

    def verify(self, receipt: Path, signers: Path, purpose: str = "receipt@consign") -> subprocess.CompletedProcess:
        return subprocess.run(["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "witness", "-n", purpose,
                               "-s", f"{receipt}.sig"], input=receipt.read_bytes(), capture_output=True)

    def assert_verified(self, folder: Path) -> list[dict]:
        """Each receipt below the folder has a signature that holds; what they say."""
        receipts = sorted(folder.glob("*/*.json"))
        for receipt in receipts:
            self.assertRegex(receipt.name.removesuffix(".json"), ID)
            done = self.verify(receipt, folder / "allowed_signers")
            self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(receipt.read_bytes()) for receipt in receipts]

    def receipt_of(self, name: str) -> str:
        """The path of the laboratory's one receipt for this deposit."""
        folder = self.fetched()
        paths = [path for path in folder.glob("*/*.json") if name in path.read_text()]
        self.assertEqual(len(paths), 1, paths)
        return f"{TOP}/{paths[0].relative_to(folder)}"


class ReadingTests(ReceiptsCase):
    def assert_receipt(self, folder: Path, name: str) -> dict:
        """What the folder's one receipt for the name says is true."""
        told = [one for one in self.assert_verified(folder) if name in json.dumps(one)]
        self.assertEqual(len(told), 1, told)
        text = json.dumps(told[0])
        self.assertIn(hashlib.sha256(self.file.read_bytes()).hexdigest(), text)
        self.assertIn('"lab"', text)
        self.assertIn("12345", text)
        return told[0]

    def test_openssh_brings_a_file_and_fetches_the_receipt(self) -> None:
        begun = datetime.now(timezone.utc)
        self.lab_sftp.put(self.file, f"/{self.name}")
        folder = self.fetched()
        self.assert_receipt(folder, self.name)
        self.assertIn("ssh-keygen -Y verify", (folder / "README.txt").read_text())
        days = {f"{begun.date()}", f"{datetime.now(timezone.utc).date()}"}
        self.assertTrue(days & {path.name for path in folder.iterdir() if path.is_dir()})
        # What was changed is found, and what was signed for one purpose passes for no other.
        receipt = next(folder.glob("*/*.json"))
        self.assertNotEqual(self.verify(receipt, folder / "allowed_signers", "certificate@consign").returncode, 0)
        receipt.write_bytes(receipt.read_bytes() + b" ")
        self.assertNotEqual(self.verify(receipt, folder / "allowed_signers").returncode, 0)

    def test_scp_fetches_one(self) -> None:
        self.lab_sftp.put(self.file, f"/{self.name}")
        path = self.receipt_of(self.name)
        back = self.local / "back.json"
        self.lab_sftp.scp(f"{self.lab_sftp.destination()}:{path}", str(back))
        self.assertIn(self.name, back.read_text())

    def test_sftp_resumes_and_hashes(self) -> None:
        self.lab_sftp.put(self.file, f"/{self.name}")
        path = self.receipt_of(self.name)
        whole = (self.local / "receipts" / Path(path).relative_to(TOP)).read_bytes()
        (self.local / "part").write_bytes(whole[:100])
        self.lab_sftp.sftp(f"reget {path} {self.local}/part".encode())
        self.assertEqual((self.local / "part").read_bytes(), whole)
        with connected(self.site.login("lab")) as client:
            there = client.stat(path)
            self.assertEqual(there.st_size, len(whole))
            self.assertEqual(client.normalize(f"{path}/../.."), TOP)
            with client.open(path) as file:
                self.assertEqual(file.check("sha256"), hashlib.sha256(whole).digest())
                file.seek(50)
                self.assertEqual(file.read(10), whole[50:60])
                self.assertEqual(file.stat().st_size, len(whole))

    def test_lftp_brings_a_file_and_mirrors_the_receipts(self) -> None:
        self.lftp(f"put {self.file} -o /{self.name}", f"mirror {TOP} {self.local}/mirrored")
        self.assert_receipt(self.local / "mirrored", self.name)
        again = self.lftp(f"mirror --verbose=3 {TOP} {self.local}/mirrored")
        self.assertNotIn("Transferring", again.stdout + again.stderr)

    def test_curl_reads_each_and_resumes(self) -> None:
        self.curl(self.name, "--upload-file", self.file)
        path = self.receipt_of(self.name)
        whole = self.curl("." + path[2:])
        self.assertIn(self.name.encode(), whole)
        names = self.curl(f".{os.path.dirname(path)[2:]}/", "--list-only").decode().split()
        self.assertIn(os.path.basename(path), names)
        self.assertIn(os.path.basename(path) + ".sig", names)
        part = self.local / "part"
        part.write_bytes(whole[:77])
        self.curl("." + path[2:], "--continue-at", "-", "--output", part)
        self.assertEqual(part.read_bytes(), whole)

    def test_ftps_tells_its_facts_and_hashes(self) -> None:
        self.lab_sftp.put(self.file, f"/{self.name}")
        path = self.receipt_of(self.name)
        lab = self.lab()
        whole = lab.retrieve(f"RETR {path}")
        lab.expect("REST 10", 350)
        self.assertEqual(lab.retrieve(f"RETR {path}"), whole[10:])
        self.assertEqual(lab.expect(f"SIZE {path}", 213).text, str(len(whole)))
        self.assertRegex(lab.expect(f"MDTM {path}", 213).text, r"^20\d{12}")
        self.assertRegex(lab.expect(f"MLST {path}", 250).text.lower(), r"perm=r;")
        digest = hashlib.sha256(whole).hexdigest()
        self.assertEqual(lab.expect(f"XSHA256 {path}", 250).text.lower(), digest)
        self.assertIn(digest, lab.expect(f"HASH {path}", 213).text)
        lab.expect(f"CWD {os.path.dirname(path)}", 250)
        self.assertIn(os.path.basename(path).encode(), lab.retrieve("LIST"))
        self.assertIn(os.path.basename(path).encode(), lab.retrieve("NLST *.json"))
        self.assertRegex(lab.retrieve("MLSD").decode().lower(), rf"size={len(whole)};.* {os.path.basename(path)}\r\n")
        self.assertIn(b"type=dir", lab.retrieve(f"MLSD {TOP}").lower())

    def test_its_reading_is_in_the_ledger_and_makes_no_receipt(self) -> None:
        self.lab_sftp.put(self.file, f"/{self.name}")
        path = self.receipt_of(self.name)
        before = len(list((self.local / "receipts").glob("*/*.json")))
        self.lab().retrieve(f"RETR {path}")
        read = self.site.events("--action", "receipt_read", "--account", "lab")[-1]
        self.assertEqual((read["outcome"], read["protocol"]), ("granted", "ftps"))
        self.assertEqual(read["detail"], os.path.basename(path).removesuffix(".json"))
        self.lab_sftp.sftp(f"get -R {TOP} {self.local}/again".encode())
        self.assertEqual(len(list((self.local / "again").glob("*/*.json"))), before)

    def test_who_collects_finds_a_receipt_of_its_own(self) -> None:
        self.lab_sftp.put(self.file, f"/{self.name}")
        self.partner.get(f"/{self.name}", self.local / "collected")
        self.partner.sftp(f"get -R {TOP} {self.local}/partners".encode())
        told = self.assert_verified(self.local / "partners")
        self.assertEqual([one["kind"] for one in told if self.name in one["name"]], ["retrieval"])
        self.assertNotIn("deposit", [one["kind"] for one in told])  # they are the laboratory's


class HostileTests(ReceiptsCase):
    def setUp(self) -> None:
        super().setUp()
        self.lab_sftp.put(self.file, f"/{self.name}")
        self.path = self.receipt_of(self.name)

    def tearDown(self) -> None:
        """Whatever was tried: it is there, as it was."""
        back = self.lab_sftp.get(self.path, self.local / "afterwards")
        self.assert_same(back, self.local / "receipts" / Path(self.path).relative_to(TOP))
        self.assertTrue(self.lab_sftp.sees(f"/{self.name}"))
        super().tearDown()

    def test_sftp_changes_nothing(self) -> None:
        day = os.path.dirname(self.path)
        for command in (f"put {self.file} {self.path}", f"put {self.file} {TOP}/new", f"put {self.file} {day}/new.json",
                        f"reput {self.file} {self.path}", f"rm {self.path}", f"mkdir {TOP}/new", f"mkdir {day}/new",
                        f"rmdir {day}", f"rmdir {TOP}", f"rename {self.path} /taken", f"rename {TOP} /taken",
                        f"rename /{self.name} {self.path}", f"rename /{self.name} {TOP}/new",
                        f"put {self.file} /folder/../.receipts/new", f"rm {day}/../../.receipts/README.txt"):
            with self.subTest(command=command):
                done = self.lab_sftp.sftp(command.encode(), check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(b"ermission denied", done.stderr)
        for command in (f"ln -s {self.path} /linked", f"ln {self.path} /linked", f"ln -s /{self.name} {TOP}/linked"):
            with self.subTest(command=command):
                self.assertNotEqual(self.lab_sftp.sftp(command.encode(), check=False).returncode, 0)
        with connected(self.site.login("lab")) as client:
            for attempt in (lambda: client.truncate(self.path, 0), lambda: client.utime(self.path, (1, 1)),
                            lambda: client.open(self.path, "r+"), lambda: client.open(self.path, "a"),
                            lambda: client.open(f"{TOP}/new", "wx"), lambda: client.remove(self.path),
                            lambda: client.posix_rename(f"/{self.name}", self.path)):
                with self.assertRaises(PermissionError):
                    attempt()
        refused = self.site.events("--outcome", "refused", "--account", "lab")
        self.assertIn("receipts can be read, and nothing else", " ".join(row["detail"] for row in refused))

    def test_ftps_changes_nothing(self) -> None:
        lab, day = self.lab(), os.path.dirname(self.path)
        for command in (f"STOR {self.path}", f"STOR {TOP}/new", f"APPE {self.path}", f"STOR {day}/new"):
            with self.subTest(command=command):
                with lab.data_socket(lab.passive()):
                    reply = lab.ask(command)
                self.assertEqual(reply.code, 550, reply)
                self.assertIn("receipts can be read", reply.text)
        for command in (f"DELE {self.path}", f"MKD {TOP}/new", f"RMD {day}", f"RMD {TOP}", f"MFMT 20010909014640 {self.path}",
                        f"SITE UTIME 20010909014640 {self.path}"):
            with self.subTest(command=command):
                self.assertEqual(lab.expect(command, 550).code, 550)
        for origin, target in ((self.path, "/taken"), (f"/{self.name}", self.path), (f"/{self.name}", f"{TOP}/new")):
            lab.expect(f"RNFR {origin}", 350)
            lab.expect(f"RNTO {target}", 550)
        lab.expect(f"CWD {TOP}", 250)
        with lab.data_socket(lab.passive()):
            self.assertEqual(lab.ask("STOU").code // 100, 5)

    def test_nobody_reaches_anothers(self) -> None:
        """Not even who shares the home and may read all of it, nor by leaving one's own home."""
        self.partner.get(f"/{self.name}", self.local / "collected")  # so that it has receipts of the same day
        missing = f"{os.path.dirname(self.path)}/999999-0123456789abcdef.json"
        wire = self.account("partner")
        answers = {}
        for path in (self.path, self.path + ".sig", missing):
            stderr = self.partner.sftp(f"get {path} {self.local}/stolen".encode(), check=False).stderr.decode()
            answers[path] = (stderr.replace(path, "PATH"),
                             *(wire.ask(f"{verb} {path}").text for verb in ("SIZE", "MDTM", "MLST", "XSHA256", "CWD")))
            with wire.data_socket(wire.passive()):
                answers[path] += (wire.ask(f"RETR {path}").text,)
        self.assertEqual(len(set(answers.values())), 1, answers)
        self.assertFalse((self.local / "stolen").exists())
        for path in (f"/../lab{self.path}", f"/lab{self.path}", f"{TOP}/../../lab{self.path}", f"{TOP}/lab/{self.path}"):
            self.assertFalse(OpenSsh(self.site.login("collector")).sees(path), path)

    def test_scripts_that_fetch_or_clear_everything_do_not_meet_it(self) -> None:
        local, nothing = self.local / "everything", self.local / "nothing"
        local.mkdir()
        nothing.mkdir()
        self.assertNotIn(b".receipts", self.lab_sftp.sftp(b"ls -la /").stdout)
        self.assertNotIn(b".receipts", self.lab().retrieve("LIST -a /"))
        self.assertNotIn(b".receipts", self.lab().retrieve("MLSD /"))
        self.lab_sftp.sftp(f"get -R / {local}".encode())
        self.assertFalse((local / ".receipts").exists())
        self.assertTrue((local / self.name).exists())
        self.lftp(f"lcd {self.local}", "mirror / mirrored", "mkdir /folder", "cd /", f"mrm {NAME_MARKER}*")
        self.assertFalse((self.local / "mirrored" / ".receipts").exists())
        self.assertFalse(self.lab_sftp.sees(f"/{self.name}"))
        # Sends what it has, and clears away the rest.
        self.lftp(f"mirror --reverse --delete {nothing} /")
        self.assertEqual(self.lftp("cls -a /").stdout.strip("\n/ ."), "")
        self.lab_sftp.put(self.file, f"/{self.name}")

    def test_explain_tells_of_it(self) -> None:
        for verb, verdict in (("download", "allowed"), ("upload", "refused")):
            told = self.site.consign("explain", "--account", "lab", "--verb", verb, "--path", self.path,
                                     check=False).stdout
            self.assertRegex(told, r"receipts /\.receipts: whatever is granted")
            self.assertRegex(told, rf"verdict +{verdict}")


if __name__ == "__main__":
    unittest.main()
