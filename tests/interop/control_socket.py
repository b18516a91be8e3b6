"""The daemon's control socket, spoken to without the administrator's command (desk/verbs/control_protocol.hpp)."""

import json
import socket
from pathlib import Path
from typing import Any

ANSWER_LIMIT_SECONDS = 60


def ask(data: Path, verb: str, **arguments: Any) -> tuple[list[dict], dict]:
    """The rows, and what stands after them."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_LIMIT_SECONDS)
        connection.connect(str(data / "control.sock"))
        connection.sendall(json.dumps({"verb": verb, "arguments": arguments}).encode() + b"\n")
        rows = []
        with connection.makefile("rb") as answer:
            for line in answer:
                said = json.loads(line)
                if "row" not in said:
                    return rows, said["end"]
                rows.append(said["row"])
    raise AssertionError(f"{verb} was not answered to its end")
