"""A site in a temporary folder: its keys, its policy, and the real consignd over it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable, NamedTuple

START_LIMIT_SECONDS = 20
DRAIN_LIMIT_SECONDS = 60
COMMAND_LIMIT_SECONDS = 60
PASSWORD = "correct horse battery staple"

CONFIGURATION = """\
version: 1
site: interop.consign.example
data: data
policy: policy.d/*.yaml
zone: Europe/Paris
keys: {root: file:keys/root.key}
listeners:
  - name: interop
    protocol: sftp
    bind: "127.0.0.1:0"
    host_keys: [keys/ssh_host_ed25519_key, keys/ssh_host_rsa_key]
    algorithms: modern
limits: {sessions: 2000, sessions_per_account: 1000, sessions_per_address: 1000}
"""

# Two who share a folder (lab brings, partner reads), and two who meet through rights alone:
# `drop` may only upload, `collector` may only collect.
POLICY = """\
version: 1
accounts:
  lab:
    name: A laboratory
    home: /lab
    login: {any_of: [publickey, password], keys: [keys/clients/lab.pub], password: "PASSWORD_HASH"}
    grants:
      - {path: /**, may: [list, download, upload, overwrite, append, rename, delete, mkdir]}
  partner:
    name: A partner
    home: /lab
    login: {any_of: [publickey, password], keys: [keys/clients/partner.pub], password: "PASSWORD_HASH"}
    grants:
      - {path: /**, may: [list, download]}
  drop:
    name: A laboratory that may only bring
    home: /drop
    login: {any_of: [publickey, password], keys: [keys/clients/drop.pub], password: "PASSWORD_HASH"}
    grants:
      - {path: /in/**, may: [upload]}
  collector:
    name: A partner that may only collect
    home: /drop
    login: {any_of: [publickey, password], keys: [keys/clients/collector.pub], password: "PASSWORD_HASH"}
    grants:
      - {path: /in/**, may: [list, download]}
routes:
  - name: messages-to-the-laboratory
    when: {path: /drop/in/**, name: "*.hl7"}
    to: [{copy: "/lab/routed/{name}"}]
"""
ACCOUNTS = ("lab", "partner", "drop", "collector")


class Login(NamedTuple):
    host: str
    port: int
    user: str
    key: Path
    known_hosts: Path
    password: str


def eventually(true: Callable[[], Any], what: str, limit_seconds: float = 20) -> Any:
    """Asks again until the answer is true, and returns it; what happens at a peer has no other signal."""
    end = time.monotonic() + limit_seconds
    while not (answer := true()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit_seconds} s: {what}")
        time.sleep(0.02)
    return answer


class Site:
    """Owns its folder and its daemon; `close` ends both. Other kinds of site add to its two texts."""

    configuration = CONFIGURATION
    policy = POLICY

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="consign-interop-"))
        self.file = self.folder / "consign.yaml"
        self.data = self.folder / "data"
        self.known_hosts = self.folder / "known_hosts"
        self.daemon: subprocess.Popen | None = None
        self.log: list[str] = []
        self.port = 0              # of the SFTP listener
        self.ports: list[int] = []  # of every listener, as the configuration lists them
        try:
            self._make()
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def _make(self) -> None:
        self.consign("init")
        self.file.write_text(self.configuration)
        clients = self.folder / "keys" / "clients"
        clients.mkdir()
        for account in ACCOUNTS:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", account, "-f", clients / account],
                           check=True)
        for sample in (self.folder / "policy.d").glob("*.yaml"):
            sample.unlink()
        hashed = self.consign("hash-password", stdin=PASSWORD + "\n").stdout.strip()
        (self.folder / "policy.d" / "10-interop.yaml").write_text(self.policy.replace("PASSWORD_HASH", hashed))

    def login(self, account: str) -> Login:
        return Login("127.0.0.1", self.port, account, self.folder / "keys" / "clients" / account,
                     self.known_hosts, PASSWORD)

    # The daemon

    def start(self) -> None:
        """Returns when the daemon listens."""
        self.daemon = subprocess.Popen([os.environ["CONSIGND"], "-c", self.file, "--log-format", "json"],
                                       stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        listening = threading.Event()
        self.reader = threading.Thread(target=self._read_log, args=(self.daemon.stderr, listening), daemon=True)
        self.reader.start()
        if not listening.wait(START_LIMIT_SECONDS) or not all(self.ports):
            self.kill()
            raise AssertionError("consignd does not listen:\n" + "\n".join(self.log[-20:]))
        keys = [subprocess.run(["ssh-keygen", "-y", "-f", self.folder / "keys" / name], check=True,
                               capture_output=True, text=True).stdout
                for name in ("ssh_host_ed25519_key", "ssh_host_rsa_key")]
        self.known_hosts.write_text("".join(f"[127.0.0.1]:{self.port} {key}" for key in keys))

    def _read_log(self, stream: Any, listening: threading.Event) -> None:
        self.ports = [0] * len(re.findall(r"^ +bind:", self.file.read_text(), re.MULTILINE))
        for line in stream:
            self.log.append(line.rstrip("\n"))
            listens = re.search(r'"message":"listening","listener":(\d+),"port":(\d+)', line)
            if listens:
                self.ports[int(listens[1])] = int(listens[2])
                self.port = self.ports[0]
                if all(self.ports):
                    listening.set()
        stream.close()
        listening.set()

    def stop(self) -> int:
        """Asks the daemon to drain; returns its exit code."""
        self.daemon.terminate()
        code = self.daemon.wait(DRAIN_LIMIT_SECONDS)
        self.reader.join()
        return code

    def kill(self) -> None:
        self.daemon.kill()
        self.daemon.wait()
        self.reader.join()

    def close(self) -> None:
        if self.daemon and self.daemon.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)

    def memory(self, field: str) -> int:
        """A line of /proc/PID/status (VmRSS, VmHWM), in bytes."""
        status = Path(f"/proc/{self.daemon.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024

    # The administrator's command

    def consign(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run([os.environ["CONSIGN"], "-c", self.file, *arguments], input=stdin, text=True,
                              capture_output=True, timeout=COMMAND_LIMIT_SECONDS)
        if check and done.returncode:
            raise AssertionError(f"consign {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done

    def rows(self, *arguments: str) -> list[dict]:
        """A list of the command's, e.g. rows("audit", "events", "--account", "lab")."""
        return [json.loads(line) for line in self.consign(*arguments, "--json").stdout.split("\n") if line]

    def events(self, *filters: str) -> list[dict]:
        return self.rows("audit", "events", "--limit", "100000", *filters)

    def sessions(self, *filters: str) -> list[dict]:
        return self.rows("audit", "sessions", "--limit", "100000", *filters)

    # What stands on the disk

    def staged(self) -> list[Path]:
        """Uploads, and what is beside them; not the vault's journal."""
        return [path for path in (self.data / "staging").iterdir() if not path.name.startswith("journal.")]

    def found_in_clear(self, *markers: bytes) -> list[str]:
        """Every place under the data folder, and in the log, where a marker can be read."""
        places = [path for path in self.data.rglob("*") if path.is_file()]
        found = [f"{marker!r} in the log" for marker in markers if marker in "\n".join(self.log).encode()]
        for path in places:
            found += [f"{marker!r} in the path {path}" for marker in markers if marker in os.fsencode(path)]
            found += [f"{marker!r} in {path}" for marker in markers if _contains(path, marker)]
        return found


def _contains(path: Path, marker: bytes) -> bool:
    tail = b""
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                if marker in tail + block:
                    return True
                tail = block[-len(marker):]
    except FileNotFoundError:  # a journal that was folded in meanwhile
        pass
    return False


class WitnessedSite(Site):
    """Its ledger has checkpoints, a second after what they vouch for."""

    configuration = CONFIGURATION.replace("keys: {root: file:keys/root.key}",
                                          "keys: {root: file:keys/root.key, witness: file:keys/witness.key}\n"
                                          "ledger: {checkpoint_every: 1 second}")
