# SPDX-License-Identifier: LGPL-2.1-or-later
"""Executing with systemd where there is no logind."""

from __future__ import annotations

from typing import Any

import pytest

from . import contract
from .caller import Caller, Callers, options
from .init import Init, Start, expect_staged, in_minutes
from .login import Inhibitor, Login
from .machine import Machine
from .systemd import Systemd
from .users import BOB, who_may
from .wait import wait_for

FAILED = contract.ERROR + "Failed"
BUSY = contract.ERROR + "Busy"


def test_target_is_started(init: Init, systemd: Systemd, start: Start, root: Caller) -> None:
    init.be_systemd()
    start()
    wait_for(lambda: root.get("RebootBackend") == "systemd", "the back-end")
    root.call("Execute", options(message="Back soon"))
    assert systemd.started == [("kexec.target", "replace-irreversibly")]
    assert init.wall == "Back soon\nThe system is going down for reboot now!\n"
    assert (init.argv("systemd-run") or [])[-1] == "/usr/bin/wall"
    assert root.get("State") == "executing"


def test_target_that_does_not_begin(init: Init, systemd: Systemd, start: Start, root: Caller,
                                    off: Machine) -> None:
    init.be_systemd()
    systemd.ignores = True
    start("--handover=1")
    wait_for(lambda: root.get("RebootBackend") == "systemd", "the back-end")
    root.call("Execute", {})
    wait_for(lambda: root.get("State") == "staged", "the state staged")
    expect_staged(off, root, "systemd accepted the reboot but did not begin it within 1 seconds")


def test_cold_reboot_of_systemd(init: Init, systemd: Systemd, start: Start, root: Caller) -> None:
    start()
    root.call("Unstage", {})
    root.call("Execute", options(allow_cold_reboot=True))
    assert systemd.started == [("reboot.target", "replace-irreversibly")]


@pytest.mark.parametrize("refused", [False, True], ids=["inhibited", "refused"])
def test_users_of_logind_are_told_that_nothing_comes(refused: bool, init: Init, machine: Machine,
                                                     root: Caller, login: Login) -> None:
    """logind itself is done with what it showed when the time has come."""
    def refuse(method: str, arguments: Any) -> tuple[str, str] | None:
        if method == "ScheduleShutdown" and not refused:
            login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
        return (FAILED, "No") if method == "RebootWithFlags" else None

    init.be_systemd()
    login.refuse = refuse
    root.call("Stage", "", {})
    root.call("Execute", in_minutes(1 / 12))
    wait_for(lambda: root.get("LastExecution"), "the failure to be noted")
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")


def test_users_that_cannot_be_told_do_not_matter(init: Init, systemd: Systemd, start: Start,
                                                 root: Caller) -> None:
    init.be_systemd()
    init.fail("no")
    start()
    root.call("Execute", {})
    assert systemd.started


def test_systemd_that_refuses(init: Init, systemd: Systemd, start: Start, root: Caller,
                              off: Machine) -> None:
    init.be_systemd()
    systemd.refusal = ("org.freedesktop.systemd1.UnitMasked", "Unit kexec.target is masked.")
    start()
    error = root.error("Execute", {})
    assert error.name == FAILED
    assert error.message.startswith("systemd: ")
    assert "Unit kexec.target is masked" in error.message
    assert "cancelled" in (init.wall or "")
    expect_staged(off, root, "masked")


def test_shutdown_of_systemd_that_is_under_way(systemd: Systemd, start: Start,
                                               root: Caller) -> None:
    systemd.state = "stopping"
    start()
    assert root.error("Execute", {}).name == BUSY
    assert systemd.started == []


@pytest.mark.parametrize("state", ["loaded", "error"])
def test_logind_that_crashes_is_not_absent(state: str, systemd: Systemd, start: Start,
                                           root: Caller) -> None:
    """What it holds cannot be passed over by waiting until it has crashed."""
    systemd.logind = state
    start()
    error = root.error("Execute", {})
    assert error.name == FAILED
    assert "logind is not answering" in error.message
    assert systemd.started == []
    systemd.logind = "not-found"
    root.call("Execute", {})
    assert systemd.started


def test_masked_logind_that_runs_counts(systemd: Systemd, off: Machine, login: Login,
                                        root: Caller) -> None:
    """It goes on until it is stopped, and one that does not say is not passed over."""
    off.start()
    root.call("Stage", "", {})
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.FileExists", "No") if method == "ListInhibitors" else None)
    error = root.error("Execute", {})
    assert error.name == FAILED
    assert "did not say who is logged in" in error.message
    assert login.reboots == [] and systemd.started == []


def test_users_of_utmp_with_systemd(init: Init, systemd: Systemd, start: Start, root: Caller,
                                    callers: Callers) -> None:
    alone = callers.of(who_may("stage-default", "execute"))
    start()
    root.call("Unstage", {})
    alone.call("Stage", "", {})
    init.log_in((BOB.name, "tty2"))
    assert alone.error("Execute", {}).name == "org.freedesktop.DBus.Error.AccessDenied"
    init.log_in()
    alone.call("Execute", {})
    assert systemd.started


def test_logind_comes_first(systemd: Systemd, off: Machine, login: Login, root: Caller) -> None:
    off.start()
    assert root.get("RebootBackend") == "logind"
    root.call("Stage", "", {})
    root.call("Execute", {})
    assert len(login.reboots) == 1
    assert systemd.started == []
