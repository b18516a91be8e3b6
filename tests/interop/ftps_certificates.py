"""Certificates for a site, made by the openssl command: an authority, the server's own, the clients', and
one of a stranger."""

import hashlib
import ssl
import subprocess
from pathlib import Path

VALID_DAYS = "90"
CLIENTS = ("analyser", "courier")  # both signed by the authority

AUTHORITY = """\
[req]
distinguished_name = subject
[subject]
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""
SERVER = """\
[req]
distinguished_name = subject
[subject]
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
"""
CLIENT = SERVER.replace("serverAuth", "clientAuth").replace("subjectAltName = IP:127.0.0.1, DNS:localhost\n", "")


def _make(folder: Path, name: str, subject: str, extensions: str, authority: str | None,
          days: str = VALID_DAYS) -> None:
    settings = folder / "request.cnf"
    settings.write_text(extensions)
    signed = ["-CA", folder / f"{authority}.pem", "-CAkey", folder / f"{authority}.key"] if authority else []
    subprocess.run(["openssl", "req", "-x509", "-config", settings, "-extensions", "extensions", *signed, "-nodes",
                    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", days, "-subj", subject,
                    "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"],
                   check=True, capture_output=True)
    (folder / f"{name}.key").chmod(0o600)
    settings.unlink()


def make_certificates(folder: Path) -> None:
    """NAME.pem and NAME.key for ca, server, each of CLIENTS, and for `stranger`, who has signed itself."""
    folder.mkdir(mode=0o700)
    _make(folder, "ca", "/CN=Interop authority", AUTHORITY, None)
    renew_server_certificate(folder)
    for client in CLIENTS:
        _make(folder, client, f"/O=Interop/CN={client}", CLIENT, "ca")
    _make(folder, "stranger", "/O=Interop/CN=analyser", CLIENT, None)


def renew_server_certificate(folder: Path, is_expired: bool = False) -> None:
    _make(folder, "server", "/CN=interop.consign.example", SERVER, "ca")
    if is_expired:
        # `openssl req` makes none that is over already.
        text, key = (folder / "server.pem"), (folder / "server.key")
        request, settings, index = folder / "server.csr", folder / "expired.cnf", folder / "index"
        index.write_text("")
        settings.write_text(SERVER + f"[ca]\ndefault_ca = it\n[it]\ndatabase = {index}\nnew_certs_dir = {folder}\n"
                            "rand_serial = yes\ndefault_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n")
        subprocess.run(["openssl", "req", "-new", "-config", settings, "-key", key, "-subj",
                        "/CN=interop.consign.example", "-out", request], check=True, capture_output=True)
        subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", settings, "-extensions", "extensions",
                        "-cert", folder / "ca.pem", "-keyfile", folder / "ca.key", "-startdate", "20200101000000Z",
                        "-enddate", "20210101000000Z", "-in", request, "-out", text], check=True, capture_output=True)


def fingerprint(certificate: Path) -> str:
    """As a policy names it: SHA256:<hex>."""
    return "SHA256:" + hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()
