# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian 12: GRUB on a BIOS machine; on a UEFI machine with LVM; without a boot loader's menu."""

from __future__ import annotations

from . import debian, grub
from .debian import BOOT_UUID, CMDLINE, ESP_UUID, NEW, OLD, RECOVERY, TITLES, UUID
from .grub import Disk
from .tree import Tree, grubenv

ROWS = [
    (f"/boot/vmlinuz-{version}", [f"/boot/initrd.img-{version}"], cmdline)
    for version, cmdline in (
        (NEW, CMDLINE),
        (NEW, CMDLINE),
        (NEW, RECOVERY),
        (OLD, CMDLINE),
        (OLD, RECOVERY),
    )
]


def test_menu(tree: Tree) -> None:
    debian.install(tree, env=grubenv())
    listing = tree.list()
    assert listing.rows("title") == TITLES
    assert listing.rows("kernel", "initrds", "cmdline") == ROWS
    assert listing.rows("version") == [NEW, NEW, NEW, OLD, OLD]
    assert set(listing.rows("source")) == {"grub"}
    assert listing.default_of("title") == TITLES[0]
    assert "default-guessed" not in listing.codes()
    assert not listing.codes("blocker"), listing.rows("findings")


def test_ids_are_those_of_the_menu(tree: Tree) -> None:
    debian.install(tree)
    assert tree.list().rows("id") == [
        f"gnulinux-simple-{UUID}",
        debian.identity(NEW),
        debian.identity(NEW, "recovery"),
        debian.identity(OLD),
        debian.identity(OLD, "recovery"),
    ]


def test_entries_say_where_they_come_from(tree: Tree) -> None:
    debian.install(tree)
    listing = tree.list()
    assert all("/boot/grub/grub.cfg" in entry["named-by"] for entry in listing)
    assert {"grub", "directory"} <= set(listing.entries[0]["found-in"])


def test_kernel_that_the_menu_does_not_have_yet(tree: Tree) -> None:
    """Somebody copied it there and did not run update-grub."""
    debian.install(tree)
    tree.kernel("boot/vmlinuz-6.12.1-local", "6.12.1-local")
    tree.initrds("boot/initrd.img-6.12.1-local")
    listing = tree.list()
    assert listing.rows("title")[:5] == TITLES
    extra = listing.of("directory").only
    assert extra["id"] == "6.12.1-local"
    assert extra["initrds"] == ["/boot/initrd.img-6.12.1-local"]
    assert extra["cmdline"] == CMDLINE
    assert listing.default_of("title") == TITLES[0]


def test_uefi_with_lvm(tree: Tree) -> None:
    """A separate /boot, whose paths lack /boot; the menu of the ESP only points to the real one."""
    fstab = f"""\
/dev/mapper/lab--vg-root /               ext4    errors=remount-ro 0       1
UUID={BOOT_UUID} /boot           ext2    defaults        0       2
UUID={ESP_UUID}  /boot/efi       vfat    umask=0077      0       1
/dev/mapper/lab--vg-swap_1 none            swap    sw              0       0
"""
    root = "/dev/mapper/lab--vg-root"
    debian.files(tree, fstab=fstab, boot_image=f"/vmlinuz-{NEW}")
    tree.write("boot/efi/EFI/debian/grub.cfg", grub.stub(BOOT_UUID, "/grub"))
    tree.write(
        "boot/grub/grub.cfg",
        debian.menu(disk=Disk(BOOT_UUID), found=debian.kernels("", root), firmware=grub.FIRMWARE),
    )
    tree.write("boot/grub/grubenv", grubenv())
    tree.variable("LoaderInfo", "GRUB 2.12")
    listing = tree.list()
    assert listing.rows("title") == TITLES
    assert listing.rows("kernel", "initrds") == [row[:2] for row in ROWS]
    assert listing.rows("cmdline") == [
        f"root={root} ro {'single' if '(rec' in title else 'quiet'}" for title in TITLES
    ]
    assert listing.default_of("title") == TITLES[0]
    assert not listing.codes("blocker"), listing.rows("findings")


def test_menu_lies_on_the_esp_alone(tree: Tree) -> None:
    """The menu that the stub points to is found though nothing else tells where it is."""
    debian.files(tree, fstab=debian.FSTAB + f"UUID={ESP_UUID} /boot/efi vfat umask=0077 0 1\n")
    tree.write(
        "boot/efi/EFI/debian/grub.cfg",
        f"search.fs_uuid {UUID} root\nset prefix=($root)'/srv/grub'\nconfigfile $prefix/grub.cfg\n",
    )
    tree.write("srv/grub/grub.cfg", debian.menu("1>2"))
    listing = tree.list()
    assert listing.rows("title") == TITLES
    assert listing.default_of("title") == TITLES[3]


def test_windows_and_firmware_are_no_entries(tree: Tree) -> None:
    debian.install(tree, os_prober=grub.windows(debian.ESP), firmware=grub.FIRMWARE)
    assert tree.list().rows("title") == TITLES


def test_other_linux_is_not_taken_for_this_one(tree: Tree) -> None:
    """os-prober's entry names a path on another partition; here, the same path is another file."""
    other = Disk("0d0f3a1e-8c5e-4f5c-8b8e-6f2f7e7f1c11", "hd1,gpt3")
    text = grub.entry(
        "Other Linux (on /dev/sdb3)",
        f"osprober-gnulinux-simple-{other.uuid}",
        "--class other --class gnu-linux --class gnu --class os",
        other.find(),
        f"linux /boot/vmlinuz-{OLD} root=/dev/sdb3",
        f"initrd /boot/initrd.img-{OLD}",
    )
    debian.install(tree, os_prober=text)
    listing = tree.list()
    assert listing.usable().rows("title") == TITLES
    assert listing.rows("title")[:5] == TITLES


def test_custom_entries(tree: Tree) -> None:
    """Of 40_custom, and of a file of its own that 41_custom reads."""
    debian.install(
        tree,
        custom="menuentry 'Mine' {\n  search --set=root --fs-uuid "
        + UUID
        + f"\n  linux /vmlinuz root=UUID={UUID} mine\n  initrd /initrd.img\n}}\n",
    )
    tree.write(
        "boot/grub/custom.cfg",
        f'menuentry "Yours" --id yours {{\n  linux /boot/vmlinuz-{OLD} '
        f"root=UUID={UUID} yours\n}}\n",
    )
    listing = tree.list()
    assert listing.rows("title") == [*TITLES, "Mine", "Yours"]
    mine, yours = listing.entries[5:]
    assert mine["cmdline"] == f"root=UUID={UUID} mine"
    assert mine["version"] == NEW
    assert (yours["id"], yours["initrds"]) == ("yours", [])


def test_without_a_menu(tree: Tree) -> None:
    """A container's or a virtual machine's, whose host boots it: nothing but files."""
    debian.files(tree)
    listing = tree.list()
    assert listing.rows("id", "source", "initrds", "cmdline") == [
        (NEW, "directory", [f"/boot/initrd.img-{NEW}"], CMDLINE),
        (OLD, "directory", [f"/boot/initrd.img-{OLD}"], CMDLINE),
    ]
    assert listing.default_of("id") == NEW
    assert "default-guessed" in listing.entries[0].codes()


def test_command_line_in_etc(tree: Tree) -> None:
    debian.files(tree)
    tree.write("etc/kernel/cmdline", f"root=UUID={UUID} ro\n  audit=1\n")
    assert set(tree.list().rows("cmdline")) == {f"root=UUID={UUID} ro audit=1"}


def test_systemd_boot(tree: Tree) -> None:
    """As kernel-install lays it out for the package systemd-boot: the ESP at /boot/efi."""
    machine = "0f3c9bb3b1a24c7a8b07a4a4c3c9d1a5"
    fstab = debian.FSTAB + f"UUID={ESP_UUID} /boot/efi vfat umask=0077 0 1\n"
    debian.files(tree, fstab=fstab)
    tree.write("proc/cmdline", rf"initrd=\{machine}\{NEW}\initrd.img-{NEW} {CMDLINE}" "\n")
    tree.write("etc/machine-id", f"{machine}\n")
    tree.write(
        "boot/efi/loader/loader.conf", f"#timeout 3\n#console-mode keep\ndefault {machine}-*\n"
    )
    for version in (OLD, NEW):
        folder = f"/{machine}/{version}"
        tree.kernel(f"boot/efi{folder}/linux", version)
        tree.initrds(f"boot/efi{folder}/initrd.img-{version}")
        tree.bls(
            f"boot/efi/loader/entries/{machine}-{version}.conf",
            title="Debian GNU/Linux 12 (bookworm)",
            version=version,
            machine_id=machine,
            sort_key="debian",
            options=CMDLINE,
            linux=f"{folder}/linux",
            initrd=f"{folder}/initrd.img-{version}",
        )
    tree.variable("LoaderInfo", "systemd-boot 252.33-1~deb12u1")
    listing = tree.list()
    assert listing.of("bls").rows("id", "version", "kernel", "initrds", "cmdline") == [
        (
            f"{machine}-{version}.conf",
            version,
            f"/boot/efi/{machine}/{version}/linux",
            [f"/boot/efi/{machine}/{version}/initrd.img-{version}"],
            CMDLINE,
        )
        for version in (NEW, OLD)
    ]
    assert listing.rows("source") == ["bls", "bls", "directory", "directory"]
    assert listing.default_of("id") == f"{machine}-{NEW}.conf"
