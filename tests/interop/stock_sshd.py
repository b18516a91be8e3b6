"""A control: the same clients against OpenSSH's own server. What fails here too is the client's doing,
or this harness's. CONSIGN_INTEROP_SERVER=sshd selects it; what only Consign promises is not asked."""

import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from consign_site import ACCOUNTS, Login, eventually

HOMES = {"lab": "lab", "partner": "lab", "drop": "drop", "collector": "drop"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class StockSite:
    """One port an account: sshd serves root alone, and tells accounts apart by where they knock."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="consign-stock-", dir="/run"))  # chroot wants root's folders
        self.folder.chmod(0o755)
        self.known_hosts = self.folder / "known_hosts"
        self.log: list[str] = []
        self.ports = {account: _free_port() for account in ACCOUNTS}
        for name in ("host", *ACCOUNTS):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        for home in set(HOMES.values()):
            (self.folder / "tree" / home / "in").mkdir(parents=True)
        lines = ["UsePAM no", "StrictModes no", "PermitRootLogin yes", f"HostKey {self.folder}/host", "PidFile none",
                 "MaxStartups 1000", "MaxSessions 1000", "Subsystem sftp internal-sftp"]
        lines += [f"ListenAddress 127.0.0.1:{port}" for port in self.ports.values()]
        for account, port in self.ports.items():
            lines += [f"Match LocalPort {port}", f"AuthorizedKeysFile {self.folder}/{account}.pub",
                      f"ChrootDirectory {self.folder}/tree/{HOMES[account]}", "ForceCommand internal-sftp"]
        (self.folder / "sshd_config").write_text("\n".join(lines) + "\n")

    def login(self, account: str) -> Login:
        return Login("127.0.0.1", self.ports[account], "root", self.folder / account, self.known_hosts, "")

    def start(self) -> None:
        Path("/run/sshd").mkdir(exist_ok=True)
        (self.folder / "log").touch()
        self.daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", self.folder / "sshd_config",
                                        "-E", self.folder / "log"])
        eventually(lambda: (self.folder / "log").read_text().count("listening") == len(ACCOUNTS), "sshd listens")
        key = (self.folder / "host.pub").read_text()
        self.known_hosts.write_text("".join(f"[127.0.0.1]:{port} {key}" for port in self.ports.values()))

    def stop(self) -> int:
        self.daemon.terminate()
        self.daemon.wait()
        return 0

    def close(self) -> None:
        self.daemon.kill()
        self.daemon.wait()
        shutil.rmtree(self.folder)
