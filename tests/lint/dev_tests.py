"""The developer's script: its help and its verbs are the same list."""

import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def dev(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([ROOT / "dev", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)


class DevTests(unittest.TestCase):
    def test_alone_it_lists_every_verb(self) -> None:
        listed = dev()
        self.assertEqual(listed.returncode, 0)
        verbs = re.findall(r"^([a-z]+)\) ?", (ROOT / "dev").read_text(), re.MULTILINE)
        self.assertGreater(len(verbs), 5)
        self.assertEqual(re.findall(r"^  ([a-z]+)", listed.stdout, re.MULTILINE), verbs)

    def test_an_unknown_verb_fails_and_says_so(self) -> None:
        refused = dev("tset")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("no such verb: tset", refused.stderr)

    def test_what_runs_before_a_change_lands_can_be_run(self) -> None:
        for script in ("dev", ".ci/run", "etc/demo/demo.sh"):
            self.assertTrue((ROOT / script).stat().st_mode & 0o100, script)
            self.assertEqual(subprocess.run(["bash", "-n", ROOT / script]).returncode, 0, script)


if __name__ == "__main__":
    unittest.main()
