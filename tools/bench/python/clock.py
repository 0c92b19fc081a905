"""What the Python sides share: the arguments, the clock, and Go's benchmark format.

Each script beside this one is started as `python SCRIPT.py SIDE WORK STATE ROOT` by `go run ./tools/bench` and prints lines as
Go's benchmarks do. What happens before `Clock.loop` is not measured. A missing package is a line that says so.
"""

import os
import pathlib
import sys
import time

ENOUGH = 1.0  # seconds that a clock repeats what it measures, at least

PACKETS, TIME, SIZE, NAME = "bidirectional_packets", "bidirectional_first_seen_ms", "bidirectional_mean_ps", "application_name"


def cpu():
    """Processor time of this process and of those that it has waited for."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def peak():
    """Bytes of the largest resident set of this process or of one that it has waited for; 0 where nobody knows."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    try:
        # What getrusage tells on Linux began with the peak of the program that started this one.
        with open("/proc/self/status") as status:
            own = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return max(own, children)


class Clock:
    def __init__(self, work, state, root):
        self.work, self.state, self.root = work, pathlib.Path(state), pathlib.Path(root)
        self.parts = dict(part.split("=", 1) for part in work.split("/") if "=" in part)

    def number(self, key):
        return int(self.parts[key])

    def flows(self, rows):
        return self.state / f"flows_{rows}.csv"

    def loop(self, op, name=None, warm=None):
        """Warms up by one round, unless warm does it in another way, then repeats op until enough time has passed."""
        (warm or op)()
        n, cpu_start, start = 0, cpu(), time.perf_counter()
        while n == 0 or time.perf_counter() - start < ENOUGH:
            op()
            n += 1
        self.print(name or self.work, n, time.perf_counter() - start, cpu() - cpu_start)

    def print(self, name, n, took, busy=None):
        line = f"Benchmark{name} {n} {took / n * 1e9:.0f} ns/op"
        if busy is not None:
            line += f" {busy / n * 1e9:.0f} cpu-ns/op"
        if peak():
            line += f" {peak() / 1e6:.1f} peak-MB"
        print(line, flush=True)


def main(sides):
    side, work, state, root = sys.argv[1:]
    try:
        sides[side](Clock(work, state, root))
    except ModuleNotFoundError as e:
        print(f"missing: python: no module named {e.name}")
