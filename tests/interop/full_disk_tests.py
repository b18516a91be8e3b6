"""A disk that deposits have filled: they are refused while everybody can still log in, fetch and remove. The data
folder is a small file system of the daemon's own, which only root can give it."""

import os
import unittest
from pathlib import Path

from consign_site import Site, eventually
from interop_case import InteropCase
from openssh import OpenSsh, quoted
from paramiko_client import connected
from payload import MIB, write_file

DISK_MIB = 96
# Mounted over the folder that `consign init` has made; what is in that goes along.
WRAPPER = f"""\
#!/bin/sh
exec unshare -m sh -c 'cp -a "{{data}}" "{{data}}.made" && mount -t tmpfs -o size={DISK_MIB}m none "{{data}}" &&
    chmod 700 "{{data}}" && cp -a "{{data}}.made/." "{{data}}" && exec "{{consignd}}" "$@"' consignd "$@"
"""


class SmallSite(Site):
    """Its data folder is out of the command's sight: what it knows is read over SFTP."""

    def start(self) -> None:
        consignd = os.environ["CONSIGND"]
        self.data.mkdir(mode=0o700, exist_ok=True)
        wrapper = self.folder / "consignd"
        wrapper.write_text(WRAPPER.format(data=self.data, consignd=consignd))
        wrapper.chmod(0o700)
        os.environ["CONSIGND"] = str(wrapper)
        try:
            super().start()
        finally:
            os.environ["CONSIGND"] = consignd


@unittest.skipUnless(os.geteuid() == 0, "only root can mount a file system")
class FullDiskTests(InteropCase):
    site_type = SmallSite

    @classmethod
    def tearDownClass(cls) -> None:
        if (code := cls.site.stop()) != 0:
            raise AssertionError(f"consignd ended with {code}")

    def test_a_full_disk_refuses_deposits_and_nothing_else(self) -> None:
        lab = OpenSsh(self.site.login("lab"))
        kept = write_file(self.local / "kept.bin", MIB)
        lab.sftp(b"put " + quoted(kept) + b" kept.bin")
        large = write_file(self.local / "large.bin", DISK_MIB * MIB)
        refused = lab.sftp(b"put " + quoted(large) + b" large.bin", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.fill_the_rest()
        self.assertGreaterEqual(self.free_bytes(), DISK_MIB * MIB // 16 - MIB)
        self.assertEqual(self.told_available(lab), 0)

        small = write_file(self.local / "small.bin", 8000)
        for attempt in range(150):  # each is a login on record
            self.assertNotEqual(lab.sftp(b"put " + quoted(small) + b" small.bin", check=False).returncode, 0, attempt)
        self.assert_same(kept, lab.get("kept.bin", self.local / "back"))
        with connected(self.site.login("lab")) as client:
            names = set(client.listdir("."))
            self.assertIn("large.bin", names)
            self.assertNotIn("small.bin", names)
            client.remove("large.bin")
        eventually(lambda: self.free_bytes() > DISK_MIB * MIB // 2, "the room comes back")
        self.assertGreater(self.told_available(lab), 0)
        lab.sftp(b"put " + quoted(small) + b" small.bin")
        self.assert_same(small, self.partner.get("small.bin", self.local / "small-back"))

    def fill_the_rest(self) -> None:
        """What is too little for a part of a large file may still be enough for small ones."""
        with connected(self.site.login("lab")) as client:
            for number in range(1000):
                try:
                    with client.open(f"rest-{number}", "w") as file:
                        file.write(bytes(8000))
                except OSError:
                    return
        self.fail("the disk was never full")

    @staticmethod
    def told_available(lab: OpenSsh) -> int:
        """KiB, by the client's `df`: Size, Used, Avail, (root), %Capacity."""
        return int(lab.sftp(b"df").stdout.split(b"\n")[-2].split()[2])

    def free_bytes(self) -> int:
        """Of the daemon's own file system."""
        space = os.statvfs(Path(f"/proc/{self.site.daemon.pid}/root") / str(self.site.data).lstrip("/"))
        return space.f_bavail * space.f_frsize


if __name__ == "__main__":
    unittest.main()
