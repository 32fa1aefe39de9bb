# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenario 6: an image belongs to who staged it, and a user's not for ever."""

from __future__ import annotations

from .client import (
    Exit,
    asks_for,
    bus_call,
    slot_is_full,
    staged,
    state,
    status,
    with_password,
)
from .machine import Machine
from .wait import wait_for

CUSTOM = "org.kexec.manager.stage-custom"


def test_root_parks_a_custom_image(machine: Machine) -> None:
    """Nobody boots, drops or replaces it with the rights of an ordinary user."""
    alice = machine.alice
    machine.root.run("kexecctl stage --append=init=/bin/sh")
    assert status(alice)["Staged"]["expires"] == 0
    parked = staged(alice)
    for command in ("unstage", "stage", "reboot"):
        alice.run(f"kexecctl {command}", code=Exit.UNAUTHORIZED)
        assert asks_for(alice, f"kexecctl {command}") == CUSTOM
    assert staged(alice) == parked and slot_is_full(machine)
    code, _, said = with_password(alice, "kexecctl unstage")
    assert code == Exit.DONE, said
    assert state(alice) == "idle" and not slot_is_full(machine)


def test_scheduled_image_is_not_replaced(staged_machine: Machine) -> None:
    """Only its owner and root can, while a reboot into it is scheduled."""
    machine, alice = staged_machine, staged_machine.alice
    alice.run("kexecctl reboot --when=+30")
    scheduled = status(alice)
    assert scheduled["State"] == "scheduled" and scheduled["Scheduled"]["uid"] == 1000
    # carol could authorize anything; Busy comes first, and tells her what to wait for.
    for method in (("Stage", "", "{}"), ("Unstage", "{}"), ("Execute", "{}")):
        assert bus_call(machine.carol, *method) == "Busy"
    machine.carol.run("kexecctl stage", code=Exit.FAILED)
    assert status(alice)["Scheduled"] == scheduled["Scheduled"] and slot_is_full(machine)
    alice.run("kexecctl cancel")
    assert state(alice) == "staged"


def test_staging_of_a_user_expires(machine: Machine) -> None:
    machine.root.put("[Manager]\nStagedLifetime=40s\n", "/etc/kexecd/kexecd.conf.d/short.conf")
    machine.alice.run("kexecctl stage")
    assert status(machine.alice)["Staged"]["expires"] > 0
    wait_for(lambda: not slot_is_full(machine), "alice's image to be let go", 240)
    assert state(machine.alice) == "idle"
