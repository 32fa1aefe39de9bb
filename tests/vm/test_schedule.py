# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reboot at a time, with systemd's own tools around it; and what is loaded only then."""

from __future__ import annotations

import pytest

from . import proof
from .client import Exit, bus_call, reboot, slot_is_full, state, status
from .machine import Machine
from .wait import wait_for

SLOW = 20  # seconds that a service takes to stop

# A service that is slow to stop, and one that writes when it is stopped.
SLOW_UNIT = f"""[Service]
ExecStart=/bin/true
RemainAfterExit=yes
ExecStop=/bin/sleep {SLOW}
TimeoutStopSec={SLOW * 6}
"""
WRITER_UNIT = """[Service]
ExecStart=/bin/true
RemainAfterExit=yes
ExecStop=/bin/sh -c 'echo "written on stop" >/var/lib/written'
"""


# One that empties the slot when it is stopped.
EMPTIER_UNIT = """[Service]
ExecStart=/bin/true
RemainAfterExit=yes
ExecStop=/sbin/kexec -s -u
"""


def _add_service(machine: Machine, name: str, unit: str) -> None:
    machine.root.put(unit, f"/run/systemd/system/{name}.service")
    machine.root.run(f"systemctl daemon-reload && systemctl start {name}.service")


def _configure(machine: Machine, text: str) -> None:
    machine.root.put(f"[Manager]\n{text}\n", "/etc/kexecd/kexecd.conf.d/50-test.conf")


def _shown(machine: Machine) -> str:
    done = machine.root.run("shutdown --show", code=None)
    return done.stdout + done.stderr


def test_schedule_with_shutdowns_own_tools(staged_machine: Machine) -> None:
    """Wall messages, 'shutdown --show' and 'shutdown -c' know it, and nothing else can befall it."""
    machine, root = staged_machine, staged_machine.root
    before, mark = proof.current_boot(machine), machine.mark()

    terminal = machine.bob.terminal("echo here; cat")
    terminal.expect("here")
    root.run("kexecctl reboot --when=+10 --message='A new kernel'")
    terminal.expect("A new kernel")
    terminal.expect("will (kexec|reboot|go down)")
    wait_for(lambda: "scheduled for" in _shown(machine), "shutdown to show it", 240)

    # Nobody else's shutdown: kexecd's own tools go on with it.
    root.run("kexecctl reboot --when=+40")
    assert state(root) == "scheduled"
    root.run("kexecctl cancel")
    wait_for(lambda: "scheduled for" not in _shown(machine), "shutdown to show nothing", 240)

    root.run("kexecctl reboot --when=+30")
    wait_for(lambda: "scheduled for" in _shown(machine), "shutdown to show it", 240)
    root.run("shutdown -c")
    wait_for(lambda: state(root) == "staged", "the schedule to be cancelled", 240)
    assert "shutdown -c" in root.out("journalctl --boot --output=cat --unit=kexecd.service")

    # Another tool's shutdown is not touched.
    root.run("shutdown -r +50")
    refused = root.run("kexecctl reboot", code=Exit.FAILED)
    assert "shutdown -c" in refused.stderr
    assert bus_call(root, "Execute", "{}") == "Busy"
    root.run("shutdown -c")

    # A reboot that logind cannot begin leaves everything as it was.
    root.run("systemctl --quiet mask --runtime kexec.target")
    failed = root.run("kexecctl reboot", code=Exit.FAILED)
    assert "logind: The shutdown did not begin" in failed.stderr
    assert state(root) == "staged"
    root.run("systemctl --quiet unmask --runtime kexec.target")

    # The slot is emptied before the time comes: no reboot at all.
    root.run("kexecctl reboot --when=+30s; kexec -s -u")
    wait_for(lambda: "unloaded" in status(root)["LastExecution"]["text"], "the note of it", 240)
    assert status(root)["LastExecution"]["result"] == "failed"
    assert state(root) == "idle"
    proof.assert_still_up(machine, before, mark)
    terminal.close()


def test_load_during_shutdown(machine: Machine) -> None:
    """Nothing is loaded until the time comes; services are waited for, and write what they have."""
    root = machine.root
    _configure(machine, "LoadDuringShutdown=yes")
    _add_service(machine, "slow", SLOW_UNIT)
    _add_service(machine, "writer", WRITER_UNIT)
    before, mark = proof.current_boot(machine), machine.mark()
    machine.alice.run("kexecctl reboot --when=+30min")
    assert not slot_is_full(machine)
    assert state(machine.alice) == "scheduled"
    machine.alice.run("kexecctl cancel")
    reboot(machine.alice, "kexecctl reboot --when=+5s")
    after = proof.assert_kexeced(machine, before, mark)
    assert after.release == machine.image.releases[-1]
    assert root.out("cat /var/lib/written") == "written on stop"
    assert _seconds_to_stop(machine, "slow") >= SLOW
    assert status(root)["LastExecution"]["result"] == "arrived"

    # What cannot boot is refused, and the machine stays as it is.
    image = f"/boot/initrd.img-{after.release}"
    root.run(f"truncate --size=-100000 {image}")
    refused = root.run("kexecctl reboot", code=Exit.REFUSED)
    assert image.rpartition("/")[2] in refused.stderr
    assert state(root) == "idle" and not slot_is_full(machine)


def _seconds_to_stop(machine: Machine, unit: str) -> float:
    """How long the boot before waited for a unit, by its journal."""
    lines = machine.root.out(
        f"journalctl --boot=-1 --output=short-unix --unit={unit}.service --no-pager"
    ).splitlines()
    stamps = {word: float(line.split()[0]) for line in lines
              for word in ("Stopping", "Stopped") if f" {word} " in line}
    return stamps["Stopped"] - stamps["Stopping"]


@pytest.mark.parametrize("backend", ["logind", "systemd"])
def test_slot_emptied_after_the_hand_over(staged_machine: Machine, backend: str) -> None:
    """Too late to stop: the machine comes up through its firmware, and says that it has."""
    machine = staged_machine
    if backend == "systemd":
        _take_logind_away(machine)
    _add_service(machine, "emptier", EMPTIER_UNIT)
    machine.allow_cold_reboot()
    before, mark = proof.current_boot(machine), machine.mark()
    reboot(machine.root)
    proof.assert_cold(machine, before, mark)
    last = status(machine.root)["LastExecution"]
    assert last["result"] == "cold" and "firmware" in last["text"]


def _take_logind_away(machine: Machine) -> None:
    machine.root.run("systemctl --quiet mask --runtime --now systemd-logind.service")
    wait_for(lambda: status(machine.root)["RebootBackend"] == "systemd", "the other back-end", 240)


def test_without_logind(staged_machine: Machine) -> None:
    """systemd alone: kexec.target; and where that does not start, everything is as before."""
    machine, root = staged_machine, staged_machine.root
    _take_logind_away(machine)
    root.run("systemctl --quiet mask --runtime kexec.target")
    before, mark = proof.current_boot(machine), machine.mark()
    failed = root.run("kexecctl reboot", code=Exit.FAILED)
    assert "systemd: " in failed.stderr and "kexec.target" in failed.stderr
    assert state(root) == "staged"
    proof.assert_still_up(machine, before, mark)

    root.run("systemctl --quiet unmask --runtime kexec.target")
    _add_service(machine, "slow", SLOW_UNIT)
    _add_service(machine, "writer", WRITER_UNIT)
    terminal = machine.bob.terminal("echo here; cat")
    terminal.expect("here")
    root.run("kexecctl reboot --when=+30min --message='Not yet'")
    terminal.expect("Not yet")
    root.run("shutdown -c", code=None)  # which knows logind's schedules alone
    assert state(root) == "scheduled"
    terminal.expect("kexecctl cancel")
    root.run("kexecctl cancel")
    assert state(root) == "staged"
    reboot(root, "kexecctl reboot --when=+3s --message='The kernel has to go'")
    terminal.expect("The kernel has to go")
    proof.assert_kexeced(machine, before, mark)
    terminal.close(force=True)
    assert root.out("cat /var/lib/written") == "written on stop"
    assert status(root)["LastExecution"]["result"] == "arrived"
    assert _seconds_to_stop(machine, "slow") >= SLOW


def test_load_during_shutdown_without_logind(machine: Machine) -> None:
    """With systemd alone, too, and at once; a slot that is emptied in time stops a reboot."""
    root = machine.root
    _take_logind_away(machine)
    _configure(machine, "LoadDuringShutdown=yes")
    before, mark = proof.current_boot(machine), machine.mark()
    root.run("kexecctl stage && kexecctl reboot --when=+30s && kexec -s -u")
    last = wait_for(lambda: status(root)["LastExecution"], "the failure to be noted", 240)
    assert last["result"] == "failed" and "unloaded" in last["text"]
    proof.assert_still_up(machine, before, mark)

    assert (state(root), slot_is_full(machine)) == ("idle", False)
    reboot(root)
    after = proof.assert_kexeced(machine, before, mark)
    assert after.release == machine.image.releases[-1]
    assert status(root)["LastExecution"]["result"] == "arrived"
