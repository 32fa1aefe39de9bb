# SPDX-License-Identifier: LGPL-2.1-or-later
"""Initrds of initramfs-tools and of dracut, with every compressor.

The tools run in a throw-away Debian root, which takes no privileges where this machine allows user
namespaces: they want a kernel's modules in /lib/modules, and here that is none of our business.
"""

from __future__ import annotations

import os
from pathlib import Path

from vm import cache

from . import debian
from .debian import Packages
from .run import run

SCRIPT = Path(__file__).with_name("make-initrds")
TOOLS = ["initramfs-tools-core", "dracut-core", "busybox", "cpio", "kmod", "systemd", "udev"]
TOOLS += ["bzip2", "lz4", "lzop", "xz-utils", "zstd"]
LEFT_OUT = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"]
MAIN_FLAVOUR = "amd64"


def get(packages: Packages) -> Path:
    """The folder with the initrds, and NAME.list beside each; from the cache or made now."""
    key = cache.key_of(
        Path(__file__).read_bytes(), SCRIPT.read_bytes(), cache.identity(packages.folder)
    )
    return cache.entry("initrds", key, lambda folder: _make(folder, packages)) / "initrds"


def _make(folder: Path, packages: Packages) -> None:
    modules = folder / "modules.tar"
    release = packages.kernel(MAIN_FLAVOUR).release
    configs = [f"boot/{path.name}" for path in packages.tree.glob("boot/config-*")]
    pack: list[str | Path] = [
        "tar",
        "-c",
        "-C",
        packages.tree,
        "--owner=0",
        "--group=0",
        "-f",
        modules,
    ]
    # In a Debian root, /lib is a link.
    run([*pack, "--transform=s,^lib/,usr/lib/,", "lib/modules", *configs])
    run(
        [
            "mmdebstrap",
            f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
            "--variant=minbase",
            "--architectures=amd64",
            "--format=null",
            f"--include={','.join(TOOLS)}",
            *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
            *(f'--aptopt={name} "{value}"' for name, value in debian.transport_options()),
            f"--customize-hook=tar-in '{modules}' /",
            f"--customize-hook=chroot \"$1\" bash -s {release} <'{SCRIPT}'",
            f"--customize-hook=copy-out /initrds '{folder}'",
            debian.CODENAME,
            "/dev/null",
            "-",
        ],
        text=debian.source(),
    )
    modules.unlink()
