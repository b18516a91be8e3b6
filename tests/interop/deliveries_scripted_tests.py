"""Deliveries to, and pulls from, FTPS servers that do what no real one does when a test wants it."""

import unittest

from consign_site import eventually
from deliveries_site import DeliveriesSite
from paramiko_client import connected
from partner_scripted_ftps import PartnerScriptedFtps

# A server that asks a name server who is there takes so long before it greets.
LATE_SECONDS = 17
# Whoever takes the digest of a large file is silent for longer than any other answer takes.
DIGEST_SECONDS, LARGE_BYTES = 62, 100_000_000


class DeliveriesScriptedTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.partners = {
            "plain": PartnerScriptedFtps(),
            "refusing": PartnerScriptedFtps(),
            "full": PartnerScriptedFtps(),
            "hanging-up": PartnerScriptedFtps(),
            "unknowing": PartnerScriptedFtps({"MLST": "500 MLST: command not found"}),
            "slow": PartnerScriptedFtps(greets_after_seconds=LATE_SECONDS),
            "digesting": PartnerScriptedFtps(digests_in_seconds=DIGEST_SECONDS),
            "empty": PartnerScriptedFtps({"NLST": "550 No files."}),
            "closed": PartnerScriptedFtps({"NLST": "550 Permission denied."}),
        }
        for partner in cls.partners.values():
            cls.addClassCleanup(partner.close)
            partner.folders |= {"/inbox", "/outbox"}
        cls.partners["unknowing"].files["/inbox/a.hl7"] = b"another's"
        cls.site = DeliveriesSite(
            {name: partner.target() for name, partner in cls.partners.items()},
            "pulls:\n" + "".join(f'  - {{name: {name}, target: {name}, from_folder: /outbox, into: /lab/pulled, '
                                 'at: "0 4 29 2 *", then: keep}\n' for name in ("empty", "closed")))
        cls.addClassCleanup(cls.site.close)
        cls.site.start()
        with connected(cls.site.login("lab")) as lab:  # it takes its time beside the others
            lab.mkdir("/digesting")
            with lab.open("/digesting/large", "w") as file:
                file.set_pipelined(True)
                file.write(bytes(LARGE_BYTES))

    @classmethod
    def tearDownClass(cls) -> None:
        if (code := cls.site.stop()) != 0:
            raise AssertionError(f"consignd ended with {code}")

    def put(self, target: str, *names: str) -> None:
        with connected(self.site.login("lab")) as lab:
            lab.mkdir(f"/{target}")
            for name in names:
                with lab.open(f"/{target}/{name}", "w") as file:
                    file.write(name)

    def waiting_for(self, target: str) -> list[dict]:
        return [row for row in self.site.deliveries() if row["target"] == target]

    def pull(self, name: str) -> dict:
        return next(row for row in self.site.rows("pulls") if row["name"] == name)

    def arrived(self, target: str) -> set[str]:
        return {path for path in self.partners[target].files if path.startswith("/inbox/") and ".consign" not in path}

    def test_a_login_that_is_refused_from_the_second_on_costs_no_file_an_attempt(self) -> None:
        partner = self.partners["refusing"]
        partner.lets_in = 1
        self.costs_no_file_an_attempt("refusing", partner.logins, "the target refuses the login")

    def test_a_connection_that_is_not_greeted_from_the_second_on_costs_no_file_an_attempt(self) -> None:
        partner = self.partners["full"]
        partner.greets = 1
        self.costs_no_file_an_attempt("full", partner.greeted, "the target cannot be reached")

    def costs_no_file_an_attempt(self, target: str, granted: list[bool], why: str) -> None:
        names = [f"{number}.hl7" for number in range(6)]
        self.put(target, *names)
        eventually(lambda: False in granted and self.waiting_for(target)[0]["why"], "the refusal")
        self.assertEqual({(row["state"], row["attempts"], row["why"]) for row in self.waiting_for(target)},
                         {("target down", 0, why)})
        self.assertLessEqual(granted.count(False), 2)
        self.partners[target].lets_in = self.partners[target].greets = -1
        self.site.consign("deliveries", "retry", "--target", target)
        eventually(lambda: not self.waiting_for(target), "the deliveries")
        self.assertEqual(self.arrived(target), {f"/inbox/{name}" for name in names})

    def test_an_upload_that_is_hung_up_on_is_no_trouble_of_the_target(self) -> None:
        self.partners["hanging-up"].hangs_up_on_first = True
        self.put("hanging-up", "first.hl7", "second.hl7", "third.hl7")
        eventually(lambda: self.arrived("hanging-up") == {"/inbox/second.hl7", "/inbox/third.hl7"}, "the others")
        row, = self.waiting_for("hanging-up")
        self.assertEqual((row["state"], row["why"]), ("waiting", "the connection was lost"))

    def test_a_command_that_is_not_found_says_nothing_of_the_file(self) -> None:
        partner = self.partners["unknowing"]
        self.put("unknowing", "a.hl7")
        eventually(lambda: not self.waiting_for("unknowing"), "the delivery")
        self.assertEqual(partner.files, {"/inbox/a.hl7": b"another's", "/inbox/a_2.hl7": b"a.hl7"})

    def test_an_idle_control_connection_is_kept_alive(self) -> None:
        self.partners["plain"].watches_keepalive = True
        self.put("plain", "a.hl7")
        eventually(lambda: self.arrived("plain"), "the delivery", 60)
        self.assertIsNotNone(self.partners["plain"].keepalive_seconds)
        self.assertLessEqual(self.partners["plain"].keepalive_seconds, 60)

    def test_a_folder_that_is_refused_as_empty_is_well(self) -> None:
        self.site.consign("pulls", "run", "empty")
        # Until it was well it is due at once.
        eventually(lambda: "-02-29" in self.pull("empty")["next"], "the pull")
        self.assertEqual(self.pull("empty")["state"], "well")

    def test_a_folder_that_may_not_be_listed_is_not_taken_for_empty(self) -> None:
        self.site.consign("pulls", "run", "closed")
        row = eventually(lambda: self.pull("closed")["why"] and self.pull("closed"), "the pull")
        self.assertEqual((row["state"], row["why"]), ("failing", "the target refuses it"))

    def test_a_server_that_greets_late_is_waited_for(self) -> None:
        self.put("slow", "a.hl7")
        eventually(lambda: not self.waiting_for("slow"), "the delivery", 5 * LATE_SECONDS)

    def test_the_digest_of_a_large_file_is_waited_for(self) -> None:
        eventually(lambda: not self.waiting_for("digesting"), "the delivery", 2 * DIGEST_SECONDS)
        self.assertEqual(len(self.partners["digesting"].files["/inbox/large"]), LARGE_BYTES)


if __name__ == "__main__":
    unittest.main()
