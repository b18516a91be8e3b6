"""FTPS spoken byte by byte. The driver does nothing of its own accord: what no client sends is as easily sent
as what every client sends."""

import contextlib
import re
import socket
import ssl
from typing import Iterator, NamedTuple

from consign_site import PASSWORD
from ftps_site import EXPLICIT, IMPLICIT, FtpsSite
from tls_socket import TlsSocket

ANSWER_LIMIT_SECONDS = 20
LINE_END = b"\r\n"
CONTROL_SESSION = object()  # stands for: the newest session of the control connection
REPLY_RECEIVE_BYTES = 64 * 1024


class Reply(NamedTuple):
    code: int
    lines: list[bytes]

    @property
    def text(self) -> str:
        return b"\n".join(self.lines).decode("utf-8", "replace")


class Refused(Exception):
    """A reply that was not the one to go on with."""

    def __init__(self, command: str, reply: Reply) -> None:
        super().__init__(f"{command}: {reply.code} {reply.text}")
        self.reply = reply


class FtpsWire:
    def __init__(self, site: FtpsSite, listener: str = EXPLICIT, context: ssl.SSLContext | None = None,
                 source: str = "127.0.0.1") -> None:
        self.site = site
        self.context = context or site.context()
        self.source = source
        self.buffer = b""
        self.tls: TlsSocket | None = None
        self.connection = self._connect(site.ftps_port(listener))
        if listener == IMPLICIT:
            self.secure()
        self.greeting = self.reply()

    def __enter__(self) -> "FtpsWire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def _connect(self, port: int, source: str | None = None) -> socket.socket:
        return socket.create_connection(("127.0.0.1", port), ANSWER_LIMIT_SECONDS, (source or self.source, 0))

    # The control connection

    def secure(self, session: ssl.SSLSession | None = None) -> None:
        """The handshake alone."""
        self.tls = TlsSocket(self.connection, self.context, session)
        self.tls.handshake()

    def auth(self) -> "FtpsWire":
        self.expect("AUTH TLS", 234)
        self.secure()
        return self

    def login(self, user: str = "lab", password: str | None = PASSWORD) -> "FtpsWire":
        """Into TLS, in, and ready for transfers. Without a password: the certificate is to suffice."""
        if not self.tls:
            self.auth()
        self.expect(f"USER {user}", 232 if password is None else 331)
        if password is not None:
            self.expect(f"PASS {password}", 230)
        self.expect("PBSZ 0", 200)
        self.expect("PROT P", 200)
        self.expect("TYPE I", 200)
        return self

    def send_raw(self, data: bytes, flags: int = 0) -> None:
        if self.tls:
            self.tls.send(data, flags)
        else:
            self.connection.sendall(data, flags)

    def send(self, command: str | bytes) -> None:
        self.send_raw((command.encode() if isinstance(command, str) else command) + LINE_END)

    def _line(self) -> bytes:
        while LINE_END not in self.buffer:
            received = self.tls.receive() if self.tls else self.connection.recv(REPLY_RECEIVE_BYTES)
            if not received:
                raise EOFError
            self.buffer += received
        line, _, self.buffer = self.buffer.partition(LINE_END)
        return line

    def reply(self) -> Reply:
        """The next reply, whole (RFC 959, section 4.2). EOFError: the connection ended instead."""
        lines = [self._line()]
        if not re.match(rb"[1-6]\d\d[ -]", lines[0]):
            raise AssertionError(f"not a reply: {lines[0]!r}")
        while not re.match(lines[0][:3] + rb" ", lines[-1]):
            lines.append(self._line())
        return Reply(int(lines[0][:3]), [lines[0][4:], *lines[1:-1], lines[-1][4:]] if len(lines) > 1
                     else [lines[0][4:]])

    def ask(self, command: str | bytes) -> Reply:
        self.send(command)
        return self.reply()

    def expect(self, command: str | bytes, *codes: int) -> Reply:
        reply = self.ask(command)
        if reply.code not in codes:
            raise Refused(str(command), reply)
        return reply

    def expect_reply(self, *codes: int) -> Reply:
        reply = self.reply()
        if reply.code not in codes:
            raise Refused("(the reply awaited)", reply)
        return reply

    # Data connections

    def data_socket(self, port: int, source: str | None = None) -> socket.socket:
        """TCP alone, to a port that PASV or EPSV told."""
        return self._connect(port, source)

    def passive(self) -> int:
        return int(re.search(r"\(\|\|\|(\d+)\|\)", self.expect("EPSV", 229).text)[1])

    def begin(self, command: str | bytes, session: object = CONTROL_SESSION, context: ssl.SSLContext | None = None,
              sends_at_most: int | None = None) -> TlsSocket:
        """A passive transfer up to its 150; the data handshake is still to be done."""
        connection = self.data_socket(self.passive())
        try:
            self.expect(command, 150, 125)
        except BaseException:
            connection.close()
            raise
        if session is CONTROL_SESSION:
            session = self.tls.tls.session
        return TlsSocket(connection, context or self.context, session, sends_at_most)

    @contextlib.contextmanager
    def transfer(self, command: str | bytes, **options: object) -> Iterator[TlsSocket]:
        """A transfer under way; its end, and the reply to it, are the caller's."""
        data = self.begin(command, **options)
        try:
            data.handshake()
            yield data
        finally:
            data.close()

    def store(self, command: str | bytes, content: bytes, **options: object) -> Reply:
        """A whole upload (`STOR name`, `APPE name`), and the reply to it."""
        with self.transfer(command, **options) as data:
            data.send(content)
            data.finish()
            return self.reply()

    def retrieve(self, command: str | bytes, **options: object) -> bytes:
        """A whole download, or listing, which 226 confirms."""
        with self.transfer(command, **options) as data:
            received = data.receive_all()
            data.finish()
        self.expect_reply(226)
        return received
