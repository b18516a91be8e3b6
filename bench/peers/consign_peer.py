"""consignd as it ships: sealing, SHA-256, the ledger and durable commits are on, and cannot be turned off."""

import subprocess
from pathlib import Path

from peer import PASSWORD, Endpoint, Peer, make_certificate

PASSIVE_PORTS = 400

CONFIGURATION = """\
version: 1
site: bench.consign.example
data: data
policy: policy.d/*.yaml
zone: Europe/Paris
residency: EEA
keys: {root: "file:keys/root.key", witness: "file:keys/witness.key"}
listeners:
  - {name: sftp, protocol: sftp, bind: "ADDRESS:SFTP_PORT", host_keys: [keys/ssh_host_ed25519_key], algorithms: modern}
  - {name: ftps, protocol: ftps, bind: "ADDRESS:FTPS_PORT", tls: explicit, algorithms: modern,
     certificate: tls/server.pem, private_key: tls/server.key, session_reuse: prefer}
limits: {sessions: 20000, sessions_per_account: 20000, sessions_per_address: 20000, idle_time: 60 minutes}
"""

POLICY = """\
version: 1
accounts:
  lab:
    home: /labs/lab
    login: {any_of: [publickey, password], keys: [keys/client.pub], password: "PASSWORD_HASH"}
    grants:
      - {path: /**, may: [list, download, upload, overwrite, append, rename, delete, mkdir]}
"""


class ConsignPeer(Peer):
    name = "consign"
    protocols = ("sftp", "ftps")
    durable_at_close = True

    def make(self) -> None:
        self.file = self.folder / "consign.yaml"
        subprocess.run([self.place.programs / "admin/consign", "-c", self.file, "init"], check=True,
                       stdout=subprocess.DEVNULL, stderr=self.log)
        (self.folder / "tls").mkdir(mode=0o700)
        make_certificate(self.folder / "tls")
        for sample in (self.folder / "policy.d").glob("*.yaml"):
            sample.unlink()
        self.file.write_text(CONFIGURATION.replace("ADDRESS", self.place.address)
                             .replace("SFTP_PORT", str(self.ports["sftp"]))
                             .replace("FTPS_PORT", str(self.ports["ftps"])))
        (self.folder / "keys/client.pub").write_text((self.folder / "client.pub").read_text())
        hashed = subprocess.run(["openssl", "passwd", "-6", "-salt", "benchbench", PASSWORD], check=True,
                                capture_output=True, text=True).stdout.strip()
        (self.folder / "policy.d/10.yaml").write_text(POLICY.replace("PASSWORD_HASH", hashed))

    def command(self) -> list[str | Path]:
        return [self.place.programs / "daemon/consignd", "-c", self.file, "--log-level", "warning"]

    def endpoint(self, protocol: str) -> Endpoint:
        return Endpoint(protocol, self.ports[protocol], "lab", "")
