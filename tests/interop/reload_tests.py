"""A policy that is replaced while everybody is at work: nobody notices but those who may no longer be here."""

import hashlib
import re
import signal
import unittest

from consign_site import PASSWORD, eventually
from control_socket import ask
from ftps_site import EXPLICIT, FtpsSite
from paced_transfers import Crowd, FtpsLogin, Pace, Transfer
from payload import KIB

TRANSFERS = 200    # a half of them over SFTP, a half of each uploads
RELOADS = 40       # a piece of each transfer goes between two of them
WITHDRAWAL = RELOADS // 2
LEAVERS = 4
BODY_BYTES = 640 * KIB
LARGE_BODY_BYTES = 4096 * KIB  # of an FTPS download: more than the system takes from the server ahead

GOODBYES = {"goodbye", "the peer closed the connection"}
WITHDRAWN = "the account is no longer in the policy"
POLICY_FILE = "policy.d/10-interop.yaml"


class ReloadTests(unittest.TestCase):
    def setUp(self) -> None:
        self.site = FtpsSite()
        self.addCleanup(self.site.close)
        self.policy = self.site.folder / POLICY_FILE
        self.original = self.policy.read_text()
        self.site.start()

    def ask(self, verb: str, **arguments: object) -> tuple[list[dict], dict]:
        return ask(self.site.data, verb, **arguments)

    def status(self) -> dict:
        return self.ask("status")[0][0]

    def hash(self) -> str:
        return self.status()["policy_hash"]

    def rows(self, verb: str) -> list[dict]:
        return self.ask(verb, limit=100000)[0]


class ReloadUnderLoadTests(ReloadTests):
    def setUp(self) -> None:
        super().setUp()
        self.hashes: list[str] = [self.hash()]
        self.pace = Pace(RELOADS)
        self.crowd = Crowd(self.pace)
        self.addCleanup(self.crowd.kill)

    def versions(self) -> list[str]:
        """The policies that take turns: in the second, each rule stands a line further down."""
        return [self.original, self.original.replace("version: 1\n", "version: 1\n# A line more\n")]

    def analyser(self) -> FtpsLogin:
        return FtpsLogin(self.site.ftps_port(EXPLICIT), self.site.authority, "analyser",
                         certificate=self.site.tls / "analyser.pem")

    def bring(self, *files: Transfer) -> None:
        crowd = Crowd(Pace(1))
        crowd.pace.allowed.value = 1
        crowd.begin([file._replace(is_upload=True) for file in files], self.site.login("lab"))
        self.assert_all_went(crowd, len(files))

    def begin_transfers(self) -> list[Transfer]:
        quarter = TRANSFERS // 4
        over_sftp = Transfer("sftp-source", BODY_BYTES, "sftp", False)
        over_ftps = Transfer("ftps-source", LARGE_BODY_BYTES, "ftps", False)
        self.bring(over_sftp, over_ftps)
        uploads = {protocol: [Transfer(f"{protocol}-{number}", BODY_BYTES, f"{protocol} {number}", True)
                              for number in range(quarter)] for protocol in ("sftp", "ftps")}
        self.crowd.begin(uploads["sftp"], self.site.login("lab"))
        self.crowd.begin([over_sftp] * quarter, self.site.login("lab"))
        self.crowd.begin(uploads["ftps"], self.analyser())
        self.crowd.begin([over_ftps] * quarter, self.analyser())
        return uploads["sftp"] + uploads["ftps"]

    def all_at_work(self, leavers: Crowd) -> bool:
        for crowd in (self.crowd, leavers):
            if not crowd.outcomes.empty():
                self.fail(f"one has ended already: {crowd.outcomes.get()}")
        return self.pace.begun.value == TRANSFERS + LEAVERS

    def assert_all_went(self, crowd: Crowd, count: int) -> None:
        self.assertEqual([outcome for outcome in crowd.end(count) if outcome.failure], [])

    def begin_leavers(self) -> Crowd:
        crowd = Crowd(self.pace)
        self.addCleanup(crowd.kill)
        leaving = [Transfer(f"in/leaver-{number}", BODY_BYTES, f"leaver {number}", True) for number in range(LEAVERS)]
        crowd.begin(leaving[::2], self.site.login("drop"))
        crowd.begin(leaving[1::2], FtpsLogin(self.site.ftps_port(EXPLICIT), self.site.authority, "drop", PASSWORD))
        return crowd

    def reload(self, number: int, text: str) -> int:
        """By the verb and by the signal in turn; how many sessions the verb ended."""
        before = self.hash()
        self.policy.write_text(text)
        if number % 2:
            self.site.daemon.send_signal(signal.SIGHUP)
            eventually(lambda: self.hash() != before, "the reload")
            ended = 0
        else:
            answer = self.ask("reload")[1]
            self.assertTrue(answer["taken"], answer)
            ended = answer["ended_sessions"]
        self.hashes.append(self.hash())
        return ended

    def test_no_session_and_no_byte_is_lost_and_the_withdrawn_leave(self) -> None:
        uploads = self.begin_transfers()
        leavers = self.begin_leavers()
        eventually(lambda: self.all_at_work(leavers), "all transfers at work", 60)
        self.assertEqual(self.status()["sessions"], TRANSFERS + LEAVERS)
        texts = self.versions()
        ended = []
        for number in range(RELOADS):
            if number == WITHDRAWAL:
                texts = [re.sub(r"^  drop:\n(    .*\n)+", "", text, flags=re.MULTILINE) for text in texts]
            ended.append(self.reload(number, texts[1 - number % 2]))
            self.pace.allowed.value += 1
        self.assertEqual(sum(ended), LEAVERS)
        self.assertEqual(ended[WITHDRAWAL], LEAVERS)
        self.assert_shown_out(leavers)
        self.assert_all_went(self.crowd, TRANSFERS)
        eventually(lambda: self.status()["sessions"] == 0, "the end of all sessions")
        self.assert_arrived_whole(uploads)
        self.assert_sessions_ended_as_they_wished()
        self.assert_every_event_names_the_policy_that_decided()
        self.site.consign("audit", "verify")
        self.assertEqual(self.site.stop(), 0)

    def assert_shown_out(self, leavers: Crowd) -> None:
        told = dict(leavers.end(LEAVERS))
        for name, failure in told.items():
            self.assertIn(WITHDRAWN, failure, name)
        for number in range(1, LEAVERS, 2):
            self.assertIn("421 ", told[f"in/leaver-{number}"])
        ended = [row for row in self.rows("audit.sessions") if row["account"] == "drop"]
        self.assertEqual([row["end_reason"] for row in ended], [WITHDRAWN] * LEAVERS)
        # What they had brought so far is kept, for them to resume should they come back.
        broken_off = [row for row in self.rows("audit.events")
                      if row["account"] == "drop" and row["action"] == "upload_broken_off"]
        self.assertEqual(len(broken_off), LEAVERS)
        self.assertTrue(all(row["bytes"] > 0 for row in broken_off))

    def assert_arrived_whole(self, uploads: list[Transfer]) -> None:
        deposited = {row["path"]: row["sha256"] for row in self.rows("audit.events") if row["action"] == "deposited"}
        for upload in uploads:
            self.assertEqual(deposited["/lab/" + upload.name], hashlib.sha256(upload.body()).hexdigest(), upload.name)

    def assert_sessions_ended_as_they_wished(self) -> None:
        rows = [row for row in self.rows("audit.sessions") if row["account"] != "drop"]
        self.assertEqual({row["end_reason"] for row in rows} - GOODBYES, set())

    def assert_every_event_names_the_policy_that_decided(self) -> None:
        """The rule stands where that policy, and no other, has it."""
        in_force = {row["hash"] for row in self.rows("policy.log")}
        self.assertEqual(in_force, set(self.hashes))
        lines = {one: self.lines_of(one) for one in in_force}
        for row in self.rows("audit.events"):
            self.assertIn(row["policy"], in_force, row)
            rule = re.fullmatch(re.escape(POLICY_FILE) + r":(\d+)", row["rule"])
            if rule and row["account"] in ("lab", "analyser"):
                self.assertRegex(lines[row["policy"]][int(rule[1]) - 1],
                                 r"path: /\*\*, may: \[list, download, upload, overwrite|keys:|certificates:|login:|^  (lab|analyser):$", row)

    def lines_of(self, hash_: str) -> list[str]:
        files = self.ask("policy.show", hash=hash_)[0]
        return "".join(row["text"] for row in files if row["file"] == POLICY_FILE).split("\n")


class RefusedReloadTests(ReloadTests):
    def test_a_mistake_shows_in_the_status_and_goes_with_the_next_good_policy(self) -> None:
        before = self.hash()
        self.policy.write_text(self.original.replace("home: /lab", "hoem: /lab", 1))
        self.site.daemon.send_signal(signal.SIGHUP)
        refused = eventually(lambda: self.status().get("policy_refused"), "the refusal")
        self.assertIn(f"the first at {POLICY_FILE}:", refused["why"])
        self.assertEqual(self.hash(), before)
        problems, end = self.ask("reload")
        self.assertFalse(end["taken"])
        self.assertTrue(any(row["severity"] == "error" and "hoem" in row["message"] for row in problems), problems)
        self.assertEqual(self.status()["reloads_refused"], 2)
        self.policy.write_text(self.original)
        self.assertTrue(self.ask("reload")[1]["taken"])
        self.assertNotIn("policy_refused", self.status())

    def test_what_needs_a_restart_is_told(self) -> None:
        text = self.site.file.read_text()
        self.site.file.write_text(text.replace("data: data", "data: elsewhere"))
        self.assertEqual(self.ask("reload")[1]["needs_restart"], ["data"])
        self.assertEqual(self.status()["needs_restart"], ["data"])

    def test_where_the_policy_asks_for_it_its_files_are_watched(self) -> None:
        self.policy.write_text(self.original + "# changed unseen\n")
        before = self.hash()
        text = self.site.file.read_text()
        self.site.file.write_text(text.replace("version: 1\n", "version: 1\nreload: on_change\n", 1))
        self.assertTrue(self.ask("reload")[1]["taken"])
        watched = self.hash()
        self.assertNotEqual(watched, before)
        # As an editor saves: beside, then in the place of the old one.
        beside = self.policy.with_name(".10-interop.yaml.new")
        beside.write_text(self.original)
        beside.rename(self.policy)
        eventually(lambda: self.hash() != watched, "the reload")
        good = self.hash()
        self.policy.write_text("version: 2\n")
        eventually(lambda: self.status().get("policy_refused"), "the refusal")
        self.assertEqual(self.hash(), good)
        self.policy.write_text(self.original + "# better\n")
        eventually(lambda: self.hash() != good, "the reload of a better one")
        self.site.file.write_text(text)
        eventually(lambda: "reload: on_change" not in self.ask("policy.show")[0][0]["text"], "the last one")


if __name__ == "__main__":
    unittest.main()
