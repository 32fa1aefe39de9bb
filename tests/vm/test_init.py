# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every init system: a reboot that it carries out in order, in time, and into the staged kernel; and
none where that cannot be. The tests of a system share a machine and go on where the last one left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

from . import proof, saved
from .client import (
    Exit,
    empty_slot,
    now,
    reboot,
    slot_is_full,
    state,
    status,
)
from .kind import OPENRC_INIT, PLAIN, SYSVINIT, Kind
from .machine import Machine
from .wait import wait_for

STOPS_SLOWLY = "/var/lib/slow"
# What a service does when it is stopped: it needs 20 s, and then has something to write.
SLOW_STOP = f"date >{STOPS_SLOWLY}; sleep 20; echo written >>{STOPS_SLOWLY}"
SYSTEMD_SLOW = f"""\
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/sh -c '{SLOW_STOP}'
"""
OPENRC_SLOW = f"""\
#!/sbin/openrc-run
start() {{ true; }}
stop() {{ {SLOW_STOP}; }}
"""

@dataclass(frozen=True)
class System:
    """An init system, and how its administrator does things."""

    backend: str
    kind: Kind
    service: tuple[str, str, str]  # a slow one: its file, its text, and what starts it
    told: str  # what users read when it begins
    shown: str  # what shows a scheduled reboot
    cancel: str  # what cancels it
    fail: str  # what makes it unreachable
    mend: str
    late: str  # a reboot for which nothing was staged before
    prepare: str = "true"


_ON_SYSTEMD = ("/run/systemd/system/slow.service", SYSTEMD_SLOW, "systemctl start slow.service")
_ON_OPENRC = ("/etc/init.d/slow", OPENRC_SLOW, "chmod +x /etc/init.d/slow && rc-service slow start")
_LOAD_LATE = "printf '[Manager]\\nLoadDuringShutdown=yes\\n' >/etc/kexecd/kexecd.conf.d/late.conf"

SYSTEMS = [
    System(
        "systemd",
        PLAIN,
        _ON_SYSTEMD,
        told="going down for reboot now",
        shown="kexecctl status",
        cancel="kexecctl cancel",
        fail="systemctl mask --runtime kexec.target",
        mend="systemctl unmask --runtime kexec.target",
        late="kexecctl reboot --when=+5s",
        prepare=f"systemctl mask --now systemd-logind.service; {_LOAD_LATE}",
    ),
    System(
        "openrc-init",
        OPENRC_INIT,
        _ON_OPENRC,
        told="The system will reboot now",
        shown="pgrep -a openrc-shutdown",
        cancel="openrc-shutdown --cancel",
        fail="mv /run/openrc/init.ctl /run/openrc/init.away",
        mend="mv /run/openrc/init.away /run/openrc/init.ctl",
        late="openrc-shutdown --kexec now",
    ),
]


@pytest.fixture(scope="class", params=SYSTEMS, ids=lambda system: system.backend)
def system(request: pytest.FixtureRequest) -> System:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="class")
def machine(
    system: System, tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A machine of the system, with the default entry staged by root."""
    state_of = saved.with_project(tree, system.kind)
    with state_of.restore(tmp_path_factory.mktemp(system.backend)) as restored:
        restored.root.run(f"{system.prepare}\nkexecctl stage")
        yield restored


@pytest.fixture
def terminal(machine: Machine) -> Iterator[pexpect.spawn]:
    """bob's, who is logged in and does nothing."""
    spawned = machine.bob.terminal("echo here; exec cat")
    spawned.expect("here")
    yield spawned
    spawned.close(force=True)
    machine.bob.hang_up()


class TestInit:
    """In this order: what leaves the machine up, then its reboots."""

    def test_it_is_recognized(self, system: System, machine: Machine) -> None:
        assert status(machine.root)["RebootBackend"] == system.backend
        assert state(machine.root) == "staged"

    def test_administrator_cancels(
        self, system: System, machine: Machine, terminal: pexpect.spawn
    ) -> None:
        """Users are told of a scheduled reboot, and the system's own tools show and cancel it."""
        machine.root.run("kexecctl reboot --when=+30min --message='new kernel'")
        terminal.expect("new kernel")
        assert state(machine.root) == "scheduled"
        machine.root.run(system.shown)
        machine.root.run(system.cancel)
        wait_for(lambda: state(machine.root) == "staged", "the reboot to be cancelled", 60)
        assert slot_is_full(machine)

    def test_slot_emptied_before_the_time(self, system: System, machine: Machine) -> None:
        """There is nothing to boot, so nothing reboots."""
        before, mark = proof.current_boot(machine), machine.mark()
        machine.root.run("kexecctl reboot --when=+20s")
        when = status(machine.root)["Scheduled"]["when"]
        empty_slot(machine)
        wait_for(lambda: now(machine) > when + 5_000_000, "the time to pass", 120)
        assert state(machine.root) == "idle"
        proof.assert_still_up(machine, before, mark)
        machine.root.run("kexecctl stage")

    def test_failure_reaches_the_caller(self, system: System, machine: Machine) -> None:
        before, mark = proof.current_boot(machine), machine.mark()
        machine.root.run(system.fail)
        done = machine.root.run("kexecctl reboot", code=Exit.FAILED)
        assert system.backend in done.stderr and "stays staged" in done.stderr
        assert state(machine.root) == "staged" and slot_is_full(machine)
        machine.root.run(system.mend)
        proof.assert_still_up(machine, before, mark)

    def test_reboot(self, system: System, machine: Machine, terminal: pexpect.spawn) -> None:
        """Users are told, services are waited for, and file systems are unmounted."""
        file, text, start = system.service
        machine.root.put(text, file)
        machine.root.run(start)
        before, mark = proof.current_boot(machine), machine.mark()
        reboot(machine.root)
        terminal.expect(system.told)
        after = proof.assert_kexeced(machine, before, mark)
        assert after.release == machine.image.releases[-1]
        assert machine.root.out(f"tail -n 1 {STOPS_SLOWLY}") == "written"
        assert status(machine.root)["LastExecution"]["result"] == "arrived"

    def test_load_during_shutdown(self, system: System, machine: Machine) -> None:
        """Nothing is loaded until the machine goes down."""
        before, mark = proof.current_boot(machine), machine.mark()
        assert state(machine.root) == "idle" and not slot_is_full(machine)
        reboot(machine.root, system.late)
        after = proof.assert_kexeced(machine, before, mark)
        assert after.release == machine.image.releases[-1]
        assert status(machine.root)["LastExecution"]["result"] == "arrived"
