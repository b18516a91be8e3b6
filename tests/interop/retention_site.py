"""A site whose deposits are kept for seconds, so that their term ends while a test looks."""

import uuid
from pathlib import Path

from consign_site import CONFIGURATION, Site

POLICY = """\
version: 1
classes:
  brief: {purpose: Results, legal_basis: CSP L.1142-28, keep: 2 seconds}
  long: {purpose: Results, legal_basis: CSP R.1112-7, keep: 20 years}
accounts:
  lab:
    home: /lab
    login: {any_of: [publickey], keys: [keys/clients/lab.pub]}
    grants:
      - {path: /brief/**, may: [list, download, upload, overwrite, rename, delete]}
      - {path: /long/**, may: [list, download, upload, overwrite, rename, delete]}
  partner:
    home: /partner
    login: {any_of: [publickey], keys: [keys/clients/partner.pub]}
    grants:
      - {path: /out/**, may: [list, download]}
routes:
  - name: brief
    when: {path: /lab/brief/**}
    class: brief
    to: [{copy: "/partner/out/{name}"}]
  - name: long
    when: {path: /lab/long/**}
    class: long
"""


def message(patient: str) -> bytes:
    return (f"MSH|^~\\&|LIS|LAB|HIS|HNORD|20261124120000||ORU^R01^ORU_R01|{uuid.uuid4().hex}|P|2.5\r"
            f"PID|1||{patient}^^^HNORD^PI||KOWALCZYK^ALICE||19800229|F\r").encode()


class RetentionSite(Site):
    configuration = CONFIGURATION
    policy = POLICY

    def kept(self) -> list[Path]:
        """The sealed files that are in the vault."""
        return [path for path in (self.data / "vault").rglob("*") if path.is_file()]
