# SPDX-License-Identifier: LGPL-2.1-or-later
"""Arch Linux: kernels without versions in their names, microcode before the initrd."""

from __future__ import annotations

from . import grub
from .grub import Disk, Kernel
from .tree import Tree, grubenv

UUID = "0a3407de-014b-458b-b5c1-848e92a327a3"
PARTUUID = "14420948-2cea-4de7-b042-40f67c618660"
LTS, LATEST = "6.6.40-1-lts", "6.9.9-arch1-1"
CMDLINE = f"root=UUID={UUID} rw loglevel=3 quiet"
DISK = Disk(UUID, hinted=False)
OS_RELEASE = 'NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n'

ROOT = f"# /dev/nvme0n1p2\nUUID={UUID}\t/         \text4      \trw,relatime\t0 1\n"
ESP_AT_BOOT = (
    ROOT
    + "# /dev/nvme0n1p1\n"
    + "UUID=1A2B-3C4D      \t/boot     \tvfat      \trw,fmask=0077,dmask=0077\t0 2\n"
)
ESP_AND_XBOOTLDR = ROOT + (
    "UUID=1A2B-3C4D\t/efi\tvfat\trw,fmask=0077\t0 2\n"
    "UUID=5E6F-7A8B\t/boot\tvfat\trw,fmask=0077\t0 2\n"
)


def files(tree: Tree, fstab: str, cmdline: str) -> None:
    tree.system("Arch Linux", fstab=fstab, running=LATEST, cmdline=cmdline)
    tree.write("etc/os-release", OS_RELEASE)
    tree.kernel("boot/vmlinuz-linux", LATEST)
    tree.kernel("boot/vmlinuz-linux-lts", LTS)
    tree.initrds(
        "boot/intel-ucode.img",
        *(
            f"boot/initramfs-linux{kind}{end}.img"
            for kind in ("", "-lts")
            for end in ("", "-fallback")
        ),
    )


# --- GRUB ---


def menu(default: str = "0") -> str:
    """Each kernel also with the initrd that has every module."""

    def commands(name: str, initrd: str) -> tuple[str, ...]:
        kernel = Kernel(
            name,
            f"/boot/vmlinuz-{name}",
            ["/boot/intel-ucode.img", f"/boot/{initrd}.img"],
            f"root=UUID={UUID} rw  loglevel=3 quiet",
        )
        return ("load_video", "set gfxpayload=keep", "insmod gzio", DISK.find(), kernel.commands())

    start = grub.classes("arch")
    advanced = [
        text
        for name in ("linux", "linux-lts")
        for text in (
            grub.entry(
                f"Arch Linux, with Linux {name}",
                f"gnulinux-{name}-advanced-{UUID}",
                start,
                *commands(name, f"initramfs-{name}"),
            ),
            grub.entry(
                f"Arch Linux, with Linux {name} (fallback initramfs)",
                f"gnulinux-{name}-fallback-{UUID}",
                start,
                *commands(name, f"initramfs-{name}-fallback"),
            ),
        )
    ]
    return (
        grub.header(DISK, default)
        + grub.section(
            "10_linux",
            grub.entry(
                "Arch Linux",
                f"gnulinux-simple-{UUID}",
                start,
                *commands("linux", "initramfs-linux"),
            ),
            grub.submenu("Advanced options for Arch Linux", f"gnulinux-advanced-{UUID}", advanced),
        )
        + grub.rest()
        + grub.section(
            "30_uefi-firmware",
            """\
if [ "$grub_platform" = "efi" ]; then
\tfwsetup --is-supported
\tif [ "$?" = 0 ]; then
\t\tmenuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
\t\t\tfwsetup
\t\t}
\tfi
fi
""",
        )
    )


def test_grub(tree: Tree) -> None:
    files(tree, ROOT, f"BOOT_IMAGE=/boot/vmlinuz-linux {CMDLINE}")
    tree.write("boot/grub/grub.cfg", menu())
    tree.write("boot/grub/grubenv", grubenv())
    listing = tree.list()
    assert listing.rows("title", "version", "kernel", "initrds", "cmdline") == [
        (
            title,
            version,
            f"/boot/vmlinuz-{name}",
            ["/boot/intel-ucode.img", f"/boot/{initrd}.img"],
            CMDLINE,
        )
        for title, version, name, initrd in (
            ("Arch Linux", LATEST, "linux", "initramfs-linux"),
            ("Arch Linux, with Linux linux", LATEST, "linux", "initramfs-linux"),
            (
                "Arch Linux, with Linux linux (fallback initramfs)",
                LATEST,
                "linux",
                "initramfs-linux-fallback",
            ),
            ("Arch Linux, with Linux linux-lts", LTS, "linux-lts", "initramfs-linux-lts"),
            (
                "Arch Linux, with Linux linux-lts (fallback initramfs)",
                LTS,
                "linux-lts",
                "initramfs-linux-lts-fallback",
            ),
        )
    ]
    assert listing.default_of("title") == "Arch Linux"
    assert not listing.codes("blocker"), listing.rows("findings")


def test_grub_savedefault(tree: Tree) -> None:
    """GRUB_SAVEDEFAULT=true: GRUB itself wrote what was chosen last."""
    files(tree, ROOT, f"BOOT_IMAGE=/boot/vmlinuz-linux-lts {CMDLINE}")
    tree.write("boot/grub/grub.cfg", menu("${saved_entry}"))
    tree.write(
        "boot/grub/grubenv",
        grubenv(saved_entry=f"gnulinux-advanced-{UUID}>gnulinux-linux-lts-advanced-{UUID}"),
    )
    assert tree.list().default_of("title") == "Arch Linux, with Linux linux-lts"


# --- systemd-boot ---


def snippets(tree: Tree, where: str) -> None:
    """As the installation guide has them: neither versions nor sort keys."""
    for name, kernel, initrd in (
        ("arch", "linux", "linux"),
        ("arch-fallback", "linux", "linux-fallback"),
        ("arch-lts", "linux-lts", "linux-lts"),
    ):
        tree.bls(
            f"{where}/loader/entries/{name}.conf",
            title=f"Arch Linux ({name})",
            linux=f"/vmlinuz-{kernel}",
            initrd=["/intel-ucode.img", f"/initramfs-{initrd}.img"],
            options=f"root=PARTUUID={PARTUUID} rw",
        )


def test_systemd_boot(tree: Tree) -> None:
    files(
        tree,
        ESP_AT_BOOT,
        rf"initrd=\intel-ucode.img initrd=\initramfs-linux.img root=PARTUUID={PARTUUID} rw",
    )
    tree.write(
        "boot/loader/loader.conf", "default  arch.conf\ntimeout  4\nconsole-mode max\neditor   no\n"
    )
    snippets(tree, "boot")
    tree.variable("LoaderInfo", "systemd-boot 256.2-1-arch")
    listing = tree.list()
    assert listing.rows("id", "kernel", "initrds") == [
        (
            "arch.conf",
            "/boot/vmlinuz-linux",
            ["/boot/intel-ucode.img", "/boot/initramfs-linux.img"],
        ),
        (
            "arch-lts.conf",
            "/boot/vmlinuz-linux-lts",
            ["/boot/intel-ucode.img", "/boot/initramfs-linux-lts.img"],
        ),
        (
            "arch-fallback.conf",
            "/boot/vmlinuz-linux",
            ["/boot/intel-ucode.img", "/boot/initramfs-linux-fallback.img"],
        ),
    ]
    assert set(listing.rows("cmdline")) == {f"root=PARTUUID={PARTUUID} rw"}
    assert listing.rows("title") == [
        "Arch Linux (arch)",
        "Arch Linux (arch-lts)",
        "Arch Linux (arch-fallback)",
    ]
    assert listing.default_of("id") == "arch.conf"
    assert set(listing.rows("source")) == {"bls"}


def test_default_with_a_glob(tree: Tree) -> None:
    files(tree, ESP_AT_BOOT, "")
    snippets(tree, "boot")
    tree.write("boot/loader/loader.conf", "default ARCH-L*\n")
    assert tree.list().default_of("id") == "arch-lts.conf"


def test_esp_and_xbootldr(tree: Tree) -> None:
    """Snippets and images on both, each with paths on its own."""
    files(tree, ESP_AND_XBOOTLDR, r"initrd=\initramfs-linux.img root=x")
    tree.write("efi/loader/loader.conf", "default arch.conf\n")
    snippets(tree, "boot")
    tree.kernel("efi/rescue/vmlinuz", LTS)
    tree.initrds("efi/rescue/initrd.img")
    tree.bls(
        "efi/loader/entries/rescue.conf",
        title="Rescue",
        linux="/rescue/vmlinuz",
        initrd="/rescue/initrd.img",
        options="root=/dev/ram0",
    )
    tree.uki("efi/EFI/Linux/arch-linux.efi", LATEST, "--cmdline", "root=x uki", osrel=OS_RELEASE)
    tree.variable("LoaderInfo", "systemd-boot 256.2-1-arch")
    listing = tree.list()
    assert {row[0]: row[1] for row in listing.rows("id", "kernel")} == {
        "arch-linux.efi": "/efi/EFI/Linux/arch-linux.efi",
        "rescue.conf": "/efi/rescue/vmlinuz",
        "arch.conf": "/boot/vmlinuz-linux",
        "arch-lts.conf": "/boot/vmlinuz-linux-lts",
        "arch-fallback.conf": "/boot/vmlinuz-linux",
    }
    # The image's os-release gives it a sort key, so it comes first.
    assert listing.rows("id") == [
        "arch-linux.efi",
        "rescue.conf",
        "arch.conf",
        "arch-lts.conf",
        "arch-fallback.conf",
    ]
    assert listing.where("id", "rescue.conf")["initrds"] == ["/efi/rescue/initrd.img"]
    assert listing.default_of("id") == "arch.conf"


def test_unified_kernel_images(tree: Tree) -> None:
    """As mkinitcpio makes them."""
    tree.system(
        "Arch Linux", fstab=ROOT + "UUID=1A2B-3C4D /efi vfat umask=0077 0 2\n", running=LATEST
    )
    for name, version in (
        ("arch-linux", LATEST),
        ("arch-linux-fallback", LATEST),
        ("arch-linux-lts", LTS),
    ):
        tree.uki(
            f"efi/EFI/Linux/{name}.efi",
            version,
            "--cmdline",
            f"{CMDLINE} bgrt_disable",
            osrel=OS_RELEASE,
        )
    tree.kernel("boot/vmlinuz-linux", LATEST)
    tree.variable("LoaderInfo", "systemd-boot 256.2-1-arch")
    listing = tree.list()
    assert listing.of("uki").rows("id") == [
        "arch-linux.efi",
        "arch-linux-lts.efi",
        "arch-linux-fallback.efi",
    ]
    assert set(listing.of("uki").rows("cmdline")) == {f"{CMDLINE} bgrt_disable"}
    assert listing.of("uki").rows("version") == [LATEST, LTS, LATEST]
    assert listing.rows("source")[3:] == ["directory"]
    assert listing.default_of("id") == "arch-linux.efi"


def test_without_a_menu(tree: Tree) -> None:
    """EFISTUB: the firmware boots the kernel, and no menu tells which."""
    files(tree, ESP_AT_BOOT, rf"initrd=\intel-ucode.img initrd=\initramfs-linux.img {CMDLINE}")
    listing = tree.list()
    assert listing.rows("id", "initrds", "cmdline") == [
        ("linux", ["/boot/intel-ucode.img", "/boot/initramfs-linux.img"], CMDLINE),
        ("linux-lts", ["/boot/intel-ucode.img", "/boot/initramfs-linux-lts.img"], CMDLINE),
    ]
    assert "default-guessed" in listing.entries[0].codes()
