# SPDX-License-Identifier: LGPL-2.1-or-later
"""The story that ./try tells: a user reboots a machine into another kernel, and what proves it."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import project, proof, saved
from .client import BEGUN, status
from .kind import PLAIN
from .machine import BOOT_LIMIT, Machine, Mark, processor
from .shell import Shell
from .wait import wait_for

# What a person wants to see of the several hundred lines that a shutdown and a boot print.
IMPORTANT = re.compile(
    r"(?:Stopped|Started) .*(?:session-|(?:ssh|dbus|systemd-logind)\.service)"
    r"|(?:Stopped target|Reached target) .*(?:multi-user|umount|shutdown)\.target"
    r"|systemd-shutdown.*(?:Unmounting|unmounted|kexec)|systemd-kexec"
    r"|Starting new kernel|Linux version|Run /init|Welcome to|EXT4-fs|SeaBIOS"
)
NOT_TEXT = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|c)|[^\x20-\x7e…–—]")
WIDTH = 100


def bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() else text


@contextmanager
def chapter(title: str) -> Iterator[None]:
    """Print a heading, and after its part of the story how long that took."""
    print(f"\n{bold('== ' + title)}", flush=True)
    start = time.monotonic()
    yield
    print(f"   ({time.monotonic() - start:.0f} s)", flush=True)


def show(shell: Shell, command: str) -> None:
    """Run a command and let its output be seen. A reboot may take the connection with it."""
    print(bold(f"{shell.user}$ {command}"), flush=True)
    code = shell.show(command)
    assert code in BEGUN, f"'{command}' ended with {code}"


def watch_console(machine: Machine, mark: Mark) -> Callable[[], bool]:
    """Returns a function that prints what is new and tells whether the next boot is ready."""
    shown = 0

    def look() -> bool:
        nonlocal shown
        ready = machine.is_ready(mark)
        lines = machine.serial(mark).splitlines()
        # The last line may still be growing.
        for line in lines[shown : None if ready else -1]:
            text = " ".join(NOT_TEXT.sub("", line).split())
            if IMPORTANT.search(text):
                print(f"   | {text[:WIDTH]}", flush=True)
        shown = max(shown, len(lines) - (0 if ready else 1))
        return ready

    return look


def tell(machine: Machine) -> None:
    """The story itself; an AssertionError is its bad end."""
    with chapter("The machine, and who sits in front of it"):
        show(machine.alice, "uname -r")
        show(
            machine.alice,
            "id -un; loginctl show-session --property=Id --property=Name --property=Seat"
            " --property=TTY --property=Active --property=Remote self",
        )
        show(machine.alice, "kexecctl list")
    before = proof.current_boot(machine)

    with chapter("alice, an ordinary user, stages the kernel that a reboot would boot"):
        show(machine.alice, "kexecctl stage")
        show(machine.alice, "kexecctl status")

    mark = machine.mark()
    with chapter("and reboots into it, without a password; this is the console"):
        show(machine.alice, "kexecctl reboot")
        wait_for(watch_console(machine, mark), "the other kernel to come up", BOOT_LIMIT)
        after = proof.assert_kexeced(machine, before, mark)

    with chapter("On the other side"):
        show(machine.alice, "kexecctl status")
    assert status(machine.alice)["LastExecution"]["result"] == "arrived"
    assert after.release != before.release

    print(f"\n{bold('== The proof')}")
    rows = [
        ("kernel", before.release, after.release),
        ("boot id", before.boot_id, after.boot_id),
        ("loaded by", str(before.loader), f"{after.loader} (bootloader_type 208: kexec)"),
    ]
    for name, old, new in rows:
        print(f"   {name:10} {old:38} -> {new}")
    print("   The first boot's journal ends with an orderly shutdown.")
    print("   The second boot found its root file system unmounted cleanly.")
    print("   The machine was not reset, and its firmware printed nothing in between.")


def main() -> int:
    start = time.monotonic()
    emulated = "tcg" in " ".join(processor(PLAIN))
    if emulated:
        print("There is no KVM here, so the machine is emulated: everything in it is slow.")
    with chapter("Build kexecd, and a throw-away virtual machine with it"):
        state = saved.with_project(project.build())
    with tempfile.TemporaryDirectory(prefix="kexecd-try-") as folder:
        with state.restore(Path(folder)) as machine:
            try:
                tell(machine)
            except AssertionError as error:
                print(f"\n{bold('It did not work')}: {error}\n{machine.serial_tail()}")
                return 1
    took = time.monotonic() - start
    print(
        f"\n{bold('It works')}: a user without privileges rebooted into another kernel, in order and"
    )
    print(f"past the firmware. All of it took {took:.0f} s; the machine is gone again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
