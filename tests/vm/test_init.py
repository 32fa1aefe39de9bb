# SPDX-License-Identifier: LGPL-2.1-or-later
"""Init systems other than systemd: a reboot that each carries out in order, and into the staged
kernel; and none where that cannot be. The tests of a system share a machine and go on where the last
one left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

from . import proof, saved
from .client import BEGUN, EMPTY_SLOT, Json, reboot, slot_is_full, state, status
from .image import COMMAND_LINE
from .kind import OPENRC_INIT, SYSV_RC, SYSVINIT, Kind
from .machine import Machine
from .wait import wait_for

SLOW = 20  # seconds that a service takes to stop
WRITTEN = "/var/lib/written"  # what it has to write then
SLOWLY = f"date +%s >{WRITTEN}; sleep {SLOW}; date +%s >>{WRITTEN}"
# Services, and what they do when they are stopped.
OPENRC_SERVICE = """\
#!/sbin/openrc-run
depend() {{ need localmount; }}
start() {{ true; }}
stop() {{ {stop}; }}
"""
SYSV_SERVICE = """\
#!/bin/sh
### BEGIN INIT INFO
# Provides:       stopping
# Required-Start: $local_fs
# Required-Stop:  $local_fs
# Default-Start:  2 3 4 5
# Default-Stop:   0 1 6
### END INIT INFO
if [ "$1" = stop ]; then {stop}; fi
"""

OWNER = (
    "gdbus call --system --dest org.freedesktop.DBus --object-path /"
    " --method org.freedesktop.DBus.GetNameOwner org.kexec.Manager"
)

# Gentoo's wiki: nothing else is set.
WIKIS = f"""\
KNAME="vmlinuz-{{release}}"
KPARAM="{COMMAND_LINE} kexecd.wiki"
"""
GENTOOS = """\
KNAME="vmlinuz-{release}"
INITRD="initrd.img-{release}"
KEXEC_OPT_ARGS="--reuse-cmdline"
KPARAM="kexecd.added"
"""


@dataclass(frozen=True)
class System:
    """An init system, and how its administrator does things."""

    backend: str
    kind: Kind
    told: str  # what users read when the reboot begins
    shown: str  # what shows one that is scheduled
    cancel: str  # what cancels it
    fifo: str  # how init is reached
    service: str  # one with something to do when it is stopped
    start: str  # what starts it
    reboot: str  # what reboots without kexecctl


SYSTEMS = [
    System(
        "openrc-init",
        OPENRC_INIT,
        told="The system will reboot now",
        shown="pgrep openrc-shutdown",
        cancel="openrc-shutdown --cancel",
        fifo="/run/openrc/init.ctl",
        service=OPENRC_SERVICE,
        start="rc-service stopping start",
        reboot="openrc-shutdown --kexec now",
    ),
    System(
        "sysvinit",
        SYSVINIT,
        told="going down for reboot NOW",
        shown="pgrep shutdown",
        cancel="shutdown -c",
        fifo="/run/initctl",
        service=OPENRC_SERVICE,
        start="rc-service stopping start",
        reboot="reboot",
    ),
    System(
        "sysvinit",
        SYSV_RC,
        told="going down for reboot NOW",
        shown="pgrep shutdown",
        cancel="shutdown -c",
        fifo="/run/initctl",
        service=SYSV_SERVICE,
        start="update-rc.d stopping defaults && service stopping start",
        reboot="kexecctl reboot --when=+5s",
    ),
]


def one_after_another(system: System) -> object:
    """All of a system's tests in one process, where others may run beside them (pytest -n)."""
    name = system.kind.name
    return pytest.param(system, id=name, marks=pytest.mark.xdist_group(name))


@pytest.fixture(scope="class", params=map(one_after_another, SYSTEMS))
def system(request: pytest.FixtureRequest) -> System:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="class")
def machine(
    system: System, tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A machine of the system, with the default entry staged by alice, who sits at the console."""
    state_of = saved.with_project(tree, system.kind)
    with state_of.restore(tmp_path_factory.mktemp(system.kind.name)) as restored:
        restored.alice.run("kexecctl stage")
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
        assert (state(machine.root), slot_is_full(machine)) == ("staged", True)

    def test_administrator_cancels(
        self, system: System, machine: Machine, terminal: pexpect.spawn
    ) -> None:
        """Users are told of a scheduled reboot, and the system's own tools show and cancel it."""
        machine.root.run("kexecctl reboot --when=+30min --message='new kernel'")
        terminal.expect("new kernel.*'kexecctl cancel'")
        wait_for(
            lambda: machine.root.run(system.shown, code=None).returncode == 0, "it to be shown", 60
        )
        assert state(machine.root) == "scheduled"
        machine.root.run(system.cancel)
        wait_for(lambda: state(machine.root) == "staged", "the reboot to be cancelled", 240)
        # An ordinary user's, which sysvinit does not show.
        machine.alice.run("kexecctl reboot --when=+30min")
        terminal.expect("'kexecctl cancel'")
        machine.root.run("kexecctl cancel")
        terminal.expect("cancelled")
        assert (state(machine.root), slot_is_full(machine)) == ("staged", True)

    def test_crash_while_scheduled(self, system: System, machine: Machine) -> None:
        """OpenRC's service starts the daemon again, and the schedule goes on; elsewhere the next
        call does."""
        machine.root.run("kexecctl reboot --when=+30min")
        shown = "grep --quiet Shown= /run/kexecd/schedule"
        wait_for(lambda: machine.root.run(shown, code=None).returncode == 0, "what is shown", 60)
        killed = machine.root.out(OWNER)
        machine.root.run("pkill --signal KILL --exact kexecd")
        if system.kind != SYSV_RC:
            # Asked before it is on the bus, D-Bus would start another one beside it.
            wait_for(lambda: machine.root.run(OWNER, code=None).stdout.strip() not in ("", killed),
                     "the daemon to be started again", 60)
        assert state(machine.root) == "scheduled"
        machine.root.run("kexecctl cancel")
        assert (state(machine.root), slot_is_full(machine)) == ("staged", True)

    def test_failure_reaches_the_caller(self, system: System, machine: Machine) -> None:
        before, mark = proof.current_boot(machine), machine.mark()
        # With nothing in its place, for a moment only, sysvinit could make another.
        other = f"{system.fifo}.other"
        exchange = "perl -e 'exit(syscall(316, -100, $ARGV[0], -100, $ARGV[1], 2) != 0)'"  # renameat2
        machine.root.run(f"mkdir {other} && {exchange} {system.fifo} {other}")
        done = machine.root.run("kexecctl reboot", code=None)
        machine.root.run(f"{exchange} {system.fifo} {other} && rmdir {other}")
        assert done.returncode not in BEGUN, done.stdout
        assert f"{system.backend}: " in done.stderr
        assert (state(machine.root), slot_is_full(machine)) == ("staged", True)
        proof.assert_still_up(machine, before, mark)

    def test_reboot(self, system: System, machine: Machine, terminal: pexpect.spawn) -> None:
        """At its time users are told, services are waited for, and file systems are unmounted."""
        _add_service(system, machine, SLOWLY)
        before, mark = proof.current_boot(machine), machine.mark()
        reboot(machine.alice, "kexecctl reboot --when=+5s")
        terminal.expect(system.told)
        after = proof.assert_kexeced(machine, before, mark)
        assert after.release == machine.image.releases[-1]
        began, ended = map(int, machine.root.out(f"cat {WRITTEN}").split())
        assert ended - began >= SLOW
        _assert_arrived(system, machine)

    def test_reboot_without_having_staged(self, system: System, machine: Machine) -> None:
        """The default entry is loaded only when the machine goes down."""
        newest = machine.image.releases[-1]
        machine.root.run("rm /etc/init.d/stopping")
        if system.kind == SYSV_RC:
            _configure(machine, "LoadDuringShutdown=yes")
        else:
            _follow_the_wiki(machine, newest)
        before, mark = proof.current_boot(machine), machine.mark()
        assert (state(machine.root), slot_is_full(machine)) == ("idle", False)
        reboot(machine.root, system.reboot)
        after = proof.assert_kexeced(machine, before, mark)
        assert after.release == newest
        assert system.kind == SYSV_RC or "kexecd.wiki" in machine.root.out("cat /proc/cmdline")
        _assert_arrived(system, machine)

    def test_reboot_at_once(self, system: System, machine: Machine) -> None:
        """Into what an administrator's file for Gentoo's service names, with what it adds."""
        old = machine.image.releases[0]
        _configure(machine, "Entry=auto\nLoadDuringShutdown=no")
        machine.root.put(GENTOOS.format(release=old), "/etc/conf.d/kexec")
        running = machine.root.out("cat /proc/cmdline")
        machine.root.run("kexecctl stage")
        before, mark = proof.current_boot(machine), machine.mark()
        reboot(machine.root)
        after = proof.assert_kexeced(machine, before, mark)
        assert after.release == old
        assert machine.root.out("cat /proc/cmdline") == f"{running} kexecd.added"
        _assert_arrived(system, machine)

    def test_slot_emptied_before_the_time(
        self, machine: Machine, terminal: pexpect.spawn
    ) -> None:
        """There is nothing to boot, so nothing reboots, and users are told."""
        machine.root.run("rm /etc/conf.d/kexec; kexecctl stage")
        before, mark = proof.current_boot(machine), machine.mark()
        machine.root.run(f"kexecctl reboot --when=+30s && {EMPTY_SLOT}")
        last = wait_for(lambda: _failed(machine), "the failure to be noted", 120)
        assert "unloaded" in last["text"]
        terminal.expect("cancelled")
        assert state(machine.root) == "idle"
        proof.assert_still_up(machine, before, mark)

    def test_slot_emptied_after_the_hand_over(self, system: System, machine: Machine) -> None:
        """It cannot be stopped any more, but the next boot tells."""
        machine.root.run("kexecctl stage")
        _add_service(system, machine, EMPTY_SLOT)
        machine.allow_cold_reboot()
        before, mark = proof.current_boot(machine), machine.mark()
        reboot(machine.alice)
        proof.assert_cold(machine, before, mark)
        assert proof.last_shutdown_in_order(machine, mark) and proof.found_clean(machine)
        last = status(machine.root)["LastExecution"]
        assert last["result"] == "cold" and "firmware" in last["text"]


@pytest.mark.parametrize("system", map(one_after_another, SYSTEMS[:2]), indirect=True)
class TestNoKexec:
    """Gentoo's file that makes one reboot a cold one."""

    def test_cold_reboot(self, system: System, machine: Machine) -> None:
        assert slot_is_full(machine)
        machine.root.run("touch /nokexec")
        machine.allow_cold_reboot()
        before, mark = proof.current_boot(machine), machine.mark()
        reboot(machine.root, system.reboot)
        proof.assert_cold(machine, before, mark)
        assert proof.last_shutdown_in_order(machine, mark) and proof.found_clean(machine)
        machine.root.run("test ! -e /nokexec")


def _add_service(system: System, machine: Machine, stop: str) -> None:
    machine.root.put(system.service.format(stop=stop), "/etc/init.d/stopping")
    machine.root.run(f"chmod +x /etc/init.d/stopping; {system.start}")


def _configure(machine: Machine, text: str) -> None:
    machine.root.put(f"[Manager]\n{text}\n", "/etc/kexecd/kexecd.conf.d/test.conf")


def _follow_the_wiki(machine: Machine, release: str) -> None:
    """As an administrator of Gentoo's service does, with one package less."""
    machine.root.run("rm /etc/kexecd/kexecd.conf.d/*")
    machine.root.put(WIKIS.format(release=release), "/etc/conf.d/kexec")
    machine.root.run("rc-service kexecd restart")


def _failed(machine: Machine) -> Json | None:
    last = dict(status(machine.root)["LastExecution"])
    return last if last["result"] == "failed" else None


def _assert_arrived(system: System, machine: Machine) -> None:
    """What came up is noted: by OpenRC's service, or when somebody asks for the first time."""
    if system.kind != SYSV_RC:
        pending = "test -e /var/lib/kexecd/pending"
        wait_for(lambda: machine.root.run(pending, code=None).returncode != 0, "a note", 240)
    last = status(machine.root)["LastExecution"]
    assert last["result"] == "arrived", last
