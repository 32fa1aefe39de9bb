# SPDX-License-Identifier: LGPL-2.1-or-later
"""What proves how a boot came about: whether by kexec or through the firmware, after an orderly
shutdown or not. test_proof.py shows that each of these can fail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .init import SYSTEMD
from .machine import Machine, Mark

# Documentation/arch/x86/boot.rst: type_of_loader 0xD is kexec; the kernel shows it times 16.
KEXEC_LOADER = 208

# On the console: what begins a boot, and a line of the kernel's, which nothing interrupts.
FIRST_WORDS = "] Linux version "
KERNELS_LINE = r"\[ *\d+\.\d{6}\] .*\n"


@dataclass(frozen=True)
class Boot:
    """The boot that the machine is in."""

    boot_id: str
    release: str
    loader: int

    @property
    def came_by_kexec(self) -> bool:
        return self.loader == KEXEC_LOADER


def current_boot(machine: Machine) -> Boot:
    lines = machine.root.out(
        "cat /proc/sys/kernel/random/boot_id; uname -r; cat /proc/sys/kernel/bootloader_type"
    ).split()
    return Boot(lines[0], lines[1], int(lines[2]))


def firmware_spoke(machine: Machine, since: Mark) -> bool:
    return machine.kind.firmware.banner in machine.serial(since)


def passed_firmware(machine: Machine, since: Mark) -> bool:
    """Whether the machine was reset, or its firmware spoke, since `since`."""
    return machine.resets_since(since) > 0 or firmware_spoke(machine, since)


def last_shutdown_in_order(machine: Machine, since: Mark) -> bool:
    """Whether the boot before this one, which was up at `since`, got to the end of its shutdown.

    systemd's own journal says so; elsewhere the logger is stopped long before, but not the console.
    """
    if machine.kind.init is SYSTEMD:
        messages = machine.root.out("journalctl --boot=-1 --output=cat --lines=60")
        return "Reached target umount.target" in messages and "Journal stopped" in messages
    shutdown, _, _ = machine.serial(since).partition(FIRST_WORDS)
    return console_ends_in_order(shutdown, machine.kind.init.last_words)


def console_ends_in_order(shutdown: str, last_words: str) -> bool:
    """Whether services got to their last words, and / was read-only then: the kernel's own words."""
    kernels, services = _apart(shutdown)
    return last_words in services and "EXT4-fs (vda1): re-mounted" in kernels


def found_clean(machine: Machine) -> bool:
    """Whether this boot found its root file system unmounted: fsck content, no journal replayed."""
    if machine.kind.init is SYSTEMD:
        fsck = machine.root.out("journalctl --boot --output=cat --unit=systemd-fsck-root.service")
        kernel = machine.root.out("journalctl --boot --output=cat --dmesg --grep=EXT4-fs")
    else:
        _, fsck = _apart(machine.serial().rpartition(FIRST_WORDS)[2])
        kernel = machine.root.out("dmesg | grep EXT4-fs")
    return ": clean," in fsck and "recovery" not in kernel


def _apart(console: str) -> tuple[str, str]:
    """What the kernel said, and what everything else did, which it can interrupt in mid-word."""
    kernels = "".join(re.findall(KERNELS_LINE, console))
    return kernels, re.sub(KERNELS_LINE, "", console)


def assert_kexeced(machine: Machine, before: Boot, since: Mark) -> Boot:
    """Wait for the next boot and hold all of the proof against it: this was a graceful kexec."""
    machine.wait_for_next_boot(since)
    after = current_boot(machine)
    assert after.boot_id != before.boot_id
    assert after.came_by_kexec, f"bootloader_type is {after.loader}"
    assert not passed_firmware(machine, since), "the machine went through its firmware"
    assert last_shutdown_in_order(machine, since), "the shutdown before breaks off"
    assert found_clean(machine), "the root file system had not been unmounted"
    return after


def assert_cold(machine: Machine, before: Boot, since: Mark) -> Boot:
    """Wait for the next boot, which has to have come through the firmware."""
    machine.wait_for_next_boot(since)
    after = current_boot(machine)
    assert after.boot_id != before.boot_id
    assert not after.came_by_kexec
    assert passed_firmware(machine, since)
    return after


def assert_still_up(machine: Machine, before: Boot, since: Mark) -> None:
    """Nothing rebooted: not the machine, and not into anything."""
    assert current_boot(machine) == before
    assert not passed_firmware(machine, since)
