# SPDX-License-Identifier: LGPL-2.1-or-later
"""Executing: what logind is asked, what stands in the way, and what follows a failure."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest

from . import contract
from .caller import Caller, Callers, options
from .login import Inhibitor, Login, Session
from .machine import CMDLINE, JUMPED, NEW, Machine
from .users import ALICE, BOB, who_may
from .wait import wait_for

ROOT_CHECK, VIA_KEXEC, SKIP = 1, 2, 16  # flags of logind's RebootWithFlags
INHIBITED = contract.ERROR + "Inhibited"
BUSY = contract.ERROR + "Busy"


@pytest.fixture
def staged(machine: Machine, alice: Caller) -> dict[str, Any]:
    result: dict[str, Any] = alice.call("Stage", "", {})
    return result


# The hand-over

def test_logind_is_asked_for_a_kexec(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(stage_id=staged["stage-id"]))
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]
    assert login.wall_messages == [""]
    assert alice.get("State") == "executing"


def test_message_is_set_before_the_reboot(staged: Any, root: Caller, login: Login) -> None:
    root.call("Execute", options(message="Back in a minute"))
    assert login.wall_messages == ["Back in a minute"]


def test_logind_that_sets_no_message_still_reboots(staged: Any, root: Caller,
                                                   login: Login) -> None:
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.NotSupported", "No wall") if method == "SetWallMessage"
        else None)
    root.call("Execute", options(message="x"))
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]


def test_next_boot_is_told_before_the_hand_over(staged: Any, alice: Caller, login: Login,
                                                machine: Machine) -> None:
    login.hold("RebootWithFlags")
    call = alice.begin("Execute", {})
    login.wait_held("RebootWithFlags")
    pending = (machine.state / "pending").read_text()
    assert f"ExpectedRelease={NEW}" in pending
    assert f"Cmdline={CMDLINE}" in pending
    assert machine.boot_id in pending
    login.release("RebootWithFlags")
    call.result()


def test_nothing_can_be_changed_any_more(staged: Any, alice: Caller, root: Caller,
                                         machine: Machine) -> None:
    alice.call("Execute", {})
    for caller in (alice, root):
        assert caller.error("Stage", "", {}).name == BUSY
        assert caller.error("Unstage", {}).name == BUSY
        assert caller.error("Execute", {}).name == BUSY
        assert caller.call("CanExecute", {})[0] == "na"
    assert machine.kernel.unloads == 0


def test_past_time_is_now(staged: Any, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=1))
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]


# Sessions and inhibitors

def test_own_session_does_not_count(staged: Any, alice: Caller, login: Login) -> None:
    login.sessions = [Session(ALICE.uid, ALICE.name, "seat0")]
    alice.call("Execute", {})
    assert login.reboots


@pytest.mark.parametrize("session", [
    Session(BOB.uid, BOB.name, kind="manager"),
    Session(BOB.uid, BOB.name, kind="greeter", seat="seat0"),
    Session(BOB.uid, BOB.name, kind="background"),
    Session(BOB.uid, BOB.name, state="closing"),
], ids=["manager", "greeter", "background", "closing"])
def test_session_of_nobody(session: Session, staged: Any, alice: Caller, login: Login,
                           callers: Any) -> None:
    login.sessions = [session]
    assert alice.call("CanExecute", {}) == ("yes", "")


def test_inhibitor_is_named_with_who_and_why(staged: Any, alice: Caller, root: Caller,
                                             login: Login) -> None:
    """That root asks, or holds it, makes no difference."""
    login.inhibitors = [Inhibitor(0, "apt", "upgrading the kernel"),
                        Inhibitor(BOB.uid, "Presentation", "giving a talk")]
    for caller in (alice, root):
        error = caller.error("Execute", {})
        assert error.name == INHIBITED
        for word in ("apt", "upgrading the kernel", "Presentation", "giving a talk"):
            assert word in error.message
        answer, reason = caller.call("CanExecute", {})
        assert answer == "inhibited"
        assert "apt" in reason
    assert login.reboots == []


@pytest.mark.parametrize("inhibitor", [
    Inhibitor(0, "NetworkManager", "turning off", mode="delay"),
    Inhibitor(0, "desktop", "lid", what="handle-lid-switch:sleep"),
], ids=["delay", "other things"])
def test_inhibitor_that_does_not_block(inhibitor: Inhibitor, staged: Any, alice: Caller,
                                       login: Login) -> None:
    login.inhibitors = [inhibitor]
    alice.call("Execute", {})
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]


def test_weak_inhibitor_binds_all_but_its_owner(staged: Any, alice: Caller, root: Caller,
                                                login: Login) -> None:
    login.inhibitors = [Inhibitor(ALICE.uid, "editor", "unsaved", mode="block-weak")]
    assert root.error("Execute", {}).name == INHIBITED
    alice.call("Execute", {})


def test_inhibitors_can_be_passed_over(staged: Any, root: Caller, login: Login) -> None:
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    root.call("Execute", options(ignore_inhibitors=True))
    assert login.reboots == [VIA_KEXEC | SKIP]


def test_older_logind_has_no_flag_for_that(staged: Any, root: Caller, login: Login) -> None:
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.InvalidArgs", "Invalid flags")
        if method == "RebootWithFlags" and arguments[0] & SKIP else None)
    root.call("Execute", options(ignore_inhibitors=True))
    assert login.reboots == [VIA_KEXEC]


def test_option_without_inhibitors_passes_over_none(staged: Any, alice: Caller,
                                                    login: Login) -> None:
    """What was not authorized is not used, should one appear in the last moment."""
    alice.call("Execute", options(ignore_inhibitors=True))
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]


def test_inhibitor_text_is_sanitized(staged: Any, root: Caller, login: Login) -> None:
    login.inhibitors = [Inhibitor(0, "evil\x1b[2J", "line\nbreak \u202e")]
    message = root.error("Execute", {}).message
    assert not any(character in message for character in "\x1b\n\u202e")


# Shutdowns of others

def test_shutdown_of_another_tool(staged: Any, root: Caller, login: Login) -> None:
    login.scheduled = ("poweroff", 10**15)
    error = root.error("Execute", {})
    assert error.name == BUSY
    assert "poweroff" in error.message
    assert root.call("CanExecute", {})[0] == "na"
    assert login.reboots == []


def test_shutdown_that_is_under_way(staged: Any, root: Caller, login: Login) -> None:
    login.preparing = True
    assert root.error("Execute", {}).name == BUSY


def test_logind_that_does_not_answer_its_questions(staged: Any, root: Caller,
                                                   login: Login) -> None:
    """Nobody is taken for absent because logind would not say."""
    for broken in ("ListSessions", "ListInhibitors"):
        login.refuse = lambda method, arguments, broken=broken: (
            ("org.freedesktop.DBus.Error.Failed", "Out of order") if method == broken else None)
        error = root.error("Execute", {})
        assert error.name == contract.ERROR + "Failed"
        assert "logind" in error.message
    assert login.reboots == []


def test_session_that_cannot_be_looked_at_is_an_error(staged: Any, root: Caller,
                                                      login: Login) -> None:
    login.sessions = [Session(BOB.uid, BOB.name)]
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "Out of order") if method == "GetAll" else None)
    assert root.error("Execute", {}).name == contract.ERROR + "Failed"
    assert login.reboots == []


def test_session_that_is_gone_is_nobodys(staged: Any, callers: Callers, login: Login) -> None:
    login.sessions = [Session(BOB.uid, BOB.name)]
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.UnknownObject", "Gone") if method == "GetAll" else None)
    callers.of(who_may("inspect", "stage-default", "execute")).call("Execute", {})
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]


# Without logind

def test_no_backend_without_systemd(off: Machine, root: Caller) -> None:
    shutil.rmtree(off.path("run/systemd"))
    off.start()
    assert root.get("RebootBackend") == "none"
    assert "no-reboot-backend" in [finding["code"] for finding in root.get("Obstacles")]
    root.call("Stage", "", {})
    error = root.error("Execute", {})
    assert error.name == contract.ERROR + "NoRebootBackend"
    assert root.call("CanExecute", {})[0] == "na"


def test_backend_follows_logind(staged: Any, root: Caller, login: Login) -> None:
    assert root.get("RebootBackend") == "logind"
    login.vanish()
    wait_for(lambda: root.get("RebootBackend") == "none", "the back-end to be gone")
    login.appear()
    wait_for(lambda: root.get("RebootBackend") == "logind", "the back-end to be back")


def test_logind_that_cannot_kexec(staged: Any, root: Caller, login: Login) -> None:
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.InvalidArgs", "Invalid flags")
        if method == "RebootWithFlags" else None)
    error = root.error("Execute", {})
    assert error.name == contract.ERROR + "NoRebootBackend"
    assert "249" in error.message
    assert root.get("State") == "staged"


@pytest.mark.parametrize("refusal", [
    ("org.freedesktop.login1.BlockedByInhibitorLock",
     "Operation denied due to active block inhibitor"),
    (contract.DENIED, "Access denied to root due to active block inhibitor"),
])
def test_inhibitor_that_only_logind_counts(refusal: tuple[str, str], staged: Any, alice: Caller,
                                           login: Login) -> None:
    """The caller's own, of the mode block-weak: root, who asks for it, is somebody else."""
    login.inhibitors = [Inhibitor(ALICE.uid, "editor", "unsaved", mode="block-weak")]
    login.refuse = lambda method, arguments: refusal if method == "RebootWithFlags" else None
    error = alice.error("Execute", {})
    assert error.name == INHIBITED
    assert "active block inhibitor" in error.message and "--ignore-inhibitors" in error.message
    assert alice.get("State") == "staged"


def test_logind_that_refuses(staged: Any, root: Caller, login: Login, machine: Machine) -> None:
    """Everything is as before, and what happened is told."""
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "Transaction is destructive")
        if method == "RebootWithFlags" else None)
    error = root.error("Execute", {})
    assert error.name == contract.ERROR + "Failed"
    assert "Transaction is destructive" in error.message
    assert root.get("State") == "staged"
    last = root.get("LastExecution")
    assert (last["result"], last["uid"]) == ("failed", 0)
    assert "Transaction is destructive" in last["text"]
    assert not (machine.state / "pending").exists()
    login.refuse = lambda method, arguments: None
    root.call("Execute", {})
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]


def test_shutdown_that_logind_breaks_off(staged: Any, root: Caller, login: Login) -> None:
    root.call("Execute", {})
    login.emit_prepare(True)
    assert root.get("State") == "executing"
    login.emit_prepare(False)
    wait_for(lambda: root.get("State") == "staged", "the state staged")
    assert root.get("LastExecution")["result"] == "failed"


def test_shutdown_that_never_begins(off: Machine, root: Caller, login: Login) -> None:
    off.start("--handover=1")
    root.call("Stage", "", {})
    root.call("Execute", {})
    wait_for(lambda: root.get("State") == "staged", "the state staged")
    assert "did not begin it within 1 seconds" in root.get("LastExecution")["text"]


def test_shutdown_that_takes_its_time(off: Machine, root: Caller, login: Login) -> None:
    """Once it has begun there is no limit to it."""
    off.start("--handover=4")
    root.call("Stage", "", {})
    root.call("Execute", {})
    login.emit_prepare(True)
    off.restart()  # it has missed the signal now, but logind says that it prepares
    off.wait_later(4.5)
    assert root.get("State") == "executing"


# Cold reboots

def test_cold_reboot_is_asked_for_in_words(machine: Machine, root: Caller, login: Login) -> None:
    assert root.error("Execute", {}).name == contract.ERROR + "NotStaged"
    root.call("Execute", options(allow_cold_reboot=True))
    assert login.reboots == [ROOT_CHECK]
    assert not (machine.state / "pending").exists()


def test_cold_reboot_of_a_kernel_that_cannot_kexec(machine: Machine, root: Caller,
                                                   login: Login) -> None:
    for name in ("sys/kernel/kexec_loaded", "proc/sys/kernel/kexec_load_disabled"):
        machine.path(name).unlink()
    root.call("Execute", options(allow_cold_reboot=True))
    assert login.reboots == [ROOT_CHECK]


def test_cold_reboot_is_not_used_with_something_staged(staged: Any, root: Caller,
                                                       login: Login) -> None:
    root.call("Execute", options(allow_cold_reboot=True))
    assert login.reboots == [ROOT_CHECK | VIA_KEXEC]


def test_cold_reboot_never_over_a_foreign_image(machine: Machine, root: Caller,
                                                login: Login) -> None:
    machine.kernel.set_loaded(True)
    error = root.error("Execute", options(allow_cold_reboot=True))
    assert error.name == contract.ERROR + "ForeignImage"
    assert login.reboots == []


def test_cold_reboot_is_not_what_a_stage_id_means(machine: Machine, root: Caller,
                                                  login: Login) -> None:
    error = root.error("Execute", options(allow_cold_reboot=True, stage_id="x"))
    assert error.name == contract.ERROR + "NotStaged"


def test_slot_that_is_emptied_in_the_last_moment(staged: Any, root: Caller, login: Login,
                                                 machine: Machine) -> None:
    """logind would silently reboot through firmware."""
    login.hold("ListSessions")
    call = root.begin("Execute", {})
    login.wait_held("ListSessions")
    machine.kernel.set_loaded(False)
    login.release("ListSessions")
    assert call.error().name == contract.ERROR + "NotStaged"
    assert login.reboots == []
    assert root.get("State") == "idle"


# At once

def test_immediate_jumps_without_asking_logind(staged: Any, root: Caller, login: Login,
                                               machine: Machine) -> None:
    root.begin("Execute", options(immediate=True))
    assert machine.wait_end() == JUMPED
    assert login.reboots == []
    assert machine.kernel.executions == 1
    assert (machine.state / "pending").exists()


def test_immediate_that_the_kernel_refuses(staged: Any, root: Caller, machine: Machine) -> None:
    machine.kernel.fail("execute", errno.EBUSY)
    error = root.error("Execute", options(immediate=True))
    assert error.name == contract.ERROR + "Failed"
    assert root.get("State") == "staged"
    assert root.get("LastExecution")["result"] == "failed"


def test_immediate_needs_an_image(machine: Machine, root: Caller) -> None:
    assert root.error("Execute", options(immediate=True)).name == contract.ERROR + "NotStaged"
    assert machine.kernel.executions == 0


def test_immediate_works_without_logind(off: Machine, root: Caller) -> None:
    shutil.rmtree(off.path("run/systemd"))
    off.start()
    root.call("Stage", "", {})
    root.begin("Execute", options(immediate=True))
    assert off.wait_end() == JUMPED


MOUNTS = """\
20 1 252:1 / / rw,relatime - ext4 /dev/vda1 rw
21 20 0:20 / /run rw - tmpfs tmpfs rw
22 20 252:2 / /home rw - xfs /dev/mapper/home rw
23 20 0:40 / /mnt rw - fuseblk /dev/sdb1 rw
24 20 252:2 /x /srv rw - xfs /dev/mapper/home rw
25 20 0:41 / /net rw - nfs4 server:/net rw
26 20 252:3 / /gone rw - ext4 /dev/vda3 rw
"""


@pytest.fixture
def mounts(machine: Machine) -> Path:
    """Several file systems, and where it is noted that they are frozen and thawed."""
    machine.write("proc/thread-self/mountinfo", MOUNTS)
    for name in ("run", "home", "mnt", "srv", "net"):
        machine.path(name).mkdir(exist_ok=True)
    return machine.path("test-kernel/frozen")


def test_immediate_freezes_disks_first(staged: Any, root: Caller, machine: Machine,
                                       mounts: Path) -> None:
    """The latest mounts first; only what is on a block device."""
    root.begin("Execute", options(immediate=True))
    assert machine.wait_end() == JUMPED
    assert mounts.read_text().splitlines() == ["sync", "freeze /srv", "freeze /home", "freeze "]


def test_immediate_that_fails_thaws_them_again(staged: Any, root: Caller, machine: Machine,
                                               mounts: Path) -> None:
    """But not what somebody else froze."""
    mounts.write_text("freeze /home\n")
    machine.kernel.fail("execute", errno.EBUSY)
    assert root.error("Execute", options(immediate=True)).name == contract.ERROR + "Failed"
    assert mounts.read_text().splitlines() == ["freeze /home", "sync", "freeze /srv", "freeze ",
                                               "thaw ", "thaw /srv"]
