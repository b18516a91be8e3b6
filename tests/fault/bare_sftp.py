"""Just enough SFTP (draft-ietf-secsh-filexfer-02) to know exactly which answers came. Libraries do not say:
the close() of paramiko and of asyncssh both pass over an answer that never came."""

import struct

import asyncssh

INIT, OPEN, CLOSE, WRITE = 1, 3, 4, 6
VERSION, STATUS, HANDLE = 2, 101, 102
WRITE_CREATE_TRUNCATE = 0x02 | 0x08 | 0x10
OK = 0
PIECE_BYTES = 32 * 1024


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


class BareSftp:
    """One request at a time. EOFError, OSError or asyncssh.Error: the answer did not come."""

    def __init__(self, writer: asyncssh.SSHWriter, reader: asyncssh.SSHReader) -> None:
        self.writer = writer
        self.reader = reader
        self.id = 0

    @classmethod
    async def start(cls, connection: asyncssh.SSHClientConnection) -> "BareSftp":
        writer, reader, _ = await connection.open_session(subsystem="sftp", encoding=None)
        sftp = cls(writer, reader)
        writer.write(struct.pack(">IBI", 5, INIT, 3))
        kind, _ = await sftp._answer()
        assert kind == VERSION
        return sftp

    async def _answer(self) -> tuple[int, bytes]:
        length, = struct.unpack(">I", await self.reader.readexactly(4))
        packet = await self.reader.readexactly(length)
        return packet[0], packet[5:]

    async def _request(self, kind: int, body: bytes) -> tuple[int, bytes]:
        self.id += 1
        self.writer.write(struct.pack(">IBI", len(body) + 5, kind, self.id) + body)
        return await self._answer()

    async def _done(self, kind: int, body: bytes) -> None:
        answer, status = await self._request(kind, body)
        code, = struct.unpack(">I", status[:4])
        if answer != STATUS or code != OK:
            raise AssertionError(f"request {kind} was answered with {answer}, status {code}")

    async def upload(self, name: str, content: bytes) -> None:
        """Returns once CLOSE was answered with OK."""
        kind, body = await self._request(OPEN, _string(name.encode()) + struct.pack(">II", WRITE_CREATE_TRUNCATE, 0))
        if kind != HANDLE:
            raise AssertionError(f"OPEN was answered with {kind}")
        handle = body  # a string already
        for offset in range(0, len(content), PIECE_BYTES):
            await self._done(WRITE, handle + struct.pack(">Q", offset) + _string(content[offset:offset + PIECE_BYTES]))
        await self._done(CLOSE, handle)
