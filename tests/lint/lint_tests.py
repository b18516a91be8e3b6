"""Each lint finds the fault that it is for, and nothing in a clean house."""

import tempfile
import unittest
from pathlib import Path

from doors import doors
from formatting import formatting
from layers import DESK_MAY_INCLUDE, MAY_INCLUDE, layers
from text import FILE_LIMIT_LINES, text

SOURCES = Path(__file__).resolve().parents[2]
CLEAN = {
    "base/bytes.hpp": "#pragma once\n",
    "policy/decide.cpp": '#include "policy/decide.hpp"\n\n#include "base/bytes.hpp"\n',
    "storage/database/sqlite.cpp": "#include <sqlite3.h>\n",
    "protocols/sftp/session.cpp": '#include "desk/desk.hpp"\n',
    "daemon/main.cpp": '#include "protocols/sftp/server.hpp"\n#include "storage/store.hpp"\n',
    "tests/unit/any_tests.cpp": '#include <sqlite3.h>\n\n#include "daemon/main.hpp"\n',
}


class House:
    """A small repository in a temporary folder."""

    def __init__(self, files: dict[str, str]) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="consign-lint-")
        self.root = Path(self.folder.name)
        (self.root / ".clang-format").write_text("BasedOnStyle: Google\nIndentWidth: 4\n")
        for name, content in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(content)

    def __enter__(self) -> Path:
        return self.root

    def __exit__(self, *_: object) -> None:
        self.folder.cleanup()


class LintTests(unittest.TestCase):
    def found(self, lint, name: str, content: str) -> list:
        with House(CLEAN | {name: content}) as root:
            return list(lint(root))

    def assert_found(self, lint, name: str, content: str, line: int, message: str) -> None:
        findings = self.found(lint, name, content)
        self.assertEqual([(str(each.file), each.line) for each in findings], [(name, line)])
        self.assertIn(message, findings[0].message)

    def test_a_clean_house_passes(self) -> None:
        with House(CLEAN) as root:
            for lint in (layers, doors, text, formatting):
                self.assertEqual(list(lint(root)), [], lint.__name__)

    def test_every_arrow_that_the_house_does_not_have_is_found(self) -> None:
        broken = 0
        for source, allowed in MAY_INCLUDE.items():
            for target in MAY_INCLUDE.keys() - allowed - {source}:
                broken += 1
                self.assert_found(layers, f"{source}/x.cpp", f'\n#include "{target}/y.hpp"\n', 2,
                                  f"{source} -> {target}")
        self.assertEqual(broken, 7 * 6 - sum(len(allowed) for allowed in MAY_INCLUDE.values()))

    def test_every_arrow_that_the_desk_does_not_have_is_found(self) -> None:
        for part, allowed in DESK_MAY_INCLUDE.items():
            for other in DESK_MAY_INCLUDE.keys() - allowed - {part}:
                self.assert_found(layers, f"desk/{part}/x.cpp", f'#include "desk/{other}/y.hpp"\n', 1,
                                  f"desk/{part} -> desk/{other}")
            self.assert_found(layers, f"desk/{part}/x.cpp", '#include "desk/desk.hpp"\n', 1, "(its top)")
            self.assertEqual(self.found(layers, "desk/x.cpp", f'#include "desk/{part}/y.hpp"\n'), [])

    def test_the_parts_of_the_desk_are_the_folders_of_the_desk(self) -> None:
        folders = {folder.name for folder in (SOURCES / "desk").iterdir() if folder.is_dir()}
        self.assertEqual(folders, set(DESK_MAY_INCLUDE))

    def test_policy_and_storage_do_not_know_each_other(self) -> None:
        self.assert_found(layers, "policy/x.hpp", '#include "storage/store.hpp"\n', 1, "let desk/ join the two")
        self.assert_found(layers, "storage/x.hpp", '#include "policy/glob.hpp"\n', 1, "let desk/ join the two")

    def test_a_protocol_is_sent_to_the_desk(self) -> None:
        self.assert_found(layers, "protocols/sftp/x.cpp", '#  include "storage/vault/vault.hpp"\n', 1,
                          "reaches data through the desk alone")

    def test_an_include_relative_to_its_file_is_found(self) -> None:
        self.assert_found(layers, "desk/x.cpp", '#include "y.hpp"\n', 1, '"desk/y.hpp"')

    def test_a_library_used_beside_its_door_is_found(self) -> None:
        for header, door in (("openssl/evp.h", "base/evp.hpp"), ("libssh/server.h", "ssh_connection.hpp"),
                             ("protocols/sftp/libssh_session.hpp", "ssh_connection.hpp"),
                             ("sqlite3.h", "sqlite.hpp"), ("yaml-cpp/yaml.h", "policy/language/yaml.hpp"),
                             ("sodium.h", "desk/site/passwords.hpp"), ("date/tz.h", "policy/calendar/zone.hpp")):
            self.assert_found(doors, "daemon/x.cpp", f"#include <{header}>\n", 1, door)
            self.assert_found(doors, "admin/x.cpp", f'#include "{header}"\n', 1, door)

    def test_a_file_that_outgrows_the_limit_is_asked_about(self) -> None:
        self.assertEqual(self.found(text, "desk/x.cpp", "//\n" * FILE_LIMIT_LINES), [])
        self.assert_found(text, "desk/x.cpp", "//\n" * (FILE_LIMIT_LINES + 1), FILE_LIMIT_LINES + 1,
                          "does it hold two concepts?")

    def test_blanks_tabs_and_marks_are_found(self) -> None:
        for content, message in (("int a; \n", "blanks"), ("\tint a;\n", "tab"), ("int a;\r\n", "blanks"),
                                 ("int a;", "no end"), ("// TO" "DO: b\n", "make it an issue"),
                                 ("// FIX" "ME\n", "make it an issue")):
            self.assert_found(text, "desk/x.cpp", content, 1, message)
        self.assert_found(text, "tests/x.py", "pass \n", 1, "blanks")

    def test_a_name_that_says_nothing_is_found(self) -> None:
        self.assert_found(text, "base/string_utils.hpp", "#pragma once\n", 1, "no concept")

    def test_unformatted_code_is_found(self) -> None:
        self.assert_found(formatting, "base/x.cpp", "\nint   a;\n", 2, "./dev fmt")

    def test_a_source_that_speaks_of_errors_is_no_second_file(self) -> None:
        self.assert_found(formatting, "base/x.cpp", 'auto   a = "y.cpp:7:5: error: no";\n', 1, "./dev fmt")


if __name__ == "__main__":
    unittest.main()
