# SPDX-License-Identifier: LGPL-2.1-or-later
"""LoadDuringShutdown=: nothing is loaded before the reboot, and then nothing but the default."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from . import contract
from .caller import Caller, options
from .hanging import covered, hanging_file
from .login import Inhibitor, Login
from .machine import CMDLINE, FIRMWARE, NEW, OLD, Machine, make_initrd
from .test_mirror import wait_shown
from .test_schedule import IN_AN_HOUR, soon, wait_failed
from .users import ALICE, who_may
from .wait import wait_for

STOPPED = "kexecd is being stopped; try again in a moment"


@pytest.fixture
def late(off: Machine) -> Machine:
    """A machine that loads during the shutdown."""
    off.configure("Entry=auto\nLoadDuringShutdown=yes")
    off.start()
    return off


def loaded(machine: Machine) -> bool:
    return machine.kernel.is_loaded


def refuse_to_reboot(method: str, arguments: Any) -> tuple[str, str] | None:
    """What logind says to everything but questions and announcements."""
    if method == "RebootWithFlags":
        return "org.freedesktop.DBus.Error.Failed", "Not today"
    return None


def test_execute_loads_the_default(late: Machine, alice: Caller, login: Login) -> None:
    assert alice.get("LoadDefault") == "during-shutdown"
    alice.call("Execute", {})
    assert login.reboots == [3]
    assert late.kernel.cmdline == CMDLINE
    assert late.kernel.initrd == make_initrd(f"initrd of {NEW}")
    assert late.record()["Id"] == NEW
    assert alice.get("State") == "executing"


def test_it_is_not_so_by_itself(machine: Machine, alice: Caller) -> None:
    assert alice.get("LoadDefault") == "at-start"
    assert alice.error("Execute", {}).name == contract.ERROR + "NotStaged"


@pytest.mark.parametrize(("setting", "when"), [("", "during-shutdown"),
                                               ("LoadDuringShutdown=no", "at-start")])
def test_it_is_so_with_openrc(setting: str, when: str, off: Machine, alice: Caller) -> None:
    off.path("run/systemd/system").rmdir()
    off.write("run/openrc/softlevel", "default")
    off.configure(f"Entry=auto\n{setting}")
    off.start()
    assert alice.get("LoadDefault") == when


def test_configuration_is_read_anew(machine: Machine, alice: Caller, login: Login) -> None:
    machine.configure("Entry=auto\nLoadDuringShutdown=yes")
    assert alice.get("LoadDefault") == "during-shutdown"
    alice.call("Execute", {})
    assert login.reboots == [3]


def test_what_is_staged_is_what_is_executed(late: Machine, root: Caller, login: Login) -> None:
    staged = root.call("Stage", OLD, {})
    root.call("Execute", options(stage_id=staged["stage-id"]))
    assert login.reboots == [3]
    assert late.record()["Id"] == OLD


def test_an_image_that_is_meant_must_be_there(late: Machine, alice: Caller) -> None:
    error = alice.error("Execute", options(stage_id="0123456789abcdef"))
    assert error.name == contract.ERROR + "NotStaged"


def test_foreign_image_is_not_replaced(late: Machine, root: Caller) -> None:
    late.kernel.set_loaded(True)
    assert root.error("Execute", {}).name == contract.ERROR + "ForeignImage"


def test_who_may_not_stage_the_default(late: Machine, callers: Any, login: Login) -> None:
    caller = callers.of(who_may("execute"))
    error = caller.error("Execute", {})
    assert error.name in (contract.DENIED, contract.CHALLENGE)
    assert login.reboots == []
    assert not loaded(late)


def test_it_is_never_immediate(late: Machine, root: Caller) -> None:
    assert root.error("Execute", options(immediate=True)).name == contract.ERROR + "NotStaged"


# Only a default that is trusted, chosen, and can boot

def test_guessed_default(off: Machine, root: Caller, login: Login) -> None:
    off.configure("LoadDuringShutdown=yes")
    off.start()
    error = root.error("Execute", {})
    assert error.name == contract.DENIED
    assert "Entry=auto" in error.message
    assert login.reboots == []


def test_untrusted_default(late: Machine, root: Caller, login: Login) -> None:
    late.path("boot").chmod(0o777)
    error = root.error("Execute", {})
    assert error.name == contract.DENIED
    assert "cannot be loaded during shutdown" in error.message
    assert login.reboots == [] and not loaded(late)
    assert root.get("State") == "idle"


def test_default_that_cannot_boot(late: Machine, root: Caller, login: Login) -> None:
    late.write(f"boot/initrd.img-{NEW}", b"rubbish" * 100)
    assert root.error("Execute", {}).name == contract.ERROR + "InvalidInitrd"
    assert login.reboots == [] and not loaded(late)
    assert root.get("State") == "idle"


def test_load_that_fails(late: Machine, root: Caller, login: Login) -> None:
    late.kernel.fail("load", errno.ENOMEM)
    assert root.error("Execute", {}).name == contract.ERROR + "OutOfMemory"
    assert login.reboots == []
    assert root.get("State") == "idle"


def test_load_that_fails_where_a_cold_reboot_will_do(late: Machine, root: Caller,
                                                     login: Login) -> None:
    late.kernel.fail("load", errno.ENOMEM)
    root.call("Execute", options(allow_cold_reboot=True))
    assert login.reboots == [1]
    assert "firmware" in late.wait_event("STAGE_FAILED").message


def test_next_boot_tells_why_the_reboot_was_cold(late: Machine, alice: Caller) -> None:
    late.kernel.fail("load", errno.ENOMEM)
    alice.call("Execute", options(allow_cold_reboot=True))
    expect_told(late, alice, "memory")


def test_next_boot_tells_why_a_scheduled_one_was(late: Machine, alice: Caller,
                                                 login: Login) -> None:
    """Whoever schedules it is not there any more; the log has said it at once."""
    late.write(f"boot/initrd.img-{NEW}", b"rubbish" * 100)
    alice.call("Execute", options(when=soon(4), allow_cold_reboot=True))
    assert "initrd" in late.wait_event("PROBLEM").message
    wait_for(lambda: login.reboots == [1], "the reboot")
    expect_told(late, alice, "initrd")


def expect_told(machine: Machine, caller: Caller, why: str) -> None:
    """The machine comes up through its firmware, as it was allowed to."""
    machine.come_up(release=NEW, how=FIRMWARE)
    machine.start()
    last = caller.get("LastExecution")
    assert (last["result"], last["uid"]) == ("cold", ALICE.uid)
    assert "nothing could be loaded during shutdown" in last["text"] and why in last["text"]


def test_shutdown_that_does_not_begin_leaves_no_word_for_the_next_boot(
        late: Machine, root: Caller, login: Login) -> None:
    late.kernel.fail("load", errno.ENOMEM)
    login.refuse = refuse_to_reboot
    message = root.error("Execute", options(allow_cold_reboot=True)).message
    assert "Not today" in message and "staged" not in message
    assert root.get("LastExecution")["result"] == "failed"
    assert not (late.state / "pending").exists()


def test_disabled_loads(late: Machine, root: Caller) -> None:
    late.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    assert root.error("Execute", {}).name == contract.ERROR + "LoadDisabled"


def test_nothing_is_held_if_the_shutdown_does_not_begin(late: Machine, root: Caller,
                                                        login: Login) -> None:
    login.refuse = refuse_to_reboot
    message = root.error("Execute", {}).message
    assert "Not today" in message and "is let go again" in message
    assert "stays staged" not in message
    assert not loaded(late)
    assert root.get("State") == "idle"
    assert root.get("LastExecution")["result"] == "failed"


def test_inhibitor_that_appears_while_it_loads(late: Machine, alice: Caller, login: Login) -> None:
    late.kernel.hold("before-load")
    call = alice.begin("Execute", {})
    late.kernel.wait_held("before-load")
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    late.kernel.release("before-load")
    assert call.error().name == contract.ERROR + "Inhibited"
    assert not loaded(late)
    assert alice.get("State") == "idle"


# At a time

def test_schedule(late: Machine, alice: Caller, login: Login) -> None:
    """What is the default when the time comes is what is loaded."""
    alice.call("Execute", options(when=soon(4)))
    assert alice.get("State") == "scheduled"
    assert not loaded(late)
    wait_for(lambda: login.scheduled[0] == "dry-kexec", "logind to show the schedule")
    late.write(f"boot/initrd.img-{NEW}", make_initrd("rebuilt"))
    wait_for(lambda: login.reboots == [3], "the reboot")
    assert late.kernel.initrd == make_initrd("rebuilt")


def test_schedule_survives_a_restart(late: Machine, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=soon()))
    late.restart()
    wait_for(lambda: login.reboots == [3], "the reboot")


def test_default_that_cannot_boot_is_not_scheduled(late: Machine, alice: Caller) -> None:
    late.write(f"boot/initrd.img-{NEW}", b"rubbish" * 100)
    error = alice.error("Execute", options(when=IN_AN_HOUR))
    assert error.name == contract.ERROR + "InvalidInitrd"
    assert alice.get("Scheduled") == {}


def test_default_that_is_spoilt_when_the_time_comes(late: Machine, alice: Caller,
                                                    login: Login) -> None:
    alice.call("Execute", options(when=soon(4)))
    late.write(f"boot/initrd.img-{NEW}", b"rubbish" * 100)
    late.wait_event("CANCELLED")
    assert login.reboots == []
    assert alice.get("State") == "idle"


def test_daemon_that_is_stopped_while_the_default_is_checked(late: Machine, alice: Caller) -> None:
    """The caller is told that nothing was scheduled."""
    initrd = late.path(f"boot/initrd.img-{NEW}")
    with hanging_file(late.folder / "fuse", initrd.read_bytes()) as hanging, covered(initrd, hanging):
        hanging.hold()
        call = alice.begin("Execute", options(when=IN_AN_HOUR))
        hanging.wait_held()
        assert late.process is not None
        late.process.terminate()
        wait_for(lambda: late.bus.owner_of(contract.NAME) is None, "the daemon to leave the bus")
        hanging.release()
        late.wait_end()
    error = call.error()
    assert (error.name, error.message) == (contract.ERROR + "Busy", STOPPED)
    late.start()
    assert alice.get("Scheduled") == {}


def test_daemon_that_is_stopped_while_the_listing_hangs(late: Machine, alice: Caller) -> None:
    """It waits for a moment only, and begins nothing new."""
    kernel = late.path(f"boot/vmlinuz-{NEW}")
    with hanging_file(late.folder / "fuse", kernel.read_bytes()) as hanging, covered(kernel, hanging):
        hanging.hold()
        call = alice.begin("Execute", options(when=IN_AN_HOUR))
        hanging.wait_held()
        assert late.process is not None
        late.process.terminate()
        assert STOPPED in call.error().message
        wait_for(lambda: STOPPED in alice.error("Cancel", {}).message, "calls to be refused")
        assert alice.call("CanStage", "") == ("na", STOPPED)
        wait_for(lambda: late.bus.owner_of(contract.NAME) is None, "the daemon to leave the bus")
        hanging.release()
        late.wait_end()


def test_reboot_at_once_that_fails_leaves_such_a_schedule(late: Machine, root: Caller,
                                                          login: Login) -> None:
    root.call("Execute", options(when=IN_AN_HOUR))
    login.refuse = refuse_to_reboot
    assert "let go again" in root.error("Execute", {}).message
    assert root.get("Scheduled") == {"when": IN_AN_HOUR, "uid": 0}
    assert "let go again" in root.get("LastExecution")["text"]
    assert not loaded(late)


def test_staging_cancels_such_a_schedule(late: Machine, root: Caller, login: Login) -> None:
    root.call("Execute", options(when=IN_AN_HOUR))
    root.call("Stage", OLD, {})
    assert root.get("Scheduled") == {}
    assert root.get("State") == "staged"


def test_staging_cancels_it_even_if_the_daemon_ends_with_it(late: Machine, root: Caller,
                                                             login: Login) -> None:
    root.call("Execute", options(when=IN_AN_HOUR))
    wait_shown(late, login)
    late.kernel.hold("after-load")
    root.begin("Stage", NEW, {})
    late.kernel.wait_held("after-load")
    late.kill()
    late.kernel.release("after-load")
    late.start()
    assert root.get("State") == "staged"
    assert root.get("Scheduled") == {}
    wait_for(lambda: login.scheduled == ("", 0), "logind to show it no more")


def test_failure_at_its_time_is_told(late: Machine, alice: Caller, login: Login) -> None:
    alice.call("Execute", options(when=soon(4)))
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    assert "apt" in wait_failed(alice)["text"]
    assert not loaded(late)


# What a slow load gives others time for

def slow_failure(machine: Machine, caller: Caller, **what: Any) -> Any:
    """A call of Execute whose load fails, held up before that."""
    machine.kernel.fail("load", errno.ENOMEM)
    machine.kernel.hold("before-load")
    call = caller.begin("Execute", options(**what))
    machine.kernel.wait_held("before-load")
    return call


def test_inhibitor_that_appears_before_a_cold_reboot(late: Machine, alice: Caller,
                                                     login: Login) -> None:
    """What makes the load fail may be what must not be interrupted."""
    call = slow_failure(late, alice, allow_cold_reboot=True)
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    late.kernel.release("before-load")
    assert call.error().name == contract.ERROR + "Inhibited"
    assert login.reboots == []
    assert alice.get("State") == "idle"


def test_initrd_that_is_rewritten_while_it_is_loaded(late: Machine, root: Caller,
                                                     login: Login) -> None:
    """It is loaded once more; and if there is no reboot then, neither stays in memory."""
    login.refuse = refuse_to_reboot
    late.kernel.hold("before-load")
    call = root.begin("Execute", {})
    late.kernel.wait_held("before-load")
    late.write(f"boot/initrd.img-{NEW}", make_initrd("rebuilt"))
    late.kernel.release("before-load")
    assert "Not today" in call.error().message
    assert late.kernel.loads == 2
    assert not loaded(late)
    assert root.get("State") == "idle"


def test_daemon_that_is_stopped_meanwhile(late: Machine, alice: Caller, login: Login) -> None:
    """It goes on to the end of what it has begun."""
    late.kernel.hold("before-load")
    alice.begin("Execute", {})
    late.kernel.wait_held("before-load")
    assert late.process is not None
    late.process.terminate()
    late.kernel.release("before-load")
    wait_for(lambda: login.reboots == [3], "the reboot")
    late.wait_end()
