# SPDX-License-Identifier: LGPL-2.1-or-later
"""Executing with openrc-init and sysvinit: what each is asked for, and how it can fail."""

from __future__ import annotations

import shutil

import pytest

from . import contract
from .caller import Caller, Callers, options
from .init import (CANCEL, FIFO, FOREIGN, NAME, NOW, OPENRC, PID_FILE, SYSVINIT, Init, Start,
                   expect_staged)
from .login import Inhibitor, Login, Session
from .machine import FIRMWARE, NEW, Machine
from .systemd import LOGIND_UNIT
from .users import ALICE, BOB, who_may
from .wait import wait_for

FAILED = contract.ERROR + "Failed"
BUSY = contract.ERROR + "Busy"
INHIBITED = contract.ERROR + "Inhibited"
NO_BACKEND = contract.ERROR + "NoRebootBackend"
NOT_STAGED = contract.ERROR + "NotStaged"


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


# /nokexec

def test_file_that_wants_the_firmware(program: str, init: Init, start: Start, root: Caller,
                                      off: Machine) -> None:
    """OpenRC's service would empty the slot: there is no kexec to be had, and that is said."""
    off.write("run/openrc/softlevel", "default\n")
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


def test_file_of_openrc_under_another_init(init: Init, start: Start, root: Caller,
                                           off: Machine) -> None:
    """Debian's own scripts know nothing of it."""
    init.be_sysvinit()
    start()
    off.write("nokexec", "")
    root.call("Execute", {})
    assert init.argv(SYSVINIT) == NOW[SYSVINIT]


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

def test_init_that_accepts_and_does_not_begin(init: Init, start: Start, root: Caller,
                                              off: Machine) -> None:
    """sysvinit's runlevel stays as it is; see below for openrc-init."""
    init.be_sysvinit()
    init.ignore()
    start("--handover=1")
    root.call("Execute", {})
    wait_for(lambda: root.get("State") == "staged", "the state staged")
    expect_staged(off, root, "sysvinit accepted the reboot but did not begin it within 1 seconds")


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


def test_inittab_that_anybody_can_change(init: Init, start: Start, root: Caller,
                                         off: Machine) -> None:
    init.be_sysvinit()
    off.path("etc/inittab").chmod(0o666)
    start()
    error = root.error("Execute", {})
    assert error.name == NO_BACKEND
    assert "chmod go-w" in error.message


# None of them

def test_unknown_init(off: Machine, login: Login, root: Caller) -> None:
    shutil.rmtree(off.path("run/systemd"))
    off.write("proc/1/comm", "runit\n")
    off.start()
    assert root.get("RebootBackend") == "none"
    assert root.error("Execute", options(allow_cold_reboot=True)).name == NO_BACKEND


assert LOGIND_UNIT in (contract.SOURCE / "daemon/names.h").read_text()
