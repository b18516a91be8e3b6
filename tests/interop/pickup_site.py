"""A site whose partner collects under every kind of pickup, over SFTP and FTPS."""

import datetime

from ftps_site import FtpsSite

# `partner` shares the home of `lab`, and may list and download; it removes nothing by right.
PICKUPS = """\
version: 1
classes:
  transit: {purpose: Transport, legal_basis: RGPD art. 6.1.c, recipients: Hospitals, keep: 30 days}
pickups:
  - {name: once, account: partner, path: /once/**, downloads: 1}
  - {name: twice, account: partner, path: /twice/**, downloads: 2}
  - {name: hidden, account: partner, path: /hidden/**, then: hide}
  - {name: archived, account: partner, path: /archived/**, downloads: 1, then: archive}
  - {name: erased, account: partner, path: /erased/**, then: erase}
  - {name: closed, account: partner, path: /closed/**, window: "DAY 02:00-04:00 UTC"}
"""
FOLDERS = ("once", "twice", "hidden", "archived", "erased", "closed")


class PickupSite(FtpsSite):
    def _make(self) -> None:
        super()._make()
        # The day after tomorrow: whatever the hour is, the window is not open.
        day = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2)
        (self.folder / "policy.d" / "20-pickups.yaml").write_text(PICKUPS.replace("DAY", f"{day:%a}"))
