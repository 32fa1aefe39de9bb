# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gentoo: genkernel's names and dracut's, a /boot mounted by hand, OpenRC's conf.d/kexec."""

from __future__ import annotations

import pytest

from . import grub
from .grub import Disk, Kernel
from .tree import Tree, grubenv

UUID, BOOT_UUID = "6b1f0d0a-77c7-4d0c-9c1b-63b0e0b2a6f1", "21a8b4f0-2d2e-4c43-8a7f-08d8f3b7a111"
NEW, OLD = "6.6.38-gentoo", "6.6.30-gentoo"
RUNNING = "root=/dev/sda3 rootfstype=ext4 quiet"

FSTAB = f"""\
# <fs>\t\t\t<mountpoint>\t<type>\t\t<opts>\t\t<dump> <pass>
UUID={BOOT_UUID}\t/boot\text4\tnoauto,noatime\t1 2
/dev/sda3\t\t/\text4\tnoatime\t0 1
/dev/sda2\t\tnone\tswap\tsw\t0 0
"""

CONF = """\
# Load kexec kernel image into memory during shutdown instead of bootup
# (default: yes)
LOAD_DURING_SHUTDOWN="yes"

# Additional arguments passed to kexec (8)
#KEXEC_OPT_ARGS=""

# Kernel image partition. Mounted automatically if not.
# (default: /boot)
#BOOTPART="/boot"

# Root partition (should be autodetected)
#ROOTPART="/dev/hda3"

# Kernel image pathname, relative from BOOTPART.
#KNAME="vmlinuz-3.9.0"

# Initrd
#INITRD="/boot/fbsplash-emergence-1024x768"

# Kernel parameters (should be autodetected)
#KPARAM="splash=silent,theme:gentoo"

# Do not try to mount /boot
DONT_MOUNT_BOOT="yes"
"""


def system(tree: Tree, boot_image: str = "") -> None:
    tree.system("Gentoo Linux", fstab=FSTAB, running=OLD, cmdline=f"{boot_image} {RUNNING}".strip())


def genkernel(tree: Tree) -> None:
    for version in (OLD, NEW):
        tree.kernel(f"boot/kernel-genkernel-x86_64-{version}", version)
        tree.initrds(f"boot/initramfs-genkernel-x86_64-{version}")
        tree.write(f"boot/System.map-genkernel-x86_64-{version}", "\n")


def dracut(tree: Tree) -> None:
    for version in (f"{OLD}-dist", f"{NEW}-dist"):
        tree.kernel(f"boot/vmlinuz-{version}", version)
        tree.initrds(f"boot/initramfs-{version}.img")
        tree.write(f"boot/config-{version}", "\n")


# --- no menu: OpenRC's script ---


def test_genkernel_names(tree: Tree) -> None:
    """Nothing set: the newest kernel, be it newer than the running one."""
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", CONF)
    listing = tree.list()
    assert listing.rows("version", "kernel", "initrds", "cmdline") == [
        (
            version,
            f"/boot/kernel-genkernel-x86_64-{version}",
            [f"/boot/initramfs-genkernel-x86_64-{version}"],
            RUNNING,
        )
        for version in (NEW, OLD)
    ]
    assert listing.default_of("version") == NEW


def test_dracut_names(tree: Tree) -> None:
    system(tree)
    dracut(tree)
    listing = tree.list()
    assert listing.rows("id", "initrds") == [
        (f"{version}-dist", [f"/boot/initramfs-{version}-dist.img"]) for version in (NEW, OLD)
    ]


def test_kname(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.write(
        "etc/conf.d/kexec",
        CONF + f'KNAME="kernel-genkernel-x86_64-{OLD}"\n'
        f'INITRD="/boot/initramfs-genkernel-x86_64-{OLD}"\n',
    )
    listing = tree.list()
    entry = listing.default
    assert entry["found-in"] == ["gentoo", "directory"]
    assert entry["kernel"] == f"/boot/kernel-genkernel-x86_64-{OLD}"
    assert entry["initrds"] == [f"/boot/initramfs-genkernel-x86_64-{OLD}"]
    assert entry["cmdline"] == RUNNING
    assert entry["default"]
    assert "/etc/conf.d/kexec" in entry["named-by"]
    assert {"gentoo", "directory"} <= set(entry["found-in"])
    assert len(listing) == 2


def test_kname_finds_its_initrd(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", f"KNAME=kernel-genkernel-x86_64-{OLD}\n")
    assert tree.list().default_of("initrds") == [f"/boot/initramfs-genkernel-x86_64-{OLD}"]


@pytest.mark.parametrize(
    "path, conf",
    [
        ("etc/conf.d/kexec", 'INITRD="my-crypt.img"\n'),
        ("etc/conf.d/kexec", 'KNAME=\nINITRD="/boot/my-crypt.img"\n'),
        ("etc/conf.d/kexec", 'KEXEC_OPT_ARGS="--initrd=/boot/my-crypt.img"\n'),
        ("etc/kexecd/kexecd.conf", "[Manager]\nInitrd=my-crypt.img\n"),
        ("etc/kexecd/kexecd.conf", f"[Manager]\nEntry={OLD}\nInitrd=my-crypt.img\n"),
    ],
)
def test_initrd_of_the_kernel_that_is_found(tree: Tree, path: str, conf: str) -> None:
    """INITRD replaces the initrd, whichever the kernel is."""
    system(tree)
    genkernel(tree)
    tree.initrds("boot/my-crypt.img")
    tree.write(path, conf)
    listing = tree.list()
    entry = listing.default
    assert entry is not None
    assert entry["initrds"] == ["/boot/my-crypt.img"]
    assert f"/{path}" in entry["named-by"]
    assert not entry.is_blocked, entry["findings"]
    for other in listing:
        assert other["default"] or other["initrds"] == [
            f"/boot/initramfs-genkernel-x86_64-{other['version']}"
        ]


def test_initrd_outside_of_boot(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.initrds("srv/my.img")
    tree.write("etc/conf.d/kexec", "INITRD=/srv/my.img\n")
    assert tree.list().default_of("initrds") == ["/srv/my.img"]


def test_no_initrd_of_the_kernel_that_is_found(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", "INITRD=-\n")
    assert tree.list().default_of("initrds") == []


def test_initrd_that_is_gone(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", "INITRD=gone.img\n")
    entry = tree.list().default
    assert entry is not None and "entry-unreadable" in entry.codes("blocker")
    texts = [finding["text"] for finding in entry["findings"]]
    assert any("/boot/gone.img" in text and "/etc/conf.d/kexec" in text for text in texts), texts


def test_kname_with_a_slash_is_a_path(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.kernel("usr/src/linux/arch/x86/boot/bzImage", "6.7.0-mine")
    tree.write("etc/conf.d/kexec", "KNAME='/usr/src/linux/arch/x86/boot/bzImage'\n")
    entry = tree.list().of("gentoo").only
    assert (entry["kernel"], entry["version"]) == (
        "/usr/src/linux/arch/x86/boot/bzImage",
        "6.7.0-mine",
    )


def test_parameters(tree: Tree) -> None:
    """Where KPARAM is set the running command line is not used, so that root= comes from ROOTPART;
    shell quoting, as written."""
    system(tree)
    genkernel(tree)
    tree.write(
        "etc/conf.d/kexec",
        f'KNAME="kernel-genkernel-x86_64-{NEW}"\nROOTPART=/dev/sda4\n'
        'KPARAM="quiet '
        "splash="
        'silent" # for now\n',
    )
    cmdline = tree.list().default_of("cmdline")
    assert sorted(cmdline.split()) == ["quiet", "root=/dev/sda4", "splash=silent"]


def test_root_replaces_the_running_one(tree: Tree) -> None:
    """Never two root=."""
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", f"KNAME=kernel-genkernel-x86_64-{NEW}\nROOTPART=/dev/sda4\n")
    words = tree.list().default_of("cmdline").split()
    assert [word for word in words if word.startswith("root=")] == ["root=/dev/sda4"]
    assert {"rootfstype=ext4", "quiet"} <= set(words)


def test_another_bootpart(tree: Tree) -> None:
    system(tree)
    tree.kernel("mnt/kernels/bzImage-6.6.38", "6.6.38")
    tree.write("etc/conf.d/kexec", 'BOOTPART="/mnt/kernels"\nKNAME="bzImage-6.6.38"\n')
    assert tree.list().default_of("kernel") == "/mnt/kernels/bzImage-6.6.38"


def test_bootpart_that_is_gone(tree: Tree) -> None:
    """The variable is named, and what else is wrong with the file is told as well."""
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", "BOOTPART=/nonexist\nKERNEL=foo\n")
    done = tree.run("list")
    assert done.returncode != 0
    assert "/nonexist" in done.stderr and "BOOTPART in /etc/conf.d/kexec" in done.stderr
    assert "KERNEL= was ignored" in done.stderr
    tree.path("etc/conf.d/kexec").unlink()
    tree.write("etc/kexecd/kexecd.conf", "[Manager]\nBootPath=/nonexist\n")
    assert "BootPath= in /etc/kexecd/kexecd.conf" in tree.run("list").stderr


def test_kname_that_is_gone(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", "KNAME=vmlinuz-3.9.0\n")
    listing = tree.list()
    assert all(entry.is_blocked for entry in listing.of("gentoo"))
    assert set(listing.usable().rows("version")) == {NEW, OLD}


@pytest.mark.parametrize(
    "conf",
    [
        "KNAME=$(reboot)\n",
        "KNAME=`reboot`\n",
        'KNAME="unfinished\n',
        "KNAME=${KNAME}\n",
        "\0\0\0",
        "KNAME=-\n",
    ],
)
def test_conf_that_is_not_run(tree: Tree, conf: str) -> None:
    """It is read, not run; what only a shell could tell is not guessed."""
    system(tree)
    genkernel(tree)
    tree.write("etc/conf.d/kexec", conf)
    assert {NEW, OLD} <= set(tree.list().usable().rows("version"))


def test_installkernel(tree: Tree) -> None:
    """Its last line names what was installed last, which need not be the newest version."""
    system(tree)
    dracut(tree)
    lines = [
        (
            "Mon, 03 Jun 2024 20:01:07 +0200",
            "grub",
            f"{version}-dist",
            f"/usr/src/linux-{version}-dist",
            "compat",
            "dracut",
            "none",
            "/boot",
            f"vmlinuz-{version}-dist",
            f"initramfs-{version}-dist.img",
            "notset",
        )
        for version in (NEW, OLD)
    ]
    tree.write("var/lib/misc/installkernel", "".join("\t".join(line) + "\n" for line in lines))
    listing = tree.list()
    entry = listing.default
    assert entry["found-in"] == ["gentoo", "directory"]
    assert entry["kernel"] == f"/boot/vmlinuz-{OLD}-dist"
    assert entry["initrds"] == [f"/boot/initramfs-{OLD}-dist.img"]
    assert len(listing) == 2


# --- GRUB ---


def test_initrd_of_the_menus_default(tree: Tree) -> None:
    system(tree)
    genkernel(tree)
    tree.initrds("boot/my-crypt.img")
    tree.write("etc/conf.d/kexec", "INITRD=my-crypt.img\n")
    tree.write(
        "boot/grub/grub.cfg",
        "".join(
            f"menuentry {version} {{\nlinux /kernel-genkernel-x86_64-{version} root=x\n"
            f"initrd /{image}\n}}\n"
            for version, image in ((NEW, "gone.img"), (OLD, f"initramfs-genkernel-x86_64-{OLD}"))
        ),
    )
    listing = tree.list()
    assert listing.of("grub").rows("initrds") == [
        ["/boot/my-crypt.img"],
        [f"/boot/initramfs-genkernel-x86_64-{OLD}"],
    ]
    assert listing.default is not None and not listing.default.is_blocked


def test_grub_with_boot_of_its_own(tree: Tree) -> None:
    """/boot is noauto, and mounted right now; the kernels have no initrd there."""
    disk = Disk(BOOT_UUID, "hd0,msdos1", ("part_msdos", "ext2"))
    system(tree, f"BOOT_IMAGE=/vmlinuz-{OLD}")
    for version in (NEW, OLD):
        tree.kernel(f"boot/vmlinuz-{version}", version)
    kernels = [
        Kernel(version, f"/vmlinuz-{version}", [], "root=/dev/sda3 ro  net.ifnames=0")
        for version in (NEW, OLD)
    ]
    tree.write(
        "boot/grub/grub.cfg",
        grub.header(disk)
        + grub.section(
            "10_linux",
            grub.linux(
                "Gentoo GNU/Linux",
                UUID,
                disk,
                kernels,
                kind="gentoo",
                recovery="single net.ifnames=0",
            ),
        )
        + grub.rest(),
    )
    tree.write("boot/grub/grubenv", grubenv())
    listing = tree.list()
    assert listing.rows("title", "kernel", "initrds", "cmdline") == [
        (f"Gentoo GNU/Linux{end}", f"/boot/vmlinuz-{version}", [], cmdline)
        for end, version, cmdline in (
            ("", NEW, "root=/dev/sda3 ro net.ifnames=0"),
            (f", with Linux {NEW}", NEW, "root=/dev/sda3 ro net.ifnames=0"),
            (f", with Linux {NEW} (recovery mode)", NEW, "root=/dev/sda3 ro single net.ifnames=0"),
            (f", with Linux {OLD}", OLD, "root=/dev/sda3 ro net.ifnames=0"),
            (f", with Linux {OLD} (recovery mode)", OLD, "root=/dev/sda3 ro single net.ifnames=0"),
        )
    ]
    assert listing.default_of("title") == "Gentoo GNU/Linux"
    assert not listing.codes("blocker"), listing.rows("findings")


def test_boot_is_not_mounted(tree: Tree) -> None:
    """Without privileges nothing can be mounted: no kernels, and no failure."""
    system(tree)
    tree.path("boot").mkdir()
    assert tree.list().usable().rows("id") == []
