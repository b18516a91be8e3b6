"""Where servers stand while they are measured: on disk, in memory, with slow syncs, at the end of a long line."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple, Self

from consign_peer import ConsignPeer
from ftp_peers import PureFtpdPeer, VsftpdPeer
from go_peer import GoSftpPeer
from openssh_peer import GocryptfsPeer, OpenSshPeer
from peer import Peer, Place
from proftpd_peer import ProftpdFtpsPeer, ProftpdSftpPeer

SLOW_SYNC_US = 2000
ROUND_TRIP_MS = 50
NAMESPACES = ("consign-bench-near", "consign-bench-far")
ADDRESSES = ("10.213.0.1", "10.213.0.2")

KINDS: dict[str, type[Peer]] = {kind.name: kind for kind in (
    ConsignPeer, OpenSshPeer, GocryptfsPeer, ProftpdSftpPeer, ProftpdFtpsPeer, PureFtpdPeer, VsftpdPeer, GoSftpPeer)}


class Folders(NamedTuple):
    disk: Path
    memory: Path
    programs: Path  # build/release


class Stage:
    """Starts servers when they are asked for, and ends them all. A folder on disk goes later, by remove_folder():
    mass deletes make what is created on ext4 soon after them many times dearer."""

    def __init__(self, name: str, folders: Folders) -> None:
        self.name = name
        parent = folders.memory if name == "memory" else folders.disk
        self.root = Path(tempfile.mkdtemp(prefix=f"consign-bench-{name}-", dir=parent))
        self.root.chmod(0o755)
        self.peers: dict[str, Peer] = {}
        self.line: LongLine | None = None
        self.fresh_places = 0
        place = Place(self.root, folders.programs)
        try:
            if name == "slow":
                place = place._replace(slow_sync_us=SLOW_SYNC_US)
            elif name == "wan":
                self.line = LongLine(folders.programs)
                place = place._replace(address=ADDRESSES[1], prefix=self.line.into(1), client_prefix=self.line.into(0))
        except BaseException:
            self.remove_folder()
            raise
        self.place = place

    def __enter__(self) -> Self:
        return self

    def peer(self, name: str) -> Peer:
        if name not in self.peers:
            self.peers[name] = self._started(KINDS[name](self.place))
        return self.peers[name]

    def fresh_peer(self, name: str) -> Peer:
        """One that has served nobody; who asks for it closes it."""
        self.fresh_places += 1
        root = self.root / f"fresh-{self.fresh_places}"
        root.mkdir()
        return self._started(KINDS[name](self.place._replace(root=root)))

    @staticmethod
    def _started(peer: Peer) -> Peer:
        try:
            peer.start()
        except BaseException:
            peer.close()
            raise
        return peer

    def __exit__(self, *_: object) -> None:
        for peer in self.peers.values():
            peer.close()
        if self.line:
            self.line.close()
        if self.name == "memory":
            self.remove_folder()

    def remove_folder(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


class LongLine:
    """Two network namespaces, and the program that carries packets from one to the other."""

    def __init__(self, programs: Path) -> None:
        self.made: list[str] = []
        self.program: subprocess.Popen | None = None
        try:
            for name in NAMESPACES:
                subprocess.run(["ip", "netns", "add", name], check=True)
                self.made.append(name)
                subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
            # A sender may keep as much on the way as the window allows: the client is not the limit.
            buffers = "echo 4096 131072 67108864 | tee /proc/sys/net/ipv4/tcp_wmem >/proc/sys/net/ipv4/tcp_rmem"
            subprocess.run([*self.into(0), "bash", "-c", buffers], check=True)
            ends = [word for name, address in zip(NAMESPACES, ADDRESSES) for word in (name, f"{address}/24")]
            self.program = subprocess.Popen([programs / "bench/peers/long_line", str(ROUND_TRIP_MS), *ends],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            if self.program.stdout.readline() != b"ready\n":
                raise RuntimeError("the long line does not stand")
        except BaseException:
            self.close()
            raise

    @staticmethod
    def into(end: int) -> tuple[str, ...]:
        return ("nsenter", f"--net=/run/netns/{NAMESPACES[end]}")

    def close(self) -> None:
        if self.program:
            self.program.stdin.close()
            self.program.wait()
            self.program.stdout.close()
        for name in self.made:
            subprocess.run(["ip", "netns", "delete", name], check=False)
