"""ProFTPD: its mod_sftp, and its mod_tls."""

import os
import subprocess
from pathlib import Path

from peer import NOBODY, PASSWORD, Endpoint, Peer, make_certificate

COMMON = """\
ModulePath /usr/lib/proftpd
LoadModule mod_tls.c
LoadModule mod_sftp.c
ServerName bench
ServerType standalone
DefaultServer on
DefaultAddress ADDRESS
Port PORT
UseIPv6 off
UseReverseDNS off
User nobody
Group nogroup
PidFile FOLDER/pid
ScoreboardFile FOLDER/scoreboard
SystemLog FOLDER/proftpd.log
WtmpLog off
TransferLog none
AuthOrder mod_auth_file.c
AuthUserFile FOLDER/passwd
RequireValidShell off
DefaultRoot ~
Umask 022
AllowOverwrite on
MaxInstances none
TimeoutIdle 3600
TimeoutNoTransfer 3600
"""
SFTP = """\
SFTPEngine on
SFTPHostKey FOLDER/host
SFTPAuthMethods publickey
SFTPAuthorizedUserKeys file:FOLDER/authorized_keys
SFTPLog none
"""
FTPS = """\
TLSEngine on
TLSRequired on
TLSRSACertificateFile FOLDER/server.pem
TLSRSACertificateKeyFile FOLDER/server.key
TLSProtocol TLSv1.2 TLSv1.3
TLSOptions NoSessionReuseRequired
"""


class ProftpdPeer(Peer):
    is_missing = "" if Path("/usr/sbin/proftpd").exists() else "proftpd-core is not installed"
    protocol_text = ""

    def make(self) -> None:
        self.files = self.folder / "files"
        self.files.mkdir()
        os.chown(self.files, NOBODY, NOBODY)
        make_certificate(self.folder)
        (self.folder / "host.pub").unlink()
        hashed = subprocess.run(["openssl", "passwd", "-6", "-salt", "benchbench", PASSWORD], check=True,
                                capture_output=True, text=True).stdout.strip()
        passwd = self.folder / "passwd"
        passwd.write_text(f"bench:{hashed}:{NOBODY}:{NOBODY}::{self.files}:/bin/false\n")
        passwd.chmod(0o600)
        keys = subprocess.run(["ssh-keygen", "-e", "-f", self.folder / "client.pub"], check=True,
                              capture_output=True, text=True).stdout
        (self.folder / "authorized_keys").write_text(keys)
        (self.folder / "proftpd.conf").write_text(
            (COMMON + self.protocol_text).replace("PORT", str(self.ports[self.protocols[0]]))
            .replace("ADDRESS", self.place.address).replace("FOLDER", str(self.folder)))

    def command(self) -> list[str | Path]:
        return ["/usr/sbin/proftpd", "-n", "-q", "-c", self.folder / "proftpd.conf"]

    def endpoint(self, protocol: str) -> Endpoint:
        return Endpoint(protocol, self.ports[protocol], "bench", "")

    def plain_folder(self) -> Path | None:
        return self.files


class ProftpdSftpPeer(ProftpdPeer):
    name = "proftpd-sftp"
    protocols = ("sftp",)
    protocol_text = SFTP
    is_missing = ProftpdPeer.is_missing or ("" if Path("/usr/lib/proftpd/mod_sftp.so").exists()
                                            else "proftpd-mod-crypto is not installed")


class ProftpdFtpsPeer(ProftpdPeer):
    name = "proftpd-ftps"
    protocols = ("ftps",)
    protocol_text = FTPS
    is_missing = ProftpdSftpPeer.is_missing
