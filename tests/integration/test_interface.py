# SPDX-License-Identifier: LGPL-2.1-or-later
"""The declared interface, member by member: each is served and has a row, nothing else is open."""

from __future__ import annotations

from typing import Any

import pytest
from gi.repository import Gio, GLib

from . import contract
from .caller import BusError, Caller
from .machine import Machine
from .wait import LIMIT

# Who may read each property. A new one has to be put here with some thought.
READERS = {
    "Version": "everyone",
    "Features": "everyone",
    "State": "everyone",
    "Staged": "everyone",
    "Scheduled": "everyone",
    "RebootBackend": "everyone",
    "Obstacles": "everyone",
    "LoadDefault": "everyone",
    "LastExecution": "everyone",
}


def test_every_method_has_a_row_in_the_dispatch_table() -> None:
    assert sorted(contract.dispatch_names()) == sorted(contract.method_names())


def test_every_property_has_a_listed_reader() -> None:
    assert sorted(READERS) == sorted(contract.property_names())


def test_the_bus_tells_the_declared_interface(machine: Machine, mallory: Caller) -> None:
    text = mallory.begin_raw("Introspect", GLib.Variant("()", ()),
                             interface="org.freedesktop.DBus.Introspectable").result()
    told = Gio.DBusNodeInfo.new_for_xml(text).lookup_interface(contract.NAME)
    for kind in ("methods", "signals", "properties"):
        assert ([member.name for member in getattr(told, kind)]
                == [member.name for member in getattr(contract.INTERFACE, kind)])


@pytest.mark.parametrize("name", contract.method_names())
def test_method_is_served(name: str, machine: Machine, root: Caller) -> None:
    """Each is answered, be it with an error of ours; none is unknown or forgotten."""
    values: dict[str, Any] = {"s": "", "h": 0, "a{sv}": {}, "ah": []}
    arguments = [values[arg.signature] for arg in contract.INTERFACE.lookup_method(name).in_args]
    try:
        root.call(name, *arguments)
    except BusError as error:
        assert error.name.startswith(contract.ERROR)


@pytest.mark.parametrize("name", READERS)
def test_property_is_read_by_everyone(name: str, machine: Machine, mallory: Caller) -> None:
    types = {"s": str, "as": list, "aa{sv}": list, "a{sv}": dict}
    value = mallory.get(name)
    assert isinstance(value, types[contract.INTERFACE.lookup_property(name).signature])
    assert mallory.properties()[name] == value


@pytest.mark.parametrize("name", contract.property_names())
def test_property_cannot_be_written(name: str, machine: Machine, mallory: Caller) -> None:
    error = mallory.begin_raw("Set", GLib.Variant("(ssv)", (contract.NAME, name,
                                                            GLib.Variant("s", "x"))),
                              interface="org.freedesktop.DBus.Properties").error()
    assert error.name == contract.DENIED


def test_root_cannot_write_a_property_either(machine: Machine, root: Caller) -> None:
    error = root.begin_raw("Set", GLib.Variant("(ssv)", (contract.NAME, "State",
                                                         GLib.Variant("s", "idle"))),
                           interface="org.freedesktop.DBus.Properties").error()
    assert error.name.startswith("org.freedesktop.DBus.Error.")


def test_only_root_may_own_the_name(machine: Machine, alice: Caller) -> None:
    call = alice.begin_to("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "RequestName", GLib.Variant("(su)", (contract.NAME, 0)))
    assert call.error().name == contract.DENIED


def test_nothing_is_served_at_another_path(machine: Machine, alice: Caller) -> None:
    call = alice.begin_to(contract.NAME, "/org/kexec/Other", contract.NAME, "ListEntries",
                          GLib.Variant("(a{sv})", ({},)))
    assert call.error().name == "org.freedesktop.DBus.Error.UnknownMethod"


def test_second_daemon_takes_over_where_it_is_to_stay(machine: Machine, root: Caller) -> None:
    """A service manager starts its daemon, while one that D-Bus started is there already."""
    root.call("Stage", "", {})
    stage_id = root.get("Staged")["stage-id"]
    second = machine.spawn("--stay")
    machine.wait_later(0.5)
    assert second.poll() is None
    machine.give_way()
    machine.process = second
    assert root.get("Staged")["stage-id"] == stage_id
    root.call("Unstage", {})


def test_second_daemon_that_is_ended_leaves_the_first_alone(machine: Machine, root: Caller) -> None:
    second = machine.spawn("--stay")
    machine.wait_later(0.2)
    second.terminate()
    second.wait(LIMIT)
    assert root.get("State") == "idle"


def test_second_daemon_leaves_the_first_alone(machine: Machine, root: Caller) -> None:
    root.call("Stage", "", {})
    second = machine.spawn()
    assert second.wait() == 1
    assert "already running" in machine.report()
    assert root.get("State") == "staged"
