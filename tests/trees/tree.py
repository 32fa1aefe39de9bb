# SPDX-License-Identifier: LGPL-2.1-or-later
"""A system's directory tree, as far as booting is concerned, and what kexecctl lists in it."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import programs
from .listing import KEYS, Entry, Listing

LOADER = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"  # boot loaders' variables
GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"  # the firmware's own
NOBODY = 65534
SECONDS = 60  # for a listing under sanitizers on a busy machine

GRUBENV_SIZE = 1024


def unprivileged() -> list[str]:
    """What goes before a command so that it runs without privileges."""
    if os.geteuid() != 0:
        return []
    return [
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--inh-caps=-all",
        "--no-new-privs",
        "--",
    ]


def grubenv(**variables: str) -> bytes:
    """An environment block: 1024 bytes, filled up with "#"."""
    lines = ["# GRUB Environment Block", *(f"{key}={value}" for key, value in variables.items())]
    block = "".join(f"{line}\n" for line in lines).encode()
    assert len(block) <= GRUBENV_SIZE
    return block.ljust(GRUBENV_SIZE, b"#")


@dataclass(frozen=True)
class Tree:
    root: Path
    client: Path

    # --- files ---

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, contents: str | bytes) -> None:
        where = self.path(path)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(contents.encode() if isinstance(contents, str) else contents)

    def link(self, path: str, target: str) -> None:
        where = self.path(path)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.symlink_to(target)

    def kernel(self, path: str, release: str) -> None:
        self.write(path, programs.make_kernel(release))

    def initrds(self, *paths: str) -> None:
        for path in paths:
            self.write(path, programs.make_initrd())

    def uki(self, path: str, release: str, *arguments: str, osrel: str = "") -> None:
        """@arguments: for make-uki; sections that stand after --linux, --osrel and --initrd."""
        with tempfile.TemporaryDirectory() as folder:
            parts = {
                "linux": programs.make_kernel(release),
                "osrel": osrel.encode(),
                "initrd": programs.make_initrd(),
            }
            words: list[str | Path] = []
            for name, contents in parts.items():
                part = Path(folder, name)
                part.write_bytes(contents)
                words += [f"--{name}", part] if contents else []
            self.write(path, programs.make_uki(*words, "--uname", release, *arguments))

    # --- a system ---

    def system(self, name: str, *, fstab: str = "", cmdline: str = "", running: str = "") -> None:
        """@cmdline: of the running kernel, as /proc tells it; @running: its release"""
        word = name.split()[0].lower()
        self.write("etc/os-release", f'NAME="{name.split()[0]}"\nID={word}\nPRETTY_NAME="{name}"\n')
        if fstab:
            self.write("etc/fstab", fstab)
        if cmdline:
            self.write("proc/cmdline", f"{cmdline}\n")
        if running:
            self.write("proc/sys/kernel/osrelease", f"{running}\n")

    def bls(self, path: str, **keys: str | Sequence[str]) -> None:
        """A snippet; a list stands for a key that is repeated, "_" in a key for "-"."""
        lines = [
            f"{key.replace('_', '-')} {value}\n"
            for key, values in keys.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        self.write(path, "".join(lines))

    def variable(self, name: str, value: str, vendor: str = LOADER) -> None:
        """An EFI variable that holds a string."""
        self.raw_variable(name, f"{value}\0".encode("utf-16-le"), vendor)

    def raw_variable(self, name: str, data: bytes, vendor: str = LOADER) -> None:
        attributes = struct.pack("<I", 7)  # non-volatile, for boot services and at run time
        self.write(f"sys/firmware/efi/efivars/{name}-{vendor}", attributes + data)

    # --- the program under test ---

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "G_DEBUG": "fatal-warnings",
            "ASAN_OPTIONS": "abort_on_error=1",
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
            "GCOV_PREFIX": str(self.client.parent / "coverage"),
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.root}/no-bus",
        }
        return subprocess.run(
            [*unprivileged(), self.client, f"--root={self.root}", *arguments],
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )

    def list(self) -> Listing:
        done = self.run("list", "--json")
        assert done.returncode == 0, done
        entries = [Entry(facts) for facts in json.loads(done.stdout)]
        for entry in entries:
            assert KEYS <= set(entry.facts), entry
        ids = [entry["id"] for entry in entries]
        assert len(set(ids)) == len(ids), ids
        return Listing(entries)
