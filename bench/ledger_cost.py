"""What the ledger costs a small deposit: deposits of 8 KiB with it, and with the same events written without chain,
commitments, seals, search tokens and signature, in turns, so that what else the machine does falls on both alike.

ledger_cost.py FOLDER_OF_PROGRAMS [ROUNDS (7)] [FILES (6000)]; ends with 1 where a bound of the house is broken."""

import statistics
import subprocess
import sys
from pathlib import Path

CPU_RATIO_LIMIT = 1.1

folder = Path(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
files = int(sys.argv[3]) if len(sys.argv) > 3 else 6000


def run(kind: str) -> tuple[float, float, float, float]:
    """Files a second, microseconds of processor a file, events a file, microseconds of processor an event."""
    told = subprocess.run([folder / f"ledger_cost_{kind}", str(files)], check=True, capture_output=True, text=True)
    seconds, cpu, events, append = map(float, told.stdout.split())
    return files / seconds, cpu / files * 1e6, events / files, append


def words(values: list[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


pairs = []
for number in range(rounds):
    # The second of a pair finds the disk as the first left it: each kind is first as often as second.
    order = ("real", "plain") if number % 2 == 0 else ("plain", "real")
    done = {kind: run(kind) for kind in order}
    pairs.append((done["real"], done["plain"]))

real, plain = [one for one, _ in pairs], [one for _, one in pairs]
print(f"{rounds} rounds of {files} deposits of 8 KiB, 16 sessions at once; medians (least to most)")
for name, kind in (("with the ledger", real), ("events written plainly", plain)):
    print(f"{name:<24} {words([one[0] for one in kind], '.0f')} files/s, {words([one[1] for one in kind], '.0f')} us "
          f"of processor a file; {kind[0][2]:.2f} events a file, {words([one[3] for one in kind], '.1f')} us each")
cpu = [one[1] / other[1] for one, other in pairs]
print(f"ratio of processor time {words(cpu, '.3f')}, of throughput "
      f"{words([one[0] / other[0] for one, other in pairs], '.3f')}")
# A machine that does other things blurs the above; what an event costs by itself, and the least that a file took, not.
adds = (statistics.median(one[3] for one in real) - statistics.median(one[3] for one in plain)) * real[0][2]
least = min(one[1] for one in plain)
print(f"the ledger adds {adds:.0f} us a file, to the {least:.0f} us that one takes at least: {1 + adds / least:.3f}")
sys.exit(1 if 1 + adds / least > CPU_RATIO_LIMIT else 0)
