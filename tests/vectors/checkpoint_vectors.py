"""Checkpoint vectors, from docs/formats/checkpoint.md and OpenSSH's PROTOCOL.sshsig alone.

checkpoint_vectors.py --check FILE: is FILE what this makes?   checkpoint_vectors.py FILE: make it."""

import base64
import hashlib
import json
import struct
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED = bytes(range(32))
NAMESPACE = b"checkpoint@consign"


def string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def armour(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at:at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def vector(key: Ed25519PrivateKey, chain: str, sequence: int, digest: str, time: str) -> dict:
    text = (f"consign checkpoint v1\nchain {chain}\nsequence {sequence}\nhash {digest}\ntime {time}\n")
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    blob = string(b"ssh-ed25519") + string(public)
    signed = (b"SSHSIG" + string(NAMESPACE) + string(b"") + string(b"sha512") +
              string(hashlib.sha512(text.encode()).digest()))
    signature = string(b"ssh-ed25519") + string(key.sign(signed))
    return {"chain": chain, "sequence": sequence, "hash": digest, "time": time, "text": text,
            "signature": armour(b"SSHSIG" + struct.pack(">I", 1) + string(blob) + string(NAMESPACE) + string(b"") +
                                string(b"sha512") + string(signature)),
            "public_key": "ssh-ed25519 " + base64.b64encode(blob).decode()}


def vectors() -> str:
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption()).decode()
    made = [vector(key, "00112233445566778899aabbccddeeff", 1, "00" * 32, "2026-11-28T18:36:52.000000Z"),
            vector(key, "ff" * 16, 9223372036854775807, "ab" * 32, "1970-01-01T00:00:00.000001Z")]
    return json.dumps({"private_key": pem, "checkpoints": made}, indent=1) + "\n"


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(0 if open(sys.argv[2]).read() == vectors() else f"{sys.argv[2]} is not what this script makes")
    open(sys.argv[1], "w").write(vectors())
