# SPDX-License-Identifier: LGPL-2.1-or-later
"""The daemon is killed at every point; the next one finds out what is true."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from . import contract
from .caller import Caller, options
from .hanging import HangingFile
from .login import Inhibitor, Login
from .machine import NEW, OLD, Machine, make_kernel
from .test_mirror import wait_shown
from .test_schedule import IN_AN_HOUR, soon
from .users import ALICE
from .wait import wait_for

NO_REPLY = "org.freedesktop.DBus.Error.NoReply"


def test_while_copying(off: Machine, hanging: HangingFile, root: Caller) -> None:
    off.start()
    hanging.hold()
    with open(hanging.path, "rb") as file:
        call = root.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
        hanging.wait_held()
        off.kill(hanging.release)  # a process that hangs in a read dies when the read ends
    assert call.error().name == NO_REPLY
    off.start()
    assert root.get("State") == "idle"
    assert not off.kernel.is_loaded
    root.call("Stage", "", {})


def test_while_copying_over_an_image(off: Machine, hanging: HangingFile, root: Caller) -> None:
    off.start()
    before = root.call("Stage", OLD, {})
    hanging.hold()
    with open(hanging.path, "rb") as file:
        root.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
        hanging.wait_held()
        off.kill(hanging.release)
    off.start()
    assert root.call("GetStaged", {}) == before


def test_right_before_the_load(machine: Machine, alice: Caller) -> None:
    machine.kernel.hold("before-load")
    alice.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    assert machine.record()["Loading"] == "true"
    machine.kill()
    machine.kernel.release("before-load")
    machine.start()
    assert alice.get("State") == "idle"
    assert machine.record() == {}
    alice.call("Stage", "", {})


def test_right_after_the_load(machine: Machine, alice: Caller, bob: Caller) -> None:
    """The image is in the slot, the final record is not yet written: it is alice's all the same."""
    machine.kernel.hold("after-load")
    alice.begin("Stage", "", {})
    machine.kernel.wait_held("after-load")
    assert machine.record()["Loading"] == "true"
    machine.kill()
    machine.kernel.release("after-load")
    machine.start()
    assert alice.get("State") == "staged"
    staged = alice.call("GetStaged", {})
    assert (staged["staged-by"], staged["id"]) == (ALICE.uid, NEW)
    assert staged["expires"] > time.time() * 10**6
    assert machine.record()["Loading"] == "false"


def test_right_before_the_load_over_an_image(machine: Machine, root: Caller) -> None:
    """Nobody can tell which of the two is in the slot, so it is nobody's."""
    root.call("Stage", OLD, {})
    machine.kernel.hold("before-load")
    root.begin("Stage", NEW, {})
    machine.kernel.wait_held("before-load")
    machine.kill()
    machine.kernel.release("before-load")
    machine.start()
    assert root.get("State") == "foreign"
    assert root.error("Execute", {}).name == contract.ERROR + "ForeignImage"
    assert machine.events("PROBLEM")
    root.call("Unstage", {})
    assert not machine.kernel.is_loaded


def test_right_after_the_load_over_an_image(machine: Machine, root: Caller) -> None:
    root.call("Stage", OLD, {})
    machine.kernel.hold("after-load")
    root.begin("Stage", NEW, {})
    machine.kernel.wait_held("after-load")
    machine.kill()
    machine.kernel.release("after-load")
    machine.start()
    assert root.get("State") == "foreign"


def test_image_of_a_schedule_that_is_lost(machine: Machine, root: Caller, login: Login) -> None:
    """What is in the slot is not what was to be booted, so the reboot is off, and that is told."""
    root.call("Stage", OLD, {})
    root.call("Execute", options(when=IN_AN_HOUR))
    wait_shown(machine, login)
    machine.kernel.hold("before-load")
    root.begin("Stage", NEW, {})
    machine.kernel.wait_held("before-load")
    machine.kill()
    machine.kernel.release("before-load")
    machine.start()
    assert root.get("State") == "foreign"
    assert root.get("Scheduled") == {}
    assert "its image was lost" in root.get("LastExecution")["text"]
    wait_for(lambda: login.scheduled == ("", 0), "logind to show it no more")
    assert machine.events("CANCELLED")


def test_with_an_image_staged(machine: Machine, alice: Caller, login: Login) -> None:
    staged = alice.call("Stage", "", {})
    machine.kill()
    machine.start()
    assert alice.call("GetStaged", {}) == staged
    alice.call("Execute", options(stage_id=staged["stage-id"]))
    assert login.reboots == [3]


def test_while_scheduled(machine: Machine, alice: Caller, bob: Caller, login: Login) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", options(when=IN_AN_HOUR, message="x"))
    scheduled = alice.get("Scheduled")
    machine.kill()
    machine.start()
    assert alice.get("State") == "scheduled"
    assert alice.get("Scheduled") == scheduled
    assert bob.error("Stage", "", {}).name == contract.ERROR + "Busy"
    alice.call("Cancel", {})
    assert login.reboots == []


def test_while_scheduled_and_its_time_comes(machine: Machine, alice: Caller, login: Login) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", options(when=soon()))
    machine.kill()
    machine.start()
    wait_for(lambda: login.reboots == [3], "the reboot")


def begin_scheduled(machine: Machine, caller: Caller, login: Login, at: str, **what: Any) -> None:
    """The time of a reboot has come, and the daemon is killed at that call of logind's."""
    caller.call("Execute", options(when=soon(), **what))
    wait_for(lambda: login.scheduled[0] != "", "logind to show the schedule")
    login.hold(at)
    wait_for(lambda: caller.get("State") == "executing", "the time")
    login.wait_held(at)
    machine.kill()
    login.held.clear()


def test_as_a_scheduled_reboot_is_looked_at(machine: Machine, alice: Caller,
                                            login: Login) -> None:
    """Nothing has begun: the next daemon begins it."""
    alice.call("Stage", "", {})
    begin_scheduled(machine, alice, login, "ListInhibitors")
    machine.start()
    wait_for(lambda: login.reboots == [3], "the reboot")
    assert not (machine.runtime / "schedule").exists()


def test_as_a_scheduled_reboot_is_looked_at_for_too_long(machine: Machine, alice: Caller,
                                                         login: Login) -> None:
    alice.call("Stage", "", {})
    begin_scheduled(machine, alice, login, "ListInhibitors")
    schedule = machine.runtime / "schedule"
    long_ago = int((time.time() - 600) * 10**6)
    schedule.write_text(re.sub("When=.*", f"When={long_ago}", schedule.read_text()))
    machine.start()
    wait_for(lambda: "missed" in alice.get("LastExecution").get("text", ""), "the note")
    assert alice.get("State") == "staged"
    assert login.reboots == []


@pytest.mark.parametrize("cold", [False, True])
def test_as_a_scheduled_reboot_is_handed_over(cold: bool, machine: Machine, alice: Caller,
                                              login: Login) -> None:
    """It may have begun: it is not begun twice."""
    if not cold:
        alice.call("Stage", "", {})
    begin_scheduled(machine, alice, login, "RebootWithFlags", allow_cold_reboot=cold)
    assert not (machine.runtime / "schedule").exists() or (machine.state / "pending").exists()
    machine.start()
    machine.wait_later(0.5)
    assert login.reboots == []
    assert alice.get("State") == ("idle" if cold else "executing")


def test_scheduled_reboot_that_fails_is_not_tried_again(machine: Machine, alice: Caller,
                                                        login: Login) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", options(when=soon()))
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    wait_for(lambda: alice.get("LastExecution"), "the failure")
    assert not (machine.runtime / "schedule").exists()


def test_while_polkit_is_asked(machine: Machine, asked: Caller, root: Caller) -> None:
    call = asked.begin("Stage", "", {}, interactive=True)
    asked.wait_dialog()
    machine.kill()
    assert call.error().name == NO_REPLY
    machine.start()
    assert root.get("State") == "idle"


def test_during_the_hand_over(machine: Machine, alice: Caller, login: Login) -> None:
    """logind goes on; nobody gets the idea to change the slot meanwhile."""
    alice.call("Stage", "", {})
    alice.call("Execute", {})
    login.emit_prepare(True)
    machine.kill()
    machine.start()
    assert alice.get("State") == "executing"
    assert alice.error("Unstage", {}).name == contract.ERROR + "Busy"


def test_before_logind_was_reached(off: Machine, alice: Caller, login: Login) -> None:
    """The hand-over was noted and never happened: after the limit it is known to have failed."""
    off.start("--handover=1")
    alice.call("Stage", "", {})
    login.hold("SetWallMessage")
    alice.begin("Execute", {})
    login.wait_held("SetWallMessage")
    off.kill()
    login.held.clear()
    off.start()
    wait_for(lambda: alice.get("State") == "staged", "the state staged")
    assert alice.get("LastExecution")["result"] == "failed"
    alice.call("Execute", {})
    assert login.reboots == [3]


def test_sigterm_while_loading_waits_for_the_load(machine: Machine, alice: Caller) -> None:
    """A daemon that is stopped in order leaves a record that is true."""
    machine.kernel.hold("before-load")
    call = alice.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    assert machine.process is not None
    machine.process.terminate()
    machine.kernel.release("before-load")
    assert machine.wait_end() == 0
    call.is_over()
    machine.start()
    assert alice.get("State") == "staged"
    assert machine.record()["Loading"] == "false"


def test_sigterm_while_copying_stops_the_copy(off: Machine, hanging: HangingFile,
                                              root: Caller) -> None:
    off.start()
    hanging.hold()
    with open(hanging.path, "rb") as file:
        call = root.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
        hanging.wait_held()
        assert off.process is not None
        off.process.terminate()
        wait_for(lambda: off.bus.owner_of(contract.NAME) is None, "the daemon to leave the bus")
        hanging.release()
        off.wait_end()
    assert "being stopped" in call.error().message
    assert "being stopped" in off.wait_event("STAGE_FAILED").message
    assert not off.kernel.is_loaded
    off.start()
    assert root.get("State") == "idle"


def test_old_image_is_still_there_after_a_kill(machine: Machine, root: Caller) -> None:
    root.call("Stage", OLD, {})
    machine.kill()
    machine.start()
    assert machine.kernel.image == make_kernel(OLD)
    assert root.get("Staged")["id"] == OLD


def leftovers(machine: Machine) -> list[str]:
    return sorted(path.name for path in machine.runtime.iterdir())


def test_nothing_is_left_behind(machine: Machine, alice: Caller, root: Caller) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", options(when=IN_AN_HOUR))
    alice.call("Cancel", {})
    root.call("Unstage", {})
    assert leftovers(machine) == []


def test_files_of_a_torn_write_do_no_harm(off: Machine, alice: Caller) -> None:
    off.spoil(".staged.new", b"[Stag")
    off.spoil(".schedule.new", b"")
    off.start()
    staged: dict[str, Any] = alice.call("Stage", "", {})
    off.restart()
    assert alice.call("GetStaged", {}) == staged
