"""Uploads that end before their end: by Ctrl-C, by a broken line, by the daemon's own stop; and their
second half, brought later with `reput`."""

import signal
import subprocess
import unittest
from pathlib import Path

from consign_site import eventually
from interop_case import InteropCase, only_consign
from openssh import OpenSsh, cut, interrupt, quoted
from paramiko_client import connected
from payload import MIB, NAME_MARKER, write_file

SIZE = 8 * MIB
THROTTLE = ("-l", "4000")  # kbit/s: the file would take sixteen seconds
END_LIMIT_SECONDS = 60


class InterruptionTests(InteropCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = write_file(self.local / f"{NAME_MARKER}.txt", SIZE)
        self.lab = OpenSsh(self.site.login("lab"))

    def put_in_the_middle(self, client: OpenSsh, remote: str) -> subprocess.Popen:
        """A put of which at least a MiB has arrived, as its depositor sees it."""
        running = client.start_sftp(b"put " + quoted(self.file) + b" " + quoted(remote), options=THROTTLE)
        self.addCleanup(lambda: running.poll() is None and cut(running))
        with connected(client.login) as watching:
            def arrived() -> bool:
                try:
                    return watching.stat(remote).st_size >= MIB
                except FileNotFoundError:
                    return False
            eventually(arrived, "a MiB arrived")
        self.assertIsNone(running.poll(), "the put is over already")
        return running

    def reput(self, client: OpenSsh, remote: str) -> subprocess.CompletedProcess:
        return client.sftp(b"reput " + quoted(self.file) + b" " + quoted(remote), check=False)

    def size_seen_by_depositor(self, client: OpenSsh, remote: str) -> int:
        with connected(client.login) as lab:
            return lab.stat(remote).st_size

    def test_ctrl_c_then_reput(self) -> None:
        running = self.put_in_the_middle(self.lab, "interrupted")
        interrupt(running)
        running.wait(END_LIMIT_SECONDS)
        self.assertTrue(MIB <= self.size_seen_by_depositor(self.lab, "interrupted") < SIZE)
        self.assertEqual(self.reput(self.lab, "interrupted").returncode, 0)
        self.assert_delivered(self.file, "interrupted", times=2)

    @only_consign
    def test_ctrl_c_then_reput_by_the_upload_right_alone(self) -> None:
        drop, collector = OpenSsh(self.site.login("drop")), OpenSsh(self.site.login("collector"))
        running = self.put_in_the_middle(drop, "in/stump.txt")
        self.assertFalse(collector.sees("in/stump.txt"))
        interrupt(running)
        running.wait(END_LIMIT_SECONDS)
        resumed = self.reput(drop, "in/stump.txt")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assert_delivered(self.file, "in/stump.txt", by="drop", home="/drop", reader=collector, times=2)

    @only_consign
    def test_a_resumed_message_is_routed_anew(self) -> None:
        drop = OpenSsh(self.site.login("drop"))
        interrupt(running := self.put_in_the_middle(drop, "in/anew.hl7"))
        running.wait(END_LIMIT_SECONDS)
        self.assertEqual(self.reput(drop, "in/anew.hl7").returncode, 0)
        copies = [row for row in self.site.rows("files", "ls", "/lab/routed") if row["path"].find("anew") >= 0]
        self.assertEqual(max(row["size"] for row in copies), SIZE)
        whole, = [row["path"].removeprefix("/lab/") for row in copies if row["size"] == SIZE]
        self.assert_same(self.file, self.partner.get(whole, self.local / "back"))

    @only_consign
    def test_a_stump_that_was_collected_is_not_resumed_by_the_upload_right(self) -> None:
        drop, collector = OpenSsh(self.site.login("drop")), OpenSsh(self.site.login("collector"))
        interrupt(running := self.put_in_the_middle(drop, "in/collected.txt"))
        running.wait(END_LIMIT_SECONDS)
        stump = collector.get("in/collected.txt", self.local / "stump")
        self.assertNotEqual(self.reput(drop, "in/collected.txt").returncode, 0)
        self.assert_same(stump, collector.get("in/collected.txt", self.local / "again"))
        self.assert_refused("drop", "/drop/in/collected.txt")

    @only_consign
    def test_a_line_that_breaks_leaves_a_resumable_upload_that_no_one_else_sees(self) -> None:
        cut(running := self.put_in_the_middle(self.lab, "broken"))
        running.wait(END_LIMIT_SECONDS)
        eventually(lambda: self.events_of("lab", "upload_broken_off", "/lab/broken"), "the break in the ledger")
        self.assertFalse(self.partner.sees("broken"))
        self.assertEqual(self.events_of("lab", "deposited", "/lab/broken"), [])
        self.assertGreaterEqual(self.size_seen_by_depositor(self.lab, "broken"), MIB)
        resumed = self.reput(self.lab, "broken")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assert_delivered(self.file, "broken")

    @only_consign
    def test_a_broken_upload_is_begun_anew_by_a_plain_put(self) -> None:
        cut(running := self.put_in_the_middle(self.lab, "anew"))
        running.wait(END_LIMIT_SECONDS)
        eventually(lambda: self.events_of("lab", "upload_broken_off", "/lab/anew"), "the break in the ledger")
        short = write_file(self.local / "short", 10)
        self.lab.put(short, "anew")
        self.assert_delivered(short, "anew")

    @only_consign
    def test_a_broken_upload_survives_the_daemons_death(self) -> None:
        running = self.put_in_the_middle(self.lab, "orphan")
        self.site.kill()
        running.wait(END_LIMIT_SECONDS)
        self.site.start()
        type(self).partner = OpenSsh(self.site.login("partner"))
        lab = OpenSsh(self.site.login("lab"))
        self.assertFalse(self.partner.sees("orphan"))
        resumed = self.reput(lab, "orphan")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assert_delivered(self.file, "orphan")

    @only_consign
    def test_a_drain_ends_the_daemon_and_a_second_signal_does_so_at_once(self) -> None:
        running = self.put_in_the_middle(self.lab, "drained")
        daemon = self.site.daemon
        daemon.send_signal(signal.SIGTERM)
        # Two that are pending at once are one to the kernel.
        eventually(lambda: any("stopping" in line for line in self.site.log), "the drain begins")
        daemon.send_signal(signal.SIGTERM)
        self.assertIn(daemon.wait(END_LIMIT_SECONDS), (0, 1))
        running.wait(END_LIMIT_SECONDS)
        self.site.start()
        type(self).partner = OpenSsh(self.site.login("partner"))
        seen = self.partner.sees("drained")
        lab = OpenSsh(self.site.login("lab"))
        self.assertEqual(self.reput(lab, "drained").returncode, 0)
        self.assert_delivered(self.file, "drained", times=2 if seen else 1)

    def test_a_client_that_dies_in_a_download_leaves_no_session_behind(self) -> None:
        self.lab.put(self.file, "left")
        part = self.local / "left"
        running = self.partner.start_sftp(b"get left " + quoted(part), options=THROTTLE)
        self.addCleanup(lambda: cut(running))
        eventually(lambda: part.exists() and part.stat().st_size >= MIB, "a MiB was fetched")
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        self.assertEqual(len(children), 1)
        running.kill()  # sftp alone: its ssh lives on, and says that its side has ended
        running.wait(END_LIMIT_SECONDS)
        eventually(lambda: not Path(f"/proc/{children[0]}/cmdline").exists()
                   or not Path(f"/proc/{children[0]}/cmdline").read_text(), "its ssh has ended", 20)

    def test_a_download_that_is_cut_goes_on(self) -> None:
        self.lab.put(self.file, "collected")
        part = Path(self.local / "part")
        running = self.partner.start_sftp(b"get collected " + quoted(part), options=THROTTLE)
        eventually(lambda: part.exists() and part.stat().st_size >= MIB, "a MiB was fetched")
        cut(running)
        running.wait(END_LIMIT_SECONDS)
        self.assertLess(part.stat().st_size, SIZE)
        self.partner.sftp(b"reget collected " + quoted(part))
        self.assert_same(self.file, part)


if __name__ == "__main__":
    unittest.main()
