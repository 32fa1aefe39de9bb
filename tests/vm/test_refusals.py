# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenario 5: what cannot end in the staged kernel is refused, each with its own error, and never
becomes a reboot through the firmware. (The load limit is in test_custom.py.)"""

from __future__ import annotations

from . import proof
from .client import Exit, bus_call, slot_is_full, staged, state, status
from .machine import Machine


def test_nothing_staged_and_foreign_images(machine: Machine) -> None:
    root, alice, other = machine.root, machine.alice, machine.image.releases[-1]
    before, mark = proof.current_boot(machine), machine.mark()
    assert bus_call(root, "Execute", "{}") == "NotStaged"
    assert bus_call(root, "Unstage", "{}") == "NotStaged"
    alice.run("kexecctl unstage", code=Exit.FAILED)
    alice.run("kexecctl cancel", code=Exit.FAILED)

    # An image that someone else loaded is neither ours to boot nor to replace.
    root.run(f"kexec -s -l /boot/vmlinuz-{other} --reuse-cmdline")
    assert state(alice) == "foreign"
    done = alice.run("kexecctl stage", code=Exit.REFUSED)
    assert "unstage" in done.stderr
    assert bus_call(alice, "Stage", "", "{}") == "ForeignImage"
    alice.run("kexecctl reboot", code=Exit.REFUSED)
    assert bus_call(root, "Execute", "{}") == "ForeignImage"
    assert bus_call(root, "Execute", "{'allow-cold-reboot': <true>}") == "ForeignImage"
    alice.run("kexecctl unstage", code=Exit.UNAUTHORIZED)
    assert slot_is_full(machine)
    root.run("kexecctl unstage")
    assert state(alice) == "idle" and not slot_is_full(machine)
    proof.assert_still_up(machine, before, mark)


def test_unstaged_behind_our_back(staged_machine: Machine) -> None:
    machine = staged_machine
    before, mark = proof.current_boot(machine), machine.mark()
    stage_id = staged(machine.alice)["stage-id"]
    machine.root.run("kexec -u")
    assert bus_call(machine.alice, "Execute", f"{{'stage-id': <'{stage_id}'>}}") == "NotStaged"
    assert state(machine.alice) == "idle" and not staged(machine.alice)
    proof.assert_still_up(machine, before, mark)


def test_loading_disabled(staged_machine: Machine) -> None:
    """Staging is over for this boot, and what is staged can still be booted but not let go."""
    machine = staged_machine
    machine.root.run("sysctl -q -w kernel.kexec_load_disabled=1")
    done = machine.alice.run("kexecctl stage", code=Exit.REFUSED)
    assert "kexec_load_disabled" in done.stderr
    assert bus_call(machine.root, "Stage", "", "{}") == "LoadDisabled"
    assert bus_call(machine.root, "Unstage", "{}") == "LoadDisabled"
    assert "load-disabled" in [item["code"] for item in status(machine.alice)["Obstacles"]]
    assert state(machine.alice) == "staged" and slot_is_full(machine)
    assert bus_call(machine.alice, "CanStage", "").split("'")[1] == "na"
    assert bus_call(machine.alice, "CanExecute", "{}").split("'")[1] == "yes"
