"""The stock OpenSSH clients, logged in as one account."""

import os
import signal
import subprocess
from pathlib import Path

from consign_site import Login

TRANSFER_LIMIT_SECONDS = 300


def quoted(name: bytes | str | Path) -> bytes:
    """A name as sftp's command line takes it: every byte that is not plainly itself is escaped."""
    return b"".join(bytes([byte]) if chr(byte).isalnum() or byte in b"/._-" or byte >= 0x80
                    else b"\\" + bytes([byte]) for byte in os.fsencode(name))


class OpenSsh:
    def __init__(self, login: Login) -> None:
        self.login = login

    def options(self) -> list[str]:
        settings = [f"IdentityFile={self.login.key}", "IdentitiesOnly=yes", "BatchMode=yes",
                    f"UserKnownHostsFile={self.login.known_hosts}", "StrictHostKeyChecking=yes"]
        return ["-F", "/dev/null", *(word for setting in settings for word in ("-o", setting))]

    def destination(self) -> str:
        return f"{self.login.user}@{self.login.host}"

    def sftp_command(self, *options: str) -> list[str]:
        return ["sftp", "-q", *self.options(), "-P", str(self.login.port), *options, "-b", "-", self.destination()]

    def sftp(self, *commands: bytes, options: tuple[str, ...] = (), check: bool = True) -> subprocess.CompletedProcess:
        """Runs a batch; it ends at the first command that fails, unless that begins with `-`."""
        done = subprocess.run(self.sftp_command(*options), input=b"\n".join(commands) + b"\n",
                              capture_output=True, timeout=TRANSFER_LIMIT_SECONDS)
        if check and done.returncode:
            raise AssertionError(f"sftp ended with {done.returncode} at {commands!r}: {done.stderr.decode()}")
        return done

    def put(self, local: Path, remote: bytes | str) -> None:
        self.sftp(b"put " + quoted(local) + b" " + quoted(remote))

    def get(self, remote: bytes | str, local: Path) -> Path:
        self.sftp(b"get " + quoted(remote) + b" " + quoted(local))
        return local

    def sees(self, remote: bytes | str) -> bool:
        return self.sftp(b"ls -l " + quoted(remote), check=False).returncode == 0

    def start_sftp(self, *commands: bytes, options: tuple[str, ...] = ()) -> subprocess.Popen:
        """A batch that goes on by itself, in a process group of its own, so that it can be interrupted."""
        running = subprocess.Popen(self.sftp_command(*options), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        running.stdin.write(b"\n".join(commands) + b"\n")
        running.stdin.close()
        return running

    def scp(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(["scp", "-q", *self.options(), "-P", str(self.login.port), *arguments],
                              capture_output=True, text=True, timeout=TRANSFER_LIMIT_SECONDS)
        if check and done.returncode:
            raise AssertionError(f"scp ended with {done.returncode} at {arguments!r}: {done.stderr}")
        return done

    def ssh(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["ssh", *self.options(), "-p", str(self.login.port), self.destination(), *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)


def interrupt(running: subprocess.Popen) -> None:
    """What a terminal does on Ctrl-C: the client's whole process group is told."""
    os.killpg(running.pid, signal.SIGINT)


def cut(running: subprocess.Popen) -> None:
    """Client and connection end at once, with no word to the server."""
    os.killpg(running.pid, signal.SIGKILL)
