# SPDX-License-Identifier: LGPL-2.1-or-later
"""The harness itself: each proof holds for what it is to prove, and fails for what it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import proof
from .client import reboot
from .machine import Broken, Died, Machine
from .saved import once_more

CAN_REBOOT = (
    "busctl call org.freedesktop.login1 /org/freedesktop/login1"
    " org.freedesktop.login1.Manager CanReboot"
)


def test_sessions_are_what_polkit_takes_them_for(plain_machine: Machine) -> None:
    assert plain_machine.alice.out(CAN_REBOOT) == 's "yes"'
    assert plain_machine.bob.out(CAN_REBOOT) == 's "challenge"'
    assert plain_machine.alice_remote.out(CAN_REBOOT) == 's "challenge"'
    sessions = plain_machine.root.out("loginctl list-sessions --no-legend")
    assert "root" not in sessions, "the tests' own way in must not count as a session"


def test_kexec_is_seen(plain_machine: Machine) -> None:
    machine, other = plain_machine, plain_machine.image.releases[-1]
    before, mark = proof.current_boot(machine), machine.mark()
    machine.root.run(
        f"kexec -s -l /boot/vmlinuz-{other} --initrd=/boot/initrd.img-{other} --reuse-cmdline"
    )
    reboot(machine.root, "systemctl kexec")
    after = proof.assert_kexeced(machine, before, mark)
    assert after.release == other != before.release


def test_crash_is_seen(plain_machine: Machine) -> None:
    """A reset without a shutdown is none of the things that a graceful kexec is."""
    machine = plain_machine
    machine.allow_cold_reboot()
    before, mark = proof.current_boot(machine), machine.mark()
    machine.root.run("dd if=/dev/zero of=/root/unsynced bs=1M count=8 2>/dev/null && sync")
    machine.qmp.command("system_reset")
    proof.assert_cold(machine, before, mark)
    assert proof.firmware_spoke(machine, mark)
    assert not proof.last_shutdown_in_order(machine, mark)
    assert not proof.found_clean(machine)


REMOUNTED = "[   45.942843] EXT4-fs (vda1): re-mounted. Quota mode: none.\r\n"


@pytest.mark.parametrize(
    ("console", "in_order"),
    [
        (f"Deactivating swap...done.\r\n{REMOUNTED}", True),
        (f"Deactivating swap...do{REMOUNTED}ne.\r\n", True),  # what the kernel interrupts
        (f"{REMOUNTED}Deactivating swap...done.\r\n", True),
        (f"Deactivating swap...{REMOUNTED}", False),
        ("Deactivating swap...done.\r\n[   46.125938] kexec_core: Starting new kernel\r\n", False),
        (f"Deactivating swap...done.\r\n{REMOUNTED}".replace("re-mounted", "error"), False),
        ("", False),
    ],
)
def test_console_of_a_shutdown(console: str, in_order: bool) -> None:
    assert proof.console_ends_in_order(console, "Deactivating swap...done.") is in_order


@pytest.mark.parametrize(
    ("errors", "builds"), [([], 1), ([Broken], 2), ([Broken, Broken], 2), ([Died], 1)]
)
def test_machine_that_breaks_is_made_once_more(
    errors: list[type[AssertionError]], builds: int, tmp_path: Path
) -> None:
    begun = []

    def build(folder: Path) -> None:
        begun.append(folder)
        if len(begun) <= len(errors):
            raise errors[len(begun) - 1]

    if len(errors) < builds:
        once_more(build)(tmp_path)
    else:
        with pytest.raises(errors[-1]):
            once_more(build)(tmp_path)
    assert begun == [tmp_path] * builds
