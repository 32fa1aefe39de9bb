# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fedora 40 Workstation: btrfs, /boot of its own, blscfg; and with a unified kernel image."""

from __future__ import annotations

from . import fedora, grub
from .grub import Disk
from .tree import Tree, grubenv

MACHINE = "5ce2d4ffb6c94cf6b0ed9f5d3f9c3a7e"
UUID, BOOT_UUID = "3d1f8f6e-8bc9-4b1c-9d6a-1f4e9b0c2a55", "77c1b8e2-98a5-4f7a-a5f9-0a7a6d9a4f0f"
ESP_UUID = "D2C4-9F31"
NEW, OLD = "6.9.4-200.fc40.x86_64", "6.8.5-301.fc40.x86_64"
RESCUE = f"0-rescue-{MACHINE}"
CMDLINE = f"root=UUID={UUID} ro rootflags=subvol=root rhgb quiet"

FSTAB = f"""\
UUID={UUID} /                       btrfs   subvol=root,compress=zstd:1 0 0
UUID={BOOT_UUID} /boot                   ext4    defaults        1 2
UUID={ESP_UUID}          /boot/efi               vfat    umask=0077,shortname=winnt 0 2
UUID={UUID} /home                   btrfs   subvol=home,compress=zstd:1 0 0
"""

VERSIONS = [NEW, OLD, RESCUE]


def title(version: str) -> str:
    return f"Fedora Linux ({version}) 40 (Workstation Edition)"


def name(version: str) -> str:
    """A snippet's, less its suffix: dracut shortens the rescue kernel's."""
    return f"{MACHINE}-{'0-rescue' if version == RESCUE else version}"


def snippet(tree: Tree, version: str, **changes: str) -> None:
    keys = {
        "title": title(version),
        "version": version,
        "linux": f"/vmlinuz-{version}",
        "initrd": f"/initramfs-{version}.img",
        "options": CMDLINE,
        "grub_users": "$grub_users",
        "grub_arg": "--unrestricted",
        "grub_class": "fedora",
        **changes,
    }
    text = "".join(f"{key} {value}\n" for key, value in keys.items() if value)
    tree.write(f"boot/loader/entries/{name(version)}.conf", text)


def install(tree: Tree, **env: str) -> None:
    tree.system(
        "Fedora Linux 40 (Workstation Edition)",
        fstab=FSTAB,
        running=OLD,
        cmdline=f"BOOT_IMAGE=(hd0,gpt2)/vmlinuz-{OLD} {CMDLINE}",
    )
    tree.write("etc/kernel/cmdline", f"{CMDLINE}\n")
    for version in VERSIONS:
        tree.kernel(f"boot/vmlinuz-{version}", OLD if version == RESCUE else version)
        tree.initrds(f"boot/initramfs-{version}.img")
        snippet(tree, version)
    tree.write("boot/grub2/grub.cfg", fedora.menu(Disk(BOOT_UUID, hinted=False), CMDLINE))
    tree.write("boot/grub2/grubenv", grubenv(boot_success="1", boot_indeterminate="0", **env))
    tree.write("boot/efi/EFI/fedora/grub.cfg", grub.stub_fedora(BOOT_UUID, "/grub2"))


def test_menu(tree: Tree) -> None:
    install(tree, saved_entry=f"{MACHINE}-{NEW}", menu_auto_hide="1")
    listing = tree.list()
    assert listing.rows("title", "kernel", "initrds", "cmdline") == [
        (title(version), f"/boot/vmlinuz-{version}", [f"/boot/initramfs-{version}.img"], CMDLINE)
        for version in VERSIONS
    ]
    assert listing.default_of("kernel") == f"/boot/vmlinuz-{NEW}"
    assert not listing.codes("blocker"), listing.rows("findings")
    assert not {"entry-locked", "entry-malformed", "default-guessed"} & listing.codes()


def test_ids_are_the_snippets_names(tree: Tree) -> None:
    install(tree)
    assert [entry.removesuffix(".conf") for entry in tree.list().rows("id")] == [
        name(version) for version in VERSIONS
    ]


def test_entries_name_their_snippets(tree: Tree) -> None:
    install(tree)
    for version, entry in zip(VERSIONS, tree.list()):
        assert f"/boot/loader/entries/{name(version)}.conf" in entry["named-by"]


def test_saved_entry(tree: Tree) -> None:
    """As grubby --set-default writes it."""
    install(tree, saved_entry=f"{MACHINE}-{OLD}")
    assert tree.list().default_of("kernel") == f"/boot/vmlinuz-{OLD}"


def test_saved_entry_by_number(tree: Tree) -> None:
    install(tree, saved_entry="1")
    assert tree.list().default_of("kernel") == f"/boot/vmlinuz-{OLD}"


def test_nothing_saved(tree: Tree) -> None:
    install(tree)
    assert tree.list().default_of("kernel") == f"/boot/vmlinuz-{NEW}"


def test_next_entry(tree: Tree) -> None:
    """grub2-reboot: for one boot, which a kexec does not use up."""
    install(tree, saved_entry=f"{MACHINE}-{NEW}", next_entry=name(RESCUE))
    listing = tree.list()
    assert listing.default_of("kernel") == f"/boot/vmlinuz-{RESCUE}"
    assert "one-shot-pending" in listing.codes()


def test_counting_ran_out(tree: Tree) -> None:
    """greenboot's boot_counter at 0: the second entry is the default."""
    install(tree)
    tree.write(
        "boot/grub2/grubenv",
        grubenv(boot_success="0", boot_counter="0", saved_entry=f"{MACHINE}-{NEW}"),
    )
    assert tree.list().default_of("kernel") == f"/boot/vmlinuz-{OLD}"


def test_kernelopts(tree: Tree) -> None:
    """A snippet of an older Fedora, after an update."""
    install(tree)
    snippet(tree, NEW, options="$kernelopts")
    assert tree.list().entries[0]["cmdline"] == CMDLINE


def test_password(tree: Tree) -> None:
    """grub2-setpassword protects the editor alone, until entries name users."""
    install(tree)
    tree.write("boot/grub2/user.cfg", fedora.PASSWORD)
    assert "entry-locked" not in tree.list().codes()
    install(tree, grub_users="root")
    listing = tree.list()
    assert all("entry-locked" in entry.codes() for entry in listing)
    assert listing.default_of("kernel") is None or "entry-locked" in listing.default.codes()


def test_user_of_one_entry(tree: Tree) -> None:
    install(tree)
    tree.write("boot/grub2/user.cfg", fedora.PASSWORD)
    snippet(tree, RESCUE, grub_users="root", grub_arg="")
    assert ["entry-locked" in entry.codes() for entry in tree.list()] == [False, False, True]


def test_unified_kernel_image(tree: Tree) -> None:
    """kernel-uki-virt, booted by the firmware itself or by systemd-boot."""
    tree.system(
        "Fedora Linux 40 (Cloud Edition)",
        cmdline="console=ttyS0 quiet",
        fstab=(
            f"UUID={UUID} / btrfs subvol=root 0 0\nUUID={ESP_UUID} /boot/efi vfat umask=0077 0 2\n"
        ),
    )
    for version in (OLD, NEW):
        tree.uki(
            f"boot/efi/EFI/Linux/{MACHINE}-{version}.efi",
            version,
            "--cmdline",
            "console=tty0 console=ttyS0 quiet",
            osrel=f'ID=fedora\nVERSION_ID=40\nPRETTY_NAME="Fedora Linux 40 ({version})"\n',
        )
    tree.variable("LoaderInfo", "systemd-boot 255.7-1.fc40")
    listing = tree.list()
    assert listing.rows("id", "source", "kernel", "initrds", "cmdline") == [
        (
            f"{MACHINE}-{version}.efi",
            "uki",
            f"/boot/efi/EFI/Linux/{MACHINE}-{version}.efi",
            [],
            "console=tty0 console=ttyS0 quiet",
        )
        for version in (NEW, OLD)
    ]
    assert listing.default_of("id") == f"{MACHINE}-{NEW}.efi"
