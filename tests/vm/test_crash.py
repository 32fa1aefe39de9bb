# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenario 8: a daemon that is killed at any moment finds its state again."""

from __future__ import annotations

from . import proof
from .client import Exit, bus_call, kill_daemon, slot_is_full, staged, state, status
from .machine import Machine
from .wait import wait_for


def test_while_it_copies(machine: Machine) -> None:
    """Nothing has been loaded, so nothing is staged; the next attempt works."""
    release = machine.image.releases[-1]
    # Zeros may follow an initrd: they make it large enough to be caught in the act.
    machine.root.run(
        f"cp /boot/initrd.img-{release} /root/large && truncate --size=400M /root/large"
    )
    client = machine.root.start(
        f"kexecctl stage --kernel=/boot/vmlinuz-{release} --initrd=/root/large"
    )
    wait_for(lambda: state(machine.alice) == "staging", "the copy to begin", 60, pause=0)
    kill_daemon(machine)
    said = client.communicate(timeout=120)[0]
    assert client.returncode == Exit.FAILED, said
    assert state(machine.alice) == "idle" and not slot_is_full(machine)
    machine.alice.run("kexecctl stage")
    assert state(machine.alice) == "staged"


def test_while_it_loads(machine: Machine) -> None:
    """The kernel finishes what it was told; what the record says has to fit the slot."""
    client = machine.alice.terminal("kexecctl stage")
    client.expect("(?i)load")
    kill_daemon(machine)
    client.read()
    client.close()
    after = state(machine.alice)
    assert (after, slot_is_full(machine)) in [("idle", False), ("staged", True), ("foreign", True)]
    machine.root.run("kexecctl unstage", code=None)
    assert state(machine.alice) == "idle" and not slot_is_full(machine)


def test_between_stage_and_execute(staged_machine: Machine) -> None:
    machine = staged_machine
    before = staged(machine.alice)
    kill_daemon(machine)
    assert staged(machine.alice) == before and state(machine.alice) == "staged"
    assert bus_call(machine.alice, "CanExecute", "{}").split("'")[1] == "yes"


def test_while_scheduled(staged_machine: Machine) -> None:
    """The reboot comes all the same, at the time that was set, without anyone asking for it."""
    machine = staged_machine
    before, mark = proof.current_boot(machine), machine.mark()
    machine.alice.run("kexecctl reboot --when=+120s")
    scheduled = status(machine.alice)["Scheduled"]
    kill_daemon(machine)
    found_again = status(machine.alice)
    assert (found_again["State"], found_again["Scheduled"]) == ("scheduled", scheduled)
    kill_daemon(machine)  # and now it has to come back by itself
    proof.assert_kexeced(machine, before, mark)
    last = status(machine.alice)["LastExecution"]
    assert last["result"] == "arrived" and last["uid"] == 1000
    assert 0 <= last["when"] - scheduled["when"] < 300_000_000
