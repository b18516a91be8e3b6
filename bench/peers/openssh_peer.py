"""OpenSSH with its internal-sftp: over a plain folder, and over gocryptfs, which seals at rest as Consign does."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

from peer import PASSWORD, Endpoint, Peer

MOUNT_LIMIT_SECONDS = 20


class OpenSshPeer(Peer):
    name = "openssh"
    protocols = ("sftp",)
    is_missing = "" if Path("/usr/sbin/sshd").exists() else "openssh-server is not installed"

    def make(self) -> None:
        self.files = self.folder / "files"
        self.files.mkdir()
        (self.folder / "authorized_keys").write_text((self.folder / "client.pub").read_text())
        (self.folder / "sshd_config").write_text("\n".join([
            f"ListenAddress {self.place.address}:{self.ports['sftp']}", f"HostKey {self.folder}/host",
            f"AuthorizedKeysFile {self.folder}/authorized_keys", "UsePAM no", "StrictModes no",
            "PermitRootLogin yes", "PasswordAuthentication no", "PidFile none", "MaxStartups 1000", "UseDNS no",
            "LogLevel ERROR", "Subsystem sftp internal-sftp"]) + "\n")

    def start(self) -> float:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        return super().start()

    def command(self) -> list[str | Path]:
        # A preloaded library lives through forks, not through the execution anew, whose environment is empty.
        forks_alone = ["-r"] if self.place.slow_sync_us else []
        return ["/usr/sbin/sshd", "-D", *forks_alone, "-f", self.folder / "sshd_config", "-E", self.folder / "sshd.log"]

    def endpoint(self, protocol: str) -> Endpoint:
        return Endpoint(protocol, self.ports[protocol], getpass.getuser(), str(self.files))

    def plain_folder(self) -> Path | None:
        return self.files


class GocryptfsPeer(OpenSshPeer):
    name = "gocryptfs"
    is_missing = OpenSshPeer.is_missing or ("" if shutil.which("gocryptfs") and Path("/dev/fuse").exists()
                                            else "gocryptfs or FUSE is not there")

    def make(self) -> None:
        super().make()
        self.sealed = self.folder / "sealed"
        self.sealed.mkdir()
        self.password = self.folder / "password"
        self.password.write_text(PASSWORD + "\n")
        subprocess.run(["gocryptfs", "-q", "-init", "-scryptn", "10", "-passfile", self.password, self.sealed],
                       check=True, stdout=self.log, stderr=self.log)

    def start(self) -> float:
        self.spawn(["gocryptfs", "-q", "-fg", "-nosyslog", "-passfile", self.password, self.sealed, self.files])
        waits = f"for i in $(seq {MOUNT_LIMIT_SECONDS * 50}); do mountpoint -q '{self.files}' && exit 0; sleep 0.02; done; exit 1"
        subprocess.run(["bash", "-c", waits], check=True)
        return super().start()

    def stop(self) -> None:
        if self.children:
            self.children.pop().terminate()  # sshd: what it serves keeps the folder busy
            subprocess.run(["umount", "-l", self.files], stderr=subprocess.DEVNULL)
        super().stop()
