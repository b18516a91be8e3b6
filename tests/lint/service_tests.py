"""The systemd files: right in form, tight in effect, and what they make is what the daemon asks for."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
EXPOSURE_LIMIT_TENTHS = 20


class ServiceTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="consign-service-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def unit(self, **replaced: str) -> Path:
        """A copy of the unit whose binary is there; `verify` looks for it."""
        text = (SYSTEMD / "consignd.service").read_text().replace("/usr/bin/consignd", "/bin/true")
        for name, value in replaced.items():
            lines = [f"{name}={value}" if line.startswith(name + "=") else line for line in text.splitlines()]
            text = "\n".join(lines) + "\n"
        copy = self.folder / "consignd.service"
        copy.write_text(text)
        return copy

    def analyze(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)

    def exposure(self, unit: Path) -> subprocess.CompletedProcess:
        return self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT_TENTHS}", str(unit))

    def test_verify_has_nothing_to_say(self) -> None:
        verified = self.analyze("verify", str(self.unit()))
        self.assertEqual((verified.returncode, verified.stderr), (0, ""))

    def test_verify_would_complain_of_an_unknown_key(self) -> None:
        unit = self.unit()
        unit.write_text(unit.read_text().replace("NoNewPrivileges", "NoNewPrivilege"))
        self.assertIn("NoNewPrivilege", self.analyze("verify", str(unit)).stderr)

    def test_exposure_is_within_the_limit(self) -> None:
        judged = self.exposure(self.unit())
        self.assertEqual(judged.returncode, 0, judged.stdout[-200:])

    def test_a_loosened_unit_would_fail(self) -> None:
        judged = self.exposure(self.unit(ProtectSystem="no", CapabilityBoundingSet="~", User="root"))
        self.assertEqual(judged.returncode, 1, judged.stdout[-200:])

    def test_memory_cannot_leave_by_core_dump_or_swap(self) -> None:
        lines = (SYSTEMD / "consignd.service").read_text().splitlines()
        for line in ("LimitCORE=0", "MemorySwapMax=0", "UMask=0077", "StateDirectoryMode=0700", "Type=notify"):
            self.assertIn(line, lines)

    @unittest.skipUnless(os.geteuid() == 0, "giving folders to users needs root")
    def test_the_user_and_the_folders_are_made(self) -> None:
        root = self.folder / "root"
        (root / "etc").mkdir(parents=True)
        for program, file in (("systemd-sysusers", "consign.sysusers"), ("systemd-tmpfiles", "consign.tmpfiles")):
            create = ["--create"] if program == "systemd-tmpfiles" else []
            made = subprocess.run([program, *create, f"--root={root}", str(SYSTEMD / file)],
                                  capture_output=True, text=True)
            self.assertEqual(made.returncode, 0, made.stderr)
        entry = (root / "etc/passwd").read_text().split(":")
        self.assertEqual((entry[0], entry[6].strip()), ("consign", "/usr/sbin/nologin"))
        user = int(entry[2])
        for folder, owner, mode in (("etc/consign", 0, 0o750), ("etc/consign/policy.d", 0, 0o750),
                                    ("etc/consign/keys", user, 0o700), ("var/lib/consign", user, 0o700)):
            facts = (root / folder).stat()
            self.assertEqual((facts.st_uid, facts.st_mode & 0o7777), (owner, mode), folder)


if __name__ == "__main__":
    unittest.main()
