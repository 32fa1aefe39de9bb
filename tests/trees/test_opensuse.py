# SPDX-License-Identifier: LGPL-2.1-or-later
"""openSUSE: btrfs with a subvolume below @, and snapper's snapshots."""

from __future__ import annotations

from . import grub
from .grub import Disk, Kernel
from .tree import Tree, grubenv

UUID, ESP_UUID = "ad5b1f9a-6a0c-4c1e-bb16-98d7f2a1c0e3", "5D4E-0C33"
NEW, OLD = "6.4.0-150600.23.14-default", "6.4.0-150600.21-default"
DISK = Disk(UUID, "hd0,gpt2", ("part_gpt", "btrfs"))
OS = "openSUSE Leap 15.6"
CMDLINE = f"root=UUID={UUID} splash=silent mitigations=auto quiet security=apparmor"

FSTAB = (
    "".join(
        f"UUID={UUID}  {where:<22}  btrfs  {options}  0  0\n"
        for where, options in (
            ("/", "defaults"),
            ("/var", "subvol=/@/var"),
            ("/home", "subvol=/@/home"),
            ("/boot/grub2/x86_64-efi", "subvol=/@/boot/grub2/x86_64-efi"),
            ("/.snapshots", "subvol=/@/.snapshots"),
        )
    )
    + f"UUID={ESP_UUID}  /boot/efi  vfat  utf8  0  2\n"
)

LOAD_ENV = """\
set btrfs_relative_path="y"
export btrfs_relative_path
if [ -f ${config_directory}/grubenv ]; then
  load_env -f ${config_directory}/grubenv
elif [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${env_block}" ] ; then
  set env_block="(${root})${env_block}"
  export env_block
  load_env -f "${env_block}"
fi
"""

SNAPSHOTS = """\
if [ -f "/.snapshots/grub-snapshot.cfg" ]; then
  source "/.snapshots/grub-snapshot.cfg"
fi
"""

SNAPSHOT_MENU = """\
if [ -z "$extra_cmdline" ]; then
  submenu  "Start bootloader from a read-only snapshot" {
    if [ -f "/.snapshots/3/grub-snapshot.cfg" ]; then
      source "/.snapshots/3/grub-snapshot.cfg"
    fi
    if [ x$snapshot_found != xtrue ]; then
      submenu "Not Found" { true; }
    fi
  }
fi
"""

SNAPSHOT = """\
  if [ -f "/.snapshots/3/snapshot/boot/grub2/grub.cfg" ]; then
    snapshot_found=true
    saved_subvol=$btrfs_subvol
    menuentry  "*TITLE" "/.snapshots/3/snapshot" "@/.snapshots/3/snapshot" {
        btrfs_subvol="$3"
        extra_cmdline="rootflags=subvol=$3"
        export extra_cmdline
        snapshot_num=3
        export snapshot_num
        configfile "$2/boot/grub2/grub.cfg"
        btrfs_subvol=$saved_subvol
      }
  fi
""".replace(
    "TITLE", f"{OS} (6.4.0-150600.21,2024-06-20T09:12,post,zypp(zypper))"
)


def menu(
    prefix: str = "",
    default: str = "${saved_entry}",
    end: str = "${extra_cmdline}",
    *,
    linux: str = "linux",
    initrd: str = "initrd",
) -> str:
    """@prefix: the subvolume, where paths are not relative to the default one"""
    kernels = [
        Kernel(
            version,
            f"{prefix}/boot/vmlinuz-{version}",
            [f"{prefix}/boot/initrd-{version}"],
            f"root=UUID={UUID} {end} splash=silent mitigations=auto quiet security=apparmor",
        )
        for version in (NEW, OLD)
    ]
    entries = grub.linux(
        OS,
        UUID,
        DISK,
        kernels,
        kind="opensuse",
        options=" --hotkey=1",
        before="load_video\nset gfxpayload=keep",
        words=(linux, initrd),
    )
    text_mode = (
        'hiddenentry "Text mode" --hotkey "t" {\n  set textmode=true\n  terminal_output console\n}'
    )
    return (
        grub.header(DISK, default, load_env=LOAD_ENV)
        + grub.section("10_linux", entries)
        + grub.section("30_os-prober")
        + grub.section("41_custom", grub.CUSTOM)
        + grub.section("80_suse_btrfs_snapshot", SNAPSHOTS)
        + grub.section("95_textmode", text_mode)
    )


def files(tree: Tree) -> None:
    tree.system(OS, fstab=FSTAB, running=NEW, cmdline=f"BOOT_IMAGE=/boot/vmlinuz-{NEW} {CMDLINE}")
    for version in (NEW, OLD):
        tree.kernel(f"boot/vmlinuz-{version}", version)
        tree.initrds(f"boot/initrd-{version}")
        tree.write(f"boot/.vmlinuz-{version}.hmac", "0  vmlinuz\n")
        tree.write(f"boot/sysctl.conf-{version}", "\n")
        tree.write(f"boot/vmlinux-{version}.gz", b"\x1f\x8b for debuggers")
    tree.link("boot/vmlinuz", f"vmlinuz-{NEW}")
    tree.link("boot/initrd", f"initrd-{NEW}")


TITLES = [OS, f"{OS}, with Linux {NEW}", f"{OS}, with Linux {OLD}"]
ROWS = [
    (title, f"/boot/vmlinuz-{version}", [f"/boot/initrd-{version}"], CMDLINE)
    for title, version in zip(TITLES, (NEW, NEW, OLD))
]


def test_menu(tree: Tree) -> None:
    files(tree)
    tree.write("boot/grub2/grub.cfg", menu())
    tree.write("boot/grub2/grubenv", grubenv(saved_entry=OS))
    listing = tree.list()
    assert listing.rows("title", "kernel", "initrds", "cmdline") == ROWS
    assert listing.default_of("title") == OS
    assert not listing.codes("blocker"), listing.rows("findings")


def test_saved_entry_in_the_submenu(tree: Tree) -> None:
    """As grub2-set-default and YaST write it."""
    files(tree)
    tree.write("boot/grub2/grub.cfg", menu())
    tree.write(
        "boot/grub2/grubenv",
        grubenv(saved_entry=f"Advanced options for {OS}>{OS}, with Linux {OLD}"),
    )
    assert tree.list().default_of("kernel") == f"/boot/vmlinuz-{OLD}"


def test_grub_once(tree: Tree) -> None:
    files(tree)
    tree.write("boot/grub2/grub.cfg", menu())
    tree.write("boot/grub2/grubenv", grubenv(saved_entry=OS, next_entry="1>1"))
    listing = tree.list()
    assert listing.default_of("kernel") == f"/boot/vmlinuz-{OLD}"
    assert "one-shot-pending" in listing.codes()


def test_snapshots(tree: Tree) -> None:
    """Snapshots' entries start another menu and no kernel, so they are not listed; the menu is as
    it was."""
    files(tree)
    tree.write("boot/grub2/grub.cfg", menu())
    tree.write("boot/grub2/grubenv", grubenv(saved_entry=OS))
    tree.write(".snapshots/grub-snapshot.cfg", SNAPSHOT_MENU)
    tree.write(".snapshots/3/grub-snapshot.cfg", SNAPSHOT)
    tree.write(".snapshots/3/snapshot/boot/grub2/grub.cfg", menu())
    tree.kernel(f".snapshots/3/snapshot/boot/vmlinuz-{OLD}", OLD)
    listing = tree.list()
    assert listing.rows("title", "kernel", "initrds", "cmdline")[:3] == ROWS
    assert len(listing) == 3
    assert listing.default_of("title") == OS


def test_paths_with_a_subvolume(tree: Tree) -> None:
    """Without SUSE's relative paths, what is @/boot/… to GRUB is /boot/… when mounted."""
    files(tree)
    tree.write("etc/fstab", FSTAB.replace("btrfs  defaults", "btrfs  subvol=/@"))
    tree.write("boot/grub2/grub.cfg", menu("/@", "0", "rootflags=subvol=@"))
    listing = tree.list()
    assert listing.rows("kernel", "initrds") == [row[1:3] for row in ROWS]
    assert "rootflags=subvol=@" in listing.entries[0]["cmdline"].split()
    assert not listing.codes("blocker"), listing.rows("findings")


def test_linuxefi(tree: Tree) -> None:
    files(tree)
    tree.write("boot/grub2/grub.cfg", menu(linux="linuxefi", initrd="initrdefi"))
    tree.write(
        "boot/efi/EFI/opensuse/grub.cfg",
        f"""\
set btrfs_relative_path="yes"
search --fs-uuid --set=root {UUID}
set prefix=(${{root}})/boot/grub2
source "${{prefix}}/grub.cfg"
""",
    )
    assert tree.list().rows("title", "kernel", "initrds", "cmdline") == ROWS


def test_grub2_bls(tree: Tree) -> None:
    """Tumbleweed with sdbootutil: snippets and kernels on the ESP, a subvolume in each name."""
    machine = "c0ffee00c0ffee00c0ffee00c0ffee00"
    cmdline = f"root=UUID={UUID} rootflags=subvol=@/.snapshots/12/snapshot quiet"
    tree.system("openSUSE Tumbleweed", fstab=FSTAB, cmdline=rf"initrd=\x {cmdline}")
    for number, version in (("12", "6.11.3-1-default"), ("9", "6.10.5-1-default")):
        folder = f"/opensuse-tumbleweed/{version}"
        tree.kernel(f"boot/efi{folder}/linux-{number}", version)
        tree.initrds(f"boot/efi{folder}/initrd-{number}")
        tree.bls(
            f"boot/efi/loader/entries/opensuse-tumbleweed-{version}-{number}.conf",
            title="openSUSE Tumbleweed",
            version=f"{number}@{version}",
            sort_key="opensuse-tumbleweed",
            machine_id=machine,
            options=cmdline.replace("/12/", f"/{number}/"),
            linux=f"{folder}/linux-{number}",
            initrd=f"{folder}/initrd-{number}",
        )
    tree.write("boot/efi/loader/loader.conf", "timeout 8\n")
    tree.variable("LoaderInfo", "systemd-boot 256.7+suse.40.g67f4d9ff77")
    listing = tree.list()
    assert listing.rows("id", "kernel") == [
        (
            "opensuse-tumbleweed-6.11.3-1-default-12.conf",
            "/boot/efi/opensuse-tumbleweed/6.11.3-1-default/linux-12",
        ),
        (
            "opensuse-tumbleweed-6.10.5-1-default-9.conf",
            "/boot/efi/opensuse-tumbleweed/6.10.5-1-default/linux-9",
        ),
    ]
    assert listing.default_of("cmdline") == cmdline
