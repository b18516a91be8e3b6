"""The ledger asked by an administrator while clients work: by file, hash and address, in SQL, and as it grows."""

import csv
import hashlib
import io
import json
import os
import pwd
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from consign_site import Site, eventually
from openssh import OpenSsh


class AuditTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        cls.site.start()
        cls.lab = OpenSsh(cls.site.login("lab"))
        cls.deposit("first", b"a first result")
        cls.deposit("second", b"a second result")
        cls.lab.sftp(b"mkdir /folder", b"rename /first /folder/first", b"rename /folder /moved")
        cls.lab.get("/moved/first", cls.site.folder / "collected")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.site.consign("audit", "verify")
        if (code := cls.site.stop()) != 0:
            raise AssertionError(f"consignd ended with {code}")

    @classmethod
    def deposit(cls, name: str, content: bytes) -> None:
        source = cls.site.folder / name
        source.write_bytes(content)
        cls.lab.put(source, f"/{name}")

    def about(self, *filters: str) -> set[tuple[str, str]]:
        """Actions and paths of the lab's events."""
        return {(row["action"], row["path"]) for row in self.site.events("--account", "lab", *filters)}

    def complaint(self, *arguments: str) -> str:
        done = self.site.consign(*arguments, check=False)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_a_session_that_was_moved_or_made_smaller_is_missed(self) -> None:
        done = eventually(lambda: [row for row in self.site.rows("audit", "sessions", "--account", "lab")
                                   if row["ended"] and row["files_out"]], "the end of the session that fetched")
        session, month = done[0]["id"], 30 * 86400 * 1_000_000
        for change in (f"started = started - {month}", f"started = started + {month}",
                       f"started = started - {month}, ended = ended - {month}", f"ended = ended + {month}", "ended = NULL",
                       "login_methods = 'password'", "files_out = 0", "bytes_out = 0", "end_reason = 'x'"):
            with self.subTest(change):
                database = sqlite3.connect(self.site.data / "consign.db")
                self.addCleanup(database.close)
                columns = "started, ended, login_methods, files_out, bytes_out, end_reason"
                before = database.execute(f"SELECT {columns} FROM sessions WHERE session = ?",
                                          (bytes.fromhex(session),)).fetchone()
                with database:
                    database.execute(f"UPDATE sessions SET {change} WHERE session = ?", (bytes.fromhex(session),))
                verified = self.site.consign("audit", "verify", check=False)
                with database:
                    database.execute(f"UPDATE sessions SET ({columns}) = (?, ?, ?, ?, ?, ?) WHERE session = ?",
                                     (*before, bytes.fromhex(session)))
                self.assertEqual(verified.returncode, 1, verified.stdout)
                self.assertIn("1 sessions are missing, or are not what their logins and ends say", verified.stdout)
        self.site.consign("audit", "verify")

    def test_a_file_is_found_by_each_name_that_it_had_by_its_hash_and_by_its_id(self) -> None:
        by_first = self.about("--file", "/lab/first")
        self.assertIn(("deposited", "/lab/first"), by_first)
        self.assertIn(("renamed", "/lab/first"), by_first)
        self.assertIn(("retrieval_ended", "/lab/moved/first"), by_first)
        self.assertFalse(any("second" in path for _, path in by_first))
        for path in ("/lab/folder/first", "/lab/moved/first"):
            self.assertLessEqual(by_first, self.about("--file", path))
        self.assertEqual(by_first, self.about("--sha256", hashlib.sha256(b"a first result").hexdigest()))
        stream = self.site.events("--file", "/lab/first", "--action", "deposited")[-1]["stream"]
        self.assertEqual(by_first, self.about("--file", stream))
        self.assertEqual(by_first, self.about("--file", stream[:16]))
        self.assertEqual(self.about("--sha256", "0" * 64), set())

    def test_what_came_from_an_address_is_found(self) -> None:
        from_here = self.about("--address", "127.0.0.1")
        self.assertEqual(from_here, self.about())
        self.assertEqual(self.about("--address", "192.0.2.1"), set())
        self.assertGreater(len(self.site.sessions("--address", "127.0.0.1", "--account", "lab")), 0)
        self.assertEqual(self.site.sessions("--address", "192.0.2.1"), [])
        actions = {row["action"] for row in self.site.events("--action", "deposited", "--action", "renamed")}
        self.assertEqual(actions, {"deposited", "renamed"})

    def test_what_is_no_question_is_told(self) -> None:
        self.assertIn("no network, no port", self.complaint("audit", "events", "--address", "127.0.0.1:22"))
        self.assertIn("64 hexadecimal digits", self.complaint("audit", "events", "--sha256", "12"))
        self.assertIn("the id of a content", self.complaint("audit", "events", "--file", "first"))
        self.assertIn("AUTHORITY/ID", self.complaint("audit", "events", "--subject", "4711"))
        self.assertIn("audit sql --schema", self.complaint("audit", "sql", "SELECT * FROM events"))
        self.assertIn("not authorized", self.complaint("audit", "sql", "PRAGMA table_list"))
        self.assertIn("what is asked?", self.complaint("audit", "sql"))

    def test_sql_answers_as_a_table_as_json_and_as_csv(self) -> None:
        question = ("SELECT e.path, s.address, 1 AS path FROM event e JOIN session s ON s.id = e.session"
                    " WHERE e.action = 'deposited' AND e.account = 'lab' ORDER BY e.sequence LIMIT 2")
        self.assertEqual(self.site.rows("audit", "sql", question),
                         [{"path": "/lab/first", "address": "127.0.0.1", "path_2": 1},
                          {"path": "/lab/second", "address": "127.0.0.1", "path_2": 1}])
        text = self.site.consign("audit", "sql", "--csv", question).stdout
        self.assertEqual(list(csv.reader(io.StringIO(text)))[:2],
                         [["path", "address", "path_2"], ["/lab/first", "127.0.0.1", "1"]])
        self.assertIn("/lab/second", self.site.consign("audit", "sql", question).stdout)
        self.assertEqual({row["table"] for row in self.site.rows("audit", "sql", "--schema")},
                         {"event", "session", "checkpoint", "file"})

    def test_a_question_does_not_keep_the_daemon_from_stopping(self) -> None:
        site = Site()
        self.addCleanup(site.close)
        site.start()
        endless = "WITH x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT count(*) FROM x"
        # The short question may come first: then this is the other one, and is asked again.
        asking = threading.Thread(target=eventually, args=(
            lambda: "another question" not in site.consign("audit", "sql", endless, check=False).stderr,
            "the endless question is taken"))
        asking.start()
        self.addCleanup(asking.join)
        eventually(lambda: "another question" in site.consign("audit", "sql", "SELECT 1", check=False).stderr, "a question")
        begun = time.monotonic()
        self.assertEqual(site.stop(), 0)
        self.assertLess(time.monotonic() - begun, 15)

    def test_what_was_asked_is_recorded_and_stands_nowhere_in_clear(self) -> None:
        self.site.consign("audit", "sql", "SELECT 'Elodie-Kowalczyk'")
        self.site.consign("audit", "events", "--file", "/lab/Elodie-Kowalczyk")
        acts = self.site.events("--account", "admin:" + pwd.getpwuid(os.getuid()).pw_name)[-2:]
        self.assertEqual([act["detail"] for act in acts], ["audit sql", "audit events"])
        self.assertEqual(acts[0]["query"], "SELECT 'Elodie-Kowalczyk'")
        self.assertEqual(acts[1]["path"], "/lab/Elodie-Kowalczyk")
        self.assertEqual(self.site.found_in_clear(b"Elodie-Kowalczyk"), [])

    def test_a_watch_prints_what_comes_until_it_is_interrupted(self) -> None:
        watch = subprocess.Popen([os.environ["CONSIGN"], "-c", self.site.file, "audit", "events", "--follow", "--json",
                                  "--action", "deposited", "--limit", "1"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(watch.stdout.close)
        rows: list[dict] = []
        first = watch.stdout.readline()  # the newest before it began
        self.assertEqual(json.loads(first)["action"], "deposited")
        reader = threading.Thread(target=lambda: rows.extend(json.loads(line) for line in watch.stdout))
        reader.start()
        acts = len(self.site.events("--action", "administrator_acted"))
        self.deposit("third", b"a third result")
        self.deposit("fourth", b"a fourth result")
        eventually(lambda: len(rows) >= 2, "the deposits are printed as they come")
        self.assertEqual([row["path"] for row in rows], ["/lab/third", "/lab/fourth"])
        # Asking how many there are is an act of its own; the watch's own calls are none.
        self.assertEqual(len(self.site.events("--action", "administrator_acted")), acts + 1)
        watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(20), -signal.SIGINT)
        reader.join()


if __name__ == "__main__":
    unittest.main()
