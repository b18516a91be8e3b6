"""`consign alerts test` against real ends: a program, webhooks over HTTP and TLS, a mail relay with STARTTLS."""

import http.server
import json
import ssl
import threading
import unittest
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from consign_site import Site
from ftps_certificates import make_certificates

POLICY = """\
version: 1
alerts:
  all:
    - {exec: PROGRAM}
    - {webhook: "http://127.0.0.1:HTTP/hook"}
    - {webhook: "https://localhost:HTTPS/hook", ca: tls/ca.pem}
    - {mail: {to: ops@example.org, relay: "smtp://localhost:SMTP"}, ca: tls/ca.pem}
    - {mail: {to: ops@example.org, relay: "smtps://localhost:MAILTLS"}, ca: tls/ca.pem}
  bad:
    - {exec: /nowhere/secret-program}
    - {webhook: "https://localhost:HTTPS/hook"}
    - {webhook: "http://127.0.0.1:HTTP/moved"}
    - {webhook: "http://127.0.0.1:HTTP/broken"}
    - {webhook: "http://127.0.0.1:1/hook"}
    - {mail: {to: refused@example.org, relay: "smtp://localhost:SMTP"}, ca: tls/ca.pem}
    - {mail: {to: ops@example.org, relay: "smtp://localhost:SMTP"}}
"""


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, dict(self.headers), json.loads(body)))
        code = {"/hook": 204, "/moved": 302}.get(self.path, 500)
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "/hook")
        self.end_headers()

    def log_message(self, *unused: object) -> None:
        pass


class WebSink:
    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.server.posts = []
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def posts(self) -> list:
        return self.server.posts

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class MailSink:
    """What arrived, and whether it came over TLS."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes, bool]] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address.startswith("refused"):
            return "550 no such secret-person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content,
                           server.transport.get_extra_info("sslcontext") is not None))
        return "250 taken"


class Relay(Controller):
    """On a port that the system has free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class AlertsTests(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls) -> None:
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        make_certificates(cls.site.folder / "tls")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.site.folder / "tls/server.pem", cls.site.folder / "tls/server.key")
        cls.web, cls.web_tls = WebSink(), WebSink(context)
        cls.mail, cls.mail_tls = MailSink(), MailSink()
        cls.told = cls.site.folder / "told"
        program = cls.site.folder / "notify"
        program.write_text(f"#!/bin/sh\ncat >> {cls.told}\n")
        program.chmod(0o700)
        relays = [Relay(cls.mail, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True),
                  Relay(cls.mail_tls, hostname="127.0.0.1", port=0, ssl_context=context)]
        for relay in relays:
            relay.start()
            cls.addClassCleanup(relay.stop)
        for sink in (cls.web, cls.web_tls):
            cls.addClassCleanup(sink.close)
        ports = [relay.port for relay in relays]
        text = POLICY.replace("PROGRAM", str(program))
        for word, port in (("HTTPS", cls.web_tls.port), ("HTTP", cls.web.port), ("SMTP", ports[0]),
                           ("MAILTLS", ports[1])):
            text = text.replace(f":{word}", f":{port}")
        for file in (cls.site.folder / "policy.d").glob("*.yaml"):
            file.unlink()
        (cls.site.folder / "policy.d/a.yaml").write_text(text)
        cls.site.start()

    def test_every_kind_of_channel_is_told(self) -> None:
        rows = self.site.rows("alerts", "test", "all")
        self.assertEqual([(row["kind"], row["told"], row["why"]) for row in rows],
                         [("exec", True, ""), ("webhook", True, ""), ("webhook", True, ""), ("mail", True, ""),
                          ("mail", True, "")])
        message = json.loads(self.told.read_text())
        self.assertEqual((message["alarm"], message["state"], message["site"]),
                         ("test", "raised", "interop.consign.example"))
        for sink in (self.web, self.web_tls):
            path, headers, body = [post for post in sink.posts if post[2]["id"] == message["id"]][0]
            self.assertEqual((path, body), ("/hook", message))
            self.assertEqual(headers["Idempotency-Key"], message["id"])
            self.assertEqual(headers["Content-Type"], "application/json")
        for sink in (self.mail, self.mail_tls):
            sender, to, content, over_tls = sink.mails[0]
            self.assertEqual((sender, to, over_tls),
                             ("consign@interop.consign.example", ["ops@example.org"], True))
            mail = message_from_bytes(content, policy=policy.default)
            self.assertEqual(mail["Message-ID"], f"<{message['id']}@interop.consign.example>")
            self.assertEqual(mail["Subject"], "[interop.consign.example] test raised")
            self.assertEqual(json.loads(mail.get_content().replace("\r\n", "\n").split("\n\n", 2)[2]), message)
        acts = [row["detail"] for row in self.site.events("--action", "administrator_acted")]
        self.assertIn("alerts test", acts)

    def test_what_fails_says_why_and_names_nothing(self) -> None:
        done = self.site.consign("alerts", "test", "bad", "--json", check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["why"] for row in rows],
                         ["the program could not be started: No such file or directory",
                          "the server's certificate is not to be trusted",
                          "the server answered 302",
                          "the server answered 500",
                          "the server cannot be reached",
                          "the server refused, code 550",
                          "the server's certificate is not to be trusted, code 220"])
        self.assertNotIn("secret", done.stdout + "\n".join(self.site.log))
        self.assertFalse([post for post in self.web.posts if post[0] == "/hook" and post[2]["id"] in
                          [other[2]["id"] for other in self.web.posts if other[0] == "/moved"]],
                         "a redirect was followed")

    def test_no_such_alert(self) -> None:
        done = self.site.consign("alerts", "test", "none", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no alert none; it has all, bad", done.stderr)


if __name__ == "__main__":
    unittest.main()
