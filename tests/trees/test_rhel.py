# SPDX-License-Identifier: LGPL-2.1-or-later
"""Red Hat Enterprise Linux 8 and 9: kernelopts in grubenv, tuned's variables, linuxefi."""

from __future__ import annotations

from . import fedora, grub
from .grub import Disk
from .tree import Tree, grubenv

MACHINE = "9b1a2c3d4e5f60718293a4b5c6d7e8f9"
BOOT_UUID, ESP_UUID = "11111111-2222-4333-8444-555555555555", "7B77-95E7"
BOOT, ESP = Disk(BOOT_UUID, "hd0,gpt2", ("part_gpt", "xfs")), Disk(
    ESP_UUID, "hd0,gpt1", ("part_gpt", "fat")
)
CMDLINE = (
    "root=/dev/mapper/rhel-root ro crashkernel=auto resume=/dev/mapper/rhel-swap "
    "rd.lvm.lv=rhel/root rd.lvm.lv=rhel/swap rhgb quiet"
)
EL8 = ["4.18.0-553.8.1.el8_10.x86_64", "4.18.0-80.el8.x86_64", f"0-rescue-{MACHINE}"]
EL9 = ["5.14.0-427.13.1.el9_4.x86_64", "5.14.0-70.13.1.el9_0.x86_64", f"0-rescue-{MACHINE}"]

FSTAB = f"""\
/dev/mapper/rhel-root   /                       xfs     defaults        0 0
UUID={BOOT_UUID} /boot                   xfs     defaults        0 0
UUID={ESP_UUID}          /boot/efi               vfat    umask=0077,shortname=winnt 0 2
/dev/mapper/rhel-swap   none                    swap    defaults        0 0
"""


def title(version: str, release: str) -> str:
    return f"Red Hat Enterprise Linux ({version}) {release}"


def install(tree: Tree, versions: list[str], release: str, options: str) -> None:
    """All but the menu. The snippets have keys that only GRUB knows, and RHEL 8's own "id"."""
    tree.system(
        f"Red Hat Enterprise Linux {release}",
        fstab=FSTAB,
        running=versions[1],
        cmdline=f"BOOT_IMAGE=(hd0,gpt2)/vmlinuz-{versions[1]} {CMDLINE}",
    )
    for version in versions:
        tree.kernel(f"boot/vmlinuz-{version}", versions[1] if "rescue" in version else version)
        tree.initrds(f"boot/initramfs-{version}.img")
        tree.write(
            f"boot/loader/entries/{MACHINE}-{version.removesuffix('-' + MACHINE)}.conf",
            f"title {title(version, release)}\n"
            f"version {version}\n"
            f"linux /vmlinuz-{version}\n"
            f"initrd /initramfs-{version}.img{'' if 'rescue' in version else ' $tuned_initrd'}\n"
            f"options {options}\n"
            f"id rhel-20240601120000-{version}\n"
            "grub_users $grub_users\ngrub_arg --unrestricted\ngrub_class kernel\n",
        )


def facts(versions: list[str], cmdline: str) -> list[tuple[str, list[str], str]]:
    return [
        (f"/boot/vmlinuz-{version}", [f"/boot/initramfs-{version}.img"], cmdline)
        for version in versions
    ]


def test_rhel8_bios(tree: Tree) -> None:
    install(tree, EL8, "8.10 (Ootpa)", "$kernelopts $tuned_params")
    tree.write(
        "boot/grub2/grub.cfg", fedora.menu(BOOT, "root=/dev/mapper/fallback ro", tuned=("", ""))
    )
    tree.write(
        "boot/grub2/grubenv",
        grubenv(saved_entry=f"{MACHINE}-{EL8[0]}", kernelopts=f"{CMDLINE} ", boot_success="0"),
    )
    listing = tree.list()
    assert listing.rows("kernel", "initrds", "cmdline") == facts(EL8, CMDLINE)
    assert listing.rows("title") == [title(version, "8.10 (Ootpa)") for version in EL8]
    assert listing.default_of("kernel") == f"/boot/vmlinuz-{EL8[0]}"
    assert not listing.codes("blocker"), listing.rows("findings")


def test_rhel8_without_kernelopts(tree: Tree) -> None:
    """A grubenv that lost them: the menu has a fallback."""
    install(tree, EL8, "8.10 (Ootpa)", "$kernelopts $tuned_params")
    tree.write(
        "boot/grub2/grub.cfg", fedora.menu(BOOT, "root=/dev/mapper/fallback ro", tuned=("", ""))
    )
    tree.write("boot/grub2/grubenv", grubenv(saved_entry=f"{MACHINE}-{EL8[1]}"))
    listing = tree.list()
    assert set(listing.rows("cmdline")) == {"root=/dev/mapper/fallback ro"}
    assert listing.default_of("kernel") == f"/boot/vmlinuz-{EL8[1]}"


def test_rhel8_uefi(tree: Tree) -> None:
    """The whole menu lies on the ESP, and /boot/grub2/grubenv is a link to the one there."""
    install(tree, EL8, "8.10 (Ootpa)", "$kernelopts $tuned_params")
    tree.write(
        "boot/efi/EFI/redhat/grub.cfg",
        fedora.menu(BOOT, "root=/dev/mapper/fallback ro", boot=ESP, tuned=("", "")),
    )
    tree.write(
        "boot/efi/EFI/redhat/grubenv",
        grubenv(saved_entry=f"{MACHINE}-{EL8[1]}", kernelopts=CMDLINE),
    )
    tree.link("boot/grub2/grubenv", "../efi/EFI/redhat/grubenv")
    tree.link("etc/grub2-efi.cfg", "../boot/efi/EFI/redhat/grub.cfg")
    listing = tree.list()
    assert listing.rows("kernel", "initrds", "cmdline") == facts(EL8, CMDLINE)
    assert listing.default_of("kernel") == f"/boot/vmlinuz-{EL8[1]}"


def test_tuned(tree: Tree) -> None:
    """The profile realtime: parameters for all, and an initrd of its own after each one's."""
    params = "skew_tick=1 tsc=reliable isolcpus=managed_irq,domain,2-3"
    install(tree, EL8, "8.10 (Ootpa)", "$kernelopts $tuned_params")
    tree.initrds("boot/tuned-initrd.img")
    tree.write(
        "boot/grub2/grub.cfg", fedora.menu(BOOT, CMDLINE, tuned=(params, "/tuned-initrd.img"))
    )
    tree.write("boot/grub2/grubenv", grubenv(kernelopts=CMDLINE))
    listing = tree.list()
    assert set(listing.rows("cmdline")) == {f"{CMDLINE} {params}"}
    assert listing.rows("initrds") == [
        [f"/boot/initramfs-{EL8[0]}.img", "/boot/tuned-initrd.img"],
        [f"/boot/initramfs-{EL8[1]}.img", "/boot/tuned-initrd.img"],
        [f"/boot/initramfs-{EL8[2]}.img"],
    ]


def test_rhel9(tree: Tree) -> None:
    """Command lines are in the snippets; the menu of the ESP points to the one in /boot."""
    install(tree, EL9, "9.4 (Plow)", f"{CMDLINE} $tuned_params")
    tree.write("boot/grub2/grub.cfg", fedora.menu(BOOT, CMDLINE, tuned=("", "")))
    tree.write("boot/grub2/grubenv", grubenv(saved_entry=f"{MACHINE}-{EL9[1]}", boot_success="1"))
    tree.write("boot/efi/EFI/redhat/grub.cfg", grub.stub_fedora(BOOT_UUID, "/grub2"))
    listing = tree.list()
    assert listing.rows("kernel", "initrds", "cmdline") == facts(EL9, CMDLINE)
    assert listing.default_of("title") == title(EL9[1], "9.4 (Plow)")


def test_centos7(tree: Tree) -> None:
    """Full entries with linuxefi and initrdefi, and a default by title."""
    versions = ["3.10.0-1160.el7.x86_64", "3.10.0-957.el7.x86_64"]
    tree.system(
        "CentOS Linux 7 (Core)", fstab=FSTAB, cmdline=f"BOOT_IMAGE=/vmlinuz-{versions[1]} {CMDLINE}"
    )
    titles = [f"CentOS Linux ({version}) 7 (Core)" for version in versions]
    entries = ""
    for version, name in zip(versions, titles):
        tree.kernel(f"boot/vmlinuz-{version}", version)
        tree.initrds(f"boot/initramfs-{version}.img")
        entries += grub.entry(
            name,
            f"gnulinux-{versions[1]}-advanced-{BOOT_UUID}",
            grub.classes("centos") + " --unrestricted",
            "load_video",
            "set gfxpayload=keep",
            "insmod gzio",
            BOOT.find(),
            f"linuxefi /vmlinuz-{version} {CMDLINE} LANG=en_GB.UTF-8",
            f"initrdefi /initramfs-{version}.img",
        )
    tree.write(
        "boot/efi/EFI/centos/grub.cfg",
        grub.header(BOOT, "${saved_entry}", load_env="set pager=1\n" + grub.LOAD_ENV)
        + grub.section("10_linux", entries)
        + grub.rest(),
    )
    tree.write("boot/efi/EFI/centos/grubenv", grubenv(saved_entry=titles[1]))
    listing = tree.list()
    assert listing.rows("title", "kernel", "initrds", "cmdline") == [
        (
            name,
            f"/boot/vmlinuz-{version}",
            [f"/boot/initramfs-{version}.img"],
            f"{CMDLINE} LANG=en_GB.UTF-8",
        )
        for version, name in zip(versions, titles)
    ]
    assert listing.default_of("title") == titles[1]
