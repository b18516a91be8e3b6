"""tools/verify-ledger.py, over bundles that this test makes itself, by docs/formats/export.md: good ones, damaged ones, and
those of a liar, which it refuses in words."""

import base64
import calendar
import json
import os
import re
import subprocess
import tarfile
import tempfile
import time
import unittest
from pathlib import Path
import sys

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "vectors"))
from export_vectors import (FIELDS, STRANGE, Ed25519PrivateKey, chained, checkpoint_line, checkpoint_text, files_of,  # noqa: E402
                            fingerprint, line, manifest_of, opening, public_line, row_bytes, sha256, signature, standins, start,
                            write_bundle)

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def shown(row: bytes, digest: bytes, fields: tuple = (), **more) -> str:
    opened = {"open": [opening(*field) for field in fields]} if fields else {}
    return line({"row": row.hex(), "hash": digest.hex(), **more, **opened})


class VerifyLedgerTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="consign-verify-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.count = 0
        (self.folder / "witness.pub").write_text(public_line_of())
        self.rows = [row_bytes(n, fields=FIELDS if n % 3 == 0 else STRANGE if n % 5 == 0 else ()) for n in range(1, 41)]
        self.fields = [FIELDS if n % 3 == 0 else STRANGE if n % 5 == 0 else () for n in range(1, 41)]
        self.made = chained(self.rows, start())
        self.lines = [shown(row, digest, fields) for (row, digest), fields in zip(self.made, self.fields)]
        self.checkpoints = "".join(checkpoint_line(n, self.made[n - 1][1]) for n in (10, 20, 30))

    def bundle(self, rows: str, first: int = 1, last: int = 40, previous: bytes = None, head: bytes = None,
               checkpoints: str = None, timestamps: str = "", change=None, key=None) -> Path:
        self.count += 1
        path = self.folder / f"bundle{self.count}"
        files = files_of(rows, self.checkpoints if checkpoints is None else checkpoints, timestamps)
        manifest = manifest_of(files, first, last, previous or start(), head or self.made[-1][1])
        if change:
            change(files, manifest)
        write_bundle(path, files, manifest, **({"key": key} if key else {}))
        return path

    def verify(self, path: Path, *arguments: str, witness: bool = True) -> subprocess.CompletedProcess:
        named = ["--witness", self.folder / "witness.pub"] if witness else []
        done = subprocess.run([sys.executable, ROOT / "tools" / "verify-ledger.py", *named, *arguments, path],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def assert_refused(self, path: Path, words: str, *arguments: str) -> None:
        done = self.verify(path, *arguments)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("DOES NOT VERIFY", done.stdout)
        self.assertIn(words, done.stdout)

    def test_a_good_bundle_verifies_and_says_what_it_does_not_show(self) -> None:
        done = self.verify(self.bundle("".join(self.lines)))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("chain of 40 rows verifies, from row 1 to row 40", done.stdout)
        self.assertIn("up to row 30, in 3 checkpoints", done.stdout)
        self.assertIn("not shown: what was done to the 10 rows since, and by who holds the witness key", done.stdout)
        self.assertNotIn("proves nothing", done.stdout)

    def test_an_old_bundle_or_a_part_shows_itself(self) -> None:
        def saying(**more) -> str:
            done = self.verify(self.bundle("".join(self.lines), change=lambda _, manifest: manifest.update(**more)))
            self.assertEqual(done.returncode, 0, done.stdout)
            return done.stdout
        self.assertIn('of the site "consign.example", made at "2026-11-28T18:36:52.000000Z" for "admin:root", of everything\n',
                      saying())
        self.assertIn("; the last of the bundle says 2026-11-28T18:36:52.000000Z\n", saying())
        self.assertIn('of a part: {"account": "lab"}\n', saying(scope={"account": "lab"}))
        said = saying(site="\x1b[2J\u2028", time=None, asked_by=[7])
        self.assertTrue(said.isascii() and "\x1b" not in said)

    def test_checkpoints_and_time_stamps_that_rows_tell_of_are_there(self) -> None:
        def telling(at: int, detail: bytes, stamps: str, checkpoints: tuple = (10, 20, 30)) -> Path:
            rows = [row_bytes(n, detail=detail if n == at else b"") for n in range(1, 41)]
            rows[at - 1] = rows[at - 1][:33] + (81).to_bytes(2, "big") + rows[at - 1][35:]
            made = chained(rows, start())
            return self.bundle("".join(shown(row, digest) for row, digest in made), head=made[-1][1], timestamps=stamps,
                               checkpoints="".join(checkpoint_line(n, made[n - 1][1]) for n in checkpoints))
        told, stamp = b"the checkpoint of row 20, at 2026-11-28T18:36:52Z", line({"checkpoint": 20, "token": ""})
        self.assertEqual(self.verify(telling(25, told, stamp)).returncode, 0)
        self.assert_refused(telling(25, told, ""), "the chain verifies, but 1 time stamps that the ledger tells of are missing; "
                                                   "the first is of row 25")
        self.assert_refused(telling(25, told, "", (10, 30)), "1 checkpoints that the ledger tells of are missing")
        # Behind the last checkpoint, it may have been written while the bundle was made.
        self.assertEqual(self.verify(telling(35, told, "")).returncode, 0)
        self.assertEqual(self.verify(telling(25, b"another word", "")).returncode, 0)

    def test_what_the_site_says_of_its_ledger_is_heard(self) -> None:
        def saying(word: object) -> Path:
            return self.bundle("".join(self.lines), change=lambda files, manifest: manifest.update(checkpoint=word))
        for word in ("not made: the ledger does not verify, from row 41 on (cut)",
                     "not made: the ledger could not be verified", "not made: the ledger is not what was vouched for",
                     None, "\x1b[2J"):
            self.assert_refused(saying(word), "the site itself says of the last checkpoint: " +
                                ascii(str(word))[1:-1])
        done = self.verify(saying("not made: it could not be written"))
        self.assertEqual(done.returncode, 0)
        self.assertIn("not made: it could not be written", done.stdout)

    def test_the_bundles_own_key_is_said_to_prove_nothing(self) -> None:
        done = self.verify(self.bundle("".join(self.lines)), witness=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn("proves nothing by itself", done.stdout)

    def test_a_tar_of_it_verifies_alike(self) -> None:
        path = self.bundle("".join(self.lines))
        with tarfile.open(self.folder / "bundle.tar", "w") as tar:
            tar.add(path, arcname="export")
        self.assertEqual(self.verify(self.folder / "bundle.tar").returncode, 0)

    def test_a_part_that_begins_at_a_checkpoint_verifies_and_one_that_nobody_vouches_for_does_not(self) -> None:
        previous, rows = self.made[9][1], "".join(self.lines[10:])
        done = self.verify(self.bundle(rows, 11, previous=previous))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("from row 11 to row 40", done.stdout)
        without = "".join(checkpoint_line(n, self.made[n - 1][1]) for n in (20, 30))
        self.assert_refused(self.bundle(rows, 11, previous=previous, checkpoints=without), "row 11 (rewritten)")

    def test_stand_ins_carry_the_chain(self) -> None:
        digests = [sha256(row) for row in self.rows]
        rows = standins(digests[:14]) + self.lines[14] + standins(digests[15:])
        done = self.verify(self.bundle(rows), "--print")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("1 rows are shown, with 3 opened fields; 39 are stand-ins", done.stdout)
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["path"], "/labs/biomed/résultat \"1\".hl7")
        wrong = digests[:5] + [sha256(b"x")] + digests[6:]
        # Its hashes are made of the stand-ins themselves: what shows it is the checkpoint behind.
        self.assert_refused(self.bundle(standins(wrong)), "row 1 (rewritten)")

    def test_printed_rows_are_no_more_than_text_to_a_terminal(self) -> None:
        done = self.verify(self.bundle("".join(self.lines)), "--print")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(done.stdout.isascii())
        self.assertNotIn("\x1b", done.stdout)
        self.assertEqual(sum(text.startswith("{") for text in done.stdout.splitlines()), 40)

    def test_a_stranger_signs_nothing(self) -> None:
        self.assert_refused(self.bundle("".join(self.lines), key=STRANGER), "not signed by the witness")
        own = "".join(checkpoint_line(n, self.made[n - 1][1], STRANGER if n == 20 else checkpoint_key())
                      for n in (10, 20, 30))
        self.assert_refused(self.bundle("".join(self.lines), checkpoints=own), "row 20 (changed): its checkpoint")
        (self.folder / "earlier.pub").write_text(public_line(STRANGER))
        done = self.verify(self.bundle("".join(self.lines), checkpoints=own), "--witness", str(self.folder / "earlier.pub"))
        self.assertEqual(done.returncode, 0, done.stdout)
        # Those that signed are named, and for what; not all that are trusted.
        ours, theirs = (fingerprint(key) for key in (checkpoint_key(), STRANGER))
        self.assertIn(f"signed by the witness {ours}\n", done.stdout)
        self.assertIn(f"the witness {' and '.join(sorted((ours, theirs)))} vouches", done.stdout)
        done = self.verify(self.bundle("".join(self.lines)), "--witness", str(self.folder / "earlier.pub"))
        self.assertNotIn(theirs, done.stdout)
        # A signature for another purpose is none for this one.
        path = self.bundle("".join(self.lines))
        manifest = (path / "manifest.json").read_text()
        (path / "manifest.json.sig").write_text(signature(checkpoint_key(), manifest, b"checkpoint@consign"))
        self.assert_refused(path, "not signed by the witness")

    def test_each_file_is_the_one_that_was_signed_for(self) -> None:
        for name in ("rows.jsonl", "checkpoints.jsonl", "timestamps.jsonl", "README.txt", "ledger.md", "witness.pub"):
            path = self.bundle("".join(self.lines))
            with open(path / name, "ab") as file:
                file.write(b" ")
            self.assert_refused(path, f"{name}: not the one")
            (path / name).unlink()
            self.assert_refused(path, name)
            (path / name).symlink_to("/dev/zero")
            self.assert_refused(path, name)
            (path / name).unlink()
            os.mkfifo(path / name)
            self.assert_refused(path, name)

    def test_an_opened_field_is_the_one_that_the_row_commits_to(self) -> None:
        row, digest = self.made[2]
        for fields in ((FIELDS[0][:2] + (b"/labs/other",),), ((b"path", bytes(32), FIELDS[0][2]),), ((b"subject",) + FIELDS[0][1:],)):
            lines = self.lines[:2] + [shown(row, digest, fields)] + self.lines[3:]
            self.assert_refused(self.bundle("".join(lines)), "rows.jsonl:3: an opened field is not the one")

    def test_checkpoints_held_elsewhere_are_held_against_it(self) -> None:
        elsewhere = self.folder / "elsewhere.jsonl"
        elsewhere.write_text(checkpoint_line(35, self.made[34][1]))
        done = self.verify(self.bundle("".join(self.lines)), "--against", str(elsewhere))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("up to row 35", done.stdout)
        put_back = self.bundle("".join(self.lines[:32]), last=32, head=self.made[31][1])
        self.assertEqual(self.verify(put_back).returncode, 0)
        self.assert_refused(put_back, "row 31 (cut)", "--against", str(elsewhere))
        anew = chained([row_bytes(n, account=b"x" if n == 32 else b"lab", fields=fields)
                        for n, fields in enumerate(self.fields, 1)], start())
        rewritten = self.bundle("".join(shown(row, digest, fields) for (row, digest), fields in zip(anew, self.fields)),
                                head=anew[-1][1])
        self.assertEqual(self.verify(rewritten).returncode, 0)
        self.assert_refused(rewritten, "row 31 (rewritten)", "--against", str(elsewhere))
        elsewhere.write_text(checkpoint_line(35, self.made[34][1], STRANGER))
        self.assert_refused(put_back, "elsewhere.jsonl", "--against", str(elsewhere))

    def test_an_end_that_the_manifest_does_not_tell_is_refused(self) -> None:
        self.assert_refused(self.bundle("".join(self.lines[:35])), "another end")
        self.assert_refused(self.bundle("".join(self.lines), head=sha256(b"")), "another end")
        self.assert_refused(self.bundle("".join(self.lines), previous=sha256(b"")), "begin at its start")

    def test_what_a_liar_writes_is_refused_in_words(self) -> None:
        row, digest = self.made[0]
        good = shown(row, digest)
        hostile = {
            "no end": good.rstrip(), "no JSON": "{\n", "a list": "[]\n", "deep": "[" * 100_000 + "\n",
            "deep object": '{"a":' * 100_000 + "\n", "not UTF-8": None,
            "huge number": '{"standin":"' + "00" * 32 + '","sequence":' + "9" * 5000 + ',"hash":"' + "00" * 32 + '"}\n',
            "too large": '{"standin":"' + "00" * 32 + '","sequence":9223372036854775808,"hash":"' + "00" * 32 + '"}\n',
            "a fraction": '{"standin":"' + "00" * 32 + '","sequence":1e999,"hash":"' + "00" * 32 + '"}\n',
            "NaN": '{"standin":"' + "00" * 32 + '","sequence":NaN,"hash":"' + "00" * 32 + '"}\n',
            "true": '{"standin":"' + "00" * 32 + '","sequence":true,"hash":"' + "00" * 32 + '"}\n',
            "no hash": line({"row": row.hex()}), "odd": line({"row": "0", "hash": digest.hex()}),
            "letters": line({"row": "é" * 40, "hash": digest.hex()}), "short": line({"row": "01", "hash": digest.hex()}),
            "null": line({"row": None, "hash": None}), "another chain": line({"row": "01" + "ff" * 200, "hash": digest.hex()}),
            "cut row": line({"row": row[:60].hex(), "hash": digest.hex(), "open": [opening(*FIELDS[0])]}),
            "long string": line({"row": (row[:60] + b"\xff" * 20).hex(), "hash": digest.hex(), "open": [opening(*FIELDS[0])]}),
            "open 1": line({"row": row.hex(), "hash": digest.hex(), "open": 1}),
            "open [1]": line({"row": row.hex(), "hash": digest.hex(), "open": [1]}),
            "open {}": line({"row": row.hex(), "hash": digest.hex(), "open": [{}]}),
            "open {…}": line({"row": row.hex(), "hash": digest.hex(), "open": {"a": 1}}),
            "surrogate": '{"row":"' + row.hex() + '","hash":"' + digest.hex() +
                         '","open":[{"name":"path","salt":"' + "00" * 32 + '","field":"\\ud800"}]}\n',
            "stand-ins": line({"standins": "AAAA"}), "no base64": line({"standins": "*" * 44}),
            "no stand-ins": line({"standins": ""}), "a number of them": line({"standins": 7}),
        }
        for name, text in hostile.items():
            with self.subTest(name):
                def damage(files: dict, manifest: dict) -> None:
                    files["rows.jsonl"] = text if text is not None else "\ud800"
                if text is None:
                    path = self.bundle(good)
                    (path / "rows.jsonl").write_bytes(b"\xff\xfe\n")
                    self.assert_refused(path, "rows.jsonl")
                else:
                    self.assert_refused(self.bundle(text), "rows.jsonl:1")

    def test_a_manifest_of_a_liar_is_refused_in_words(self) -> None:
        rows = "".join(self.lines)
        for members in ({"format": "consign export v2"}, {"first": "1"}, {"first": 2**70}, {"last": None}, {"chain": "zz"},
                        {"chain": 7}, {"head": "00"}, {"previous": None}, {"first": -5}, {"files": []}, {"files": {}},
                        {"files": {"../../etc/passwd": {"bytes": 1, "sha256": ""}}}, {"first": True}):
            with self.subTest(members):
                self.assert_refused(self.bundle(rows, change=lambda _, manifest: manifest.update(members)), "")
        for name, checkpoint in (("no text", line({"checkpoint": 1, "signature": 2})),
                                 ("another text", line({"checkpoint": "consign checkpoint v1\n", "signature": ""})),
                                 ("surrogates", '{"checkpoint":"\\ud800","signature":"\\ud800"}\n'),
                                 ("another number", checkpoint_line(20, self.made[19][1]).replace('"sequence":20', '"sequence":21'))):
            with self.subTest(name):
                self.assert_refused(self.bundle(rows, checkpoints=checkpoint), "")

    def test_a_tar_of_a_liar_writes_nothing(self) -> None:
        path = self.bundle("".join(self.lines))
        before = sorted(self.folder.iterdir())
        with tarfile.open(path.parent / "liar.tar", "w") as tar:
            for name in sorted(path.iterdir()):
                tar.add(name, arcname=f"../../../{name.name}")
            link = tarfile.TarInfo("rows.jsonl")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
        self.verify(path.parent / "liar.tar")
        self.assertEqual(sorted(self.folder.iterdir()), sorted([*before, path.parent / "liar.tar"]))
        (self.folder / "no.tar").write_bytes(b"x" * 5000)
        self.assertEqual(self.verify(self.folder / "no.tar").returncode, 2)
        self.assertEqual(self.verify(self.folder / "missing").returncode, 2)

    def test_what_cannot_be_looked_at_ends_with_2(self) -> None:
        path = self.bundle("".join(self.lines))
        self.assertEqual(self.verify(path, "--against", str(self.folder / "missing")).returncode, 2)
        self.assertEqual(self.verify(path, "--no-such-option").returncode, 2)
        (self.folder / "witness.pub").write_text("ssh-ed25519 " + "A" * 61)
        self.assert_refused(path, "no public key")
        done = subprocess.run([sys.executable, ROOT / "tools" / "verify-ledger.py", path], env={"PATH": "/nowhere"},
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("ssh-keygen", done.stderr)

    def test_a_million_stand_ins_take_seconds(self) -> None:
        digests, head = [sha256(n.to_bytes(8, "big")) for n in range(1_000_000)], start()
        for digest in digests:
            head = sha256(head + digest)
        rows = "".join(standins(digests[at:at + 1024]) for at in range(0, len(digests), 1024))
        path = self.bundle(rows, last=len(digests), head=head, checkpoints=checkpoint_line(len(digests), head))
        began = time.monotonic()
        self.assertEqual(self.verify(path).returncode, 0)
        self.assertLess(time.monotonic() - began, 30)

    def openssl(self, *words, **more) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=self.folder, **more)

    def stamped(self) -> bytes:
        """An authority's answer over checkpoint 20; tsa.pem is whom to trust, other.pem is a stranger."""
        for name in ("tsa", "other"):
            self.openssl("req", "-x509", "-newkey", "ed25519" if name == "other" else "rsa:2048", "-nodes", "-keyout",
                         f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "2",
                         "-addext", "extendedKeyUsage=critical,timeStamping")
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.cnf").write_text(
            "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\ncerts = tsa.pem\n"
            "default_policy = 1.2.3.4\ndigests = sha256\nsigner_digest = sha256\ness_cert_id_chain = no\n")
        (self.folder / "text").write_text(checkpoint_text(20, self.made[19][1]))
        self.openssl("ts", "-query", "-data", "text", "-sha256", "-cert", "-out", "q.tsq")
        self.openssl("ts", "-reply", "-queryfile", "q.tsq", "-out", "a.tsr", "-config", "tsa.cnf", "-section", "t")
        return (self.folder / "a.tsr").read_bytes()

    def test_time_stamps_hold_by_the_authority_that_is_trusted(self) -> None:
        token = base64.b64encode(self.stamped()).decode()
        path = self.bundle("".join(self.lines), timestamps=line({"checkpoint": 20, "token": token}))
        self.assertIn("1 timestamps are in it, not looked at", self.verify(path).stdout)
        done = self.verify(path, "--tsa-ca", str(self.folder / "tsa.pem"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("1 timestamps hold; the last one says", done.stdout)
        self.assert_refused(path, "timestamps.jsonl:1", "--tsa-ca", str(self.folder / "other.pem"))
        moved = self.bundle("".join(self.lines), timestamps=line({"checkpoint": 30, "token": token}))
        self.assert_refused(moved, "timestamps.jsonl:1", "--tsa-ca", str(self.folder / "tsa.pem"))

    def test_the_time_of_a_stamp_is_the_one_that_the_authority_signed(self) -> None:
        answer = self.stamped()
        self.openssl("ts", "-reply", "-in", "a.tsr", "-token_out", "-out", "a.token")
        token = (self.folder / "a.token").read_bytes()
        before = time.time()
        for words in ("Time stamp: Jan  1 10:00:00 2020 GMT", time.strftime("Time stamp: %b %d %H:%M:%S %Y GMT", time.gmtime(before + 7200)),
                      "x\nTime stamp: Jan  1 10:00:00 2020 GMT\nVersion: 1"):
            with self.subTest(words):
                # TimeStampResp: status granted, and words beside it that nobody signed.
                status = der(0x30, der(0x02, b"\0") + der(0x30, der(0x0C, words.encode())))
                stamps = line({"checkpoint": 20, "token": base64.b64encode(der(0x30, status + token)).decode()})
                done = self.verify(self.bundle("".join(self.lines), timestamps=stamps), "--tsa-ca", str(self.folder / "tsa.pem"))
                self.assertEqual(done.returncode, 0, done.stdout)
                told = re.search(r"1 timestamps hold; the last one says (.*) UTC", done.stdout)[1]
                self.assertLess(abs(calendar.timegm(time.strptime(told, "%b %d %H:%M:%S %Y")) - before), 600)
        for nothing in (answer[:-1], der(0x30, der(0x30, der(0x02, b"\0"))), token, b""):
            stamps = line({"checkpoint": 20, "token": base64.b64encode(nothing).decode()})
            self.assert_refused(self.bundle("".join(self.lines), timestamps=stamps), "timestamps.jsonl:1",
                                "--tsa-ca", str(self.folder / "tsa.pem"))

    def test_fields_that_are_withheld_are_told_or_refused(self) -> None:
        row, digest = self.made[2]
        fewer = self.lines[:2] + [shown(row, digest, FIELDS[:2])] + self.lines[3:]
        none = self.lines[:2] + [shown(row, digest)] + self.lines[3:]
        for lines in (fewer, none):
            self.assert_refused(self.bundle("".join(lines)), "rows.jsonl:3: personal fields of the row are withheld")
        def scope(*fields: str):
            return lambda _, manifest: manifest["scope"].update(fields=list(fields))
        asked = [shown(row, digest, tuple(field for field in fields if field[0] == b"path"))
                 for (row, digest), fields in zip(self.made, self.fields)]
        done = self.verify(self.bundle("".join(asked), change=scope("path")))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("32 personal fields of them are withheld: the site was asked for path alone", done.stdout)
        self.assert_refused(self.bundle("".join(asked), change=scope("path", "address")), "rows.jsonl:3: personal fields")
        for wrong in (["\x1b[2J"], "path", [["path"]], [7], None, {}):
            with self.subTest(wrong):
                self.assert_refused(self.bundle("".join(asked), change=lambda _, manifest: manifest.update(
                    scope={"fields": wrong})), "")
        self.assert_refused(self.bundle("".join(asked), change=lambda _, manifest: manifest.update(scope=[])), "no scope")

    def test_bytes_that_are_none_of_a_row_do_not_verify_and_print_nothing(self) -> None:
        for damage in (lambda row: row + b"\0", lambda row: row[:-1], lambda row: row[:60]):
            made = chained([damage(row) if n == 7 else row for n, row in enumerate(self.rows, 1)], start())
            lines = [shown(row, digest, () if n == 7 else fields)
                     for n, ((row, digest), fields) in enumerate(zip(made, self.fields), 1)]
            path = self.bundle("".join(lines), head=made[-1][1], checkpoints=checkpoint_line(40, made[-1][1]))
            done = self.verify(path, "--print")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("row 7 (changed)", done.stdout)
            self.assertNotIn("rows verifies", done.stdout)
            self.assertNotIn("{", done.stdout)

    def forgetting(self, forgotten: dict, details: dict, standin: tuple = (), mark: str = "forgotten") -> Path:
        """`forgotten`: number -> fields; `details`: number -> detail of a row that tells. Rows are of 2026-09."""
        rows = [row_bytes(n, fields=forgotten.get(n, ()), detail=details.get(n, b"")) for n in range(1, 41)]
        rows = [row[:33] + (80).to_bytes(2, "big") + row[35:] if n in details else row for n, row in enumerate(rows, 1)]
        made = chained(rows, start())
        lines = [standins([sha256(row)]) if n in standin else shown(row, digest, **({mark: True} if n in forgotten else {}))
                 for n, (row, digest) in enumerate(made, 1)]
        return self.bundle("".join(lines), head=made[-1][1], checkpoints=checkpoint_line(40, made[-1][1]))

    def test_forgotten_fields_are_told_of_by_a_later_row_or_erased(self) -> None:
        gone = {n: FIELDS for n in (5, 9, 12)}
        told = b"the content of these files is gone: "
        done = self.verify(self.forgetting(gone, {20: told + b"2 of 2026-09, 7 of 2026-10", 30: told + b"1 of 2026-09"}))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("the personal fields of 3 rows are forgotten, as rows of the ledger tell", done.stdout)
        for details, first in (({}, 5), ({20: told + b"2 of 2026-09"}, 5), ({20: told + b"3 of 2026-10"}, 5),
                               ({20: told + b"3 of 2026-09 "}, 5), ({20: told + b"3 of 2026-09,"}, 5), ({20: b"3 of 2026-09"}, 5),
                               ({20: b"the access of 2026-09, with its key: 3 events, 1 sessions"}, 5),
                               ({4: told + b"3 of 2026-09"}, 5), ({10: told + b"3 of 2026-09"}, 12),
                               ({20: told + b"9" * 5000 + b" of 2026-09"}, 5)):
            with self.subTest(details):
                self.assert_refused(self.forgetting(gone, details), f"row {first} (erased)")
        self.assert_refused(self.forgetting(gone, {20: told + b"3 of 2026-09"}, mark="altered"), "row 5 (erased)")

    def test_what_cannot_be_told_of_forgotten_fields_behind_stand_ins_is_said(self) -> None:
        done = self.verify(self.forgetting({5: FIELDS}, {}, standin=(20,)))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("by the site's word", done.stdout)
        # Before them, stand-ins tell nothing.
        self.assert_refused(self.forgetting({5: FIELDS}, {}, standin=(1, 2)), "row 5 (erased)")


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def checkpoint_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def public_line_of() -> str:
    return public_line(checkpoint_key()) + " the witness\n"


if __name__ == "__main__":
    unittest.main()
