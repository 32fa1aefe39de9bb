# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ListEntries costs the first time and the second: prints ratios, asserts nothing about them.

The caller's time holds what it takes to carry half a megabyte over the bus and to take it apart
again, which no memory saves; so the daemon's own share is told as well. Of that, GDBus' writing of
the message is what is left the second time: it walks all of the kept reply, which is a tree that is
never serialised (a serialised one takes twice as long), and nothing can hand it a message that is
written already. It is measured here on the same reply, and told apart, so that one sees what our own
code takes. The first is cheaper here than on a real machine, where devices and polkit are asked:
tests/vm/bench.py has that.

Run it with `BUILD=build-bench tests/integration/run tests/integration/bench_list.py -s`: without the
sanitizers.
"""

from __future__ import annotations

import time
from statistics import median

from gi.repository import Gio, GLib

from . import contract
from .bus import Bus
from .machine import CMDLINE, NEW, Machine
from .wait import wait_for

ENTRIES = 1000
TIMES = 9
LIMIT_MS = 60_000


def test_second_listing(machine: Machine, bus: Bus) -> None:
    connection = Gio.DBusConnection.new_for_address_sync(
        bus.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    assert machine.process is not None
    # The process's clock: CLOCK_PROCESS_CPUTIME_ID of another one, clock_getcpuclockid(3).
    clock = (~machine.process.pid << 3) | 2

    def writing(reply: GLib.Variant) -> float:
        """How long GDBus works to write such a reply, in this process."""
        message = Gio.DBusMessage.new_signal(contract.PATH, contract.NAME, "Reply")
        message.set_body(reply)
        before = time.thread_time()
        message.to_blob(Gio.DBusCapabilityFlags.NONE)
        return time.thread_time() - before

    def seconds() -> tuple[float, float, float]:
        """How long a call takes the caller, how long of that the daemon works, and how long without
        what it takes to write the reply."""
        start, before = time.perf_counter(), time.clock_gettime(clock)
        reply = connection.call_sync(contract.NAME, contract.PATH, contract.NAME, "ListEntries",
                                     GLib.Variant("(a{sv})", ({},)), None,
                                     Gio.DBusCallFlags.NONE, LIMIT_MS, None)
        took, works = time.perf_counter() - start, time.clock_gettime(clock) - before
        assert reply.get_child_value(0).n_children() >= ENTRIES
        return took, works, works - writing(reply)

    def tell(what: str, which: int) -> None:
        pairs = [(a[which], b[which]) for a, b in zip(first, second)]
        ratios = [b / a for a, b in pairs]
        print(f"{ENTRIES} entries, {what}: first {1000 * median(a for a, _ in pairs):.1f} ms, again "
              f"{1000 * median(b for _, b in pairs):.1f} ms, ratio {median(ratios):.2f} "
              f"({min(ratios):.2f} to {max(ratios):.2f})")

    machine.configure("")
    for number in range(ENTRIES):
        last = machine.write(f"boot/loader/entries/snapshot-{number}.conf",
                             f"title Snapshot {number}\nversion {number}\nlinux /vmlinuz-{NEW}\n"
                             f"initrd /initrd.img-{NEW}\noptions {CMDLINE} snapshot={number}\n")
    first, second = [], []
    for number in range(TIMES):
        # A name comes and goes: everything is looked at again, once that has settled.
        last = machine.write("boot/other", b"x")
        wait_for(lambda: machine.has_settled(last), "the files to settle")
        first.append(seconds())
        second.append(seconds())
    print()
    tell("the caller waits", 0)
    tell("the daemon works", 1)
    tell("its estimated share without GDBus' writing", 2)
