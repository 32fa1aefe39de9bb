# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service itself: it comes when it is called, costs next to nothing, and goes."""

from __future__ import annotations

import re

from .client import private_memory, state
from .machine import Machine
from .wait import wait_for

MAX_PRIVATE_KIB = 8 * 1024
MAX_EXPOSURE = 2.8


def test_it_waits_without_waking_up(staged_machine: Machine) -> None:
    """With an image staged the daemon stays, and sleeps."""
    root = staged_machine.root
    assert state(staged_machine.alice) == "staged"
    pid = root.out("systemctl show --value --property=MainPID kexecd.service")
    # A thread that ends between the listing and the reading is none any more.
    threads = f"cat /proc/{pid}/task/*/comm 2>/dev/null; kill -0 {pid}"
    wait_for(lambda: "pool-kexecd" not in root.out(threads), "GLib to end its idle workers", 240)
    wake_ups = f"cat /proc/{pid}/task/*/status | grep ^voluntary_ctxt_switches"
    before = root.out(wake_ups)
    assert root.out(f"sleep 20; {wake_ups}") == before, "it woke up with nothing to do"
    assert private_memory(root, pid) <= MAX_PRIVATE_KIB


def test_it_comes_and_goes(machine: Machine) -> None:
    """Started by the first call, ended when nobody needs it."""
    root = machine.root
    active = "systemctl is-active kexecd.service || true"
    assert root.out(active) == "inactive"
    assert state(machine.bob) == "idle", "every user may read the state"
    assert root.out(active) == "active"
    wait_for(lambda: root.out(active) == "inactive", "the idle daemon to leave", 120)
    assert state(machine.alice) == "idle"


def test_sandbox(machine: Machine) -> None:
    report = machine.root.run("systemd-analyze security --no-pager kexecd.service").stdout
    found = re.search(r"Overall exposure level for kexecd\.service: ([0-9.]+)", report)
    assert found and float(found.group(1)) <= MAX_EXPOSURE, report
