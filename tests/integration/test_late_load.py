# SPDX-License-Identifier: LGPL-2.1-or-later
"""Loading while the machine goes down: Stage with during-shutdown, and what the next boot tells."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from gi.repository import Gio

from . import contract
from .bus import Bus
from .caller import Caller, options
from .hanging import HangingFile
from .machine import CMDLINE, FIRMWARE, KEXEC, NEW, OLD, Machine, make_initrd, make_kernel
from .wait import wait_for

LATE = options(during_shutdown=True)
TITLE = f"Test GNU/Linux, kernel {NEW}"


def boot(machine: Machine, caller: Caller, *, release: str, how: str) -> dict[str, Any]:
    """The machine goes down and comes up; what is told of it then."""
    machine.come_up(release=release, how=how)
    machine.start()
    result: dict[str, Any] = caller.get("LastExecution")
    return result


def test_default_is_loaded_and_arrives(machine: Machine, root: Caller) -> None:
    staged = root.call("Stage", "", LATE)
    assert (staged["id"], staged["action"]) == (NEW, contract.ACTION + "stage-default")
    assert (machine.kernel.loads, machine.kernel.cmdline) == (1, CMDLINE)
    result = boot(machine, root, release=NEW, how=KEXEC)
    assert (result["result"], result["uid"], result["title"]) == ("arrived", 0, TITLE)
    assert machine.wait_event("ARRIVED")


def test_nobody_waits_for_a_hand_over(off: Machine, root: Caller) -> None:
    """Nobody called Execute, so there is nothing that did not begin in time."""
    off.start("--handover=1")
    root.call("Stage", "", LATE)
    off.restart()
    off.wait_later(1.5)
    assert root.get("State") == "staged"
    assert root.get("LastExecution") == {}
    assert not off.events("EXECUTE_FAILED")


def test_slot_stays_when_the_daemon_is_stopped(machine: Machine, root: Caller) -> None:
    root.call("Stage", "", LATE)
    machine.stop()
    assert machine.kernel.is_loaded
    assert (machine.state / "pending").exists()
    machine.start()


def begin_late(bus: Bus) -> Gio.DBusConnection:
    """A caller of its own, who does not wait for the answer."""
    connection = bus.connect()
    connection.call(contract.NAME, contract.PATH, contract.NAME, "Stage",
                    contract.arguments("Stage", "", LATE), None, Gio.DBusCallFlags.NONE, -1, None,
                    None)
    connection.flush_sync()
    return connection


# Who, and what

def test_others_than_root_may_not(machine: Machine, alice: Caller) -> None:
    assert alice.error("Stage", "", LATE).name == contract.DENIED
    assert not (machine.state / "pending").exists()


@pytest.mark.parametrize("others", [{"append": "x"}, {"cmdline": "x"}, {"stage_id": "x"}])
def test_nothing_but_the_default_as_it_is(others: dict[str, str], machine: Machine,
                                          root: Caller) -> None:
    wrong = contract.ERROR + "InvalidArgument"
    assert root.error("Stage", "", {**LATE, **options(**others)}).name == wrong
    assert root.error("Stage", OLD, LATE).name == wrong
    assert not (machine.state / "pending").exists()


def test_false_is_as_if_it_were_not_there(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", options(during_shutdown=False))
    assert not (machine.state / "pending").exists()


def refused(machine: Machine, root: Caller, *words: str) -> None:
    """It is refused, before as well, and the next boot says why."""
    for method in ("Check", "Stage"):
        error = root.error(method, "", LATE)
        for word in words:
            assert word in error.message
    assert machine.kernel.loads == 0
    result = boot(machine, root, release=OLD, how=FIRMWARE)
    assert result["result"] == "cold"
    for word in ("nothing could be loaded during shutdown", *words):
        assert word in result["text"]
    assert machine.wait_event("COLD")


def test_guess_is_refused(machine: Machine, root: Caller) -> None:
    machine.configure("")
    refused(machine, root, TITLE, "guess", "Entry=auto")


def test_untrusted_default_is_refused(machine: Machine, root: Caller) -> None:
    machine.path(f"boot/vmlinuz-{NEW}").chmod(0o666)
    refused(machine, root, TITLE, f"vmlinuz-{NEW} can be changed by everyone")


def test_borrowed_shell_is_refused(machine: Machine, root: Caller) -> None:
    machine.path("etc/kernel/cmdline").unlink()
    machine.write("proc/cmdline", "root=/dev/vda1 init=/bin/sh\n")
    refused(machine, root, TITLE, "opens a shell")


def test_no_default_is_refused(machine: Machine, root: Caller) -> None:
    machine.configure("Kernel=-")
    refused(machine, root, "There is no default entry")


def test_damaged_kernel_is_refused(machine: Machine, root: Caller) -> None:
    kernel = bytearray(make_kernel(NEW))
    machine.write(f"boot/vmlinuz-{NEW}", bytes(kernel[:len(kernel) // 2]))
    error = root.error("Stage", "", LATE)
    assert machine.kernel.loads == 0
    result = boot(machine, root, release=NEW, how=FIRMWARE)
    assert (result["result"], result["title"], result["id"]) == ("cold", TITLE, NEW)
    # What everyone reads does not tell where files lie.
    assert error.message.startswith("/boot/")
    assert f" {error.message.removeprefix('/boot/')}" in result["text"]


def test_kernel_that_refuses_to_load(machine: Machine, root: Caller) -> None:
    machine.kernel.fail("load", errno.ENOMEM)
    error = root.error("Stage", "", LATE)
    assert machine.wait_event("STAGE_FAILED")
    result = boot(machine, root, release=NEW, how=FIRMWARE)
    assert result["result"] == "cold"
    assert error.message in result["text"]


def test_disabled_loading(machine: Machine, root: Caller) -> None:
    machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    root.error("Stage", "", LATE)
    result = boot(machine, root, release=NEW, how=FIRMWARE)
    assert "kexec_load_disabled" in result["text"]


def test_failure_whose_machine_does_a_kexec_all_the_same(machine: Machine, root: Caller) -> None:
    machine.kernel.fail("load", errno.ENOMEM)
    root.error("Stage", "", LATE)
    result = boot(machine, root, release=OLD, how=KEXEC)
    assert result["result"] == "other"
    assert "not kexecd's" in result["text"]


# What is staged already

def test_staged_image_is_kept(machine: Machine, alice: Caller, root: Caller) -> None:
    staged = root.call("Stage", OLD, options(append="debug"))
    assert root.call("Stage", "", LATE)["stage-id"] == staged["stage-id"]
    assert machine.kernel.loads == 1
    machine.come_up(release=OLD, how=KEXEC, cmdline=f"{CMDLINE} debug")
    machine.start()
    assert root.get("LastExecution")["result"] == "arrived"


def test_staged_image_is_kept_where_nothing_can_be_loaded_any_more(machine: Machine,
                                                                   root: Caller) -> None:
    root.call("Stage", "", {})
    machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    root.call("Stage", "", LATE)
    assert machine.kernel.is_loaded


def test_stale_default_is_staged_anew(machine: Machine, root: Caller) -> None:
    staged = root.call("Stage", "", {})
    machine.write(f"boot/initrd.img-{NEW}", make_initrd("rebuilt"))
    assert root.call("Stage", "", LATE)["stage-id"] != staged["stage-id"]
    assert machine.kernel.initrd == make_initrd("rebuilt")


def test_stale_choice_is_let_go(machine: Machine, root: Caller) -> None:
    """Nobody is there to choose again."""
    root.call("Stage", OLD, {})
    machine.write(f"boot/initrd.img-{OLD}", make_initrd("rebuilt"))
    assert root.error("Stage", "", LATE).name == contract.ERROR + "Stale"
    assert not machine.kernel.is_loaded
    result = boot(machine, root, release=NEW, how=FIRMWARE)
    assert result["result"] == "cold"
    assert "have changed since it was staged" in result["text"]


def test_stale_default_that_cannot_be_staged_again_is_let_go(machine: Machine,
                                                             root: Caller) -> None:
    root.call("Stage", "", {})
    machine.write(f"boot/initrd.img-{NEW}", b"07070 no initrd")
    root.error("Stage", "", LATE)
    assert not machine.kernel.is_loaded


def test_foreign_image_stays(machine: Machine, root: Caller) -> None:
    machine.kernel.set_loaded(True)
    assert root.error("Stage", "", LATE).name == contract.ERROR + "ForeignImage"
    assert machine.kernel.is_loaded
    assert not (machine.state / "pending").exists()


def test_staging_that_is_under_way_is_waited_for(machine: Machine, root: Caller) -> None:
    """What somebody stages as the machine goes down is what comes up."""
    machine.kernel.hold("before-load")
    staging = root.begin("Stage", OLD, {})
    machine.kernel.wait_held("before-load")
    late = root.begin("Stage", "", LATE)
    machine.wait_later(0.3)
    machine.kernel.release("before-load")
    assert late.result()["stage-id"] == staging.result()["stage-id"]
    assert machine.kernel.loads == 1
    assert boot(machine, root, release=OLD, how=KEXEC)["result"] == "arrived"


def test_staging_under_way_that_fails_is_followed_by_a_load(machine: Machine,
                                                            root: Caller) -> None:
    machine.kernel.hold("before-load")
    staging = root.begin("Stage", OLD, {})
    machine.kernel.wait_held("before-load")
    late = root.begin("Stage", "", LATE)
    machine.kernel.fail("load", errno.ENOMEM)
    machine.wait_later(0.3)
    machine.kernel.release("before-load")
    assert staging.error().name == contract.ERROR + "OutOfMemory"
    assert late.error().name == contract.ERROR + "OutOfMemory"
    assert boot(machine, root, release=NEW, how=FIRMWARE)["result"] == "cold"


def test_staging_under_way_that_the_stop_cancels(off: Machine, root: Caller, bus: Bus,
                                                 hanging: HangingFile) -> None:
    """The script gives up, and ends the daemon: the next boot tells why it was cold."""
    off.start()
    hanging.hold()
    with open(hanging.path, "rb") as file:
        root.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
        hanging.wait_held()
        script = begin_late(bus)
        wait_for((off.state / "pending").exists, "the note for the next boot")
        assert off.process is not None
        off.process.terminate()
        wait_for(lambda: bus.owner_of(contract.NAME) is None, "the daemon to leave the bus")
        hanging.release()
        off.wait_end()
        script.close_sync()
    result = boot(off, root, release=NEW, how=FIRMWARE)
    assert result["result"] == "cold"
    assert "nothing could be loaded during shutdown" in result["text"]


def test_hand_over_under_way_is_left_alone(machine: Machine, root: Caller, alice: Caller) -> None:
    """Execute has done it all, and the service's script is called nevertheless."""
    alice.call("Stage", "", {})
    alice.call("Execute", {})
    pending = (machine.state / "pending").read_text()
    root.call("Stage", "", LATE)
    assert machine.kernel.loads == 1
    assert (machine.state / "pending").read_text() == pending


def test_shutdown_that_does_not_come_is_forgotten(machine: Machine, root: Caller) -> None:
    root.call("Stage", "", LATE)
    root.call("Unstage", {})
    assert boot(machine, root, release=NEW, how=FIRMWARE) == {}
    root.call("Stage", "", LATE)
    root.call("Stage", OLD, {})
    assert boot(machine, root, release=NEW, how=FIRMWARE) == {}


# LoadDefault

def run_openrc(machine: Machine) -> None:
    machine.path("run/systemd/system").rmdir()
    machine.write("run/openrc/softlevel", "default\n")


@pytest.mark.parametrize(("openrc", "configuration", "when"), [
    (False, "", "at-start"), (False, "LoadDuringShutdown=yes", "during-shutdown"),
    (True, "", "during-shutdown"), (True, "LoadDuringShutdown=no", "at-start"),
    (True, "Kernel=-", "never"), (False, "Kernel=-\nLoadDuringShutdown=yes", "never"),
])
def test_when_the_default_is_loaded(openrc: bool, configuration: str, when: str, machine: Machine,
                                    root: Caller) -> None:
    if openrc:
        run_openrc(machine)
    machine.configure(configuration)
    assert root.get("LoadDefault") == when


def test_gentoos_variable_says_when(machine: Machine, root: Caller) -> None:
    run_openrc(machine)
    machine.write("etc/conf.d/kexec", 'LOAD_DURING_SHUTDOWN="no"\n')
    assert root.get("LoadDefault") == "at-start"
    machine.write("etc/conf.d/kexecd", 'LOAD_DURING_SHUTDOWN="yes"\n')
    assert root.get("LoadDefault") == "during-shutdown"


def test_caller_who_is_ended_while_it_loads(machine: Machine, root: Caller, bus: Bus) -> None:
    """A script whose patience is over while the kernel loads: the load goes on to its end."""
    machine.kernel.hold("before-load")
    connection = begin_late(bus)
    machine.kernel.wait_held("before-load")
    connection.close_sync()
    machine.kernel.release("before-load")
    wait_for(lambda: root.get("State") == "staged", "the load, which had begun")
    wait_for((machine.state / "pending").exists, "the note for the next boot")
