# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ListEntries costs the first time and the second: prints a ratio, asserts nothing about it.

Run it with `BUILD=build-bench tests/integration/run tests/integration/bench_list.py -s`: without the
sanitizers.
"""

from __future__ import annotations

import time
from statistics import median

from .caller import Caller
from .machine import CMDLINE, NEW, Machine
from .wait import wait_for

ENTRIES = 1000
TIMES = 9


def test_second_listing(machine: Machine, root: Caller) -> None:
    machine.configure("")
    for number in range(ENTRIES):
        last = machine.write(f"boot/loader/entries/snapshot-{number}.conf",
                             f"title Snapshot {number}\nversion {number}\nlinux /vmlinuz-{NEW}\n"
                             f"initrd /initrd.img-{NEW}\noptions {CMDLINE} snapshot={number}\n")
    wait_for(lambda: machine.has_settled(last), "the files to settle")
    first, second = [], []
    for number in range(TIMES):
        # A name comes and goes: everything is looked at again.
        machine.write("boot/other", b"x").unlink()
        first.append(_seconds(root))
        second.append(_seconds(root))
    print(f"\n{ENTRIES} entries: ListEntries {1000 * median(first):.1f} ms, again "
          f"{1000 * median(second):.1f} ms, ratio {median(second) / median(first):.2f} "
          f"({min(b / a for a, b in zip(first, second)):.2f} to "
          f"{max(b / a for a, b in zip(first, second)):.2f})")


def _seconds(caller: Caller) -> float:
    start = time.perf_counter()
    assert len(caller.call("ListEntries", {})) >= ENTRIES
    return time.perf_counter() - start
