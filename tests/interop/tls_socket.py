"""TLS over a socket of which every byte that leaves is ours: to send at once, to keep back, or to cut off."""

import socket
import ssl
import struct

RECEIVE_BYTES = 64 * 1024


class Cut(Exception):
    """As many bytes have left as were to leave."""


class TlsSocket:
    def __init__(self, connection: socket.socket, context: ssl.SSLContext, session: ssl.SSLSession | None = None,
                 sends_at_most: int | None = None) -> None:
        self.connection = connection
        self.sends_at_most = sends_at_most
        self.sent = 0
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="127.0.0.1", session=session)

    def handshake(self) -> None:
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._receive()
            except ssl.SSLError:
                self._flush()  # an alert
                raise
        self._flush()

    def send(self, data: bytes, flags: int = 0) -> None:
        self._transmit(self.sealed(data), flags)

    def sealed(self, data: bytes) -> bytes:
        """The records that `send` would send."""
        for start in range(0, len(data), RECEIVE_BYTES):
            self.tls.write(data[start:start + RECEIVE_BYTES])
        return self.outgoing.read()

    def send_raw(self, records: bytes) -> None:
        self._transmit(records)

    def receive(self) -> bytes:
        """What is there, at least a byte; nothing: the peer's close_notify. EOFError: the end without one."""
        while True:
            try:
                return self.tls.read(RECEIVE_BYTES)
            except ssl.SSLWantReadError:
                self._receive()
            except ssl.SSLZeroReturnError:  # after our own close_notify
                return b""

    def receive_all(self) -> bytes:
        pieces = []
        while piece := self.receive():
            pieces.append(piece)
        return b"".join(pieces)

    def close_notify(self) -> None:
        self._transmit(self.sealed_close_notify())

    def sealed_close_notify(self) -> bytes:
        try:
            self.tls.unwrap()
        except (ssl.SSLWantReadError, ssl.SSLSyscallError):
            pass  # the peer's own has not come yet
        return self.outgoing.read()

    def finish(self) -> None:
        """The orderly end: close_notify, and the peer's word that it has seen it, or its own end."""
        self.close_notify()
        try:
            self.receive_all()
        except (EOFError, ConnectionResetError, ssl.SSLError):
            pass
        self.close()

    def fin(self) -> None:
        """The end of what we send, and not a word of TLS about it."""
        self.connection.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def close(self) -> None:
        self.connection.close()

    def _flush(self) -> None:
        self._transmit(self.outgoing.read())

    def _transmit(self, data: bytes, flags: int = 0) -> None:
        allowed = len(data) if self.sends_at_most is None else min(len(data), self.sends_at_most - self.sent)
        self.connection.sendall(data[:allowed], flags)
        self.sent += allowed
        if allowed < len(data) or self.sent == self.sends_at_most:
            raise Cut

    def _receive(self) -> None:
        data = self.connection.recv(RECEIVE_BYTES)
        if not data:
            raise EOFError
        self.incoming.write(data)
