# SPDX-License-Identifier: LGPL-2.1-or-later
"""Executing without logind: systemd alone, openrc-init and sysvinit."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from . import contract
from .caller import Caller, Callers, options
from .init import FOREIGN, Init
from .login import Inhibitor, Login, Session
from .machine import FIRMWARE, NEW, Machine
from .systemd import LOGIND_UNIT, Systemd
from .users import ALICE, BOB, who_may
from .wait import wait_for

FAILED = contract.ERROR + "Failed"
BUSY = contract.ERROR + "Busy"
INHIBITED = contract.ERROR + "Inhibited"
NO_BACKEND = contract.ERROR + "NoRebootBackend"
NOT_STAGED = contract.ERROR + "NotStaged"

OPENRC = "openrc-shutdown"
SYSVINIT = "shutdown"
NOW = {OPENRC: ["--kexec", "now"], SYSVINIT: ["-r", "--", "now"]}
NAME = {OPENRC: "openrc-init", SYSVINIT: "sysvinit"}
FIFO = {OPENRC: "run/openrc/init.ctl", SYSVINIT: "run/initctl"}
PID_FILE = {OPENRC: "run/openrc-shutdown.pid", SYSVINIT: "run/shutdown.pid"}

Start = Callable[..., None]


@pytest.fixture(params=[OPENRC, SYSVINIT])
def program(request: pytest.FixtureRequest, init: Init) -> str:
    """The program that shuts down, of each init system that is not systemd."""
    choose = {OPENRC: init.be_openrc, SYSVINIT: init.be_sysvinit}
    choose[request.param]()
    return str(request.param)


@pytest.fixture
def start(off: Machine, login: Login, root: Caller) -> Start:
    """Starts the daemon, without any login1, and stages."""
    def begin(*daemon_options: str) -> None:
        login.vanish()
        off.start(*daemon_options)
        root.call("Stage", "", {})
    return begin


def expect_staged(machine: Machine, root: Caller, text: str) -> None:
    """As if nothing had been asked for, but for what is told about it, with what to do."""
    assert root.get("State") == "staged"
    assert machine.kernel.is_loaded
    last = root.get("LastExecution")
    assert last["result"] == "failed"
    assert text in last["text"]
    assert "; " in last["text"] and last["text"].endswith(", and the image stays staged")
    assert text in machine.events("EXECUTE_FAILED")[-1].message


# openrc-init and sysvinit

def test_program_is_asked(program: str, init: Init, start: Start, root: Caller) -> None:
    start()
    assert root.get("RebootBackend") == NAME[program]
    assert root.get("Obstacles") == []
    root.call("Execute", {})
    assert init.argv(program) == NOW[program]
    assert init.wall is None
    assert root.get("State") == "executing"


def test_message_reaches_users(program: str, init: Init, start: Start, root: Caller) -> None:
    """sysvinit's program takes it; OpenRC's does not."""
    start()
    root.call("Execute", options(message="Back $(soon)"))
    if program == SYSVINIT:
        assert init.argv(program) == [*NOW[program], "Back $(soon)"]
        assert init.wall is None
    else:
        assert init.argv(program) == NOW[program]
        assert init.wall == "Back $(soon)\nThe system is going down for reboot now!\n"


def test_message_is_no_option(init: Init, start: Start, root: Caller) -> None:
    """shutdown(8) takes options anywhere."""
    init.be_sysvinit()
    start()
    root.call("Execute", options(message="-h"))
    assert init.argv(SYSVINIT) == ["-r", "--", "now", "-h"]


def test_cold_reboot(program: str, init: Init, start: Start, root: Caller, off: Machine) -> None:
    off.configure("Entry=auto\nLoadDuringShutdown=no")
    start()
    root.call("Unstage", {})
    root.call("Execute", options(allow_cold_reboot=True))
    assert init.argv(program) == ["--reboot", "now"] if program == OPENRC else NOW[SYSVINIT]


def test_program_that_fails(program: str, init: Init, start: Start, root: Caller,
                            off: Machine) -> None:
    start()
    init.fail("must be superuser\n")
    error = root.error("Execute", {})
    assert error.name == FAILED
    assert error.message.startswith(f"{NAME[program]}: ")
    assert f"/sbin/{program} failed with status 1: 'must be superuser'" in error.message
    expect_staged(off, root, "must be superuser")
    init.work()
    root.call("Execute", {})
    assert root.get("State") == "executing"


def test_program_that_is_missing(program: str, start: Start, root: Caller, off: Machine) -> None:
    off.path(f"sbin/{program}").unlink()
    start()
    error = root.error("Execute", {})
    assert error.name == FAILED
    assert f"/sbin/{program} cannot be run (it is not there)" in error.message
    expect_staged(off, root, NAME[program])


def test_cold_reboot_that_fails(program: str, init: Init, start: Start, root: Caller,
                                off: Machine) -> None:
    """No image stays where there was none."""
    off.configure("Entry=auto\nLoadDuringShutdown=no")
    start()
    root.call("Unstage", {})
    init.fail("no")
    message = root.error("Execute", options(allow_cold_reboot=True)).message
    assert "did not begin" in message and "; " in message and "staged" not in message


def test_shutdown_of_an_administrator(program: str, init: Init, start: Start, root: Caller,
                                      off: Machine) -> None:
    start()
    init.count_down(PID_FILE[program], program)
    error = root.error("Execute", {})
    assert error.name == BUSY
    assert program in error.message
    assert f"cancel it first with {CANCEL[program]}" in error.message
    assert CANCEL[program] in root.error("Cancel", {}).message
    assert init.argv(program) is None
    # Its number has gone to somebody else: it is over.
    init.add_process(FOREIGN, "bash")
    assert root.call("CanExecute", {})[0] == "yes"
    off.path(PID_FILE[program]).unlink()
    root.call("Execute", {})


def test_shutdown_that_is_under_way(program: str, init: Init, start: Start, root: Caller,
                                    off: Machine) -> None:
    off.write("run/openrc/softlevel", "shutdown\n")
    off.write("proc/1/cmdline", "init [0]\0")
    start()
    assert root.error("Execute", {}).name == BUSY
    assert init.argv(program) is None


def test_shutdown_that_takes_its_time(program: str, start: Start, root: Caller,
                                      off: Machine) -> None:
    """Once it has begun there is no limit to it."""
    start("--handover=1")
    root.call("Execute", {})
    off.wait_later(1.5)
    assert root.get("State") == "executing"


def test_users_of_utmp_are_others(program: str, init: Init, start: Start, root: Caller,
                                  callers: Callers) -> None:
    alone = callers.of(who_may("stage-default", "execute"))
    start()
    root.call("Unstage", {})
    alone.call("Stage", "", {})
    init.log_in((alone.user.name, "tty1"), (BOB.name, "tty2"))
    error = alone.error("Execute", {})
    assert error.name == "org.freedesktop.DBus.Error.AccessDenied"
    assert init.argv(program) is None
    init.log_in((alone.user.name, "tty1"))
    alone.call("Execute", {})
    assert init.argv(program) == NOW[program]


def test_elogind_is_asked_who_is_there(program: str, init: Init, root: Caller, off: Machine,
                                       login: Login) -> None:
    """But never to reboot: it would kexec with arguments that kexec does not know."""
    init.log_in((BOB.name, "tty2"))
    login.sessions = [Session(ALICE.uid, ALICE.name, "seat0")]
    login.inhibitors = [Inhibitor(0, "emerge", "compiling")]
    off.start()
    assert root.get("RebootBackend") == NAME[program]
    root.call("Stage", "", {})
    error = root.error("Execute", {})
    assert error.name == INHIBITED
    assert "emerge" in error.message
    root.call("Execute", options(ignore_inhibitors=True))
    assert init.argv(program) == NOW[program]
    assert login.reboots == []


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
    wait_for(off.path(PID_FILE[program]).exists, "the countdown")
    # So near that ours counts as done with.
    wait_for(lambda: time.time() * 10**6 > when - 1.5 * 10**6, "the time")
    login.schedule("poweroff", 10**16)
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


# Scheduled

LATER = {OPENRC: ["--dry-run", "--kexec"], SYSVINIT: ["-k", "-r", "--"]}
END = {OPENRC: signal.SIGTERM, SYSVINIT: signal.SIGINT}
CANCEL = {OPENRC: "'openrc-shutdown --cancel'", SYSVINIT: "'shutdown -c'"}


def in_minutes(minutes: float) -> dict[str, Any]:
    return options(when=int((time.time() + 60 * minutes) * 10**6))


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


@pytest.mark.parametrize("instead", ["nothing", "a file"])
def test_fifo_that_is_missing(instead: str, program: str, init: Init, start: Start, root: Caller,
                              off: Machine) -> None:
    """openrc-shutdown would exit with success. openrc-init makes its fifo late; sysvinit's is there
    from the beginning, and nothing is to be scheduled without it."""
    off.configure("Entry=auto\nLoadDuringShutdown=no")
    off.path(FIFO[program]).unlink()
    if instead == "a file":
        off.write(FIFO[program], "")
    start()
    assert root.get("RebootBackend") == NAME[program]
    name = FAILED if program == OPENRC else NO_BACKEND
    error = root.error("Execute", options(message="x"))
    assert error.name == name
    assert error.message.startswith(f"{NAME[program]}: init cannot be reached")
    assert FIFO[program] in error.message
    assert root.get("State") == "staged"
    root.call("Unstage", {})
    cold = options(allow_cold_reboot=True)
    assert root.call("CanExecute", cold)[0] == ("yes" if program == OPENRC else "na")
    assert root.error("Execute", cold).name == name
    assert init.argv(program) is None
    assert init.wall is None


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


def test_init_that_accepts_and_does_not_begin(init: Init, start: Start, root: Caller,
                                              off: Machine) -> None:
    """sysvinit's runlevel stays as it is; see below for openrc-init."""
    init.be_sysvinit()
    init.ignore()
    start("--handover=1")
    root.call("Execute", {})
    wait_for(lambda: root.get("State") == "staged", "the state staged")
    expect_staged(off, root, "sysvinit accepted the reboot but did not begin it within 1 seconds")


# openrc-init

def test_init_that_does_not_listen(init: Init, start: Start, root: Caller, off: Machine) -> None:
    init.be_openrc()
    init.ignore()
    start("--handover=2")
    error = root.error("Execute", {})
    assert error.name == FAILED
    assert "did not change the runlevel" in error.message
    assert init.argv(OPENRC) == NOW[OPENRC]
    expect_staged(off, root, "runlevel")


def test_execute_returns_when_the_runlevel_changes(init: Init, start: Start, root: Caller,
                                                   off: Machine) -> None:
    init.be_openrc()
    init.ignore()
    start()
    call = root.begin("Execute", {})
    wait_for(lambda: init.argv(OPENRC), "the program")
    assert root.get("State") == "executing"
    off.write("run/openrc/softlevel", "shutdown\n")
    call.result()


# sysvinit

def test_inittab_that_does_not_kexec(init: Init, start: Start, root: Caller,
                                     off: Machine) -> None:
    init.be_sysvinit(kexecs=False)
    start()
    line = "'r6:6:wait:/sbin/reboot -dkn'"
    obstacle, = root.get("Obstacles")
    assert obstacle["code"] == "no-reboot-backend"
    assert line in obstacle["text"]
    error = root.error("Execute", {})
    assert error.name == NO_BACKEND
    assert error.message.startswith("sysvinit: ")
    assert line in error.message
    assert root.call("CanExecute", {})[0] == "na"
    assert init.argv(SYSVINIT) is None
    # As it was told to.
    off.write("etc/inittab", "l6:6:wait:/sbin/openrc reboot\nr6:6:wait:/sbin/reboot -dkn\n")
    root.call("Execute", {})


@pytest.mark.parametrize("loads", ["no", "yes"])
def test_cold_reboot_needs_no_inittab_that_kexecs(loads: str, init: Init, login: Login,
                                                  root: Caller, off: Machine) -> None:
    """Where the default would be loaded first, it is not, and the next boot tells why."""
    init.be_sysvinit(kexecs=False)
    off.configure(f"Entry=auto\nLoadDuringShutdown={loads}")
    login.vanish()
    off.start()
    assert root.error("Execute", {}).name == (NO_BACKEND if loads == "yes" else NOT_STAGED)
    assert root.call("CanExecute", options(allow_cold_reboot=True))[0] == "yes"
    root.call("Execute", options(allow_cold_reboot=True))
    assert init.argv(SYSVINIT) == NOW[SYSVINIT]
    assert off.kernel.loads == 0
    off.come_up(release=NEW, how=FIRMWARE)
    off.start()
    assert ("inittab" in root.get("LastExecution").get("text", "")) == (loads == "yes")


@pytest.mark.parametrize("program", [OPENRC, SYSVINIT])
def test_file_that_wants_the_firmware(program: str, init: Init, start: Start, root: Caller,
                                      off: Machine) -> None:
    """OpenRC's service would empty the slot: there is no kexec to be had, and that is said."""
    be_openrcs(program, init, off)
    start()
    off.write("nokexec", "")
    error = root.error("Execute", {})
    assert error.name == NO_BACKEND
    assert "/nokexec" in error.message and NAME[program] in error.message
    assert "/nokexec" in root.error("Execute", options(immediate=True)).message
    assert root.call("CanExecute", {})[0] == "na"
    assert init.argv(program) is None
    assert root.get("State") == "staged"
    off.path("nokexec").unlink()
    root.call("Execute", {})
    assert root.get("State") == "executing"


def be_openrcs(program: str, init: Init, machine: Machine) -> None:
    if program == OPENRC:
        init.be_openrc()
    else:
        init.be_sysvinit()
        machine.write("run/openrc/softlevel", "default\n")


@pytest.mark.parametrize("program", [OPENRC, SYSVINIT])
def test_file_that_wants_the_firmware_by_then(program: str, init: Init, start: Start, root: Caller,
                                              off: Machine) -> None:
    """The reboot that was scheduled does not come, and users are told."""
    be_openrcs(program, init, off)
    start()
    root.call("Execute", in_minutes(1 / 12))
    wait_for(off.path(PID_FILE[program]).exists, "the countdown")
    off.write("nokexec", "")
    last = wait_for(lambda: root.get("LastExecution"), "the failure to be noted")
    assert "/nokexec" in last["text"]
    wait_for(lambda: "cancelled" in (init.wall or ""), "the word to users")
    wait_for(lambda: not off.path(PID_FILE[program]).exists(), "the end of the countdown")
    assert root.get("State") == "staged"


def test_file_of_openrc_under_another_init(init: Init, start: Start, root: Caller,
                                           off: Machine) -> None:
    """Debian's own scripts know nothing of it."""
    init.be_sysvinit()
    start()
    off.write("nokexec", "")
    root.call("Execute", {})
    assert init.argv(SYSVINIT) == NOW[SYSVINIT]


def test_inittab_that_anybody_can_change(init: Init, start: Start, root: Caller,
                                         off: Machine) -> None:
    init.be_sysvinit()
    off.path("etc/inittab").chmod(0o666)
    start()
    error = root.error("Execute", {})
    assert error.name == NO_BACKEND
    assert "chmod go-w" in error.message


# systemd without logind

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


def test_unknown_init(off: Machine, login: Login, root: Caller) -> None:
    shutil.rmtree(off.path("run/systemd"))
    off.write("proc/1/comm", "runit\n")
    off.start()
    assert root.get("RebootBackend") == "none"
    assert root.error("Execute", options(allow_cold_reboot=True)).name == NO_BACKEND


assert LOGIND_UNIT in (contract.SOURCE / "daemon/names.h").read_text()
