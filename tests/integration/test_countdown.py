# SPDX-License-Identifier: LGPL-2.1-or-later
"""A scheduled reboot with openrc-init and sysvinit: what users see of it, and how it is taken back."""

from __future__ import annotations

import os
import signal
import time

import pytest

from . import contract
from .caller import Caller, Callers, options
from .init import (CANCEL, FIFO, NOW, OPENRC, PID_FILE, SYSVINIT, Init, Start, expect_staged,
                   in_minutes)
from .login import Login
from .machine import Machine
from .users import who_may
from .wait import wait_for

BUSY = contract.ERROR + "Busy"

LATER = {OPENRC: ["--dry-run", "--kexec"], SYSVINIT: ["-k", "-r", "--"]}
END = {OPENRC: signal.SIGTERM, SYSVINIT: signal.SIGINT}


@pytest.fixture
def scheduled(program: str, init: Init, start: Start, root: Caller, off: Machine) -> int:
    """The process that counts down to a reboot in a good minute."""
    start()
    root.call("Execute", in_minutes(1.5))
    wait_for(lambda: "Shown=" in (off.runtime / "schedule").read_text(), "the countdown")
    return init.counting(PID_FILE[program])


def test_schedule_is_shown(scheduled: int, program: str, init: Init, root: Caller) -> None:
    assert init.argv(program) == [*LATER[program], "+2"]
    assert (init.wall or "").startswith("The system is going down for reboot at 2")
    assert root.get("State") == "scheduled"
    # It is no other tool's shutdown.
    assert root.call("CanExecute", {})[0] == "yes"


def test_cancel_ends_what_is_shown(scheduled: int, program: str, init: Init, root: Caller,
                                   off: Machine) -> None:
    root.call("Cancel", {})
    wait_for(lambda: not off.path(PID_FILE[program]).exists(), "the end of the countdown")
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")
    assert root.get("State") == "staged"


def test_user_keeps_nobody_from_shutting_down(init: Init, start: Start, root: Caller, off: Machine,
                                              callers: Callers) -> None:
    """While one shutdown(8) of sysvinit counts, root's, a power button's and an UPS's do nothing."""
    init.be_sysvinit()
    start()
    user = callers.of(who_may("inspect", "stage-default", "execute"))
    user.call("Execute", in_minutes(30))
    wait_for(lambda: "going down for reboot at" in (init.wall or ""), "the word to users")
    assert "'kexecctl cancel'" in (init.wall or "")
    wait_for(lambda: "Shown=" in (off.runtime / "schedule").read_text(), "what is shown")
    assert init.argv(SYSVINIT) is None
    user.call("Cancel", {})
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")


def test_administrator_cancels(scheduled: int, program: str, root: Caller, off: Machine) -> None:
    """As shutdown -c and openrc-shutdown --cancel do."""
    os.kill(scheduled, END[program])
    wait_for(lambda: root.get("State") == "staged", "the state staged")
    assert CANCEL[program] in off.wait_event("CANCELLED").message


def test_users_are_told_that_an_emptied_slot_cancels(scheduled: int, program: str, init: Init,
                                                     root: Caller, off: Machine) -> None:
    off.kernel.set_loaded(False)
    assert root.get("State") == "idle"
    wait_for(lambda: not off.path(PID_FILE[program]).exists(), "the end of the countdown")
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")


def test_schedule_goes_on_after_a_restart(scheduled: int, program: str, init: Init, root: Caller,
                                          off: Machine) -> None:
    """Also after a crash: what counts down does not end with us."""
    off.kill()
    off.start()
    assert root.get("State") == "scheduled"
    off.wait_later(0.5)
    assert init.counting(PID_FILE[program]) == scheduled
    os.kill(scheduled, END[program])
    wait_for(lambda: root.get("State") == "staged", "the state staged")


def test_time_comes(program: str, init: Init, start: Start, root: Caller, off: Machine) -> None:
    """What is shown is taken back first: shutdown(8) does not run twice."""
    start()
    root.call("Execute", in_minutes(1 / 12))
    wait_for(off.path(PID_FILE[program]).exists, "the countdown")
    assert init.argv(program) == [*LATER[program], "+1"]
    wait_for(lambda: root.get("State") == "executing", "the time")
    wait_for(lambda: init.argv(program) == NOW[program], "the shutdown")
    assert not off.path(PID_FILE[program]).exists()


def test_users_that_cannot_be_shown(program: str, init: Init, start: Start, root: Caller,
                                    off: Machine) -> None:
    """It is scheduled all the same."""
    start()
    init.fail("no")
    root.call("Execute", in_minutes(1.5))
    assert "did not begin to count down" in off.wait_event("PROBLEM").message
    assert root.get("State") == "scheduled"


# At its time

def test_fifo_that_is_missing_by_then(program: str, init: Init, start: Start, root: Caller,
                                      off: Machine) -> None:
    start()
    root.call("Execute", in_minutes(1 / 6))
    wait_for(off.path(PID_FILE[program]).exists, "the countdown")
    off.path(FIFO[program]).unlink()
    wait_for(lambda: root.get("LastExecution"), "the failure to be noted")
    expect_staged(off, root, "init cannot be reached")
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")
    wait_for(lambda: not off.path(PID_FILE[program]).exists(), "the end of the countdown")


def test_file_that_wants_the_firmware_by_then(program: str, init: Init, start: Start, root: Caller,
                                              off: Machine) -> None:
    """The reboot that was scheduled does not come, and users are told."""
    off.write("run/openrc/softlevel", "default\n")
    start()
    root.call("Execute", in_minutes(1 / 12))
    wait_for(off.path(PID_FILE[program]).exists, "the countdown")
    off.write("nokexec", "")
    last = wait_for(lambda: root.get("LastExecution"), "the failure to be noted")
    assert "/nokexec" in last["text"]
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")
    wait_for(lambda: not off.path(PID_FILE[program]).exists(), "the end of the countdown")
    assert root.get("State") == "staged"


# elogind's beside it

def expect_elogind_in_the_way(root: Caller, init: Init, machine: Machine, program: str) -> None:
    """It stays, ours is taken back, and users are told."""
    assert "(poweroff)" in machine.wait_event("CANCELLED").message
    wait_for(lambda: not machine.path(PID_FILE[program]).exists(), "the end of the countdown")
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")
    error = root.error("Execute", {})
    assert error.name == BUSY
    assert "(poweroff)" in error.message and "'loginctl cancel-shutdown'" in error.message


def test_elogind_schedules_beside_ours(program: str, init: Init, root: Caller, off: Machine,
                                       login: Login) -> None:
    """The machine goes down at the time of either; ours finds that out when its own has come."""
    off.start()
    root.call("Stage", "", {})
    when = int((time.time() + 5) * 10**6)
    root.call("Execute", options(when=when))
    # So near that ours counts as done with.
    login.follows = (when / 10**6 - 1, ("poweroff", 10**16))
    wait_for(off.path(PID_FILE[program]).exists, "the countdown")
    expect_elogind_in_the_way(root, init, off, program)
    assert login.scheduled == ("poweroff", 10**16)
    login.cancel()
    root.call("Execute", {})
    assert init.argv(program) == NOW[program]


def test_elogind_has_scheduled_when_ours_is_looked_at(program: str, init: Init, root: Caller,
                                                      off: Machine, login: Login) -> None:
    off.start()
    root.call("Stage", "", {})
    root.call("Execute", in_minutes(30))
    wait_for(lambda: "Shown=" in (off.runtime / "schedule").read_text(), "what is shown")
    off.wait_later(0.5)  # it was looked at when it was shown
    login.schedule("poweroff", 10**16)
    off.path(PID_FILE[program]).touch()
    expect_elogind_in_the_way(root, init, off, program)
