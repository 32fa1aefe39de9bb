# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's own kernels and boot loaders, fetched as packages and unpacked, for every architecture.

apt gets a configuration and package lists of its own, so that nothing of this machine changes, and
no architecture is added to it. What the newest kernels are is read from the lists. Those of the
release itself do: they change with its point releases, and what they name stays on the mirrors.
"""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from vm import cache

from .run import run

CODENAME = "bookworm"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# The package that depends on the newest kernel of its flavour, and what uname(2) calls the machine.
KERNELS = {
    "amd64": ("linux-image-amd64", "x86_64"),
    "cloud": ("linux-image-cloud-amd64", "x86_64"),
    "rt": ("linux-image-rt-amd64", "x86_64"),
    "i386": ("linux-image-686-pae:i386", "i686"),
    "arm64": ("linux-image-arm64:arm64", "aarch64"),
    "armhf": ("linux-image-armmp:armhf", "armv7l"),
    "ppc64el": ("linux-image-powerpc64le:ppc64el", "ppc64le"),
    "s390x": ("linux-image-s390x:s390x", "s390x"),
}
UNSIGNED = "cloud"  # of this one the unsigned build is fetched, too

# An installer, whose initrd is one of another architecture. Boot loaders and other programs.
OTHERS = [
    "debian-installer-12-netboot-armhf",
    "fwupd-amd64-signed",
    "grub-efi-amd64-bin",
    "grub-efi-amd64-signed",
    "ipxe",
    "memtest86+",
    "shim-signed",
    "shim-unsigned",
    "syslinux-efi",
    "systemd-boot-efi",
]

# What is unpacked. Of a kernel's modules, what a small initrd takes.
WANTED = [
    "boot/*",
    "lib/modules/*/modules.order",
    "lib/modules/*/modules.builtin*",
    "lib/modules/*/kernel/crypto/crc32c_generic.ko",
    "lib/modules/*/kernel/drivers/block/virtio_blk.ko",
    "lib/modules/*/kernel/drivers/virtio/*",
    "lib/modules/*/kernel/fs/ext4/*",
    "lib/modules/*/kernel/fs/jbd2/*",
    "lib/modules/*/kernel/fs/mbcache.ko",
    "lib/modules/*/kernel/lib/crc16.ko",
    "usr/lib/*.efi",
    "usr/lib/*.efi.signed",
    "usr/lib/*.efi.stub",
    "usr/lib/debian-installer/*/initrd.gz",
    "usr/libexec/fwupd/*",
    "usr/share/shim/*",
]


@dataclass(frozen=True)
class Kernel:
    """A kernel as its package has it."""

    flavour: str
    architecture: str  # as uname(2) says it
    path: Path

    @property
    def release(self) -> str:
        return self.path.name.split("-", 1)[1]


@dataclass(frozen=True)
class Packages:
    """All packages, unpacked into one tree; the unsigned kernel into one of its own."""

    folder: Path

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    def kernel(self, flavour: str) -> Kernel:
        package, architecture = KERNELS[flavour]
        release = dict(
            line.split() for line in (self.folder / "releases").read_text().splitlines()
        )[package]
        (path,) = self.tree.glob(f"boot/vmlinu[xz]-{release}")
        return Kernel(flavour, architecture, path)

    @property
    def unsigned_kernel(self) -> Kernel:
        (path,) = self.folder.glob("unsigned/boot/vmlinuz-*")
        return Kernel(UNSIGNED, KERNELS[UNSIGNED][1], path)


def get() -> Packages:
    """The packages, from the cache or fetched now. They are looked for anew each week."""
    recipe = Path(__file__).read_bytes()
    lists = cache.entry("lists", cache.key_of(recipe, time.strftime("%G-%V")), _fetch_lists)
    wanted = (lists / "wanted").read_text()
    return Packages(
        cache.entry(
            "packages", cache.key_of(recipe, wanted), lambda folder: _fetch_packages(folder, lists)
        )
    )


def source() -> str:
    """This host's own Debian source: the mirror and the proxies that it is set up for."""
    lines = run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
        + ["Origin: Debian", f"Codename: {CODENAME}", "Component: main", "Architecture: amd64"]
    ).splitlines()
    if not lines:
        raise RuntimeError(
            f"apt has no package lists of Debian {CODENAME}, which the real files come from: "
            "add it to apt's sources and run apt-get update."
        )
    return f"deb [signed-by={KEYRING}] {lines[0]} {CODENAME} main\n"


def transport_options() -> list[tuple[str, str]]:
    """How this host's apt fetches: proxies, time-outs."""
    wanted = re.compile(r'^(Acquire::(?:https?|Retries|Check-)[^ ]*) "(.+)";$', re.MULTILINE)
    return wanted.findall(run(["apt-config", "dump", "Acquire"]))


def _fetch_lists(folder: Path) -> None:
    """Fetches the lists, and writes down the files that they name for the packages we want."""
    with _private_apt(folder) as environment:
        run(["apt-get", "--quiet", "update"], environment)
        releases = {}
        for package, _ in KERNELS.values():
            described = run(["apt-cache", "--no-all-versions", "show", package], environment)
            found = re.search(r"^Depends:.* linux-image-([^ ,]+) ", described, re.MULTILINE)
            assert found, f"{package} depends on no kernel:\n{described}"
            releases[package] = found[1]
        names = [*map(_name_with_release, releases.keys(), releases.values())]
        names += [f"linux-image-{releases[KERNELS[UNSIGNED][0]]}-unsigned", *OTHERS]
        wanted = run(["apt-get", "download", "--print-uris", *names], environment)
    (folder / "releases").write_text("".join(f"{name} {releases[name]}\n" for name in releases))
    (folder / "names").write_text("\n".join(names))
    (folder / "wanted").write_text(wanted)


def _name_with_release(package: str, release: str) -> str:
    """linux-image-686-pae:i386 → linux-image-6.1.0-50-686-pae:i386"""
    _, colon, architecture = package.partition(":")
    return f"linux-image-{release}{colon}{architecture}"


def _fetch_packages(folder: Path, lists: Path) -> None:
    (folder / "releases").write_text((lists / "releases").read_text())
    with tempfile.TemporaryDirectory(dir=folder) as downloads, _private_apt(lists) as environment:
        names = (lists / "names").read_text().split()
        run(["apt-get", "--quiet", "download", *names], environment, directory=Path(downloads))
        packages = sorted(Path(downloads).iterdir())
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda package: _unpack(package, folder), packages))


def _unpack(package: Path, folder: Path) -> None:
    top = folder / ("unsigned" if re.match("linux-image-.*-unsigned_", package.name) else "tree")
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE
    ) as unpacker:
        with tarfile.open(fileobj=unpacker.stdout, mode="r|") as archive:
            for member in archive:
                if member.isfile() and _is_wanted(member.name.removeprefix("./")):
                    member.mode = 0o644
                    archive.extract(member, top, set_attrs=False)
    assert unpacker.returncode == 0, f"{package.name} is damaged"


def _is_wanted(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in WANTED)


@contextmanager
def _private_apt(lists: Path) -> Iterator[dict[str, str]]:
    """An environment in which apt knows this folder's package lists, and nothing of the host."""
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        (top / "sources.list").write_text(source())
        (top / "status").touch()
        options = [
            ("Dir::State", scratch),
            ("Dir::State::status", f"{scratch}/status"),
            ("Dir::State::lists", f"{lists}/apt"),
            ("Dir::Cache", scratch),
            ("Dir::Log", scratch),
            ("Dir::Etc::main", "/dev/null"),
            ("Dir::Etc::parts", "/dev/null"),
            ("Dir::Etc::preferences", "/dev/null"),
            ("Dir::Etc::preferencesparts", "/dev/null"),
            ("Dir::Etc::sourcelist", f"{scratch}/sources.list"),
            ("Dir::Etc::sourceparts", "/dev/null"),
            ("APT::Architecture", "amd64"),
            *(("APT::Architectures::", name) for name in _architectures()),
            ("APT::Sandbox::User", ""),  # the folders are ours, not _apt's
            ("Acquire::Retries", "3"),
            ("Acquire::GzipIndexes", "true"),
            ("Acquire::Languages", "none"),
            *transport_options(),
        ]
        lines = [f'{name} "{value}";\n' for name, value in options]
        (top / "apt.conf").write_text("".join(lines))
        yield {"APT_CONFIG": f"{scratch}/apt.conf"}


def _architectures() -> list[str]:
    named = [package.partition(":")[2] for package, _ in KERNELS.values()]
    return ["amd64", *filter(None, named)]
