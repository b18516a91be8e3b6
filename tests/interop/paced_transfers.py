"""Many transfers at once, in processes of their own, each a piece at a time: the next piece goes when the test
says so, so that what happens between two pieces happens to every one of them."""

import asyncio
import ftplib
import hashlib
import logging
import multiprocessing
import socket
import ssl
import threading
import warnings
from pathlib import Path
from typing import Any, Callable, NamedTuple

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its old ciphers
    import asyncssh

from consign_site import Login
from payload import content

POLL_SECONDS = 0.02
ANSWER_LIMIT_SECONDS = 60
RECEIVE_BUFFER_BYTES = 32 * 1024  # small, so that the server has to wait for its client

# A fork of a process that has threads (a site's log is read by one) may find a lock taken for good.
spawned = multiprocessing.get_context("spawn")


class Transfer(NamedTuple):
    """Of a content (payload.py) to `name`, or of what must be this content from there."""
    name: str
    size: int
    seed: str
    is_upload: bool

    def body(self) -> bytes:
        return content(self.size, self.seed)


class Outcome(NamedTuple):
    name: str
    failure: str  # empty: all of it went, or came


class FtpsLogin(NamedTuple):
    port: int
    authority: Path
    account: str
    password: str = ""
    certificate: Path | None = None  # its key beside it

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        if self.certificate:
            context.load_cert_chain(self.certificate, self.certificate.with_suffix(".key"))
        return context


class Pace:
    """How many pieces of each transfer may have gone."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.begun = spawned.Value("i", 0)  # transfers
        self.allowed = spawned.Value("i", 0)

    def cut(self, body: bytes, number: int) -> bytes:
        return body[len(body) * number // self.pieces:len(body) * (number + 1) // self.pieces]

    def begin(self) -> None:
        with self.begun.get_lock():
            self.begun.value += 1


class Crowd:
    """Processes that make transfers; each over a session of its own."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.outcomes: Any = spawned.Queue()
        self.processes: list = []

    def begin(self, transfers: list[Transfer], login: Login | FtpsLogin) -> None:
        work = _over_sftp if isinstance(login, Login) else _over_ftps
        self.processes.append(spawned.Process(target=work, args=(transfers, login, self.pace, self.outcomes)))
        self.processes[-1].start()

    def end(self, count: int) -> list[Outcome]:
        """Of so many transfers."""
        outcomes = [self.outcomes.get(timeout=ANSWER_LIMIT_SECONDS) for _ in range(count)]
        for process in self.processes:
            process.join()
        return outcomes

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()


# SFTP: one event loop a process

class _LastWords(logging.Handler):
    """What servers say when they disconnect. asyncssh itself tells it to its log alone where the server gives
    "by application" (RFC 4253 section 11.1) for the kind of reason."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        logging.getLogger("asyncssh").addHandler(self)
        asyncssh.set_log_level(logging.DEBUG)
        asyncssh.set_debug_level(1)

    def emit(self, record: logging.LogRecord) -> None:
        if "Received disconnect" in (said := record.getMessage()):
            self.words.append(said)


def _over_sftp(transfers: list[Transfer], login: Login, pace: Pace, outcomes: Any) -> None:
    asyncio.run(_all_over_sftp(transfers, login, pace, outcomes))


async def _all_over_sftp(transfers: list[Transfer], login: Login, pace: Pace, outcomes: Any) -> None:
    changed = asyncio.Condition()
    last_words = _LastWords()
    busy = True

    async def allowed(number: int) -> None:
        async with changed:
            await changed.wait_for(lambda: pace.allowed.value > number)

    async def watch() -> None:
        seen = 0
        while busy:
            await asyncio.sleep(POLL_SECONDS)
            if pace.allowed.value != seen:
                seen = pace.allowed.value
                async with changed:
                    changed.notify_all()

    async def one(transfer: Transfer) -> None:
        try:
            async with asyncssh.connect(login.host, login.port, username=login.user,
                                        client_keys=[str(login.key)], known_hosts=str(login.known_hosts),
                                        config=None, agent_path=None, login_timeout=ANSWER_LIMIT_SECONDS) as session:
                async with session.start_sftp_client() as sftp:
                    await (_put if transfer.is_upload else _get)(sftp, transfer, pace, allowed)
            failure = ""
        except (OSError, asyncssh.Error) as refused:
            failure = f"{refused} {last_words.words}"
        outcomes.put(Outcome(transfer.name, failure))

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*map(one, transfers))
    busy = False
    await watcher


async def _put(sftp: Any, transfer: Transfer, pace: Pace, allowed: Callable) -> None:
    body = transfer.body()
    async with sftp.open(transfer.name, "wb") as file:
        pace.begin()
        for number in range(pace.pieces):
            await allowed(number)
            await file.write(pace.cut(body, number))


async def _get(sftp: Any, transfer: Transfer, pace: Pace, allowed: Callable) -> None:
    body = transfer.body()
    digest = hashlib.sha256()
    async with sftp.open(transfer.name, "rb") as file:
        pace.begin()
        for number in range(pace.pieces):
            await allowed(number)
            digest.update(await file.read(len(pace.cut(body, number))))
        digest.update(await file.read())
    if digest.digest() != hashlib.sha256(body).digest():
        raise OSError("other bytes arrived than were sent")


# FTPS: one thread a session

def _over_ftps(transfers: list[Transfer], login: FtpsLogin, pace: Pace, outcomes: Any) -> None:
    changed = threading.Condition()
    ended = threading.Event()

    def allowed(number: int) -> None:
        with changed:
            changed.wait_for(lambda: pace.allowed.value > number)

    def watch() -> None:
        while not ended.wait(POLL_SECONDS):
            with changed:
                changed.notify_all()

    watcher = threading.Thread(target=watch)
    watcher.start()
    threads = [threading.Thread(target=_one_over_ftps, args=(transfer, login, pace, allowed, outcomes))
               for transfer in transfers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    watcher.join()


def _one_over_ftps(transfer: Transfer, login: FtpsLogin, pace: Pace, allowed: Callable, outcomes: Any) -> None:
    try:
        with ftplib.FTP_TLS(context=login.context(), timeout=ANSWER_LIMIT_SECONDS) as session:
            session.connect("127.0.0.1", login.port)
            session.login(login.account, login.password)
            session.prot_p()
            try:
                _transfer_over_ftps(session, transfer, pace, allowed)
                failure = ""
            except (OSError, EOFError, ftplib.Error) as broken:
                failure = f"{broken} {_last_words(session)}"
    except (OSError, EOFError, ftplib.Error) as broken:
        failure = str(broken)
    outcomes.put(Outcome(transfer.name, failure))


def _last_words(session: ftplib.FTP_TLS) -> str:
    """What a session that ends is told yet, a line each."""
    words = []
    try:
        while line := session.getmultiline():
            words.append(line)
    except (OSError, EOFError):
        pass
    return "\n".join(words)


def _transfer_over_ftps(session: ftplib.FTP_TLS, transfer: Transfer, pace: Pace, allowed: Callable) -> None:
    host, port = session.makepasv()
    session.voidcmd("TYPE I")
    with socket.socket() as raw:
        raw.settimeout(ANSWER_LIMIT_SECONDS)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        raw.connect((host, port))
        session.sendcmd(("STOR " if transfer.is_upload else "RETR ") + transfer.name)
        with session.context.wrap_socket(raw, server_hostname="127.0.0.1", session=session.sock.session) as data:
            pace.begin()
            if transfer.is_upload:
                _send(data, transfer, pace, allowed)
            else:
                _receive(data, transfer, pace, allowed)
            data.unwrap()
    session.voidresp()


def _send(data: ssl.SSLSocket, transfer: Transfer, pace: Pace, allowed: Callable) -> None:
    body = transfer.body()
    for number in range(pace.pieces):
        allowed(number)
        data.sendall(pace.cut(body, number))


def _receive(data: ssl.SSLSocket, transfer: Transfer, pace: Pace, allowed: Callable) -> None:
    body = transfer.body()
    digest = hashlib.sha256()
    for number in range(pace.pieces):
        allowed(number)
        left = len(pace.cut(body, number))
        while left > 0 and (block := data.recv(left)):
            digest.update(block)
            left -= len(block)
    while block := data.recv(RECEIVE_BUFFER_BYTES):
        digest.update(block)
    if digest.digest() != hashlib.sha256(body).digest():
        raise OSError("other bytes arrived than were sent")
