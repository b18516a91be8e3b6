"""A partner's FTPS server that lives in memory and does what a test says, where no real one can be made to."""

import contextlib
import hashlib
import shutil
import socket
import socketserver
import ssl
import tempfile
import threading
import time
from pathlib import Path, PurePosixPath
from typing import Mapping

from ftps_certificates import make_certificates

PASSWORD = "a partner's secret"
MODIFIED = "20261124055959"


class PartnerScriptedFtps:
    """Has SIZE and MDTM, and no MLST. `says`: answers to verbs, in place of what it would do."""

    def __init__(self, says: Mapping[str, str] | None = None, greets_after_seconds: float = 0,
                 digests_in_seconds: float | None = None) -> None:
        self.says = dict(says or {})
        self.greets_after_seconds = greets_after_seconds
        self.digests_in_seconds = digests_in_seconds  # None: tells none
        self.greets = -1                # so many connections; -1: all
        self.greeted: list[bool] = []   # whether each was let begin
        self.lets_in = -1               # so many logins; -1: all
        self.logins: list[bool] = []    # whether each was granted
        self.hangs_up_on_first = False  # on each upload of that name, before TLS begins on its data connection
        self.hung_up_on = ""
        self.watches_keepalive = False
        self.keepalive_seconds: float | None = None  # until the client's system asks whether this end lives
        self.files: dict[str, bytes] = {}
        self.folders = {"/"}
        self.folder = Path(tempfile.mkdtemp(prefix="consign-partner-"))
        self.folder.chmod(0o755)
        make_certificates(self.folder / "tls")
        (self.folder / "password").write_text(PASSWORD + "\n")
        (self.folder / "password").chmod(0o600)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.folder / "tls/server.pem", self.folder / "tls/server.key")
        partner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                session = _Session(partner, self.request)
                with contextlib.suppress(OSError), contextlib.closing(session):
                    session.serve()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def target(self, more: str = "") -> str:
        return (f'{{url: "ftps://partner@127.0.0.1:{self.port}/", password: "file:{self.folder}/password", '
                f'ca: "{self.folder}/tls/ca.pem"{more}}}')

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)


def _keepalive_in_seconds(port: int) -> float | None:
    """Of the client's end of a connection to this port: /proc/net/tcp tells it once all that was sent is acknowledged."""
    end = time.monotonic() + 1
    while time.monotonic() < end:
        for line in Path("/proc/net/tcp").read_text().split("\n")[1:]:
            fields = line.split()
            if fields and fields[2] == f"0100007F:{port:04X}" and fields[5].startswith("02:"):
                return int(fields[5][3:], 16) / 100
        time.sleep(0.01)
    return None


class _Session:
    def __init__(self, partner: PartnerScriptedFtps, connection: socket.socket) -> None:
        self.partner = partner
        self.connection = connection
        self.where = PurePosixPath("/")
        self.port: socket.socket | None = None
        self.renamed = ""

    def serve(self) -> None:
        time.sleep(self.partner.greets_after_seconds)
        is_greeted = self.partner.greets != 0
        self.partner.greets -= self.partner.greets > 0
        self.partner.greeted.append(is_greeted)
        if not is_greeted:
            return self.say("530 Too many connections.")
        self.say("220 ready")
        text = b""
        while True:
            while b"\r\n" not in text:
                if not (more := self.connection.recv(4096)):
                    return
                text += more
            line, text = text.split(b"\r\n", 1)
            verb, _, argument = line.decode().partition(" ")
            if self.partner.watches_keepalive and self.partner.keepalive_seconds is None:
                self.partner.keepalive_seconds = _keepalive_in_seconds(self.partner.port)
            if verb == "QUIT":
                return self.say("221 bye")
            if verb in self.partner.says:
                self.say(self.partner.says[verb])
            else:
                getattr(self, f"do_{verb.lower()}", self.unknown)(argument)

    def close(self) -> None:
        self.connection.close()
        if self.port:
            self.port.close()

    def say(self, answer: str) -> None:
        self.connection.sendall(answer.encode() + b"\r\n")

    def unknown(self, _: str) -> None:
        self.say("500 Unknown command.")

    def path(self, argument: str) -> str:
        return str(self.where / argument)

    # The login

    def do_auth(self, _: str) -> None:
        self.say("234 go on")
        self.connection = self.partner.tls.wrap_socket(self.connection, server_side=True)

    def do_pbsz(self, _: str) -> None:
        self.say("200 done")

    do_prot = do_type = do_opts = do_pbsz

    def do_user(self, _: str) -> None:
        self.say("331 password?")

    def do_pass(self, argument: str) -> None:
        is_granted = argument == PASSWORD and self.partner.lets_in != 0
        self.partner.lets_in -= is_granted and self.partner.lets_in > 0
        self.partner.logins.append(is_granted)
        self.say("230 welcome" if is_granted else "530 Login incorrect.")

    # Names

    def do_pwd(self, _: str) -> None:
        self.say(f'257 "{self.where}" is current')

    def do_feat(self, _: str) -> None:
        digests = "" if self.partner.digests_in_seconds is None else " XSHA256\r\n"
        self.say(f"211-Features:\r\n SIZE\r\n MDTM\r\n{digests}211 End")

    def do_cwd(self, argument: str) -> None:
        path = PurePosixPath(self.path(argument))
        if str(path) not in self.partner.folders:
            return self.say("550 Failed to change directory.")
        self.where = path
        self.say("250 done")

    def do_mkd(self, argument: str) -> None:
        self.partner.folders.add(self.path(argument))
        self.say("257 made")

    def answer_for_file(self, argument: str, answer: str) -> None:
        self.say(answer if self.path(argument) in self.partner.files else "550 No such file.")

    def do_size(self, argument: str) -> None:
        self.answer_for_file(argument, f"213 {len(self.partner.files.get(self.path(argument), b''))}")

    def do_mdtm(self, argument: str) -> None:
        self.answer_for_file(argument, f"213 {MODIFIED}")

    def do_xsha256(self, argument: str) -> None:
        time.sleep(self.partner.digests_in_seconds)
        self.say(f"250 {hashlib.sha256(self.partner.files[self.path(argument)]).hexdigest()}")

    def do_dele(self, argument: str) -> None:
        self.say("250 done" if self.partner.files.pop(self.path(argument), None) is not None else "550 No such file.")

    def do_rnfr(self, argument: str) -> None:
        self.renamed = self.path(argument)
        self.answer_for_file(argument, "350 to?")

    def do_rnto(self, argument: str) -> None:
        self.partner.files[self.path(argument)] = self.partner.files.pop(self.renamed)
        self.say("250 done")

    # Content

    def do_epsv(self, _: str) -> None:
        if self.port:
            self.port.close()
        self.port = socket.create_server(("127.0.0.1", 0))
        self.say(f"229 Entering Extended Passive Mode (|||{self.port.getsockname()[1]}|)")

    def data(self) -> ssl.SSLSocket:
        connection, _ = self.port.accept()
        return self.partner.tls.wrap_socket(connection, server_side=True)

    def do_stor(self, argument: str) -> None:
        self.say("150 go on")
        if self.partner.hangs_up_on_first:
            self.partner.hung_up_on = self.partner.hung_up_on or argument
        if argument == self.partner.hung_up_on:
            self.port.accept()[0].close()
            return self.say("426 closed")
        received = bytearray()
        with self.data() as data:
            while more := data.recv(1 << 16):
                received += more
        self.partner.files[self.path(argument)] = bytes(received)
        self.say("226 done")

    def give(self, content: bytes) -> None:
        self.say("150 here it comes")
        with self.data() as data:
            data.sendall(content)
            with contextlib.suppress(OSError):
                data.unwrap()
        self.say("226 done")

    def do_retr(self, argument: str) -> None:
        self.give(self.partner.files[self.path(argument)])

    def do_nlst(self, _: str) -> None:
        names = [path.name for path in map(PurePosixPath, self.partner.files) if path.parent == self.where]
        self.give("".join(f"{name}\r\n" for name in names).encode())
