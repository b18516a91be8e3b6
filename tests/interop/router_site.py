"""A laboratory whose deposits are acknowledged, held and scanned, a hospital, and the fault points that a test dies at."""

import os
import re
from pathlib import Path

from consign_site import Site, eventually

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
"""

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
        return sum(1 for path in (self.data / "staging").rglob("*") if path.is_file())
