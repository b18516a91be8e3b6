"""A partner's FTPS server that tells little: vsftpd, which has neither MLST nor MLSD, and whose 550 gives no reason.
Debian's FTP servers exclude each other: `./dev setup` unpacks this one, and it runs where it lies."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from consign_site import eventually
from ftps_certificates import make_certificates
from partner_sshd import free_port

UNPACKED = Path(__file__).resolve().parents[2] / "build/bench_peers/usr/sbin/vsftpd"
VSFTPD = UNPACKED if UNPACKED.exists() else Path("/usr/sbin/vsftpd")

CONFIGURATION = (Path(__file__).resolve().parents[2] / "bench/peers/vsftpd.conf").read_text()


class PartnerVsftpd:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="consign-partner-"))
        self.folder.chmod(0o755)
        make_certificates(self.folder / "tls")
        self.port = free_port()
        self.files = self.folder / "root" / "files"  # the root itself must not be writable
        self.files.mkdir(parents=True)
        (self.folder / "empty").mkdir()
        daemon = pwd.getpwnam("daemon")  # whose home exists, which vsftpd wants
        self.owner = (daemon.pw_uid, daemon.pw_gid)
        os.chown(self.files, *self.owner)
        (self.folder / "password").write_text("whatever\n")
        (self.folder / "password").chmod(0o600)
        (self.folder / "vsftpd.conf").write_text(
            CONFIGURATION.replace("ADDRESS", "127.0.0.1").replace("PORT", str(self.port))
            .replace("FOLDER", str(self.folder)).replace("TLS", str(self.folder / "tls")))
        self.daemon: subprocess.Popen | None = None

    def target(self, folder: str = "files") -> str:
        return (f'{{url: "ftps://anonymous@127.0.0.1:{self.port}/{folder}", password: "file:{self.folder}/password", '
                f'ca: "{self.folder}/tls/ca.pem"}}')

    def start(self) -> None:
        self.daemon = subprocess.Popen([VSFTPD, self.folder / "vsftpd.conf"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        eventually(self._listens, "vsftpd listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def close(self) -> None:
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait()
        shutil.rmtree(self.folder)
