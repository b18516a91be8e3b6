"""The policy as a laboratory, two hospitals and an administrator meet it: stock clients, the real daemon, the command."""

import hashlib
import json
import shutil
import unittest
from pathlib import Path

from interop_case import InteropCase
from openssh import OpenSsh
from paramiko_client import connected
from payload import CONTENT_MARKER
from policy_site import PolicySite, message
from sftp_wire import sftp_wire, string


class PolicyCase(InteropCase):
    site_type = PolicySite

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.lab = OpenSsh(cls.site.login("lab"))
        cls.drop = OpenSsh(cls.site.login("drop"))
        cls.south = OpenSsh(cls.site.login("collector"))

    def put(self, content: bytes, where: str, client: OpenSsh | None = None, check: bool = True):
        source = self.local / "source"
        source.write_bytes(content)
        return (client or self.lab).sftp(b"put " + bytes(source) + b" " + where.encode(), check=check)

    def get(self, where: str, client: OpenSsh | None = None) -> bytes | None:
        target = self.local / "fetched"
        target.unlink(missing_ok=True)
        (client or self.partner).sftp(b"get " + where.encode() + b" " + bytes(target), check=False)
        return target.read_bytes() if target.exists() else None

    def listed(self, folder: str, client: OpenSsh | None = None) -> list[str]:
        lines = (client or self.partner).sftp(b"ls -1 " + folder.encode()).stdout.decode().splitlines()
        return [line.rsplit("/", 1)[-1] for line in lines if line and not line.startswith("sftp>")]

    def explain(self, *arguments: str) -> dict:
        return json.loads(self.site.consign("explain", "--json", *arguments).stdout)

    def file(self, name: str, content: bytes) -> str:
        path = self.local / name
        path.write_bytes(content)
        return str(path)


class RoutingTests(PolicyCase):
    def test_a_message_goes_where_it_says_and_explain_had_said_so(self) -> None:
        content = message()
        said = self.explain("--account", "lab", "--path", "/in/r1.hl7", "--file", self.file("r1", content))
        self.assertEqual(said["routing"]["route"], "results-for-the-north")
        self.assertEqual(said["routing"]["copy"][0]["path"], "/hospitals/north/out/M17-r1.hl7")
        self.assertEqual(said["routing"]["class"], "reports")
        self.put(content, "/in/r1.hl7")
        self.assertEqual(self.get("/out/M17-r1.hl7"), content)
        routed = [event for event in self.site.events("--action", "routed")
                  if (event.get("second_path") or "").endswith("/M17-r1.hl7")]
        self.assertEqual([event["rule"] for event in routed], [said["routing"]["copy"][0]["rule"]])

    def test_a_move_takes_the_name_away_and_the_depositor_may_still_stat_it(self) -> None:
        content = message("HSUD")
        source = self.file("r2", content)
        done = self.lab.sftp(b"put " + source.encode() + b" /in/r2.hl7", b"ls -l /in/r2.hl7")
        self.assertIn(b"r2.hl7", done.stdout)
        self.assertEqual(self.get("/out/r2.hl7", self.south), content)
        self.assertNotIn("r2.hl7", self.listed("/in", self.lab))

    def test_a_facility_that_is_not_the_laboratorys_goes_into_quarantine(self) -> None:
        self.put(message(sender="ELSEWHERE"), "/in/forged.hl7")
        self.assertNotIn("forged.hl7", self.listed("/in", self.lab))
        self.assertFalse([name for name in self.listed("/out") if "forged" in name])
        kept = [row["path"] for row in self.site.rows("files", "ls", "-R", "/quarantine")]
        self.assertTrue([path for path in kept if path.endswith("/forged.hl7")], kept)
        said = self.explain("--account", "lab", "--path", "/in/forged.hl7", "--file",
                            self.file("f", message(sender="ELSEWHERE")))
        self.assertIn("may not claim", said["routing"]["quarantine"]["reason"])

    def test_what_no_route_wants_is_quarantined_where_the_policy_says_so(self) -> None:
        self.put(message("ELSEWHERE"), "/in/lost.hl7")
        kept = [row["path"] for row in self.site.rows("files", "ls", "-R", "/quarantine")]
        self.assertTrue([path for path in kept if path.endswith("/lost.hl7")], kept)

    def test_a_batch_without_its_trailer_is_no_deposit_until_it_has_it(self) -> None:
        head = b"FHS|^~\\&|LIS|LAB\rBHS|^~\\&|LIS|LAB\r" + message()
        self.put(head, "/in/batches/b.hl7")
        self.assertIsNone(self.get("/out/b.hl7"))
        said = self.explain("--account", "lab", "--path", "/in/batches/b.hl7", "--file", self.file("b", head))
        self.assertEqual(said["routing"]["missing"], ["batch_trailer"])
        whole = head + b"BTS|1\rFTS|1\r"
        self.put(whole, "/in/batches/b.hl7")
        self.assertEqual(self.get("/out/b.hl7"), whole)

    def test_a_file_that_waits_for_its_checksum_is_routed_when_the_right_one_comes(self) -> None:
        content = b"%PDF-1.4\n" + CONTENT_MARKER + b"\n%%EOF\n"
        self.put(content, "/in/signed/s.pdf")
        self.assertIsNone(self.get("/out/s.pdf"))
        self.put(hashlib.sha256(b"another").hexdigest().encode() + b"  s.pdf\n", "/in/signed/s.pdf.sha256")
        self.assertIsNone(self.get("/out/s.pdf"))
        self.put(hashlib.sha256(content).hexdigest().encode() + b"  s.pdf\n", "/in/signed/s.pdf.sha256")
        self.assertEqual(self.get("/out/s.pdf"), content)

    def test_the_checksum_may_come_first(self) -> None:
        content = b"%PDF-1.4\n" + CONTENT_MARKER + b" first\n%%EOF\n"
        self.put(hashlib.sha256(content).hexdigest().encode() + b"\n", "/in/signed/first.pdf.sha256")
        self.put(content, "/in/signed/first.pdf")
        self.assertEqual(self.get("/out/first.pdf"), content)

    def test_an_old_clients_names_are_read_in_its_charset(self) -> None:
        source = self.file("latin", b"x")
        self.drop.sftp(b"put " + source.encode() + b" /r\xe9sultat.txt")
        names = [row["path"] for row in self.site.rows("files", "ls", "/labs/drop")]
        self.assertIn("/labs/drop/résultat.txt", names)
        # As OpenSSH's sftp shows a byte that is no UTF-8.
        self.assertIn(b"r\\351sultat.txt", self.drop.sftp(b"ls -1 /").stdout)
        target = self.local / "back"
        self.drop.sftp(b"get /r\xe9sultat.txt " + bytes(target))
        self.assertEqual(target.read_bytes(), b"x")

    def test_a_name_that_an_old_clients_charset_cannot_write_is_one_all_the_same(self) -> None:
        old = "    filename_charset: iso-8859-1\n"
        text = self.site.policy_file.read_text()
        self.assertIn(old, text)
        self.site.policy_file.write_text(text.replace(old, ""))
        self.site.consign("reload")
        source = self.file("signs", b"x")
        for name in ("cœur-é.hl7", "Å\x93.hl7"):
            self.drop.sftp(b"put " + source.encode() + b" /" + name.encode())
        self.site.policy_file.write_text(text)
        self.site.consign("reload")
        with connected(self.site.login("drop")) as client, sftp_wire(self.site.login("drop")) as wire:
            wire.init()
            shown = b"c%xc5%x93ur-\xe9.hl7"
            self.assertIn(string(b"/" + shown), wire.extended(b"expand-path@openssh.com", string(b"~/" + shown))[1])
            self.assertEqual(client.stat(b"/" + shown).st_size, 1)
            with client.open(b"/" + shown) as file:
                self.assertEqual(file.read(), b"x")
            client.rename(b"/" + shown, b"/renamed-" + shown)
            self.assertIn("/labs/drop/renamed-cœur-é.hl7",
                          [row["path"] for row in self.site.rows("files", "ls", "/labs/drop")])
            client.remove(b"/renamed-" + shown)
            client.remove(b"/\xc5\x93.hl7")
        self.assertFalse([row for row in self.site.rows("files", "ls", "/labs/drop") if row["path"].endswith(".hl7")])


class RetentionTests(PolicyCase):
    def test_a_shorter_term_is_refused_until_it_is_accepted_by_name(self) -> None:
        self.put(message(), "/in/kept.hl7")
        self.partner.sftp(b"rm /out/M17-kept.hl7")
        self.lab.sftp(b"rm /in/kept.hl7")
        in_force = self.site.rows("policy", "log")[-1]["hash"]
        self.site.edit("keep: 10 years", "keep: 5 years")
        other = self.site.consign("diff", "--json", str(self.site.folder))
        self.assertGreaterEqual(json.loads(other.stdout)["erased_sooner"]["reports"]["files"], 1)
        refused = self.site.consign("reload", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("reports", refused.stdout)
        self.assertIn("--accept-shorter-retention reports", refused.stdout)
        self.assertEqual(self.site.rows("policy", "log")[-1]["hash"], in_force)
        self.site.consign("reload", "--accept-shorter-retention", "reports")
        versions = self.site.rows("policy", "log")
        self.assertNotEqual(versions[-1]["hash"], in_force)
        old = self.site.consign("policy", "show", in_force[:12]).stdout
        self.assertIn("keep: 10 years", old)
        self.assertIn("keep: 5 years", self.site.consign("policy", "show").stdout)
        self.site.edit("keep: 5 years", "keep: 10 years")
        self.site.consign("reload")

    def test_a_restart_takes_no_shorter_term_either(self) -> None:
        self.put(message(), "/in/again.hl7")
        in_force = self.site.rows("policy", "log")[-1]["hash"]
        self.site.edit("keep: 10 years", "keep: 6 years")
        self.assertEqual(self.site.stop(), 0)
        self.site.start()
        status = json.loads(self.site.consign("status", "--json").stdout)
        self.assertEqual(status["policy_hash"], in_force)
        self.assertIn("reports", status["policy_refused"]["why"])
        type(self).lab = OpenSsh(self.site.login("lab"))
        type(self).partner = OpenSsh(self.site.login("partner"))
        self.put(message(), "/in/under_the_old_one.hl7")
        self.site.edit("keep: 6 years", "keep: 10 years")
        self.site.consign("reload")
        unknown = self.site.consign("reload", "--accept-shorter-retention", "nosuch", check=False)
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("nosuch", unknown.stdout)


class ReloadTests(PolicyCase):
    def test_a_mistake_changes_nothing_and_is_told_with_its_place(self) -> None:
        before = self.site.policy_file.read_text()
        self.site.edit("keep: 30 days", "kep: 30 days")
        check = self.site.consign("check", check=False)
        self.assertEqual(check.returncode, 1)
        self.assertIn("policy.d/10-interop.yaml:4:", check.stdout)
        self.assertIn("did you mean `keep`?", check.stdout)
        self.assertIn("^^^", check.stdout)
        refused = self.site.consign("reload", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("did you mean `keep`?", refused.stdout)
        self.put(message(), "/in/still.hl7")
        self.assertIsNotNone(self.get("/out/M17-still.hl7"))
        self.assertIn("refused", self.site.consign("status").stdout)
        self.site.policy_file.write_text(before)
        self.site.consign("reload")

    def test_a_withdrawn_account_loses_its_session_and_its_files_are_told_by_diff(self) -> None:
        self.put(message(), "/in/seen.hl7")
        new = self.local / "new"
        shutil.copytree(self.site.folder / "policy.d", new / "policy.d")
        shutil.copytree(self.site.folder / "keys", new / "keys")
        shutil.copy(self.site.file, new / "consign.yaml")
        policy = new / "policy.d" / "10-interop.yaml"
        policy.write_text(policy.read_text().replace("  partner:\n", "  partner:\n    enabled: false\n"))
        said = json.loads(self.site.consign("diff", "--json", str(new)).stdout)
        self.assertGreaterEqual(said["access"]["partner"]["lost"]["download"]["files"], 1)
        self.assertIn("/hospitals/north/out/M17-seen.hl7",
                      said["access"]["partner"]["lost"]["download"]["first"])
        self.assertEqual(said["changes"][0]["what"], "account partner")
        text = self.site.consign("diff", str(new)).stdout
        self.assertIn("partner loses download", text)

    def test_the_cases_of_the_site_are_held_against_it(self) -> None:
        cases = self.local / "cases.yaml"
        (self.local / "r.hl7").write_bytes(message())
        cases.write_text("""\
version: 1
cases:
  - name: results go north
    given: {account: lab, path: /in/r.hl7, file: r.hl7, on: 2026-11-24}
    expect: {verdict: allowed, route: results-for-the-north, class: reports, kept_until: 2036-11-24}
  - name: the partner brings nothing
    given: {account: partner, path: /out/x}
    expect: {verdict: refused}
""")
        self.assertIn("2 of 2 cases hold", self.site.consign("test", str(cases)).stdout)
        cases.write_text(cases.read_text().replace("route: results-for-the-north", "route: none"))
        failed = self.site.consign("test", str(cases), check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("route: expected none, found results-for-the-north", failed.stdout)

    def test_the_schemas_are_those_that_the_project_ships(self) -> None:
        etc = Path(__file__).resolve().parents[2] / "etc"
        for which, name in (("policy", "policy.schema.json"), ("server", "consign.schema.json")):
            self.assertEqual(self.site.consign("policy", "schema", which).stdout, (etc / name).read_text())


if __name__ == "__main__":
    unittest.main()
