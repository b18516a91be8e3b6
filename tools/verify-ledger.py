#!/usr/bin/env python3
"""Verifies an export of Consign's ledger (`consign audit export`) with none of Consign's code: Python's standard
library, and the commands `ssh-keygen` and `openssl`. What it checks is written in export.md, ledger.md, checkpoint.md
and timestamp.md, of which the bundle has copies.

Exit status: 0 it verifies; 1 it does not; 2 it could not be looked at."""

import argparse
import base64
import binascii
import calendar
import collections
import concurrent.futures
import hashlib
import itertools
import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, Optional

FILES = ("README.txt", "rows.jsonl", "checkpoints.jsonl", "timestamps.jsonl", "witness.pub", "allowed_signers",
         "verify-ledger.py", "export.md", "ledger.md", "checkpoint.md", "timestamp.md")
FIELDS = ("path", "second_path", "address", "sha256", "subject", "query")
LINE_LIMIT_BYTES, MANIFEST_LIMIT_BYTES, COMMAND_LIMIT_SECONDS = 64 << 20, 1 << 20, 60
INQUEST_REACH, REORDER_REACH = 1000, 100_000  # rows around the first bad one that are looked at
CHECKPOINT = re.compile(r"consign checkpoint v1\nchain ([0-9a-f]{32})\nsequence (\d{1,19})\nhash ([0-9a-f]{64})\n"
                        r"time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n", re.ASCII)
STAMPED = re.compile(r"the checkpoint of row (\d{1,19}), at .*", re.ASCII | re.DOTALL)


class Wrong(Exception):
    """The bundle does not verify; its text says why."""


class Unreadable(Wrong):
    """Bytes that are none of a row."""


class Unusable(Exception):
    """Nothing could be looked at: a file or a command is missing."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# What a liar wrote: read as exactly what it should be, or refused.
def number(value, where: str) -> int:
    if type(value) is not int or not -2**63 <= value < 2**63:
        raise Wrong(f"{where}: no number of 64 bits")
    return value


def hexadecimal(value, where: str, size: Optional[int] = None) -> bytes:
    try:
        data = binascii.unhexlify(value) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        data = None
    if data is None or size not in (None, len(data)):
        raise Wrong(f"{where}: no hexadecimal digits, or not so many")
    return data


def text(value, where: str) -> str:
    if not isinstance(value, str):
        raise Wrong(f"{where}: no text")
    return value


def base64_of(value, where: str) -> bytes:
    try:
        return base64.b64decode(text(value, where), validate=True)
    except ValueError:
        raise Wrong(f"{where}: no base64") from None


def parsed(data: bytes, where: str) -> dict:
    try:
        value = json.loads(data.decode(), parse_int=lambda digits: int(digits[:21]), parse_constant=int)  # 21: out of range, too
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Wrong(f"{where}: no JSON object")
    return value


class Bundle:
    """The files of a folder or of a tar; only those that a bundle has, and only regular ones."""

    def __init__(self, path: Path) -> None:
        self.path, self.tar = path, None
        if path.is_dir():
            return
        try:
            self.tar = tarfile.open(path, "r:")
            self.members = {member.name.split("/")[-1]: member for member in self.tar
                            if member.isreg() and not member.issparse()}
        except (OSError, ValueError, tarfile.TarError) as error:
            raise Unusable(f"{path}: neither a folder nor a tar ({error})") from None

    def open(self, name: str):
        if self.tar and name in self.members:
            return self.tar.extractfile(self.members[name])
        file = self.path / name
        if self.tar or not file.exists() or not stat.S_ISREG(file.lstat().st_mode):
            raise Wrong(f"{name}: not in the bundle, or no regular file")
        return file.open("rb")

    def read(self, name: str, limit: int = MANIFEST_LIMIT_BYTES) -> bytes:
        with self.open(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise Wrong(f"{name}: larger than such a file is")
        return data

    def objects(self, name: str):
        with self.open(name) as file:
            yield from objects(file, name)


def objects(file, name: str):
    for count in itertools.count(1):
        line = file.readline(LINE_LIMIT_BYTES + 1)
        if not line:
            return
        if len(line) > LINE_LIMIT_BYTES or not line.endswith(b"\n"):
            raise Wrong(f"{name}:{count}: too long, or without its end")
        yield f"{name}:{count}", parsed(line, f"{name}:{count}")


# Signatures.
class Witnesses:
    """The public keys that are trusted, as `ssh-keygen -Y verify` takes them."""

    def __init__(self, keys: list, folder: Path) -> None:
        self.allowed, self.folder, self.keys = folder / "allowed", folder, []
        for where, line in keys:
            match = re.match(r"(ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43})(\s|$)", line)
            if not match:
                raise Wrong(f"{where}: no public key such as `ssh-ed25519 AAAA...`")
            self.keys.append(match[1])
        self.allowed.write_text("".join(f"witness {key}\n" for key in self.keys))

    def signer(self, message: bytes, signature: str, purpose: str) -> Optional[str]:
        """The fingerprint of the one that signed it; nothing where none of them did."""
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            file.write(signature.encode(errors="replace"))
            file.flush()
            said = run("ssh-keygen", "-Y", "verify", "-f", self.allowed, "-I", "witness", "-n", purpose, "-s", file.name,
                       given=message)
        match = re.search(rb"with ED25519 key (SHA256:[A-Za-z0-9+/]{43})\s*$", said or b"")
        return match[1].decode() if match else None


def run(*words, given: bytes = b"") -> Optional[bytes]:
    """What the command printed; nothing where it failed."""
    try:
        done = subprocess.run(words, input=given, capture_output=True, timeout=COMMAND_LIMIT_SECONDS)
    except OSError as error:
        raise Unusable(f"{words[0]}: {error.strerror}; install it") from None
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


class Checkpoint(NamedTuple):
    kept_as: int  # the number under which it was kept
    sequence: int
    hash: bytes
    text: str
    time: str              # by the site's clock
    signer: Optional[str]  # the fingerprint of a witness that is trusted; nothing: it is none


def checkpoints(lines, witnesses: Witnesses) -> list:
    def look(line) -> Checkpoint:
        where, given = line
        words, signature = text(given.get("checkpoint"), where), text(given.get("signature"), where)
        match = CHECKPOINT.fullmatch(words)
        sequence = int(match[2]) if match else 0
        kept_as = number(given.get("sequence", sequence), where)
        signer = witnesses.signer(words.encode(), signature, "checkpoint@consign") if match and kept_as == sequence else None
        return Checkpoint(kept_as, sequence, bytes.fromhex(match[3] if match else ""), words, match[4] if match else "", signer)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(look, lines))


# Rows.
class Row(NamedTuple):
    sequence: int
    bytes: Optional[bytes]  # None: a stand-in
    digest: bytes           # SHA-256 of its bytes
    hash: bytes             # that it has in the ledger
    well_formed: bool = True


def take_apart(row: bytes, where: str) -> dict:
    """The fields of a row; ledger.md, "Row bytes"."""
    at = 0

    def take(size: int) -> bytes:
        nonlocal at
        at += size
        if at > len(row):
            raise Unreadable(f"{where}: a row that ends before its end")
        return row[at - size:at]

    def integer(size: int, signed: bool = False) -> int:
        return int.from_bytes(take(size), "big", signed=signed)

    def string() -> str:
        return take(integer(4)).decode(errors="backslashreplace")

    fields = {"version": integer(1), "chain": take(16).hex(), "sequence": integer(8, True), "time": integer(8, True),
              "action": integer(2), "outcome": integer(1), "session": take(16).hex(), "account": string(),
              "protocol": string(), "rule": string(), "detail": string(), "stream": take(16).hex(),
              "bytes": integer(8), "count": integer(8), "policy": take(32).hex()}
    fields["commitments"] = {string(): take(32) for _ in range(integer(1))}
    if at != len(row):
        raise Unreadable(f"{where}: a row that goes on behind its end")
    return fields


def opened(given: dict, commitments: dict, where: str) -> dict:
    """The opened fields, each of which is the one that the row commits to."""
    fields = {}
    entries = given.get("open", [])
    for entry in entries if isinstance(entries, list) else [None]:
        if not isinstance(entry, dict):
            raise Wrong(f"{where}: no opened field")
        name, salt = text(entry.get("name"), where), hexadecimal(entry.get("salt"), where, 32)
        try:
            value = hexadecimal(entry["field_hex"], where) if "field_hex" in entry else \
                text(entry.get("field"), where).encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            raise Wrong(f"{where}: no text") from None
        if commitments.get(name) != sha256(salt + value):
            raise Wrong(f"{where}: an opened field is not the one that the row commits to")
        fields[name] = value.decode(errors="backslashreplace")
    return fields


class Forgotten:
    """Rows whose personal fields are forgotten, until a row behind them tells of as many of their month: ledger.md,
    "Forgetting"."""

    MONTH = r"(\d{4}-\d\d)"
    TRACES = re.compile(rf"the content of these files is gone:( \d{{1,20}} of {MONTH},)* \d{{1,20}} of {MONTH}", re.ASCII)
    ACCESS = re.compile(rf"the access of {MONTH}, with its key: (\d{{1,20}}) events, \d{{1,20}} sessions", re.ASCII)

    def __init__(self) -> None:
        self.open: dict = {}  # (about a file?, month): the first row, and how many

    def add(self, row: dict) -> None:
        when = time.gmtime(row["time"] // 1_000_000)
        kind = (row["stream"] != "0" * 32, f"{when.tm_year:04}-{when.tm_mon:02}")
        first, count = self.open.get(kind, (row["sequence"], 0))
        self.open[kind] = (first, count + 1)

    def read(self, row: dict) -> None:
        told, access = [], self.ACCESS.fullmatch(row["detail"])
        if (row["action"], row["outcome"]) != (80, 1):
            return
        if access:
            told = [((False, access[1]), int(access[2]))]
        elif self.TRACES.fullmatch(row["detail"]):
            told = [((True, month), int(count)) for count, month in re.findall(rf"(\d+) of {self.MONTH}", row["detail"])]
        for kind, count in told:
            first, left = self.open.pop(kind, (0, 0))
            if left > count:
                self.open[kind] = (first, left - count)


class Rows:
    """The rows of rows.jsonl, in order, behind the row of this number and hash. `asked`: the personal fields that are to be
    opened."""

    def __init__(self, chain: bytes, sequence: int, previous: bytes, asked) -> None:
        self.chain, self.sequence, self.previous, self.asked = chain, sequence, previous, asked
        self.shown = self.fields = self.forgotten = self.withheld = 0
        self.tally, self.unseen, self.altered = Forgotten(), False, None  # unseen: stand-ins behind forgotten rows
        self.stamped: list = []  # (row that tells of it, checkpoint)

    def read(self, lines):
        for where, given in lines:
            if "standins" in given:
                run_of = base64_of(given["standins"], where)
                if not run_of or len(run_of) % 32:
                    raise Wrong(f"{where}: no stand-ins of 32 bytes each")
                for at in range(0, len(run_of), 32):
                    digest = run_of[at:at + 32]
                    yield self.reached(Row(self.sequence + 1, None, digest, sha256(self.previous + digest)))
                continue
            well_formed, stored = given.get("malformed") is not True, hexadecimal(given.get("hash"), where, 32)
            if "standin" in given:
                yield self.reached(Row(number(given.get("sequence"), where), None,
                                       hexadecimal(given["standin"], where, 32), stored, well_formed))
                continue
            row = hexadecimal(given.get("row"), where)
            if len(row) < 25 or row[0] != 1 or row[1:17] != self.chain:
                raise Wrong(f"{where}: no row of this chain")
            self.shown += 1
            try:
                self.look(given, take_apart(row, where), where)
            except Unreadable:
                if given.get("open"):
                    raise
                well_formed = False
            yield self.reached(Row(int.from_bytes(row[17:25], "big", signed=True), row, sha256(row), stored, well_formed))

    def erased(self) -> Optional[tuple]:
        """The first row whose fields are neither there nor told to be forgotten, and why."""
        found = [] if self.unseen else [(first, f"from it on, rows of {month} about {'files' if files else 'no file'} have lost "
                                         f"their personal fields, and of {count} of them no row tells that they were forgotten")
                                        for (files, month), (first, count) in self.tally.open.items()]
        if self.altered is not None:
            found.append((self.altered, "its personal fields were taken away or changed"))
        return min(found, default=None)

    def look(self, given: dict, row: dict, where: str) -> None:
        fields = opened(given, row["commitments"], where)
        self.fields += len(fields)
        self.tally.read(row)
        stamped = STAMPED.fullmatch(row["detail"])
        if (row["action"], row["outcome"]) == (81, 1) and stamped:
            self.stamped.append((row["sequence"], int(stamped[1])))
        if given.get("altered") is True:
            self.altered = row["sequence"] if self.altered is None else min(self.altered, row["sequence"])
            return
        if given.get("forgotten") is True:
            self.forgotten += 1
            self.tally.add(row)
            return
        hidden = row["commitments"].keys() - fields.keys()
        if not hidden.isdisjoint(self.asked) or hidden and len(self.asked) == len(FIELDS):
            raise Wrong(f"{where}: personal fields of the row are withheld, and the manifest does not say so")
        self.withheld += len(hidden)

    def reached(self, row: Row) -> Row:
        self.sequence, self.previous = row.sequence, row.hash
        self.unseen = self.unseen or (row.bytes is None and bool(self.tally.open))
        return row


class Damaged(Wrong):
    def __init__(self, row: int, damage: str, why: str) -> None:
        super().__init__(f"the chain breaks at row {row} ({damage}): {why}")


def hash_at(row: Row, sequence: int, previous: bytes) -> Optional[bytes]:
    """What the row's hash would be at this place of the chain; nothing for a stand-in at another place."""
    if sequence == row.sequence:
        return sha256(previous + row.digest)
    if row.bytes is None or sequence < 0:
        return None
    return sha256(previous + sha256(row.bytes[:17] + sequence.to_bytes(8, "big") + row.bytes[25:]))


def inquest(before: list, after: list, expected: int, head: bytes, start: bytes) -> Damaged:
    """What happened to after[0], the first row that does not fit: behind `before`, where `expected` should stand."""
    bad, rows = after[0], before + after
    if bad.sequence > expected:
        return Damaged(bad.sequence, "removed", f"row {expected} is missing" if bad.sequence == expected + 1 else
                       f"rows {expected} to {bad.sequence - 1} are missing")
    if bad.sequence < expected:
        return Damaged(bad.sequence, "inserted", "it stands before the first row of a chain")
    for count in range(1, min(INQUEST_REACH, len(after) - 1) + 1):
        if hash_at(after[count], expected, head) == after[count].hash and (
                count + 1 == len(after) or
                hash_at(after[count + 1], expected + 1, after[count].hash) == after[count + 1].hash):
            return Damaged(bad.sequence, "inserted",
                           f"{count} rows were inserted here: the one behind them follows the row before")
    places = [(back, before[-1 - back].sequence + 1, before[-1 - back].hash) for back in range(1, len(before))]
    for count, place, previous in places + [(expected - 1, 1, start)] * (expected > 1):
        if hash_at(bad, place, previous) == bad.hash:
            return Damaged(bad.sequence, "inserted",
                           f"the {count} rows before it were inserted: it follows what stood before them")
    for count in range(1, INQUEST_REACH + 1) if len(after) > 1 else ():
        if hash_at(after[1], after[1].sequence + count, bad.hash) == after[1].hash:
            return Damaged(bad.sequence, "removed", f"{count} rows before it were removed, and those behind "
                                                       "numbered anew")
    for previous, row in zip(rows[len(before):], after[1:]):
        for behind in (previous.hash, row.hash):
            if hash_at(bad, row.sequence, behind) in (bad.hash, row.hash):
                return Damaged(bad.sequence, "reordered", f"it stood at {row.sequence}")
    return Damaged(bad.sequence, "changed", "it was changed, or the row before it together with its hash")


def walk(rows, chain: Optional[bytes], first: int, previous: bytes, markers: dict) -> tuple:
    """Follows the chain through the markers (number -> hashes that somebody vouched for): the number and hash of its last
    row, and how far it is vouched for."""
    start = sha256(b"consign ledger v1" + (chain or b""))
    before: collections.deque = collections.deque(maxlen=INQUEST_REACH)
    head, vouched, expected = previous, first - 1, first
    for row in rows:
        if chain is None:
            raise Damaged(row.sequence, "nameless", "the chain's id is missing")
        made = sha256(head + row.digest)
        if row.sequence != expected or not row.well_formed or made != row.hash:
            after = [row, *itertools.islice(rows, REORDER_REACH - len(before) - 1)]
            raise inquest(list(before), after, expected, head, start)
        if expected in markers:
            if markers[expected] != {made}:
                raise Damaged(vouched + 1, "rewritten", f"between it and row {expected} the chain is another than the "
                                                        "one that a checkpoint vouches for")
            vouched = expected
        before.append(row)
        head, expected = made, expected + 1
    if any(sequence >= expected for sequence in markers):
        raise Damaged(vouched + 1, "cut", f"rows from here on are gone, or others stand in their place: a checkpoint vouches "
                                          f"for {max(markers)} rows, and {expected - 1} are here")
    return expected - 1, head, vouched


# The whole.
def check_files(bundle: Bundle, manifest: dict) -> None:
    listed = manifest.get("files")
    if not isinstance(listed, dict) or set(listed) != set(FILES):
        raise Wrong("manifest.json: not the files of a bundle")
    for name in FILES:
        digest, size = hashlib.sha256(), 0
        with bundle.open(name) as file:
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
        if listed[name] != {"bytes": size, "sha256": digest.hexdigest()}:
            raise Wrong(f"{name}: not the one that the manifest was signed for")


def check_told(told: list, kept: set, stamped: set) -> None:
    """The checkpoints and time stamps that these rows tell of are there. What is written while the bundle is made may lack."""
    for what, there in (("checkpoints", kept), ("time stamps", stamped)):
        missing = [row for row, sequence in told if row <= max(kept, default=0) and sequence not in there]
        if missing:
            raise Wrong(f"the chain verifies, but {len(missing)} {what} that the ledger tells of are missing; the first is "
                        f"of row {missing[0]}")


def check_timestamps(bundle: Bundle, texts: dict, authority: Optional[str], folder: Path, stamped: set) -> str:
    """`texts`: of the checkpoints, by their number; the numbers that have a time stamp are added to `stamped`."""
    count, when = 0, ""
    for where, given in bundle.objects("timestamps.jsonl"):
        count += 1
        sequence = number(given.get("checkpoint"), where)
        stamped.add(sequence)
        token, words = base64_of(given.get("token"), where), texts.get(sequence)
        if authority is None:
            continue
        # The token alone: the words around it in the answer are signed by nobody.
        answer, alone = folder / "answer.tsr", folder / "answer.token"
        answer.write_bytes(token)
        alone.unlink(missing_ok=True)
        run("openssl", "ts", "-reply", "-in", answer, "-token_out", "-out", alone)
        told = re.findall(rb"^Time stamp: (.*)$", run("openssl", "ts", "-reply", "-token_in", "-in", alone, "-text") or b"",
                          re.MULTILINE)
        match = re.fullmatch(rb"(\w{3} +\d+ \d\d:\d\d:\d\d)[.\d]* (\d{4}) GMT", told[0]) if len(told) == 1 else None
        when = f"{match[1].decode()} {match[2].decode()}" if match else ""
        try:
            seconds = calendar.timegm(time.strptime(when, "%b %d %H:%M:%S %Y"))
        except ValueError:
            words = None
        # As of the time that it tells: certificates run out, and what they vouched for stays.
        if words is None or run("openssl", "ts", "-verify", "-digest", sha256(words.encode()).hex(), "-token_in",
                                "-in", alone, "-CAfile", authority, "-attime", str(seconds)) is None:
            raise Wrong(f"{where}: no timestamp of its checkpoint by that authority")
    if count == 0:
        return "no timestamps are in it"
    if authority is None:
        return f"{count} timestamps are in it, not looked at: name the authority's certificate with --tsa-ca"
    return f"{count} timestamps hold; the last one says {when} UTC"


def print_rows(bundle: Bundle) -> None:
    """In ASCII, so that nothing in them reaches a terminal as more than text."""
    for where, given in bundle.objects("rows.jsonl"):
        if "row" in given:
            row = hexadecimal(given["row"], where)
            fields = take_apart(row, where)
            fields |= opened(given, fields["commitments"], where)
            del fields["commitments"], fields["version"], fields["chain"]
            print(json.dumps(fields))


def verify(asked: argparse.Namespace, folder: Path) -> None:
    bundle = Bundle(asked.bundle)
    own_key = ("witness.pub", bundle.read("witness.pub").decode(errors="replace"))
    named = [(file, Path(file).read_text(errors="replace")) for file in asked.witness]
    witnesses = Witnesses(named or [own_key], folder)
    signed = bundle.read("manifest.json")
    signer = witnesses.signer(signed, bundle.read("manifest.json.sig").decode(errors="replace"), "export@consign")
    if not signer:
        raise Wrong("manifest.json: not signed by the witness")
    manifest = parsed(signed, "manifest.json")
    if manifest.get("format") != "consign export v1":
        raise Wrong("manifest.json: no export of version 1")
    check_files(bundle, manifest)
    first, last = (number(manifest.get(key), "manifest.json") for key in ("first", "last"))
    previous, head = (hexadecimal(manifest.get(key), "manifest.json", 32) for key in ("previous", "head"))
    chain, scope = manifest.get("chain"), manifest.get("scope")
    asked_for = scope.get("fields", list(FIELDS)) if isinstance(scope, dict) else None
    if not isinstance(asked_for, list) or not all(field in FIELDS for field in asked_for):
        raise Wrong("manifest.json: no scope")
    chain = None if chain is None else hexadecimal(chain, "manifest.json", 16)

    found = checkpoints(bundle.objects("checkpoints.jsonl"), witnesses)
    good = list(itertools.takewhile(lambda checkpoint: checkpoint.signer, found))
    held: list = []
    if asked.against:
        with open(asked.against, "rb") as file:
            held = checkpoints(objects(file, asked.against), witnesses)
        if not held or not all(checkpoint.signer for checkpoint in held):
            raise Wrong(f"{asked.against}: no checkpoints, or one that the witness did not sign")
    markers: dict = {}
    for checkpoint in good + held:
        markers.setdefault(checkpoint.sequence, set()).add(checkpoint.hash)
    if first == 1 and chain is not None and previous != sha256(b"consign ledger v1" + chain):
        raise Wrong("manifest.json: the chain does not begin at its start")
    if first != 1 and markers.get(first - 1) != {previous}:
        raise Damaged(first, "rewritten", "no checkpoint vouches for where the bundle begins")
    earlier = sum(sequence < first - 1 for sequence in markers)

    rows = Rows(chain or bytes(16), first - 1, previous, asked_for)
    end, reached, vouched = walk(rows.read(bundle.objects("rows.jsonl")), chain, first, previous,
                                 {number: hashes for number, hashes in markers.items() if number >= first})
    if len(good) < len(found):
        raise Damaged(found[len(good)].kept_as, "changed", "its checkpoint was changed, or another key signed it; an "
                                                           "earlier witness is named with --witness")
    if (end, reached) != (last, head):
        raise Wrong("manifest.json: it tells another end than the rows have")
    erased = rows.erased()
    if erased:
        raise Damaged(erased[0], "erased", erased[1])
    # What the site saw as it made the bundle, and signed: its end may have been cut off with what vouched for it. That the
    # checkpoint could not be written is no damage.
    last_word = manifest.get("checkpoint")
    if last_word not in ("made", "not made: it could not be written"):
        raise Wrong(f"manifest.json: the site itself says of the last checkpoint: {last_word}")
    stamped: set = set()
    stamps = check_timestamps(bundle, {one.sequence: one.text for one in good}, asked.tsa_ca, folder, stamped)
    check_told([told for told in rows.stamped if told[1] >= first - 1], {checkpoint.kept_as for checkpoint in found}, stamped)
    print(f"signed by the witness {signer}")
    if not asked.witness:
        print("  that key is the bundle's own, which proves nothing by itself: have the site tell you its key by "
              "another way, and name it with --witness")
    print(f"of the site {json.dumps(manifest.get('site'))}, made at {json.dumps(manifest.get('time'))} for "
          f"{json.dumps(manifest.get('asked_by'))}, of " + (f"a part: {json.dumps(scope)}" if scope else "everything"))
    print(f"chain of {last + 1 - first} rows verifies, from row {first} to row {last}; head {head.hex()}")
    print(f"  {rows.shown} rows are shown, with {rows.fields} opened fields; {last + 1 - first - rows.shown} are stand-ins")
    if rows.withheld:
        print(f"  {rows.withheld} personal fields of them are withheld: the site was asked for {', '.join(asked_for)} alone")
    if rows.forgotten:
        print(f"  the personal fields of {rows.forgotten} rows are forgotten, " +
              ("by the site's word: the rows that tell of it may be among the stand-ins" if rows.unseen else
               "as rows of the ledger tell"))
    signers = " and ".join(sorted({checkpoint.signer for checkpoint in good + held}))
    print(f"the witness {signers or '(nobody)'} vouches for it up to row {vouched}, in {len(good)} checkpoints" +
          (f" and {len(held)} that were held elsewhere" if held else "") +
          (f"; the last of the bundle says {good[-1].time}" if good else ""))
    if last_word != "made":
        print(f"  the site says of one more, which was to be made for this bundle: {last_word}")
    if earlier:
        print(f"  {earlier} of them are about rows before this part of the chain, and were not held against it")
    print(stamps)
    print(f"not shown: what was done to the {last - vouched} rows since, and by who holds the witness key; whether "
          "the stand-ins are all out of scope")
    if asked.print:
        print_rows(bundle)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, help="the folder, or its tar")
    parser.add_argument("--witness", action="append", default=[], metavar="FILE",
                        help="the witness's public key, from elsewhere (repeatable: witnesses before it)")
    parser.add_argument("--against", metavar="FILE", help="checkpoints held elsewhere: lines of checkpoints.jsonl")
    parser.add_argument("--tsa-ca", metavar="FILE", help="the certificate of the time stamping authority's root (PEM)")
    parser.add_argument("--print", action="store_true", help="print the rows that are shown, one JSON object a line")
    asked = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="verify-ledger-") as folder:
            verify(asked, Path(folder))
    except Wrong as wrong:
        print(f"DOES NOT VERIFY: {ascii(str(wrong))[1:-1]}")
        return 1
    except (Unusable, OSError) as error:
        print(f"verify-ledger.py: {ascii(str(error))[1:-1]}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
