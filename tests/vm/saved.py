# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines saved at the login, so that a scenario starts in seconds from a state of its own.

A machine of each kind is saved once for an image. The project is then installed into a restored
copy of it, as a package is on a running system, and that is saved in turn: a new build needs no new
boot.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

from . import cache, image
from .image import Image
from .kind import OVMF, OVMF_VARIABLES, PLAIN, Kind
from .machine import Broken, Machine, file_of, make_empty, make_overlay, processor, qemu_version
from .wait import wait_for

HERE = Path(__file__).parent
PREPARE_LIMIT = 600


@dataclass(frozen=True)
class Saved:
    """A machine at a moment: its disks, and beside them its memory."""

    kind: Kind
    image: Image
    folder: Path

    @property
    def memory(self) -> Path:
        return self.folder / "memory"

    @property
    def files(self) -> dict[str, Path]:
        return {name: file_of(self.folder, name) for name in self.kind.files}

    def restore(self, folder: Path) -> Machine:
        """Start a machine in `folder` that goes on from here."""
        for name, file in self.files.items():
            make_overlay(file_of(folder, name), file)
        return Machine(self.kind, self.image, folder, self.memory)

    def remove(self) -> None:
        for path in (self.memory, *self.files.values()):
            path.unlink()


def save(machine: Machine, folder: Path) -> Saved:
    """Save the running machine, and end it. Its disks have to be in `folder`."""
    saved = Saved(machine.kind, machine.image, folder)
    assert machine.files == saved.files
    machine.save(saved.memory)
    return saved


@once
def at_login(kind: Kind = PLAIN) -> Saved:
    """A machine without kexecd: alice logged in at the console."""
    debian = image.get(kind.recipe)
    key = cache.key_of(
        qemu_version(),
        " ".join(processor(kind)),
        (HERE / "machine.py").read_bytes(),
        repr(kind),
        *_made_from(kind, debian),
    )

    def build(folder: Path) -> None:
        if kind.base is None:
            make_overlay(file_of(folder, "root"), debian.disk)
        else:
            _prepare(kind, kind.base, folder)
        with Machine(kind, debian, folder) as machine:
            machine.wait_until_ready()
            _settle(machine)
            save(machine, folder)

    return Saved(kind, debian, cache.entry(f"{kind.name}.login", key, once_more(build)))


@once
def with_project(tree: Path, kind: Kind = PLAIN) -> Saved:
    """The same machine with the project in it; `tree` is what `meson install` made."""
    login = at_login(kind)
    key = cache.key_of(
        cache.identity(login.folder),
        Path(__file__).read_bytes(),
        kind.init.installed,
        cache.key_of_tree(tree),
    )

    def build(folder: Path) -> None:
        with login.restore(folder) as machine:
            install(machine, tree)
            _settle(machine)
            save(machine, folder)

    return Saved(kind, login.image, cache.entry(f"{kind.name}.installed", key, once_more(build)))


def once_more(build: Callable[[Path], None]) -> Callable[[Path], None]:
    """The same, less what the emulator can break."""

    def build_twice(folder: Path) -> None:
        try:
            build(folder)
        except Broken:
            print(f"{folder.name}: once more, as QEMU broke the guest's kernel", file=sys.stderr)
            build(folder)

    return build_twice


def _made_from(kind: Kind, debian: Image) -> list[bytes | str]:
    if kind.base is None:
        return [cache.identity(debian.folder)]
    return [
        cache.identity(at_login(kind.base).folder),
        (HERE / "prepare" / kind.name).read_bytes(),
        *(path.read_bytes() for path in kind.firmware.files),
    ]


def _prepare(kind: Kind, base: Kind, folder: Path) -> None:
    """Make the disks of a machine of this kind, in one of its base that has all the tools."""
    with at_login(base).restore(folder) as machine:
        plugged = []
        if kind.second_disk:
            make_empty(file_of(folder, "second"), kind.second_disk)
            plugged.append(machine.plug(file_of(folder, "second")))
        script = (HERE / "prepare" / kind.name).read_text()
        machine.root.run(" ".join(["sh -s", *plugged]), text=script, limit=PREPARE_LIMIT)
        machine.power_off()
    if kind.firmware is OVMF:
        make_overlay(file_of(folder, "variables"), OVMF_VARIABLES)


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
        # /lib is a symlink in the guest. The guest's clock stands where it was saved, and OpenRC
        # does not like files from the future.
        unpack = "tar -x -C / --touch --keep-directory-symlink --no-overwrite-dir"
        machine.root.send(packed.read(), unpack)

    machine.root.run(
        "set -e\n"
        "dbus-send --system --print-reply --dest=org.freedesktop.DBus"
        " / org.freedesktop.DBus.ReloadConfig\n"
        f"{machine.kind.init.installed}\n"
        "if ldd /usr/bin/kexecctl /usr/libexec/kexecd | grep 'not found'; then exit 1; fi\n"
    )


def _settle(machine: Machine) -> None:
    """Let the machine finish what it does after a boot, so that no scenario meets it half-way."""
    init = machine.kind.init
    machine.root.run(f"{init.settle} && udevadm settle && sync")
    busy = f"{init.is_busy} || true"
    wait_for(lambda: machine.root.out(busy) == "", "services to have started", 120)
    # Caught by the first scenario, connections would be dead ones in all the others.
    for shell in (machine.root, machine.alice):
        shell.hang_up()
