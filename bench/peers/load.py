"""The load clients, at the pace that keeps logins out of what is measured."""

import contextlib
import json
import subprocess
import time
from typing import Self

from peer import PASSWORD, Peer

GCM = "aes256-gcm@openssh.com"
CHACHA = "chacha20-poly1305@openssh.com"
LEAVE_LIMIT_SECONDS = 300


class Load:
    """Logged in when the block begins; `go` works, and measures; hangs up when the block ends."""

    def __init__(self, peer: Peer, protocol: str, verb: str, *options: str | int, cipher: str = GCM) -> None:
        endpoint = peer.endpoint(protocol)
        programs, place = peer.place.programs, peer.place
        common = ["--host", place.address, "--port", endpoint.port, "--user", endpoint.user,
                  "--folder", endpoint.folder]
        secret = (["--key", peer.key, "--cipher", peer.instead_of_ciphers.get(cipher, cipher)] if protocol == "sftp"
                  else ["--password", PASSWORD])
        command = [*place.client_prefix, programs / f"bench/peers/{protocol}_load", verb, *common, *secret, *options]
        self.peer = peer
        self.verb = verb
        self.what = f"{verb} at {peer.name}"
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        try:
            self._line()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        return self

    def _line(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.what}: {self.process.stderr.read().strip()}")
        return json.loads(line)

    def go(self, settle_seconds: float = 0) -> dict:
        """What the client says, and `server_cpu_seconds`, some of which may come after the last reply."""
        before = self.peer.group.cpu_seconds()
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        said = self._line()
        time.sleep(settle_seconds)
        return said | {"server_cpu_seconds": self.peer.group.cpu_seconds() - before}

    def __exit__(self, failure: type | None, *_: object) -> None:
        if failure:
            self.process.kill()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(LEAVE_LIMIT_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process.stderr.close()


def run(peer: Peer, protocol: str, verb: str, *options: str | int, cipher: str = GCM,
        settle_seconds: float = 0) -> dict:
    with Load(peer, protocol, verb, *options, cipher=cipher) as load:
        return load.go(settle_seconds)
