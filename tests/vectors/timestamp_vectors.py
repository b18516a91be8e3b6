"""Makes timestamp.json from docs/formats/timestamp.md, with `openssl ts`. Signatures and times are new each time, so
--check does not make them again: it holds the vectors that are kept against `openssl ts -verify`."""

import argparse
import base64
import json
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

from timestamp_authority import Stamper, openssl, with_other_imprint, with_other_nonce  # noqa: E402

TEXT = ("consign checkpoint v1\nchain 0123456789abcdef0123456789abcdef\nsequence 4711\n"
        "hash 89abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567\n"
        "time 2026-11-28T18:36:52.000000Z\n")


def query_of(folder: Path) -> bytes:
    (folder / "text").write_text(TEXT)
    return openssl("ts", "-query", "-data", folder / "text", "-sha256", "-cert")


def time_in(folder: Path, answer: bytes) -> str:
    (folder / "answer").write_bytes(answer)
    told = openssl("ts", "-reply", "-in", folder / "answer", "-text").decode()
    moment = datetime.strptime(re.search(r"^Time stamp: (.*) GMT$", told, re.MULTILINE)[1], "%b %d %H:%M:%S %Y")
    return moment.replace(tzinfo=timezone.utc).isoformat()


def make() -> dict:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        known = Stamper(folder / "known", "Horodatage Exemple")
        short = Stamper(folder / "short", "Short", days=1)  # long since over when the vectors are read
        stranger = Stamper(folder / "stranger", "Stranger")
        query = query_of(folder)
        good = known.answer(query)
        altered = bytearray(good)
        altered[-5] ^= 1
        # `said`: what an answer to the query is worth; `trusted`: by which of the roots.
        answers = {
            "good": (good, "", ["known"]),
            "of a certificate that is over": (short.answer(query), "", ["short"]),
            "of a stranger": (stranger.answer(query), "", ["stranger"]),
            "refused": (known.answer(query, digests="sha512"), "not_granted", []),
            "of another nonce": (known.answer(with_other_nonce(query)), "other_nonce", ["known"]),
            "of another imprint": (known.answer(with_other_imprint(query)), "other_imprint", []),
            "altered signature": (bytes(altered), "unsigned_answer", []),
            "more behind it": (good + b"\0", "unreadable", []),
            "cut": (good[:-40], "unreadable", []),
            "empty": (b"", "unreadable", []),
            "not DER": (b"<html>out of order</html>", "unreadable", []),
        }
        made = {"text": TEXT, "query": base64.b64encode(query).decode(), "roots": {}, "answers": []}
        for name, stamper in (("known", known), ("short", short), ("stranger", stranger)):
            made["roots"][name] = stamper.root.read_text()
        for name, (answer, said, trusted) in answers.items():
            row = {"name": name, "answer": base64.b64encode(answer).decode(), "said": said, "trusted": trusted}
            if said == "":
                row["time"] = time_in(folder, answer)
                row["authority"] = {"known": "CN=Horodatage Exemple TSA", "short": "CN=Short TSA",
                                    "stranger": "CN=Stranger TSA"}[trusted[0]]
            made["answers"].append(row)
        return made


def check(vectors: dict) -> int:
    """As `openssl ts -verify` sees them."""
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "text").write_text(vectors["text"])
        (folder / "query").write_bytes(base64.b64decode(vectors["query"]))
        for row in vectors["answers"]:
            (folder / "answer").write_bytes(base64.b64decode(row["answer"]))
            as_of = []
            if "time" in row:
                as_of = ["-attime", str(int(datetime.fromisoformat(row["time"]).timestamp()))]
            for root, pem in vectors["roots"].items():
                (folder / "root").write_text(pem)
                for against, held in (("-data", root in row["trusted"]),
                                      ("-queryfile", root in row["trusted"] and row["said"] == "")):
                    done = subprocess.run(["openssl", "ts", "-verify", "-in", folder / "answer", against,
                                           folder / ("text" if against == "-data" else "query"), "-CAfile",
                                           folder / "root", *as_of], capture_output=True)
                    # It reads no further than the answer's end.
                    if (done.returncode == 0) != held and row["name"] != "more behind it":
                        print(f"{row['name']}, {root}, {against}: openssl says {done.returncode}: "
                              f"{done.stderr.decode(errors='replace')}")
                        wrong += 1
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    if asked.check:
        sys.exit(1 if check(json.loads(asked.file.read_text())) else 0)
    asked.file.write_text(json.dumps(make(), indent=1) + "\n")
