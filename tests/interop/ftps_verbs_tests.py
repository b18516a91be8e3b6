"""What FTP's commands mean: facts, times, hashes, appending, renaming, listing; and who may not."""

import contextlib
import hashlib
import re
import ssl
import time
import unittest
import zlib

from ftps_case import FtpsCase
from ftps_wire import FtpsWire, Refused, Reply
from interop_case import RULE
from payload import CHUNK, KIB, MIB, NAME_MARKER, NAMES, content, displayed

SECOND_IN_2001 = "20010909014640"
LIST_LINE = re.compile(rb"^(?P<mode>[d-][rwx-]{9}) +\d+ +\S+ +\S+ +(?P<size>\d+) "
                       rb"(?P<month>[A-Z][a-z]{2}) [ \d]\d (?:\d\d:\d\d| \d{4}) (?P<name>.+)$")
DIGESTS = {"XSHA256": "sha256", "XSHA512": "sha512", "XSHA1": "sha1", "XSHA": "sha1", "XMD5": "md5"}


class VerbsCase(FtpsCase):
    def refusal(self, command: str, wire: FtpsWire) -> Reply:
        """The answer to a transfer that is refused before it begins."""
        with wire.data_socket(wire.passive()):
            return wire.ask(command)

    def end_of_upload(self, wire: FtpsWire, command: str, content: bytes) -> int:
        """The code that ends an upload, which the server may refuse, or break off as soon as it knows."""
        try:
            with wire.transfer(command) as data:
                with contextlib.suppress(OSError, EOFError):
                    data.send(content)
                    data.finish()
                return wire.reply().code
        except Refused as refused:
            return refused.reply.code


class FactsTests(VerbsCase):
    def facts(self, line: bytes) -> tuple[dict[str, str], bytes]:
        facts, _, name = line.lstrip(b" ").partition(b" ")
        return dict(fact.split("=", 1) for fact in facts.decode().lower().rstrip(";").split(";") if fact), name

    def test_size_and_times_of_a_file(self) -> None:
        lab, before = self.lab(), time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() - 2))
        lab.store("STOR facts", content(CHUNK + 1, "facts"))
        self.assertEqual(lab.expect("SIZE facts", 213).text, str(CHUNK + 1))
        self.assertGreaterEqual(lab.expect("MDTM facts", 213).text, before)
        self.assertIn(SECOND_IN_2001, lab.expect(f"MFMT {SECOND_IN_2001} facts", 213).text)
        self.assertEqual(lab.expect("MDTM facts", 213).text, SECOND_IN_2001)
        self.assertEqual(lab.ask("SIZE nothing").code, 550)
        self.assertEqual(lab.ask("MDTM nothing").code, 550)
        self.assertEqual(lab.ask("SIZE /").code, 550)

    def test_mff_and_site_utime_set_times(self) -> None:
        lab = self.lab()
        lab.store("STOR dated", b"x")
        lab.expect(f"MFF Modify={SECOND_IN_2001}; dated", 213)
        self.assertEqual(lab.expect("MDTM dated", 213).text, SECOND_IN_2001)
        lab.expect("SITE UTIME 20020909014640 dated", 200, 213, 250)
        self.assertEqual(lab.expect("MDTM dated", 213).text, "20020909014640")
        lab.expect("SITE UTIME dated 20030909014640 20030909014640 20030909014640 UTC", 200, 213, 250)
        self.assertEqual(lab.expect("MDTM dated", 213).text, "20030909014640")
        self.assertIn(lab.ask("MFF Create=20010909014640; dated").code, (501, 504))

    def test_mlst_tells_one_entry_and_mlsd_all(self) -> None:
        lab = self.lab()
        lab.expect("MKD listed", 257)
        lab.store("STOR listed/file", b"x" * 12345)
        lab.expect(f"MFMT {SECOND_IN_2001} listed/file", 213)
        reply = lab.expect("MLST listed/file", 250)
        self.assertEqual(len(reply.lines), 3)
        self.assertTrue(reply.lines[1].startswith(b" "))
        facts, name = self.facts(reply.lines[1])
        self.assertEqual((facts["type"], facts["size"], facts["modify"]), ("file", "12345", SECOND_IN_2001))
        self.assertIn(name, (b"/listed/file", b"listed/file"))
        self.assertLessEqual({"r", "w", "a", "d", "f"}, set(facts["perm"]))
        self.assertEqual(self.facts(lab.expect("MLST", 250).lines[1])[0]["type"], "dir")

        entries = {name: facts for facts, name in map(self.facts, lab.retrieve("MLSD listed").splitlines())}
        self.assertEqual(entries[b"file"]["size"], "12345")
        self.assertLessEqual(entries.keys(), {b"file", b".", b".."})
        partner = self.account("partner")
        facts, _ = self.facts(partner.expect("MLST listed/file", 250).lines[1])
        self.assertEqual(set(facts["perm"]), {"r"})
        self.assertEqual(lab.ask("MLST nothing").code, 550)
        self.assertIn(self.refusal("MLSD listed/file", lab).code, (501, 550))

    def test_facts_are_chosen_by_opts(self) -> None:
        lab = self.lab()
        lab.store("STOR chosen", b"xyz")
        self.assertIn("MLST", lab.expect("OPTS MLST size;nonsense;", 200).text)
        self.assertEqual(self.facts(lab.expect("MLST chosen", 250).lines[1])[0], {"size": "3"})
        self.assertIn("Size*;", lab.expect("FEAT", 211).text.replace("size", "Size"))

    def test_list_lines_are_what_old_parsers_expect(self) -> None:
        lab = self.lab()
        lab.expect("MKD lines", 257)
        lab.expect("MKD lines/folder", 257)
        for name in NAMES:
            self.assertEqual(lab.store(b"STOR lines/" + name, b"x" * 777).code, 226)
        for command in ("LIST lines", "LIST -la lines", "LIST -al lines"):
            with self.subTest(command=command):
                listed = lab.retrieve(command)
                self.assertTrue(listed.endswith(b"\r\n"))
                lines = [LIST_LINE.match(line) for line in listed.split(b"\r\n")[:-1] if not line.startswith(b"total ")]
                self.assertTrue(all(lines), listed)
                entries = {line["name"]: line for line in lines}
                self.assertLessEqual({*NAMES, b"folder"}, entries.keys())
                self.assertEqual(entries[NAMES[0]]["size"], b"777")
                self.assertTrue(entries[b"folder"]["mode"].startswith(b"d"))
        names = {name.rpartition(b"/")[2] for name in lab.retrieve("NLST lines").split(b"\r\n")}
        self.assertLessEqual({*NAMES}, names)
        told = lab.expect("STAT lines", 211, 212, 213).lines
        self.assertTrue(any(line.lstrip(b" ").endswith(NAMES[0]) for line in told))
        self.assertEqual(lab.retrieve("LIST lines/folder").replace(b"total 0\r\n", b""), b"")

    def test_a_thousand_names_are_all_listed_once(self) -> None:
        lab = self.lab()
        lab.expect("MKD thousand", 257)
        names = [f"{NAME_MARKER}-{number}".encode() for number in range(1000)]
        for name in names:
            lab.send(b"MKD thousand/" + name)
        for _ in names:
            self.assertEqual(lab.reply().code, 257)
        for command in ("NLST thousand", "MLSD thousand", "LIST thousand"):
            listed = [line.rpartition(b"/" if command.startswith("NLST") else b" ")[2]
                      for line in lab.retrieve(command).splitlines()]
            self.assertEqual(sorted(set(listed) & set(names)), sorted(names), command)
            self.assertEqual(len([name for name in listed if name in names]), 1000, command)

    def test_the_folder_one_stands_in(self) -> None:
        lab = self.lab()
        lab.expect('MKD say "so"', 257)
        lab.expect('CWD say "so"', 250)
        self.assertEqual(lab.expect("PWD", 257).text.split(" is ")[0].strip(), '"/say ""so"""')
        lab.expect("XMKD inner", 257)
        lab.expect("XCWD inner", 250)
        self.assertIn('"/say ""so""/inner"', lab.expect("XPWD", 257).text)
        lab.store("STOR here", b"x")
        self.assertIn(b"here", lab.retrieve("NLST"))
        lab.expect("XCUP", 200, 250)
        self.assertEqual(lab.ask("RMD inner").code, 550, "not empty")
        lab.expect("DELE inner/here", 250)
        lab.expect("XRMD inner", 250)
        self.assertEqual(lab.ask("CWD nowhere").code, 550)


class HashTests(FtpsCase):
    def test_hashes_are_those_of_the_bytes(self) -> None:
        lab = self.lab()
        for size in (0, 1, CHUNK + 5, MIB):
            whole = content(size, "hash")
            lab.store(f"STOR hash-{size}", whole)
            for command, algorithm in DIGESTS.items():
                reply = lab.ask(f"{command} hash-{size}")
                if reply.code in (500, 502, 504):  # not every one has to be known
                    self.assertNotIn(command, ("XSHA256", "XSHA1", "XMD5"))
                    continue
                self.assertIn(reply.code, (213, 250), command)
                self.assertIn(hashlib.new(algorithm, whole).hexdigest(), reply.text.lower())
            self.assertIn(f"{zlib.crc32(whole):08x}", lab.expect(f"XCRC hash-{size}", 213, 250).text.lower())

    def test_hash_tells_algorithm_range_and_name(self) -> None:
        lab, whole = self.lab(), content(100_000, "range")
        lab.store("STOR hashed file", whole)
        self.assertEqual(lab.expect("OPTS HASH", 200).text, "SHA-256")
        told = lab.expect("HASH hashed file", 213).text
        self.assertRegex(told, rf"^SHA-256 0-\d+ {hashlib.sha256(whole).hexdigest()} \S*hashed file$")
        for chosen, algorithm in (("SHA-512", "sha512"), ("SHA-1", "sha1"), ("MD5", "md5"), ("SHA-256", "sha256")):
            lab.expect(f"OPTS HASH {chosen}", 200)
            self.assertIn(f"{chosen}*", lab.expect("FEAT", 211).text)
            self.assertIn(hashlib.new(algorithm, whole).hexdigest(), lab.expect("HASH hashed file", 213).text.lower())
        self.assertIn(lab.ask("OPTS HASH WHIRLPOOL").code, (501, 504))
        lab.expect("RANG 1000 1999", 350)
        self.assertIn(hashlib.sha256(whole[1000:2000]).hexdigest(), lab.expect("HASH hashed file", 213).text)

    def test_older_commands_take_quotes_and_ranges(self) -> None:
        lab, whole = self.lab(), content(100_000, "quotes")
        lab.store("STOR a b", whole)
        for asked, part in (('"a b"', whole), ('"a b" 0 100', whole[:100]), ('"a b" 10 50000', whole[10:50000])):
            self.assertIn(hashlib.sha256(part).hexdigest(), lab.expect(f"XSHA256 {asked}", 213, 250).text.lower())

    def test_a_hash_needs_the_right_to_read(self) -> None:
        lab = self.lab()
        lab.store("STOR secret", b"x")
        watcher = self.account("watcher")
        for command in ("XSHA256", "XCRC", "HASH"):
            self.assertEqual(watcher.ask(f"{command} secret").code, 550)
        self.assertEqual(lab.ask("HASH nothing").code, 550)
        self.assertIn(lab.ask("HASH /").code, (550, 553))


class TransferTests(VerbsCase):
    def test_rest_goes_on_in_the_middle_both_ways(self) -> None:
        lab, whole = self.lab(), content(300_000, "rest")
        lab.store("STOR rest", whole[:200_000])
        lab.expect("REST 200000", 350)
        self.assertEqual(lab.store("STOR rest", whole[200_000:]).code, 226)
        self.assert_arrived("rest", whole, times=2)
        for offset in (0, 1, CHUNK, 299_999, 300_000):
            lab.expect(f"REST {offset}", 350)
            self.assert_same_bytes(lab.retrieve("RETR rest"), whole[offset:])
        self.assert_same_bytes(lab.retrieve("RETR rest"), whole)  # REST is for one command
        lab.expect("REST 300001", 350)
        self.assertIn(self.refusal("RETR rest", lab).code, (501, 550, 554))
        lab.expect("REST 10000000", 350)
        self.assertIn(self.end_of_upload(lab, "STOR rest", b"x"), (501, 550, 554))
        self.assert_same_bytes(lab.retrieve("RETR rest"), whole)

    def test_rang_serves_a_part(self) -> None:
        lab, whole = self.lab(), content(300_000, "rang")
        lab.store("STOR rang", whole)
        lab.expect("RANG 1000 100999", 350)
        self.assert_same_bytes(lab.retrieve("RETR rang"), whole[1000:101_000])
        lab.expect("RANG 1 0", 350)
        self.assert_same_bytes(lab.retrieve("RETR rang"), whole)

    def test_appe_appends_and_makes(self) -> None:
        lab = self.lab()
        self.assertEqual(lab.store("APPE appended", b"one ").code, 226)
        self.assertEqual(lab.store("APPE appended", b"two").code, 226)
        self.assert_arrived("appended", b"one two", times=2)
        lab.expect("REST 4", 350)  # some clients say so, though APPE knows where the end is
        self.assertIn(self.end_of_upload(lab, "APPE appended", b" three"), (226, 501, 503))

    def test_what_is_gone_when_the_data_comes_is_not_gone_on_with(self) -> None:
        for command, before in (("APPE", ()), ("STOR", ("REST 3",))):
            with self.subTest(command):
                lab = self.lab()
                self.assertEqual(lab.store("STOR gone", b"one").code, 226)
                for each in before:
                    lab.expect(each, 350)
                data = lab.begin(f"{command} gone")
                self.lab().expect("DELE gone", 250)
                with contextlib.closing(data), contextlib.suppress(ssl.SSLError, EOFError, ConnectionError):
                    data.handshake()
                    data.send(b" two")
                    data.finish()
                self.assertEqual(lab.reply().code, 550)
                self.assertEqual(lab.ask("SIZE gone").code, 550)

    def test_stou_finds_a_name_of_its_own(self) -> None:
        lab = self.lab()
        names = set()
        for command in ("STOU", "STOU", "STOU /"):
            data = lab.data_socket(lab.passive())
            reply = lab.expect(command, 150)
            names.add(re.search(r"(?i)FILE: ?(deposit\S+)", reply.text)[1])
            data.close()
            self.assertIn(lab.reply().code, (425, 426, 522))
        self.assertEqual(len(names), 3)
        with lab.transfer("STOU") as data:
            data.send(b"unique")
            data.finish()
            told = lab.expect_reply(226, 250).text
        self.assertTrue(told)

    def test_allo_and_a_full_upload(self) -> None:
        lab = self.lab()
        lab.expect("ALLO 1000", 200, 202)
        self.assertEqual(lab.store("STOR announced", b"x" * 1000).code, 226)

    def test_stor_over_a_file_replaces_it(self) -> None:
        lab = self.lab()
        lab.store("STOR replaced", content(MIB, "long"))
        self.assertEqual(lab.store("STOR replaced", b"short").code, 226)
        self.assert_arrived("replaced", b"short", times=2)

    def test_rename_moves_the_name(self) -> None:
        lab = self.lab()
        lab.store("STOR before", b"x")
        lab.expect("RNFR before", 350)
        lab.expect("RNTO after", 250)
        self.assertFalse(self.partner.sees("before"))
        self.assertTrue(self.partner.sees("after"))
        row, = self.events_of("lab", "renamed", "/lab/before")
        self.assertEqual((row["second_path"], row["outcome"]), ("/lab/after", "granted"))
        self.assertEqual(lab.ask("RNFR before").code, 550)
        self.assertEqual(lab.ask("RNTO later").code, 503)

    def test_a_folder_that_is_not_there_becomes_no_file(self) -> None:
        lab = self.lab()
        lab.store("STOR folder-or-file", b"x")
        for command in ("STOR mistyped/", "APPE mistyped/", "STOR mistyped/.", "RETR folder-or-file/"):
            self.assertEqual(self.refusal(command, lab).code, 553, command)
        self.assertEqual(lab.ask("DELE folder-or-file/").code, 553)
        lab.expect("RNFR folder-or-file", 350)
        self.assertEqual(lab.ask("RNTO mistyped/").code, 553)
        self.assertEqual(lab.ask("SIZE mistyped").code, 550)
        lab.expect("MKD made/", 257)
        lab.expect("RNFR made/", 350)
        lab.expect("RNTO moved/", 250)
        lab.expect("RMD moved/", 250)

    def test_a_temporary_name_is_no_deposit_until_it_is_renamed(self) -> None:
        lab, whole = self.lab(), content(100_000, "temporary")
        self.assertEqual(lab.store("STOR result.hl7.part", whole).code, 226)
        self.assertFalse(self.partner.sees("result.hl7.part"))
        lab.expect("RNFR result.hl7.part", 350)
        lab.expect("RNTO result.hl7", 250)
        self.assert_arrived("result.hl7", whole)

    def test_utf8_is_spoken_over_the_accounts_charset_where_the_client_says_so(self) -> None:
        self.account("drop").store("STOR in/résultat.txt".encode(), b"x")
        policy = self.site.folder / "policy.d" / "10-interop.yaml"
        before = policy.read_text()
        self.addCleanup(lambda: (policy.write_text(before), self.site.consign("reload")))
        policy.write_text(before.replace("  collector:\n", "  collector:\n    filename_charset: iso-8859-1\n"))
        self.site.consign("reload")
        collector = self.account("collector")
        self.assertIn(b"r\xe9sultat.txt", collector.retrieve("NLST in"))
        collector.expect("OPTS UTF8 ON", 200)
        self.assertIn("résultat.txt".encode(), collector.retrieve("NLST in"))
        self.assertEqual(collector.retrieve("RETR in/résultat.txt".encode()), b"x")
        collector.expect("OPTS UTF8 OFF", 200)
        self.assertIn(b"r\xe9sultat.txt", collector.retrieve("NLST in"))
        early = self.enterContext(FtpsWire(self.site)).auth()
        early.expect("OPTS UTF8 ON", 200)
        early.login("collector")
        self.assertIn("résultat.txt".encode(), early.retrieve("NLST in"))

    def test_names_of_every_kind_come_back_as_they_went(self) -> None:
        lab = self.lab()
        lab.expect("MKD names", 257)
        for name in NAMES:
            with self.subTest(name=name):
                self.assertEqual(lab.store(b"STOR names/" + name, name).code, 226)
                self.assert_arrived(b"names/" + name, name)
                self.assertEqual(lab.retrieve(b"RETR names/" + name), name)
                self.assertTrue(self.events_of("lab", "deposited", "/lab/names/" + displayed(name)))
        # As Telnet has it, 0xFF is sent twice.
        self.assertEqual(lab.store(b"STOR " + b"iac-\xff\xff".replace(b"\xff", b"\xff\xff"), b"x").code, 226)
        self.assertTrue(self.partner.sees(b"iac-\xff\xff") or self.partner.sees(b"iac-\xff"))

    def test_a_route_puts_a_copy_where_the_policy_says(self) -> None:
        self.assertEqual(self.account("drop").store(f"STOR in/{NAME_MARKER}.hl7", content(70 * KIB)).code, 226)
        self.assert_same_bytes(self.account("partner").retrieve(f"RETR routed/{NAME_MARKER}.hl7"), content(70 * KIB))


class RightsTests(VerbsCase):
    """What policy does not grant is refused, said to be refused with the permission's name, and written down."""

    def assert_refuses(self, account: str, command: str, permission: str) -> None:
        wire = self.account(account)
        with self.subTest(account=account, command=command):
            reply = self.refusal(command, wire)
            self.assertEqual(reply.code, 550, reply.text)
            self.assertIn(permission, reply.text)

    def test_a_reader_cannot_write(self) -> None:
        self.lab().store("STOR theirs", b"theirs")
        self.assert_refuses("partner", "STOR mine", "upload")
        self.assert_refuses("partner", "STOR theirs", "upload")
        self.assert_refuses("partner", "APPE theirs", "upload")
        self.assert_refuses("partner", "DELE theirs", "delete")
        self.assert_refuses("partner", "MKD mine", "make folders")
        self.assert_refuses("partner", f"MFMT {SECOND_IN_2001} theirs", "")
        partner = self.account("partner")
        codes = {partner.ask("RNFR theirs").code, partner.ask("RNTO mine").code}
        self.assertIn(550, codes)
        self.assert_refused("partner", "/lab/mine")
        self.assert_refused("partner", "/lab/theirs")
        self.assert_arrived("theirs", b"theirs")
        for row in self.site.events("--account", "partner", "--outcome", "refused"):
            self.assertRegex(row["rule"], RULE)

    def test_one_who_may_only_look_cannot_read(self) -> None:
        self.lab().store("STOR seen", b"seen")
        self.assertIn(b"seen", self.account("watcher").retrieve("NLST"))
        self.assert_refuses("watcher", "RETR seen", "download")

    def test_one_who_may_only_bring_cannot_look(self) -> None:
        drop = self.account("drop")
        self.assertEqual(drop.store("STOR in/brought.txt", b"x").code, 226)
        self.assertEqual(drop.expect("SIZE in/brought.txt", 213).text, "1")  # its own, fresh
        self.assert_refuses("drop", "RETR in/brought.txt", "download")
        self.assert_refuses("drop", "DELE in/brought.txt", "delete")
        self.assert_refuses("drop", "STOR elsewhere.txt", "upload")
        self.assert_refuses("drop", "STOR in/brought.txt", "overwrite")

    def test_a_quota_ends_an_upload_with_552_and_leaves_room_for_what_fits(self) -> None:
        tenant = self.account("tenant")
        for size, code in ((200 * KIB + 1, 552), (200 * KIB, 226), (101 * KIB, 552), (99 * KIB, 226), (2 * KIB, 552)):
            with self.subTest(size=size):
                self.assertEqual(self.end_of_upload(tenant, f"STOR room-{size}", bytes(size)), code)
                tenant.expect("NOOP", 200)
                if code == 552:
                    tenant.ask(f"DELE room-{size}")  # an unfinished upload takes room, too
        self.assertEqual(self.end_of_upload(tenant, "STOR third", b"x"), 226)
        self.assertEqual(self.end_of_upload(tenant, "STOR fourth", b"x"), 552)
        self.assertEqual(tenant.ask("SIZE fourth").code, 550)
        tenant.expect("DELE third", 250)
        self.assertEqual(self.end_of_upload(tenant, "STOR fourth", b"x"), 226)

    def test_an_account_of_another_protocol_is_refused_at_login(self) -> None:
        with self.assertRaises(Refused) as refused:
            self.account("elsewhere")
        self.assertEqual(refused.exception.reply.code, 530)
        self.assertTrue(self.events_of("elsewhere", "login_failed"))


if __name__ == "__main__":
    unittest.main()
