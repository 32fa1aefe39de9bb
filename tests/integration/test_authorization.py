# SPDX-License-Identifier: LGPL-2.1-or-later
"""polkit, the prompts, and what callers learn who may not know."""

from __future__ import annotations

import pytest

from . import contract
from .bus import Monitor, Polkit
from .caller import Caller, Callers, options
from .machine import NEW, OLD, Machine, make_kernel
from .users import ROOT, who_may, who_may_else_asked

ALLOW_INTERACTION = 1
MISSING = "6.99.0-not-there"


def questions(monitor: Monitor) -> list[tuple[str, dict[str, str], int]]:
    """Action, details and flags of each question to polkit."""
    return [(message.body[1], message.body[2], message.body[3]) for message in monitor.messages()
            if message.member == "CheckAuthorization"]


# polkit is not there

def test_without_polkit_only_root_may(machine: Machine, own_polkit: Polkit, alice: Caller,
                                      root: Caller) -> None:
    own_polkit.stop()
    for method, values in (("Stage", ("", {})), ("ListEntries", ({},))):
        error = alice.error(method, *values)
        assert error.name == contract.DENIED
        assert "only root" in error.message
    assert alice.call("CanStage", "")[0] == "no"
    root.call("Stage", "", {})
    root.call("Unstage", {})


def test_polkit_that_comes_back(machine: Machine, own_polkit: Polkit, alice: Caller) -> None:
    own_polkit.stop()
    assert alice.error("Stage", "", {}).name == contract.DENIED
    own_polkit.start()
    alice.call("Stage", "", {})


@pytest.mark.parametrize("known", [True, False], ids=["asked before", "never asked"])
def test_polkit_that_dies_while_it_thinks(known: bool, machine: Machine, own_polkit: Polkit,
                                          alice: Caller, root: Caller) -> None:
    if known:
        alice.call("ListEntries", {})
    with own_polkit.frozen():
        call = alice.begin("Stage", "", {})
        alice.get("State")
        own_polkit.kill()
    assert call.error().name == contract.DENIED
    assert machine.kernel.loads == 0
    root.call("Stage", "", {})


def test_polkit_that_hangs_stops_nobody_else(machine: Machine, own_polkit: Polkit, alice: Caller,
                                             bob: Caller, root: Caller) -> None:
    """Nor does it when it was never reached before."""
    with own_polkit.frozen():
        calls = [caller.begin("ListEntries", {}) for caller in (alice, bob, alice)]
        for _ in range(3):
            assert root.get("State") == "idle"
        root.call("Stage", "", {})
        assert not any(call.is_over() for call in calls)
    for call in calls:
        call.result()


# Dialogs

def test_administrator_authorizes(machine: Machine, asked: Caller) -> None:
    call = asked.begin("Stage", OLD, {}, interactive=True)
    dialog = asked.wait_dialog()
    assert dialog.action == contract.ACTION + "stage-entry"
    dialog.authorize()
    assert call.result()["action"] == contract.ACTION + "stage-entry"
    assert machine.kernel.is_loaded


def test_dismissed_dialog(machine: Machine, asked: Caller) -> None:
    call = asked.begin("Stage", OLD, {}, interactive=True)
    asked.wait_dialog().dismiss()
    assert call.error().name == contract.ERROR + "AuthorizationDismissed"
    assert machine.kernel.loads == 0


def test_stage_entry_is_asked_each_time(machine: Machine, asked: Caller) -> None:
    """A kept answer would cover other entries, too."""
    for entry in (OLD, OLD):
        call = asked.begin("Stage", entry, {}, interactive=True)
        asked.wait_dialog().authorize()
        call.result()
    assert asked.error("Stage", OLD, {}).name == contract.CHALLENGE


def test_policy_for_somebody_elsewhere(machine: Machine, own_polkit: Polkit, callers: Callers,
                                       carol: Caller) -> None:
    """The policy's own "any" rows: everything takes an administrator."""
    for method, values in (("ListEntries", ({},)), ("Check", ("", {})), ("Stage", ("", {})),
                           ("Stage", (OLD, {}))):
        assert carol.error(method, *values).name == contract.CHALLENGE


def test_without_the_flag_nobody_is_asked(machine: Machine, asked: Caller,
                                          monitor: Monitor) -> None:
    monitor.messages()
    assert asked.error("Stage", OLD, {}).name == contract.CHALLENGE
    assert {flags for _, _, flags in questions(monitor)} == {0}


def test_with_the_flag_only_the_need_is_asked(machine: Machine, alice: Caller,
                                              monitor: Monitor) -> None:
    """Whether the caller may inspect is found out in silence."""
    monitor.messages()
    alice.call("Stage", "", {}, interactive=True)
    assert [(action, flags) for action, _, flags in questions(monitor)] == [
        (contract.ACTION + "inspect", 0), (contract.ACTION + "stage-default", ALLOW_INTERACTION)]


def test_probes_never_ask_a_human(machine: Machine, asked: Caller, monitor: Monitor) -> None:
    asked.call("CanStage", OLD, interactive=True)
    monitor.messages()
    assert asked.call("CanStage", OLD, interactive=True)[0] == "challenge"
    assert {flags for _, _, flags in questions(monitor)} == {0}


def test_subject_is_the_callers_name_on_the_bus(machine: Machine, alice: Caller,
                                                monitor: Monitor) -> None:
    monitor.messages()
    alice.call("Stage", "", {})
    subjects = [message.body[0] for message in monitor.messages()
                if message.member == "CheckAuthorization"]
    assert subjects
    assert all(subject == ("system-bus-name", {"name": alice.name}) for subject in subjects)


# What a prompt says

def prompt(caller: Caller, *values: object, method: str = "Stage") -> str:
    call = caller.begin(method, *values, interactive=True)
    dialog = caller.wait_dialog()
    dialog.dismiss()
    call.error()
    return dialog.message


def test_prompt_names_the_entry(machine: Machine, asked: Caller) -> None:
    assert f"Test GNU/Linux, kernel {OLD}" in prompt(asked, OLD, {})


def test_prompt_shows_the_command_line(machine: Machine, asked: Caller) -> None:
    assert "init=/bin/sh" in prompt(asked, "", options(append="init=/bin/sh"))
    assert "root=/dev/evil" in prompt(asked, OLD, options(cmdline="root=/dev/evil"))


def test_prompt_shows_the_command_line_before_the_entry_is_looked_up(
        machine: Machine, own_polkit: Polkit, callers: Callers) -> None:
    """Who may not inspect is asked by the shape of the request."""
    blind = callers.fresh(who_may_else_asked())
    blind.register_agent()
    assert "init=/bin/sh" in prompt(blind, "", options(append="init=/bin/sh"))
    assert "root=/dev/evil" in prompt(blind, MISSING, options(cmdline="root=/dev/evil"))
    blind.end()


def test_prompt_shows_what_is_added_before_a_long_line(machine: Machine, asked: Caller) -> None:
    machine.write("etc/kernel/cmdline", "root=/dev/vda1 " + "quiet " * 250 + "\n")
    assert "init=/bin/sh" in prompt(asked, "", options(append="init=/bin/sh"))


def test_prompt_cannot_be_forged(machine: Machine, asked: Caller) -> None:
    message = prompt(asked, OLD, options(cmdline="$(title) \u202etxet $(cmdline)" + " " * 500
                                         + "init=/bin/sh"))
    assert "\u202e" not in message
    assert "init=/bin/sh" in message
    assert message.count(f"kernel {OLD}") == 1


def test_prompt_for_files_says_whose_they_are(machine: Machine, asked: Caller) -> None:
    kernel = machine.write("kernel", make_kernel(NEW))
    with open(kernel, "rb") as file:
        call = asked.begin("StageFiles", 0, [], "root=/dev/mine",
                           options(title="the usual kernel"), fds=[file.fileno()],
                           interactive=True)
        dialog = asked.wait_dialog()
        dialog.dismiss()
        call.error()
    assert "kernel file of your own" in dialog.message
    assert "root=/dev/mine" in dialog.message
    assert "the usual kernel" not in dialog.message


# What was asked for is what is done

def test_entry_that_changes_while_it_is_asked_for(machine: Machine, asked: Caller) -> None:
    """The prompt named one command line: another one is not loaded on its strength."""
    call = asked.begin("Stage", OLD, {}, interactive=True)
    dialog = asked.wait_dialog()
    machine.write("etc/kernel/cmdline", "root=/dev/other init=/bin/sh\n")
    dialog.authorize()
    second = asked.wait_dialog()
    assert second.action == dialog.action
    assert machine.kernel.loads == 0
    second.dismiss()
    assert call.error().name == contract.ERROR + "AuthorizationDismissed"


def test_entry_that_becomes_untrusted_while_it_is_asked_for(machine: Machine,
                                                            asked: Caller) -> None:
    call = asked.begin("Stage", OLD, {}, interactive=True)
    dialog = asked.wait_dialog()
    machine.refuse_mounts("It is on a stick")
    dialog.authorize()
    second = asked.wait_dialog()
    assert second.action == contract.ACTION + "stage-custom"
    second.dismiss()
    call.error()
    assert machine.kernel.loads == 0


def test_image_that_is_replaced_while_unstage_is_asked_for(machine: Machine, root: Caller,
                                                           asked: Caller) -> None:
    """A right to drop one image is no right to drop the next."""
    root.call("Stage", "", {})
    call = asked.begin("Unstage", {}, interactive=True)
    first = asked.wait_dialog()
    root.call("Stage", "", options(append="single"))
    first.authorize()
    second = asked.wait_dialog()
    assert second.action == contract.ACTION + "stage-custom"
    second.dismiss()
    call.error()
    assert root.get("State") == "staged"


def test_stage_becomes_busy_while_it_is_asked_for(machine: Machine, root: Caller,
                                                  asked: Caller) -> None:
    call = asked.begin("Stage", OLD, {}, interactive=True)
    dialog = asked.wait_dialog()
    machine.kernel.hold("before-load")
    other = root.begin("Stage", "", {})
    machine.kernel.wait_held("before-load")
    dialog.authorize()
    assert call.error().name == contract.ERROR + "Busy"
    machine.kernel.release("before-load")
    other.result()
    assert machine.kernel.loads == 1


def test_dialog_goes_when_its_caller_does(machine: Machine, own_polkit: Polkit, callers: Callers,
                                          root: Caller) -> None:
    caller = callers.fresh(who_may_else_asked("inspect"))
    caller.register_agent()
    caller.begin("Stage", OLD, {}, interactive=True)
    caller.wait_dialog()
    caller.end()
    root.call("Stage", "", {})
    assert machine.kernel.loads == 1


# No oracle

BLIND = [(), ("stage-default",), ("execute", "unstage"), ("set-wall-message",)]


@pytest.mark.parametrize("rights", BLIND, ids=str)
@pytest.mark.parametrize("changes", [{}, options(append="x"), options(cmdline="x")],
                         ids=["as it is", "append", "cmdline"])
def test_stage_tells_nothing_of_what_exists(rights: tuple[str, ...], changes: dict[str, object],
                                            machine: Machine, callers: Callers) -> None:
    caller = callers.of(who_may(*rights))
    answers = {str(caller.error("Stage", entry, changes)) for entry in (OLD, NEW, MISSING)}
    assert len(answers) == 1
    assert contract.DENIED in answers.pop()


@pytest.mark.parametrize("rights", BLIND, ids=str)
def test_check_and_can_stage_tell_nothing_of_what_exists(rights: tuple[str, ...],
                                                         machine: Machine,
                                                         callers: Callers) -> None:
    caller = callers.of(who_may(*rights))
    assert len({str(caller.error("Check", entry, {})) for entry in (OLD, NEW, MISSING)}) == 1
    assert len({caller.call("CanStage", entry) for entry in (OLD, NEW, MISSING)}) == 1


def test_nothing_is_looked_up_for_who_may_not(machine: Machine, mallory: Caller) -> None:
    """A kernel directory that cannot be read would show."""
    for path in machine.path("boot").iterdir():
        path.unlink()
    machine.path("boot").rmdir()
    machine.write("boot", "no directory")
    error = mallory.error("Stage", OLD, {})
    assert error.name == contract.DENIED
    assert "boot" not in error.message


def test_refusal_tells_no_secret_of_the_staged_image(machine: Machine, root: Caller,
                                                     mallory: Caller) -> None:
    root.call("Stage", OLD, options(append="secret=word"))
    for method, values in (("GetStaged", ({},)), ("Unstage", ({},)), ("Execute", ({},)),
                           ("Stage", ("", {}))):
        assert "secret" not in str(mallory.error(method, *values))


def test_prompt_tells_who_may_not_inspect_no_command_line(machine: Machine, root: Caller,
                                                          own_polkit: Polkit,
                                                          callers: Callers) -> None:
    """A prompt is shown to whoever asks, before anybody has authenticated."""
    root.call("Stage", OLD, options(append="secret=word"))
    blind = callers.fresh(who_may_else_asked())
    blind.register_agent()
    for method in ("Unstage", "Execute"):
        assert "secret=word" not in prompt(blind, {}, method=method)
    assert "secret=word" not in prompt(blind, "", {})
    blind.end()


def test_root_is_root_on_this_bus(machine: Machine, callers: Callers) -> None:
    assert callers.of(ROOT).call("CanStage", OLD) == ("yes", "")
