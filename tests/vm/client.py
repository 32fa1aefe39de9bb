# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the scenarios ask of kexecctl and of the bus, in the guest."""

from __future__ import annotations

import json
import re
import shlex
from enum import IntEnum
from typing import Any

import pexpect

from .machine import Machine
from .shell import Shell

Json = dict[str, Any]

CONNECTION_LOST = 255  # what ssh says

# Every user's password is made of the name; see setup/users. carol is the administrator.
ADMIN_PASSWORD = "carol-password"
ASKS_FOR = r"AUTHENTICATING FOR (org\.kexec\.manager\.[a-z-]+)"
ANSWERED = "AUTHENTICATION (COMPLETE|FAILED)"


class Exit(IntEnum):
    """kexecctl's exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNAUTHORIZED = 3
    REFUSED = 4


# How a command ends that begins a shutdown.
BEGUN = (Exit.DONE, CONNECTION_LOST)


def status(shell: Shell) -> Json:
    return dict(json.loads(shell.out("kexecctl status --json")))


def staged(shell: Shell) -> Json:
    """The staged image, less what is worked out from the clock at every look."""
    image = dict(status(shell)["Staged"])
    image.pop("expires", None)
    return image


def state(shell: Shell) -> str:
    return str(status(shell)["State"])


def entries(shell: Shell) -> list[Json]:
    return list(json.loads(shell.out("kexecctl list --json")))


def default_entry(shell: Shell) -> Json:
    return next(entry for entry in entries(shell) if entry["default"])


def running_entry(shell: Shell) -> Json:
    return next(entry for entry in entries(shell) if entry["running"])


def entry_of(shell: Shell, release: str) -> Json:
    return next(entry for entry in entries(shell) if entry["version"] == release)


def check_codes(shell: Shell, *, code: Exit = Exit.DONE) -> list[str]:
    """What `kexecctl check` finds about the default entry, and ends with."""
    done = shell.run("kexecctl check --json", code=code)
    return [finding["code"] for finding in json.loads(done.stdout)["findings"]]


def slot_is_full(machine: Machine) -> bool:
    return machine.root.out("cat /sys/kernel/kexec_loaded") == "1"


# What `kexec -u` does, where there is no kexec(8): kexec_load(2) without segments.
EMPTY_SLOT = "perl -e 'exit(syscall(246, 0, 0, 0, 0) != 0)'"


def empty_slot(machine: Machine) -> None:
    machine.root.run(EMPTY_SLOT)
    assert not slot_is_full(machine)


def bus_call(shell: Shell, method: str, *arguments: str) -> str:
    """Call a method of org.kexec.Manager without interaction; options as GVariant's text.

    Returns the answer, or the name of the error without its prefix.
    """
    # gdbus asks for the types itself, but not for longer than three seconds.
    typed = (f"@a{{sv}} {word}" if word.startswith("{") else f"'{word}'" for word in arguments)
    done = shell.run(
        "gdbus call --system --dest org.kexec.Manager --object-path /org/kexec/Manager"
        f" --timeout 120 --method org.kexec.Manager.{method} {' '.join(map(shlex.quote, typed))}",
        code=None,
    )
    if done.returncode == 0:
        return done.stdout.strip()
    found = re.search(r"GDBus\.Error:org\.(?:kexec|freedesktop\.DBus)\.Error\.(\w+)", done.stderr)
    assert found, done.stderr
    return found.group(1)


def with_password(
    shell: Shell, command: str, password: str = ADMIN_PASSWORD
) -> tuple[int, str, str]:
    """Run kexecctl on a terminal and answer its prompt.

    Returns the exit code, the action that was asked for, and everything that was printed.
    """
    terminal = shell.terminal(command)
    terminal.expect(ASKS_FOR)
    action = terminal.match.group(1)
    said = terminal.before + terminal.after
    terminal.expect("Password: ")
    said += terminal.before
    terminal.sendline(password)
    # polkit's agent throws away what comes before it has turned the echo off.
    if terminal.expect([ANSWERED, pexpect.TIMEOUT], timeout=30) == 0:
        said += terminal.before + terminal.after
    else:
        terminal.sendline(password)
    said += terminal.read()
    terminal.close()
    return terminal.exitstatus, action, said


def asks_for(shell: Shell, command: str) -> str:
    """The action that kexecctl asks an administrator for; nobody answers."""
    terminal = shell.terminal(command)
    terminal.expect(ASKS_FOR)
    action = str(terminal.match.group(1))
    terminal.expect("Password: ")
    terminal.sendintr()
    terminal.read()
    terminal.close()
    return action


def reboot(shell: Shell, command: str = "kexecctl reboot") -> None:
    """Ask for a reboot, which may take the connection before the command can say how it ended."""
    assert shell.run(command, code=None).returncode in BEGUN


def private_memory(root: Shell, pid: str) -> int:
    """What a process costs by itself, in KiB."""
    smaps = root.out(f"cat /proc/{pid}/smaps_rollup")
    return sum(int(size) for size in re.findall(r"Private_\w+:\s+(\d+) kB", smaps))


def kill_daemon(machine: Machine) -> None:
    """What a crash is to everybody else."""
    machine.root.run("systemctl kill --signal=KILL kexecd.service")
