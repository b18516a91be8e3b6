#!/usr/bin/python3
"""Test vectors for docs/formats/ledger.md and docs/formats/database.md, made from those pages alone.

ledger_vectors.py             prints the vectors
ledger_vectors.py --check F   exits 1 where file F holds others
"""

import hashlib
import hmac
import json
import struct
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def sha256(data):
    return hashlib.sha256(data).digest()


def sample(label, size):
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_256(label.encode()).digest(size)


def string(data):
    return struct.pack(">I", len(data)) + data


def commitments(fields):
    out = bytes([len(fields)])
    for name, salt, value in fields:
        out += string(name.encode()) + sha256(salt + value)
    return out


def openings(fields):
    out = bytes([len(fields)])
    for name, salt, value in fields:
        out += string(name.encode()) + salt + string(value)
    return out


def row_bytes(chain, sequence, event, committed):
    return b"".join([
        struct.pack(">B", 1),
        chain,
        struct.pack(">QqHB", sequence, event["time"], event["action"], event["outcome"]),
        event["session"],
        string(event["account"].encode()),
        string(event["protocol"].encode()),
        string(event["rule"].encode()),
        string(event["detail"].encode()),
        event["stream"],
        struct.pack(">QQ", event["bytes"], event["count"]),
        event["policy"],
        committed,
    ])


def cell(key, key_id, nonce, table, column, row, plain, bound=b""):
    associated = string(table.encode()) + string(column.encode()) + struct.pack(">qI", row, key_id) + bound
    return struct.pack(">I", key_id) + nonce + AESGCM(key).encrypt(nonce, plain, associated)


def name_index(key, parent, name):
    return hmac.new(key, struct.pack(">q", parent) + name, hashlib.sha256).digest()[:16]


def subject_index(key, authority, identifier):
    return hmac.new(key, bytes(8) + string(authority) + string(identifier), hashlib.sha256).digest()[:16]


def hkdf(key, info):
    """RFC 5869 with SHA-256, no salt, one block."""
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def index_token(period_key, field, value):
    return hmac.new(hkdf(period_key, b"consign ledger index v1"), field + b"\x00" + value, hashlib.sha256).digest()[:16]


def date(source, days):
    return struct.pack(">Bq", source, days)


def facts(authority, identifier, born, died):
    return string(authority) + string(identifier) + date(*born) + date(*died)


# Other columns that a cell vouches for: a file of `lab-biomed` in folder 7, and its content; an upload.
BOUND = {
    "nodes": struct.pack(">QBQB", 7, 2, 9, 0) + string(b"lab-biomed"),
    "files": bytes(range(16)) + struct.pack(">Q", 1788) + string(b"lab-biomed"),
    "subjects": bytes(range(16)),
    "uploads": bytes(range(16)) + string(b"lab-biomed") + struct.pack(">Q", 7)
    + bytes(range(16, 32)) + string(b"lab-virology") + struct.pack(">Q", 600),
}

# A subject: 1904-02-29 from a message; a date of death that is not known.
AUTHORITY, IDENTIFIER = b"HNORD", "ÉLODIE-1234".encode()
FACTS = facts(AUTHORITY, IDENTIFIER, (1, -24048), (0, 0))

NIL = bytes(16)
EVENTS = [
    # The least that an event can say.
    dict(time=1773532800000000, action=1, outcome=1, session=NIL, account="", protocol="", rule="", detail="",
         stream=NIL, bytes=0, count=1, policy=bytes(32), fields=[]),
    # The most, with a path that is not UTF-8.
    dict(time=1773532860123456, action=23, outcome=1, session=sample("session", 16), account="lab-biomed",
         protocol="sftp", rule="10-biomed.yaml:12", detail="created", stream=sample("stream", 16),
         bytes=1 << 40, count=1, policy=sample("policy", 32),
         fields=[("path", b"/lab/in/r\xe9sultat.hl7"), ("second_path", b"/partner/r.hl7"),
                 ("address", b"192.0.2.7"), ("sha256", sha256(b"content").hex().encode()),
                 ("subject", "ÉLODIE^1234".encode())]),
    # One field, a count, and a time before 1970.
    dict(time=-1, action=34, outcome=2, session=sample("session", 16), account="lab-biomed", protocol="sftp",
         rule="", detail="", stream=NIL, bytes=0, count=17, policy=sample("policy", 32),
         fields=[("path", b"/")]),
]
CELLS = [
    ("nodes", "name", 2, 3, b"r\xe9sultat.hl7"),
    ("files", "sha256", 7, 3, sha256(b"content")),
    ("uploads", "name", 4, 3, b"half.hl7"),
    ("subjects", "facts", 5, 3, FACTS),
    ("sessions", "address", 1, 4, b""),
    ("events", "personal", (1 << 62) + 1, 0xFFFFFFFF, bytes(300)),
]
NAMES = [(1, b"in"), (2, b"in"), (1 << 40, b"r\xe9sultat.hl7"), (1, b"x" * 255)]

TOKENS = [(b"name", b"/lab/in/r\xe9sultat.hl7"), (b"place", b"/lab/in"), (b"moved to", b"/lab/in"),
          (b"sha256", sha256(b"content").hex().encode()), (b"address", b"192.0.2.7"),
          (b"subject", "HNORD/\u00c9LODIE-1234".encode()), (b"session address", b"192.0.2.7"), (b"name", b"")]


def vectors():
    chain = sample("chain", 16)
    start = sha256(b"consign ledger v1" + chain)
    rows, previous = [], start
    for sequence, event in enumerate(EVENTS, 1):
        fields = [(name, sample(f"salt {sequence} {name}", 32), value) for name, value in event["fields"]]
        committed = commitments(fields)
        row = row_bytes(chain, sequence, event, committed)
        previous = sha256(previous + sha256(row))
        shown = {key: value.hex() if isinstance(value, bytes) else value for key, value in event.items()}
        shown["fields"] = [dict(name=name, salt=salt.hex(), value=value.hex(), commitment=sha256(salt + value).hex())
                           for name, salt, value in fields]
        rows.append(dict(sequence=sequence, **shown, commitments=committed.hex(), openings=openings(fields).hex(),
                         row=row.hex(), row_hash=sha256(row).hex(), hash=previous.hex()))
    cells = []
    for table, column, row, key_id, plain in CELLS:
        key, nonce, bound = sample(f"key {key_id}", 32), sample(f"nonce {table}", 12), BOUND.get(table, b"")
        cells.append(dict(key=key.hex(), key_id=key_id, nonce=nonce.hex(), table=table, column=column, row=row,
                          bound=bound.hex(), plain=plain.hex(),
                          cell=cell(key, key_id, nonce, table, column, row, plain, bound).hex()))
    index_key = sample("index key", 32)
    names = [dict(key=index_key.hex(), parent=parent, name=name.hex(), index=name_index(index_key, parent, name).hex())
             for parent, name in NAMES]
    subjects = [dict(key=index_key.hex(), authority=authority.hex(), id=identifier.hex(),
                     index=subject_index(index_key, authority, identifier).hex())
                for authority, identifier in [(AUTHORITY, IDENTIFIER), (b"AB", b"C"), (b"A", b"BC"), (b"", b"ABC")]]
    period_key = sample("key 4", 32)
    tokens = [dict(key=period_key.hex(), field=field.decode(), value=value.hex(),
                   token=index_token(period_key, field, value).hex()) for field, value in TOKENS]
    return dict(chain=chain.hex(), chain_start=start.hex(), rows=rows, cells=cells, name_indexes=names,
                subject_indexes=subjects, index_tokens=tokens)


def main():
    text = json.dumps(vectors(), indent=1, ensure_ascii=True) + "\n"
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        with open(sys.argv[2], encoding="ascii") as file:
            if file.read() != text:
                sys.exit(f"{sys.argv[2]} is not what this script makes")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
