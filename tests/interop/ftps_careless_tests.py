"""Clients that never send close_notify, whom a dated exception forgives it: then the announced size or a checksum
decides what is complete."""

import unittest

from consign_site import eventually
from ftps_case import FtpsCase
from ftps_wire import FtpsWire
from payload import KIB, MIB, content


class FtpsCarelessTests(FtpsCase):
    def brought(self, account: str, name: str, whole: bytes, *before: str) -> tuple[FtpsWire, int]:
        """Sent, and hung up without a word: the session, and what it was told."""
        wire = self.account(account)
        for command in before:
            wire.expect(command, 200, 202)
        with wire.transfer(f"STOR {name}") as data:
            data.send(whole)
            data.fin()
            return wire, wire.reply().code

    def test_an_announced_size_that_has_arrived_is_complete(self) -> None:
        for size in (1, 1000, MIB):
            whole = content(size, "announced")
            self.assertEqual(self.brought("careless", f"announced-{size}", whole, f"ALLO {size}")[1], 226)
            self.assert_arrived(f"announced-{size}", whole, by="careless")

    def test_any_other_size_is_not(self) -> None:
        whole = content(100 * KIB, "short")
        for number, before in enumerate(((), ("ALLO 102401",), ("ALLO 102399",), ("ALLO 0",))):
            with self.subTest(before=before):
                name = f"short-{number}"
                careless, code = self.brought("careless", name, whole[:102_400], *before)
                self.assertEqual(code, 426)
                self.assertFalse(self.partner.sees(name))
                self.assertEqual(careless.expect(f"SIZE {name}", 213).text, "102400")
                careless.expect("REST 102400", 350)
                self.assertEqual(careless.store(f"STOR {name}", b"rest").code, 226)
                self.assert_arrived(name, whole[:102_400] + b"rest", by="careless")

    def test_an_announcement_is_for_one_upload(self) -> None:
        careless, code = self.brought("careless", "first", b"x" * 1000, "ALLO 1000")
        self.assertEqual(code, 226)
        with careless.transfer("STOR second") as data:
            data.send(b"x" * 1000)
            data.fin()
            self.assertEqual(careless.reply().code, 426)

    def test_a_checksum_of_what_arrived_makes_it_complete(self) -> None:
        for command in ("XSHA256", "HASH", "XCRC", "XMD5", "XSHA1"):
            with self.subTest(command=command):
                whole = content(300 * KIB, command)
                careless, code = self.brought("careless", f"summed-{command}", whole)
                self.assertEqual(code, 426)
                self.assertFalse(self.partner.sees(f"summed-{command}"))
                careless.expect(f"{command} summed-{command}", 213, 250)
                self.assert_arrived(f"summed-{command}", whole, by="careless")

    def test_a_checksum_of_another_file_does_not(self) -> None:
        careless, code = self.brought("careless", "unsummed", b"x" * 1000)
        self.assertEqual(code, 426)
        self.assertEqual(careless.store("STOR other", b"y").code, 226)
        careless.expect("XSHA256 other", 213, 250)
        self.assertFalse(self.partner.sees("unsummed"))

    def test_a_checksum_confirms_what_was_resumed_too(self) -> None:
        whole = content(100 * KIB, "resumed")
        careless, code = self.brought("careless", "resumed", whole[:60_000])
        self.assertEqual(code, 426)
        careless.expect("REST 60000", 350)
        with careless.transfer("STOR resumed") as data:
            data.send(whole[60_000:])
            data.fin()
            self.assertEqual(careless.reply().code, 426)
        self.assertFalse(self.partner.sees("resumed"))
        careless.expect("HASH resumed", 213)
        self.assert_arrived("resumed", whole, by="careless")

    def test_an_announcement_of_the_rest_is_none_of_the_whole(self) -> None:
        """ALLO 500 for the second half of a file, of which not a byte arrives: the first half is 500 bytes."""
        careless, code = self.brought("careless", "half", b"x" * 500)
        self.assertEqual(code, 426)
        careless.expect("ALLO 500", 200)
        careless.expect("REST 500", 350)
        with careless.transfer("STOR half") as data:
            data.fin()
            self.assertEqual(careless.reply().code, 426)
        self.assertFalse(self.partner.sees("half"))

    def test_a_checksum_of_a_part_or_in_another_session_does_not(self) -> None:
        careless, code = self.brought("careless", "partly", b"x" * 1000)
        self.assertEqual(code, 426)
        careless.ask('XSHA256 "partly" 0 100')
        careless.expect("RANG 0 99", 350)
        careless.ask("HASH partly")
        self.assertFalse(self.partner.sees("partly"))
        self.account("careless").ask("XSHA256 partly")
        self.assertFalse(self.partner.sees("partly"))

    def test_without_the_exception_neither_counts(self) -> None:
        lab, code = self.brought("lab", "strict", b"x" * 1000, "ALLO 1000")
        self.assertEqual(code, 426)
        for command in ("XSHA256", "HASH"):
            lab.ask(f"{command} strict")
            self.assertFalse(self.partner.sees("strict"))
        self.assertEqual(self.events_of("lab", "deposited", "/lab/strict"), [])

    def test_close_notify_counts_as_ever(self) -> None:
        self.assertEqual(self.account("careless").store("STOR careful", b"x" * 1000).code, 226)
        self.assert_arrived("careful", b"x" * 1000, by="careless")

    def test_an_announced_size_without_a_control_connection_is_nothing(self) -> None:
        careless = self.account("careless")
        careless.expect("ALLO 1000", 200)
        with careless.transfer("STOR alone") as data:
            data.send(b"x" * 999)
            eventually(lambda: "999" in careless.ask("STAT").text, "all but one arrived")
            careless.tls.reset()
            eventually(lambda: self.events_of("careless", "upload_broken_off", "/lab/alone"), "the break")
        self.assertFalse(self.partner.sees("alone"))


if __name__ == "__main__":
    unittest.main()
