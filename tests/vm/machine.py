# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual machine: QEMU, what it says on its serial lines, and the ways into its guest."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from .image import COMMAND_LINE, Image
from .kind import OVMF, Kind
from .qmp import Qmp
from .shell import Shell
from .wait import wait_for

BOOT_LIMIT = 600
STATE_LIMIT = 240
MEMORY_MIB = 2048

# QEMU before 8.1, emulating several processors, can run an instruction that the guest's kernel has
# just patched as it was before; the kernel then meets a breakpoint that it does not know of any more
# (fixed by QEMU's commit deba78709a, "accel/tcg: Always lock pages before translation").
BROKEN_BY_QEMU = "int3: 0000 [#"

# The guest's sshds; see guest/common.
SESSION_PORT, DRIVER_PORT, CONSOLE_PORT = 22, 2222, 2201


@dataclass(frozen=True)
class Ready:
    """A boot that reached the point where the tests can talk to it."""

    boot_id: str
    release: str


@dataclass(frozen=True)
class Mark:
    """A moment before something that should reboot the machine."""

    boots: int
    serial: int
    resets: int


class Died(AssertionError):
    """QEMU ended although the test did not end it: the guest powered off or reset itself."""


class Broken(AssertionError):
    """The emulator broke the guest's kernel; a machine that is made anew may do better."""


class Machine:
    """A running machine on disks of its own. A cold reboot ends it unless that is allowed."""

    def __init__(self, kind: Kind, image: Image, folder: Path, memory: Path | None = None) -> None:
        """Boot from the disks in `folder`, or go on from the saved `memory`.

        `folder` receives serial.log and ready.log; sockets go to a short path of their own.
        """
        self.kind = kind
        self.image = image
        self.files = {name: file_of(folder, name) for name in kind.files}
        self.serial_log = folder / "serial.log"
        self._ready_log = folder / "ready.log"
        self._sockets = Path(tempfile.mkdtemp(prefix="kexecd-vm-"))
        self._output = self._sockets / "qemu.log"
        self._shells: list[Shell] = []
        self._plugged = 0
        with open(self._output, "wb") as output:
            # QEMU ends with us, however we end, but not by a Ctrl-C that is meant for us.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self._command_line(memory)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            self.qmp = self._connect()
            if memory is not None:
                self._restored()
            ports = self._forwarded_ports()
        except BaseException:
            self.close()
            raise
        self.root = self._shell("root", ports[DRIVER_PORT])
        self.alice = self._shell("alice", ports[CONSOLE_PORT])
        self.alice_remote = self._shell("alice", ports[SESSION_PORT])
        self.bob = self._shell("bob", ports[SESSION_PORT])
        self.carol = self._shell("carol", ports[SESSION_PORT])

    def __enter__(self) -> Machine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if error is not None and self.is_broken:
            raise Broken(f"{error}\n{self.serial_tail()}") from error

    def close(self) -> None:
        """End QEMU and everything that talks to it."""
        self._process.kill()
        self._process.wait()
        for shell in self._shells:
            shell.hang_up()
        if hasattr(self, "qmp"):
            self.qmp.close()
        shutil.rmtree(self._sockets)

    # Boots

    def boots(self) -> list[Ready]:
        """The boots of this machine that became ready, oldest first; restoring is not booting."""
        lines = re.findall(r"^ready: (\S+) (\S+)\s*$", self._ready_log.read_text(), re.MULTILINE)
        return [Ready(*line) for line in lines]

    def wait_until_ready(self, boots_before: int = 0) -> Ready:
        """Wait for the next boot to become ready."""

        wait_for(lambda: self._is_ready(boots_before), "the guest to boot", BOOT_LIMIT)
        for shell in self._shells:
            shell.hang_up()  # they led into the boot before
        return self.boots()[boots_before]

    def mark(self) -> Mark:
        """Note where the machine is, for what is about to happen."""
        return Mark(len(self.boots()), len(self.serial()), len(self.qmp.seen("RESET")))

    def is_ready(self, mark: Mark) -> bool:
        """Whether a boot after `mark` is ready; `Died` if there will be none."""
        return self._is_ready(mark.boots)

    def wait_for_next_boot(self, mark: Mark) -> Ready:
        return self.wait_until_ready(mark.boots)

    def _is_ready(self, boots_before: int) -> bool:
        ready = len(self.boots()) > boots_before
        if not ready and self._process.poll() is not None:
            raise Died(f"{self._how_it_ended()}\n{self.serial_tail()}")
        return ready

    def allow_cold_reboot(self) -> None:
        """Let the guest go through the firmware; otherwise a reset ends QEMU, and the test."""
        self.qmp.command("set-action", reboot="reset")

    def resets_since(self, mark: Mark) -> int:
        return len(self.qmp.seen("RESET")) - mark.resets

    def power_off(self) -> None:
        """Shut the guest down in order, and wait for QEMU to end with it."""
        self.root.run(self.kind.init.power_off, code=None)
        self._process.wait(timeout=BOOT_LIMIT)

    # Disks

    def plug(self, disk: Path) -> str:
        """Put another disk in while the machine runs; returns what the guest calls it."""
        name = f"plugged{self._plugged}"
        self._plugged += 1
        self.qmp.command(
            "blockdev-add",
            **{"node-name": name, "driver": "qcow2"},
            file={"driver": "file", "filename": str(disk)},
        )
        self.qmp.command(
            "device_add", driver="virtio-blk-pci", id=f"{name}-disk", drive=name, serial=name
        )
        path = f"/dev/disk/by-id/virtio-{name}"
        there = f"test -b {path}"
        wait_for(
            lambda: self.root.run(there, code=None).returncode == 0, "the guest to see a disk", 240
        )
        return path

    # The console

    def serial(self, since: Mark | None = None) -> str:
        """What the console said, all of it or since a mark."""
        return self.serial_log.read_bytes().decode(errors="replace")[since.serial if since else 0 :]

    def serial_tail(self, lines: int = 40) -> str:
        return "\n".join(self.serial().splitlines()[-lines:])

    @property
    def is_broken(self) -> bool:
        """Whether the emulator broke the guest's kernel."""
        return BROKEN_BY_QEMU in self.serial()

    # Saving

    def save(self, memory: Path) -> None:
        """Write the machine's memory and devices to a file and end it: its disk goes with that."""
        self.qmp.command("stop")
        self.qmp.command("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        self.qmp.command("migrate", uri=f"exec:cat >{shlex.quote(str(memory))}")
        wait_for(self._migrated, "the machine to be saved", STATE_LIMIT)
        self.qmp.command("quit")
        self._process.wait(timeout=STATE_LIMIT)

    def _restored(self) -> None:
        wait_for(self._migrated, "the machine to be restored", STATE_LIMIT, pause=0.02)
        self.qmp.command("cont")

    def _migrated(self) -> bool:
        status = self.qmp.command("query-migrate").get("status")
        if status == "failed":
            raise RuntimeError(f"QEMU could not save or restore a machine: {self._how_it_ended()}")
        return bool(status == "completed")

    # QEMU

    def _command_line(self, memory: Path | None) -> list[str]:
        forwards = "".join(
            f",hostfwd=tcp:127.0.0.1:0-:{port}"
            for port in (SESSION_PORT, DRIVER_PORT, CONSOLE_PORT)
        )
        command = ["qemu-system-x86_64", *processor(self.kind), "-m", str(MEMORY_MIB)]
        command += [*self.kind.firmware.options, "-nodefaults", "-vga", "none"]
        command += ["-display", "none", "-no-reboot", "-rtc", "base=utc,clock=vm"]
        command += self._boot_options()
        command += ["-netdev", f"user,id=net,restrict=on{forwards}"]
        command += ["-device", "virtio-net-pci,netdev=net,romfile="]
        command += ["-serial", f"file:{self.serial_log}", "-serial", f"file:{self._ready_log}"]
        command += ["-qmp", f"unix:{self._sockets}/qmp,server=on,wait=off"]
        if memory is not None:
            command += ["-incoming", f"exec:cat {shlex.quote(str(memory))}"]
        return command

    def _boot_options(self) -> list[str]:
        """QEMU's options for the disks, and for what to boot from them."""
        options = []
        for name in self.kind.disks:
            options += ["-drive", f"{self._drive(name)},if=none,id={name}"]
            first = self.kind.has_boot_loader and name == self.kind.disks[-1]
            order = ",bootindex=0" if first else ""
            options += ["-device", f"virtio-blk-pci,drive={name}{order}"]
        if self.kind.firmware is OVMF:
            options += ["-drive", f"{self._drive('variables')},if=pflash,unit=1"]
        if not self.kind.has_boot_loader:
            options += ["-kernel", str(self.image.kernel), "-initrd", str(self.image.initrd)]
            options += ["-append", COMMAND_LINE]
        return options

    def _drive(self, name: str) -> str:
        return f"file={self.files[name]},format=qcow2,cache=unsafe"

    def _connect(self) -> Qmp:
        def connect() -> Qmp | None:
            if self._process.poll() is not None:
                raise Died(self._how_it_ended())
            try:
                return Qmp(self._sockets / "qmp")
            except (FileNotFoundError, ConnectionRefusedError):
                return None

        return wait_for(connect, "QEMU to start", 120, pause=0.02)

    def _forwarded_ports(self) -> dict[int, int]:
        """Guest port → the free port that QEMU took for it on this host."""
        table = self.qmp.monitor("info usernet")
        rows = re.findall(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+(\d+)", table)
        return {int(guest): int(host) for host, guest in rows}

    def _shell(self, user: str, port: int) -> Shell:
        control = self._sockets / f"{user}-{port}"
        self._shells.append(Shell(user, port, self.image.ssh_key, control))
        return self._shells[-1]

    def _how_it_ended(self) -> str:
        output = self._output.read_text(errors="replace")
        events = [event["event"] for event in self.qmp.events] if hasattr(self, "qmp") else []
        return f"QEMU ended with {self._process.poll()}; its events: {events}\n{output}"


def processor(kind: Kind) -> list[str]:
    """QEMU's options for processors that count, or for the fastest this host can give a guest."""
    number = ["-smp", str(kind.processors)]
    # Vectors wider than SSE's make emulated programs slower.
    emulated = ["-cpu", "qemu64", *number]
    if kind.is_counted:
        return ["-accel", "tcg,thread=single", "-icount", "shift=2", *emulated]
    # /dev/kvm can be there and open on machines whose processor cannot run a guest.
    flags = set(re.findall(r"\b(?:vmx|svm)\b", Path("/proc/cpuinfo").read_text()))
    if flags and os.access("/dev/kvm", os.R_OK | os.W_OK):
        return ["-accel", "kvm", "-cpu", "host", *number]
    return ["-accel", "tcg,thread=multi", *emulated]


def qemu_version() -> str:
    """Which QEMU this is: another one cannot go on with a machine that this one saved."""
    command = ["qemu-system-x86_64", "--version"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def file_of(folder: Path, name: str) -> Path:
    """Where a machine in `folder` has what its kind calls `name`."""
    return folder / f"{name}.qcow2"


def make_overlay(disk: Path, backing: Path) -> None:
    """Make a disk that starts out as `backing` and leaves it as it is."""
    backing_format = "qcow2" if backing.suffix == ".qcow2" else "raw"
    _make(disk, "-F", backing_format, "-b", os.path.relpath(backing, disk.parent))


def make_empty(disk: Path, size: str) -> None:
    _make(disk, size=size)


def _make(disk: Path, *options: str, size: str = "") -> None:
    command = ["qemu-img", "create", "-q", "-f", "qcow2", *options, str(disk)]
    subprocess.run(command + ([size] if size else []), check=True)
