# SPDX-License-Identifier: LGPL-2.1-or-later
"""What kexecd costs, beside what people know: prints ratios, asserts nothing.

Run it with `PYTHONPATH=tests /usr/bin/python3 -m vm.bench`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from . import project, saved
from .client import private_memory
from .machine import Machine

STAGE_PAIRS = 2
STATUS_PAIRS = 3
LISTED = 1000
LISTINGS = 1

# What the daemon has worked after it was started by ListEntries, and for the next one, in µs.
LIST = r"""
entries=/boot/loader/entries
mkdir -p $entries
trap 'rm $entries/snapshot-*' EXIT
for i in $(seq {listed}); do
    printf 'title Snapshot %s\nversion %s\nlinux %s\ninitrd %s\noptions root=/dev/vda1 ro n=%s\n' \
        $i $i {kernel} {initrd} $i >$entries/snapshot-$i.conf
done
sleep 3 # what has just been written is not remembered
ask() {{
    busctl call org.kexec.Manager /org/kexec/Manager org.kexec.Manager ListEntries 'a{{sv}}' 0 \
        --timeout=120 >/dev/null
}}
worked() {{ awk -v hz=$(getconf CLK_TCK) '{{ print ($14 + $15) * 1000000 / hz }}' /proc/$pid/stat; }}
for round in $(seq {listings}); do
    systemctl stop kexecd.service
    ask
    pid=$(systemctl show --value --property=MainPID kexecd.service)
    first=$(worked)
    ask
    echo $first $(($(worked) - first))
done
"""


def seconds(machine: Machine, command: str) -> float:
    """The wall time of a command, by the guest's own clock: without the way in and out."""
    timed = f"TIMEFORMAT=%R; time {{ {command}; }} >/dev/null"
    return float(machine.root.run(timed).stderr.split()[-1])


def compare(machine: Machine, ours: str, theirs: str, undo: str, pairs: int) -> None:
    """Run both in turn, after `undo` each time, and print the medians."""
    times: dict[str, list[float]] = {ours: [], theirs: []}
    for command in [ours, theirs] * pairs:
        machine.root.run(undo)
        times[command].append(seconds(machine, command))
    ratios = [ours_took / theirs_took for ours_took, theirs_took in zip(times[ours], times[theirs])]
    for command, taken in times.items():
        print(f"  {median(taken):7.2f} s  {command}")
    print(f"  {median(ratios):7.2f}    ratio in pairs ({min(ratios):.2f} to {max(ratios):.2f})")


def list_again(machine: Machine, kernel: str, initrd: str) -> None:
    """What the daemon works when it is started by ListEntries, and when it is asked again."""
    script = LIST.format(listed=LISTED, listings=LISTINGS, kernel=kernel, initrd=initrd)
    rounds = [[int(word) for word in line.split()] for line in machine.root.out(script).splitlines()]
    ratios = [again / first for first, again in rounds]
    print(f"ListEntries of {LISTED} entries on the live system, what the daemon works:")
    print(f"  {median(first for first, _ in rounds) / 1e6:7.2f} s  the first call, its start included")
    print(f"  {median(again for _, again in rounds) / 1e6:7.2f} s  the second")
    print(f"  {median(ratios):7.2f}    ratio ({min(ratios):.2f} to {max(ratios):.2f})")


def run(machine: Machine) -> None:
    newest = machine.image.releases[-1]
    kernel, initrd = f"/boot/vmlinuz-{newest}", f"/boot/initrd.img-{newest}"

    print(f"Staging the default entry ({newest}), the daemon running:")
    machine.root.run(f"cat {kernel} {initrd} >/dev/null; kexecctl status")
    compare(
        machine,
        "kexecctl stage",
        f"kexec -s -l {kernel} --initrd={initrd} --reuse-cmdline",
        "kexec -s -u; kexecctl status",
        STAGE_PAIRS,
    )
    print("of which everything but the load:")
    print(f"  {seconds(machine, 'kexecctl check'):7.2f} s  kexecctl check, after a stage")

    print("A cold status, with the service started by the call:")
    compare(
        machine,
        "kexecctl status",
        "hostnamectl",
        "kexec -s -u; systemctl stop kexecd.service systemd-hostnamed.service",
        STATUS_PAIRS,
    )

    machine.root.run("kexecctl stage")
    pid = machine.root.out("systemctl show --value --property=MainPID kexecd.service")
    print(f"Private memory of the daemon after a stage: {private_memory(machine.root, pid)} KiB")

    list_again(machine, kernel, initrd)


def main() -> None:
    state = saved.with_project(project.build())
    with tempfile.TemporaryDirectory(prefix="kexecd-bench-") as folder:
        with state.restore(Path(folder)) as machine:
            run(machine)


if __name__ == "__main__":
    main()
