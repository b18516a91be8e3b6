"""Export vectors, from docs/formats/export.md, ledger.md, checkpoint.md and OpenSSH's PROTOCOL.sshsig alone.

export_vectors.py --check FILE: is FILE what this makes?   export_vectors.py FILE: make it."""

import base64
import hashlib
import json
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CHAIN = bytes.fromhex("00112233445566778899aabbccddeeff")
ROOT = Path(__file__).resolve().parents[2]
PAGES = {"README.txt": "tools/bundle-readme.txt", "verify-ledger.py": "tools/verify-ledger.py",
         **{f"{page}.md": f"docs/formats/{page}.md" for page in ("export", "ledger", "checkpoint", "timestamp")}}


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def public_blob(key: Ed25519PrivateKey) -> bytes:
    return string(b"ssh-ed25519") + string(key.public_key().public_bytes(serialization.Encoding.Raw,
                                                                         serialization.PublicFormat.Raw))


def public_line(key: Ed25519PrivateKey) -> str:
    return "ssh-ed25519 " + base64.b64encode(public_blob(key)).decode()


def fingerprint(key: Ed25519PrivateKey) -> str:
    return "SHA256:" + base64.b64encode(sha256(public_blob(key))).decode().rstrip("=")


def signature(key: Ed25519PrivateKey, text: str, namespace: bytes) -> str:
    signed = b"SSHSIG" + string(namespace) + string(b"") + string(b"sha512") + string(hashlib.sha512(text.encode()).digest())
    blob = (b"SSHSIG" + struct.pack(">I", 1) + string(public_blob(key)) + string(namespace) + string(b"") +
            string(b"sha512") + string(string(b"ssh-ed25519") + string(key.sign(signed))))
    encoded = base64.b64encode(blob).decode()
    lines = [encoded[at:at + 70] for at in range(0, len(encoded), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def start() -> bytes:
    return sha256(b"consign ledger v1" + CHAIN)


def row_bytes(sequence: int, account: bytes = b"lab", fields: tuple = (), detail: bytes = b"") -> bytes:
    """`fields`: (name, salt, value)."""
    committed = bytes([len(fields)]) + b"".join(string(name) + sha256(salt + value) for name, salt, value in fields)
    return (b"\x01" + CHAIN + struct.pack(">qqHB", sequence, 1_790_000_000_000_000 + sequence, 23, 1) + bytes(16) +
            string(account) + string(b"sftp") + string(b"") + string(detail) + bytes([sequence % 255 + 1]) * 16 +
            struct.pack(">QQ", sequence * 10, 1) + bytes(32) + committed)


def chained(rows: list, previous: bytes) -> list:
    """(row, hash) of each."""
    made = []
    for row in rows:
        previous = sha256(previous + sha256(row))
        made.append((row, previous))
    return made


def checkpoint_text(sequence: int, digest: bytes) -> str:
    return (f"consign checkpoint v1\nchain {CHAIN.hex()}\nsequence {sequence}\nhash {digest.hex()}\n"
            "time 2026-11-28T18:36:52.000000Z\n")


def line(value: dict) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n"


def checkpoint_line(sequence: int, digest: bytes, key: Ed25519PrivateKey = KEY) -> str:
    text = checkpoint_text(sequence, digest)
    return line({"sequence": sequence, "checkpoint": text, "signature": signature(key, text, b"checkpoint@consign")})


def standins(digests: list) -> str:
    return line({"standins": base64.b64encode(b"".join(digests)).decode()})


def manifest_text(manifest: dict) -> str:
    members = [f"{json.dumps(name)}: {line(value).rstrip()}" for name, value in manifest.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def files_of(rows: str, checkpoints: str = "", timestamps: str = "", key: Ed25519PrivateKey = KEY) -> dict:
    pages = {name: (ROOT / source).read_text() for name, source in PAGES.items()}
    return pages | {"rows.jsonl": rows, "checkpoints.jsonl": checkpoints, "timestamps.jsonl": timestamps,
                    "witness.pub": public_line(key) + "\n", "allowed_signers": f"witness {public_line(key)}\n"}


def manifest_of(files: dict, first: int, last: int, previous: bytes, head: bytes, **more) -> dict:
    return {"format": "consign export v1", "site": "consign.example", "chain": CHAIN.hex(), "first": first, "last": last,
            "previous": previous.hex(), "head": head.hex(), "rows": last - first + 1, "shown": 0,
            "time": "2026-11-28T18:36:52.000000Z", "asked_by": "admin:root", "witness": fingerprint(KEY),
            "checkpoint": "made", "scope": {}} | more | {
            "files": {name: {"bytes": len(text.encode()), "sha256": sha256(text.encode()).hex()}
                      for name, text in sorted(files.items())}}


def write_bundle(folder: Path, files: dict, manifest: dict, key: Ed25519PrivateKey = KEY) -> None:
    text = manifest_text(manifest)
    folder.mkdir()
    for name, content in (files | {"manifest.json": text,
                                   "manifest.json.sig": signature(key, text, b"export@consign")}).items():
        (folder / name).write_bytes(content.encode())


# The vectors.

FIELDS = ((b"path", bytes([1]) * 32, "/labs/biomed/résultat \"1\".hl7".encode()),
          (b"address", bytes([2]) * 32, b"192.0.2.7"), (b"sha256", bytes([3]) * 32, b"ab" * 32))
STRANGE = ((b"path", bytes([4]) * 32, b"/labs/\xe9\n\x1b[2J"), (b"subject", bytes([5]) * 32, b"HNORD\\4711"))


def opening(name: bytes, salt: bytes, value: bytes) -> dict:
    plain = value.decode() if all(byte >= 32 and byte not in (0x5C, 0x7F) for byte in value) else None
    return {"name": name.decode(), "salt": salt.hex(), **({"field": plain} if plain else {"field_hex": value.hex()})}


def vectors() -> str:
    # (fields, what the row is in the export)
    kinds = [((), "out"), (FIELDS, "opened"), (STRANGE, "opened"), (FIELDS, "out"), ((), "out"), (FIELDS, "forgotten"),
             (STRANGE, "altered"), ((), "none"), ((), "misfit"), ((), "malformed out"), ((), "out"), ((), "malformed")]
    given, lines, run, previous = [], "", [], start()
    for sequence, (fields, kind) in enumerate(kinds, 1):
        row = row_bytes(sequence, fields=fields)
        digest = bytes([9]) * 32 if kind == "misfit" else sha256(previous + sha256(row))
        given.append({"sequence": sequence, "row": row.hex(), "hash": digest.hex(), "kind": kind,
                      "fields": [[name.decode(), salt.hex(), value.hex()] for name, salt, value in fields]})
        previous = digest
        if kind == "out":
            run.append(sha256(row))
            continue
        lines += standins(run) if run else ""
        run = []
        malformed = {"malformed": True} if kind.startswith("malformed") else {}
        if kind in ("misfit", "malformed out"):
            lines += line({"standin": sha256(row).hex(), "sequence": sequence, "hash": digest.hex(), **malformed})
            continue
        opened = [opening(*field) for field in fields if field[0] != b"sha256"] if kind == "opened" else []
        lines += line({"row": row.hex(), "hash": digest.hex(), **malformed,
                       **({kind: True} if kind in ("forgotten", "altered") else {}),
                       **({"open": opened} if opened else {})})
    manifest = manifest_of({"rows.jsonl": lines}, 1, len(kinds), start(), previous, shown=6, scope={
        "account": "lab", "from": "2026-11-01T00:00:00.000000Z", "until": "2026-12-01T00:00:00.000000Z",
        "file": "0a" * 16, "subject": True, "fields": ["address", "path", "subject"]})
    text = manifest_text(manifest)
    pem = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption()).decode()
    return json.dumps({"private_key": pem, "previous": start().hex(), "opened": ["address", "path", "subject"],
                       "rows": given, "lines": lines, "manifest": text,
                       "signature": signature(KEY, text, b"export@consign")}, indent=1) + "\n"


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(0 if Path(sys.argv[2]).read_text() == vectors() else f"{sys.argv[2]} is not what this script makes")
    Path(sys.argv[1]).write_text(vectors())
