"""A laboratory whose deposits go out to targets: the folder that a name begins with says to which."""

import os
from typing import Mapping

from consign_site import Site, eventually

ACCOUNT = """\
version: 1
accounts:
  lab:
    home: /lab
    login: {any_of: [publickey], keys: [keys/clients/lab.pub]}
    grants:
      - {path: /**, may: [list, download, upload, delete, rename, mkdir]}
  partner:
    home: /lab
    login: {any_of: [publickey], keys: [keys/clients/partner.pub]}
    grants:
      - {path: /**, may: [list, download]}
"""


class DeliveriesSite(Site):
    """`targets`: the mapping of each, as YAML writes it in a line, by its name."""

    def __init__(self, targets: Mapping[str, str], pulls: str = "") -> None:
        self.policy = self.policy_of(targets, pulls)
        super().__init__()

    @staticmethod
    def policy_of(targets: Mapping[str, str], pulls: str = "") -> str:
        lines = [ACCOUNT + "targets:"]
        lines += [f"  {name}: {mapping}" for name, mapping in targets.items()]
        lines.append("routes:")
        for name in targets:
            lines += [f"  - name: to-{name}", f"    when: {{path: /lab/{name}/**}}",
                      f'    to: [{{deliver: "{name}/inbox/{{name}}"}}]']
        return "\n".join(lines) + "\n" + pulls

    def use(self, targets: Mapping[str, str], pulls: str = "") -> None:
        (self.folder / "policy.d" / "10-interop.yaml").write_text(self.policy_of(targets, pulls))
        self.consign("reload")

    def start_to_die_at(self, fault_point: str) -> None:
        os.environ["CONSIGN_DIE_AT"] = fault_point
        try:
            self.start()
        finally:
            del os.environ["CONSIGN_DIE_AT"]

    def wait_for_death(self) -> None:
        eventually(lambda: self.daemon.poll() is not None, "the daemon's death at its fault point", 60)
        self.reader.join()

    def deliveries(self) -> list[dict]:
        return self.rows("deliveries")

    def all_delivered(self, limit_seconds: float = 60) -> None:
        eventually(lambda: not self.deliveries(), "the end of the deliveries", limit_seconds)
