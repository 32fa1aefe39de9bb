# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenario 3: one's own files and command lines are for root, or with an administrator's word."""

from __future__ import annotations

from . import proof
from .client import (
    Exit,
    asks_for,
    bus_call,
    reboot,
    slot_is_full,
    staged,
    state,
    with_password,
)
from .machine import Machine

CUSTOM = "org.kexec.manager.stage-custom"


def _files(machine: Machine) -> str:
    release = machine.image.releases[-1]
    return f"--kernel=/boot/vmlinuz-{release} --initrd=/boot/initrd.img-{release}"


def test_root_stages_files(machine: Machine) -> None:
    before, mark = proof.current_boot(machine), machine.mark()
    machine.root.run(f"kexecctl stage {_files(machine)} --append=kexecd.test=1")
    assert staged(machine.root)["action"] == CUSTOM
    reboot(machine.root)
    after = proof.assert_kexeced(machine, before, mark)
    assert after.release == machine.image.releases[-1]
    words = machine.root.out("cat /proc/cmdline").split()
    assert words[-1] == "kexecd.test=1" and words[0].startswith("root=")

    # Scenario 5, here because the older kernel has no such limit.
    machine.root.run("sysctl -q -w kernel.kexec_load_limit_reboot=0")
    done = machine.root.run("kexecctl stage", code=Exit.REFUSED)
    assert "kexec_load_limit_reboot" in done.stderr
    assert bus_call(machine.root, "Stage", "", "{}") == "LoadLimitReached"
    assert bus_call(machine.root, "Execute", "{}") == "NotStaged"
    assert not slot_is_full(machine)


def test_user_needs_an_administrator(machine: Machine) -> None:
    alice = machine.alice
    for arguments in (_files(machine), "--append=quiet", "--cmdline=init=/bin/sh"):
        alice.run(f"kexecctl stage {arguments}", code=Exit.UNAUTHORIZED)
        assert asks_for(alice, f"kexecctl stage {arguments}") == CUSTOM
    assert state(alice) == "idle" and not slot_is_full(machine)

    code, action, said = with_password(alice, "kexecctl stage --append=kexecd.test=2")
    assert (code, action) == (Exit.DONE, CUSTOM), said
    assert "kexecd.test=2" in said, "the prompt does not show the command line"
    code, action, said = with_password(alice, f"kexecctl stage {_files(machine)}")
    assert (code, action) == (Exit.DONE, CUSTOM), said
    assert staged(alice)["release"] == machine.image.releases[-1]
