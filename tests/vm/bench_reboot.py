# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a reboot takes, beside `systemctl kexec`: prints ratios, asserts nothing.

From the command to the new kernel's userspace, which its console shows. Run it with
`BENCH_ROUNDS=6 PYTHONPATH=tests /usr/bin/python3 -m vm.bench_reboot`: where the machine is emulated,
what else its host does shows in a single round.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from . import project, saved
from .machine import Machine
from .saved import Saved

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
LIMIT = 300
# The kernel's last words before its userspace begins: "Run /init as init process".
USERSPACE = b"as init process"
THEIRS = "systemctl kexec"
# The call alone, by a client as light as systemctl; and with our client around it.
CALL = (
    "busctl call org.kexec.Manager /org/kexec/Manager org.kexec.Manager Execute 'a{sv}' 0"
    " --timeout=60"
)
OURS = [CALL, "kexecctl reboot"]
STAGE = "kexecctl stage"


def wait_for_userspace(console: Path, offset: int) -> None:
    """Until the console, from `offset` on, shows that userspace has begun."""
    end = time.monotonic() + LIMIT
    with open(console, "rb") as log:
        log.seek(offset)
        seen = b""
        while USERSPACE not in seen:
            if time.monotonic() > end:
                raise RuntimeError(f"no userspace within {LIMIT} s; the console ends: {seen[-2000:]!r}")
            seen += log.read()
            time.sleep(0.01)  # the clock's own grain: what is measured takes half a minute


def seconds(installed: Saved, load: str, reboot: str) -> float:
    """From `reboot` to the next userspace, on a machine that has just loaded an image with `load`.

    The load is not saved with the machine: a restored one has translated none of its code yet, and
    who comes with a service of his own would pay for that once more.
    """
    with tempfile.TemporaryDirectory(prefix="kexecd-bench-") as folder:
        with installed.restore(Path(folder)) as machine:
            machine.root.run(load)
            offset = len(machine.serial_log.read_bytes())
            begun = time.monotonic()
            asking = threading.Thread(target=machine.root.run, args=(reboot,), kwargs={"code": None})
            asking.start()
            wait_for_userspace(machine.serial_log, offset)
            taken = time.monotonic() - begun
            asking.join()
    return taken


def load_command(machine_releases: list[str]) -> str:
    newest = machine_releases[-1]
    return (
        f"kexec -s -l /boot/vmlinuz-{newest} --initrd=/boot/initrd.img-{newest} --reuse-cmdline"
    )


def main() -> None:
    installed = saved.with_project(project.build())
    loads = {THEIRS: load_command(installed.image.releases), **{command: STAGE for command in OURS}}
    times: dict[str, list[float]] = {command: [] for command in loads}
    for number in range(ROUNDS):
        # Forwards and backwards, so that none is always the first.
        commands = list(loads) if number % 2 == 0 else list(reversed(loads))
        for command in commands:
            times[command].append(seconds(installed, loads[command], command))
    print(f"From the command to the new kernel's userspace, {ROUNDS} rounds:")
    for command, taken in times.items():
        print(f"  {median(taken):7.2f} s  {command} ({min(taken):.2f} to {max(taken):.2f})")
        if command is not THEIRS:
            ratios = [mine / other for mine, other in zip(taken, times[THEIRS])]
            print(f"  {median(ratios):7.2f}    ratio in pairs ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
