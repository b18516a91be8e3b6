"""A laboratory whose messages are routed by what they say, two hospitals, and classes that keep what is deposited."""

from pathlib import Path

from consign_site import Site

POLICY = """\
version: 1
classes:
  reports: {purpose: Results, legal_basis: CSP L.1142-28, recipients: Hospitals, keep: 10 years}
  transit: {purpose: Transport, legal_basis: RGPD art. 6.1.c, recipients: Hospitals, keep: 30 days}
accounts:
  lab:
    home: /labs/lab
    login: {any_of: [publickey], keys: [keys/clients/lab.pub]}
    claims: [LAB]
    grants:
      - {path: "/in/{batches,signed}/**", may: [list, upload, rename, delete, overwrite]}
      - {path: /in/**, may: [list, upload, rename, delete, overwrite]}
  partner:
    home: /hospitals/north
    login: {any_of: [publickey], keys: [keys/clients/partner.pub]}
    grants:
      - {path: /out/**, may: [list, download, delete]}
  drop:
    home: /labs/drop
    login: {any_of: [publickey], keys: [keys/clients/drop.pub]}
    filename_charset: iso-8859-1
    grants:
      - {path: /**, may: [list, upload, download, rename, delete, mkdir]}
  collector:
    home: /hospitals/south
    login: {any_of: [publickey, password], keys: [keys/clients/collector.pub], password: "PASSWORD_HASH"}
    grants:
      - {path: /out/**, may: [list, download]}
routes:
  - name: batches
    when: {path: /labs/lab/in/batches/**, format: hl7}
    complete_when: [batch_trailer]
    class: transit
    to: [{copy: "/hospitals/north/out/{name}"}]
  - name: signed
    when: {path: /labs/lab/in/signed/**, name: "*.pdf"}
    complete_when: [checksum_file]
    class: transit
    to: [{copy: "/hospitals/north/out/{name}"}]
  - name: results-for-the-north
    when:
      path: /labs/lab/in/**
      hl7: {message_type: "ORU^R01", receiving_facility: HNORD}
    class: reports
    to:
      - {copy: "/hospitals/north/out/{hl7.MSH-10}-{name}"}
      - {tag: result}
  - name: results-for-the-south
    when: {path: /labs/lab/in/**, hl7: {receiving_facility: HSUD}}
    class: transit
    to: [{move: "/hospitals/south/out/{name}"}]
  - name: unclaimed
    when: {path: /labs/lab/in/**, format: [hl7, dicom]}
    class: transit
    to: [{quarantine: no route takes it}]
"""


def message(receiver: str = "HNORD", sender: str = "LAB", kind: str = "ORU^R01^ORU_R01") -> bytes:
    return (f"MSH|^~\\&|LIS|{sender}|HIS|{receiver}|20261124120000||{kind}|M17|P|2.5\r"
            f"PID|1||4711^^^{sender}^PI||KOWALCZYK^ALICE||19800229|F\r").encode()


class PolicySite(Site):
    policy = POLICY

    @property
    def policy_file(self) -> Path:
        return self.folder / "policy.d" / "10-interop.yaml"

    def edit(self, old: str, new: str) -> None:
        """In the policy's file, where `old` must stand once."""
        text = self.policy_file.read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        self.policy_file.write_text(text.replace(old, new))
