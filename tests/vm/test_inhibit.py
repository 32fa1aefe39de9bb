# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenario 4: who is in the way of a reboot is asked, or named."""

from __future__ import annotations

from . import proof
from .client import BEGUN, Exit, asks_for, bus_call, slot_is_full, with_password
from .machine import Machine
from .wait import wait_for

MULTIPLE_SESSIONS = "org.kexec.manager.execute-multiple-sessions"
INHIBIT = "systemd-inhibit --what=shutdown --mode=block --who={who} --why={why} sleep infinity"


def test_block_inhibitors(staged_machine: Machine) -> None:
    """Root's and another user's each stop alice; with an administrator's word they are passed."""
    machine, alice = staged_machine, staged_machine.alice
    before, mark = proof.current_boot(machine), machine.mark()

    # A package manager's lock is held by root, whom init systems would let pass.
    packager = INHIBIT.format(who="packager", why="unpacking")
    machine.root.run(f"systemd-run --quiet --unit=lock-of-root {packager}")
    _wait_for_inhibitor(machine, "packager")
    done = alice.run("kexecctl reboot", code=Exit.REFUSED)
    assert "packager" in done.stderr and "unpacking" in done.stderr
    assert bus_call(alice, "Execute", "{}") == "Inhibited"
    assert "inhibited" in bus_call(alice, "CanExecute", "{}")
    machine.root.run("systemctl stop lock-of-root.service")

    # bob sits at the second console: over ssh logind would not let him hold up anything.
    burner = INHIBIT.format(who="burner", why="burning")
    machine.root.run(
        "systemd-run --quiet --unit=lock-of-bob --property=User=bob --property=PAMName=login"
        f" --property=TTYPath=/dev/tty2 --property=StandardInput=tty {burner}"
    )
    _wait_for_inhibitor(machine, "burner")
    done = alice.run("kexecctl reboot", code=Exit.REFUSED)
    assert "burner" in done.stderr and "burning" in done.stderr
    proof.assert_still_up(machine, before, mark)
    assert slot_is_full(machine)

    alice.run("kexecctl reboot --ignore-inhibitors", code=Exit.UNAUTHORIZED)
    code, action, said = with_password(alice, "kexecctl reboot --ignore-inhibitors")
    assert code in BEGUN and action == "org.kexec.manager.execute-ignore-inhibit", said
    proof.assert_kexeced(machine, before, mark)


def test_other_sessions(staged_machine: Machine) -> None:
    """Another user's session makes it a matter of execute-multiple-sessions."""
    machine = staged_machine
    machine.root.put(
        "polkit.addRule(function (action) {\n"
        f'    if (action.id == "{MULTIPLE_SESSIONS}")\n'
        "        return polkit.Result.AUTH_ADMIN;\n"
        "});\n",
        "/etc/polkit-1/rules.d/10-test.rules",
    )
    wait_for(lambda: _can_execute(machine) == "yes", "polkit to have no objection", 240)
    machine.bob.run("true")  # from here on he is logged in
    assert _can_execute(machine) == "challenge"
    machine.alice.run("kexecctl reboot", code=Exit.UNAUTHORIZED)
    assert asks_for(machine.alice, "kexecctl reboot") == MULTIPLE_SESSIONS
    machine.bob.hang_up()
    machine.root.run("loginctl terminate-user bob", code=None)  # he may be gone already
    wait_for(lambda: _can_execute(machine) == "yes", "bob's session to end", 240)


def _can_execute(machine: Machine) -> str:
    return bus_call(machine.alice, "CanExecute", "{}").split("'")[1]


def _wait_for_inhibitor(machine: Machine, who: str) -> None:
    wait_for(
        lambda: who in machine.root.out("systemd-inhibit --list --no-legend --no-pager"),
        f"the inhibitor of {who}",
        60,
    )
