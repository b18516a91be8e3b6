"""SFTP spoken byte by byte: what no client sends (malformed, oversized, out of turn), and the extensions that
few clients ask for. A session that misbehaves ends or is refused alone, with an event."""

import contextlib
import hashlib
import struct
import unittest
from typing import ContextManager

import paramiko

from consign_site import eventually
from interop_case import InteropCase, only_consign
from paramiko_client import connected
from sftp_wire import (BAD_MESSAGE, CLOSE, CREATE, EXTENDED_REPLY, FAILURE, FSETSTAT, HANDLE, INIT, NAME, OPEN, OPENDIR,
                       PERMISSION_DENIED, READ, READING, STATUS, TIMES, TRUNCATE, UNSUPPORTED, WRITE, WRITING, Wire,
                       channel_of, sftp_wire, string)

class WireTests(InteropCase):
    def wire(self, account: str = "lab") -> ContextManager[Wire]:
        return sftp_wire(self.site.login(account))

    def deposit(self, name: str, content: bytes) -> None:
        with connected(self.site.login("lab")) as lab, lab.open(name, "wb") as file:
            file.write(content)

    def violations(self) -> int:
        return sum(row["count"] for row in self.events_of("lab", "protocol_violation"))

    def assert_ends_alone(self, packets: bytes, after_init: bool = True) -> None:
        before = self.violations()
        with connected(self.site.login("lab")) as bystander, self.wire() as wire:
            if after_init:
                wire.init()
            wire.channel.sendall(packets)
            with self.assertRaises(EOFError):
                while True:
                    wire.answer()
            bystander.listdir(".")
        with connected(self.site.login("lab")) as newcomer:
            newcomer.listdir(".")
        if self.violations() == before:  # an equal one within the minute is counted, and written later
            self.assertGreater(before, 0)

    def test_a_frame_above_the_bound_ends_the_session_before_its_body_comes(self) -> None:
        self.assert_ends_alone(struct.pack(">I", 0xFFFFFFFF))
        self.assert_ends_alone(struct.pack(">I", 300 * 1024) + bytes([READ]))

    def test_an_empty_frame_ends_the_session(self) -> None:
        self.assert_ends_alone(struct.pack(">I", 0))

    def test_a_request_before_init_ends_the_session(self) -> None:
        self.assert_ends_alone(string(struct.pack(">BI", OPENDIR, 1) + string(b"/")), after_init=False)

    def test_a_second_init_ends_the_session(self) -> None:
        self.assert_ends_alone(string(struct.pack(">BI", INIT, 3)))

    def test_a_packet_too_short_for_an_id_ends_the_session(self) -> None:
        self.assert_ends_alone(string(bytes([READ, 0, 0])))

    def test_a_malformed_request_is_refused_and_the_session_goes_on(self) -> None:
        with self.wire() as wire:
            wire.init()
            self.assertEqual(wire.status(OPEN, b"\xff\xff\xff\xff"), BAD_MESSAGE)
            self.assertEqual(wire.status(READ, string(b"x") + b"\0"), BAD_MESSAGE)
            self.assertEqual(wire.ask(OPENDIR, string(b"/"))[0], HANDLE)
        eventually(lambda: self.events_of("lab", "protocol_violation"), "the violation in the ledger")

    def test_unknown_requests_and_extensions_are_unsupported(self) -> None:
        with self.wire() as wire:
            wire.init()
            self.assertEqual(wire.status(99, b"whatever"), UNSUPPORTED)
            kind, rest = wire.extended(b"delete-everything@example.org", b"now")
            self.assertEqual((kind, struct.unpack(">I", rest[:4])[0]), (STATUS, UNSUPPORTED))

    def test_a_handle_that_was_never_given_out_is_refused(self) -> None:
        with self.wire() as wire:
            wire.init()
            for name in (b"", b"\0\0\0\0", b"\0\0\0\x63", b"x" * 256):
                self.assertEqual(wire.status(READ, string(name) + struct.pack(">QI", 0, 10)), FAILURE)
                self.assertEqual(wire.status(CLOSE, string(name)), FAILURE)

    def test_handles_have_a_bound_that_answers(self) -> None:
        with self.wire() as wire:
            wire.init()
            answers = [wire.ask(OPENDIR, string(b"/"))[0] for _ in range(257)]
        self.assertEqual(answers, [HANDLE] * 256 + [STATUS])

    @only_consign
    def test_the_folders_that_an_account_has_open_have_a_bound_over_all_channels(self) -> None:
        with connected(self.site.login("lab")) as client, contextlib.ExitStack() as channels:
            wires = [channels.enter_context(channel_of(client)) for _ in range(3)]
            for wire in wires:
                wire.init()
            answers = [wire.ask(OPENDIR, string(b"/")) for wire in wires for _ in range(200)]
            self.assertEqual([kind for kind, _ in answers], [HANDLE] * 512 + [STATUS] * 88)
            self.assertEqual(wires[0].status(CLOSE, answers[0][1]), 0)
            self.assertEqual([wires[2].ask(OPENDIR, string(b"/"))[0] for _ in range(2)], [HANDLE, STATUS])
        with connected(self.site.login("lab")) as client:
            eventually(lambda: self.lists(client), "the places are given back")

    @staticmethod
    def lists(client: paramiko.SFTPClient) -> bool:
        try:
            client.listdir("/")
            return True
        except OSError:
            return False

    @only_consign
    def test_times_are_set_through_a_handle_that_is_not_open_for_writing(self) -> None:
        self.deposit("timed", b"x")
        with connected(self.site.login("lab")) as lab, self.wire() as wire:
            wire.init()
            lab.mkdir("timed_folder")
            times = struct.pack(">III", TIMES, 1_600_000_000, 1_500_000_000)
            self.assertEqual(wire.status(FSETSTAT, wire.open(b"/timed", READING) + times), 0)
            self.assertEqual(wire.status(FSETSTAT, wire.ask(OPENDIR, string(b"/timed_folder"))[1] + times), 0)
            for name in ("timed", "timed_folder"):
                self.assertEqual((lab.stat(name).st_atime, lab.stat(name).st_mtime), (1_600_000_000, 1_500_000_000))
        with self.wire("partner") as wire:
            wire.init()
            handle = wire.open(b"/timed", READING)
            self.assertEqual(wire.status(FSETSTAT, handle + struct.pack(">III", TIMES, 1, 1)), PERMISSION_DENIED)
            self.assertEqual(wire.status(FSETSTAT, handle + struct.pack(">I", 0)), 0)
        self.assert_refused("partner", "/lab/timed")

    def test_a_file_of_which_a_write_failed_is_no_deposit(self) -> None:
        with self.wire() as wire:
            wire.init()
            handle = wire.open(b"/hole", WRITING | CREATE | TRUNCATE)
            self.assertEqual(wire.status(WRITE, handle + struct.pack(">Q", 3) + string(b"x")), 0)
            self.assertEqual(wire.status(WRITE, handle + struct.pack(">Q", 1 << 62) + string(b"x")), FAILURE)
            self.assertEqual(wire.status(CLOSE, handle), FAILURE)
        self.assertFalse(self.partner.sees("hole"))
        with connected(self.site.login("lab")) as lab:
            self.assertEqual(lab.stat("hole").st_size, 4)  # what was written is kept, to go on with

    def test_the_version_tells_the_extensions(self) -> None:
        with self.wire() as wire:
            rest = wire.init()
        for name in (b"posix-rename@openssh.com", b"fsync@openssh.com", b"statvfs@openssh.com", b"limits@openssh.com",
                     b"expand-path@openssh.com", b"home-directory", b"copy-data", b"check-file",
                     b"users-groups-by-id@openssh.com"):
            self.assertIn(string(name), rest)
        self.assertNotIn(b"hardlink", rest)

    def test_limits_expand_path_home_directory_and_users(self) -> None:
        with self.wire() as wire:
            wire.init()
            kind, rest = wire.extended(b"limits@openssh.com")
            self.assertEqual((kind, struct.unpack(">4Q", rest)[1:]), (EXTENDED_REPLY, (261120, 261120, 256)))
            for asked, path in ((b"~", b"/"), (b"~/a/../b", b"/b"), (b"~lab", b"/"), (b"x", b"/x")):
                kind, rest = wire.extended(b"expand-path@openssh.com", string(asked))
                self.assertEqual((kind, rest[4:8 + len(path)]), (NAME, string(path)))
            self.assertEqual(wire.extended(b"expand-path@openssh.com", string(b"~partner"))[0], STATUS)
            self.assertEqual(wire.extended(b"home-directory", string(b""))[0], NAME)
            kind, rest = wire.extended(b"users-groups-by-id@openssh.com",
                                       string(struct.pack(">II", 0, 7)) + string(struct.pack(">I", 0)))
            self.assertEqual((kind, rest), (EXTENDED_REPLY, string(string(b"consign") + string(b"")) +
                                            string(string(b"consign"))))

    def test_a_copy_at_the_server_and_its_hashes(self) -> None:
        content = bytes(range(256)) * 2000
        self.deposit("original", content)
        with self.wire() as wire:
            wire.init()
            source, target = wire.open(b"original", READING), wire.open(b"copied", WRITING | CREATE | TRUNCATE)
            kind, rest = wire.extended(b"copy-data", source + struct.pack(">QQ", 1000, 300000) + target +
                                       struct.pack(">Q", 0))
            self.assertEqual((kind, rest[:4]), (STATUS, b"\0\0\0\0"))
            self.assertEqual(wire.status(CLOSE, target), 0)
            kind, rest = wire.extended(b"check-file-name", string(b"copied") + string(b"whirlpool,sha256") +
                                       struct.pack(">QQI", 0, 0, 0))
            digest = hashlib.sha256(content[1000:301000]).digest()
            self.assertEqual((kind, rest), (EXTENDED_REPLY, string(b"sha256") + digest))
            kind, rest = wire.extended(b"check-file-handle", source + string(b"md5") + struct.pack(">QQI", 256, 1024, 512))
            blocks = b"".join(hashlib.md5(content[at:at + 512]).digest() for at in (256, 768))
            self.assertEqual((kind, rest), (EXTENDED_REPLY, string(b"md5") + blocks))
            self.assertEqual(wire.extended(b"check-file-name", string(b"original") + string(b"crc7") +
                                           struct.pack(">QQI", 0, 0, 0))[0], STATUS)

    @only_consign
    def test_a_shell_and_other_subsystems_are_refused_with_an_event(self) -> None:
        with connected(self.site.login("lab")) as client:
            for ask in (lambda channel: channel.invoke_shell(), lambda channel: channel.invoke_subsystem("netconf")):
                with self.assertRaises(paramiko.SSHException):
                    ask(client.get_channel().get_transport().open_session())
            client.listdir(".")
        seen = eventually(lambda: [row["detail"] for row in self.events_of("lab", "request_refused")], "refusals")
        self.assertIn("shell", seen)
        self.assertIn("other subsystem", seen)


if __name__ == "__main__":
    unittest.main()
