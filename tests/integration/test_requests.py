# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several requests at once, too many of them, and callers that leave at every point."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from . import contract
from .bus import Polkit
from .caller import BusError, Caller, Callers, options
from .hanging import HangingFile
from .login import Login
from .machine import NEW, OLD, Machine, make_kernel
from .users import ALICE, BOB, ROOT, who_may
from .wait import wait_for

BUSY = contract.ERROR + "Busy"
TOO_MANY = contract.ERROR + "TooManyRequests"
NO_ANSWER = "polkit did not answer"


@contextmanager
def in_place_of(path: Path, other: Path) -> Iterator[None]:
    """The file is the other one as long as this lasts."""
    subprocess.run(["mount", "--bind", str(other), str(path)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def hung_entry(off: Machine, hanging: HangingFile) -> Iterator[HangingFile]:
    """The old entry's kernel is on the file system that can hang."""
    hanging.replace(make_kernel(OLD))
    with in_place_of(off.path(f"boot/vmlinuz-{OLD}"), hanging.path):
        off.start()
        yield hanging


def stage_hanging(caller: Caller, hanging: HangingFile) -> None:
    """Begins to stage the hanging file, and waits until it hangs."""
    hanging.hold()
    with open(hanging.path, "rb") as file:
        caller.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
    hanging.wait_held()


def wait_state(caller: Caller, state: str) -> None:
    wait_for(lambda: caller.get("State") == state, f"the state {state}")


# Two at once

def test_second_stage_is_busy(machine: Machine, root: Caller, alice: Caller) -> None:
    machine.kernel.hold("before-load")
    call = root.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    assert alice.get("State") == "staging"
    for caller in (alice, root):
        assert caller.error("Stage", "", {}).name == BUSY
        assert caller.error("Unstage", {}).name == BUSY
        assert caller.error("Execute", {}).name == BUSY
    machine.kernel.release("before-load")
    call.result()
    assert machine.kernel.loads == 1


def test_checks_wait_for_each_other(machine: Machine, alice: Caller, bob: Caller) -> None:
    calls = [caller.begin("Check", entry, {}) for caller in (alice, bob) for entry in (NEW, OLD)]
    assert all(call.result()[0] for call in calls)


def test_stage_goes_before_waiting_checks(hung_entry: HangingFile, off: Machine, root: Caller,
                                          callers: Callers) -> None:
    hung_entry.hold(first=1 << 12)
    first = root.begin("Check", OLD, {})
    hung_entry.wait_held()
    alice, bob = callers.of(ALICE), callers.of(BOB)
    check = alice.begin("Check", NEW, {})
    alice.get("State")
    off.kernel.hold("before-load")
    stage = bob.begin("Stage", NEW, {})
    wait_state(bob, "staging")
    hung_entry.release()
    first.result()
    off.kernel.wait_held("before-load")
    assert not check.is_over()
    off.kernel.release("before-load")
    stage.result()
    check.result()


def test_one_listing_at_a_time(hung_entry: HangingFile, off: Machine, own_polkit: Polkit,
                               root: Caller, alice: Caller, bob: Caller) -> None:
    """Who asks while a listing is under way waits for it, and gets what has changed meanwhile: one
    more listing for all of them. Nobody's leaving disturbs the others."""
    alice.call("ListEntries", {})
    each = hung_entry.beginnings
    off.configure("Entry=auto")  # so that it is not answered from memory
    hung_entry.hold()
    first = alice.begin("ListEntries", {})
    hung_entry.wait_held()
    calls = [root.begin("ListEntries", {}) for _ in range(8)]
    assert root.error("ListEntries", {}).name == TOO_MANY  # all of them have come
    bob.begin("ListEntries", {})
    bob.call("CanExecute", {})
    bob.leave()
    assert hung_entry.beginnings == each + 1
    off.install("6.13.0-1-amd64")
    hung_entry.release()
    first.result()
    assert [len(call.result()) for call in calls] == [3] * 8
    assert hung_entry.beginnings == 3 * each


def test_leaving_while_listing(hung_entry: HangingFile, own_polkit: Polkit, root: Caller,
                               alice: Caller) -> None:
    """The listing is nobody's own."""
    hung_entry.hold()
    alice.begin("ListEntries", {})
    hung_entry.wait_held()
    call = root.begin("ListEntries", {})
    root.get("State")
    alice.leave()
    root.get("State")
    hung_entry.release()
    assert len(call.result()) == 2


def test_stopping_while_listing(hung_entry: HangingFile, off: Machine, root: Caller,
                                alice: Caller) -> None:
    hung_entry.hold()
    alice.begin("ListEntries", {})
    hung_entry.wait_held()
    call = root.begin("ListEntries", {})
    root.get("State")
    assert off.process is not None
    off.process.terminate()
    assert call.error().name == BUSY
    hung_entry.release()
    assert off.wait_end() == 0, off.report()


def test_stopping_while_it_is_being_listed_for(hung_entry: HangingFile, off: Machine,
                                               alice: Caller) -> None:
    """The process cannot end while a disk hangs, so that the bus would tell nobody."""
    hung_entry.hold()
    call = alice.begin("ListEntries", {})
    hung_entry.wait_held()
    assert off.process is not None
    off.process.terminate()
    assert call.error().name == BUSY
    hung_entry.release()
    assert off.wait_end() == 0, off.report()


def test_stopping_while_polkit_thinks(own_polkit: Polkit, machine: Machine, alice: Caller) -> None:
    with own_polkit.frozen():
        call = alice.begin("ListEntries", {})
        alice.get("State")
        assert machine.process is not None
        machine.process.terminate()
        assert call.error().name == BUSY
        assert machine.wait_end() == 0, machine.report()


# Too many

def test_too_many_of_one_uid(machine: Machine, login: Login, alice: Caller, bob: Caller) -> None:
    """The ninth is refused; others are served, and so is alice when one of hers has ended."""
    login.hold("ListSessions")
    calls = [alice.begin("CanExecute", options(allow_cold_reboot=True)) for _ in range(8)]
    for _ in range(3):
        assert alice.error("ListEntries", {}).name == TOO_MANY
    assert len(bob.call("ListEntries", {})) == 2
    login.wait_held("ListSessions")
    login.release("ListSessions")
    for call in calls:
        call.result()
    assert len(alice.call("ListEntries", {})) == 2


def test_too_many_by_several_connections(machine: Machine, login: Login, alice: Caller,
                                         callers: Callers) -> None:
    """It is the uid that counts."""
    second = callers.fresh(ALICE)
    login.hold("ListSessions")
    calls = [caller.begin("CanExecute", options(allow_cold_reboot=True))
             for caller in (alice, second) for _ in range(4)]
    wait_for(lambda: len(login.held["ListSessions"]) == len(calls), "all of them to be there")
    assert second.error("ListEntries", {}).name == TOO_MANY
    login.release("ListSessions")
    for call in calls:
        call.result()
    second.end()


def test_too_many_of_everybody(machine: Machine, own_polkit: Polkit, callers: Callers, root: Caller,
                               alice: Caller) -> None:
    many = [callers.of(who_may(*rights)) for rights in (
        ["inspect"], ["execute"], ["unstage"], ["stage-default"], ["stage-entry"],
        ["stage-custom"], ["set-wall-message"], ["execute-immediate"])]
    with own_polkit.frozen():
        calls = [caller.begin("ListEntries", {}) for caller in many for _ in range(8)]
        for caller in many:
            caller.get("State")
        assert alice.error("ListEntries", {}).name == TOO_MANY
    for call in calls[:8]:
        call.result()
    for call in calls[8:]:
        call.error()
    assert len(alice.call("ListEntries", {})) == 2


# Leaving

def test_leaving_while_polkit_thinks(machine: Machine, own_polkit: Polkit, alice: Caller,
                                     root: Caller) -> None:
    with own_polkit.frozen():
        alice.begin("Stage", "", {})
        root.get("State")
        alice.leave()
    wait_state(root, "idle")
    # Whatever was asked before has been answered.
    wait_for(lambda: polkit_answers(own_polkit, alice), "polkit to answer")
    assert machine.kernel.loads == 0
    assert machine.record() == {}


def test_leaving_while_a_dialog_is_open(machine: Machine, asked: Caller, root: Caller) -> None:
    asked.begin("Stage", "", {}, interactive=True)
    asked.wait_dialog()
    asked.leave()
    root.call("Stage", OLD, {})
    assert machine.kernel.loads == 1


def test_leaving_many_times_uses_nothing_up(machine: Machine, own_polkit: Polkit,
                                            alice: Caller) -> None:
    """The requests of those who left are not counted for ever."""
    for _ in range(3):
        with own_polkit.frozen():
            for _ in range(8):
                alice.begin("ListEntries", {})
            alice.get("State")
            alice.leave()
        own_polkit.ensure()
    wait_for(lambda: polkit_answers(own_polkit, alice), "the old requests to end")


def polkit_answers(polkit: Polkit, caller: Caller) -> bool:
    """Whether there is room for a request, and polkit, which may crash in a moment where a caller
    has left, answers it."""
    polkit.ensure()
    call = caller.begin("Check", "", {})
    try:
        call.result()
    except BusError as error:
        assert NO_ANSWER in str(error) or TOO_MANY in str(error)
        return False
    return True


def test_leaving_while_copying(off: Machine, hanging: HangingFile, callers: Callers,
                               root: Caller) -> None:
    """The slot is free at once, although the read still hangs; nothing is loaded late."""
    off.start()
    caller = callers.fresh(ROOT)
    stage_hanging(caller, hanging)
    assert root.get("State") == "staging"
    caller.leave()
    wait_state(root, "idle")
    root.call("Stage", OLD, {})
    hanging.release()
    root.call("Check", "", {})
    assert off.kernel.loads == 1
    assert off.kernel.image == make_kernel(OLD)
    caller.end()


def test_leaving_while_copying_keeps_the_image_before(off: Machine, hanging: HangingFile,
                                                      callers: Callers, root: Caller) -> None:
    off.start()
    before = root.call("Stage", OLD, {})
    caller = callers.fresh(ROOT)
    stage_hanging(caller, hanging)
    caller.leave()
    wait_state(root, "staged")
    assert root.call("GetStaged", {}) == before
    hanging.release()
    caller.end()


def test_leaving_while_waiting(hung_entry: HangingFile, off: Machine, root: Caller,
                               alice: Caller) -> None:
    hung_entry.hold(first=1 << 12)
    check = root.begin("Check", OLD, {})
    hung_entry.wait_held()
    alice.begin("Stage", "", {})
    wait_state(root, "staging")
    alice.leave()
    root.get("State")  # the daemon has been told
    hung_entry.release()
    check.result()
    wait_state(root, "idle")
    assert off.kernel.loads == 0
    assert off.record() == {}


def test_leaving_during_the_load_changes_nothing(machine: Machine, alice: Caller,
                                                 root: Caller) -> None:
    """Past the point of no return the work runs to its end, and the image is alice's."""
    machine.kernel.hold("before-load")
    alice.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    alice.leave()
    root.get("State")
    machine.kernel.release("before-load")
    wait_state(root, "staged")
    assert root.get("Staged")["staged-by"] == ALICE.uid
    assert machine.record()["Uid"] == str(ALICE.uid)
    assert machine.kernel.is_loaded


def test_leaving_before_the_execution(machine: Machine, login: Login, alice: Caller,
                                      root: Caller) -> None:
    alice.call("Stage", "", {})
    login.hold("ListSessions")
    alice.begin("Execute", {})
    login.wait_held("ListSessions")
    alice.leave()
    login.release("ListSessions")
    root.call("CanExecute", {})
    assert login.reboots == []
    assert root.get("State") == "staged"


def test_leaving_during_the_hand_over(machine: Machine, login: Login, alice: Caller,
                                      root: Caller) -> None:
    alice.call("Stage", "", {})
    login.hold("RebootWithFlags")
    alice.begin("Execute", {})
    login.wait_held("RebootWithFlags")
    alice.leave()
    assert root.get("State") == "executing"
    login.release("RebootWithFlags")
    wait_for(lambda: login.reboots == [3], "the reboot")
    assert root.get("State") == "executing"


def test_leaving_while_a_check_hangs(hung_entry: HangingFile, off: Machine, alice: Caller,
                                     root: Caller) -> None:
    hung_entry.hold(first=1 << 12)
    alice.begin("Check", OLD, {})
    hung_entry.wait_held()
    alice.leave()
    root.call("Stage", NEW, {})  # need not wait for the one who left
    assert off.kernel.loads == 1
    hung_entry.release()
