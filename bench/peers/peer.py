"""A server under measurement: its files in a folder of its own, its processes in a group of their own."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from accounting import Group

START_LIMIT_SECONDS = 60
STOP_LIMIT_SECONDS = 60
PASSWORD = "bench-password"
NOBODY = 65534
NO_SYNC = -1


class Place(NamedTuple):
    """Where and under which conditions servers run."""
    root: Path                          # a folder for their folders
    programs: Path                      # build/release
    address: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()        # before a server's command, e.g. into a namespace
    client_prefix: tuple[str, ...] = ()
    slow_sync_us: int = 0               # added to each sync; NO_SYNC: there are none


class Endpoint(NamedTuple):
    protocol: str   # sftp, ftps
    port: int
    user: str
    folder: str     # the root of what the account sees, as its paths begin


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def make_certificate(folder: Path) -> None:
    """server.pem and server.key."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", folder / "server.key", "-out", folder / "server.pem"], check=True, capture_output=True)


class Peer:
    name = ""
    protocols: tuple[str, ...] = ()
    is_missing = ""  # why it cannot run here
    durable_at_close = False  # else a client that wants that asks for fsync@openssh.com
    instead_of_ciphers: dict[str, str] = {}  # where it has not what is asked for

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.root / self.name
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.group = Group(f"{self.name}-{place.root.name}")
        self.children: list[subprocess.Popen] = []
        self.prepared: set[str] = set()  # what lies there for works that need it
        self.log = open(self.folder / "log", "a+")
        self.key = self.folder / "client"
        for key in ("client", "host"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / key], check=True)
        self.ports = {protocol: free_port() for protocol in self.protocols}
        self.make()

    # What each kind of server says of itself

    def make(self) -> None:
        """Writes its configuration."""
        raise NotImplementedError

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def endpoint(self, protocol: str) -> Endpoint:
        raise NotImplementedError

    def plain_folder(self) -> Path | None:
        """Where files can be planted without the server, if they can."""
        return None

    # What they have in common

    def spawn(self, command: list[str | Path]) -> None:
        environment = dict(os.environ)
        if self.place.slow_sync_us:
            environment["LD_PRELOAD"] = str(self.place.programs / "bench/peers/libslow_sync.so")
            environment["CONSIGN_SLOW_SYNC_US"] = str(self.place.slow_sync_us)
        child = subprocess.Popen([*self.place.prefix, *command], env=environment, preexec_fn=self.group.enter,
                                 stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        self.children.append(child)
        self.group.roots.append(child.pid)

    def start(self) -> float:
        """Returns how many seconds it took until the server took connections."""
        begun = time.monotonic()
        self.spawn(self.command())
        for port in self.ports.values():
            while not self._listens(port):
                if self.children[-1].poll() is not None or time.monotonic() > begun + START_LIMIT_SECONDS:
                    self.log.flush()
                    raise RuntimeError(f"{self.name} does not listen:\n"
                                       + (self.folder / "log").read_text()[-2000:])
                time.sleep(0.005)
        return time.monotonic() - begun

    def _listens(self, port: int) -> bool:
        if self.place.prefix:  # its namespace has another loopback
            probe = ["bash", "-c", f"exec 3<>/dev/tcp/{self.place.address}/{port}"]
            return subprocess.run([*self.place.prefix, *probe], stderr=subprocess.DEVNULL).returncode == 0
        with socket.socket() as probe:
            return probe.connect_ex((self.place.address, port)) == 0

    def stop(self) -> None:
        for child in reversed(self.children):
            child.terminate()
            try:
                child.wait(STOP_LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.children.clear()
        self.group.roots.clear()

    def close(self) -> None:
        """Leaves no process; its folder goes with the place's, at the end: mass deletes make later creates dear."""
        self.stop()
        self.group.close()
        self.log.close()

    def remove_folder(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
