"""A small upload, cut behind every single byte that its client sends on the data connection, from ClientHello to
close_notify: at no place does a part of it become a file."""

import ssl
import unittest
from typing import Callable

from ftps_case import FtpsCase
from payload import content
from tls_socket import Cut, TlsSocket

RECORDS = 2
RECORD_BYTES = 300
# Every place where a client that dies sends FIN; fewer of the rest, which differ less.
CUTS = [(ssl.TLSVersion.TLSv1_3, TlsSocket.fin, 1), (ssl.TLSVersion.TLSv1_3, TlsSocket.reset, 5),
        (ssl.TLSVersion.TLSv1_2, TlsSocket.fin, 3), (ssl.TLSVersion.TLSv1_2, TlsSocket.reset, 7)]


class FtpsCutTests(FtpsCase):
    def setUp(self) -> None:
        super().setUp()
        self.records = [content(RECORD_BYTES, f"record {number}") for number in range(RECORDS)]

    def upload(self, data: TlsSocket) -> list[int]:
        """Sends all of it; where the handshake ended, and each record."""
        data.handshake()
        ends = [data.sent]
        for record in self.records:
            data.send(record)
            ends.append(data.sent)
        data.close_notify()
        return ends

    def test_no_cut_leaves_a_file(self) -> None:
        for version, end, every in CUTS:
            with self.subTest(version=version, end=end.__name__):
                self.cut_everywhere(f"{version.name}-{end.__name__}", self.site.context(version), end, every)

    def cut_everywhere(self, name: str, context: ssl.SSLContext, end: Callable[[TlsSocket], None], every: int) -> None:
        lab = self.lab(context=context)
        with lab.transfer(f"STOR {name}-whole") as data:
            ends = self.upload(data)
            total = data.sent
            lab.expect_reply(226)
        for cut in range(0, total, every):
            data = lab.begin(f"STOR {name}", sends_at_most=cut)
            with self.assertRaises(Cut):
                self.upload(data)
            end(data)
            self.assertIn(lab.reply().code, (425, 426) if cut < ends[0] else (426,), f"cut at {cut} of {total}")
            data.close()
            sent = sum(cut >= ends[number + 1] for number in range(RECORDS)) * RECORD_BYTES
            size = lab.ask(f"SIZE {name}")
            there = int(size.text) if size.code == 213 else None
            # A reset may overtake what was sent before it.
            expected = {sent} if end is TlsSocket.fin else set(range(0, sent + 1, RECORD_BYTES))
            if cut < ends[0]:
                expected = {None}
            elif cut < ends[1] or end is TlsSocket.reset:
                expected |= {None, 0}
            self.assertIn(there, expected, f"cut at {cut} of {total}, handshake and records end at {ends}")
        self.assertFalse(self.partner.sees(name))
        self.assertEqual(self.events_of("lab", "deposited", f"/lab/{name}"), [])
        self.assertEqual(lab.store(f"STOR {name}", b"".join(self.records)).code, 226)
        self.assert_arrived(name, b"".join(self.records))


if __name__ == "__main__":
    unittest.main()
