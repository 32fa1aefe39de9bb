# SPDX-License-Identifier: LGPL-2.1-or-later
"""The slot in others' hands, and records that do not fit what is there."""

from __future__ import annotations

import os
from typing import Any

import pytest

from . import contract
from .caller import Caller, options
from .machine import NEW, Machine, make_kernel
from .test_schedule import IN_AN_HOUR
from .wait import wait_for

FOREIGN = contract.ERROR + "ForeignImage"


# Foreign images

@pytest.fixture
def foreign(machine: Machine) -> Machine:
    machine.kernel.set_loaded(True)
    return machine


def test_foreign_image_is_told(foreign: Machine, alice: Caller) -> None:
    assert alice.get("State") == "foreign"
    assert alice.get("Staged") == {}
    assert foreign.wait_event("FOREIGN")


def test_foreign_image_is_told_once(foreign: Machine, alice: Caller) -> None:
    for _ in range(3):
        alice.get("State")
    assert len(foreign.events("FOREIGN")) == 1


def test_next_foreign_image_is_told_again(foreign: Machine, root: Caller) -> None:
    assert root.get("State") == "foreign"
    root.call("Unstage", {})
    foreign.kernel.set_loaded(True)
    assert root.get("State") == "foreign"
    wait_for(lambda: len(foreign.events("FOREIGN")) == 2, "the second to be told")


def test_foreign_image_is_neither_replaced_nor_executed(foreign: Machine, root: Caller) -> None:
    assert root.error("Stage", "", {}).name == FOREIGN
    assert root.error("Execute", {}).name == FOREIGN
    assert root.error("GetStaged", {}).name == FOREIGN
    assert root.error("Unstage", options(stage_id="x")).name == FOREIGN
    assert root.call("CanStage", "")[0] == "na"
    with pytest.raises(Exception, match="ForeignImage"):
        root.stage_files(foreign.write("kernel", make_kernel(NEW)))
    assert foreign.kernel.loads == 0


def test_foreign_image_is_let_go_with_the_right_to_custom(foreign: Machine, alice: Caller,
                                                          root: Caller) -> None:
    assert alice.error("Unstage", {}).name == contract.CHALLENGE
    root.call("Unstage", {})
    assert not foreign.kernel.is_loaded
    alice.call("Stage", "", {})


def test_foreign_image_that_is_there_at_the_start(off: Machine, root: Caller) -> None:
    off.kernel.set_loaded(True)
    off.start()
    assert root.get("State") == "foreign"


def test_foreign_image_does_not_keep_from_checking(foreign: Machine, alice: Caller) -> None:
    assert alice.call("Check", "", {})[0]


def test_image_that_another_program_loads_while_ours_is_copied(machine: Machine,
                                                               root: Caller) -> None:
    """It is looked at once more right before the load."""
    machine.kernel.hold("before-load")
    call = root.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    machine.kernel.release("before-load")
    call.result()
    root.call("Unstage", {})
    machine.kernel.set_loaded(True)
    assert root.error("Stage", "", {}).name == FOREIGN


# Emptied behind our back

def test_image_that_another_program_unloaded(machine: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    machine.kernel.set_loaded(False)
    assert alice.get("State") == "idle"
    assert alice.get("Staged") == {}
    assert machine.record() == {}
    assert machine.wait_event("LOST")["KEXEC_ENTRY"] == NEW
    assert alice.error("Execute", {}).name == contract.ERROR + "NotStaged"


def test_image_that_was_unloaded_while_the_daemon_was_not_there(machine: Machine,
                                                                alice: Caller) -> None:
    alice.call("Stage", "", {})
    machine.stop()
    machine.kernel.set_loaded(False)
    machine.start()
    assert alice.get("State") == "idle"
    assert machine.record() == {}


def test_lost_image_takes_its_schedule_along(machine: Machine, alice: Caller, bob: Caller) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", options(when=IN_AN_HOUR))
    machine.kernel.set_loaded(False)
    assert alice.get("State") == "idle"
    assert alice.get("Scheduled") == {}
    assert alice.get("LastExecution")["result"] == "failed"
    bob.call("Stage", "", {})


def test_newer_name_of_the_slot_is_read_first(machine: Machine, alice: Caller) -> None:
    machine.write("sys/kernel/kexec/loaded", "1\n")
    assert alice.get("State") == "foreign"


def test_kernel_that_does_not_tell(machine: Machine, root: Caller) -> None:
    """Without /sys nobody knows whether the slot is full: nothing is executed on a guess."""
    machine.path("sys/kernel/kexec_loaded").unlink()
    assert root.get("State") == "idle"
    assert root.error("Execute", {}).name == contract.ERROR + "NotStaged"
    assert root.error("Execute", options(allow_cold_reboot=True)).name.startswith(contract.ERROR)


# Records

@pytest.fixture
def staged(machine: Machine, alice: Caller) -> Machine:
    alice.call("Stage", "", {})
    machine.stop()
    return machine


def test_record_of_another_boot_is_ignored(staged: Machine, alice: Caller) -> None:
    staged.write("proc/sys/kernel/random/boot_id", "another-boot\n")
    staged.start()
    assert alice.get("State") == "foreign"


SPOILT: dict[str, bytes] = {
    "empty": b"",
    "binary": b"\xff\xfe\0\1" * 100,
    "no key file": b"hello\n",
    "other group": b"[Other]\nStageId=x\n",
    "too large": b"[Staged]\n" + b"A=" + b"x" * 300000 + b"\n",
    "newline in a value": b"[Staged]\nTitle=a\\nb\n",
}


@pytest.mark.parametrize("kind", SPOILT)
def test_spoilt_record_makes_the_image_foreign(kind: str, staged: Machine, root: Caller) -> None:
    staged.spoil("staged", SPOILT[kind])
    staged.start()
    assert root.get("State") == "foreign"
    root.call("Unstage", {})
    root.call("Stage", "", {})


@pytest.mark.parametrize("key, value", [
    ("Action", "org.kexec.manager.nonsense"), ("Action", ""), ("BootId", "x")])
def test_record_with_a_wrong_value_is_ignored(key: str, value: str, staged: Machine,
                                              root: Caller) -> None:
    change(staged, key, value)
    staged.start()
    assert root.get("State") == "foreign"


@pytest.mark.parametrize("key", ["StageId", "Title", "Cmdline", "Action", "BootId", "Uid"])
def test_record_that_lacks_a_value_is_ignored(key: str, staged: Machine, alice: Caller) -> None:
    """Above all one without its owner, who must not turn into root."""
    change(staged, key, None)
    staged.start()
    assert alice.get("State") == "foreign"
    assert alice.error("Execute", {}).name == FOREIGN


def test_record_with_spoilt_findings_still_serves(staged: Machine, alice: Caller) -> None:
    change(staged, "Findings", "[{'severity': <")
    staged.start()
    assert alice.call("GetStaged", {})["findings"] == []


@pytest.mark.parametrize("kind", ["directory", "symlink", "fifo"])
def test_record_that_is_no_file(kind: str, off: Machine, root: Caller) -> None:
    off.runtime.mkdir(mode=0o700)
    path = off.runtime / "staged"
    if kind == "directory":
        path.mkdir()
    elif kind == "symlink":
        path.symlink_to("/etc/passwd")
    else:
        os.mkfifo(path)
    off.start()
    assert root.get("State") == "idle"


def test_record_without_an_image_is_removed(staged: Machine, alice: Caller) -> None:
    staged.kernel.set_loaded(False)
    staged.start()
    assert alice.get("State") == "idle"
    assert staged.record() == {}


def test_record_that_cannot_be_written(machine: Machine, root: Caller) -> None:
    """Without a record the image would be nobody's, so none is loaded."""
    (machine.runtime / "staged").mkdir()
    assert root.error("Stage", "", {}).name == contract.ERROR + "IOError"
    assert not machine.kernel.is_loaded
    assert root.get("State") == "idle"


def test_record_that_cannot_be_finished(machine: Machine, root: Caller) -> None:
    """It fails after the load: the slot is emptied again."""
    machine.kernel.hold("after-load")
    call = root.begin("Stage", "", {})
    machine.kernel.wait_held("after-load")
    (machine.runtime / "staged").unlink()
    (machine.runtime / "staged").mkdir()
    machine.kernel.release("after-load")
    assert call.error().name == contract.ERROR + "IOError"
    assert not machine.kernel.is_loaded
    assert root.get("State") == "idle"


def change(machine: Machine, key: str, value: Any) -> None:
    """Changes one value of the record; None takes it out."""
    path = machine.runtime / "staged"
    lines = [line for line in path.read_text().splitlines() if not line.startswith(f"{key}=")]
    if value is not None:
        lines.insert(lines.index("[Staged]") + 1, f"{key}={value}")
    path.write_text("\n".join(lines) + "\n")
