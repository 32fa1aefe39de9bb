# SPDX-License-Identifier: LGPL-2.1-or-later
"""Properties and signals: what changes is told to everyone, and only what is for everyone."""

from __future__ import annotations

from typing import Any

from .bus import Monitor
from .caller import Caller, options
from .machine import CMDLINE, NEW, OLD, Machine, make_kernel
from .test_schedule import IN_AN_HOUR
from .wait import wait_for

SECRET = "secret=4711"


def changes(monitor: Monitor) -> list[dict[str, Any]]:
    """The properties of each PropertiesChanged that was sent."""
    return [message.body[1] for message in monitor.messages()
            if message.member == "PropertiesChanged"]


def test_values_of_a_daemon_with_nothing_to_do(machine: Machine, mallory: Caller) -> None:
    properties = mallory.properties()
    assert properties["State"] == "idle"
    assert properties["Staged"] == properties["Scheduled"] == properties["LastExecution"] == {}
    assert properties["RebootBackend"] == "logind"
    assert properties["Obstacles"] == []
    assert "polkit" in properties["Features"]
    assert properties["Version"].count(".") >= 1


def test_staged_tells_everyone_what_but_not_how(machine: Machine, root: Caller,
                                                mallory: Caller) -> None:
    root.call("Stage", OLD, options(append=SECRET))
    staged = mallory.get("Staged")
    assert set(staged) == {"stage-id", "id", "title", "release", "source", "staged-at", "staged-by",
                           "action", "expires", "stale"}
    assert SECRET not in str(mallory.properties())
    assert "/boot" not in str(mallory.properties())


def test_changes_are_sent(machine: Machine, alice: Caller, monitor: Monitor) -> None:
    monitor.messages()
    alice.call("Stage", "", {})
    wait_for(lambda: "staged" in [change.get("State") for change in changes(monitor)],
             "the state to be told")
    alice.call("Execute", options(when=IN_AN_HOUR))
    wait_for(lambda: any(change.get("Scheduled") for change in changes(monitor)),
             "the schedule to be told")
    alice.call("Unstage", {})
    wait_for(lambda: {} in [change.get("Staged") for change in changes(monitor)],
             "the end to be told")


def test_staging_is_told_while_it_lasts(machine: Machine, alice: Caller, monitor: Monitor) -> None:
    monitor.messages()
    machine.kernel.hold("before-load")
    call = alice.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    wait_for(lambda: "staging" in [change.get("State") for change in changes(monitor)],
             "the state to be told")
    machine.kernel.release("before-load")
    call.result()


def test_changes_hold_no_command_line_and_no_path(machine: Machine, root: Caller,
                                                  monitor: Monitor) -> None:
    monitor.messages()
    root.call("Stage", OLD, options(append=SECRET))
    root.stage_files(machine.write("kernel", make_kernel(NEW)), cmdline=SECRET)
    root.call("Execute", options(when=IN_AN_HOUR, message=SECRET))
    root.call("Unstage", {})
    root.call("Stage", "", {})
    root.call("Execute", {})
    told = [message for message in monitor.messages()
            if message.kind.value_nick == "signal" and message.destination is None]
    assert [message for message in told if message.member == "PropertiesChanged"]
    for message in told:
        for word in (SECRET, CMDLINE, "/boot", str(machine.root)):
            assert word not in str(message.body)


def test_reading_changes_nothing(machine: Machine, alice: Caller, monitor: Monitor) -> None:
    """Who reads whenever something changes must not be told of a change because of it."""
    alice.call("Stage", "", {})
    alice.properties()
    wait_for(lambda: not changes(monitor), "the changes to be told")
    for _ in range(5):
        alice.properties()
    machine.wait_later(0.2)
    assert changes(monitor) == []


def test_constants_are_never_told_as_changed(machine: Machine, alice: Caller,
                                             monitor: Monitor) -> None:
    monitor.messages()
    machine.restart()
    alice.call("Stage", "", {})
    machine.wait_later(0.1)
    assert not [change for change in changes(monitor)
                if {"Version", "Features", "Obstacles"} & set(change)]


def test_obstacles_are_read_afresh(machine: Machine, alice: Caller) -> None:
    machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    assert alice.properties()["Obstacles"]
    machine.write("proc/sys/kernel/kexec_load_disabled", "0\n")
    assert alice.properties()["Obstacles"] == []
