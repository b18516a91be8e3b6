"""SFTP spoken byte by byte, over a channel of paramiko's."""

import contextlib
import struct
from typing import Iterator

import paramiko

from consign_site import Login
from paramiko_client import connected

INIT, VERSION, OPEN, CLOSE, READ, WRITE, FSETSTAT, OPENDIR, EXTENDED = 1, 2, 3, 4, 5, 6, 10, 11, 200
STATUS, HANDLE, DATA, NAME, EXTENDED_REPLY = 101, 102, 103, 104, 201
PERMISSION_DENIED, FAILURE, BAD_MESSAGE, UNSUPPORTED = 3, 4, 5, 8
READING, WRITING, CREATE, TRUNCATE = 1, 2, 8, 16
TIMES = 8  # an attribute's flag
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


@contextlib.contextmanager
def sftp_wire(login: Login, **window: int) -> Iterator[Wire]:
    """Over a session of its own."""
    with connected(login) as client, channel_of(client, **window) as wire:
        yield wire


@contextlib.contextmanager
def channel_of(client: paramiko.SFTPClient, **window: int) -> Iterator[Wire]:
    """One more channel of this client's session."""
    channel = client.get_channel().get_transport().open_session(**window)
    channel.settimeout(ANSWER_LIMIT_SECONDS)
    channel.invoke_subsystem("sftp")
    yield Wire(channel)
