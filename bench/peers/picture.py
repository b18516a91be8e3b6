"""The picture of docs/performance.md, drawn by gnuplot."""

import subprocess
from pathlib import Path

from results import Results

LINEAR = "unset logscale y\nset yrange [0:*]\n"
LOGARITHMIC = "set yrange [0.1:*]\nset logscale y\n"
LOGARITHMIC_FROM_TEN = "set yrange [10:*]\nset logscale y\n"
PANELS = [
    ("One large file: MiB/s", "mib_s", ["put-gcm", "get-gcm", "put-chacha", "get-chacha", "put-ftps", "get-ftps"], LINEAR),
    ("One large file: server CPU s/GiB", "cpu_s_gib",
     ["put-gcm", "get-gcm", "put-chacha", "get-chacha", "put-ftps", "get-ftps"], LINEAR),
    ("8 KiB files, each durable: files a second", "per_s", ["small-1", "small-8", "small-32-slow"], LINEAR),
    ("Server CPU of a login, ms", "cpu_ms_each", ["login", "login-ftps"], LOGARITHMIC),
    ("Memory of an idle session, KiB", "kib_each", ["idle-200", "idle-1000", "idle-10000", "idle-200-ftps"],
     LOGARITHMIC_FROM_TEN),
    ("A line of 50 ms: MiB/s", "mib_s", ["put-wan", "get-wan"], LINEAR),
]
# One colour a server; ProFTPD is two, of which a work has one.
SERIES = {"consign": ("#0b6e4f", ["consign"]), "openssh": ("#4a6fa5", ["openssh"]),
          "gocryptfs": ("#9bb1d0", ["gocryptfs"]), "proftpd": ("#c0803c", ["proftpd-sftp", "proftpd-ftps"]),
          "go-sftp": ("#6bb3b8", ["go-sftp"]), "pure-ftpd": ("#8d6a9f", ["pure-ftpd"]), "vsftpd": ("#c8a2c8", ["vsftpd"])}


def _median(results: Results, work: str, peers: list[str], metric: str) -> float | None:
    return next((value for peer in peers if (value := results.median(work, peer, metric)) is not None), None)


def _panel(results: Results, title: str, metric: str, works: list[str], settings: str) -> str:
    works = [work for work in works if results.works.get(work, {}).get("peers")]
    series = {name: (colour, peers) for name, (colour, peers) in SERIES.items()
              if any(_median(results, work, peers, metric) is not None for work in works)}
    if not series:
        return ""
    lines = [f'set title "{title}"', settings + "$data << END"]
    for work in works:
        medians = [_median(results, work, peers, metric) for _, peers in series.values()]
        label = work.replace("-", "\\n", 1)
        lines.append(f'"{label}" ' + " ".join("NaN" if each is None else f"{each:.6g}" for each in medians))
    plots = [f'$data using {column}:xtic(1) title "{name}" linecolor rgb "{colour}"'
             for column, (name, (colour, _)) in enumerate(series.items(), start=2)]
    return "\n".join([*lines, "END", "plot " + ", ".join(plots), ""])


def draw(results: Results, path: Path) -> None:
    panels = [panel for panel in (_panel(results, *each) for each in PANELS) if panel]
    script = "\n".join([
        f'set terminal svg size 1400,{420 * ((len(panels) + 1) // 2)} font "sans,12" background rgb "white"',
        f'set output "{path}"', "set style data histograms", "set style histogram clustered gap 1.5",
        "set style fill solid 0.9 noborder", "set boxwidth 0.95", 'set grid ytics linecolor rgb "#dddddd"',
        "set key outside right top vertical", "set tics nomirror", "set border 3",
        f"set multiplot layout {(len(panels) + 1) // 2},2",
        *panels, "unset multiplot", ""])
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
