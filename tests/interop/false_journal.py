"""A journal of the test's own, which the daemon takes for the system's. Only root can show it one."""

import os
import re
import socket
import threading
from pathlib import Path

WRAPPER = """\
#!/bin/sh
exec unshare -m sh -c 'mount -t tmpfs none /run && mkdir -p /run/systemd/journal &&
    mount --bind "{folder}" /run/systemd/journal && exec "{consignd}" "$@"' consignd "$@"
"""


class FalseJournal:
    """From now on, CONSIGND is a daemon that writes here; until close()."""

    def __init__(self, folder: Path) -> None:
        place = folder / "journal"
        place.mkdir()
        self.consignd = os.environ["CONSIGND"]
        wrapper = folder / "consignd"
        wrapper.write_text(WRAPPER.format(folder=place, consignd=self.consignd))
        wrapper.chmod(0o700)
        os.environ["CONSIGND"] = str(wrapper)
        self.entries: list[bytes] = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(place / "socket"))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while entry := self.socket.recv(1 << 16):
            self.entries.append(entry)

    def messages(self, message_id: str) -> list[str]:
        """As `journalctl -o cat MESSAGE_ID=...` gives them."""
        return [re.search(rb"^MESSAGE=(.*)$", entry, re.MULTILINE)[1].decode() for entry in self.entries
                if f"\nMESSAGE_ID={message_id}\n".encode() in entry]

    def close(self) -> None:
        os.environ["CONSIGND"] = self.consignd
