# SPDX-License-Identifier: LGPL-2.1-or-later
"""Arguments that are refused, before polkit is asked and with the machine unchanged."""

from __future__ import annotations

import time
from typing import Any

import pytest
from gi.repository import GLib

from . import contract
from .bus import Monitor
from .caller import Caller, options
from .machine import NEW, Machine, make_kernel

INVALID = contract.ERROR + "InvalidArgument"
WITH_OPTIONS = [name for name in contract.method_names() if name != "CanStage"]
TEXT = GLib.Variant("s", "x")


def body(method: str, method_options: Any, entry: str = "") -> tuple[Any, ...]:
    """A method's arguments with these options."""
    before = {"Check": (entry,), "Stage": (entry,), "StageFiles": (0, [], "root=/dev/vda1")}
    return (*before.get(method, ()), method_options)


@pytest.fixture
def kernel_fd(machine: Machine) -> Any:
    with open(machine.write("kernel", make_kernel(NEW)), "rb") as file:
        yield file.fileno()


@pytest.mark.parametrize("method", WITH_OPTIONS)
def test_unknown_option(method: str, machine: Machine, mallory: Caller, kernel_fd: int) -> None:
    """Even to a caller who may do nothing: it is the argument that is wrong."""
    error = mallory.error(method, *body(method, {"no-such": TEXT}), fds=[kernel_fd])
    assert error.name == INVALID
    assert "no-such" in error.message


OPTION_TYPES = [
    ("Check", "append", "s"), ("Check", "cmdline", "s"), ("Stage", "append", "s"),
    ("Stage", "cmdline", "s"), ("Stage", "stage-id", "s"), ("StageFiles", "stage-id", "s"),
    ("StageFiles", "title", "s"), ("Unstage", "stage-id", "s"), ("Execute", "stage-id", "s"),
    ("Execute", "when", "t"), ("Execute", "message", "s"), ("Execute", "ignore-inhibitors", "b"),
    ("Execute", "allow-cold-reboot", "b"), ("Execute", "immediate", "b"),
    ("CanExecute", "when", "t"), ("CanExecute", "immediate", "b"),
]
WRONG = [GLib.Variant("i", 1), GLib.Variant("as", ["x"]), GLib.Variant("v", TEXT)]


@pytest.mark.parametrize("method, key, right", OPTION_TYPES)
def test_option_of_a_wrong_type(method: str, key: str, right: str, machine: Machine,
                                mallory: Caller, kernel_fd: int) -> None:
    values = {"s": TEXT, "t": GLib.Variant("t", 0), "b": GLib.Variant("b", False)}
    wrong = [value for kind, value in values.items() if kind != right] + WRONG
    for value in wrong:
        error = mallory.error(method, *body(method, {key: value}), fds=[kernel_fd])
        assert error.name == INVALID
        assert f"'{key}'" in error.message


@pytest.mark.parametrize("method, key, right", [row for row in OPTION_TYPES if row[2] == "s"])
@pytest.mark.parametrize("text", ["a\nb", "a\tb", "\x1b[2J", "\x7f", "\u0085"])
def test_control_character_in_an_option(method: str, key: str, right: str, text: str,
                                        machine: Machine, mallory: Caller, kernel_fd: int) -> None:
    error = mallory.error(method, *body(method, {key: GLib.Variant("s", text)}), fds=[kernel_fd])
    assert error.name == INVALID
    assert "control character" in error.message


@pytest.mark.parametrize("method, key, length", [
    ("Stage", "append", 4096), ("Stage", "cmdline", 4096), ("Stage", "stage-id", 65),
    ("Check", "cmdline", 4096), ("StageFiles", "title", 256), ("Execute", "message", 256),
    ("Unstage", "stage-id", 65)])
def test_option_that_is_too_long(method: str, key: str, length: int, machine: Machine,
                                 mallory: Caller, kernel_fd: int) -> None:
    def error(size: int) -> str:
        value = {key: GLib.Variant("s", "x" * size)}
        return mallory.error(method, *body(method, value), fds=[kernel_fd]).name

    assert error(length) == INVALID
    assert error(length - 1) != INVALID


def test_one_key_twice(machine: Machine, mallory: Caller) -> None:
    text = GLib.Variant.parse(GLib.VariantType("(a{sv})"),
                              "({'stage-id': <'a'>, 'stage-id': <'b'>},)", None, None)
    error = mallory.begin_raw("Execute", text).error()
    assert error.name == INVALID
    assert "twice" in error.message


CONTRADICTIONS = [
    ("Stage", options(append="quiet", cmdline="root=/dev/vda1")),
    ("Check", options(append="quiet", cmdline="root=/dev/vda1")),
    ("Execute", options(immediate=True, when=1)),
    ("Execute", options(immediate=True, allow_cold_reboot=True)),
    ("CanExecute", options(immediate=True, when=1)),
]


@pytest.mark.parametrize("method, both", CONTRADICTIONS)
def test_options_that_contradict_each_other(method: str, both: dict[str, Any], machine: Machine,
                                            mallory: Caller) -> None:
    backwards = dict(reversed(both.items()))
    for given in (both, backwards):
        error = mallory.error(method, *body(method, given))
        assert error.name == INVALID
        assert "contradict" in error.message


def test_false_contradicts_nothing(machine: Machine, mallory: Caller) -> None:
    given = options(immediate=False, when=1, allow_cold_reboot=True)
    assert mallory.error("Execute", given).name == contract.DENIED


@pytest.mark.parametrize("method", ["Stage", "Check", "CanStage"])
@pytest.mark.parametrize("entry", ["a\nb", "\x01", "x" * 256])
def test_entry_that_is_no_name(method: str, entry: str, machine: Machine, mallory: Caller) -> None:
    values = (entry,) if method == "CanStage" else (entry, {})
    assert mallory.error(method, *values).name == INVALID


@pytest.mark.parametrize("cmdline", ["a\nb", "root=/dev/vda1 \x01x", "x" * 4096])
def test_cmdline_of_files(cmdline: str, machine: Machine, mallory: Caller, kernel_fd: int) -> None:
    assert mallory.error("StageFiles", 0, [], cmdline, {}, fds=[kernel_fd]).name == INVALID


def test_time_that_is_too_far_ahead(machine: Machine, mallory: Caller) -> None:
    in_two_years = int(time.time() + 2 * 366 * 24 * 3600) * 10**6
    for when in (in_two_years, 2**64 - 1):
        assert mallory.error("Execute", options(when=when)).name == INVALID


WRONG_SIGNATURES = {
    "Stage": GLib.Variant("(s)", ("",)),
    "StageFiles": GLib.Variant("(sasa{sv})", ("kernel", [], {})),
    "Execute": GLib.Variant("(a{ss})", ({},)),
    "ListEntries": GLib.Variant("()", ()),
    "CanStage": GLib.Variant("(u)", (0,)),
}


@pytest.mark.parametrize("method", WRONG_SIGNATURES)
def test_arguments_of_other_types(method: str, machine: Machine, mallory: Caller) -> None:
    error = mallory.begin_raw(method, WRONG_SIGNATURES[method]).error()
    assert error.name == "org.freedesktop.DBus.Error.InvalidArgs"


def test_unknown_method(machine: Machine, mallory: Caller) -> None:
    error = mallory.begin_raw("Explode", GLib.Variant("()", ())).error()
    assert error.name == "org.freedesktop.DBus.Error.UnknownMethod"


def test_nobody_is_asked_about_wrong_arguments(machine: Machine, alice: Caller,
                                               monitor: Monitor) -> None:
    monitor.messages()
    alice.error("Stage", "", {"no-such": TEXT}, interactive=True)
    alice.error("Execute", options(immediate=True, when=1), interactive=True)
    assert not [m for m in monitor.messages() if m.member == "CheckAuthorization"]


def test_a_probe_tells_wrong_arguments_as_an_error(machine: Machine, alice: Caller) -> None:
    assert alice.error("CanExecute", {"no-such": TEXT}).name == INVALID


def test_message_reaches_everyone_as_it_is(machine: Machine, root: Caller, login: Any) -> None:
    root.call("Stage", "", {})
    root.call("Execute", options(message="Bis gleich — 五分"))
    assert login.wall_messages == ["Bis gleich — 五分"]
