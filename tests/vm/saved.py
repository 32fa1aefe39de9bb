# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines saved at the login, so that a scenario starts in seconds from a state of its own.

The plain machine is saved once for an image. The project is then installed into a restored copy of
it, as a package is on a running system, and that is saved in turn: a new build needs no new boot.
"""

from __future__ import annotations

import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import cache, image
from .image import Image
from .machine import Machine, make_overlay, processor, qemu_version
from .wait import wait_for


@dataclass(frozen=True)
class Saved:
    """A machine at a moment: its disk, and beside that its memory."""

    image: Image
    folder: Path

    @property
    def disk(self) -> Path:
        return self.folder / "disk.qcow2"

    @property
    def memory(self) -> Path:
        return self.folder / "memory"

    def restore(self, folder: Path) -> Machine:
        """Start a machine in `folder` that goes on from here."""
        disk = folder / "disk.qcow2"
        make_overlay(disk, self.disk)
        return Machine(self.image, disk, folder, self.memory)


def save(machine: Machine, folder: Path) -> Saved:
    """Save the running machine, and end it. Its disk has to be `disk.qcow2` in `folder`."""
    saved = Saved(machine.image, folder)
    assert machine.disk == saved.disk
    machine.save(saved.memory)
    return saved


def at_login() -> Saved:
    """The plain machine: alice logged in at the console, no kexecd."""
    plain = image.get()
    here = Path(__file__).parent
    key = cache.key_of(
        cache.identity(plain.folder),
        qemu_version(),
        " ".join(processor()),
        (here / "machine.py").read_bytes(),
    )

    def build(folder: Path) -> None:
        make_overlay(folder / "disk.qcow2", plain.disk)
        with Machine(plain, folder / "disk.qcow2", folder) as machine:
            machine.wait_until_ready()
            _settle(machine)
            save(machine, folder)

    return Saved(plain, cache.entry("login", key, build))


def with_project(tree: Path) -> Saved:
    """The same machine with the project in it; `tree` is what `meson install` made."""
    login = at_login()
    key = cache.key_of(
        cache.identity(login.folder), Path(__file__).read_bytes(), cache.key_of_tree(tree)
    )

    def build(folder: Path) -> None:
        with login.restore(folder) as machine:
            install(machine, tree)
            _settle(machine)
            save(machine, folder)

    return Saved(login.image, cache.entry("installed", key, build))


def install(machine: Machine, tree: Path) -> None:
    """Copy the project into a running machine and do what its package's scripts would do."""

    def owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return member

    with tempfile.TemporaryFile() as packed:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(tree, ".", filter=owned_by_root)
        packed.seek(0)
        # /lib is a symlink in the guest, and the guest's clock stands where it was saved.
        unpack = "tar -x -C / --keep-directory-symlink --no-overwrite-dir --warning=no-timestamp"
        machine.root.send(packed.read(), unpack)

    units = " ".join(
        path.name
        for path in tree.rglob("systemd/system/*.service")
        if "[Install]" in path.read_text()
    )
    machine.root.run(
        "set -e\n"
        "busctl call --quiet org.freedesktop.DBus / org.freedesktop.DBus ReloadConfig\n"
        "systemctl daemon-reload\n"
        "journalctl --update-catalog\n"
        f"test -z '{units}' || systemctl --quiet preset {units}\n"
        "if ldd /usr/bin/kexecctl /usr/libexec/kexecd | grep 'not found'; then exit 1; fi\n"
    )


def _settle(machine: Machine) -> None:
    """Let the machine finish what it does after a boot, so that no scenario meets it half-way."""
    machine.root.run("systemctl is-system-running --wait && udevadm settle && sync")
    wait_for(
        lambda: machine.root.out("systemctl list-jobs --no-legend") == "", "all jobs to end", 120
    )
    # Caught by the first scenario, connections would be dead ones in all the others.
    for shell in (machine.root, machine.alice):
        shell.hang_up()
