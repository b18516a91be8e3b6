"""A laboratory whose deposits are acknowledged, held and scanned, a hospital, and the fault points that a test dies at."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from consign_site import CONFIGURATION, Site, eventually

POLICY = """\
version: 1
accounts:
  lab:
    home: /labs/lab
    login: {any_of: [publickey], keys: [keys/clients/lab.pub]}
    grants:
      - {path: /in/**, may: [list, upload, rename, delete, overwrite]}
      - {path: /ack/**, may: [list, download]}
  partner:
    home: /hospital
    login: {any_of: [publickey, password], keys: [keys/clients/partner.pub], password: "PASSWORD_HASH"}
    grants:
      - {path: /out/**, may: [list, download, delete]}
routes:
  - name: results
    when: {path: /labs/lab/in/**, name: "*.hl7"}
    to: [{copy: "/hospital/out/{name}"}]
    acknowledge: "{home}/ack/{name}.ack"
  - name: unexpected
    when: {path: /labs/lab/in/**, name: "*.odd"}
    to: [{quarantine: nobody expects it}]
  - name: looked-at
    when: {path: /labs/lab/in/**, name: "*.odd"}
    to: [{copy: "/hospital/out/{name}"}]
"""

VIRUS = b"CONSIGN-TEST-VIRUS " * 40
STREAM_LIMIT_BYTES = 1 << 20
FILE_LIMIT_BYTES = 1 << 19
CLAMD_LIMIT_SECONDS = 20

SOURCES = Path(__file__).resolve().parents[2]


def fault_points(*sources: str) -> set[str]:
    """Those that the sources have."""
    return {name for source in sources for name in re.findall(r'fault_point\("([a-z_.]+)"\)',
                                                              (SOURCES / source).read_text())}


class RouterSite(Site):
    policy = POLICY

    def start_to_die_at(self, fault_point: str) -> None:
        os.environ["CONSIGN_DIE_AT"] = fault_point
        try:
            self.start()
        finally:
            del os.environ["CONSIGN_DIE_AT"]

    def wait_for_death(self) -> None:
        eventually(lambda: self.daemon.poll() is not None, "the daemon's death at its fault point")
        self.reader.join()

    def sealed_files(self) -> int:
        """In the vault, whether or not a row knows them."""
        return sum(1 for path in (self.data / "vault").rglob("*") if path.is_file())

    def staged_files(self) -> int:
        return len(self.staged())


class HastySite(RouterSite):
    """Temporary names are soon put away."""

    configuration = CONFIGURATION.replace("limits: {", "limits: {unfinished_uploads_kept: 1 second, ")


class Clamd:
    """A clamd that knows one virus, and takes 1 MiB at most."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="consign-clamd-"))
        self.socket = self.folder / "clamd.ctl"
        signatures = self.folder / "db"
        signatures.mkdir()
        (signatures / "consign.ndb").write_text(f"Consign.Test-1:0:*:{VIRUS[:60].hex()}\n")
        (signatures / "consign.hdb").write_text(f"{hashlib.md5(VIRUS).hexdigest()}:{len(VIRUS)}:Consign.Test-2\n")
        self.configuration = self.folder / "clamd.conf"
        self.configuration.write_text(f"LocalSocket {self.socket}\nDatabaseDirectory {signatures}\nForeground yes\n"
                                      f"StreamMaxLength {STREAM_LIMIT_BYTES}\nMaxFileSize {FILE_LIMIT_BYTES}\n"
                                      f"AlertExceedsMax yes\nBytecode no\nUser root\n"
                                      f"TemporaryDirectory {self.folder}\n")
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(["clamd", "-c", self.configuration], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self.socket.exists, "clamd's socket", CLAMD_LIMIT_SECONDS)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        self.socket.unlink(missing_ok=True)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


class ScannedSite(RouterSite):
    """Each deposit goes to clamd first."""

    def __init__(self) -> None:
        self.clamd = Clamd()
        self.configuration = CONFIGURATION + f"scan: {{clamd: {self.clamd.socket}}}\n"
        try:
            self.clamd.start()
            super().__init__()
        except BaseException:
            self.clamd.close()
            raise

    def close(self) -> None:
        super().close()
        self.clamd.close()
