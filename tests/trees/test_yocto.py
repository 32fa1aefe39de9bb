# SPDX-License-Identifier: LGPL-2.1-or-later
"""Images that the Yocto Project's wic makes: a bzImage on the ESP, with either boot loader."""

from __future__ import annotations

from .tree import Tree

VERSION = "6.6.32-yocto-standard"
CMDLINE = "root=PARTUUID=076c4a2a-02 rootwait rootfstype=ext4 console=ttyS0,115200 console=tty0"
FSTAB = """\
# stock fstab - you probably want to override this with a machine specific one

/dev/root            /                    auto       defaults              1  1
proc                 /proc                proc       defaults              0  0
tmpfs                /run                 tmpfs      mode=0755,nodev,nosuid,strictatime 0  0

/dev/sda1\t/boot\tvfat\tdefaults\t0\t0
"""


def files(tree: Tree) -> None:
    tree.system(
        "Poky (Yocto Project Reference Distro) 5.0.2 (scarthgap)", fstab=FSTAB, running=VERSION
    )
    tree.kernel("boot/bzImage", VERSION)
    tree.write("boot/EFI/BOOT/bootx64.efi", b"MZ")


def test_grub(tree: Tree) -> None:
    """GRUB's own menu lies beside GRUB, on the file system that it reads from."""
    files(tree)
    tree.write(
        "boot/EFI/BOOT/grub.cfg",
        f"""\
serial --unit=0 --speed=115200 --word=8 --parity=no --stop=1
default=boot
timeout=5

menuentry 'boot'{{
linux /bzImage {CMDLINE}{" "}
}}
""",
    )
    listing = tree.list()
    assert listing.rows("id", "title", "source", "version", "kernel", "initrds", "cmdline") == [
        ("boot", "boot", "grub", VERSION, "/boot/bzImage", [], CMDLINE)
    ]
    assert listing.default_of("id") == "boot"


def test_grub_with_two_labels(tree: Tree) -> None:
    """Automatically created by OE, with GRUB_GFXSERIAL and an initrd."""
    files(tree)
    tree.initrds("boot/initrd")
    labels = [
        ("boot", " graphics console", ""),
        ("boot", " serial console", "console=ttyS0,115200"),
        ("install", " graphics console", ""),
        ("install", " serial console", "console=ttyS0,115200"),
    ]
    tree.write(
        "boot/EFI/BOOT/grub.cfg",
        "# Automatically created by OE\n"
        "serial --unit=0 --speed=115200 --word=8 --parity=no --stop=1\ndefault=boot\ntimeout=10\n"
        + "".join(
            f"\nmenuentry '{label}{kind}'{{\nlinux /bzImage LABEL={label} root=/dev/ram0  {end}\n"
            "initrd /initrd\n}\n"
            for label, kind, end in labels
        ),
    )
    listing = tree.list()
    assert listing.rows("title", "initrds", "cmdline") == [
        (f"{label}{kind}", ["/boot/initrd"], f"LABEL={label} root=/dev/ram0 {end}".strip())
        for label, kind, end in labels
    ]
    # No entry is called "boot", so that the first one is the default.
    assert listing.default_of("title") == "boot graphics console"


def test_systemd_boot(tree: Tree) -> None:
    files(tree)
    tree.initrds("boot/microcode.cpio")
    tree.write("boot/loader/loader.conf", "default boot\ntimeout 5\n")
    tree.bls(
        "boot/loader/entries/boot.conf",
        title="boot",
        linux="/bzImage",
        options=f"LABEL=Boot {CMDLINE}",
        initrd="/microcode.cpio",
    )
    listing = tree.list()
    assert listing.rows("id", "title", "source", "kernel", "initrds", "cmdline") == [
        (
            "boot.conf",
            "boot",
            "bls",
            "/boot/bzImage",
            ["/boot/microcode.cpio"],
            f"LABEL=Boot {CMDLINE}",
        )
    ]
    assert listing.default_of("id") == "boot.conf"


def test_kernel_in_the_root_file_system(tree: Tree) -> None:
    """The package kernel-image: a link to a kernel with its version."""
    files(tree)
    tree.path("boot/bzImage").unlink()
    tree.kernel(f"boot/bzImage-{VERSION}", VERSION)
    tree.link("boot/bzImage", f"bzImage-{VERSION}")
    tree.write("proc/cmdline", f"{CMDLINE}\n")
    assert tree.list().rows("id", "version", "cmdline") == [(VERSION, VERSION, CMDLINE)]
