# SPDX-License-Identifier: LGPL-2.1-or-later
"""The next boot compares what came up with what was meant, and LastExecution tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from .caller import Caller
from .login import Login
from .machine import CMDLINE, FIRMWARE, KEXEC, NEW, OLD, Machine
from .users import ALICE


@pytest.fixture
def gone_down(machine: Machine, alice: Caller) -> Machine:
    """alice has staged and executed, and the machine is down."""
    alice.call("Stage", "", {})
    alice.call("Execute", {})
    return machine


def last(machine: Machine, caller: Caller) -> dict[str, Any]:
    machine.start()
    result: dict[str, Any] = caller.get("LastExecution")
    return result


def test_nothing_was_ever_executed(machine: Machine, alice: Caller) -> None:
    assert alice.get("LastExecution") == {}


def test_arrived(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=NEW, how=KEXEC)
    result = last(gone_down, alice)
    assert result["result"] == "arrived"
    assert (result["id"], result["expected-release"], result["release"]) == (NEW, NEW, NEW)
    assert (result["uid"], result["title"]) == (ALICE.uid, f"Test GNU/Linux, kernel {NEW}")
    assert result["when"] > 0
    assert set(result) == {"result", "text", "when", "uid", "id", "title", "expected-release",
                           "release"}
    assert gone_down.wait_event("ARRIVED")
    assert alice.get("State") == "idle"


@pytest.mark.parametrize("release", [NEW, OLD])
def test_came_up_cold(release: str, gone_down: Machine, alice: Caller) -> None:
    """Even the right kernel did not arrive if it came through firmware."""
    gone_down.come_up(release=release, how=FIRMWARE)
    result = last(gone_down, alice)
    assert (result["result"], result["release"]) == ("cold", release)
    assert "firmware" in result["text"] and "journalctl -b -1" in result["text"]
    assert gone_down.wait_event("COLD")


def test_boot_that_is_not_the_next_one(gone_down: Machine, alice: Caller) -> None:
    """Where nothing starts kexecd at each boot, it may see a later one first."""
    gone_down.come_up(release=NEW, how=FIRMWARE)
    gone_down.path("run/systemd/system").rmdir()
    gone_down.write("proc/stat", f"cpu 0 0\nbtime {int(time.time()) + 86400}\nprocesses 1\n")
    result = last(gone_down, alice)
    assert result["result"] == "other"
    assert "is not known" in result["text"] and NEW in result["text"]


def test_machine_that_stood_still(gone_down: Machine, alice: Caller) -> None:
    """systemd has kexecd look at each boot, also at one long after the reboot."""
    gone_down.come_up(release=NEW, how=FIRMWARE)
    gone_down.write("proc/stat", f"cpu 0 0\nbtime {int(time.time()) + 86400}\nprocesses 1\n")
    assert last(gone_down, alice)["result"] == "cold"


def test_only_systemd_has_a_journal(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=NEW, how=FIRMWARE)
    gone_down.path("run/systemd/system").rmdir()
    text = last(gone_down, alice)["text"]
    assert "journalctl" not in text and "the system log" in text


def test_another_kernel_came_up(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=OLD, how=KEXEC)
    result = last(gone_down, alice)
    assert (result["result"], result["release"]) == ("other", OLD)
    assert gone_down.wait_event("OTHER")


def test_another_command_line_came_up(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=NEW, how=KEXEC, cmdline="root=/dev/vda1 quiet")
    assert last(gone_down, alice)["result"] == "other"


def test_command_line_with_additions_arrives(gone_down: Machine, alice: Caller) -> None:
    """Kernels may have a command line built in, before or after ours."""
    gone_down.come_up(release=NEW, how=KEXEC, cmdline=f"panic=10 {CMDLINE} console=ttyS0")
    assert last(gone_down, alice)["result"] == "arrived"


def test_machine_that_does_not_tell_how_it_came_up(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=NEW, how=KEXEC)
    gone_down.path("proc/sys/kernel/bootloader_type").unlink()
    assert last(gone_down, alice)["result"] == "arrived"


def test_unit_at_boot_does_the_same(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=NEW, how=KEXEC)
    gone_down.record_arrival()
    assert not (gone_down.state / "pending").exists()
    assert last(gone_down, alice)["result"] == "arrived"
    assert len(gone_down.events("ARRIVED")) == 1


def test_unit_at_boot_without_anything_pending(off: Machine, alice: Caller) -> None:
    off.record_arrival()
    assert last(off, alice) == {}


def test_result_stays_over_restarts_and_boots(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=NEW, how=KEXEC)
    result = last(gone_down, alice)
    gone_down.restart()
    assert alice.get("LastExecution") == result
    gone_down.come_up(release=NEW, how=FIRMWARE)
    assert last(gone_down, alice) == result


def test_daemon_that_restarts_before_the_end_records_nothing(gone_down: Machine,
                                                             alice: Caller) -> None:
    gone_down.restart()
    assert alice.get("LastExecution") == {}
    assert (gone_down.state / "pending").exists()


def test_next_failure_takes_the_place_of_the_result(gone_down: Machine, alice: Caller,
                                                    login: Login) -> None:
    gone_down.come_up(release=NEW, how=KEXEC)
    assert last(gone_down, alice)["result"] == "arrived"
    alice.call("Stage", "", {})
    login.refuse = lambda method, arguments: (
        ("org.freedesktop.DBus.Error.Failed", "No") if method == "RebootWithFlags" else None)
    alice.error("Execute", {})
    assert alice.get("LastExecution")["result"] == "failed"


def test_result_holds_no_command_line(gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=OLD, how=KEXEC, cmdline="other")
    last(gone_down, alice)
    assert CMDLINE not in (gone_down.state / "last-execution").read_text()
    assert CMDLINE not in str(alice.get("LastExecution"))


SPOIL: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda text: b"",
    "half": lambda text: text[:len(text) // 2],
    "binary": lambda text: b"\xff\0" * 50,
    "without a title": lambda text: text.replace(b"Title=", b"Titel="),
}


@pytest.mark.parametrize("how", SPOIL)
def test_spoilt_pending_record_does_no_harm(how: str, gone_down: Machine, alice: Caller) -> None:
    gone_down.come_up(release=NEW, how=KEXEC)
    path = gone_down.state / "pending"
    path.write_bytes(SPOIL[how](path.read_bytes()))
    last(gone_down, alice)
    alice.call("Stage", "", {})
    alice.call("Execute", {})


def test_spoilt_result_is_none(off: Machine, alice: Caller) -> None:
    off.state.mkdir()
    (off.state / "last-execution").write_bytes(b"\xff\0")
    assert last(off, alice) == {}
