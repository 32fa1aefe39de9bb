# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenario 7: what fails after the hand-over cannot be stopped any more, but it is told."""

from __future__ import annotations

from . import proof
from .client import reboot, status
from .machine import Machine

EMPTIES_THE_SLOT = """\
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/sbin/kexec -u
"""


def test_slot_is_emptied_during_the_shutdown(staged_machine: Machine) -> None:
    machine = staged_machine
    machine.root.put(EMPTIES_THE_SLOT, "/run/systemd/system/spoiler.service")
    machine.root.run("systemctl start spoiler.service")
    machine.allow_cold_reboot()
    before, mark = proof.current_boot(machine), machine.mark()
    reboot(machine.alice)
    after = proof.assert_cold(machine, before, mark)
    assert after.release == before.release
    assert proof.last_shutdown_in_order(machine, mark)
    last = status(machine.alice)["LastExecution"]
    assert last["result"] == "cold"
    assert last["expected-release"] == machine.image.releases[-1]
    assert "firmware" in machine.alice.out("kexecctl status")
