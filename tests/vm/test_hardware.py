# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hardware that is known to come up badly is told from what the kernel shows of a real machine."""

from __future__ import annotations

from .client import check_codes, slot_is_full
from .machine import Machine

RULES = """[disks]
Driver=virtio_blk
Text=its disks are not found again; reboot through the firmware
[platform]
SysVendor=QEMU
Text=it is only a model; be glad of it
"""


def test_hardware_that_an_administrator_names(machine: Machine) -> None:
    assert "hardware-known-bad" not in check_codes(machine.alice)
    machine.root.put(RULES, "/etc/kexecd/hardware.conf")
    assert check_codes(machine.alice).count("hardware-known-bad") == 2
    said = machine.alice.run("kexecctl stage")
    for word in ("virtio_blk", "not found again", "QEMU", "only a model"):
        assert word in said.stdout + said.stderr
    assert slot_is_full(machine)
