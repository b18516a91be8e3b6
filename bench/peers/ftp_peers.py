"""pure-ftpd and vsftpd. Debian's packages of FTP servers exclude each other, so these two are unpacked, not
installed (`./dev bench` does that), and run where they lie."""

import os
import pwd
import subprocess
from pathlib import Path

from peer import NOBODY, PASSWORD, Endpoint, Peer, make_certificate

UNPACKED = Path(__file__).resolve().parents[2] / "build/bench_peers"

VSFTPD = (Path(__file__).parent / "vsftpd.conf").read_text()


class PureFtpdPeer(Peer):
    name = "pure-ftpd"
    protocols = ("ftps",)
    program = UNPACKED / "usr/sbin/pure-ftpd"
    is_missing = "" if program.exists() else "pure-ftpd is not unpacked"

    def make(self) -> None:
        self.files = self.folder / "files"
        self.files.mkdir()
        os.chown(self.files, NOBODY, NOBODY)
        make_certificate(self.folder)
        both = self.folder / "both.pem"
        both.write_text((self.folder / "server.key").read_text() + (self.folder / "server.pem").read_text())
        both.chmod(0o600)
        passwd = self.folder / "passwd"
        hashed = subprocess.run(["openssl", "passwd", "-6", "-salt", "benchbench", PASSWORD], check=True,
                                capture_output=True, text=True).stdout.strip()
        passwd.write_text(f"bench:{hashed}:{NOBODY}:{NOBODY}::{self.files}/./::::::::::::\n")
        passwd.chmod(0o600)
        subprocess.run([UNPACKED / "usr/bin/pure-pw", "mkdb", self.folder / "users.pdb", "-f", passwd], check=True,
                       stdout=self.log, stderr=self.log)

    def command(self) -> list[str | Path]:
        return [self.program, "-S", f"{self.place.address},{self.ports['ftps']}", "-4", "-H", "-E", "-A", "-u", "1",
                "-l", f"puredb:{self.folder}/users.pdb", "-Y", "2", "-2", self.folder / "both.pem", "-c", "20000",
                "-C", "20000", "-I", "60", "-g", self.folder / "pid"]

    def endpoint(self, protocol: str) -> Endpoint:
        return Endpoint(protocol, self.ports[protocol], "bench", "")

    def plain_folder(self) -> Path | None:
        return self.files


class VsftpdPeer(Peer):
    name = "vsftpd"
    protocols = ("ftps",)
    program = UNPACKED / "usr/sbin/vsftpd"
    is_missing = "" if program.exists() else "vsftpd is not unpacked"

    def make(self) -> None:
        self.files = self.folder / "root/files"  # the root itself must not be writable
        self.files.mkdir(parents=True)
        (self.folder / "empty").mkdir()
        daemon = pwd.getpwnam("daemon")  # whose home exists, which vsftpd wants; nobody's does not
        os.chown(self.files, daemon.pw_uid, daemon.pw_gid)
        make_certificate(self.folder)
        (self.folder / "vsftpd.conf").write_text(VSFTPD.replace("ADDRESS", self.place.address).replace(
            "PORT", str(self.ports["ftps"])).replace("FOLDER", str(self.folder)).replace("TLS", str(self.folder)))

    def command(self) -> list[str | Path]:
        return [self.program, self.folder / "vsftpd.conf"]

    def endpoint(self, protocol: str) -> Endpoint:
        return Endpoint(protocol, self.ports[protocol], "anonymous", "/files")

    def plain_folder(self) -> Path | None:
        return self.files
