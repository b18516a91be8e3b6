"""What was measured, for people: as text, and as the tables of docs/performance.md."""

import statistics

from results import Results
from targets import judge

REFERENCE = ("openssh", "proftpd-ftps")
LIMIT_NAMES = {"aes256_gcm_mib_s": "AES-256-GCM, one core, MiB/s", "sha256_mib_s": "SHA-256, one core, MiB/s",
               "loopback_mib_s": "TCP over loopback, MiB/s", "page_cache_write_mib_s": "write into the page cache, MiB/s",
               "sync_ms": "4 KiB written and synced, ms"}
METRICS = {
    "mib_s": "MiB/s", "cpu_s_gib": "server CPU s/GiB", "client_cpu_s_gib": "client CPU s/GiB",
    "per_s": "a second", "cpu_ms_each": "server CPU ms each", "client_cpu_ms_each": "client CPU ms each",
    "p50_ms": "p50 ms", "p99_ms": "p99 ms", "kib_each": "KiB each, of all that is resident",
    "kib_each_more": "KiB each, beyond the server at rest", "held": "sessions", "names_per_s": "names a second",
    "cpu_us_each": "server CPU us each", "client_cpu_us_each": "client CPU us each",
    "deposits_per_s": "deposits a second meanwhile", "deposits_per_s_with_none": "deposits a second with none",
    "deposit_speed_ratio": "of their speed with none", "start_seconds": "start, s", "slowest_ratio": "slowest, ratio",
    "filled_per_s": "filled, files a second",
}
COMPARED = {"mib_s", "cpu_s_gib", "per_s", "cpu_ms_each", "kib_each", "names_per_s", "cpu_us_each"}
HIDDEN = {"client_cpu_s_gib", "client_cpu_ms_each", "client_cpu_us_each"}  # they have a column of their own
CLIENT_LIMIT = 0.9   # of a core for each of its sessions


def _figure(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _spread(values: list[float]) -> str:
    median = _figure(statistics.median(values))
    return median if len(values) == 1 else f"{median} ({_figure(min(values))}–{_figure(max(values))})"


def _reference(results: Results, work: str, peer: str) -> str:
    if peer != "consign":
        return ""
    return next((name for name in REFERENCE if name in results.works[work]["peers"]), "")


def _ratio(results: Results, work: str, peer: str, metric: str) -> str:
    reference = _reference(results, work, peer) if metric in COMPARED else ""
    theirs = results.median(work, reference, metric) if reference else None
    return f"{results.median(work, peer, metric) / theirs:.2f} x {reference}" if theirs else ""


def floor_seconds_per_gib(results: Results, work: str) -> float:
    """What the parts of the work cost at the machine's own speed, one after another: the line, the cipher of
    the line, the seal, and on the way up the digest and the write."""
    per_gib = [results.limit("loopback_mib_s"), results.limit("aes256_gcm_mib_s"), results.limit("aes256_gcm_mib_s")]
    if work.startswith("put"):
        per_gib += [results.limit("sha256_mib_s"), results.limit("page_cache_write_mib_s")]
    return sum(1024 / speed for speed in per_gib)


def _limits_of(results: Results, work: str) -> str:
    speed, cpu = (results.median(work, "consign", metric) for metric in ("mib_s", "cpu_s_gib"))
    if not speed or not cpu or not results.limits or work.endswith("wan"):
        return ""
    floor = floor_seconds_per_gib(results, work)
    return (f"consign: {speed / results.limit('loopback_mib_s'):.0%} of loopback TCP; "
            f"{cpu / floor:.2f} x the {floor:.2f} CPU s/GiB that its parts cost at the machine's limits")


def client_share(results: Results, work: str, peer: str) -> float | None:
    """How much of the time the load client was at work, in cores."""
    for cpu, speed, unit in (("client_cpu_s_gib", "mib_s", 1024), ("client_cpu_ms_each", "per_s", 1000),
                             ("client_cpu_us_each", "names_per_s", 1e6)):
        cost, per_second = results.median(work, peer, cpu), results.median(work, peer, speed)
        if cost is not None and per_second is not None:
            return cost * per_second / unit
    return None


def rows(results: Results, work: str) -> list[list[str]]:
    """A head, then a server a row."""
    peers = results.works[work]["peers"]
    metrics = [metric for metric in METRICS if metric not in HIDDEN and any(metric in of for of in peers.values())]
    metrics += sorted({metric for of in peers.values() for metric in of if metric not in METRICS})
    head = ["server"]
    for metric in metrics:
        head += [METRICS.get(metric, metric), ""]
    table = [[*head, "client, cores"]]
    for peer in peers:
        row = [peer]
        for metric in metrics:
            values = results.values(work, peer, metric)
            row += [_spread(values) if values else "–", _ratio(results, work, peer, metric)]
        share = client_share(results, work, peer)
        table.append([*row, "" if share is None else f"{share:.2f}" + (" (!)" if share > CLIENT_LIMIT else "")])
    keep = [column for column in range(len(table[0])) if any(row[column] for row in table[1:])]
    return [[row[column] for column in keep] for row in table]


def _aligned(table: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join("   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


def _markdown(table: list[list[str]]) -> str:
    head, *body = table
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def verdict_rows(results: Results) -> list[list[str]]:
    table = [["work", "what", "target", "measured", ""]]
    for target, value, met, missed_by in judge(results):
        sign = "at least" if target.bound == "at_least" else "at most"
        bound = f"{sign} {target.factor:g} " + (f"x {target.against}" if target.against else target.unit)
        table.append([target.work, METRICS.get(target.metric, target.metric), bound, _figure(value),
                      "met" if met else f"missed by {missed_by:.0%}"])
    return table


def _limit_rows(results: Results) -> list[list[str]]:
    head = ["limit of this machine", *(f"{when}" for when in ("before", "after")[:len(results.limits)])]
    return [head, *([what, *(_figure(each[name]) for each in results.limits)]
                    for name, what in LIMIT_NAMES.items())] if results.limits else [head]


def text(results: Results) -> str:
    return _whole(results, lambda title: f"\n== {title}", _aligned)


def markdown(results: Results) -> str:
    return _whole(results, lambda title: f"\n### {title}\n", _markdown).strip() + "\n"


def _whole(results: Results, title, table) -> str:
    machine = ", ".join(f"{key} {value}" for key, value in results.machine.items())
    parts = [title("The machine, and its limits in this run"), machine + "\n", table(_limit_rows(results))]
    for work, measured in results.works.items():
        if measured["peers"]:
            parts += [title(f"{work}: {measured['what']}"), table(rows(results, work))]
            limits = _limits_of(results, work)
            parts += ["\n" + limits] if limits else []
    parts += [title("Targets"), table(verdict_rows(results))]
    left_out = {**results.missing, **results.failed}
    if left_out:
        parts += [title("Not measured"), *(f"- {what}: {why}" for what, why in left_out.items())]
    return "\n".join(parts)
