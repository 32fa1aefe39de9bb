# SPDX-License-Identifier: LGPL-2.1-or-later
"""Executing at a time: when it comes, everything is looked at again."""

from __future__ import annotations

import errno
import time
from typing import Any

import pytest

from . import contract
from .bus import Polkit
from .caller import Caller, options
from .login import Inhibitor, Login, Session
from .machine import NEW, OLD, Machine, make_initrd
from .users import ALICE, BOB, who_may
from .wait import wait_for


SOON = 4.0  # seconds


def soon(seconds: float = SOON) -> int:
    """A time that is still to come when the call arrives and what follows it is done."""
    return int((time.time() + seconds) * 10**6)


IN_AN_HOUR = int(time.time() + 3600) * 10**6


@pytest.fixture
def staged(machine: Machine, alice: Caller) -> dict[str, Any]:
    result: dict[str, Any] = alice.call("Stage", "", {})
    return result


def wait_failed(caller: Caller) -> dict[str, Any]:
    """The time comes, and nothing is executed."""
    last: dict[str, Any] = wait_for(lambda: caller.get("LastExecution"), "the failure to be noted")
    assert last["result"] == "failed"
    assert caller.get("Scheduled") == {}
    return last


def test_it_fires(staged: Any, alice: Caller, login: Login) -> None:
    when = soon()
    alice.call("Execute", options(when=when, stage_id=staged["stage-id"]))
    assert alice.get("State") == "scheduled"
    assert alice.get("Scheduled") == {"when": when, "uid": ALICE.uid}
    assert login.reboots == []
    wait_for(lambda: login.reboots == [3], "the reboot")
    assert time.time() * 10**6 >= when
    assert alice.get("State") == "executing"
    assert alice.get("Scheduled") == {}


def test_caller_need_not_stay(own_polkit: Polkit, staged: Any, alice: Caller,
                              login: Login) -> None:
    alice.call("Execute", options(when=soon()))
    alice.leave()
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_message_comes_with_it(staged: Any, root: Caller, login: Login) -> None:
    root.call("Execute", options(when=soon(), message="Now"))
    wait_for(lambda: login.reboots, "the reboot")
    assert set(login.wall_messages) == {"Now"}


def test_cancelled_schedule_does_not_fire(staged: Any, alice: Caller, login: Login,
                                          machine: Machine) -> None:
    alice.call("Execute", options(when=soon()))
    alice.call("Cancel", {})
    assert alice.get("State") == "staged"
    assert not (machine.runtime / "schedule").exists()
    machine.wait_later(SOON + 0.3)
    assert login.reboots == []


def test_second_schedule_replaces_the_first(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=IN_AN_HOUR))
    when = soon()
    alice.call("Execute", options(when=when))
    assert alice.get("Scheduled")["when"] == when
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_execute_at_once_takes_the_place_of_a_schedule(staged: Any, alice: Caller,
                                                       login: Login) -> None:
    alice.call("Execute", options(when=IN_AN_HOUR))
    alice.call("Execute", {})
    assert login.reboots == [3]
    assert alice.get("Scheduled") == {}


def test_execute_at_once_that_is_refused_leaves_the_schedule(staged: Any, alice: Caller,
                                                             login: Login,
                                                             machine: Machine) -> None:
    alice.call("Execute", options(when=IN_AN_HOUR))
    wait_for(lambda: login.scheduled[0], "users to be shown it")
    shown = len(login.wall_messages)
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    assert alice.error("Execute", {}).name == contract.ERROR + "Inhibited"
    assert alice.get("State") == "scheduled"
    assert alice.get("Scheduled") == {"when": IN_AN_HOUR, "uid": ALICE.uid}
    assert login.scheduled == ("dry-kexec", IN_AN_HOUR)
    machine.restart()  # which waits until users are shown what they are to be shown
    assert alice.get("State") == "scheduled"
    assert len(login.wall_messages) == shown


def test_execute_at_once_that_fails_leaves_the_schedule(staged: Any, alice: Caller, login: Login,
                                                        machine: Machine) -> None:
    """Also for a daemon that comes after."""
    alice.call("Execute", options(when=IN_AN_HOUR))
    wait_for(lambda: login.scheduled[0], "users to be shown it")
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "No") if method == "RebootWithFlags" else None)
    assert "the image stays staged" in alice.error("Execute", {}).message
    assert alice.get("Scheduled") == {"when": IN_AN_HOUR, "uid": ALICE.uid}
    wait_for(lambda: login.scheduled == ("dry-kexec", IN_AN_HOUR), "users to be shown it again")
    machine.restart()
    assert alice.get("Scheduled") == {"when": IN_AN_HOUR, "uid": ALICE.uid}


def test_schedule_waits_for_what_was_staged_again(staged: Any, alice: Caller, login: Login,
                                                  machine: Machine) -> None:
    """An execution that fails after it has staged changed files again."""
    alice.call("Execute", options(when=IN_AN_HOUR))
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("rebuilt"))
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "No") if method == "RebootWithFlags" else None)
    alice.error("Execute", {})
    assert machine.kernel.loads == 2
    assert alice.get("Scheduled") == {"when": IN_AN_HOUR, "uid": ALICE.uid}
    machine.restart()
    assert alice.get("State") == "scheduled"


def test_cancel_of_what_may_come_back(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=IN_AN_HOUR))
    login.hold("RebootWithFlags")
    call = alice.begin("Execute", {})
    login.wait_held("RebootWithFlags")
    assert alice.error("Cancel", {}).name == contract.ERROR + "Busy"
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "No") if method == "RebootWithFlags" else None)
    login.release("RebootWithFlags")
    call.error()
    alice.call("Cancel", {})
    assert alice.get("State") == "staged"


def test_jump_takes_back_what_users_were_shown(staged: Any, root: Caller, login: Login,
                                               machine: Machine) -> None:
    """What refuses logins shortly before the time would still do so in the next system."""
    root.call("Execute", options(when=IN_AN_HOUR))
    wait_for(lambda: login.scheduled[0], "users to be shown it")
    root.begin("Execute", options(immediate=True))
    machine.wait_end()
    assert machine.kernel.executions == 1
    assert login.scheduled == ("", 0)


# The machine sleeps

IN_PROGRESS = ("org.freedesktop.login1.OperationInProgress",
               "There's already a shutdown or sleep operation in progress")


def test_machine_that_wakes_up(staged: Any, alice: Caller, login: Login) -> None:
    refused = []

    def refuse(method: str, arguments: Any) -> tuple[str, str] | None:
        if method != "RebootWithFlags" or not login.falling_asleep:
            return None
        refused.append(arguments)
        return IN_PROGRESS

    login.refuse, login.falling_asleep = refuse, True
    alice.call("Execute", options(when=soon()))
    wait_for(lambda: refused, "logind to refuse")
    assert login.reboots == []
    login.falling_asleep = False
    wait_for(lambda: login.reboots == [3], "the reboot")
    assert alice.get("State") == "executing"


def test_machine_that_woke_up_since(staged: Any, alice: Caller, login: Login) -> None:
    """logind refuses, and is awake before it is asked whether it sleeps."""
    refusals = [IN_PROGRESS]
    login.refuse = lambda method, arguments: (
        refusals.pop() if method == "RebootWithFlags" and refusals else None)
    alice.call("Execute", {})
    assert login.reboots == [3]


def test_operation_that_is_no_sleep(staged: Any, alice: Caller, login: Login) -> None:
    login.refuse = lambda method, arguments: IN_PROGRESS if method == "RebootWithFlags" else None
    assert "operation in progress" in alice.error("Execute", {}).message
    assert alice.get("State") == "staged"


# Looked at again

def test_sessions_that_appeared(staged: Any, login: Login, machine: Machine,
                                callers: Any) -> None:
    """Who may reboot others out of their sessions was asked when there were none."""
    caller = callers.of(who_may("inspect", "stage-default", "execute"))
    caller.call("Execute", options(when=soon()))
    login.sessions = [Session(BOB.uid, "bob", "seat0")]
    last = wait_failed(caller)
    assert "bob" in last["text"]
    assert last["uid"] == caller.user.uid
    assert login.reboots == []
    assert "bob" in machine.wait_event("CANCELLED").message
    assert caller.get("State") == "staged"


def test_sessions_that_were_there_and_allowed(staged: Any, alice: Caller, login: Login) -> None:
    login.sessions = [Session(BOB.uid, "bob", "seat0")]
    alice.call("Execute", options(when=soon()))
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_root_is_allowed_sessions_that_appear(staged: Any, root: Caller, login: Login) -> None:
    root.call("Execute", options(when=soon()))
    login.sessions = [Session(BOB.uid, "bob", "seat0")]
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_inhibitor_that_appeared(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=soon()))
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    assert "apt" in wait_failed(alice)["text"]
    assert login.reboots == []


def test_ignoring_an_inhibitor_that_appeared(staged: Any, alice: Caller, login: Login) -> None:
    """alice was never asked for the right to ignore one."""
    alice.call("Execute", options(when=soon(), ignore_inhibitors=True))
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    assert "apt" in wait_failed(alice)["text"]
    assert login.reboots == []


def test_ignoring_an_inhibitor_that_was_there(staged: Any, root: Caller, login: Login) -> None:
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    root.call("Execute", options(when=soon(), ignore_inhibitors=True))
    wait_for(lambda: login.reboots == [18], "the reboot")


def test_slot_that_was_emptied(staged: Any, alice: Caller, login: Login, machine: Machine) -> None:
    alice.call("Execute", options(when=soon()))
    machine.kernel.set_loaded(False)
    machine.wait_event("LOST")
    last = wait_failed(alice)
    assert last["id"] == NEW
    assert login.reboots == []
    assert alice.get("State") == "idle"


def test_shutdown_of_another_tool(staged: Any, alice: Caller, login: Login) -> None:
    when = soon()
    # So near that it counts as the mirror's own end.
    login.follows = (when / 10**6 - 1, ("halt", 10**15))
    alice.call("Execute", options(when=when))
    assert "halt" in wait_failed(alice)["text"]
    assert login.reboots == []


def test_logind_that_is_gone(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=soon()))
    login.vanish()
    assert "logind" in wait_failed(alice)["text"]


def test_logind_that_refuses(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=soon()))
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "Not today") if method == "RebootWithFlags" else None)
    assert "Not today" in wait_failed(alice)["text"]


def test_stale_default_is_staged_again(staged: Any, alice: Caller, login: Login,
                                       machine: Machine) -> None:
    alice.call("Execute", options(when=soon()))
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("rebuilt"))
    wait_for(lambda: login.reboots == [3], "the reboot")
    assert machine.kernel.initrd == make_initrd("rebuilt")


def test_stale_entry_is_not(machine: Machine, root: Caller, login: Login) -> None:
    root.call("Stage", OLD, {})
    root.call("Execute", options(when=soon()))
    machine.write(f"boot/initrd.img-{OLD}", make_initrd("rebuilt"))
    assert "changed since" in wait_failed(root)["text"]
    assert login.reboots == []


def test_cold_reboot_at_a_time(machine: Machine, root: Caller, login: Login) -> None:
    root.call("Execute", options(when=soon(), allow_cold_reboot=True))
    assert root.get("State") == "scheduled"
    wait_for(lambda: login.reboots == [1], "the reboot")


def test_cold_reboot_does_not_become_a_kexec(machine: Machine, root: Caller,
                                             login: Login) -> None:
    """What was staged in between was not what was meant."""
    root.call("Execute", options(when=IN_AN_HOUR, allow_cold_reboot=True))
    root.call("Stage", "", {})
    assert root.get("Scheduled") == {}
    assert login.reboots == []


# The daemon restarts

def test_restarted_daemon_keeps_the_time(staged: Any, alice: Caller, login: Login,
                                         machine: Machine) -> None:
    alice.call("Execute", options(when=soon(), stage_id=staged["stage-id"]))
    machine.restart()
    wait_for(lambda: login.reboots == [3], "the reboot")


def pass_by(machine: Machine, login: Login, seconds: int) -> None:
    """The time of a reboot that was scheduled for IN_AN_HOUR passes while no daemon runs."""
    machine.stop()
    schedule = machine.runtime / "schedule"
    missed = int((time.time() - seconds) * 10**6)
    schedule.write_text(schedule.read_text().replace(f"When={IN_AN_HOUR}", f"When={missed}"))
    login.cancel()  # what it showed has ended at that time


def test_restarted_daemon_keeps_what_was_authorized(staged: Any, alice: Caller, login: Login,
                                                    machine: Machine) -> None:
    """alice was not authorized to ignore inhibitors, and does not become it by a restart."""
    alice.call("Execute", options(when=IN_AN_HOUR, ignore_inhibitors=True))
    pass_by(machine, login, 5)
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    machine.start()
    assert "apt" in wait_failed(alice)["text"]
    assert login.reboots == []


def test_missed_time_is_not_made_up_for(staged: Any, alice: Caller, login: Login,
                                        machine: Machine) -> None:
    """A machine that slept through its time does not reboot under whoever wakes it."""
    alice.call("Execute", options(when=IN_AN_HOUR))
    pass_by(machine, login, 600)
    machine.start()
    machine.wait_event("CANCELLED")
    assert alice.get("Scheduled") == {}
    assert alice.get("State") == "staged"
    assert "missed" in alice.get("LastExecution")["text"]
    assert login.reboots == []


def test_time_that_was_missed_by_a_little_is(staged: Any, alice: Caller, login: Login,
                                             machine: Machine) -> None:
    alice.call("Execute", options(when=IN_AN_HOUR))
    pass_by(machine, login, 5)
    machine.start()
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_schedule_of_another_boot_is_ignored(staged: Any, alice: Caller, machine: Machine) -> None:
    alice.call("Execute", options(when=IN_AN_HOUR))
    machine.stop()
    machine.write("proc/sys/kernel/random/boot_id", "another-boot\n")
    machine.start()
    assert alice.get("Scheduled") == {}


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe\0", b"[Schedule]\nWhen=-5\n", b"x" * 300000],
                         ids=["empty", "binary", "negative", "large"])
def test_spoilt_schedule_is_ignored(garbage: bytes, off: Machine, root: Caller) -> None:
    off.spoil("schedule", garbage)
    off.start()
    assert root.get("Scheduled") == {}
    root.call("Stage", "", {})


def test_schedule_that_cannot_be_kept_is_an_error(staged: Any, alice: Caller,
                                                  machine: Machine) -> None:
    (machine.runtime / "schedule").mkdir()
    error = alice.error("Execute", options(when=IN_AN_HOUR))
    assert error.name == contract.ERROR + "IOError"
    assert alice.get("State") == "staged"


def test_scheduled_image_does_not_expire(off: Machine, alice: Caller, login: Login) -> None:
    off.configure("Entry=auto\nStagedLifetime=3s")
    off.start()
    alice.call("Stage", "", {})
    alice.call("Execute", options(when=IN_AN_HOUR))
    off.wait_later(3.5)
    assert alice.get("State") == "scheduled"
    alice.call("Cancel", {})  # its time is over now
    wait_for(lambda: alice.get("State") == "idle", "the image to be let go")


def test_staging_that_outlasts_the_time(staged: Any, alice: Caller, root: Caller, login: Login,
                                        machine: Machine) -> None:
    """The time comes while root replaces the image: the schedule was for the other one."""
    alice.call("Execute", options(when=soon()))
    machine.kernel.hold("before-load")
    call = root.begin("Stage", OLD, {})
    machine.kernel.wait_held("before-load")
    machine.wait_later(SOON + 0.3)
    assert login.reboots == []
    machine.kernel.release("before-load")
    call.result()
    assert root.get("State") == "staged"
    assert login.reboots == []


def test_failed_staging_that_outlasts_the_time(staged: Any, alice: Caller, root: Caller,
                                               login: Login, machine: Machine) -> None:
    alice.call("Execute", options(when=soon()))
    machine.kernel.fail("load", errno.ENOEXEC)
    machine.kernel.hold("before-load")
    call = root.begin("Stage", OLD, {})
    machine.kernel.wait_held("before-load")
    machine.wait_later(SOON + 0.3)
    machine.kernel.release("before-load")
    call.error()
    wait_for(lambda: login.reboots == [3], "the reboot")
