# SPDX-License-Identifier: LGPL-2.1-or-later
"""/boot on a disk of its own that fstab lists and nothing has mounted, as Gentoo has it."""

from __future__ import annotations

import shutil

from .client import Exit, asks_for, default_entry, entries, slot_is_full
from .image import COMMAND_LINE
from .machine import Machine, make_empty
from .menus import System, boot_staged, facts, promised, stage_default
from .wait import wait_for

CUSTOM = "org.kexec.manager.stage-custom"

# Says where the first file system was mounted after it began to watch.
WATCHER = "findmnt --poll=mount --first-only --noheadings --output=TARGET"

CONFIGURATION = "/etc/kexecd/kexecd.conf.d/boot.conf"
# What keeps kexecd from mounting, what takes that back, and what the sentence has to name.
OBSTACLES = {
    "not wanted": (
        f"printf '[Manager]\\nMountBoot=no\\n' >{CONFIGURATION}",
        f"rm {CONFIGURATION}",
        "MountBoot=no",
    ),
    "for everyone to mount": (
        "sed -i s/noauto/noauto,users/ /etc/fstab",
        "sed -i s/noauto,users/noauto/ /etc/fstab",
        "ordinary users",
    ),
    "no such disk": (
        "sed -i s/LABEL=boot/LABEL=no-such/ /etc/fstab",
        "sed -i s/LABEL=no-such/LABEL=boot/ /etc/fstab",
        "LABEL=no-such",
    ),
}


def test_found_and_staged(boot_machine: Machine) -> None:
    """Nobody sees it mounted, it does not stay mounted, and what lies in it boots."""
    machine, new = boot_machine, boot_machine.image.releases[-1]
    watcher = machine.root.start(f"exec {WATCHER}")
    wait_for(lambda: machine.root.out("pgrep -xc findmnt || true") == "1", "findmnt to begin", 240)

    listed = entries(machine.alice)
    assert {entry["version"] for entry in listed} == set(machine.image.releases)
    entry = default_entry(machine.alice)
    assert promised(entry) == System(new, COMMAND_LINE) and entry["trusted"]
    assert entry["kernel"] == f"/boot/vmlinuz-{new}"
    stage_default(machine, entry)
    _assert_let_go(machine)

    # The watcher has seen nothing until now, and sees this: it would have seen the other.
    machine.root.run("mount -t tmpfs none /mnt")
    assert watcher.communicate(timeout=60)[0].split() == ["/mnt"]
    machine.root.run("umount /mnt")

    assert boot_staged(machine, machine.alice) == promised(entry)
    assert default_entry(machine.alice)["version"] == new
    _assert_let_go(machine)


def test_mounted_meanwhile(boot_machine: Machine) -> None:
    """What the administrator mounts is looked at where it is, and stays."""
    machine, entry = boot_machine, default_entry(boot_machine.alice)
    machine.root.run("mount /boot")
    mounted = default_entry(machine.alice)
    assert facts(mounted) == facts(entry) and mounted["trusted"]
    stage_default(machine, entry)
    machine.root.run("umount /boot")
    assert facts(default_entry(machine.alice)) == facts(entry)


def test_another_disk_of_the_same_name(boot_machine: Machine) -> None:
    """Which of the two is meant cannot be known: only an administrator may decide."""
    machine = boot_machine
    assert default_entry(machine.alice)["trusted"]
    original = machine.files["second"]
    twin = original.with_name("twin.qcow2")
    shutil.copy(original, twin)
    machine.plug(twin)

    entry = default_entry(machine.alice)
    assert not entry["trusted"]
    said = " ".join(finding["text"] for finding in entry["findings"])
    assert "vdb" in said and "vdc" in said, said
    machine.alice.run("kexecctl stage", code=Exit.UNAUTHORIZED)
    assert asks_for(machine.alice, "kexecctl stage") == CUSTOM
    assert not slot_is_full(machine)


def test_partition(boot_machine: Machine) -> None:
    """A partition's own name tells it from a disk of the same label; FAT is judged by options."""
    machine, entry = boot_machine, default_entry(boot_machine.alice)
    disk = machine.files["second"].with_name("partitioned.qcow2")
    make_empty(disk, "128M")
    device = machine.plug(disk)
    part = f"{device}-part1"
    machine.root.run(
        f"echo type=linux | sfdisk --quiet --label=gpt {device} && udevadm settle &&"
        f" mkfs.ext4 -q -L boot {part} && mkdir /tmp/boot && udevadm settle"
    )
    name = machine.root.out(f"blkid -o value -s PARTUUID {part}")

    _copy_boot(machine, part)
    _list_in_fstab(machine, "LABEL=boot /boot ext4 noauto 0 2")
    assert not default_entry(machine.alice)["trusted"]
    _list_in_fstab(machine, f"PARTUUID={name} /boot ext4 noauto 0 2")
    assert default_entry(machine.alice) == entry and entry["trusted"]

    machine.root.run(f"mkfs.vfat -n ESP {part} >/dev/null && udevadm settle")
    _copy_boot(machine, part)
    machine.root.run("modprobe --remove vfat")  # for the kernel to load when kexecd mounts
    _list_in_fstab(machine, f"PARTUUID={name} /boot vfat noauto,umask=0002 0 2")
    assert not default_entry(machine.alice)["trusted"]
    _list_in_fstab(machine, f"PARTUUID={name} /boot vfat noauto,umask=0077 0 2")
    assert facts(default_entry(machine.alice)) == facts(entry)
    stage_default(machine, entry)
    assert machine.root.out("findmnt --noheadings /boot || true") == ""


def test_not_to_be_mounted(boot_machine: Machine) -> None:
    """What keeps kexecd from mounting it is said, and nothing is staged."""
    machine = boot_machine
    assert default_entry(machine.alice)["trusted"]
    for change, undo, word in OBSTACLES.values():
        machine.root.run(change)
        for command in ("kexecctl list", "kexecctl stage"):
            refused = machine.alice.run(command, code=Exit.FAILED)
            assert "/boot is " in refused.stderr and word in refused.stderr, refused.stderr
        machine.root.run(undo)
    assert default_entry(machine.alice)["trusted"] and not slot_is_full(machine)


def _copy_boot(machine: Machine, device: str) -> None:
    """Fill another file system with what /boot has."""
    machine.root.run(
        f"mount /dev/vdb /boot && mount {device} /tmp/boot &&"
        " cp --dereference /boot/vmlinuz-* /boot/initrd.img-* /tmp/boot/ &&"
        " umount /tmp/boot /boot"
    )


def _list_in_fstab(machine: Machine, line: str) -> None:
    machine.root.run(f"sed -i 's|^.* /boot .*$|{line}|' /etc/fstab")


def _assert_let_go(machine: Machine) -> None:
    """The disk is not in use, by no name space's mount and no open file."""
    in_use = "ls -d /sys/fs/ext4/vdb 2>/dev/null; grep -l /dev/vdb /proc/[0-9]*/mountinfo; true"
    wait_for(lambda: machine.root.out(in_use) == "", "/boot to be let go", 240)
