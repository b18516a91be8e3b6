"""A time stamping authority on loopback: `openssl ts -reply` behind HTTP, under its own root and issuing CA. The path of
the URL chooses how it answers: /good, and each way of answering badly.

As a program: timestamp_authority.py FOLDER; tells its port in a line, and serves until its standard input ends."""

import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[stamper]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
serial = {folder}/serial
default_policy = 1.3.6.1.4.1.32473.1
digests = {digests}
signer_digest = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
"""


def openssl(*arguments: object, **options: object) -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


class Stamper:
    """A root, an issuing CA and a certificate for time stamping; `root` is what others are to trust."""

    def __init__(self, folder: Path, name: str, days: int = 3650) -> None:
        self.folder = folder
        folder.mkdir()
        self.root = folder / "root.pem"
        self._certify(f"{name} Root", "root", None, "authority", 7300)
        self._certify(f"{name} Issuing CA", "issuer", "root", "authority", 7300)
        self._certify(f"{name} TSA", "tsa", "issuer", "stamper", days)
        self._lock = threading.Lock()  # openssl counts serials in a file

    def _configured(self, name: str, digests: str) -> Path:
        path = self.folder / f"{name}.cnf"
        path.write_text(CONFIGURATION.format(name=name, folder=self.folder, digests=digests))
        return path

    def _certify(self, name: str, file: str, issuer: str | None, extensions: str, days: int) -> None:
        key, certificate = self.folder / f"{file}.key", self.folder / f"{file}.pem"
        signed = [] if issuer is None else ["-CA", self.folder / f"{issuer}.pem",
                                            "-CAkey", self.folder / f"{issuer}.key"]
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", days,
                "-config", self._configured(name, "sha256"), "-extensions", extensions, "-keyout", key,
                "-out", certificate, *signed)

    def answer(self, query: bytes, digests: str = "sha256") -> bytes:
        with self._lock, tempfile.TemporaryDirectory() as scratch:
            asked = Path(scratch) / "query"
            asked.write_bytes(query)
            return openssl("ts", "-reply", "-config", self._configured(f"reply-{digests}", digests), "-section", "tsa",
                           "-queryfile", asked, "-signer", self.folder / "tsa.pem", "-inkey", self.folder / "tsa.key",
                           "-chain", self.folder / "issuer.pem")


def with_other_nonce(query: bytes) -> bytes:
    # ... INTEGER nonce, BOOLEAN certReq: the nonce's last byte stands before the last three.
    return query[:-4] + bytes([query[-4] ^ 1]) + query[-3:]


def with_other_imprint(query: bytes) -> bytes:
    start = query.index(b"\x04\x20") + 2
    return query[:start] + bytes([query[start] ^ 1]) + query[start + 1:]


class Authority:
    """Serves from its construction until close()."""

    SLOW_SECONDS = 20

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.stamper = Stamper(folder / "known", "Horodatage Exemple")
        self.stranger = Stamper(folder / "stranger", "Stranger")
        self.queries: list[tuple[str, bytes]] = []
        self.types: set[str] = set()
        self.closing = threading.Event()
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.queries.append((self.path, query))
                authority.types.add(self.headers["Content-Type"])
                try:
                    authority.respond(self, self.path.strip("/"), query)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def url(self, way: str) -> str:
        return f"http://127.0.0.1:{self.port}/{way}"

    def respond(self, to: BaseHTTPRequestHandler, way: str, query: bytes) -> None:
        code, body = 200, b""
        if way == "good":
            body = self.stamper.answer(query)
        elif way == "rejected":
            body = self.stamper.answer(query, digests="sha512")
        elif way == "other_nonce":
            body = self.stamper.answer(with_other_nonce(query))
        elif way == "other_imprint":
            body = self.stamper.answer(with_other_imprint(query))
        elif way == "stranger":
            body = self.stranger.answer(query)
        elif way == "garbage":
            body = b"<html>out of order</html>"
        elif way == "empty":
            body = b""
        elif way == "cut":
            body = self.stamper.answer(query)[:-40]
        elif way == "trailing":
            body = self.stamper.answer(query) + b"\0"
        elif way == "altered":
            whole = bytearray(self.stamper.answer(query))
            whole[-5] ^= 1  # of the signature
            body = bytes(whole)
        elif way == "huge":
            body = bytes(1 << 20)
        elif way == "broken":
            code, body = 500, self.stamper.answer(query)
        elif way == "redirect":
            code = 302
        elif way == "slow":
            to.send_response(200)
            to.end_headers()
            begun = time.monotonic()
            while time.monotonic() < begun + self.SLOW_SECONDS and not self.closing.wait(0.5):
                to.wfile.write(b"0")
            return
        to.send_response(code)
        to.send_header("Content-Type", "application/timestamp-reply")
        to.send_header("Content-Length", str(len(body)))
        if way == "redirect":
            to.send_header("Location", self.url("good"))
        to.end_headers()
        to.wfile.write(body)

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    served = Authority(Path(sys.argv[1]))
    print(served.port, flush=True)
    sys.stdin.read()
    served.close()
