# SPDX-License-Identifier: LGPL-2.1-or-later
"""The dispatch matrix: which polkit actions each request asks for, in order, and what follows.

Each row is run by a caller who may do exactly what is asked, then by callers who lack one of the
actions; and all of that both with and without the right to inspect, which changes what is asked
before anything is looked up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from . import contract
from .bus import Monitor
from .caller import BusError, Caller, Callers, options
from .login import Inhibitor, Login, Session
from .machine import NEW, OLD, Machine, make_initrd, make_kernel
from .users import ROOT, who_may, who_may_else_asked


@dataclass
class World:
    machine: Machine
    login: Login
    root: Caller


Setup = Callable[[World], Any]


def nothing(world: World) -> None:
    pass


def root_staged_default(world: World) -> None:
    world.root.call("Stage", "", {})


def root_staged_entry(world: World) -> None:
    world.root.call("Stage", OLD, {})


def root_staged_custom(world: World) -> None:
    world.root.call("Stage", "", options(append="init=/bin/sh"))


def foreign(world: World) -> None:
    world.machine.kernel.set_loaded(True)


def default_is_a_guess(world: World) -> None:
    world.machine.configure("")


def untrusted(world: World) -> None:
    world.machine.refuse_mounts("It is on a stick; keep kernels on a built-in disk")


def borrowed_single(world: World) -> None:
    world.machine.path("etc/kernel/cmdline").unlink()
    world.machine.write("proc/cmdline", "root=/dev/vda1 single\n")


def others_logged_in(world: World) -> None:
    root_staged_default(world)
    world.login.sessions = [Session(4000, "dave", "seat0")]


def inhibited(world: World) -> None:
    root_staged_default(world)
    world.login.inhibitors = [Inhibitor(0, "apt", "upgrading")]


def inhibited_and_others_logged_in(world: World) -> None:
    inhibited(world)
    others_logged_in(world)


@dataclass
class Row:
    name: str
    method: str
    values: tuple[Any, ...]
    setup: Setup
    knowing: list[str]  # what a caller who may inspect is asked for
    blind: list[str]  # what anybody else is asked for
    files: bool = False
    probe: bool = field(init=False)

    def __post_init__(self) -> None:
        self.probe = self.method.startswith("Can")


def row(name: str, method: str, values: tuple[Any, ...], setup: Setup, knowing: list[str],
        blind: list[str] | None = None, files: bool = False) -> Row:
    return Row(name, method, values, setup, knowing, knowing if blind is None else blind, files)


DEFAULT, ENTRY, CUSTOM = "stage-default", "stage-entry", "stage-custom"
IN_A_DAY = int(time.time() + 24 * 3600) * 10**6

INSPECTING = [
    row("list", "ListEntries", ({},), nothing, [], ["inspect"]),
    row("check", "Check", ("", {}), nothing, [], ["inspect"]),
    row("check unknown", "Check", ("nope", {}), nothing, [], ["inspect"]),
    row("get staged", "GetStaged", ({},), root_staged_default, [], ["inspect"]),
]

STAGING = [
    row("default", "Stage", ("", {}), nothing, [DEFAULT]),
    row("default by its id", "Stage", (NEW, {}), nothing, [DEFAULT], [ENTRY]),
    row("other entry", "Stage", (OLD, {}), nothing, [ENTRY]),
    row("guessed default", "Stage", ("", {}), default_is_a_guess, [ENTRY], [DEFAULT, ENTRY]),
    row("untrusted default", "Stage", ("", {}), untrusted, [CUSTOM], [DEFAULT, CUSTOM]),
    row("untrusted entry", "Stage", (OLD, {}), untrusted, [CUSTOM], [ENTRY, CUSTOM]),
    row("borrowed shell", "Stage", ("", {}), borrowed_single, [CUSTOM], [DEFAULT, CUSTOM]),
    row("append", "Stage", ("", options(append="quiet")), nothing, [CUSTOM]),
    row("append nothing", "Stage", ("", options(append="")), nothing, [DEFAULT]),
    row("cmdline", "Stage", ("", options(cmdline="root=/dev/vda1")), nothing, [CUSTOM]),
    row("empty cmdline", "Stage", (OLD, options(cmdline="")), nothing, [CUSTOM]),
    row("over root's default", "Stage", ("", {}), root_staged_default, [DEFAULT]),
    row("over root's entry", "Stage", ("", {}), root_staged_entry, [ENTRY]),
    row("over root's custom", "Stage", ("", {}), root_staged_custom, [CUSTOM]),
    row("files", "StageFiles", (0, [1], "root=/dev/vda1", {}), nothing, [CUSTOM], files=True),
    row("files over root's", "StageFiles", (0, [], "root=/dev/vda1", {}), root_staged_default,
        [CUSTOM], files=True),
    row("unstage root's default", "Unstage", ({},), root_staged_default, [DEFAULT, "unstage"]),
    row("unstage root's entry", "Unstage", ({},), root_staged_entry, [ENTRY, "unstage"]),
    row("unstage root's custom", "Unstage", ({},), root_staged_custom, [CUSTOM, "unstage"]),
    row("unstage foreign", "Unstage", ({},), foreign, [CUSTOM, "unstage"]),
    row("can stage default", "CanStage", ("",), nothing, [DEFAULT]),
    row("can stage entry", "CanStage", (OLD,), nothing, [ENTRY]),
    row("can stage untrusted", "CanStage", ("",), untrusted, [CUSTOM], [DEFAULT, CUSTOM]),
]

EXECUTING = [
    row("execute", "Execute", ({},), root_staged_default, [DEFAULT, "execute"]),
    row("execute root's custom", "Execute", ({},), root_staged_custom, [CUSTOM, "execute"]),
    row("cold", "Execute", (options(allow_cold_reboot=True),), nothing, ["execute"]),
    row("with a message", "Execute", (options(message="Back soon"),), root_staged_default,
        [DEFAULT, "execute"]),
    row("at a time", "Execute", (options(when=IN_A_DAY),), root_staged_default,
        [DEFAULT, "execute"]),
    row("immediately", "Execute", (options(immediate=True),), root_staged_default,
        [DEFAULT, "execute-immediate"]),
    row("others logged in", "Execute", ({},), others_logged_in,
        [DEFAULT, "execute-multiple-sessions"],
        [DEFAULT, "execute", "execute-multiple-sessions"]),
    row("ignoring inhibitors", "Execute", (options(ignore_inhibitors=True),), inhibited,
        [DEFAULT, "execute-ignore-inhibit"],
        [DEFAULT, "execute", "execute-ignore-inhibit"]),
    row("ignoring no inhibitor", "Execute", (options(ignore_inhibitors=True),),
        root_staged_default, [DEFAULT, "execute"]),
    row("both", "Execute", (options(ignore_inhibitors=True),), inhibited_and_others_logged_in,
        [DEFAULT, "execute-ignore-inhibit", "execute-multiple-sessions"],
        [DEFAULT, "execute", "execute-ignore-inhibit", "execute-multiple-sessions"]),
    row("can execute", "CanExecute", ({},), root_staged_default, [DEFAULT, "execute"]),
    row("can execute immediately", "CanExecute", (options(immediate=True),), root_staged_default,
        [DEFAULT, "execute-immediate"]),
    row("can execute with others", "CanExecute", ({},), others_logged_in,
        [DEFAULT, "execute-multiple-sessions"],
        [DEFAULT, "execute", "execute-multiple-sessions"]),
]

ROWS = INSPECTING + STAGING + EXECUTING
# Methods whose request is resolved: whether the caller may inspect is found out first.
RESOLVING = ("Check", "Stage", "Execute", "CanStage", "CanExecute")


@pytest.fixture
def world(machine: Machine, login: Login, root: Caller) -> World:
    machine.kernel.fail("execute", 5)  # an immediate execution comes back, so that it can be seen
    return World(machine, login, root)


def begin(row: Row, caller: Caller, world: World, interactive: bool = False) -> Any:
    """Begins what the row says."""
    if not row.files:
        return caller.begin(row.method, *row.values, interactive=interactive)
    kernel = world.machine.write("kernel", make_kernel(NEW))
    initrd = world.machine.write("initrd", make_initrd("one"))
    with open(kernel, "rb") as first, open(initrd, "rb") as second:
        return caller.begin(row.method, *row.values, fds=[first.fileno(), second.fileno()],
                            interactive=interactive)


def asked_for(monitor: Monitor) -> list[str]:
    """The actions that polkit was asked for, in order."""
    return [message.body[1].removeprefix(contract.ACTION) for message in monitor.messages()
            if message.member == "CheckAuthorization"]


def expected_questions(row: Row, inspects: bool, actions: list[str]) -> list[str]:
    """With the question whether the caller may inspect, which comes first for some methods."""
    first = ["inspect"] if row.method in RESOLVING or (inspects and not row.knowing) else []
    return first + actions


def cases(refused: bool) -> list[Any]:
    found = []
    for row in ROWS:
        for inspects, actions in ((True, row.knowing), (False, row.blind)):
            if not inspects and row in INSPECTING and not refused:
                continue  # without that right there is nothing to succeed with
            for index in range(len(actions)) if refused else [len(actions)]:
                kind = "knowing" if inspects else "blind"
                lacking = f" without {actions[index]}" if refused else ""
                found.append(pytest.param(row, inspects, actions, index,
                                          id=f"{row.name}, {kind}{lacking}"))
    return found


@pytest.mark.parametrize("row, inspects, actions, index", cases(refused=False))
def test_enough(row: Row, inspects: bool, actions: list[str], index: int, world: World,
                callers: Callers, monitor: Monitor) -> None:
    row.setup(world)
    caller = callers.of(who_may(*actions, *(["inspect"] if inspects else [])))
    monitor.messages()
    call = begin(row, caller, world)
    if row.name == "immediately":
        assert call.error().name == contract.ERROR + "Failed"
    elif row.name == "check unknown":
        assert call.error().name == contract.ERROR + "NoSuchEntry"
    elif row.probe:
        assert call.result() == ("yes", "")
    else:
        call.result()
    assert asked_for(monitor) == expected_questions(row, inspects, actions)


@pytest.mark.parametrize("row, inspects, actions, index", cases(refused=True))
def test_lacking(row: Row, inspects: bool, actions: list[str], index: int, world: World,
                 callers: Callers, monitor: Monitor) -> None:
    row.setup(world)
    before = world.root.properties()
    has = [*actions[:index], *(["inspect"] if inspects else [])]
    caller = callers.of(who_may(*has))
    monitor.messages()
    call = begin(row, caller, world)
    if row.probe:
        answer, reason = call.result()
        assert answer == "no"
    else:
        with pytest.raises(BusError) as caught:
            call.result()
        assert caught.value.name == contract.DENIED
        reason = caught.value.message
    assert contract.ACTION + actions[index] in reason
    expected = expected_questions(row, inspects, actions[:index + 1])
    # Who lacks inspect is asked for it once more where that is what the method needs.
    assert asked_for(monitor) == expected
    assert world.root.properties() == before


@pytest.mark.parametrize("row", [row for row in ROWS if row.knowing or row in INSPECTING],
                         ids=lambda row: row.name)
def test_challenge(row: Row, world: World, callers: Callers) -> None:
    """Who may after authentication, but does not allow to be asked, is told so."""
    row.setup(world)
    inspects = ["inspect"] if row.knowing else []
    call = begin(row, callers.of(who_may_else_asked(*inspects)), world)
    if row.probe:
        assert call.result()[0] == "challenge"
    else:
        assert call.error().name == contract.CHALLENGE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_root_needs_no_polkit(row: Row, world: World, monitor: Monitor, callers: Callers) -> None:
    row.setup(world)
    monitor.messages()
    call = begin(row, callers.of(ROOT), world)
    try:
        call.result()
    except BusError as error:
        assert row.name in ("immediately", "check unknown"), error
    assert asked_for(monitor) == []


def test_every_method_has_rows() -> None:
    assert {row.method for row in ROWS} | {"Cancel"} == set(contract.method_names())


# Cancel needs a schedule, which its owner alone can set: its rows are by themselves.

@pytest.fixture
def scheduled(world: World) -> None:
    root_staged_default(world)
    world.root.call("Execute", options(when=IN_A_DAY))


def test_cancel_asks_for_execute(scheduled: None, callers: Callers, monitor: Monitor) -> None:
    monitor.messages()
    callers.of(who_may("execute")).call("Cancel", {})
    assert asked_for(monitor) == ["execute"]


def test_cancel_without_execute(scheduled: None, callers: Callers, root: Caller) -> None:
    error = callers.of(who_may("inspect", "unstage")).error("Cancel", {})
    assert error.name == contract.DENIED
    assert root.get("State") == "scheduled"
