# SPDX-License-Identifier: LGPL-2.1-or-later
"""LoadMethod=kexec-tools, forced on a kernel that could do without: the real program, the service's
real sandbox, and a real boot."""

from __future__ import annotations

from . import proof
from .client import Exit, reboot, slot_is_full, staged, state
from .machine import Machine

CONFIG = "/etc/kexecd/kexecd.conf.d/load-method.conf"
DROP_IN = "/etc/systemd/system/kexecd.service.d/kexec-tools.conf"


def test_kexec_tools(machine: Machine) -> None:
    root, alice = machine.root, machine.alice
    root.run(f"printf '[Manager]\\nLoadMethod=kexec-tools\\n' >{CONFIG}")

    # The sandbox forbids the system call, and what is said leads to the page that allows it.
    refused = alice.run("kexecctl stage", code=Exit.FAILED)
    assert "Operation not permitted" in refused.stderr and "kexecd.conf(5)" in refused.stderr
    assert state(alice) == "idle" and not slot_is_full(machine)

    root.run(f"mkdir -p $(dirname {DROP_IN}) && "
             f"printf '[Service]\\nSystemCallFilter=kexec_load\\n' >{DROP_IN} && "
             "systemctl daemon-reload && systemctl restart kexecd")
    alice.run("kexecctl stage")
    assert staged(alice)["release"] == machine.image.releases[-1]
    assert slot_is_full(machine)
    alice.run("kexecctl unstage")
    assert not slot_is_full(machine)
    alice.run("kexecctl stage")

    before, mark = proof.current_boot(machine), machine.mark()
    reboot(alice, "kexecctl reboot")
    after = proof.assert_kexeced(machine, before, mark)
    assert after.release == machine.image.releases[-1]
