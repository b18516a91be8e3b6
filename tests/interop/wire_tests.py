"""SFTP spoken byte by byte: what no client sends (malformed, oversized, out of turn), and the extensions that
few clients ask for. A session that misbehaves ends or is refused alone, with an event."""

import contextlib
import hashlib
import struct
import unittest
from typing import Iterator

import paramiko

from consign_site import eventually
from interop_case import InteropCase, only_consign
from paramiko_client import connected

INIT, VERSION, OPEN, CLOSE, READ, WRITE, OPENDIR, EXTENDED = 1, 2, 3, 4, 5, 6, 11, 200
STATUS, HANDLE, DATA, NAME, EXTENDED_REPLY = 101, 102, 103, 104, 201
FAILURE, BAD_MESSAGE, UNSUPPORTED = 4, 5, 8
READING, WRITING, CREATE, TRUNCATE = 1, 2, 8, 16
ANSWER_LIMIT_SECONDS = 20


def string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


class Wire:
    def __init__(self, channel: paramiko.Channel) -> None:
        self.channel = channel
        self.id = 0

    def send(self, packet: bytes) -> None:
        self.channel.sendall(string(packet))

    def read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            piece = self.channel.recv(count - len(got))
            if not piece:
                raise EOFError
            got += piece
        return got

    def answer(self) -> tuple[int, bytes]:
        packet = self.read(struct.unpack(">I", self.read(4))[0])
        return packet[0], packet[1:]

    def ask(self, kind: int, body: bytes) -> tuple[int, bytes]:
        """The kind of the answer, and what follows its request id."""
        self.id += 1
        self.send(struct.pack(">BI", kind, self.id) + body)
        answered, rest = self.answer()
        assert struct.unpack(">I", rest[:4])[0] == self.id
        return answered, rest[4:]

    def status(self, kind: int, body: bytes) -> int:
        answered, rest = self.ask(kind, body)
        assert answered == STATUS, answered
        return struct.unpack(">I", rest[:4])[0]

    def init(self) -> bytes:
        self.send(struct.pack(">BI", INIT, 3))
        kind, rest = self.answer()
        assert kind == VERSION
        return rest

    def open(self, path: bytes, flags: int) -> bytes:
        kind, rest = self.ask(OPEN, string(path) + struct.pack(">II", flags, 0))
        assert kind == HANDLE, (kind, rest)
        return rest  # a string already

    def extended(self, name: bytes, body: bytes = b"") -> tuple[int, bytes]:
        return self.ask(EXTENDED, string(name) + body)


class WireTests(InteropCase):
    @contextlib.contextmanager
    def wire(self, account: str = "lab") -> Iterator[Wire]:
        with connected(self.site.login(account)) as client:
            channel = client.get_channel().get_transport().open_session()
            channel.settimeout(ANSWER_LIMIT_SECONDS)
            channel.invoke_subsystem("sftp")
            yield Wire(channel)

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
