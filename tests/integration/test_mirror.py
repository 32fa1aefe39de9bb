# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the init system's own tools show of a scheduled reboot, and that they can cancel it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from . import contract
from .caller import Caller, options
from .login import Inhibitor, Login
from .machine import OLD, Machine
from .test_schedule import IN_AN_HOUR, soon
from .users import BOB
from .wait import wait_for

LATER = IN_AN_HOUR + 3600 * 10**6


@pytest.fixture
def staged(machine: Machine, alice: Caller) -> dict[str, Any]:
    result: dict[str, Any] = alice.call("Stage", "", {})
    return result


@pytest.fixture
def shown(staged: Any, alice: Caller, login: Login, machine: Machine) -> None:
    alice.call("Execute", options(when=IN_AN_HOUR))
    wait_shown(machine, login)


def wait_shown(machine: Machine, login: Login, kind: str = "dry-kexec",
               when: int = IN_AN_HOUR) -> None:
    wait_for(lambda: login.scheduled == (kind, when), "logind to show the schedule")
    wait_for(lambda: "Shown=" in (machine.runtime / "schedule").read_text(), "that to be noted")


def test_it_is_shown(staged: Any, root: Caller, login: Login, machine: Machine) -> None:
    """A schedule of logind's that does nothing: "shutdown --show" and its wall messages."""
    root.call("Execute", options(when=IN_AN_HOUR, message="A new kernel"))
    wait_shown(machine, login)
    assert login.wall_messages == ["A new kernel"]


def test_cold_reboot_is_shown_as_such(machine: Machine, root: Caller, login: Login) -> None:
    root.call("Execute", options(when=IN_AN_HOUR, allow_cold_reboot=True))
    wait_shown(machine, login, "dry-reboot")


def test_cancelling_takes_it_back(shown: None, alice: Caller, login: Login) -> None:
    alice.call("Cancel", {})
    wait_for(lambda: login.scheduled == ("", 0), "the mirror to go")


def test_unstaging_takes_it_back(shown: None, alice: Caller, login: Login) -> None:
    alice.call("Unstage", {})
    wait_for(lambda: login.scheduled == ("", 0), "the mirror to go")


def test_another_time_is_shown_in_its_place(shown: None, alice: Caller, login: Login,
                                            machine: Machine) -> None:
    alice.call("Execute", options(when=LATER))
    wait_shown(machine, login, when=LATER)
    assert alice.get("Scheduled")["when"] == LATER


def test_shutdown_c_cancels(shown: None, alice: Caller, login: Login, machine: Machine) -> None:
    login.cancel()
    wait_for(lambda: alice.get("State") == "staged", "the schedule to be cancelled")
    assert alice.get("Scheduled") == {}
    assert "shutdown -c" in machine.wait_event("CANCELLED").message
    assert not (machine.runtime / "schedule").exists()


def test_shutdown_of_another_tool_takes_its_place(shown: None, alice: Caller, login: Login,
                                                  machine: Machine) -> None:
    login.schedule("poweroff", LATER)
    assert "poweroff" in machine.wait_event("CANCELLED").message
    assert alice.get("State") == "staged"
    assert login.scheduled == ("poweroff", LATER)  # not ours to take back
    assert "poweroff" in str(alice.error("Execute", {}))


def test_rewritten_file_is_no_cancelling(shown: None, alice: Caller, login: Login,
                                         machine: Machine) -> None:
    login.schedule("dry-kexec", IN_AN_HOUR)
    machine.wait_later(0.5)
    assert alice.get("State") == "scheduled"


def test_it_is_nobody_elses_shutdown(shown: None, alice: Caller, login: Login) -> None:
    """Neither for an Execute at once nor for one at its time."""
    alice.call("Execute", {})
    assert login.reboots == [3]
    assert login.scheduled == ("", 0)


def test_it_fires_over_its_mirror(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=soon()))
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_failure_at_its_time_takes_it_back(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=soon()))
    wait_for(lambda: login.scheduled[0] == "dry-kexec", "logind to show the schedule")
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    wait_for(lambda: alice.get("State") == "staged", "the schedule to be over")
    wait_for(lambda: login.scheduled == ("", 0), "the mirror to go")
    assert login.reboots == []


def test_logind_that_shows_nothing(staged: Any, root: Caller, login: Login,
                                   machine: Machine) -> None:
    """As one of version 257 does while a program asks to wait: the timer is ours all the same."""
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.login1.BlockedByInhibitorLock", "Not now")
        if method == "ScheduleShutdown" else None)
    root.call("Execute", options(when=IN_AN_HOUR, message="A new kernel"))
    assert "Not now" in machine.wait_event("PROBLEM").message
    # Not at somebody else's shutdown.
    assert login.wall_messages == ["A new kernel", ""]
    assert root.get("State") == "scheduled"
    root.call("Execute", options(when=soon()))
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_what_is_being_taken_back_is_nobody_elses(shown: None, alice: Caller, login: Login,
                                                 machine: Machine) -> None:
    """Also where it was still there when it was looked for, and is gone by the time of the answer."""
    login.hold("SetWallMessage")
    alice.call("Unstage", {})
    login.wait_held("SetWallMessage")
    alice.call("Stage", "", {})
    login.hold("ListInhibitors")
    execution = alice.begin("Execute", {})
    login.wait_held("ListInhibitors")
    login.release("SetWallMessage")
    wait_for(lambda: login.scheduled == ("", 0), "the mirror to go")
    machine.wait_later(0.3)
    login.release("ListInhibitors")
    execution.result()
    assert login.reboots == [3]


def test_what_shutdown_c_takes_away_is_nobody_elses(shown: None, alice: Caller, login: Login,
                                                    machine: Machine) -> None:
    machine.wait_later(0.5)  # it was looked at when it was shown
    login.hold("ListInhibitors")
    execution = alice.begin("Execute", {})
    login.wait_held("ListInhibitors")
    login.cancel()
    wait_for(lambda: len(login.held["ListInhibitors"]) > 1, "the daemon to look for its mirror")
    login.release_newest("ListInhibitors")
    machine.wait_event("CANCELLED")
    login.release("ListInhibitors")
    execution.result()
    assert login.reboots == [3]


def test_slow_logind(staged: Any, alice: Caller, login: Login, machine: Machine) -> None:
    """What changes while it has not answered yet is shown after that."""
    login.hold("ScheduleShutdown")
    alice.call("Execute", options(when=IN_AN_HOUR))
    login.wait_held("ScheduleShutdown")
    alice.call("Execute", options(when=LATER))
    login.release("ScheduleShutdown")
    wait_shown(machine, login, when=LATER)
    alice.call("Cancel", {})
    wait_for(lambda: login.scheduled == ("", 0), "the mirror to go")


def test_execute_at_once_waits_for_what_is_being_shown(staged: Any, alice: Caller,
                                                       login: Login) -> None:
    """Shown after the reboot was asked for, it would be in its way."""
    login.hold("ScheduleShutdown")
    alice.call("Execute", options(when=IN_AN_HOUR))
    login.wait_held("ScheduleShutdown")
    call = alice.begin("Execute", {})
    wait_for(lambda: alice.get("State") == "executing", "the execution to begin")
    assert login.reboots == []
    login.release("ScheduleShutdown")
    call.result()
    assert login.reboots == [3]
    assert login.scheduled == ("", 0)


def test_logind_that_forgets_it_shows_it_again(shown: None, alice: Caller, login: Login,
                                               machine: Machine) -> None:
    """One that restarts may have lost it, and nobody has cancelled anything."""
    login.vanish()
    wait_for(lambda: alice.get("RebootBackend") == "none", "logind to be gone")
    login.scheduled = ("", 0)
    login.appear()
    wait_for(lambda: login.scheduled == ("dry-kexec", IN_AN_HOUR), "it to be shown again")
    assert alice.get("State") == "scheduled"


# The daemon restarts

def test_restarted_daemon_keeps_it(shown: None, alice: Caller, login: Login,
                                   machine: Machine) -> None:
    machine.restart()
    machine.wait_later(0.5)
    assert alice.get("State") == "scheduled"
    assert login.scheduled == ("dry-kexec", IN_AN_HOUR)
    login.cancel()
    wait_for(lambda: alice.get("State") == "staged", "the schedule to be cancelled")


def test_daemon_that_stopped_before_it_noted_it(shown: None, alice: Caller, login: Login,
                                                machine: Machine) -> None:
    machine.stop()
    text = (machine.runtime / "schedule").read_text()
    (machine.runtime / "schedule").write_text(re.sub("Shown=.*\n", "", text))
    machine.start()
    wait_shown(machine, login)
    alice.call("Execute", {})
    assert login.reboots == [3]


def test_shutdown_c_while_the_daemon_is_away(shown: None, alice: Caller, login: Login,
                                             machine: Machine) -> None:
    """It is looked at once: a second look could take it for what a restarted logind has lost."""
    looks: list[str] = []
    machine.stop()
    login.cancel()
    login.refuse = lambda method, arguments: (
        looks.append(method) if method == "ListInhibitors" else None)
    machine.start()
    wait_for(lambda: alice.get("State") == "staged", "the schedule to be cancelled")
    machine.wait_later(0.3)
    assert len(looks) == 1


def test_replaced_image_takes_it_back(shown: None, root: Caller, login: Login) -> None:
    root.call("Stage", OLD, {})
    wait_for(lambda: login.scheduled == ("", 0), "the mirror to go")


def test_busy_names_no_mirror(shown: None, bob: Caller) -> None:
    """Somebody else is told of kexecd's own schedule, not of a stranger's."""
    error = bob.error("Execute", {})
    assert error.name == contract.ERROR + "Busy"
    assert bob.user.uid == BOB.uid
    assert "Another tool" not in error.message
