# SPDX-License-Identifier: LGPL-2.1-or-later
"""The init system of a machine: what can be seen of it, and its programs, which note what they are
asked for and change what the real ones change."""

from __future__ import annotations

import os
import shutil
import signal
import struct
import time
from collections.abc import Callable
from typing import Any

from .caller import Caller, options
from .machine import Machine

USER_PROCESS = 7
FOREIGN = 4711  # the process of an administrator's shutdown, which is made up

# The programs that shut down, and what belongs to each.
OPENRC = "openrc-shutdown"
SYSVINIT = "shutdown"
NAME = {OPENRC: "openrc-init", SYSVINIT: "sysvinit"}
NOW = {OPENRC: ["--kexec", "now"], SYSVINIT: ["-r", "--", "now"]}
FIFO = {OPENRC: "run/openrc/init.ctl", SYSVINIT: "run/initctl"}
CANCEL = {OPENRC: "'openrc-shutdown --cancel'", SYSVINIT: "'shutdown -c'"}
PID_FILE = {OPENRC: "run/openrc-shutdown.pid", SYSVINIT: "run/shutdown.pid"}

UTMP = struct.Struct("<hhi32s4s32s256shhiii4i20s")  # glibc's on x86_64

Start = Callable[..., None]  # starts the daemon, with options

# Each notes its arguments, one a line, and what it reads. "fail" and "ignore" are files that tests
# make: the program fails with their contents, or nothing comes of it.
HEAD = """\
#!/bin/sh
notes={root}/test-init
printf '%s\\n' "$@" >"$notes/$(basename "$0").argv"
if [ -e "$notes/fail" ]; then cat "$notes/fail" >&2; exit 1; fi
if [ -e "$notes/ignore" ]; then exit 0; fi
"""

WALL = HEAD + 'cat >"$notes/wall.text"\n'
SYSTEMD_RUN = HEAD + 'cat >"$notes/wall.text"\n'

# Counts down as long as nobody ends it; what a signal does to it is the same as of the real ones.
COUNT_DOWN = """\
count_down() {{ # PID-FILE SIGNAL
    mkdir "{root}/proc/$$"
    basename "$0" >"{root}/proc/$$/comm"
    cp "/proc/$$/stat" "{root}/proc/$$/stat"
    trap "rm -r $1 {root}/proc/$$; kill \\$!; exit 0" "$2"
    sleep 1000 &
    echo $$ >"$1.new"
    mv "$1.new" "$1"
    wait $!
}}
"""

OPENRC_SHUTDOWN = HEAD + COUNT_DOWN + """\
if [ "$1" = --dry-run ]; then count_down {root}/run/openrc-shutdown.pid TERM; exit 0; fi
if [ -p {root}/run/openrc/init.ctl ]; then echo shutdown >{root}/run/openrc/softlevel; fi
"""

SHUTDOWN = HEAD + COUNT_DOWN + """\
if [ "$1" = -k ]; then count_down {root}/run/shutdown.pid INT; exit 0; fi
if [ -e {root}/run/shutdown.pid ]; then echo "shutdown: already running." >&2; exit 1; fi
printf 'init [6]\\0' >{root}/proc/1/cmdline
"""


class Init:
    """The init system of a machine; choose one before the daemon starts."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.notes = machine.path("test-init")
        self.notes.mkdir()

    def end(self) -> None:
        """Nothing goes on counting down."""
        for path in PID_FILE.values():
            if self.machine.path(path).exists() and self.counting(path) != FOREIGN:
                os.killpg(self.counting(path), signal.SIGKILL)

    # Which one

    def be_systemd(self) -> None:
        self._install("usr/bin/systemd-run", SYSTEMD_RUN)

    def be_openrc(self) -> None:
        self._leave_systemd()
        self.machine.write("proc/1/comm", "openrc-init\n")
        self.machine.write("run/openrc/softlevel", "default\n")
        os.mkfifo(self.machine.path("run/openrc/init.ctl"))
        self._install("sbin/openrc-shutdown", OPENRC_SHUTDOWN)
        self._install("usr/bin/wall", WALL)

    def be_sysvinit(self, *, kexecs: bool = True) -> None:
        self._leave_systemd()
        option = "-dkn" if kexecs else "-d"
        self.machine.write("proc/1/comm", "init\n")
        self.machine.write("proc/1/cmdline", "init [3]\0")
        self.machine.write("etc/inittab", "id:3:initdefault:\nl6:6:wait:/sbin/openrc reboot\n"
                                          f"r6:6:wait:/sbin/reboot {option}\n")
        self.machine.write("sbin/reboot", "-k: reboot the system using kexec")
        os.mkfifo(self.machine.path("run/initctl"))
        self._install("sbin/shutdown", SHUTDOWN)
        self._install("usr/bin/wall", WALL)

    def _leave_systemd(self) -> None:
        shutil.rmtree(self.machine.path("run/systemd"))

    def _install(self, name: str, script: str) -> None:
        self.machine.write(name, script.format(root=self.machine.root)).chmod(0o755)

    # What its programs do from now on

    def fail(self, why: str) -> None:
        (self.notes / "fail").write_text(why)

    def ignore(self) -> None:
        (self.notes / "ignore").touch()

    def work(self) -> None:
        for name in ("fail", "ignore"):
            (self.notes / name).unlink(missing_ok=True)

    # What they were asked for

    def argv(self, program: str) -> list[str] | None:
        """The arguments of the last call; None: it was not called."""
        path = self.notes / f"{program}.argv"
        return path.read_text().splitlines() if path.exists() else None

    @property
    def wall(self) -> str | None:
        path = self.notes / "wall.text"
        return path.read_text() if path.exists() else None

    # Who is there

    def add_process(self, pid: int, name: str, start_time: int = 1) -> None:
        self.machine.write(f"proc/{pid}/comm", f"{name}\n")
        fields = " ".join(str(number) for number in (*range(4, 22), start_time, 23, 24))
        self.machine.write(f"proc/{pid}/stat", f"{pid} ({name}) S {fields}\n")

    def log_in(self, *users: tuple[str, str]) -> None:
        """These users are logged in, each on a terminal, and no others."""
        self.add_process(500, "login")
        self.machine.write("run/utmp", b"".join(
            UTMP.pack(USER_PROCESS, 0, 500, terminal.encode(), b"1", user.encode(), b"",
                      0, 0, 0, 1, 2, 0, 0, 0, 0, b"")
            for user, terminal in users))

    def count_down(self, pid_file: str, name: str) -> None:
        """An administrator's shutdown waits for its time."""
        self.add_process(FOREIGN, name)
        self.machine.write(pid_file, f"{FOREIGN}\n")

    def counting(self, pid_file: str) -> int:
        """The process that counts down."""
        return int(self.machine.path(pid_file).read_text())


def expect_staged(machine: Machine, root: Caller, text: str) -> None:
    """As if nothing had been asked for, but for what is told about it, with what to do."""
    assert root.get("State") == "staged"
    assert machine.kernel.is_loaded
    last = root.get("LastExecution")
    assert last["result"] == "failed"
    assert text in last["text"]
    assert "; " in last["text"] and last["text"].endswith(", and the image stays staged")
    assert text in machine.events("EXECUTE_FAILED")[-1].message


def in_minutes(minutes: float) -> dict[str, Any]:
    return options(when=int((time.time() + 60 * minutes) * 10**6))
