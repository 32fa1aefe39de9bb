# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways out of an orderly kexec: each has to be asked for, and is what it says."""

from __future__ import annotations

from . import proof
from .client import Exit, reboot, state, status
from .machine import Machine


def test_immediate_jump(staged_machine: Machine) -> None:
    """Without a shutdown, by an authorization of its own; what was expected is known afterwards."""
    machine = staged_machine
    machine.alice.run("kexecctl reboot --immediate", code=Exit.UNAUTHORIZED)
    before, mark = proof.current_boot(machine), machine.mark()
    # A moment later, so that the connection has its answer before the jump takes it away.
    machine.root.run("systemd-run --quiet --on-active=2s kexecctl reboot --immediate")
    machine.wait_for_next_boot(mark)
    after = proof.current_boot(machine)
    assert after.boot_id != before.boot_id and after.came_by_kexec
    assert after.release == machine.image.releases[-1]
    assert not proof.passed_firmware(machine, mark)
    # Nothing was stopped; but the disk was frozen in order.
    assert not proof.last_shutdown_in_order(machine, mark) and proof.found_clean(machine)
    assert status(machine.alice)["LastExecution"]["result"] == "arrived"


def test_cold_reboot_has_to_be_allowed(machine: Machine) -> None:
    """Where nothing can be staged, a reboot fails, unless the firmware is good enough."""
    machine.root.run("sysctl --quiet kernel.kexec_load_disabled=1")
    before, mark = proof.current_boot(machine), machine.mark()
    refused = machine.alice.run("kexecctl reboot", code=Exit.REFUSED)
    assert "kexec_load_disabled" in refused.stderr
    proof.assert_still_up(machine, before, mark)
    assert state(machine.alice) == "idle"

    machine.allow_cold_reboot()
    reboot(machine.alice, "kexecctl reboot --allow-cold-reboot")
    proof.assert_cold(machine, before, mark)
    assert proof.last_shutdown_in_order(machine, mark) and proof.found_clean(machine)
