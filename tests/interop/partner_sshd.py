"""A partner's server: Debian's own sshd on a loopback port, as whoever runs the tests."""

import contextlib
import getpass
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from consign_site import eventually


def free_port() -> int:
    """Below those that the system gives out itself (from 32768 on): nobody gets it by chance until it is bound."""
    for port in random.sample(range(10000, 20000), 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


def fingerprint(public_key: Path) -> str:
    """As `host_key` of a target has it."""
    return subprocess.run(["ssh-keygen", "-l", "-f", public_key], check=True, capture_output=True,
                          text=True).stdout.split()[1]


def _with_descendants(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []  # it has ended meanwhile
    return [process, *(each for child in children for each in _with_descendants(int(child)))]


class PartnerSshd:
    """Keys of two types, one account, and a folder. `stop` and `start` as often as a test likes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="consign-partner-"))
        self.folder.chmod(0o755)
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir()
        self.port = free_port()
        self.user = getpass.getuser()
        self.daemon: subprocess.Popen | None = None
        for name, kind in (("host", "ed25519"), ("host_rsa", "rsa"), ("client", "ed25519"), ("client_rsa", "rsa")):
            subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", self.folder / name], check=True)
        keys = [(self.folder / f"{name}.pub").read_text() for name in ("client", "client_rsa")]
        (self.folder / "authorized_keys").write_text("".join(keys))
        (self.folder / "sshd_config").write_text("\n".join([
            f"ListenAddress 127.0.0.1:{self.port}", f"HostKey {self.folder}/host", f"HostKey {self.folder}/host_rsa",
            f"AuthorizedKeysFile {self.folder}/authorized_keys", "UsePAM no", "StrictModes no", "PermitRootLogin yes",
            "PasswordAuthentication no", "PidFile none", "MaxStartups 1000", "Subsystem sftp internal-sftp"]) + "\n")

    def target(self, host_key: str = "host", identity: str = "client", more: str = "") -> str:
        return (f'{{url: "sftp://{self.user}@127.0.0.1:{self.port}{self.folder}", '
                f'identity: "file:{self.folder}/{identity}", host_key: "{fingerprint(self.folder / f"{host_key}.pub")}"'
                f'{more}}}')

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        log = self.folder / "log"
        log.write_text("")
        self.daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", self.folder / "sshd_config", "-E", log])
        eventually(lambda: "listening" in log.read_text(), "sshd listens")

    def stop(self) -> None:
        """With the sessions that it serves, its children."""
        if not self.daemon:
            return
        for process in _with_descendants(self.daemon.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.daemon.wait()
        self.daemon = None

    def sessions(self) -> int:
        """Processes that serve somebody."""
        return len(_with_descendants(self.daemon.pid)) - 1

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.inbox.iterdir())
