"""A partner's FTPS server: Debian's own ProFTPD on a loopback port, which insists on TLS and on session reuse."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from consign_site import eventually
from ftps_certificates import make_certificates
from partner_sshd import free_port

PROFTPD = Path("/usr/sbin/proftpd")
PASSWORD = "a partner's secret"
NOBODY = 65534

CONFIGURATION = """\
ModulePath /usr/lib/proftpd
LoadModule mod_tls.c
LoadModule mod_digest.c
ServerName partner
ServerType standalone
DefaultServer on
DefaultAddress 127.0.0.1
Port PORT
UseIPv6 off
USER_AND_GROUP
PidFile FOLDER/pid
ScoreboardFile FOLDER/scoreboard
SystemLog FOLDER/log
WtmpLog off
TransferLog none
AuthOrder mod_auth_file.c
AuthUserFile FOLDER/passwd
RequireValidShell off
DefaultRoot ~
Umask 022
AllowOverwrite on
AllowStoreRestart on
TLSEngine on
TLSRequired on
TLSRSACertificateFile FOLDER/tls/server.pem
TLSRSACertificateKeyFile FOLDER/tls/server.key
TLSProtocol TLSv1.2 TLSv1.3
"""


class PartnerProftpd:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="consign-partner-"))
        self.folder.chmod(0o755)
        make_certificates(self.folder / "tls")
        self.port = free_port()
        self.inbox = self.folder / "home" / "inbox"
        self.inbox.mkdir(parents=True)
        is_root = os.geteuid() == 0
        owner = NOBODY if is_root else os.geteuid()
        if is_root:
            for path in (self.inbox.parent, self.inbox):
                os.chown(path, owner, owner)
        hashed = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, text=True, check=True,
                                capture_output=True).stdout.strip()
        passwd = self.folder / "passwd"
        passwd.write_text(f"partner:{hashed}:{owner}:{owner}::{self.inbox.parent}:/bin/false\n")
        passwd.chmod(0o600)
        (self.folder / "password").write_text(PASSWORD + "\n")
        (self.folder / "password").chmod(0o600)
        (self.folder / "proftpd.conf").write_text(
            CONFIGURATION.replace("PORT", str(self.port)).replace("FOLDER", str(self.folder))
            .replace("USER_AND_GROUP", "User nobody\nGroup nogroup" if is_root else ""))
        self.daemon: subprocess.Popen | None = None

    def target(self, ca: str = "ca", more: str = "") -> str:
        return (f'{{url: "ftps://partner@127.0.0.1:{self.port}/", password: "file:{self.folder}/password", '
                f'ca: "{self.folder}/tls/{ca}.pem"{more}}}')

    def start(self) -> None:
        self.daemon = subprocess.Popen([PROFTPD, "-n", "-c", self.folder / "proftpd.conf"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        eventually(self._listens, "ProFTPD listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait()
            self.daemon = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)
