"""A paramiko client, logged in as one account with its key."""

import contextlib
from typing import Iterator

import paramiko

from consign_site import Login


@contextlib.contextmanager
def connected(login: Login) -> Iterator[paramiko.SFTPClient]:
    client = paramiko.SSHClient()
    client.load_host_keys(str(login.known_hosts))
    client.connect(login.host, login.port, login.user, key_filename=str(login.key), allow_agent=False,
                   look_for_keys=False, timeout=20)
    try:
        yield client.open_sftp()
    finally:
        client.close()
