# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Debian 12 images that the tests boot: a disk, its kernel and initrd, and a key to get in.

Nothing is mounted and no root is needed: mmdebstrap and mke2fs do their work in a user namespace.
"""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from . import cache
from .recipe import Recipe

HERE = Path(__file__).parent
CODENAME = "bookworm"
# The root file system is the only partition, and leaves room for a boot loader before it.
ROOT_OFFSET = 1 << 20
ROOT_SIZE = 1535 << 20
ROOT_UUID = "6b657865-6364-4000-8000-766d00000001"

# Documentation and translations would double the time it takes to make the disk.
LEFT_OUT = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"]

# The running command line is what kexecd borrows for kernels in /boot. The last words save time where
# the processor is emulated. norandmaps most of all: QEMU keeps what it translated for each address
# that a program ran at, and a kexec, which writes over all of that, would take minutes to forget it.
COMMAND_LINE = (
    f"root=UUID={ROOT_UUID} ro console=ttyS0 net.ifnames=0 panic=10 "
    "mitigations=off apparmor=0 audit=0 norandmaps"
)


@dataclass(frozen=True)
class Image:
    """A built image; `folder` is its entry in the cache."""

    folder: Path

    @property
    def disk(self) -> Path:
        return self.folder / "disk.raw"

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd.img"

    @property
    def ssh_key(self) -> Path:
        return self.folder / "test_key"

    @property
    def releases(self) -> list[str]:
        """The installed kernels' releases, oldest first; the machine boots the first."""
        return (self.folder / "releases").read_text().split()


def get(recipe: Recipe) -> Image:
    """The image, from the cache or made now."""
    sources = _apt_sources()
    suites = " ".join(line.split()[2] for line in sources.splitlines())
    key = cache.key_of(
        Path(__file__).read_bytes(),
        repr(recipe),
        *((HERE / "setup" / script).read_bytes() for script in recipe.setup),
        *(cache.key_of_tree(HERE / "guest" / folder) for folder in recipe.guest),
        *((HERE / program).read_bytes() for program in recipe.programs),
        suites,
    )
    return Image(cache.entry(recipe.name, key, lambda folder: _build(recipe, folder, sources)))


def _apt_sources() -> str:
    """This host's own Debian sources, so that mirrors and proxies are the ones it is set up for."""
    lines = subprocess.run(
        ["apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"]
        + ["Created-By: Packages", "Origin: Debian", "Component: main", "Architecture: amd64"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    releases = {CODENAME, f"{CODENAME}-updates", f"{CODENAME}-security"}
    chosen = [line for line in lines if line.split()[2] in releases]
    if {line.split()[2] for line in chosen} < {CODENAME, f"{CODENAME}-security"}:
        raise RuntimeError(
            f"apt has no package lists of Debian {CODENAME} and its security archive. "
            "The test image is made from them: add them to apt's sources and run apt-get update."
        )
    return "\n".join(dict.fromkeys(chosen)) + "\n"


def _build(recipe: Recipe, folder: Path, sources: str) -> None:
    _make_key(folder)
    _pack_guest_files(recipe, folder)
    _run_mmdebstrap(recipe, folder, sources)
    _make_disk(folder)
    for leftover in ("guest.tar", "root.tar"):
        (folder / leftover).unlink()


def _make_key(folder: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", folder / "test_key"],
        check=True,
    )


def _pack_guest_files(recipe: Recipe, folder: Path) -> None:
    """Put our files for the guest into a tar archive where all of them belong to root."""

    def owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    def add_text(archive: tarfile.TarFile, name: str, text: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(text)
        archive.addfile(owned_by_root(member), io.BytesIO(text))

    with tarfile.open(folder / "guest.tar", "w") as archive:
        for top in (HERE / "guest" / name for name in recipe.guest):
            for path in sorted(top.rglob("*")):
                if not path.is_dir():
                    name = str(path.relative_to(top))
                    archive.add(path, name, recursive=False, filter=owned_by_root)
        for source in recipe.programs:
            program = _compile(HERE / source, folder)
            archive.add(program, f"root/{program.name}", filter=owned_by_root)
            program.unlink()
        add_text(archive, "etc/ssh/test_key.pub", (folder / "test_key.pub").read_bytes())
        add_text(archive, "etc/fstab", f"UUID={ROOT_UUID} / ext4 defaults 0 1\n".encode())


def _compile(source: Path, folder: Path) -> Path:
    """Compile a program that needs no library of the guest's."""
    program = folder / source.stem
    _run_quietly(["gcc", "-static", "-Os", "-s", "-o", str(program), str(source)], folder)
    return program


def _run_mmdebstrap(recipe: Recipe, folder: Path, sources: str) -> None:
    # The files of etc/initramfs-tools have to be there before a kernel is installed.
    no_autoload = "kexec-tools kexec-tools/load_kexec boolean false"
    command = [
        "mmdebstrap",
        f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
        "--variant=minbase",
        "--architectures=amd64",
        f"--include={','.join(recipe.packages)}",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
        "--skip=cleanup/reproducible/machine-id",  # keep the one that setup/users writes
        *_apt_options(),
        f"--essential-hook=tar-in '{folder / 'guest.tar'}' /",
        f'--essential-hook=echo {no_autoload} | chroot "$1" debconf-set-selections',
        *([_keep_packages(recipe)] if recipe.kept else []),
        *(
            f"--customize-hook=chroot \"$1\" sh -s '{COMMAND_LINE}' <'{HERE / 'setup' / script}'"
            for script in recipe.setup
        ),
        CODENAME,
        str(folder / "root.tar"),
        "-",
    ]
    _run_quietly(command, folder, text=sources)


def _keep_packages(recipe: Recipe) -> str:
    """The hook that puts packages into the image without installing them."""
    download = f"apt-get -o APT::Sandbox::User=root download {' '.join(recipe.kept)}"
    return (
        '--customize-hook=mkdir "$1/root/packages" && cd "$1/root/packages" &&'
        f' APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" {download}'
    )


def _apt_options() -> list[str]:
    """How this host's apt fetches (proxies, time-outs), for mmdebstrap's apt too."""
    dump = subprocess.run(
        ["apt-config", "dump", "Acquire"], check=True, capture_output=True, text=True
    ).stdout
    wanted = re.compile(r'^(Acquire::(?:https?|Retries|Check-)[^ ]*) "(.+)";$', re.MULTILINE)
    return [f'--aptopt={name} "{value}"' for name, value in wanted.findall(dump)]


def _make_disk(folder: Path) -> None:
    tree = folder / "tree"
    tree.mkdir()
    # The kernel fills /dev; device nodes cannot be made in a user namespace anyway.
    unpack = f"tar -x -f '{folder}/root.tar' -C '{tree}' --numeric-owner --exclude='./dev/*'"
    options = f"-t ext4 -U {ROOT_UUID} -E offset={ROOT_OFFSET} -d '{tree}'"
    fill = f"mke2fs -q {options} '{folder}/disk.raw' {ROOT_SIZE >> 10}K"
    try:
        _run_quietly([*cache.as_root(), "sh", "-ec", f"{unpack}; {fill}"], folder)
        _write_partition_table(folder / "disk.raw")
        releases = sorted(
            (path.name.removeprefix("vmlinuz-") for path in (tree / "boot").glob("vmlinuz-*")),
            key=lambda release: [int(number) for number in re.findall(r"\d+", release)],
        )
        (folder / "releases").write_text("\n".join(releases))
        for name in ("vmlinuz", "initrd.img"):
            content = (tree / "boot" / f"{name}-{releases[0]}").read_bytes()
            (folder / name).write_bytes(content)
    finally:
        subprocess.run([*cache.as_root(), "rm", "-rf", str(tree)], check=True)


def _write_partition_table(disk: Path) -> None:
    """Make the file system in `disk` the first partition of an MBR."""
    sector = 512
    chs = b"\xfe\xff\xff"  # beyond what it can say
    first, count = ROOT_OFFSET // sector, ROOT_SIZE // sector
    entry = struct.pack("<B3sB3sII", 0x80, chs, 0x83, chs, first, count)
    with open(disk, "r+b") as file:
        file.truncate(ROOT_OFFSET + ROOT_SIZE)
        file.write(struct.pack("<440sIH64s2s", b"", 0x6B657865, 0, entry, b"\x55\xaa"))


def _run_quietly(command: list[str], folder: Path, text: str | None = None) -> None:
    """Run `command`; show what it said only if it fails."""
    done = subprocess.run(
        command,
        input=text,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}):\n{done.stdout[-4000:]}")
