"""The works that servers are measured at: a table of names, and one function a kind of work."""

import os
import time
from pathlib import Path
from typing import Callable, NamedTuple

from load import CHACHA, GCM, Load, run
from peer import NO_SYNC, Peer

MIB = 1 << 20
GIB = 1 << 30
SMALL_BYTES = 8192
REQUESTS_IN_FLIGHT = 64     # of a large file, of 255 KiB where the server takes them
FILES_IN_FLIGHT = 16        # of small files, pipelined
LOGIN_THREADS = 4
SETTLE_SECONDS = 0.5        # processes of a session end after it
MANY = 1 << 30
PROBE_SESSIONS = 8
RESERVED_DESCRIPTORS = 100
LIST_FOLDER = "listed"

Metrics = dict[str, float]


class Sizes(NamedTuple):
    large_bytes: int = GIB
    small_files: int = 2000      # of one session; eight have twice as many
    slow_files: int = 6400       # with slow syncs
    logins: int = 400
    idle: tuple[int, ...] = (200, 1000, 10000)
    listed: int = 50000
    wan_bytes: int = 256 * MIB
    million: int = 1_000_000


QUICK = Sizes(large_bytes=64 * MIB, small_files=200, slow_files=640, logins=40, idle=(20, 50, 200), listed=2000,
              wan_bytes=16 * MIB, million=5000)


class Work(NamedTuple):
    name: str
    group: str
    what: str
    headline: str               # the metric that people look at first
    protocol: str
    peers: tuple[str, ...]
    measure: Callable[[Peer, Sizes, str], Metrics]
    prepare: Callable[[Peer, Sizes], None] = lambda peer, sizes: None
    stage: str = "disk"         # disk, memory, slow, wan
    fresh: bool = False         # each measurement has a server that has just started


def _large_metrics(done: dict) -> Metrics:
    gib = done["bytes"] / GIB
    return {"mib_s": done["bytes"] / MIB / done["wall_seconds"],
            "cpu_s_gib": done["server_cpu_seconds"] / gib,
            "client_cpu_s_gib": done["client_cpu_seconds"] / gib}


def _each_metrics(done: dict) -> Metrics:
    return {"per_s": done["operations"] / done["wall_seconds"],
            "cpu_ms_each": done["server_cpu_seconds"] / done["operations"] * 1e3,
            "client_cpu_ms_each": done["client_cpu_seconds"] / done["operations"] * 1e3,
            "p50_ms": done["p50_ms"], "p99_ms": done["p99_ms"]}


def _sync(peer: Peer, wanted: bool) -> list[str]:
    return ["--sync"] if wanted and not peer.durable_at_close else []


def put(sync: bool, sessions: int = 1, cipher: str = GCM, wan: bool = False) -> Callable[..., Metrics]:
    """The file goes again, outside of what is measured: the next round must not replace one."""
    def measure(peer: Peer, sizes: Sizes, protocol: str) -> Metrics:
        where = ["--sessions", sessions, "--name", "put"]
        total = sizes.wan_bytes if wan else sizes.large_bytes
        options = [*where, "--bytes", total // sessions]
        if protocol == "sftp":
            options += ["--in-flight", REQUESTS_IN_FLIGHT, *_sync(peer, sync)]
        done = run(peer, protocol, "put", *options, cipher=cipher)
        run(peer, protocol, "remove", *where)
        return _large_metrics(done)
    return measure


def get(sessions: int = 1, cipher: str = GCM, wan: bool = False) -> Callable[..., Metrics]:
    def measure(peer: Peer, sizes: Sizes, protocol: str) -> Metrics:
        total = sizes.wan_bytes if wan else sizes.large_bytes
        options = ["--sessions", sessions, "--name", f"get-{sessions}", "--bytes", total // sessions]
        if protocol == "sftp":
            options += ["--in-flight", REQUESTS_IN_FLIGHT]
        return _large_metrics(run(peer, protocol, "get", *options, cipher=cipher))
    return measure


def file_to_get(sessions: int = 1, protocol: str = "sftp", wan: bool = False) -> Callable[[Peer, Sizes], None]:
    def prepare(peer: Peer, sizes: Sizes) -> None:
        made = f"get-{protocol}-{sessions}"
        if made in peer.prepared:
            return
        total = sizes.wan_bytes if wan else sizes.large_bytes
        options = ["--sessions", sessions, "--name", f"get-{sessions}", "--bytes", total // sessions]
        run(peer, protocol, "put", *options, *(["--in-flight", REQUESTS_IN_FLIGHT] if protocol == "sftp" else []))
        peer.prepared.add(made)
    return prepare


def small_files(sessions: int, sync: bool = True, pipelined: bool = False, slow: bool = False,
                ) -> Callable[..., Metrics]:
    """Every time in a folder of its own; nothing is deleted: that would make later creates dear."""
    def measure(peer: Peer, sizes: Sizes, protocol: str) -> Metrics:
        folder = f"small-{time.monotonic_ns()}"
        run(peer, protocol, "mkdir", "--name", folder)
        files = sizes.slow_files if slow else sizes.small_files * (1 if sessions == 1 else 2)
        options = ["--sessions", sessions, "--name", f"{folder}/f", "--bytes", SMALL_BYTES, "--files", files]
        options += _sync(peer, sync)
        options += ["--in-flight", FILES_IN_FLIGHT] if pipelined else []
        metrics = _each_metrics(run(peer, protocol, "small", *options))
        if sync and metrics["p50_ms"] * 1000 < peer.place.slow_sync_us:
            raise RuntimeError(f"{peer.name} is not slowed: its syncs escape the preloaded library")
        return metrics
    return measure


def logins(peer: Peer, sizes: Sizes, protocol: str) -> Metrics:
    return _each_metrics(run(peer, protocol, "login", "--files", sizes.logins, "--sessions", LOGIN_THREADS,
                             settle_seconds=SETTLE_SECONDS))


def idle(which: int, deposits: bool = False) -> Callable[..., Metrics]:
    """Total resident memory over the sessions that are held; and how fast deposits are with none, and with all."""
    def measure(peer: Peer, sizes: Sizes, protocol: str) -> Metrics:
        wanted = sizes.idle[which]
        count = min(wanted, sessions_that_fit(peer, protocol))
        deposit = small_files(1)
        quiet = max((deposit(peer, sizes, protocol) for _ in range(2)), key=lambda each: each["per_s"]) \
            if deposits else {}
        before = peer.group.resident_bytes()
        with Load(peer, protocol, "idle", "--files", count, "--sessions", LOGIN_THREADS):
            time.sleep(SETTLE_SECONDS)
            total = peer.group.resident_bytes()
            metrics = {"kib_each": total / count / 1024, "kib_each_more": (total - before) / count / 1024,
                       "held": count}
            if deposits:
                crowded = max((deposit(peer, sizes, protocol) for _ in range(2)), key=lambda each: each["per_s"])
                metrics |= {"deposits_per_s": crowded["per_s"], "deposits_per_s_with_none": quiet["per_s"],
                            "deposit_speed_ratio": crowded["per_s"] / quiet["per_s"]}
        return metrics
    return measure


def sessions_that_fit(peer: Peer, protocol: str) -> int:
    """A server of one process may hold several descriptors a session, and may not have as many as it wants."""
    if len(peer.group.processes()) != 1:
        return MANY
    process = Path(f"/proc/{peer.group.processes()[0]}")
    limit = int((process / "limits").read_text().split("Max open files")[1].split()[0])
    held = []
    for sessions in (PROBE_SESSIONS, 2 * PROBE_SESSIONS):  # the first ones bring what is the server's own
        with Load(peer, protocol, "idle", "--files", sessions):
            held.append(len(list((process / "fd").iterdir())))
    each = max((held[1] - held[0]) / PROBE_SESSIONS, 1)
    return int((limit - held[0] - RESERVED_DESCRIPTORS) / each)


def listing(peer: Peer, sizes: Sizes, protocol: str) -> Metrics:
    done = run(peer, protocol, "list", "--name", LIST_FOLDER)
    if done["operations"] < sizes.listed:
        raise RuntimeError(f"{peer.name} lists {done['operations']} names")
    return {"names_per_s": done["operations"] / done["wall_seconds"],
            "cpu_us_each": done["server_cpu_seconds"] / done["operations"] * 1e6,
            "client_cpu_us_each": done["client_cpu_seconds"] / done["operations"] * 1e6}


def names_to_list(peer: Peer, sizes: Sizes) -> None:
    if "listed" in peer.prepared:
        return
    if folder := peer.plain_folder():
        (folder / LIST_FOLDER).mkdir()
        for number in range(sizes.listed):
            (folder / LIST_FOLDER / f"result-{number}.hl7").touch()
        owner = folder.stat()
        os.chown(folder / LIST_FOLDER, owner.st_uid, owner.st_gid)
    else:
        run(peer, "sftp", "mkdir", "--name", LIST_FOLDER)
        run(peer, "sftp", "small", "--sessions", 16, "--files", sizes.listed, "--bytes", 1,
            "--name", f"{LIST_FOLDER}/result")
    peer.prepared.add("listed")


SSH = ("consign", "openssh", "gocryptfs", "proftpd-sftp", "go-sftp")
TLS = ("consign", "proftpd-ftps", "pure-ftpd", "vsftpd")
PAIR = ("consign", "openssh")

WORKS = [
    Work("put-gcm", "large", "1 file up, aes256-gcm, ext4, fsync", "mib_s", "sftp", SSH[:4], put(True)),
    Work("get-gcm", "large", "1 file down, aes256-gcm, ext4", "mib_s", "sftp", SSH, get(), file_to_get()),
    Work("put-chacha", "large", "1 file up, chacha20-poly1305, ext4, fsync", "mib_s", "sftp", SSH[:3],
         put(True, cipher=CHACHA)),
    Work("get-chacha", "large", "1 file down, chacha20-poly1305, ext4", "mib_s", "sftp", SSH[:3], get(cipher=CHACHA),
         file_to_get()),
    Work("put-four", "large", "4 files up at once, aes256-gcm, ext4, fsync", "mib_s", "sftp", SSH[:3], put(True, 4)),
    Work("get-four", "large", "4 files down at once, aes256-gcm, ext4", "mib_s", "sftp", SSH[:3], get(4),
         file_to_get(4)),
    Work("put-ftps", "large", "1 file up, FTPS, ext4", "mib_s", "ftps", TLS, put(False)),
    Work("get-ftps", "large", "1 file down, FTPS, ext4", "mib_s", "ftps", TLS, get(), file_to_get(1, "ftps")),
    Work("put-gcm-tmpfs", "large", "1 file up, aes256-gcm, tmpfs", "mib_s", "sftp", SSH, put(False), stage="memory"),
    Work("get-gcm-tmpfs", "large", "1 file down, aes256-gcm, tmpfs", "mib_s", "sftp", SSH, get(), file_to_get(),
         stage="memory"),
    Work("put-chacha-tmpfs", "large", "1 file up, chacha20-poly1305, tmpfs", "mib_s", "sftp", SSH[:3],
         put(False, cipher=CHACHA), stage="memory"),
    Work("get-chacha-tmpfs", "large", "1 file down, chacha20-poly1305, tmpfs", "mib_s", "sftp", SSH[:3],
         get(cipher=CHACHA), file_to_get(), stage="memory"),
    Work("put-ftps-tmpfs", "large", "1 file up, FTPS, tmpfs", "mib_s", "ftps", TLS, put(False), stage="memory"),
    Work("get-ftps-tmpfs", "large", "1 file down, FTPS, tmpfs", "mib_s", "ftps", TLS, get(), file_to_get(1, "ftps"),
         stage="memory"),
    Work("small-1", "small", "8 KiB files up, fsync, ext4, one session", "per_s", "sftp", SSH[:4], small_files(1)),
    Work("small-8", "small", "8 KiB files up, fsync, ext4, eight sessions", "per_s", "sftp", SSH[:4], small_files(8)),
    Work("small-1-pipelined", "small", "the same, one session, 16 files at a time", "per_s", "sftp", SSH[:3],
         small_files(1, pipelined=True)),
    Work("small-8-pipelined", "small", "the same, eight sessions, 16 files at a time", "per_s", "sftp", SSH[:3],
         small_files(8, pipelined=True)),
    Work("small-1-tmpfs", "small", "8 KiB files up, no fsync, tmpfs, one session", "per_s", "sftp", SSH,
         small_files(1, sync=False), stage="memory"),
    Work("small-8-tmpfs", "small", "8 KiB files up, no fsync, tmpfs, eight sessions", "per_s", "sftp", SSH,
         small_files(8, sync=False), stage="memory"),
    Work("small-1-slow", "slow", "8 KiB files up, fsync, 2 ms a sync, one session", "per_s", "sftp", PAIR,
         small_files(1), stage="slow"),
    Work("small-32-slow", "slow", "8 KiB files up, fsync, 2 ms a sync, 32 sessions", "per_s", "sftp", PAIR,
         small_files(32, slow=True), stage="slow"),
    Work("login", "login", "SFTP logins by Ed25519 key, four at a time", "per_s", "sftp", SSH, logins),
    Work("login-ftps", "login", "FTPS logins by password, four at a time", "per_s", "ftps",
         ("consign", "proftpd-ftps", "pure-ftpd"), logins),
    Work("idle-200", "idle", "memory, 200 idle SFTP sessions", "kib_each", "sftp", SSH, idle(0), fresh=True),
    Work("idle-1000", "idle", "memory, 1,000 idle SFTP sessions", "kib_each", "sftp", PAIR, idle(1), fresh=True),
    Work("idle-10000", "idle", "memory, 10,000 idle SFTP sessions, and deposits meanwhile", "kib_each", "sftp",
         ("consign",), idle(2, deposits=True), fresh=True),
    Work("idle-200-ftps", "idle", "memory, 200 idle FTPS sessions", "kib_each", "ftps", TLS, idle(0), fresh=True),
    Work("list", "list", "50,000 names listed", "cpu_us_each", "sftp", SSH, listing, names_to_list),
    Work("put-wan", "wan", "1 file up, 50 ms there and back", "mib_s", "sftp", PAIR, put(False, wan=True),
         stage="wan"),
    Work("get-wan", "wan", "1 file down, 50 ms there and back", "mib_s", "sftp", PAIR, get(wan=True),
         file_to_get(wan=True), stage="wan"),
]

# What a store that is full is asked to do again.
AGAIN_WITH_A_MILLION = ("put-gcm", "get-gcm", "put-ftps", "get-ftps", "small-1", "small-8", "login", "list")


def fill(peer: Peer, sizes: Sizes) -> float:
    """Leaves the server stopped. A million files in a thousand folders or so, and how many a second that was. Without syncs: what lies there
    is the same, and it is synced as a whole before anything is measured."""
    place = peer.place
    peer.stop()
    peer.place = place._replace(slow_sync_us=NO_SYNC)
    peer.start()
    done = run(peer, "sftp", "small", "--sessions", 32, "--in-flight", 4, "--files", sizes.million, "--bytes", 256,
               "--files-per-folder", 1000, "--name", "many")
    peer.stop()
    peer.place = place
    os.sync()
    return done["operations"] / done["wall_seconds"]

