# SPDX-License-Identifier: LGPL-2.1-or-later
"""An image belongs to who staged it."""

from __future__ import annotations

import pytest

from . import contract
from .caller import Caller, options
from .login import Login
from .machine import NEW, OLD, Machine
from .test_schedule import IN_AN_HOUR

BUSY = contract.ERROR + "Busy"


@pytest.fixture
def of_alice(machine: Machine, alice: Caller) -> str:
    """alice has staged the default entry."""
    return str(alice.call("Stage", "", {})["stage-id"])


@pytest.fixture
def of_root(machine: Machine, root: Caller) -> str:
    """root has parked a shell."""
    return str(root.call("Stage", "", options(append="init=/bin/sh"))["stage-id"])


def test_owner_replaces_unstages_and_executes(of_alice: str, alice: Caller, login: Login) -> None:
    alice.call("Stage", "", {})
    alice.call("Unstage", {})
    alice.call("Stage", "", {})
    alice.call("Execute", {})
    assert login.reboots == [3]


def test_image_of_an_equal_is_shared(of_alice: str, bob: Caller, alice: Caller) -> None:
    """bob may stage the default himself, so alice's default is no secret to him."""
    bob.call("Stage", "", {})
    assert bob.get("Staged")["staged-by"] == bob.user.uid
    alice.call("Unstage", {})


def test_roots_custom_image_is_not_alices_to_touch(of_root: str, machine: Machine,
                                                   alice: Caller, login: Login) -> None:
    assert alice.error("Stage", "", {}).name == contract.CHALLENGE
    assert alice.error("Unstage", {}).name == contract.CHALLENGE
    assert alice.error("Execute", {}).name == contract.CHALLENGE
    assert alice.error("Execute", options(when=IN_AN_HOUR)).name == contract.CHALLENGE
    assert alice.call("CanExecute", {})[0] == "challenge"
    assert alice.call("CanStage", "")[0] == "challenge"
    assert machine.kernel.cmdline.endswith("init=/bin/sh")
    assert machine.kernel.loads == 1
    assert login.reboots == []


def test_roots_entry_is_not_alices_to_execute(machine: Machine, root: Caller, alice: Caller,
                                              login: Login) -> None:
    root.call("Stage", OLD, {})
    assert alice.error("Execute", {}).name == contract.CHALLENGE
    assert login.reboots == []


def test_root_may_touch_everything(of_alice: str, root: Caller, alice: Caller) -> None:
    root.call("Unstage", {})
    alice.call("Stage", "", {})
    root.call("Stage", OLD, {})
    assert root.get("Staged")["staged-by"] == 0


def test_administrator_lets_alice_touch_roots_image(of_root: str, asked: Caller,
                                                    machine: Machine) -> None:
    call = asked.begin("Unstage", {}, interactive=True)
    dialog = asked.wait_dialog()
    assert dialog.action == contract.ACTION + "stage-custom"
    dialog.authorize()
    dialog = asked.wait_dialog()
    assert dialog.action == contract.ACTION + "unstage"
    dialog.authorize()
    call.result()
    assert not machine.kernel.is_loaded


def test_image_keeps_its_action_when_its_owner_replaces_it(machine: Machine, root: Caller,
                                                           alice: Caller) -> None:
    root.call("Stage", "", options(append="init=/bin/sh"))
    root.call("Stage", "", {})
    alice.call("Unstage", {})


# While an execution is scheduled

@pytest.fixture
def scheduled(of_alice: str, alice: Caller) -> str:
    alice.call("Execute", options(when=IN_AN_HOUR))
    return of_alice


def test_others_are_kept_off_while_it_is_scheduled(scheduled: str, bob: Caller, alice: Caller,
                                                   machine: Machine) -> None:
    assert bob.error("Stage", "", {}).name == BUSY
    assert bob.error("Unstage", {}).name == BUSY
    assert bob.error("Execute", {}).name == BUSY
    assert bob.call("CanStage", "")[0] == "na"
    with open(machine.path(f"boot/vmlinuz-{NEW}"), "rb") as file:
        assert bob.error("StageFiles", 0, [], "", {}, fds=[file.fileno()]).name == BUSY
    assert alice.get("State") == "scheduled"


def test_owner_unstages_what_is_scheduled(scheduled: str, alice: Caller, machine: Machine) -> None:
    alice.call("Unstage", {})
    assert alice.get("Scheduled") == {}
    assert machine.wait_event("CANCELLED")["KEXEC_UID"] == "0"


def test_owner_stages_another_image_over_a_scheduled_one(scheduled: str, alice: Caller) -> None:
    """What was scheduled was this image and no other."""
    alice.call("Stage", "", {})
    assert alice.get("Scheduled") == {}
    assert alice.get("State") == "staged"


def test_root_stages_over_a_scheduled_image(scheduled: str, root: Caller) -> None:
    root.call("Stage", OLD, {})
    assert root.get("State") == "staged"


def test_check_is_not_kept_off(scheduled: str, bob: Caller) -> None:
    assert bob.call("Check", "", {})[0]
    assert len(bob.call("ListEntries", {})) == 2


def test_bob_may_cancel_what_alice_scheduled(scheduled: str, bob: Caller) -> None:
    """Cancelling takes the right to execute, whoever scheduled."""
    bob.call("Cancel", {})
    assert bob.get("State") == "staged"


def test_mallory_may_not_cancel(scheduled: str, mallory: Caller) -> None:
    assert mallory.error("Cancel", {}).name == contract.DENIED
    assert mallory.get("State") == "scheduled"
