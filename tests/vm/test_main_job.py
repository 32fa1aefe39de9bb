# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenarios 1 and 2: a user stages an installed kernel and the machine kexecs into it."""

from __future__ import annotations

import json

from . import proof
from .client import (
    Exit,
    default_entry,
    entry_of,
    reboot,
    running_entry,
    slot_is_full,
    staged,
    state,
    status,
    with_password,
)
from .machine import Machine


def test_there_and_back(machine: Machine) -> None:
    """alice at the console goes to the newest kernel without a password, and back with one."""
    old, new = machine.image.releases[0], machine.image.releases[-1]
    first = proof.current_boot(machine)
    entry = default_entry(machine.alice)
    assert entry["version"] == new and entry["trusted"]
    assert running_entry(machine.alice)["version"] == old == first.release

    # There: the default entry, as it is.
    result = json.loads(machine.alice.out("kexecctl stage --json"))
    assert result["cmdline"] == machine.alice.out("cat /proc/cmdline")
    sums = machine.root.out("sha256sum " + " ".join(file["path"] for file in result["files"]))
    assert sums.splitlines() == [f"{file['sha256']}  {file['path']}" for file in result["files"]]
    image = staged(machine.alice)
    assert (image["release"], image["staged-by"]) == (new, 1000)
    assert image["action"] == "org.kexec.manager.stage-default"
    assert state(machine.alice) == "staged" and slot_is_full(machine)

    mark = machine.mark()
    reboot(machine.alice)
    second = proof.assert_kexeced(machine, first, mark)
    assert second.release == new
    assert status(machine.alice)["LastExecution"]["result"] == "arrived"
    assert machine.alice.out("cat /proc/cmdline") == result["cmdline"]
    log = machine.root.out("journalctl --boot=-1 --output=cat --unit=kexecd.service KEXEC_UID=1000")
    assert new in log, "the journal does not say who did what"

    # Back: another entry is for an administrator to allow.
    assert running_entry(machine.alice)["id"] == entry["id"]
    back = entry_of(machine.alice, old)["id"]
    machine.alice.run(f"kexecctl stage {back}", code=Exit.UNAUTHORIZED)
    code, _, _ = with_password(machine.alice, f"kexecctl stage {back}", "wrong")
    assert code == Exit.UNAUTHORIZED
    assert state(machine.alice) == "idle" and not slot_is_full(machine)
    code, action, said = with_password(machine.alice, f"kexecctl stage {back}")
    assert (code, action) == (Exit.DONE, "org.kexec.manager.stage-entry"), said
    assert old in said, "the prompt does not say what is asked for"

    mark = machine.mark()
    reboot(machine.alice)
    third = proof.assert_kexeced(machine, second, mark)
    assert third.release == old
    assert status(machine.alice)["LastExecution"]["result"] == "arrived"


def test_over_the_network_nothing_without_an_administrator(machine: Machine) -> None:
    """Over ssh even the default entry needs one; root needs nobody."""
    for shell in (machine.bob, machine.alice_remote):
        shell.run("kexecctl stage", code=Exit.UNAUTHORIZED)
        shell.run("kexecctl list", code=Exit.UNAUTHORIZED)
        assert state(shell) == "idle", "what is readable by everyone is not"
    code, action, _ = with_password(machine.bob, "kexecctl stage")
    assert (code, action) == (Exit.DONE, "org.kexec.manager.stage-default")
    machine.root.run(f"kexecctl stage {running_entry(machine.root)['id']}")
    image = staged(machine.root)
    assert (image["staged-by"], image["release"]) == (0, machine.image.releases[0])


def test_guessed_default_is_for_an_administrator(machine: Machine) -> None:
    """Without Entry=auto, the newest kernel is only a guess at what the machine boots."""
    machine.root.run("rm /etc/kexecd/kexecd.conf.d/default.conf")
    machine.alice.run("kexecctl stage", code=Exit.UNAUTHORIZED)
    code, action, said = with_password(machine.alice, "kexecctl stage")
    assert (code, action) == (Exit.DONE, "org.kexec.manager.stage-entry"), said
    assert staged(machine.alice)["release"] == machine.image.releases[-1]
