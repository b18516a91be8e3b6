"""The manual pages are sound mdoc, and have an entry for each verb, option and key that there is."""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE, CONSIGN, CONSIGND = (Path(argument) for argument in sys.argv[1:4])
MANUALS = SOURCE / "docs" / "man"
# Of every verb, and told once for all.
SHARED = {"--help", "--json", "--csv", "--format", "--lang", "--out"}


def help_of(program: Path, *verb: str) -> str:
    return subprocess.run([program, *verb, "--help"], capture_output=True, text=True, check=True, timeout=30).stdout


def listed(text: str, section: str) -> list[str]:
    """The first words of the lines of a section, as CLI11 indents them."""
    found = re.search(rf"^{section}:\n((?:  .*\n|\n)*)", text, re.MULTILINE)
    return re.findall(r"^  (\S+)", found[1], re.MULTILINE) if found else []


def verbs(*prefix: str) -> dict[tuple[str, ...], str]:
    """Every verb that can be given, with its help."""
    text = help_of(CONSIGN, *prefix)
    below = listed(text, "Subcommands")
    found = {prefix: text} if prefix and (not below or "[SUBCOMMAND]" in text) else {}
    for name in below:
        found |= verbs(*prefix, name.split(",")[0])
    return found


def entries(page: str) -> list[str]:
    """The items of its lists, without macros."""
    lines = re.findall(r"^\.It (.*)$", (MANUALS / page).read_text(), re.MULTILINE)
    return [" ".join(word for word in line.split() if not re.fullmatch(r"[A-Z][a-z]", word)) for line in lines]


class ManualTests(unittest.TestCase):
    def test_every_page_is_sound(self) -> None:
        pages = sorted(MANUALS.iterdir())
        self.assertEqual([page.name for page in pages], ["consign.1", "consign.yaml.5", "consignd.8"])
        for page in pages:
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
            self.assertEqual(done.stdout, "")
            for line in page.read_text().split("\n"):
                self.assertLessEqual(len(line), 120)

    def test_every_verb_has_its_entry(self) -> None:
        written = entries("consign.1")
        known = verbs()
        self.assertGreater(len(known), 30)
        missing = [" ".join(verb) for verb in known
                   if not any(entry == " ".join(verb) or entry.startswith(" ".join(verb) + " ") for entry in written)]
        self.assertEqual(missing, [], "docs/man/consign.1 has no `.It Cm VERB` of these")

    def test_no_entry_is_of_a_verb_that_is_gone(self) -> None:
        known = {" ".join(verb) for verb in verbs()}
        text = (MANUALS / "consign.1").read_text()
        for entry in re.findall(r"^\.It Cm (.*)$", text, re.MULTILINE):
            words = re.split(r" (?:[A-Z][a-z]|-)\b", entry)[0]
            self.assertIn(words, known)

    def test_the_daemons_options_have_their_entries(self) -> None:
        options = re.findall(r"(--[a-z-]+)", "\n".join(listed(help_of(CONSIGND), "Options")))
        written = " ".join(entries("consignd.8")).replace(" , ", " ")
        self.assertIn("--log-format", options)
        for option in options:
            self.assertIn(option[1:], written)

    def test_every_key_of_the_server_has_its_entry(self) -> None:
        written = {entry.split()[0] for entry in entries("consign.yaml.5")}
        text = (MANUALS / "consign.yaml.5").read_text()
        schema = json.loads((SOURCE / "etc" / "consign.schema.json").read_text())
        keys = set()
        for key, rule in schema["properties"].items():
            below = rule.get("properties")
            keys |= {f"{key}.{name}" for name in below} if below else {key}
        self.assertEqual(keys - written, set(), "docs/man/consign.yaml.5 has no `.It Ic KEY` of these")
        self.assertEqual({entry for entry in written if not entry.startswith("/")} - keys, set())
        for form in schema["properties"]["listeners"]["items"]["anyOf"]:
            for key in form["properties"]:
                self.assertRegex(text, rf"\b{key}\b")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
