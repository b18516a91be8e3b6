"""Reports through the real command and daemon: what they tell is what clients really did."""

import csv
import io
import re
import subprocess
import sys
import unittest
import uuid
from html.parser import HTMLParser

from consign_site import CONFIGURATION, Site, eventually
from paramiko_client import connected

HOSTILE = "<img src=x onerror=alert(1)>|*a*[b](http:..evil).hl7"

POLICY = """\
version: 1
classes:
  report: {purpose: Comptes rendus, legal_basis: CSP L.1142-28, persons: Patients, keep: 10 years}
accounts:
  lab:
    name: Un laboratoire
    home: /lab
    login: {any_of: [publickey], keys: [keys/clients/lab.pub]}
    grants:
      - {path: /in/**, may: [list, upload, rename, delete]}
  partner:
    name: Hôpital Nord
    home: /partner
    login: {any_of: [publickey], keys: [keys/clients/partner.pub]}
    grants:
      - {path: /out/**, may: [list, download]}
  collector:
    name: Automate de 2009
    home: /lab
    login: {any_of: [publickey], keys: [keys/clients/collector.pub]}
    grants:
      - {path: /in/**, may: [list]}
    legacy: {allow: [ssh-algorithms], until: 2099-12-31, reason: Remplacement prévu}
  drop:
    home: /drop
    login: {any_of: [publickey], keys: [keys/clients/drop.pub]}
    grants:
      - {path: /**, may: [list]}
    legacy: {allow: [ssh-algorithms], until: 2099-12-31, reason: Plus nécessaire}
routes:
  - name: reports
    when: {path: /lab/in/**}
    class: report
    to: [{copy: "/partner/out/{name}"}]
"""


def message(patient: str) -> bytes:
    return (f"MSH|^~\\&|LIS|LAB|HIS|HNORD|20261124120000||ORU^R01^ORU_R01|{uuid.uuid4().hex}|P|2.5\r"
            f"PID|1||{patient}^^^HNORD^PI||KOWALCZYK^ALICE||19800229|F\r").encode()


class ReportsSite(Site):
    configuration = (CONFIGURATION.replace("limits:", """\
  - name: old
    protocol: sftp
    bind: "127.0.0.1:0"
    host_keys: [keys/ssh_host_ed25519_key, keys/ssh_host_rsa_key]
    algorithms: legacy
limits:""") + "register: {controller: Laboratoire Exemple, dpo: dpo@labo.example}\n"
                  "scrub: {every: 7 days}\n")
    policy = POLICY


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


class ReportsTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = ReportsSite()
        cls.addClassCleanup(cls.site.close)
        cls.site.start()
        with connected(cls.site.login("lab")) as lab:
            for name, patient in (("seen.hl7", "P1"), ("sealed.hl7", "P2"), (HOSTILE, "P3")):
                lab.putfo(io.BytesIO(message(patient)), "/in/" + name, confirm=False)
        with connected(cls.site.login("partner")) as partner:
            partner.getfo("/out/seen.hl7", io.BytesIO())
            partner.getfo("/out/" + HOSTILE, io.BytesIO())

    @classmethod
    def tearDownClass(cls) -> None:
        cls.site.consign("audit", "verify")
        assert cls.site.stop() == 0
        assert cls.site.found_in_clear(b"KOWALCZYK", b"onerror") == []

    def html(self, *arguments: str) -> Page:
        """Written to a file, which nobody else may read."""
        out = self.site.folder / f"{uuid.uuid4().hex}.html"
        self.site.consign(*arguments, "--format", "html", "--out", str(out))
        self.assertEqual(out.stat().st_mode & 0o077, 0)
        page = Page(out.read_text())
        self.assertFalse(page.elements & {"img", "script", "a", "link", "iframe"}, page.elements)
        return page

    def test_the_register_is_of_the_policy_in_force(self) -> None:
        text = self.site.consign("register", "--lang", "fr").stdout
        for line in ("- **Responsable du traitement**: Laboratoire Exemple", "- **Finalités**: Comptes rendus",
                     "- **Base légale**: CSP L.1142-28", "- **Catégories de personnes concernées**: Patients",
                     "- **Durée de conservation**: 10 ans à compter du dépôt",
                     "- **Coordonnées**: **\\[à compléter\\]**", "- consign.yaml: register.contact",
                     "- classes.report: data", "| partner | compte | Hôpital Nord | actif |",
                     "- **Contrôle d'intégrité**: lecture de tout l'entrepôt, périodicité : 7 jours"):
            self.assertIn(line, text)
        self.assertNotIn("| lab |", text)
        status = self.site.rows("status")[0]
        self.assertIn(status["policy_hash"], text)
        self.assertIn("legacy algorithms, for accounts with a dated exception alone",
                      self.site.consign("register", "--lang", "en").stdout)

        # Files that nobody has taken up change nothing but a warning.
        file = self.site.folder / "policy.d" / "10-interop.yaml"
        written = file.read_text()
        self.addCleanup(file.write_text, written)
        file.write_text(written.replace("Comptes rendus", "Publicité"))
        done = self.site.consign("register", "--lang", "fr")
        self.assertIn("- **Finalités**: Comptes rendus", done.stdout)
        self.assertIn("ne sont pas la politique en vigueur", done.stdout)
        self.assertIn("are not the policy in force", done.stderr)
        self.html("register", "--lang", "fr")

    def records(self, *asked: str) -> list[dict]:
        return list(csv.DictReader(io.StringIO(self.site.consign(*asked, "--csv").stdout, newline="")))

    def test_a_blast_radius_tells_what_was_seen_and_what_stayed_sealed(self) -> None:
        asked = ("blast-radius", "--account", "partner", "--from", "2020-01-01", "--all")
        rows = eventually(lambda: [rows for rows in [self.site.rows(*asked)]
                                   if all(row["ended"] for row in rows if row["kind"] == "session")],
                          "the end of the session, with what it counted")[0]
        files = {row["path"]: row for row in rows if row["kind"] == "file"}
        self.assertEqual(set(files), {"/partner/out/seen.hl7", "/partner/out/" + HOSTILE})
        self.assertEqual({row["extent"] for row in files.values()}, {"whole"})
        self.assertEqual(files["/partner/out/seen.hl7"]["subjects"], ["HNORD/P1"])
        self.assertEqual([row["path"] for row in rows if row["kind"] == "sealed"], ["/partner/out/sealed.hl7"])
        session, = [row for row in rows if row["kind"] == "session"]
        self.assertEqual((session["address"], session["login_methods"]), ("127.0.0.1", "publickey"))
        counts = rows[-1]["counts"]
        self.assertEqual((counts["files_whole"], counts["subjects"], counts["sealed"]), (2, 2, 1))
        self.assertEqual(counts["policies_unknown"], 0)

        page = self.html(*asked, "--lang", "fr")
        self.assertIn(HOSTILE, page.text)
        self.assertIn("Ce qui est resté scellé", page.text)
        text = self.site.consign(*asked, "--format", "markdown", "--lang", "en").stdout
        line, = [line for line in text.split("\n") if "onerror" in line and line.startswith("| /partner")]
        self.assertEqual(len(re.findall(r"(?<!\\)\|", line)), 7)  # six cells, whatever a name holds
        self.assertIn("\\<img src=x", line)
        table = self.site.consign(*asked)
        self.assertIn("1 file stayed sealed", table.stderr)

        record, = [record for record in self.records(*asked) if record["kind"] == "session"]
        self.assertEqual((record["id"], record["protocol"], record["files_out"], record["bytes_out"]),
                         tuple(str(session[name]) for name in ("id", "protocol", "files_out", "bytes_out")))
        wrong = self.site.consign("blast-radius", "--account", "nobody", "--from", "2020-01-01", check=False)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("nobody is known as nobody", wrong.stderr)
        before = self.site.rows("blast-radius", "--account", "partner", "--from", "2020-01-01", "--to", "2020-01-02")
        self.assertEqual(before[-1]["counts"]["events"], 0)

    def test_a_persons_report_has_each_name_and_each_access(self) -> None:
        rows = self.site.rows("subject", "report", "HNORD/P3")
        self.assertEqual({row["path"] for row in rows if row["kind"] == "name"},
                         {"/lab/in/" + HOSTILE, "/partner/out/" + HOSTILE})
        accesses = {(row["action"], row["account_name"]) for row in rows if row["kind"] == "event"}
        self.assertIn(("deposited", "Un laboratoire"), accesses)
        self.assertIn(("opened_for_reading", "Hôpital Nord"), accesses)
        self.assertTrue(all("address" not in row for row in rows))
        file, = [row for row in rows if row["kind"] == "file"]
        self.assertEqual(file["classes"][0]["legal_basis"], "CSP L.1142-28")
        page = self.html("subject", "report", "HNORD/P3", "--lang", "fr")
        for words in ("Finalités", "Base légale", "Durée de conservation", "Hôpital Nord (partner)", "retiré",
                      "droit d'accès", HOSTILE, "Rectification (art. 16)", "Effacement (art. 17)", "Limitation (art. 18)",
                      "Opposition (art. 21)", "CNIL", "garanties appropriées", "Décisions automatisées", "Copie des données"):
            self.assertIn(words, page.text)
        records = self.records("subject", "report", "HNORD/P3")
        kept, = [record for record in records if record["kind"] == "file"]
        self.assertEqual((kept["legal_basis"], kept["purpose"], kept["keep"]),
                         tuple(file["classes"][0][name] for name in ("legal_basis", "purpose", "keep")))
        self.assertEqual(records[0]["site"], rows[0]["site"])
        self.assertIn("at /lab/in/", self.site.consign("subject", "report", "HNORD/P3").stdout)

    def test_weak_tells_what_a_stock_client_really_agreed_on(self) -> None:
        login = self.site.login("collector")
        options = ["-F", "/dev/null", "-i", str(login.key), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                   "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                   "-o", "KexAlgorithms=diffie-hellman-group14-sha1", "-o", "Ciphers=aes128-cbc",
                   "-o", "MACs=hmac-sha1", "-P", str(self.site.ports[1])]
        subprocess.run(["sftp", "-q", *options, "-b", "-", f"collector@{login.host}"], input=b"ls /in\n", check=True,
                       capture_output=True, timeout=60)
        rows = self.site.rows("weak")
        use, = [row for row in rows if row["kind"] == "use"]
        self.assertEqual((use["account"], use["sessions"], use["until"]), ("collector", 1, "2099-12-31"))
        self.assertEqual(use["algorithms"], ["aes128-cbc", "diffie-hellman-group14-sha1", "hmac-sha1"])
        self.assertTrue(use["clients"][0].startswith("SSH-2.0-OpenSSH"), use)
        used = {row["account"]: row["used"] for row in rows if row["kind"] == "exception"}
        self.assertEqual(used, {"collector": True, "drop": False})
        table = self.site.consign("weak").stdout
        self.assertIn("never needed: it could be withdrawn", table)
        self.assertIn("elle peut être retirée", self.html("weak", "--lang", "fr").text)

    def test_each_report_stands_in_the_ledger(self) -> None:
        self.site.consign("register", "--lang", "en")
        self.site.consign("weak")
        self.site.consign("blast-radius", "--account", "partner", "--from", "2020-01-01")
        self.site.consign("subject", "report", "HNORD/P1")
        acts = {row["detail"] for row in self.site.events("--action", "administrator_acted")}
        self.assertLessEqual({"register", "weak", "blast-radius partner", "subject report"}, acts)

    def test_an_answer_that_cannot_be_written_is_not_asked_for(self) -> None:
        before = len(self.site.events("--action", "administrator_acted"))
        failed = self.site.consign("weak", "--out", "/nowhere/at/all", check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("/nowhere/at/all cannot be written", failed.stderr)
        details = [row["detail"] for row in self.site.events("--action", "administrator_acted")[before:]]
        self.assertNotIn("weak", details)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
