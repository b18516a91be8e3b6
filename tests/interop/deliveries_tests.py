"""Deliveries to the real servers that partners have: OpenSSH's sshd, ProFTPD, a local folder, another Consign."""

import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from consign_site import Site, eventually
from deliveries_site import DeliveriesSite
from openssh import OpenSsh
from paramiko_client import connected
from partner_proftpd import PROFTPD, PartnerProftpd
from partner_sshd import PartnerSshd, fingerprint
from payload import CHUNK, CONTENT_MARKER, MIB, NAME_MARKER, content

SIZES = (0, 1, CHUNK + 1, 5 * MIB)


def consign_target(far: Site, host_key: str = "ssh_host_ed25519_key", more: str = "") -> str:
    key = far.folder / "keys" / host_key
    public = key.with_suffix(".interop.pub")
    public.write_text(subprocess.run(["ssh-keygen", "-y", "-f", key], check=True, capture_output=True, text=True).stdout)
    return (f'{{url: "sftp://lab@127.0.0.1:{far.port}", identity: "file:{far.folder}/keys/clients/lab", '
            f'host_key: "{fingerprint(public)}"{more}}}')


class DeliveriesTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.sshd = PartnerSshd()
        cls.addClassCleanup(cls.sshd.close)
        cls.sshd.start()
        cls.proftpd = PartnerProftpd()
        cls.addClassCleanup(cls.proftpd.close)
        cls.proftpd.start()
        cls.far = Site()
        cls.addClassCleanup(cls.far.close)
        cls.far.start()
        engine = tempfile.TemporaryDirectory(prefix="consign-engine-")
        cls.addClassCleanup(engine.cleanup)
        cls.engine = Path(engine.name)
        cls.targets = {
            "sshd": cls.sshd.target(more=", connections: 2"),
            "rsa": cls.sshd.target("host_rsa", "client_rsa"),
            "slow": cls.sshd.target(more=", rate: 1 MiB/s"),
            "stranger": cls.sshd.target().replace(fingerprint(cls.sshd.folder / "host.pub"),
                                                  "SHA256:" + "A" * 43),
            "engine": f'{{url: "file://{cls.engine}"}}',
            "consign": consign_target(cls.far),
            "proftpd": cls.proftpd.target(),
            "forged": cls.proftpd.target("stranger"),
            "unvouched": cls.proftpd.target("missing"),
        }
        cls.site = DeliveriesSite(cls.targets, "pulls:\n" + "".join(
            f'  - {{name: from-{target}, target: {target}, from_folder: /outbox, into: /lab/pulled/{target}, '
            f'at: "0 4 29 2 *", then: {then}}}\n'
            for target, then in (("sshd", "delete"), ("proftpd", "delete"), ("engine", "keep"))))
        cls.addClassCleanup(cls.site.close)
        cls.site.start()

    @classmethod
    def tearDownClass(cls) -> None:
        for site in (cls.site, cls.far):
            site.consign("audit", "verify")
            if (code := site.stop()) != 0:
                raise AssertionError(f"consignd ended with {code}")
            if found := site.found_in_clear(CONTENT_MARKER, NAME_MARKER.encode()):
                raise AssertionError("in clear: " + "; ".join(found))

    def put(self, target: str, files: dict[str, bytes]) -> None:
        with connected(self.site.login("lab")) as lab:
            if target not in lab.listdir("/"):
                lab.mkdir(f"/{target}")
            for name, whole in files.items():
                with lab.open(f"/{target}/{name}", "w") as file:
                    file.set_pipelined(True)
                    file.write(whole)

    def delivered(self, files: dict[str, bytes]) -> bool:
        """Each of them, once."""
        told = [row["second_path"] for row in self.site.events("--action", "delivered")]
        return all(told.count(f"/inbox/{name}") == 1 for name in files)

    @staticmethod
    def files_of(prefix: str, sizes: tuple[int, ...] = SIZES) -> dict[str, bytes]:
        return {f"{NAME_MARKER}-{prefix}-{size}.hl7": content(size, f"{prefix}{size}") for size in sizes}

    def assert_in(self, folder: Path, files: dict[str, bytes]) -> None:
        there = {path.name: path.read_bytes() for path in folder.iterdir() if path.name in files}
        self.assertEqual(there.keys(), files.keys())
        for name, whole in files.items():
            self.assertTrue(there[name] == whole, f"{name}: {len(there[name])} bytes of {len(whole)}")
        self.assertEqual([path.name for path in folder.iterdir() if path.name.startswith(".consign")], [])

    def test_each_size_arrives_at_an_sshd(self) -> None:
        for target in ("sshd", "rsa"):
            with self.subTest(target):
                files = self.files_of(target)
                self.put(target, files)
                eventually(lambda: self.delivered(files), f"the deliveries to {target}")
                self.assert_in(self.sshd.inbox, files)

    def test_no_connection_is_left_behind(self) -> None:
        files = self.files_of("left", (1000,))
        self.put("sshd", files)
        eventually(lambda: self.delivered(files), "the delivery")
        eventually(lambda: self.sshd.sessions() == 0, "the end of each session at the sshd")

    def test_each_size_arrives_at_a_proftpd(self) -> None:
        files = self.files_of("proftpd")
        self.put("proftpd", files)
        eventually(lambda: self.delivered(files), "the deliveries to ProFTPD")
        self.assert_in(self.proftpd.inbox, files)

    def test_a_server_that_is_not_vouched_for_gets_nothing(self) -> None:
        files = self.files_of("forged", (CHUNK,))
        self.put("forged", files)
        row = eventually(lambda: [row for row in self.site.deliveries() if row["state"] == "target down"
                                  and row["target"] == "forged"], "the target's trouble")[0]
        self.assertIn("certificate", row["why"])
        self.assertFalse(set(files) & {path.name for path in self.proftpd.inbox.iterdir()})
        self.site.consign("deliveries", "cancel", str(row["id"]))

    def test_a_missing_file_of_authorities_is_told_as_that(self) -> None:
        self.put("unvouched", self.files_of("unvouched", (1,)))
        row = eventually(lambda: [row for row in self.site.deliveries() if row["state"] == "target down"
                                  and row["target"] == "unvouched"], "the target's trouble")[0]
        self.assertEqual(row["why"], "the file of authorities to trust (`ca`) cannot be read: "
                                     f"{self.proftpd.folder}/tls/missing.pem")
        self.site.consign("deliveries", "cancel", str(row["id"]))

    def test_a_name_that_is_taken_at_a_proftpd_is_numbered(self) -> None:
        name = f"{NAME_MARKER}-taken.hl7"
        (self.proftpd.inbox / name).write_bytes(b"another's")
        self.put("proftpd", {name: content(1000, name)})
        numbered = self.proftpd.inbox / name.replace(".hl7", "_2.hl7")
        eventually(numbered.exists, "the numbered name")
        self.assertEqual((self.proftpd.inbox / name).read_bytes(), b"another's")
        self.assertTrue(numbered.read_bytes() == content(1000, name))

    def test_each_size_arrives_in_a_folder_readable_for_its_group_alone(self) -> None:
        files = self.files_of("engine")
        self.put("engine", files)
        eventually(lambda: self.delivered(files), "the deliveries to the folder")
        self.assert_in(self.engine / "inbox", files)
        self.assertEqual({oct(path.stat().st_mode & 0o777) for path in (self.engine / "inbox").iterdir()}, {"0o640"})

    def test_each_size_arrives_at_another_consign_as_one_deposit(self) -> None:
        files = self.files_of("consign")
        self.put("consign", files)
        eventually(lambda: self.delivered(files), "the deliveries to another Consign")
        reader = OpenSsh(self.far.login("partner"))
        with tempfile.TemporaryDirectory() as local:
            for name, whole in files.items():
                received = reader.get(f"inbox/{name}", Path(local) / "received")
                self.assertTrue(received.read_bytes() == whole, name)
        deposits = [row["path"] for row in self.far.events("--account", "lab", "--action", "deposited")]
        self.assertEqual([deposits.count(f"/lab/inbox/{name}") for name in files], [1] * len(files))

    def test_what_partners_put_out_is_pulled_once_and_taken_away_where_the_policy_says_so(self) -> None:
        for target, outbox, is_deleted in (("sshd", self.sshd.folder / "outbox", True),
                                           ("proftpd", self.proftpd.inbox.parent / "outbox", True),
                                           ("engine", self.engine / "outbox", False)):
            with self.subTest(target):
                outbox.mkdir()
                owner = outbox.parent.stat()
                os.chown(outbox, owner.st_uid, owner.st_gid)
                files = self.files_of(f"pulled-{target}", (0, CHUNK + 1, 3 * MIB))
                for name, whole in files.items():
                    (outbox / name).write_bytes(whole)
                self.site.consign("pulls", "run", f"from-{target}")
                folder = f"/pulled/{target}"

                def are_here() -> bool:
                    paths = [row["path"] for row in self.site.events("--account", "system:pull",
                                                                     "--action", "deposited")]
                    return all(paths.count(f"/lab{folder}/{name}") == 1 for name in files)
                eventually(are_here, f"the pull from {target}", 60)
                eventually(lambda: {path.name for path in outbox.iterdir()} == (set() if is_deleted else set(files)),
                           "what is left over there")
                with connected(self.site.login("partner")) as partner:
                    for name, whole in files.items():
                        with partner.open(f"{folder}/{name}") as file:
                            file.prefetch()
                            self.assertTrue(file.read() == whole, name)
                self.assertEqual({row["state"] for row in self.site.rows("pulls") if row["target"] == target}, {"well"})

    def test_a_stranger_gets_nothing_and_is_told_of_once(self) -> None:
        files = self.files_of("stranger", (CHUNK,))
        self.put("stranger", files)
        row = eventually(lambda: [row for row in self.site.deliveries() if row["state"] == "target down"
                                  and row["target"] == "stranger"], "the target's trouble")[0]
        self.assertIn("key is not the one", row["why"])
        self.assertEqual(row["attempts"], 0)
        alarms = [row for row in self.site.events("--action", "alarm_raised") if "stranger" in row["detail"]]
        self.assertEqual([alarm["detail"].split(",")[0] for alarm in alarms], ["target_host_key_mismatch raised"])
        self.assertFalse(set(files) & set(self.sshd.names()))
        self.site.consign("deliveries", "cancel", str(row["id"]))
        self.assertEqual([row for row in self.site.deliveries() if row["target"] == "stranger"], [])

    def test_a_transfer_that_breaks_off_goes_on_where_it_was(self) -> None:
        files = self.files_of("slow", (5 * MIB,))
        (name, whole), = files.items()
        begun = time.monotonic()
        self.put("slow", files)

        def part() -> Path | None:
            parts = [path for path in self.sshd.inbox.glob(".consign-*")
                     if path.stat().st_size > 3.25 * MIB]
            return parts[0] if parts else None
        inode = eventually(part, "most of it").stat().st_ino
        self.sshd.stop()
        broken_off = eventually(lambda: [row for row in self.site.deliveries() if row["target"] == "slow"
                                         and (row["attempts"] or row["state"] == "target down")], "the break")[0]
        self.sshd.start()
        self.site.consign("deliveries", "retry", str(broken_off["id"]))
        eventually(lambda: self.delivered(files), "the delivery", 60)
        self.assertGreater(time.monotonic() - begun, 2.5, "the rate was not kept to")
        self.assert_in(self.sshd.inbox, files)
        self.assertEqual((self.sshd.inbox / name).stat().st_ino, inode)
        begun_at = [int(found[1]) for row in self.site.events("--action", "delivery_begun")
                    if "to slow" in row["detail"] and (found := re.search(r"from byte (\d+)", row["detail"]))]
        # But for the 2 MiB that may have been under way.
        self.assertGreater(max(begun_at), MIB)

    def test_what_waits_for_a_server_that_is_down_arrives(self) -> None:
        self.sshd.stop()
        names = [f"{NAME_MARKER}-late-{number}" for number in range(8)]
        self.put("sshd", {name: content(1000, name) for name in names})
        eventually(lambda: [row for row in self.site.deliveries() if row["state"] == "target down"
                            and row["target"] == "sshd"], "the trouble")
        self.assertEqual({row["attempts"] for row in self.site.deliveries() if row["target"] == "sshd"}, {0})
        self.sshd.start()
        self.site.consign("deliveries", "retry", "--target", "sshd")
        eventually(lambda: not [row for row in self.site.deliveries() if row["target"] == "sshd"], "the deliveries")
        self.assertLessEqual(set(names), set(self.sshd.names()))


if __name__ == "__main__":
    if not Path("/usr/sbin/sshd").exists() or not PROFTPD.exists():
        print("a server is missing: apt-get install openssh-server proftpd-core proftpd-mod-crypto")
        sys.exit(77)
    unittest.main()
