"""A server of Go's pkg/sftp, from Debian's packages of its sources."""

import os
import shutil
import subprocess
from pathlib import Path

from load import GCM
from peer import Endpoint, Peer

SOURCES = Path("/usr/share/gocode")
PROGRAM = Path(__file__).resolve().parents[2] / "build/bench_peers/go_sftp_server"


class GoSftpPeer(Peer):
    name = "go-sftp"
    protocols = ("sftp",)
    instead_of_ciphers = {GCM: "aes128-gcm@openssh.com"}  # Debian's golang.org/x/crypto has no longer key
    is_missing = "" if shutil.which("go") and (SOURCES / "src/github.com/pkg/sftp").exists() \
        else "golang-go or golang-github-pkg-sftp-dev is not installed"

    def make(self) -> None:
        self.files = self.folder / "files"
        self.files.mkdir()
        source = Path(__file__).parent / "go_sftp_server/main.go"
        if not PROGRAM.exists() or PROGRAM.stat().st_mtime < source.stat().st_mtime:
            PROGRAM.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["go", "build", "-o", PROGRAM, source], check=True,
                           env=os.environ | {"GOPATH": str(SOURCES), "GO111MODULE": "off", "GOFLAGS": ""})

    def command(self) -> list[str | Path]:
        return [PROGRAM, f"{self.place.address}:{self.ports['sftp']}", self.folder / "host",
                self.folder / "client.pub", self.files]

    def endpoint(self, protocol: str) -> Endpoint:
        return Endpoint(protocol, self.ports[protocol], "bench", str(self.files))

    def plain_folder(self) -> Path | None:
        return self.files
