"""Each library that a secret or a peer's byte passes through has one door: its headers are included
nowhere else."""

import re
from pathlib import Path
from typing import Iterator, NamedTuple

from source_files import CPP, Finding, lines_of, run, source_files


class Door(NamedTuple):
    header: str             # how the library's includes begin
    files: tuple[str, ...]  # globs over paths from the root
    offers: str             # what to include instead


DOORS = [
    Door("openssl/", ("base/evp.cpp", "base/ed25519.cpp", "base/rfc3161.cpp", "protocols/ftps/tls_*"),
         "base/evp.hpp, base/ed25519.hpp, base/rfc3161.hpp for time stamps, or protocols/ftps/tls_stream.hpp for "
         "TLS"),
    Door("libssh/", ("protocols/sftp/libssh_session.hpp", "daemon/workers/delivery/ssh_client.cpp"),
         "protocols/sftp/ssh_connection.hpp, or daemon/workers/delivery/ssh_client.hpp for a client"),
    Door("protocols/sftp/libssh_session.hpp", ("protocols/sftp/*ssh_*", "protocols/sftp/host_key.cpp"),
         "protocols/sftp/ssh_connection.hpp"),
    Door("sqlite3.h", ("storage/database/*",), "storage/database/sqlite.hpp"),
    Door("yaml-cpp/", ("policy/language/yaml*",), "policy/language/yaml.hpp"),
    Door("sodium.h", ("desk/site/passwords.cpp",), "desk/site/passwords.hpp"),
    Door("crypt.h", ("desk/site/passwords.cpp",), "desk/site/passwords.hpp"),
    Door("re2/", ("policy/pattern.cpp",), "policy/pattern.hpp"),
    Door("zlib.h", ("policy/content/inflater.cpp",), "policy/content/inflater.hpp"),
    Door("curl/curl.h", ("daemon/workers/curl/client.cpp",), "daemon/workers/curl/client.hpp"),
    Door("qrencode.h", ("admin/qr_code.cpp",), "admin/qr_code.hpp"),
    Door("date/", ("policy/calendar/zone.cpp",), "policy/calendar/zone.hpp"),
]

FOLDERS = {"base", "policy", "storage", "desk", "protocols", "daemon", "admin"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def doors(root: Path) -> Iterator[Finding]:
    for file in source_files(root, CPP):
        if file.parts[0] not in FOLDERS:
            continue
        for number, line in enumerate(lines_of(root, file), start=1):
            match = INCLUDE.match(line)
            for door in DOORS if match else []:
                if match[1].startswith(door.header) and not any(file.match(door_file) for door_file in door.files):
                    yield Finding(file, number, f"<{match[1]}> is included in {' and '.join(door.files)} alone: "
                                                f"use {door.offers}, and add there what it lacks")


if __name__ == "__main__":
    run(doors)
