"""tools/verify-ledger.py, which shares nothing with Consign, and needs nothing but what Debian and OpenSSH bring."""

import ast
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

VERIFIER = Path(__file__).resolve().parents[2] / "tools" / "verify-ledger.py"
COMMANDS = {"ssh-keygen", "openssl"}


class VerifierTests(unittest.TestCase):
    def setUp(self) -> None:
        self.tree = ast.parse(VERIFIER.read_text())

    def test_it_compiles(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, "-c", f"import py_compile; py_compile.compile({str(VERIFIER)!r}, "
                                   f"cfile={folder + '/x.pyc'!r}, doraise=True)"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_it_imports_the_standard_library_alone(self) -> None:
        imported = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                self.assertEqual(node.level, 0)
                imported.add(node.module.split(".")[0])
        self.assertGreater(len(imported), 5)
        self.assertLessEqual(imported, sys.stdlib_module_names)

    def test_it_runs_two_commands_and_never_through_a_shell(self) -> None:
        run = {call.args[0].value for call in ast.walk(self.tree)
               if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "run"}
        self.assertEqual(run, COMMANDS)
        text = VERIFIER.read_text()
        self.assertEqual(len(re.findall(r"subprocess\.\w+\(", text)), 1)
        for word in ("shell=", "os.system", "eval(", "exec(", "pickle", "extractall"):
            self.assertNotIn(word, text)

    def test_it_is_short(self) -> None:
        self.assertLess(len(VERIFIER.read_text().splitlines()), 600)


if __name__ == "__main__":
    unittest.main()
