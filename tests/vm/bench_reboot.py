# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a reboot takes, beside `systemctl kexec`: prints ratios, asserts nothing.

From the command to the new kernel's userspace, which its console shows, and of that until the old
kernel hands over; by the clock of a machine that counts (clock.py). Run it with
`PYTHONPATH=tests /usr/bin/python3 -m vm.bench_reboot`; BENCH_ROUNDS=6 for more rounds than one.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import project, saved
from .clock import Clock
from .kind import COUNTED
from .saved import Saved

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "1"))
LIMIT = 1800
# A kernel's last words before it jumps into another, and before its userspace begins.
HANDOVER = b"Starting new kernel"
USERSPACE = b"as init process"
THEIRS = "systemctl kexec"
# The call alone, by a client as light as systemctl; and with our client around it.
CALL = (
    "busctl call org.kexec.Manager /org/kexec/Manager org.kexec.Manager Execute 'a{sv}' 0"
    " --timeout=60"
)
OURS = [CALL, "kexecctl reboot"]
STAGE = "kexecctl stage"


@dataclass(frozen=True)
class Taken:
    """Seconds from the command on."""

    shutdown: float
    all: float
    uncertain: float  # between the last look at the console and the one before


def measure(installed: Saved, load: str, reboot: str) -> Taken:
    """From `reboot` to the next userspace, on a machine that has just loaded an image with `load`.

    The load is not saved with the machine: a restored one has translated none of its code yet, and
    who comes with a service of his own would pay for that once more.
    """
    with tempfile.TemporaryDirectory(prefix="kexecd-bench-") as folder:
        with installed.restore(Path(folder)) as machine:
            machine.root.run(load)
            offset = len(machine.serial_log.read_bytes())
            asking = threading.Thread(target=machine.root.run, args=(reboot,), kwargs={"code": None})
            clock = Clock(machine)
            asking.start()
            _, shutdown = wait_for_words(HANDOVER, machine.serial_log, offset, clock)
            before, whole = wait_for_words(USERSPACE, machine.serial_log, offset, clock)
            asking.join()
    return Taken(shutdown, whole, whole - before)


def wait_for_words(words: bytes, console: Path, offset: int, clock: Clock) -> tuple[float, float]:
    """Until the console, from `offset` on, says so; returns between which times that was."""
    end = time.monotonic() + LIMIT
    before = clock.seconds()
    while words not in (seen := console.read_bytes()[offset:]):
        if time.monotonic() > end:
            raise RuntimeError(f"Not within {LIMIT} s: {words!r}; the console ends: {seen[-2000:]!r}")
        before = clock.seconds()
        time.sleep(0.005)
    return before, clock.seconds()


def load_command(machine_releases: list[str]) -> str:
    newest = machine_releases[-1]
    return (
        f"kexec -s -l /boot/vmlinuz-{newest} --initrd=/boot/initrd.img-{newest} --reuse-cmdline"
    )


def report(command: str, taken: list[Taken], theirs: list[Taken]) -> None:
    whole, shutdown = median(one.all for one in taken), median(one.shutdown for one in taken)
    uncertain = max(one.uncertain for one in taken)
    print(f"  {whole:7.2f} s  {command} (the shutdown: {shutdown:.2f} s; within {uncertain:.2f} s)")
    if taken is not theirs:
        ratios = [mine.all / other.all for mine, other in zip(taken, theirs)]
        print(f"  {median(ratios):7.3f}    ratio in pairs ({min(ratios):.3f} to {max(ratios):.3f})")


def main() -> None:
    installed = saved.with_project(project.build(), COUNTED)
    loads = {THEIRS: load_command(installed.image.releases), **{command: STAGE for command in OURS}}
    taken: dict[str, list[Taken]] = {command: [] for command in loads}
    for number in range(ROUNDS):
        # Forwards and backwards, so that none is always the first.
        commands = list(loads) if number % 2 == 0 else list(reversed(loads))
        for command in commands:
            taken[command].append(measure(installed, loads[command], command))
    print("From the command to the new kernel's userspace, by the machine's own time:")
    for command, times in taken.items():
        report(command, times, taken[THEIRS])


if __name__ == "__main__":
    main()
