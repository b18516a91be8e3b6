#!/usr/bin/python3
"""Test vectors of the keyring file and the sealed file, version 1, made from their pages alone
(docs/formats/keyring.md, docs/formats/sealed-file.md) and python3-cryptography.

  sealed_file_vectors.py          writes sealed_file/vectors.json beside this script
  sealed_file_vectors.py --check  exits 1 where the committed vectors are not what it would write

A bad vector is a good one with edits, bad for the one reason that it names; `gives_out` is how many
bytes of content may come out, read in order by whole chunks, before the error."""
import base64
import hashlib
import hmac
import json
import pathlib
import struct
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

CHUNK, RECORD, HEADER = 65536, 65536 + 28, 4096
OPENED = 1795500000000000  # microseconds since 1970
ROOT = bytes(range(32))


def fixed(label, size):
    """Where the program takes random bytes, a vector takes these."""
    return hashlib.sha256(label.encode()).digest()[:size]


def hkdf(key, salt, info):
    return HKDF(SHA256(), 32, salt, info.encode()).derive(key)


def string(data):
    return struct.pack(">I", len(data)) + data


def seal(key, nonce, associated, plain):
    return nonce + AESGCM(key).encrypt(nonce, plain, associated)


def keyring():
    wrapping = hkdf(ROOT, b"", "consign keyring v1")
    rows, canonical = [], b""
    for number, (purpose, period, destroyed) in enumerate(
            [("content", "", False), ("name", "", False), ("index", "", False),
             ("ledger_period", "2026-10", True), ("ledger_period", "2026-11", False),
             ("file_trace", "2026-11", False)], 1):
        wrapped = bytes(40) if destroyed else aes_key_wrap_with_padding(wrapping, fixed(f"key {number}", 32))
        rows.append({"id": number, "purpose": purpose, "period": period, "created": OPENED,
                     "destroyed": destroyed, "wrapped": wrapped.hex()})
        code = {"content": 1, "name": 2, "index": 3, "ledger_period": 4, "file_trace": 5}[purpose]
        canonical += (struct.pack(">IB", number, code) + string(period.encode())
                      + struct.pack(">qB", OPENED, destroyed) + wrapped)
    canonical = string(b"consign keyring") + struct.pack(">III", 1, len(rows) + 1, len(rows)) + canonical
    authentication = hmac.new(hkdf(ROOT, b"", "consign keyring v1 authentication"), canonical, "sha256")
    return json.dumps({"format": "consign keyring", "version": 1,
                       "check": hkdf(ROOT, b"", "consign keyring v1 check").hex(),
                       "next_id": len(rows) + 1, "keys": rows,
                       "authentication": authentication.hexdigest()})


def content_of(size):
    return bytes((index * 7 + (index >> 8)) & 0xff for index in range(size))


def sealed_file(name, content, path=b"/labs/biomed/in/r.hl7", account=b"biomed", flip_flags=False):
    stream, dek = fixed(f"{name} stream", 16), fixed(f"{name} dek", 32)
    kek = fixed("key 1", 32)
    content_key = hkdf(dek, stream, "consign sealed-file v1 content")
    header_key = hkdf(dek, stream, "consign sealed-file v1 header")
    chunks = [content[at:at + CHUNK] for at in range(0, len(content), CHUNK)] or [b""]
    body, tags = b"", b""
    for index, chunk in enumerate(chunks):
        last = (index == len(chunks) - 1) != flip_flags
        record = seal(content_key, fixed(f"{name} nonce {index}", 12),
                      stream + struct.pack(">QB", index, last), chunk)
        body, tags = body + record, tags + record[-16:]
    identity = b"CONSIGN\x1a" + struct.pack(">HH", 1, 1) + stream
    clear = (identity + struct.pack(">BI", 1, 1) + aes_key_wrap_with_padding(kek, dek)).ljust(512, b"\0")
    opening = string(path) + string(account) + struct.pack(">q", OPENED)
    closing = (struct.pack(">QQ", len(content), len(chunks)) + hashlib.sha256(content).digest()
               + hashlib.sha256(tags).digest())
    return (clear
            + seal(header_key, fixed(f"{name} opening", 12), identity + b"\1", opening.ljust(3044, b"\0"))
            + seal(header_key, fixed(f"{name} closing", 12), identity + b"\2", closing.ljust(484, b"\0"))
            + body)


def bad(name, of, reason, gives_out, *edits):
    return {"name": name, "of": of, "reason": reason, "gives_out": gives_out, "edits": list(edits)}


def flip(offset):
    return {"flip": offset}


def vectors():
    files = {"empty": content_of(0), "one_byte": content_of(1), "two_chunks": content_of(CHUNK + 100)}
    good = []
    for name, content in files.items():
        good.append({"name": name, "stream": fixed(f"{name} stream", 16).hex(), "size": len(content),
                     "sha256": hashlib.sha256(content).hexdigest(), "path": "/labs/biomed/in/r.hl7",
                     "account": "biomed", "opened": OPENED,
                     "sealed": base64.b64encode(sealed_file(name, content)).decode()})
    second = HEADER + RECORD
    unflagged = base64.b64encode(sealed_file("one_byte", files["one_byte"], flip_flags=True)[HEADER:]).decode()
    return {
        "root": ROOT.hex(),
        "keyring": keyring(),
        "content": "byte i is (7 * i + (i >> 8)) mod 256",
        "good": good,
        "bad": [
            bad("magic", "one_byte", "the magic is not that of a sealed file", 0, flip(0)),
            bad("version", "one_byte", "a version that this page does not define", 0, flip(9)),
            bad("suite", "one_byte", "a suite that this page does not define", 0, flip(11)),
            bad("stream", "one_byte", "the stream id is another file's", 0, flip(12)),
            bad("no_slots", "one_byte", "no slot is in use", 0, flip(28)),
            bad("slot", "one_byte", "the wrapped key was altered", 0, flip(40)),
            bad("unused_slot", "one_byte", "a slot that is not in use is not zeros", 0, flip(80)),
            bad("clear_padding", "one_byte", "the clear part's padding is not zeros", 0, flip(511)),
            bad("opening", "one_byte", "the opening part was altered", 0, flip(600)),
            bad("closing", "one_byte", "the closing part was altered", 0, flip(3700)),
            bad("unfinished", "one_byte", "the closing part is zeros: the upload was never committed", 0,
                {"zero": 3584, "length": 512}),
            bad("short_header", "one_byte", "the file ends within its header", 0, {"cut": 4095}),
            bad("empty_record", "empty", "the one record of an empty file was altered", 0, flip(HEADER)),
            bad("empty_cut", "empty", "the one record of an empty file is missing", 0, {"cut": HEADER}),
            bad("last_flag", "one_byte", "the last record is not flagged as the last", 0,
                {"replace": HEADER, "with": unflagged}),
            bad("first_nonce", "two_chunks", "a nonce was altered", 0, flip(HEADER)),
            bad("first_ciphertext", "two_chunks", "a ciphertext was altered", 0, flip(HEADER + 12)),
            bad("first_tag", "two_chunks", "a tag was altered", 0, flip(second - 1)),
            bad("second_ciphertext", "two_chunks", "the last chunk was altered", CHUNK, flip(second + 12)),
            bad("cut_record", "two_chunks", "the last record is a byte short", 0,
                {"cut": second + 28 + 99}),
            bad("missing_record", "two_chunks", "the last record is missing", 0, {"cut": second}),
            bad("appended", "two_chunks", "a byte follows the last record", 0, {"append": "AA=="}),
        ],
    }


def main():
    target = pathlib.Path(__file__).parent / "sealed_file" / "vectors.json"
    text = json.dumps(vectors(), indent=1) + "\n"
    if "--check" in sys.argv:
        if target.read_text() != text:
            sys.exit(f"{target} is not what this script writes")
    else:
        target.write_text(text)


main()
