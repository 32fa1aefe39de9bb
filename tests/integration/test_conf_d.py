# SPDX-License-Identifier: LGPL-2.1-or-later
"""Administrators' files for Gentoo's kexec service: what each of them ends up loading.

They are what people have: the file as it was installed over the years, the wiki's, forums' and
overlays' variants, and those with mistakes in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from . import contract
from .caller import Caller, Callers
from .init import Init
from .machine import Machine, joined, make_initrd, make_kernel, make_uki
from .test_late_load import LATE
from .users import who_may

RUNNING = "6.6.21-gentoo"
NEWER = "6.6.30-gentoo"
GENKERNEL = "6.1.69-gentoo-x86_64"
OWN = "6.9.0-rc1"

# A name → the release of a kernel, or None: an initrd, whose init is its own path.
FILES = {
    f"boot/vmlinuz-{RUNNING}": RUNNING,
    f"boot/initramfs-{RUNNING}.img": None,
    f"boot/kernel-{NEWER}": NEWER,
    f"boot/initramfs-{NEWER}.img": None,
    "boot/intel-uc.img": None,
    "boot/fbsplash-emergence-1024x768": None,
    "mnt/kernels/kernel-genkernel-x86_64-6.1.69-gentoo-x86_64": GENKERNEL,
    "mnt/kernels/initramfs-genkernel-x86_64-6.1.69-gentoo-x86_64": None,
    "usr/src/linux/arch/x86/boot/bzImage": OWN,
}
NEWEST = (f"boot/kernel-{NEWER}", "boot/intel-uc.img", f"boot/initramfs-{NEWER}.img")
STABLE = (f"boot/vmlinuz-{RUNNING}", "boot/intel-uc.img", f"boot/initramfs-{RUNNING}.img")
CMDLINE = "root=/dev/sda3 ro quiet"  # of the running system

AS_INSTALLED = """\
# Load kexec kernel image into memory during shutdown instead of bootup
# (default: yes)
#LOAD_DURING_SHUTDOWN="yes"

# Additional arguments passed to kexec (8)
#KEXEC_OPT_ARGS=""

# Kernel image partition. Mounted automatically if not.
# (default: /boot)
#BOOTPART="/boot"

# Root partition (should be autodetected)
#ROOTPART="/dev/hda3"

# Setting it to "-" will disable kexec.
#KNAME="kernel"
#INITRD="/boot/fbsplash-emergence-1024x768"
#KPARAM="splash=silent,theme:emergence"

# Do not try to mount /boot
#DONT_MOUNT_BOOT="yes"
"""
WIKI = f"""\
LOAD_DURING_SHUTDOWN="yes"
#KEXEC_OPT_ARGS=""
BOOTPART="/boot"
#ROOTPART="/dev/hda3"
KNAME="vmlinuz-{RUNNING}"
#INITRD="/boot/fbsplash-emergence-1024x768"
KPARAM="initrd=intel-uc.img rootfstype=f2fs init=/sbin/openrc-init"
DONT_MOUNT_BOOT="yes"
"""
ARCH = """\
# Path to kernel, default to stock arch kernel
KPATH="/boot/vmlinuz-linux"

# The default attempts to autodetect
ROOTPART="$(awk '/^[ \\t]*[^#]/ { if ($2 == "/") { print $1; }}' /etc/fstab)"

KPARAM="ro"
"""
SCRIPTED = f"""\
VERSION={NEWER}
KNAME="kernel-${{VERSION}}"
INITRD="initramfs-$VERSION.img"
if [ -e /boot/bzImage ]; then
    KNAME="bzImage"
fi
"""


MENU = f"""\
set default="1"
menuentry "Gentoo Linux {NEWER}" --id newer {{
    linux /boot/kernel-{NEWER} root=/dev/sda3 ro from=menu
    initrd /boot/intel-uc.img /boot/initramfs-{NEWER}.img
}}
menuentry "Gentoo Linux {RUNNING}" --id stable {{
    linux /boot/vmlinuz-{RUNNING} root=/dev/sda3 ro from=menu
    initrd /boot/intel-uc.img /boot/initramfs-{RUNNING}.img
}}
"""
WITH_MENU = {"boot/grub/grub.cfg": MENU}


@dataclass
class Case:
    """A file, and what it loads."""

    text: str
    kernel: str = NEWEST[0]
    initrds: tuple[str, ...] = NEWEST[1:]
    cmdline: str = CMDLINE
    findings: tuple[str, ...] = ()  # the end of each begins after "/etc/conf.d/kexec, line "
    more: dict[str, str] = field(default_factory=dict)  # other files
    is_guessed: bool = False  # what of it is not understood may have named a kernel


CASES = {
    "as it was installed": Case(AS_INSTALLED),
    "empty values": Case('KNAME=""\nINITRD=""\nKPARAM=""\nROOTPART=""\nKEXEC_OPT_ARGS=""\n'),
    "the wiki's": Case(
        WIKI, kernel=STABLE[0], initrds=STABLE[1:],
        cmdline="root=/dev/sda3 initrd=intel-uc.img rootfstype=f2fs init=/sbin/openrc-init"),
    "kernel, root and parameters": Case(
        f'KNAME="vmlinuz-{RUNNING}"\nROOTPART="/dev/sda7"\nKPARAM="ro splash=silent"\n',
        kernel=STABLE[0], initrds=STABLE[1:],
        cmdline="root=/dev/sda7 ro splash=silent"),
    "a kernel, on a machine that runs openrc-init": Case(
        f'KNAME="vmlinuz-{RUNNING}"\n', kernel=STABLE[0], initrds=STABLE[1:],
        cmdline=f"{CMDLINE} init=/sbin/openrc-init",
        more={"proc/cmdline": f"{CMDLINE} init=/sbin/openrc-init\n",
              "proc/1/comm": "openrc-init\n", "sbin/openrc-init": ""}),
    "root by its UUID": Case("ROOTPART=UUID=0a3407de-014b-458b-b5c1-848e92a327a3\n",
                             cmdline="root=UUID=0a3407de-014b-458b-b5c1-848e92a327a3 ro quiet"),
    "root among the parameters": Case('KPARAM="root=/dev/mapper/vg-root rd.lvm.lv=vg/root"\n',
                                      cmdline="root=/dev/mapper/vg-root rd.lvm.lv=vg/root"),
    "root twice": Case('ROOTPART="/dev/sda7"\nKPARAM="root=/dev/sda8 ro"\n',
                       cmdline="root=/dev/sda8 ro",
                       findings=("1: ROOTPART=/dev/sda7 was ignored, as KPARAM names another",)),
    "a splash instead of an initrd": Case('INITRD="/boot/fbsplash-emergence-1024x768"\n'
                                          f"KNAME=kernel-{NEWER}\n",
                                          initrds=("boot/fbsplash-emergence-1024x768",)),
    "microcode and initrd": Case(
        f'KNAME="kernel-{NEWER}"\nINITRD="intel-uc.img initramfs-{NEWER}.img"\n',
        initrds=("boot/intel-uc.img", f"boot/initramfs-{NEWER}.img")),
    "the kernel that was just built": Case(
        'KNAME="/usr/src/linux/arch/x86/boot/bzImage"\nKPARAM=\'root=/dev/sda3 init="/sbin/my init"\'\n',
        kernel="usr/src/linux/arch/x86/boot/bzImage", initrds=(),
        cmdline='root=/dev/sda3 init="/sbin/my init"'),
    "genkernel's names elsewhere": Case(
        'BOOTPART="/mnt/kernels"\nKNAME="kernel-genkernel-x86_64-6.1.69-gentoo-x86_64"\n'
        'INITRD="initramfs-genkernel-x86_64-6.1.69-gentoo-x86_64"\n',
        kernel="mnt/kernels/kernel-genkernel-x86_64-6.1.69-gentoo-x86_64",
        initrds=("mnt/kernels/initramfs-genkernel-x86_64-6.1.69-gentoo-x86_64",)),
    "what was running, and more": Case('KEXEC_OPT_ARGS="--reuse-cmdline"\nKPARAM="nomodeset"\n',
                                       cmdline=f"{CMDLINE} nomodeset"),
    "appended": Case('KEXEC_OPT_ARGS="-s --append=mitigations=off"\n',
                     cmdline=f"{CMDLINE} mitigations=off"),
    "appended, in quotes": Case("KEXEC_OPT_ARGS=\"--append='quiet loglevel=3'\"\n",
                                cmdline=f"{CMDLINE} quiet loglevel=3"),
    "everything by options": Case(
        f"KNAME=kernel-{NEWER}\nKEXEC_OPT_ARGS=\"--initrd=/boot/intel-uc.img "
        "--command-line='root=/dev/sda9 ro'\"\n",
        initrds=("boot/intel-uc.img",), cmdline="root=/dev/sda9 ro"),
    "options that mean nothing": Case(
        'KPARAM="ro"\n\nKEXEC_OPT_ARGS="-f --mem-max=0x80000000 --noefi --pass-memmap-cmdline -x"\n',
        cmdline="root=/dev/sda3 ro",
        findings=('3: "-f" in KEXEC_OPT_ARGS was ignored',
                  '3: "--mem-max=0x80000000" in KEXEC_OPT_ARGS was ignored',
                  '3: "--noefi" in KEXEC_OPT_ARGS was ignored',
                  '3: "--pass-memmap-cmdline" in KEXEC_OPT_ARGS was ignored',
                  '3: "-x" in KEXEC_OPT_ARGS was ignored')),
    "a crash kernel's options": Case(
        'KEXEC_OPT_ARGS="-p --append=maxcpus=1"\n', cmdline=f"{CMDLINE} maxcpus=1",
        findings=('1: "-p" in KEXEC_OPT_ARGS was ignored, as it loads a crash kernel',)),
    "Arch's": Case(ARCH, cmdline="root=/dev/sda3 ro",
                   findings=("2: KPATH= was ignored", "5: "), is_guessed=True),
    "backquotes": Case("KNAME=vmlinuz-`uname -r`\nKPARAM=ro\n", cmdline="root=/dev/sda3 ro",
                       findings=("1: ",), is_guessed=True),
    "a quote that is not closed": Case('KPARAM="ro quiet\nROOTPART=/dev/sda7\n',
                                       cmdline="root=/dev/sda7 ro quiet", findings=("1: ",),
                                       is_guessed=True),
    "a small script": Case(SCRIPTED, initrds=NEWEST[2:],
                           findings=("4: ", "1: VERSION= was ignored")),
    "a misspelt variable": Case(f'KNAMES="vmlinuz-{RUNNING}"\n', findings=("1: KNAMES= was",),
                                  is_guessed=True),
    "the shell's ways to write": Case(
        f"export KNAME='vmlinuz-'\"{RUNNING}\" # the stable one\nKPARAM=ro\\ quiet; INITRD=intel-uc.img\n",
        kernel=STABLE[0], initrds=("boot/intel-uc.img",),
        cmdline="root=/dev/sda3 ro quiet"),
    "over several lines": Case('KPARAM="ro \\\n  quiet \\\n  panic=10"\n',
                               cmdline="root=/dev/sda3 ro quiet panic=10"),
    "our own beside it": Case(
        f'KNAME="vmlinuz-{RUNNING}"\nKPARAM="ro"\n', cmdline="root=/dev/sda3 ro",
        more={"etc/conf.d/kexecd": f'KNAME="kernel-{NEWER}"\nsupervisor="supervise-daemon"\n'}),
    # What GRUB's menu names by default, with a command line of its own.
    "a menu": Case("", STABLE[0], STABLE[1:], "root=/dev/sda3 ro from=menu", more=WITH_MENU),
    "a menu and parameters": Case('KPARAM="ro quiet"\n', STABLE[0], STABLE[1:],
                                  "root=/dev/sda3 ro quiet", more=WITH_MENU),
    "a menu and root": Case("ROOTPART=/dev/sda7\n", STABLE[0], STABLE[1:],
                            "root=/dev/sda7 ro from=menu", more=WITH_MENU),
    "a menu, root and parameters": Case('ROOTPART=/dev/sda7 KPARAM="ro"\n', STABLE[0], STABLE[1:],
                                        "root=/dev/sda7 ro", more=WITH_MENU),
    "a menu and a command line": Case("KEXEC_OPT_ARGS=\"--command-line='root=/dev/sda9 ro'\"\n",
                                      STABLE[0], STABLE[1:], "root=/dev/sda9 ro", more=WITH_MENU),
    "a menu and more parameters": Case('KEXEC_OPT_ARGS="--reuse-cmdline"\nKPARAM="more"\n',
                                       STABLE[0], STABLE[1:], "root=/dev/sda3 ro from=menu more",
                                       more=WITH_MENU),
    "a menu, root and more": Case(
        "ROOTPART=/dev/sda7\nKEXEC_OPT_ARGS='--append=\"root=/dev/sda8 more\"'\n", STABLE[0],
        STABLE[1:], "ro from=menu root=/dev/sda8 more", more=WITH_MENU),
    "a menu and a kernel": Case(f'KNAME="kernel-{NEWER}"\nKPARAM="ro"\n',
                                cmdline="root=/dev/sda3 ro", more=WITH_MENU),
    "a menu, and kexecd.conf": Case(
        'KPARAM="ro quiet"\n', STABLE[0], STABLE[1:], "root=/dev/sda3 ro from=menu",
        more={**WITH_MENU, "etc/kexecd/kexecd.conf": "[Manager]\nCmdline=root=/dev/sda3 rw\n"}),
}


@pytest.fixture
def gentoo(off: Machine) -> Machine:
    """A Gentoo machine: OpenRC, no menu, and the kernels above."""
    for name in [*off.path("boot").iterdir(), off.path("etc/kernel/cmdline")]:
        name.unlink()
    off.path("run/systemd/system").rmdir()
    off.write("run/openrc/softlevel", "default\n")
    off.write("etc/os-release", 'PRETTY_NAME="Gentoo Linux"\n')
    off.write("proc/cmdline", f"{CMDLINE}\n")  # which does not tell a boot loader
    off.write("proc/sys/kernel/osrelease", f"{RUNNING}\n")
    off.write("sbin/my init", "")
    off.configure("")
    for name, release in FILES.items():
        off.write(name, make_initrd(name) if release is None else make_kernel(release))
    return off


def findings_of(caller: Caller) -> list[str]:
    """The sentences about configuration files."""
    _, findings = caller.call("Check", "", {})
    return [finding["text"] for finding in findings
            if finding["code"] == "configuration-invalid"]


@pytest.mark.parametrize("name", CASES)
def test_file(name: str, gentoo: Machine, root: Caller) -> None:
    """As the service loads it, to whom less is allowed than to an administrator."""
    case = CASES[name]
    gentoo.write("etc/conf.d/kexec", case.text)
    for path, text in case.more.items():
        gentoo.write(path, text)
    gentoo.start()
    if case.is_guessed:
        message = root.error("Stage", "", LATE).message
        assert "'kexecctl check'" in message and "Entry=auto" in message
        gentoo.configure("Entry=auto")
    root.call("Stage", "", LATE)
    assert gentoo.kernel.image == gentoo.path(case.kernel).read_bytes()
    wanted = joined(*(gentoo.path(path).read_bytes() for path in case.initrds))
    assert (gentoo.kernel.initrd or b"") == wanted
    assert gentoo.kernel.cmdline == case.cmdline
    texts = findings_of(root)
    assert len(texts) == len(case.findings), texts
    for expected in case.findings:
        assert [text for text in texts
                if text.startswith(f"/etc/conf.d/kexec, line {expected}")], texts


def expect_refused(machine: Machine, root: Caller) -> None:
    machine.start()
    assert "Entry=auto" in root.error("Stage", "", LATE).message
    root.call("Stage", "", {})
    assert root.get("Staged")["action"] == contract.ACTION + "stage-entry"


def test_kernel_of_a_menu_that_does_not_say_which(gentoo: Machine, root: Caller) -> None:
    """It may mean another than the newest: that is nothing to be detected."""
    gentoo.write("boot/grub/grub.cfg", f"if cmostest 1:2; then\n set default=0\nelse\n{MENU}fi\n")
    gentoo.write("etc/conf.d/kexec", AS_INSTALLED)
    expect_refused(gentoo, root)


def test_kernel_of_a_menu_that_is_not_there(gentoo: Machine, root: Caller) -> None:
    gentoo.write("proc/cmdline", f"BOOT_IMAGE=/vmlinuz-{RUNNING} {CMDLINE}\n")
    gentoo.write("etc/conf.d/kexec", AS_INSTALLED)
    expect_refused(gentoo, root)


def test_kernel_of_a_menu_that_cannot_be_read(gentoo: Machine, root: Caller) -> None:
    """After a kexec nothing else tells that there is GRUB."""
    gentoo.write("boot/grub/grub.cfg", "menuentry {\n")
    gentoo.write("etc/conf.d/kexec", AS_INSTALLED)
    expect_refused(gentoo, root)


@pytest.mark.parametrize("files", [
    {"etc/conf.d/kexec": f"KNAME=../boot/vmlinuz-{RUNNING}\n"},
    {"etc/conf.d/kexec": "", "etc/conf.d/kexecd": "KNAME=`x`\n"},
    {"etc/conf.d/kexec": "", "etc/kexecd/kexecd.conf": "[Manager]\nEntry=nope\n"},
    {"etc/conf.d/kexec": "", "etc/kexecd/kexecd.conf": "[Manager]\nKernel=a/../b\n"},
    {"etc/conf.d/kexec": f'KEXEC_OPT_ARGS="-s /boot/vmlinuz-{RUNNING}"\n'},
    {"etc/conf.d/kexec": 'KEXEC_OPT_ARGS="-u"\n'},
    {"etc/conf.d/kexec": "KEXEC_OPT_ARGS=\"--append='\"\n"},
    {"etc/conf.d/kexec": "KEXEC_OPT_ARGS=-f\nKNAMES=x\n"},
    {"etc/conf.d/kexec": "BOOTPART=boot/../x\n"},
    {"etc/conf.d/kexecd": ""},
], ids=["KNAME", "kexecd", "Entry", "Kernel", "operand", "unload", "quote", "mixed", "BOOTPART",
        "only ours"])
def test_kernel_that_may_have_been_named(files: dict[str, str], gentoo: Machine,
                                         root: Caller) -> None:
    for path, text in files.items():
        gentoo.write(path, text)
    expect_refused(gentoo, root)


def test_kernel_that_is_named_and_not_looked_for(gentoo: Machine, root: Caller) -> None:
    gentoo.write("etc/conf.d/kexec", f'KNAME="vmlinuz-{RUNNING}"\n')
    gentoo.configure("Sources=directory")
    expect_refused(gentoo, root)


def test_detected_kernel_is_for_root_alone(gentoo: Machine, root: Caller, callers: Callers,
                                           init: Init) -> None:
    """Who has enabled the service has agreed to what it detects, for that; nobody else has."""
    init.be_openrc()
    gentoo.write("etc/conf.d/kexec", AS_INSTALLED)
    gentoo.start()
    user = callers.of(who_may("inspect", "stage-default", "execute"))
    assert user.error("Stage", "", {}).name in (contract.DENIED, contract.CHALLENGE)
    assert "Entry=auto" in user.error("Execute", {}).message
    assert root.get("State") == "idle"
    assert root.call("Stage", "", LATE)["action"] == contract.ACTION + "stage-default"
    # What the service has loaded is what any reboot boots.
    user.call("Execute", {})
    assert init.argv("openrc-shutdown") == ["--kexec", "now"]


def test_detected_kernel_that_is_rebuilt_is_loaded_anew(gentoo: Machine, root: Caller) -> None:
    gentoo.write("etc/conf.d/kexec", 'LOAD_DURING_SHUTDOWN="no"\n')
    gentoo.start()
    root.call("Stage", "", {})
    gentoo.write(NEWEST[2], make_initrd("rebuilt"))
    root.call("Stage", "", LATE)
    assert gentoo.kernel.initrd is not None
    assert gentoo.kernel.initrd.endswith(make_initrd("rebuilt"))


def test_detected_kernel_is_what_roots_reboot_loads(gentoo: Machine, root: Caller,
                                                    init: Init) -> None:
    init.be_openrc()
    gentoo.write("etc/conf.d/kexec", AS_INSTALLED)
    gentoo.start()
    root.call("Execute", {})
    assert gentoo.kernel.image == gentoo.path(NEWEST[0]).read_bytes()


def test_parameters_are_for_the_default_entry_alone(gentoo: Machine, root: Caller) -> None:
    gentoo.write("boot/grub/grub.cfg", MENU)
    gentoo.write("etc/conf.d/kexec", 'KPARAM="ro quiet"\n')
    gentoo.start()
    cmdlines = {entry["default"]: entry["cmdline"] for entry in root.call("ListEntries", {})
                if entry["source"] == "grub"}
    assert cmdlines == {True: "root=/dev/sda3 ro quiet", False: "root=/dev/sda3 ro from=menu"}


@pytest.mark.parametrize("own", ["root=/dev/sda3 own", "root=/dev/sda3 ro own"])
@pytest.mark.parametrize("text", ["", f"KNAME=vmlinuz-{RUNNING}.efi\n"], ids=["default", "named"])
def test_parameters_of_a_unified_kernel_image(text: str, own: str, gentoo: Machine,
                                              root: Caller) -> None:
    """It keeps its own."""
    for name in gentoo.path("boot").iterdir():
        name.unlink()
    image = make_uki(make_kernel(RUNNING), cmdline=own, initrd=make_initrd("inside"))
    gentoo.write(f"boot/vmlinuz-{RUNNING}.efi", image)
    gentoo.write("etc/conf.d/kexec", f'{text}KPARAM="ro"\n')
    gentoo.start()
    root.call("Stage", "", {})
    assert gentoo.kernel.cmdline == own
    text, = findings_of(root)
    assert "KPARAM" in text and f"vmlinuz-{RUNNING}.efi" in text


def test_parameters_of_a_unified_kernel_image_without_its_own(gentoo: Machine,
                                                              root: Caller) -> None:
    for name in gentoo.path("boot").iterdir():
        name.unlink()
    path = f"boot/vmlinuz-{RUNNING}.efi"
    gentoo.write(path, make_uki(make_kernel(RUNNING), initrd=make_initrd("inside")))
    gentoo.write(f"{path}.extra.d/a.addon.efi", make_uki(None, cmdline="more"))
    gentoo.write("etc/conf.d/kexec", 'KPARAM="ro"\n')
    gentoo.start()
    root.call("Stage", "", {})
    assert gentoo.kernel.cmdline == "root=/dev/sda3 ro more"
    assert findings_of(root) == []


def test_nothing_is_run(gentoo: Machine, root: Caller) -> None:
    trace = gentoo.folder / "trace"
    gentoo.write("etc/conf.d/kexec", f"touch {trace}\nKPARAM=$(touch {trace})ro\n"
                 f"KNAME=`touch {trace}`\n: ${{KPARAM:=$(touch {trace})}}\n. {trace}.sh\n")
    gentoo.start()
    root.call("Stage", "", {})
    assert not trace.exists()
    assert gentoo.kernel.cmdline == CMDLINE
    assert len(findings_of(root)) == 5


def test_kernel_that_does_not_exist(gentoo: Machine, root: Caller) -> None:
    """Nothing else takes its place."""
    gentoo.write("etc/conf.d/kexec", 'KNAME="vmlinuz-3.9.0"\n')
    gentoo.start()
    error = root.error("Stage", "", {})
    assert "vmlinuz-3.9.0" in error.message
    assert gentoo.kernel.loads == 0


def test_kexec_turned_off(gentoo: Machine, root: Caller) -> None:
    gentoo.write("etc/conf.d/kexec", 'KNAME="-"\n')
    gentoo.start()
    error = root.error("Stage", "", {})
    assert error.name == contract.ERROR + "NoSuchEntry"
    assert "KNAME=- in /etc/conf.d/kexec" in error.message
    root.call("Stage", NEWER, {})


@pytest.mark.parametrize("name", ["kexec", "kexecd"])
def test_file_that_others_can_write(name: str, gentoo: Machine, root: Caller) -> None:
    path = gentoo.write(f"etc/conf.d/{name}", 'KPARAM="init=/bin/sh"\n')
    path.chmod(0o666)
    gentoo.start()
    root.call("Stage", "", {})
    assert gentoo.kernel.cmdline == CMDLINE
    assert [text for text in findings_of(root) if f"/etc/conf.d/{name} was ignored" in text]


@pytest.mark.parametrize(("text", "loads"), [
    ("", True), ('LOAD_DURING_SHUTDOWN="yes"\n', True), ("LOAD_DURING_SHUTDOWN=\n", True),
    ('LOAD_DURING_SHUTDOWN="no"\n', False), ("LOAD_DURING_SHUTDOWN=true\n", False),
])
def test_when_it_is_loaded(text: str, loads: bool, gentoo: Machine, root: Caller) -> None:
    gentoo.write("etc/conf.d/kexec", text)
    gentoo.start()
    assert root.get("LoadDefault") == ("during-shutdown" if loads else "at-start")
