# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine for one test: a root directory with fake /proc, /sys and /boot, and its test daemon."""

from __future__ import annotations

import functools
import gzip
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import contract
from .bus import Bus
from .wait import LIMIT, wait_for

DAEMON = os.environ["KEXECD_TEST_DAEMON"]
MAKE_KERNEL = os.environ["KEXECD_TEST_MAKE_KERNEL"]
MAKE_UKI = os.environ["KEXECD_TEST_MAKE_UKI"]

OLD = "6.1.0-1-amd64"  # runs
NEW = "6.12.0-2-amd64"  # the newest, so the default
CMDLINE = "root=/dev/vda1 ro quiet"
JUMPED = 42  # how the test daemon exits when its kernel jumps
KEXEC, FIRMWARE = "208", "176"  # bootloader_type of a boot through kexec, and of one without


@functools.cache
def make_kernel(release: str, *, signed: bool = False) -> bytes:
    """A bzImage in all that kexecd looks at."""
    arguments = [MAKE_KERNEL, release, *(["signed"] if signed else [])]
    return subprocess.run(arguments, capture_output=True, check=True).stdout


def make_cpio(files: dict[str, bytes]) -> bytes:
    """An archive in the format "newc", with its trailer."""
    archive = b""
    for number, (name, contents) in enumerate([*files.items(), ("TRAILER!!!", b"")]):
        mode = 0 if name == "TRAILER!!!" else stat.S_IFREG | 0o755
        fields = [number + 1, mode, 0, 0, 1, 0, len(contents), 0, 0, 0, 0, len(name) + 1, 0]
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        for part in (header + name.encode() + b"\0", contents):
            archive += part + bytes(-len(part) % 4)
    return archive


def make_initrd(text: str, *, release: str | None = None, packed: bool = False) -> bytes:
    """An initrd whose init is a text; with a module of a release, if one is given."""
    files = {"init": text.encode()}
    if release is not None:
        files[f"lib/modules/{release}/modules.dep"] = b""
        files[f"lib/modules/{release}/kernel/fs/ext4.ko"] = b"module"
    archive = make_cpio(files)
    return gzip.compress(archive, mtime=0) if packed else archive


def joined(*initrds: bytes) -> bytes:
    """Initrds as they are loaded together: zeros up to a multiple of four bytes, and four more."""
    whole = b""
    for initrd in initrds:
        whole += (bytes(4 + -len(whole) % 4) if whole else b"") + initrd
    return whole


def make_uki(kernel: bytes | None, *, cmdline: str | None = None, initrd: bytes | None = None,
             ucode: bytes | None = None, profiles: dict[str, str | None] | None = None) -> bytes:
    """A unified kernel image, or without a kernel an addon. A profile's command line replaces the
    image's."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [MAKE_UKI]
        for name, contents in (("linux", kernel), ("initrd", initrd), ("ucode", ucode)):
            if contents is not None:
                path = Path(folder, name)
                path.write_bytes(contents)
                arguments += [f"--{name}", str(path)]
        if cmdline is not None:
            arguments += ["--cmdline", cmdline]
        for profile, own in (profiles or {}).items():
            arguments += ["--profile", profile, profile.title()]
            arguments += ["--cmdline", own] if own is not None else []
        return subprocess.run(arguments, capture_output=True, check=True).stdout


@dataclass
class Event:
    """One message in the log."""

    fields: dict[str, str]

    @property
    def message(self) -> str:
        return self.fields["MESSAGE"]

    def __getitem__(self, key: str) -> str:
        return self.fields[key]


@functools.cache
def event_ids() -> dict[str, str]:
    """The message id of each event of daemon/log.c: "STAGED" → 32 digits."""
    table = (contract.SOURCE / "daemon/log.c").read_text()
    return dict(re.findall(r'\[KEXEC_EVENT_(\w+)\] = \{ "(\w+)"', table))


class Kernel:
    """The fake kernel's side of the machine; see fake-kernel.h."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / "test-kernel"

    @property
    def is_loaded(self) -> bool:
        return (self._root / "sys/kernel/kexec_loaded").read_text().strip() == "1"

    def set_loaded(self, loaded: bool) -> None:
        """Another program fills or empties the slot."""
        (self._root / "sys/kernel/kexec_loaded").write_text(f"{int(loaded)}\n")

    def _count(self, name: str) -> int:
        path = self._folder / name
        return int(path.read_text()) if path.exists() else 0

    @property
    def loads(self) -> int:
        return self._count("loads")

    @property
    def unloads(self) -> int:
        return self._count("unloads")

    @property
    def executions(self) -> int:
        return self._count("executions")

    @property
    def image(self) -> bytes:
        return (self._folder / "image/kernel").read_bytes()

    @property
    def initrd(self) -> bytes | None:
        path = self._folder / "image/initrd"
        return path.read_bytes() if path.exists() else None

    @property
    def cmdline(self) -> str:
        return (self._folder / "image/cmdline").read_text()

    @property
    def source(self) -> str:
        """What the kernel's descriptor led to: "/memfd:…" or a path."""
        return (self._folder / "image/kernel-source").read_text()

    def fail(self, call: str, error: int) -> None:
        """From now on "load", "memfd", "unload" or "execute" fails with this errno."""
        (self._folder / f"{call}-errno").write_text(str(error))

    def work(self, call: str) -> None:
        """From now on it works again."""
        (self._folder / f"{call}-errno").unlink()

    def lack_file_load(self) -> None:
        (self._folder / "no-file-load").touch()

    def hold(self, point: str) -> None:
        """A load waits "before-load" or "after-load" until it is released."""
        (self._folder / f"hold-{point}").touch()

    def wait_held(self, point: str) -> None:
        wait_for((self._folder / f"hold-{point}.reached").exists, f"a load to come {point}")

    def release(self, point: str) -> None:
        (self._folder / f"hold-{point}").unlink()
        (self._folder / f"hold-{point}.reached").unlink(missing_ok=True)


@dataclass
class Machine:
    """The machine and its daemon."""

    folder: Path
    bus: Bus
    process: subprocess.Popen[bytes] | None = None
    daemon_options: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = self.folder / "root"
        self.runtime = self.folder / "run"
        self.state = self.folder / "state"
        self.log = self.folder / "log"
        self.kernel = Kernel(self.root)
        self._fill()

    # The root directory

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def write(self, name: str, contents: str | bytes) -> Path:
        """Writes a file below the root directory, as one that is replaced."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        new.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        new.rename(path)
        return path

    @staticmethod
    def has_settled(path: Path) -> bool:
        """Whether a file was written so long ago that what a check finds is remembered."""
        return time.time() - path.stat().st_ctime > 3

    def _fill(self) -> None:
        for name, contents in {
            "proc/sys/kernel/random/boot_id": f"{uuid.uuid4()}\n",
            "proc/sys/kernel/osrelease": f"{OLD}\n",
            "proc/sys/kernel/bootloader_type": f"{FIRMWARE}\n",
            "proc/sys/kernel/kexec_load_disabled": "0\n",
            "proc/sys/kernel/kexec_load_limit_reboot": "-1\n",
            "proc/cmdline": "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro\n",
            "proc/meminfo": "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n",
            "proc/self/status": "Name:\tkexecd\nCapEff:\t000001ffffffffff\n",
            "proc/self/uid_map": "         0          0 4294967295\n",
            "sys/kernel/kexec_loaded": "0\n",
            "sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
            "etc/os-release": 'PRETTY_NAME="Test GNU/Linux"\n',
            "etc/kernel/cmdline": f"{CMDLINE}\n",
            "etc/kexecd/kexecd.conf": "[Manager]\nEntry=auto\n",
        }.items():
            self.write(name, contents)
        for name in ("run/systemd/system", "test-kernel/image", "test-mounts"):
            self.path(name).mkdir(parents=True)
        self.install(OLD)
        self.install(NEW)

    def install(self, release: str) -> None:
        """Installs a kernel and its initrd, as a package does."""
        self.write(f"boot/vmlinuz-{release}", make_kernel(release))
        self.write(f"boot/initrd.img-{release}", make_initrd(f"initrd of {release}"))

    def configure(self, text: str) -> None:
        self.write("etc/kexecd/kexecd.conf", f"[Manager]\n{text}\n")

    def refuse_mounts(self, why: str) -> None:
        """All file systems are ones that others than root decide about."""
        self.write("test-mounts/refusal", why)

    @property
    def boot_id(self) -> str:
        return self.path("proc/sys/kernel/random/boot_id").read_text().strip()

    def come_up(self, *, release: str, how: str, cmdline: str = CMDLINE) -> None:
        """The next boot: the daemon is gone, /run is empty, and this came up."""
        if self.process is not None:
            self.stop()
        shutil.rmtree(self.runtime, ignore_errors=True)
        self.kernel.set_loaded(False)
        self.write("proc/sys/kernel/random/boot_id", f"{uuid.uuid4()}\n")
        self.write("proc/sys/kernel/osrelease", f"{release}\n")
        self.write("proc/sys/kernel/bootloader_type", f"{how}\n")
        self.write("proc/cmdline", f"{cmdline}\n")

    # The daemon

    def command(self, *arguments: str) -> list[str]:
        return [DAEMON, f"--root={self.root}", f"--runtime={self.runtime}", f"--state={self.state}",
                f"--log={self.log}", *self.daemon_options, *arguments]

    def _environment(self) -> dict[str, str]:
        # libpolkit warns where a question that it wants to cancel has ended already.
        return {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.bus.address,
                "G_DEBUG": "fatal-criticals"}

    def spawn(self, *options: str) -> subprocess.Popen[bytes]:
        """Starts a daemon and does not wait for it."""
        with open(self.folder / "stderr", "ab") as stderr:
            return subprocess.Popen(self.command(*options), env=self._environment(), stderr=stderr)

    def start(self, *daemon_options: str) -> None:
        if daemon_options:
            self.daemon_options = list(daemon_options)
        assert self.process is None
        self.process = self.spawn()
        wait_for(lambda: self.bus.owner_of(contract.NAME) or self._check_alive(), "the daemon")

    def _check_alive(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, self.report()

    def wait_end(self) -> int:
        """Waits until the daemon has ended by itself; how it exited."""
        assert self.process is not None
        status = self.process.wait(LIMIT)
        self.process = None
        wait_for(lambda: self.bus.owner_of(contract.NAME) is None, "the bus name to be free")
        return status

    def stop(self) -> None:
        """Ends the daemon in order, which must find nothing to complain about."""
        assert self.process is not None
        self.process.terminate()
        status = self.wait_end()
        assert status == 0, self.report()

    def give_way(self) -> None:
        """Ends the daemon in order, and one that waits for that takes its place on the bus."""
        old = self.bus.owner_of(contract.NAME)
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(LIMIT) == 0, self.report()
        self.process = None
        wait_for(lambda: self.bus.owner_of(contract.NAME) not in (None, old), "the other daemon")

    def kill(self, then: Callable[[], None] = lambda: None) -> None:
        """Kills the daemon at once, and does something that its end may need."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        then()
        assert self.wait_end() == -signal.SIGKILL

    def restart(self) -> None:
        self.stop()
        self.start()

    def record_arrival(self) -> None:
        """What the unit does at boot."""
        subprocess.run(self.command("--record-arrival"), env=self._environment(), check=True)

    def end(self) -> None:
        """The end of a test, in whatever state."""
        if self.process is not None:
            self.stop()

    def report(self) -> str:
        """What there is to read about a daemon that did not do well."""
        parts = [path.read_text() for path in (self.folder / "stderr", self.log) if path.exists()]
        return "\n".join(parts)

    def wait_later(self, seconds: float) -> None:
        """Until this much later, for what must not have happened by then."""
        later = time.monotonic() + seconds
        wait_for(lambda: time.monotonic() >= later, "time to pass")
        if self.process is not None:
            self._check_alive()

    # The log

    def events(self, name: str | None = None) -> list[Event]:
        """What was logged: all of it, or the events of one name of daemon/log.h."""
        events = []
        for block in self.log.read_text().split("\n\n") if self.log.exists() else []:
            fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
            if name is None or fields.get("MESSAGE_ID") == event_ids()[name]:
                events.append(Event(fields))
        return events

    def wait_event(self, name: str) -> Event:
        return wait_for(lambda: self.events(name), f"the event {name}")[-1]

    def record(self) -> dict[str, str]:
        """The record of the staged image as it is on disk; empty if there is none."""
        path = self.runtime / "staged"
        if not path.exists():
            return {}
        return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)

    def spoil(self, name: str, contents: Any) -> None:
        """Puts something else into a file of the runtime directory."""
        self.runtime.mkdir(exist_ok=True)
        (self.runtime / name).write_bytes(contents)
