"""Vectors of receipts and certificates, from docs/formats/receipt.md and OpenSSH's PROTOCOL.sshsig alone.

receipt_vectors.py --check FILE: is FILE what this makes?   receipt_vectors.py FILE: make it."""

import base64
import hashlib
import json
import struct
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED = bytes(range(32))


def string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def armour(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at:at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def blob_of(key: Ed25519PrivateKey) -> bytes:
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return string(b"ssh-ed25519") + string(public)


def sign(key: Ed25519PrivateKey, namespace: bytes, text: bytes) -> str:
    signed = (b"SSHSIG" + string(namespace) + string(b"") + string(b"sha512") +
              string(hashlib.sha512(text).digest()))
    return armour(b"SSHSIG" + struct.pack(">I", 1) + string(blob_of(key)) + string(namespace) + string(b"") +
                  string(b"sha512") + string(string(b"ssh-ed25519") + string(key.sign(signed))))


def shown(raw: bytes) -> str:
    """UTF-8 that can be printed stays; a backslash is doubled; each other byte is \\xHH."""
    text = ""
    for character in raw.decode("utf-8", "surrogateescape"):
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:
            text += f"\\x{code - 0xDC00:02x}"
        elif code < 0x20 or code == 0x7F:
            text += f"\\x{code:02x}"
        else:
            text += "\\\\" if character == "\\" else character
    return text


COMMON = {"site": "chu.example", "time": "2026-11-24T06:17:00.000001Z", "account": "labo", "login_methods": "publickey",
          "login_key": "SHA256:" + "k" * 43, "login_certificate": None, "login_row": 3, "protocol": "sftp",
          "session": "0f" * 16, "size": 1048577, "sha256": "ab" * 32, "content": "1e" * 16,
          "rule": "policy.d/labs.yaml:12", "policy": "cd" * 32, "note": "", "chain": "00112233445566778899aabbccddeeff"}

CASES = [
    {"kind": "deposit", "row": 4711, "hash": "89" * 32, "name": "/labs/r\u00e9sultat \"1\".hl7".encode()},
    {"kind": "deposit", "row": 9223372036854775807, "hash": "00" * 32, "name": b"/labs/\xe9t\xe9\\1",
     "note": "waits for the virus scanner", "login_methods": None, "login_key": None, "login_row": None,
     "protocol": None, "session": None, "rule": None},
    {"kind": "retrieval", "row": 12, "hash": "0a" * 32, "name": b"/out/a", "bytes_in_last_session": 7,
     "note": "the rest of it", "login_methods": "tls-certificate+password", "login_key": None,
     "login_certificate": "SHA256:" + "7" * 64, "protocol": "ftps"},
    {"kind": "delivery", "row": 13, "hash": "0b" * 32, "name": b"/labs/<b>", "target": "ehr",
     "name_there": b"/inbox/<b>", "deposited": "2026-11-23T23:59:59.999999Z", "deposit_row": 9, "note": "to ehr, job 1"},
    {"kind": "destruction", "row": 14, "hash": "0c" * 32, "deposited": "2026-11-23T23:59:59.999999Z",
     "deposit_row": 9, "holds_checked": 2,
     "note": "class report: deposit + keep, due 2026-11-24T06:00:00.000000Z; no hold, and no job that needs it; "
             "holds in force: 2, none of them on it"},
    {"kind": "destruction", "row": 15, "hash": "0d" * 32, "deposited": None, "deposit_row": None,
     "holds_checked": None, "account": None, "login_methods": None, "login_key": None, "login_row": None,
     "protocol": None, "session": None, "note": "its last name is gone, and no class covers it; no hold"},
]


def text_of(said: dict, witness: str) -> bytes:
    certificate = said["kind"] == "destruction"
    fields = {"format": f"consign {'certificate' if certificate else 'receipt'} v1",
              "id": f"{said['row']}-{said['hash'][:16]}", "kind": said["kind"], "site": said["site"],
              "witness": witness}
    for name in ("time", "account", "login_methods", "login_key", "login_certificate", "login_row", "protocol", "session"):
        fields[name] = said[name]
    if not certificate:
        fields["name"] = shown(said["name"])
    for name in ("size", "sha256", "content"):
        fields[name] = said[name]
    if said["kind"] == "retrieval":
        fields["bytes_in_last_session"] = said["bytes_in_last_session"]
    if said["kind"] == "delivery":
        fields |= {"target": said["target"], "name_there": shown(said["name_there"])}
    if said["kind"] in ("delivery", "destruction"):
        fields |= {"deposited": said["deposited"], "deposit_row": said["deposit_row"]}
    if certificate:
        fields["holds_checked"] = said["holds_checked"]
    for name in ("rule", "policy", "note", "chain", "row", "hash"):
        fields[name] = said[name]
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())
    return ("{\n" + lines + "\n}\n").encode()


def vectors() -> str:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption()).decode()
    public = base64.b64encode(blob_of(key)).decode()
    witness = "SHA256:" + base64.b64encode(hashlib.sha256(blob_of(key)).digest()).decode().rstrip("=")
    made = []
    for case in CASES:
        said = COMMON | case
        namespace = "certificate@consign" if said["kind"] == "destruction" else "receipt@consign"
        text = text_of(said, witness)
        raw = {name: value.hex() if isinstance(value, bytes) else value for name, value in said.items()}
        made.append({"said": raw, "text": text.decode(), "namespace": namespace,
                     "signature": sign(key, namespace.encode(), text)})
    return json.dumps({"private_key": pem, "receipts": made,
                       "allowed_signers": "witness namespaces=\"receipt@consign,certificate@consign\" "
                                          f"ssh-ed25519 {public}\n"}, indent=1) + "\n"


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(0 if open(sys.argv[2]).read() == vectors() else f"{sys.argv[2]} is not what this script makes")
    open(sys.argv[1], "w").write(vectors())
