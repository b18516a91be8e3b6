"""Receipts and certificates of what real clients did, verified with OpenSSH's own tool alone."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from consign_site import PASSWORD, eventually
from ftps_site import EXPLICIT, FtpsSite
from openssh import OpenSsh, cut, quoted
from paramiko_client import connected
from payload import MIB, content

NOBODY = 65534

POLICY = """\
version: 1
classes:
  brief: {purpose: Results, legal_basis: CSP L.1142-28, keep: 2 seconds}
targets:
  ehr: {url: "file://ENGINE"}
routes:
  - name: to-the-ehr
    when: {path: /lab/out/**}
    to: [{deliver: "ehr/inbox/{name}"}]
  - name: brief
    when: {path: /lab/brief/**}
    class: brief
"""


class ReceiptSite(FtpsSite):
    engine: Path

    def _make(self) -> None:
        super()._make()
        text = self.file.read_text()
        assert "keys: {root: file:keys/root.key}" in text
        self.file.write_text(text.replace(
            "keys: {root: file:keys/root.key}",
            "keys: {root: file:keys/root.key, witness: file:keys/witness.key}\nledger: {checkpoint_every: 1 second}"))
        self.engine = self.folder / "engine"
        self.engine.mkdir()
        (self.folder / "policy.d" / "20-receipts.yaml").write_text(POLICY.replace("ENGINE", str(self.engine)))


def fingerprint_of(key: Path) -> str:
    return subprocess.run(["ssh-keygen", "-l", "-f", key], check=True, capture_output=True, text=True).stdout.split()[1]


class ReceiptsTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = ReceiptSite()
        cls.addClassCleanup(cls.site.close)
        cls.site.start()
        cls.lab = OpenSsh(cls.site.login("lab"))
        cls.partner = OpenSsh(cls.site.login("partner"))
        cls.lab.sftp(b"mkdir out", b"mkdir brief", b"mkdir deep")
        cls.local = Path(tempfile.mkdtemp(prefix="consign-receipts-"))
        cls.addClassCleanup(shutil.rmtree, cls.local)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.site.consign("audit", "verify")
        assert cls.site.stop() == 0

    def deposit(self, remote: str, size: int = 1000) -> Path:
        file = self.local / remote.replace("/", "-")
        file.write_bytes(content(size))
        self.lab.put(file, remote)
        return file

    def found(self, *filters: str) -> list[dict]:
        return self.site.rows("receipt", "find", *filters)

    def one(self, *filters: str) -> dict:
        receipt, = eventually(lambda: self.found(*filters), f"a receipt by {filters}")
        return receipt

    def written(self, receipt: dict, *options: str) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self.local))
        self.site.consign("receipt", "show", receipt["id"], "--out", str(folder), *options)
        self.assertEqual({path.name for path in folder.iterdir()},
                         {receipt["id"] + end for end in (".json", ".json.sig", ".html")} | {"allowed_signers"})
        return folder / (receipt["id"] + ".json")

    def openssh_verifies(self, file: Path, text: bytes | None = None, namespace: str = "receipt@consign") -> bool:
        done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", file.parent / "allowed_signers", "-I", "witness",
                               "-n", namespace, "-s", file.parent / (file.name + ".sig")],
                              input=file.read_bytes() if text is None else text, capture_output=True)
        return done.returncode == 0

    def ours(self, file: Path, *options: str, config: str | None = None) -> subprocess.CompletedProcess:
        if config is None:
            return self.site.consign("receipt", "verify", str(file), *options, check=False)
        return subprocess.run([os.environ["CONSIGN"], "-c", config, "receipt", "verify", str(file), *options],
                              capture_output=True, text=True)

    def test_a_deposit_is_verified_by_who_has_ssh_keygen_alone(self) -> None:
        source = self.deposit("a.hl7", 100_000)
        file = self.written(self.one("--file", "/lab/a.hl7", "--kind", "deposit"))
        self.assertTrue(self.openssh_verifies(file))
        said = json.loads(file.read_bytes())
        self.assertEqual((said["account"], said["name"], said["size"], said["protocol"]),
                         ("lab", "/lab/a.hl7", 100_000, "sftp"))
        self.assertEqual(said["sha256"], hashlib.sha256(source.read_bytes()).hexdigest())
        self.assertEqual(said["login_methods"], "publickey")
        self.assertEqual(said["login_key"], fingerprint_of(self.site.folder / "keys" / "clients" / "lab.pub"))
        self.assertEqual(said["witness"], fingerprint_of(self.site.folder / "keys" / "witness.pub"))
        row, = [row for row in self.site.events("--action", "deposited") if row["sequence"] == said["row"]]
        self.assertEqual((row["hash"], row["rule"], row["policy"]), (said["hash"], said["rule"], said["policy"]))
        login, = [row for row in self.site.events("--action", "login") if row["sequence"] == said["login_row"]]
        self.assertEqual(login["session"], said["session"])
        # For what it was signed, and for nothing else.
        for namespace in ("certificate@consign", "checkpoint@consign", "file"):
            self.assertFalse(self.openssh_verifies(file, namespace=namespace))
        self.assertIn('namespaces="receipt@consign,certificate@consign"',
                      (file.parent / "allowed_signers").read_text())

    def test_one_changed_byte_and_it_does_not_verify(self) -> None:
        self.deposit("changed")
        file = self.written(self.one("--file", "/lab/changed", "--kind", "deposit"))
        text = file.read_bytes()
        for at in range(0, len(text), 7):
            self.assertFalse(self.openssh_verifies(file, text[:at] + bytes([text[at] ^ 1]) + text[at + 1:]), at)
        for other in (text + b"\n", text[:-1], text.replace(b"\n", b"\r\n"), json.dumps(json.loads(text)).encode()):
            self.assertFalse(self.openssh_verifies(file, other))
        changed = file.parent / "changed.json"
        changed.write_bytes(text.replace(b'"size": 1000', b'"size": 1001'))
        done = self.ours(changed, "--signature", str(file) + ".sig")
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not verify", done.stderr)

    def test_the_same_bytes_each_time_also_without_a_daemon(self) -> None:
        self.deposit("same")
        receipt = self.one("--file", "/lab/same", "--kind", "deposit")
        first = self.written(receipt)
        self.assertEqual(self.site.stop(), 0)
        try:
            again = self.written(receipt)
            self.assertEqual(self.site.consign("receipt", "show", receipt["id"]).stdout.encode(), first.read_bytes())
        finally:
            self.site.start()
            type(self).lab = OpenSsh(self.site.login("lab"))
            type(self).partner = OpenSsh(self.site.login("partner"))
        for name in (first.name, first.name + ".sig", "allowed_signers"):
            self.assertEqual((first.parent / name).read_bytes(), (again.parent / name).read_bytes(), name)

    def give_store_to(self, owner: int) -> None:
        keys = self.site.folder / "keys"
        for path in (self.site.data, *self.site.data.rglob("*"), keys, *keys.glob("*.key")):
            os.chown(path, owner, owner)

    @unittest.skipUnless(os.geteuid() == 0, "root alone can give a folder away")
    def test_root_reads_and_writes_its_own_files_while_the_store_is_anothers(self) -> None:
        self.deposit("of-root")
        receipt = self.one("--file", "/lab/of-root", "--kind", "deposit")
        self.assertEqual(self.site.stop(), 0)
        self.site.folder.chmod(0o711)
        self.give_store_to(NOBODY)
        try:
            file = self.written(receipt)
            self.assertEqual({path.stat().st_uid for path in (file.parent, *file.parent.iterdir())}, {0})
            self.assertEqual(self.ours(file).returncode, 0)
            own = file.parent / "witness.pub"
            shutil.copy(self.site.folder / "keys" / "witness.pub", own)
            named = self.ours(file, "--witness", str(own))
            self.assertEqual(named.returncode, 0, named.stderr)
        finally:
            self.give_store_to(0)
            self.site.start()
            type(self).lab = OpenSsh(self.site.login("lab"))
            type(self).partner = OpenSsh(self.site.login("partner"))

    def test_a_retrieval_over_two_sessions_is_one(self) -> None:
        source = self.deposit("deep/resumed", 6 * MIB)
        back = self.local / "back"
        running = self.partner.start_sftp(b"get deep/resumed " + quoted(back), options=("-l", "4000"))
        eventually(lambda: back.exists() and back.stat().st_size >= MIB, "some of the file")
        cut(running)
        running.wait()
        eventually(lambda: self.site.events("--action", "retrieval_ended", "--path", "/lab/deep/resumed"),
                   "the end of the first")
        self.assertEqual(self.found("--account", "partner", "--file", "/lab/deep/resumed"), [])
        self.partner.sftp(b"reget deep/resumed " + quoted(back))
        self.assertEqual(back.read_bytes(), source.read_bytes())
        file = self.written(self.one("--account", "partner", "--file", "/lab/deep/resumed"))
        self.assertTrue(self.openssh_verifies(file))
        said = json.loads(file.read_bytes())
        self.assertEqual((said["kind"], said["note"], said["size"]), ("retrieval", "the rest of it", 6 * MIB))
        self.assertLess(said["bytes_in_last_session"], 6 * MIB)
        self.assertEqual(said["sha256"], hashlib.sha256(source.read_bytes()).hexdigest())
        self.assertEqual(said["login_key"], fingerprint_of(self.site.folder / "keys" / "clients" / "partner.pub"))

    def curl(self, *options: str) -> None:
        subprocess.run(["curl", "--silent", "--show-error", "--ssl-reqd", "--cacert", self.site.authority,
                        "--user", f"partner:{PASSWORD}", "--max-time", "60", *options], check=True, timeout=120)

    def test_over_ftps_a_clean_close_completes_it(self) -> None:
        source = self.deposit("deep/ftps", 2 * MIB)
        address = f"ftp://127.0.0.1:{self.site.ftps_port(EXPLICIT)}/deep/ftps"
        back = self.local / "ftps-back"
        # The first half, after which the client has had enough; then the rest, in a session of its own.
        self.curl("--range", f"0-{MIB - 1}", "--output", str(back), address)
        eventually(lambda: self.site.events("--action", "retrieval_ended", "--path", "/lab/deep/ftps"),
                   "the end of the first")
        self.assertEqual(self.found("--account", "partner", "--file", "/lab/deep/ftps"), [])
        rest = self.local / "ftps-rest"
        self.curl("--continue-at", str(MIB), "--output", str(rest), address)
        self.assertEqual(back.read_bytes() + rest.read_bytes(), source.read_bytes())
        file = self.written(self.one("--account", "partner", "--file", "/lab/deep/ftps"))
        self.assertTrue(self.openssh_verifies(file))
        said = json.loads(file.read_bytes())
        self.assertEqual((said["protocol"], said["login_methods"], said["login_key"], said["note"]),
                         ("ftps", "password", None, "the rest of it"))

    def test_a_delivery_is_the_depositor_s(self) -> None:
        source = self.deposit("out/result.hl7")
        file = self.written(self.one("--account", "lab", "--kind", "delivery"))
        self.assertTrue(self.openssh_verifies(file))
        self.assertEqual((self.site.engine / "inbox" / "result.hl7").read_bytes(), source.read_bytes())
        said = json.loads(file.read_bytes())
        self.assertEqual((said["target"], said["name_there"], said["name"], said["account"]),
                         ("ehr", "/inbox/result.hl7", "/lab/out/result.hl7", "lab"))
        deposit = self.one("--file", "/lab/out/result.hl7", "--kind", "deposit")
        self.assertEqual((said["deposit_row"], said["deposited"]), (deposit["row"], deposit["time"]))

    def test_what_is_over_its_term_has_a_certificate(self) -> None:
        source = self.deposit("brief/ends.hl7")
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        deposit = self.one("--file", "/lab/brief/ends.hl7", "--kind", "deposit")
        file = self.written(self.one("--account", "lab", "--kind", "certificate"), "--lang", "fr")
        self.assertTrue(self.openssh_verifies(file, namespace="certificate@consign"))
        self.assertFalse(self.openssh_verifies(file))
        said = json.loads(file.read_bytes())
        self.assertEqual((said["format"], said["content"], said["sha256"], said["size"], said["account"]),
                         ("consign certificate v1", deposit["content"], digest, 1000, "lab"))
        self.assertRegex(said["rule"], r"^policy\.d/20-receipts\.yaml:3$")
        self.assertEqual((said["policy"], said["deposit_row"], said["holds_checked"]),
                         (deposit["policy"], deposit["row"], 0))
        self.assertNotIn("ends.hl7", file.read_text())
        page = file.with_suffix(".html").read_text()
        self.assertIn("Certificat de destruction", page)
        self.assertIn("gels en vigueur : 0, aucun ne le concerne", page)
        self.assertNotIn("no hold", page)
        self.assertIn("Europe/Paris", page)
        self.assertEqual(self.one("--sha256", digest, "--kind", "destruction")["id"], said["id"])

    def test_what_verify_says(self) -> None:
        self.deposit("verified")
        file = self.written(self.one("--file", "/lab/verified", "--kind", "deposit"))
        here = self.ours(file)
        self.assertEqual(here.returncode, 0, here.stderr)
        self.assertIn("stands in this site's ledger", here.stdout)
        eventually(lambda: "up to the next checkpoint" in self.ours(file).stdout, "a checkpoint behind it")
        self.assertIn("the site would say the same now", self.ours(file).stdout)
        # On a partner's machine there is no site.
        nowhere = str(self.local / "none.yaml")
        there = self.ours(file, config=nowhere)
        self.assertEqual(there.returncode, 0, there.stderr)
        self.assertIn("compare SHA256:", there.stdout)
        self.assertIn("not shown: whether the row still stands", there.stdout)
        witness = self.site.folder / "keys" / "witness.pub"
        found = json.loads(self.ours(file, "--witness", str(witness), "--json", config=nowhere).stdout)
        self.assertEqual((found["verifies"], found["stands"], found["trusted_by"]), (True, None, str(witness)))
        stranger = self.site.folder / "keys" / "clients" / "lab.pub"
        refused = self.ours(file, "--witness", str(stranger), config=nowhere)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--witness does not name", refused.stderr)
        (file.parent / "allowed_signers").unlink()
        self.assertEqual(self.ours(file, config=nowhere).returncode, 1)
        # The site knows its own key, and finds out that the row is not its own.
        self.assertEqual(self.ours(file).returncode, 0)

    def test_a_stranger_s_is_not_this_site_s_whatever_lies_beside_it(self) -> None:
        self.deposit("forged")
        file = self.written(self.one("--file", "/lab/forged", "--kind", "deposit"))
        stranger = self.local / "stranger"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger], check=True)
        public = Path(f"{stranger}.pub")

        def signed(change) -> Path:
            said = json.loads(file.read_bytes())
            change(said)
            forged = Path(tempfile.mkdtemp(dir=self.local)) / file.name
            forged.write_text("{\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
                                                 for name, value in said.items()) + "\n}\n")
            subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", stranger, "-n", "receipt@consign", forged], check=True,
                           capture_output=True)
            (forged.parent / "allowed_signers").write_text(
                f'witness namespaces="receipt@consign,certificate@consign" {public.read_text()}')
            return forged

        forged = signed(lambda said: said.update(witness=fingerprint_of(public)))
        self.assertTrue(self.openssh_verifies(forged))
        refused = self.ours(forged)
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("is not this site's witness key", refused.stderr)
        # As after a change of the key: who names the other one, is told that it is another.
        named = self.ours(forged, "--witness", str(public))
        self.assertEqual(named.returncode, 0, named.stderr)
        self.assertIn("not the same: the site signs with another key now", named.stdout)
        self.assertIn("names another key", self.ours(signed(lambda said: None)).stderr)
        # Of a ledger that this site knows nothing of.
        other = signed(lambda said: said.update(witness=fingerprint_of(public), chain="ab" * 16))
        elsewhere = self.ours(other)
        self.assertEqual(elsewhere.returncode, 0, elsewhere.stderr)
        self.assertIn("it is of another ledger than this site's", elsewhere.stdout)

    def test_one_of_a_ledger_that_was_made_anew_betrays_it(self) -> None:
        self.deposit("made-anew")
        file = self.written(self.one("--file", "/lab/made-anew", "--kind", "deposit"))
        database = sqlite3.connect(self.site.data / "consign.db")
        self.addCleanup(database.close)
        chain, = database.execute("SELECT id FROM chain").fetchone()

        def name(chain: bytes) -> None:
            with database:
                database.execute("UPDATE chain SET id = ?", (chain,))

        name(bytes(16))
        try:
            verified, told = self.ours(file), self.ours(file, "--json")
        finally:
            name(chain)
        self.assertEqual((verified.returncode, verified.stdout, told.returncode), (1, "", 1))
        self.assertIn("the ledger was made anew, or put back", verified.stderr)
        self.assertEqual((json.loads(told.stdout)["verifies"], json.loads(told.stdout)["stands"]), (False, False))
        self.assertEqual(self.ours(file).returncode, 0)

    def test_a_row_that_was_changed_is_not_signed_and_not_believed(self) -> None:
        self.deposit("rewritten")
        receipt = self.one("--file", "/lab/rewritten", "--kind", "deposit")
        file = self.written(receipt)
        eventually(lambda: "up to the next checkpoint" in self.ours(file).stdout, "a checkpoint behind it")
        day = receipt["time"][:10]

        def change(how: str) -> None:
            database = sqlite3.connect(self.site.data / "consign.db")
            with database:
                database.execute(f"UPDATE events SET {how} WHERE sequence = ?", (receipt["row"],))
            database.close()

        change("bytes = bytes + 999, time = time - 86400000000")
        try:
            shown = self.site.consign("receipt", "show", receipt["id"], check=False)
            self.assertEqual((shown.returncode, shown.stdout), (1, ""))
            self.assertIn("consign audit verify", shown.stderr)
            verified = self.ours(file)
            self.assertEqual((verified.returncode, verified.stdout), (1, ""))
            self.assertIn("not what the chain commits to", verified.stderr)
            self.assertEqual(self.found("--file", "/lab/rewritten", "--kind", "deposit"), [])
            with connected(self.site.login("lab")) as lab:
                self.assertNotIn(f"{receipt['id']}.json", lab.listdir(f"/.receipts/{day}"))
        finally:
            change("bytes = bytes - 999, time = time + 86400000000")
        self.assertEqual(self.ours(file).returncode, 0)

    def test_its_code_is_read_by_a_stock_reader(self) -> None:
        if not shutil.which("zbarimg"):
            self.skipTest("no zbarimg")
        self.deposit("coded")
        receipt = self.one("--file", "/lab/coded", "--kind", "deposit")
        file = self.written(receipt)
        svg = re.search(r"<svg.*?</svg>", file.with_suffix(".html").read_text())[0]
        side = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
        dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1", svg)}
        scale = 4
        rows = [bytes(0 if (x, y) in dark else 255 for x in range(side) for _ in range(scale)) for y in range(side)]
        image = self.local / "code.pgm"
        image.write_bytes(b"P5 %d %d 255\n" % (side * scale, side * scale) + b"".join(row * scale for row in rows))
        read = subprocess.run(["zbarimg", "--quiet", "--raw", image], check=True, capture_output=True, text=True).stdout
        self.assertEqual(read.strip(), f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {receipt['id']}.json")

    def test_what_a_peer_named_is_no_markup_and_can_be_had_back(self) -> None:
        name = b"<img src=x onerror=y>\xe9&'.hl7"
        source = self.local / "named"
        source.write_bytes(b"x")
        with connected(self.site.login("lab")) as lab:
            lab.put(str(source), b"/" + name, confirm=False)
        receipt, = [row for row in self.found("--kind", "deposit") if "<img" in row["name"]]
        self.assertEqual(receipt["name"], "/lab/<img src=x onerror=y>\\xe9&'.hl7")
        page = self.site.consign("receipt", "show", receipt["id"], "--html", "--lang", "en").stdout
        self.assertNotIn("<img", page)
        self.assertIn("&lt;img src=x onerror=y&gt;\\xe9&amp;&#39;.hl7", page)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
