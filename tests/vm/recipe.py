# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the images of the guests are made of: Debian's packages, our files, and scripts of ours."""

from __future__ import annotations

from dataclasses import dataclass

# Two kernels: the machine boots the older one, so arriving in the other one proves itself.
KERNELS = ("linux-image-cloud-amd64", "linux-image-6.12-cloud-amd64")
# What kexecd needs, and what any guest of the tests needs besides.
COMMON = (
    *KERNELS,
    "dbus",
    "initramfs-tools",
    "iproute2",
    "kmod",
    "libbz2-1.0",
    "libglib2.0-0",
    "libglib2.0-bin",  # gdbus, which shows the names of errors
    "libjson-glib-1.0-0",
    "liblz4-1",
    "liblzma5",
    "liblzo2-2",
    "libmount1",
    "libpolkit-agent-1-0",
    "libssl3",
    "libzstd1",
    "openssh-server",
    "polkitd",
    "procps",
    "udev",
    "zlib1g",
    "zstd",
)


@dataclass(frozen=True)
class Recipe:
    """How an image is made."""

    name: str
    packages: tuple[str, ...]
    guest: tuple[str, ...]  # the folders of guest/ that go into it
    setup: tuple[str, ...]  # the scripts of setup/ that run in it, in this order
    kept: tuple[str, ...] = ()  # packages that lie in /root/packages, not installed
    programs: tuple[str, ...] = ()  # the C files here that go into /root, compiled


SYSTEMD = Recipe(
    "image",
    (
        *COMMON,
        "binutils",  # objcopy, for setup/images
        "dosfstools",  # for prepare/systemd-boot
        "fdisk",
        "grub-pc-bin",  # for prepare/grub
        "grub2-common",
        "kexec-tools",
        "libpam-systemd",
        "systemd",
        "systemd-boot",  # and bootctl
        "systemd-boot-efi",  # the stub of unified kernel images, for setup/images
        "systemd-sysv",
    ),
    ("common", "systemd"),
    ("users", "systemd", "images"),
)

# OpenRC, with sysvinit and openrc-init to choose from as PID 1. kexec-tools is for prepare/sysv-rc:
# its stop script kexecs by itself.
OPENRC = Recipe(
    "openrc",
    (
        *COMMON,
        "elogind",
        "inetutils-syslogd",
        "initscripts",
        "libpam-elogind",  # a logind, which polkitd wants
        "libxenmisc4.17",  # for kexec-tools
        "openrc",
        "sysvinit-core",
    ),
    ("common", "openrc"),
    ("users", "openrc"),
    kept=("kexec-tools", "startpar", "sysv-rc"),
    programs=("reboot-k.c",),
)
