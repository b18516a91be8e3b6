#!/usr/bin/python3
"""The JSON Schemas in etc/ take what the parser takes, and refuse what it refuses."""

import json
import pathlib
import re
import sys
import unittest

import jsonschema
import yaml

SOURCE = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
if SOURCE.is_file():
    SOURCE = SOURCE.parents[2]


class Yaml12(yaml.SafeLoader):
    """Scalars as YAML 1.2 has them: no `yes`, no dates, no numbers to the base of sixty."""

    yaml_implicit_resolvers = {}


for tag, pattern, starts in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", "n~"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    first = list(starts) + ([""] if tag == "null" else [])
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


def schema(name):
    return json.loads((SOURCE / "etc" / name).read_text())


SERVER = schema("consign.schema.json")
POLICY = schema("policy.schema.json")


def mistakes_of(text, rules):
    validator = jsonschema.Draft202012Validator(rules)
    return [f"{list(error.absolute_path)}: {error.message}"
            for error in validator.iter_errors(yaml.load(text, Yaml12))]


def rules_for(text):
    return SERVER if re.search(r"^listeners:", text, re.M) else POLICY


class PolicySchemaTests(unittest.TestCase):
    def test_the_schemas_are_json_schemas(self):
        for rules in (SERVER, POLICY):
            jsonschema.Draft202012Validator.check_schema(rules)

    def test_files_that_the_parser_takes_are_valid(self):
        files = [SOURCE / "etc/consign.yaml", *SOURCE.glob("etc/policy.d/*.yaml"), *SOURCE.glob("etc/presets/*.yaml"),
                 *SOURCE.glob("tests/unit/policies/example/**/*.yaml")]
        self.assertGreaterEqual(len(files), 8)
        for file in files:
            with self.subTest(file=file.name):
                self.assertEqual(mistakes_of(file.read_text(), rules_for(file.read_text())), [])

    def test_the_manuals_samples_are_valid(self):
        pages = [SOURCE / "docs" / page for page in ("policy.md", "policy-recipes.md", "fr/prise-en-main.md")]
        samples = [sample for page in pages
                   for sample in re.findall(r"^```yaml(?: fragment)?\n(.*?)^```", page.read_text(), re.M | re.S)]
        self.assertGreaterEqual(len(samples), 6)
        for sample in samples:
            with self.subTest(sample=sample):
                self.assertEqual(mistakes_of(sample, rules_for(sample)), [])

    def test_each_mistake_is_refused(self):
        text = (SOURCE / "tests/unit/policies/mistakes.txt").read_text()
        blocks = re.findall(r"^== (server|policy)\n(.*?)(?=^== |\Z)", text, re.M | re.S)
        self.assertGreaterEqual(len(blocks), 40)
        for kind, block in blocks:
            with self.subTest(block=block):
                self.assertNotEqual(mistakes_of(block, SERVER if kind == "server" else POLICY), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
