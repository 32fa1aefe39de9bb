# SPDX-License-Identifier: LGPL-2.1-or-later
"""OpenRC's service: its script, as openrc-run runs it, with the daemon and the fake kernel.

OpenRC itself is not there: the functions that it gives to scripts are stand-ins, which tell what was
said and start and stop the daemon in earnest. The real one is in the virtual machines' tests.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from . import contract
from .caller import Caller, options
from .init import Init
from .machine import CMDLINE, FIRMWARE, KEXEC, NEW, OLD, Machine
from .test_schedule import IN_AN_HOUR
from .wait import LIMIT, wait_for

SCRIPT = contract.SOURCE / "data/openrc/kexecd.initd.in"
FALLBACK = contract.SOURCE / "data/openrc/kexecd-fallback.initd"
CONFIGURATION = contract.SOURCE / "data/openrc/kexecd.confd"

# What OpenRC gives a script, and the order in which openrc-run calls the script's functions. D-Bus
# starts no daemon here, so that a start waits until the daemon is on the bus.
STAND_INS = """\
einfo() { echo "info: $*"; }
ewarn() { echo "warning: $*"; }
eerror() { echo "error: $*"; }
yesno() { case $1 in [Yy][Ee][Ss] | [Tt][Rr][Uu][Ee] | [Oo][Nn] | 1) return 0 ;; esac; return 1; }
checkpath() { echo "checkpath $*"; }
need() { echo "need $*"; }
use() { echo "use $*"; }
keyword() { echo "keyword $*"; }
runlevel() { echo "${TEST_RUNLEVEL:-N 3}"; }
default_start() {
    start-stop-daemon --start --quiet --background --make-pidfile --pidfile "$pidfile" \\
        --startas "$command" -- $command_args
    until @bindir@/kexecctl status >/dev/null 2>&1; do
        sleep 0.05
        kill -0 "$(cat "$pidfile")" 2>/dev/null || return 1
    done
}
default_stop() {
    start-stop-daemon --stop --quiet --oknodo --pidfile "$pidfile" --retry "$retry"
}
start() { default_start; }
stop() { default_stop; }
"""
RUN = """
run() {
    if command -v "$1" >/dev/null; then "$1" || exit $?; fi
}
if [ "$1" = depend ]; then depend; exit; fi
run "$1_pre"
run "$1"
run "$1_post"
"""


@dataclass
class Outcome:
    code: int
    said: str


@dataclass
class Service:
    """The script, instantiated for a machine."""

    machine: Machine
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        folder = self.machine.folder
        self.nokexec = folder / "nokexec"
        self.pidfile = folder / "pid"
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        shutil.copy(os.environ["KEXECD_TEST_CLIENT"], bin_folder / "kexecctl")
        daemon = folder / "kexecd"
        daemon.write_text("#!/bin/sh\nexec " + " ".join(self.machine.command()) + ' "$@" 2>>'
                          + f"{folder}/stderr\n")
        daemon.chmod(0o755)
        text = STAND_INS + SCRIPT.read_text() + RUN
        for old, new in (("@libexecdir@", str(folder)), ("@bindir@", str(bin_folder)),
                         ("/nokexec", str(self.nokexec)),
                         ("/run/kexecd.pid", str(self.pidfile))):
            assert old in text
            text = text.replace(old, new)
        self._script = folder / "kexecd.initd"
        self._script.write_text(text)

    def give_up_soon(self) -> None:
        """The daemon's end is not waited for as long as it is elsewhere."""
        self.environment["KEXECD_TIMEOUT"] = "1"
        text = self._script.read_text()
        assert "TERM/30/KILL/5" in text
        self._script.write_text(text.replace("TERM/30/KILL/5", "TERM/1/KILL/5"))

    def call(self, command: str, **environment: str) -> Outcome:
        process = subprocess.run(
            ["sh", str(self._script), command], capture_output=True, text=True, timeout=LIMIT * 2,
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.machine.bus.address,
                 "RC_CMD": command, **self.environment, **environment})
        return Outcome(process.returncode, process.stdout + process.stderr)

    def start(self, **environment: str) -> Outcome:
        return self.call("start", **environment)

    def reboot(self, **environment: str) -> Outcome:
        """The machine goes down to come up again."""
        return self.call("stop", RC_REBOOT="YES", RC_RUNLEVEL="shutdown", RC_GOINGDOWN="YES",
                         **environment)

    @property
    def pid(self) -> int | None:
        """The daemon's, if it runs."""
        if not self.pidfile.exists():
            return None
        pid = int(self.pidfile.read_text())
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        return pid


@pytest.fixture
def service(off: Machine) -> Iterator[Service]:
    """On a machine that OpenRC runs, and that is not started."""
    off.path("run/systemd/system").rmdir()
    off.write("run/openrc/softlevel", "default\n")
    service = Service(off)
    yield service
    if pid := service.pid:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: off.bus.owner_of(contract.NAME) is None, "the end of the daemon")


def configure(service: Service, text: str, name: str = "kexec") -> None:
    service.machine.write(f"etc/conf.d/{name}", text)


def come_up(service: Service, caller: Caller, *, release: str, how: str) -> dict[str, str]:
    """The next boot starts the service; what is told of the last one."""
    service.machine.come_up(release=release, how=how)
    service.start()
    result: dict[str, str] = caller.get("LastExecution")
    return result


# The files

@pytest.mark.parametrize("script", [SCRIPT, FALLBACK], ids=lambda script: script.stem)
def test_script_is_good_shell(script: Path) -> None:
    assert subprocess.run(["sh", "-n", script]).returncode == 0
    if shutil.which("shellcheck"):
        assert subprocess.run(["shellcheck", script]).returncode == 0


def test_configuration_is_read_without_a_finding(service: Service, root: Caller) -> None:
    """The lines that are commented out, too."""
    lines = CONFIGURATION.read_text().splitlines()
    text = "\n".join(line.removeprefix("#") if "=" in line and line[:2] != "# " else line
                     for line in lines)
    assert "\nKEXECD_TIMEOUT=" in text and "\nsupervisor=" in text
    configure(service, text, "kexecd")
    assert "configuration" not in service.start().said
    _, findings = root.call("Check", "", {})
    assert "configuration-invalid" not in [finding["code"] for finding in findings]


def test_dependencies(service: Service) -> None:
    said = service.call("depend").said
    assert "need dbus\n" in said
    assert "use localmount" in said


# Starting

def test_start_checks_the_default(service: Service, root: Caller) -> None:
    outcome = service.start()
    assert outcome.code == 0, outcome
    assert "can be loaded" in outcome.said
    assert root.get("State") == "idle"
    assert service.machine.kernel.loads == 0
    assert "checkpath" in outcome.said


def test_start_stages_the_default(service: Service, root: Caller) -> None:
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    outcome = service.start()
    assert outcome.code == 0, outcome
    assert f"info: Staged Test GNU/Linux, kernel {NEW}." in outcome.said
    assert root.get("Staged")["id"] == NEW


@pytest.mark.parametrize("when", ["yes", "no"])
def test_start_without_the_kernel_fails(when: str, service: Service, root: Caller) -> None:
    """With sentences; the daemon does not stay behind."""
    configure(service, f'KNAME="vmlinuz-9"\nLOAD_DURING_SHUTDOWN="{when}"\n')
    outcome = service.start()
    assert outcome.code != 0
    assert "error: " in outcome.said and "vmlinuz-9" in outcome.said
    assert "Unless something is loaded already, the next reboot is a normal one." in outcome.said
    assert service.pid is None
    assert not service.machine.kernel.is_loaded


def test_start_with_a_guessed_default_fails(service: Service) -> None:
    service.machine.configure("")
    outcome = service.start()
    assert outcome.code != 0
    assert "Entry=auto" in outcome.said


def test_start_with_kexec_turned_off(service: Service) -> None:
    configure(service, 'KNAME="-"\n')
    assert service.start().code == 0
    outcome = service.reboot()
    assert outcome.code == 0
    assert service.machine.kernel.loads == 0
    assert not (service.machine.state / "pending").exists()


def test_start_names_lines_that_mean_nothing(service: Service) -> None:
    configure(service, 'KNAMES="x"\nINITRD=$(ls /boot)\nKEXEC_OPT_ARGS="--noefi"\n')
    outcome = service.start()
    assert outcome.code == 0, outcome
    for number in (1, 2, 3):
        assert f"/etc/conf.d/kexec, line {number}: " in outcome.said


def test_start_over_a_daemon_that_dbus_started(service: Service, root: Caller) -> None:
    """It goes on, and the service's takes over when it ends."""
    service.machine.start()
    root.call("Stage", OLD, {})
    assert service.start().code == 0
    assert service.pid is not None
    service.machine.give_way()
    assert root.get("Staged")["id"] == OLD


def test_start_without_a_bus(service: Service) -> None:
    service.environment["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=/nonexistent"
    outcome = service.start()
    assert outcome.code != 0


# Going down to come up again

def test_reboot_loads_the_default(service: Service, root: Caller) -> None:
    service.start()
    outcome = service.reboot()
    assert outcome.code == 0, outcome
    assert f"info: Test GNU/Linux, kernel {NEW} is loaded" in outcome.said
    kernel = service.machine.kernel
    assert (kernel.is_loaded, kernel.cmdline, service.pid) == (True, CMDLINE, None)
    assert come_up(service, root, release=NEW, how=KEXEC)["result"] == "arrived"


def test_reboot_loads_what_is_then_the_default(service: Service) -> None:
    service.start()
    service.machine.install("6.13.0-1-amd64")
    service.reboot()
    assert b"6.13.0-1-amd64" in service.machine.kernel.image


def test_reboot_keeps_what_was_staged_at_the_start(service: Service, root: Caller) -> None:
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    outcome = service.reboot()
    assert outcome.code == 0, outcome
    assert service.machine.kernel.loads == 1
    assert service.machine.kernel.is_loaded
    assert come_up(service, root, release=NEW, how=KEXEC)["result"] == "arrived"


def test_reboot_keeps_what_a_user_staged(service: Service, alice: Caller, root: Caller) -> None:
    service.start()
    root.call("Stage", OLD, options(append="debug"))
    service.reboot()
    assert service.machine.kernel.cmdline == f"{CMDLINE} debug"


def test_reboot_loads_nothing_where_it_was_unstaged(service: Service, root: Caller) -> None:
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    root.call("Unstage", {})
    outcome = service.reboot()
    assert "through the firmware" in outcome.said
    assert not service.machine.kernel.is_loaded


def test_reboot_whose_load_fails(service: Service, root: Caller) -> None:
    service.start()
    service.machine.kernel.fail("load", errno.ENOMEM)
    outcome = service.reboot()
    assert outcome.code == 0
    assert "error: " in outcome.said and "normal reboot" in outcome.said
    assert service.pid is None
    result = come_up(service, root, release=NEW, how=FIRMWARE)
    assert result["result"] == "cold"
    assert "nothing could be loaded during shutdown" in result["text"]


def test_reboot_by_a_script_that_stops_everything_first(service: Service) -> None:
    """Only init's runlevel tells that it is one."""
    service.start()
    outcome = service.call("stop", RC_RUNLEVEL="off", TEST_RUNLEVEL="2 6")
    assert "is loaded" in outcome.said
    assert service.machine.kernel.is_loaded


def test_reboot_with_nokexec(service: Service) -> None:
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    service.nokexec.touch()
    outcome = service.reboot()
    assert outcome.code == 0
    assert not service.machine.kernel.is_loaded
    assert not service.nokexec.exists()
    service.start()
    service.reboot()
    assert service.machine.kernel.is_loaded


def test_reboot_with_nokexec_that_comes_too_late(service: Service, root: Caller,
                                                 init: Init) -> None:
    """A kexec has begun before: the file is for the next reboot."""
    init.be_openrc()
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    root.call("Execute", {})
    service.nokexec.touch()
    outcome = service.reboot()
    assert outcome.code == 0
    assert "/nokexec stays, for the next reboot" in outcome.said
    assert service.machine.kernel.is_loaded
    assert service.nokexec.exists()


def test_reboot_with_nokexec_and_nothing_loaded(service: Service) -> None:
    service.start()
    service.nokexec.touch()
    outcome = service.reboot()
    assert "error: " not in outcome.said
    assert service.machine.kernel.loads == 0


def test_reboot_with_nokexec_and_a_foreign_image(service: Service) -> None:
    service.start()
    service.machine.kernel.set_loaded(True)
    service.nokexec.touch()
    service.reboot()
    assert not service.machine.kernel.is_loaded


# Not a reboot

@pytest.mark.parametrize("environment", [
    {"RC_RUNLEVEL": "shutdown", "RC_GOINGDOWN": "YES", "TEST_RUNLEVEL": "3 0"},
    {"RC_RUNLEVEL": "default"},
])
def test_stop_lets_go(environment: dict[str, str], service: Service) -> None:
    """The machine is halted, or somebody stopped the service."""
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    outcome = service.call("stop", **environment)
    assert outcome.code == 0
    assert "info: Nothing is staged any more" in outcome.said
    assert not service.machine.kernel.is_loaded
    assert service.pid is None


@pytest.mark.parametrize("cold", [False, True])
def test_stop_cancels_a_schedule_without_an_image(cold: bool, service: Service, root: Caller,
                                                  init: Init) -> None:
    """Nothing is left that would do what users are told."""
    init.be_openrc()
    configure(service, f'LOAD_DURING_SHUTDOWN="{"no" if cold else "yes"}"\n')
    service.start()
    if cold:
        root.call("Unstage", {})
    root.call("Execute", options(when=IN_AN_HOUR, allow_cold_reboot=cold))
    countdown = service.machine.path("run/openrc-shutdown.pid")
    wait_for(countdown.exists, "the countdown")
    outcome = service.call("stop")
    assert outcome.code == 0
    assert "info: The scheduled reboot is cancelled" in outcome.said
    assert not countdown.exists()
    assert not (service.machine.runtime / "schedule").exists()
    assert "cancelled" in (init.wall or "")


def test_stop_leaves_a_foreign_image(service: Service) -> None:
    service.start()
    service.machine.kernel.set_loaded(True)
    outcome = service.call("stop")
    assert "nothing to let go" in outcome.said
    assert service.machine.kernel.is_loaded


def test_stop_leaves_nokexec(service: Service) -> None:
    service.start()
    service.nokexec.touch()
    service.call("stop")
    assert service.nokexec.exists()


def test_restart_keeps_what_is_staged(service: Service, root: Caller) -> None:
    service.start()
    root.call("Stage", OLD, {})
    assert service.call("stop", RC_CMD="restart").code == 0
    assert service.pid is None
    assert service.call("start", RC_CMD="restart").code == 0
    assert root.get("Staged")["id"] == OLD


def restart(service: Service) -> Outcome:
    assert service.call("stop", RC_CMD="restart").code == 0
    assert service.pid is None
    return service.call("start", RC_CMD="restart")


def test_restart_keeps_a_choice_and_its_schedule(service: Service, root: Caller,
                                                 init: Init) -> None:
    """The default is staged at the start, but not in the place of what somebody chose."""
    init.be_openrc()
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    staged = root.call("Stage", OLD, {})
    root.call("Execute", options(when=IN_AN_HOUR))
    outcome = restart(service)
    assert outcome.code == 0, outcome
    assert f"info: Test GNU/Linux, kernel {OLD} is staged already" in outcome.said
    assert root.get("Staged")["stage-id"] == staged["stage-id"]
    assert root.get("State") == "scheduled"
    assert root.get("Scheduled")["when"] == IN_AN_HOUR
    assert service.machine.kernel.loads == 2


def test_restart_keeps_a_scheduled_cold_reboot(service: Service, root: Caller,
                                               init: Init) -> None:
    init.be_openrc()
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    root.call("Unstage", {})
    root.call("Execute", options(when=IN_AN_HOUR, allow_cold_reboot=True))
    outcome = restart(service)
    assert outcome.code == 0, outcome
    assert "info: A reboot is scheduled already" in outcome.said
    assert root.get("State") == "scheduled"
    assert not service.machine.kernel.is_loaded


@pytest.mark.parametrize("when", ["yes", "no"])
def test_start_leaves_a_foreign_image(when: str, service: Service, root: Caller) -> None:
    """And is no reason not to start."""
    configure(service, f'LOAD_DURING_SHUTDOWN="{when}"\n')
    service.machine.kernel.set_loaded(True)
    outcome = service.start()
    assert outcome.code == 0, outcome
    assert "info: Another program has loaded an image" in outcome.said
    assert root.get("State") == "foreign"
    assert service.machine.kernel.loads == 0


def test_start_while_the_machine_goes_down(service: Service, root: Caller, init: Init) -> None:
    init.be_openrc()
    configure(service, 'LOAD_DURING_SHUTDOWN="no"\n')
    service.start()
    root.call("Unstage", {})
    root.call("Execute", options(allow_cold_reboot=True))
    outcome = service.start()
    assert outcome.code == 0, outcome
    assert "info: The machine reboots already" in outcome.said
    assert not service.machine.kernel.is_loaded


# openrc-init, which waits for ever where it has nothing to kexec

def run_fallback(machine: Machine, rebooting: str,
                 init: str) -> subprocess.CompletedProcess[str]:
    script = machine.folder / "fallback"
    text = FALLBACK.read_text()
    assert "/sys/kernel/kexec_loaded" in text
    script.write_text(STAND_INS + f"readlink() {{ echo {init}; }}\nkill() {{ echo \"kill $*\"; }}\n"
                      + text.replace("/sys/", f"{machine.root}/sys/") + "\nstart\n")
    return subprocess.run(["sh", str(script)], capture_output=True, text=True, check=False,
                          env={**os.environ, "RC_REBOOT": rebooting})


@pytest.mark.parametrize(("loaded", "rebooting", "init", "interrupts"), [
    (False, "YES", "/usr/sbin/openrc-init", True), (True, "YES", "/usr/sbin/openrc-init", False),
    (False, "", "/usr/sbin/openrc-init", False), (False, "YES", "/usr/sbin/init", False),
])
@pytest.mark.parametrize("name", ["sys/kernel/kexec_loaded", "sys/kernel/kexec/loaded"])
def test_fallback(loaded: bool, rebooting: str, init: str, interrupts: bool, name: str,
                  off: Machine) -> None:
    off.path("sys/kernel/kexec_loaded").unlink()
    off.write(name, f"{int(loaded)}\n")
    done = run_fallback(off, rebooting, init)
    assert (done.returncode, "kill -INT 1" in done.stdout) == (0, interrupts), done


def test_fallback_of_a_kernel_that_cannot_kexec(off: Machine) -> None:
    off.path("sys/kernel/kexec_loaded").unlink()
    assert "kill -INT 1" in run_fallback(off, "YES", "/usr/sbin/openrc-init").stdout


# What may be missing when everything goes down

def test_reboot_without_a_bus(service: Service) -> None:
    service.start()
    outcome = service.reboot(DBUS_SYSTEM_BUS_ADDRESS="unix:path=/nonexistent")
    assert outcome.code == 0
    assert "error: The system bus" in outcome.said
    assert "normal reboot" in outcome.said
    assert service.pid is None


def test_reboot_with_a_daemon_that_was_killed(service: Service) -> None:
    service.start()
    pid = service.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: service.machine.bus.owner_of(contract.NAME) is None, "its end")
    outcome = service.reboot()
    assert outcome.code == 0
    assert "error: " in outcome.said and "kexecd" in outcome.said
    assert not service.machine.kernel.is_loaded


@pytest.mark.parametrize("rebooting", [True, False])
def test_daemon_that_hangs(rebooting: bool, service: Service) -> None:
    """It is ended after a while, and the machine goes on going down."""
    service.start()
    pid = service.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    service.give_up_soon()
    outcome = service.reboot() if rebooting else service.call("stop")
    assert "error: kexecd did not answer within 1 seconds." in outcome.said


def test_daemon_that_is_busy_loading_is_waited_for(service: Service, root: Caller) -> None:
    service.start()
    kernel = service.machine.kernel
    kernel.hold("before-load")
    with open(service.machine.folder / "said", "w+") as said:
        stopping = subprocess.Popen(
            ["sh", str(service.machine.folder / "kexecd.initd"), "stop"], stdout=said,
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": service.machine.bus.address,
                 "RC_REBOOT": "YES"})
        kernel.wait_held("before-load")
        kernel.release("before-load")
        assert stopping.wait(LIMIT) == 0
        said.seek(0)
        assert "is loaded" in said.read()
    assert kernel.is_loaded
