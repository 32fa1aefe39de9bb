# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands in the guest, as one user on one of its three sshds."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pexpect

Completed = subprocess.CompletedProcess[str]

# Without KVM the slowest single command, a stage, takes about half a minute.
COMMAND_LIMIT = 300


class CommandFailed(AssertionError):
    """A command in the guest ended with another code than the test expects."""


class Shell:
    """A way in: all commands share one connection, which is opened by the first."""

    def __init__(self, user: str, port: int, key: Path, control: Path) -> None:
        self.user = user
        self._control = control
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": "60",
            "ControlMaster": "auto",
            "ControlPath": str(control),
            "ControlPersist": "yes",
            "IdentitiesOnly": "yes",
            "KexAlgorithms": "curve25519-sha256",
            "LogLevel": "ERROR",
            "PreferredAuthentications": "publickey",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
        }
        self._ssh = ["ssh", "-F", "none", "-i", str(key), "-p", str(port)]
        for name, value in options.items():
            self._ssh += ["-o", f"{name}={value}"]
        self._target = f"{user}@127.0.0.1"

    def run(
        self,
        command: str,
        *,
        code: int | None = 0,
        text: str | None = None,
        limit: float = COMMAND_LIMIT,
    ) -> Completed:
        """Run a shell command that must end with `code` (None: any). `text` goes to its input."""
        self._connect()
        done = subprocess.run(
            [*self._ssh, self._target, "--", command],
            input=text or "",
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
        if code is not None and done.returncode != code:
            raise CommandFailed(
                f"{self.user}$ {command}\nended with {done.returncode}, not {code}\n"
                f"{done.stdout}{done.stderr}"
            )
        return done

    def out(self, command: str) -> str:
        """The output of a command that must succeed, without the white space around it."""
        return self.run(command).stdout.strip()

    def send(self, data: bytes, command: str) -> None:
        """Run a command with bytes as its input."""
        self._connect()
        subprocess.run(
            [*self._ssh, self._target, "--", command], input=data, check=True, timeout=COMMAND_LIMIT
        )

    def start(self, command: str) -> subprocess.Popen[str]:
        """Start a command that goes on while the test does something else."""
        self._connect()
        return subprocess.Popen(
            [*self._ssh, self._target, "--", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def terminal(self, command: str, *, limit: float = COMMAND_LIMIT) -> pexpect.spawn:
        """Run a command on a terminal of its own, to talk to it."""
        import pexpect  # for the tests alone; ./try does without

        self._connect()
        arguments = [*self._ssh[1:], "-tt", self._target, "--", command]
        return pexpect.spawn("ssh", arguments, timeout=limit, encoding="utf-8")

    def show(self, command: str) -> int:
        """Run a command, its output going to ours, on a terminal as we are; returns its code."""
        self._connect()
        terminal = ["-tt"] if sys.stdout.isatty() else []
        return subprocess.run(
            [*self._ssh, *terminal, self._target, "--", command],
            stdin=subprocess.DEVNULL,
            timeout=COMMAND_LIMIT,
            check=False,
        ).returncode

    def put(self, text: str, path: str) -> None:
        """Write a file in the guest."""
        self.run(f"cat >{shlex.quote(path)}", text=text)

    def hang_up(self) -> None:
        """Drop the connection; the next command opens another."""
        if self._control.exists():
            subprocess.run(
                [*self._ssh, "-O", "exit", self._target],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
            self._control.unlink(missing_ok=True)

    def _connect(self) -> None:
        if self._control.exists():
            return
        # A master of its own, in the background: one that a command became would keep the
        # command's output open after its end.
        subprocess.run(
            [*self._ssh, "-o", "ControlMaster=yes", "-N", "-f", self._target],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=COMMAND_LIMIT,
            check=True,
        )
