# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures: one bus, polkitd and logind for the run; a machine with its daemon for each test."""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import gi
import pytest

gi.require_version("Gio", "2.0")

from . import users  # noqa: E402
from .bus import Bus, Monitor, Polkit, give_polkit_our_files, running_bus  # noqa: E402
from .caller import Caller, Callers  # noqa: E402
from .hanging import HangingFile, hanging_file  # noqa: E402
from .init import OPENRC, SYSVINIT, Init, Start  # noqa: E402
from .login import Login  # noqa: E402
from .machine import NEW, Machine, make_kernel  # noqa: E402
from .systemd import Systemd  # noqa: E402

CAP_SYS_BOOT = 22
CLONE_NEWNS = 0x20000


@pytest.fixture(scope="session", autouse=True)
def confinement() -> None:
    """Nothing here runs where a mistake could load or execute a kernel."""
    status = Path("/proc/self/status").read_text()
    bounding = int(re.search(r"^CapBnd:\s*(\w+)", status, re.MULTILINE)[1], 16)
    if bounding >> CAP_SYS_BOOT & 1:
        pytest.exit("CAP_SYS_BOOT is in the bounding set; use tests/integration/run", 2)
    # What is mounted by tests that run beside these (pytest -n) is not seen here.
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        pytest.exit("There is no mount namespace to be had; use tests/integration/run", 2)


@pytest.fixture(scope="session")
def folder(confinement: None) -> Iterator[Path]:
    """A directory that every user can enter."""
    path = Path(tempfile.mkdtemp(prefix="kexecd-integration-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def bus(folder: Path) -> Iterator[Bus]:
    give_polkit_our_files(folder)
    polkit_user = "polkitd" if "polkitd" in {entry.pw_name for entry in pwd.getpwall()} else "root"
    with running_bus(folder, polkit_user) as bus:
        yield bus


@pytest.fixture(scope="session")
def polkit_of_run(bus: Bus) -> Iterator[Polkit]:
    polkit = Polkit(bus)
    polkit.start()
    yield polkit
    polkit.stop()


@pytest.fixture
def polkit(polkit_of_run: Polkit) -> Polkit:
    """polkitd, even if an earlier test took it away."""
    polkit_of_run.ensure()
    return polkit_of_run


@pytest.fixture
def own_polkit(polkit_of_run: Polkit) -> Iterator[Polkit]:
    """A polkitd that no other test uses.

    Where callers leave while it asks the bus about them, polkitd 122 can crash, then or later.
    """
    polkit_of_run.restart()
    yield polkit_of_run
    polkit_of_run.restart()


@pytest.fixture(scope="session")
def login_of_run(bus: Bus) -> Iterator[Login]:
    login = Login(bus)
    login.start()
    yield login
    login.stop()


@pytest.fixture
def login(login_of_run: Login) -> Login:
    """logind, with nobody logged in."""
    login_of_run.reset()
    return login_of_run


@pytest.fixture
def systemd(bus: Bus) -> Iterator[Systemd]:
    """systemd, with a logind that is masked."""
    systemd = Systemd(bus)
    systemd.start()
    yield systemd
    systemd.stop()


@pytest.fixture(scope="session")
def callers_of_run(bus: Bus, polkit_of_run: Polkit) -> Iterator[Callers]:
    callers = Callers(bus, polkit_of_run)
    yield callers
    callers.end()


@pytest.fixture
def callers(callers_of_run: Callers) -> Callers:
    callers_of_run.forget_events()
    return callers_of_run


@pytest.fixture
def root(callers: Callers) -> Caller:
    return callers.of(users.ROOT)


@pytest.fixture
def alice(callers: Callers) -> Caller:
    """Sits at the machine."""
    return callers.of(users.ALICE)


@pytest.fixture
def bob(callers: Callers) -> Caller:
    """Sits at the machine, too."""
    return callers.of(users.BOB)


@pytest.fixture
def carol(callers: Callers) -> Caller:
    """Is logged in from elsewhere."""
    return callers.of(users.CAROL)


@pytest.fixture
def mallory(callers: Callers) -> Caller:
    """May do nothing."""
    return callers.of(users.MALLORY)


@pytest.fixture
def asked(own_polkit: Polkit, callers_of_run: Callers) -> Iterator[Caller]:
    """May do nothing without an administrator's password, and has an agent to ask for it."""
    caller = callers_of_run.fresh(users.who_may_else_asked("inspect"))
    caller.register_agent()
    yield caller
    caller.end()


@pytest.fixture
def off(folder: Path, bus: Bus, login: Login, polkit: Polkit) -> Iterator[Machine]:
    """A machine whose daemon has not been started."""
    place = Path(tempfile.mkdtemp(dir=folder, prefix="machine-"))
    place.chmod(0o755)
    machine = Machine(place, bus)
    login.trace = machine.root / "run/systemd/shutdown/scheduled"
    yield machine
    machine.end()
    shutil.rmtree(place)


@pytest.fixture
def init(off: Machine) -> Iterator[Init]:
    """The init system of a machine whose daemon has not been started, for the test to choose."""
    init = Init(off)
    yield init
    init.end()


@pytest.fixture(params=[OPENRC, SYSVINIT])
def program(request: pytest.FixtureRequest, init: Init) -> str:
    """The program that shuts down, of each init system that is not systemd."""
    choose = {OPENRC: init.be_openrc, SYSVINIT: init.be_sysvinit}
    choose[request.param]()
    return str(request.param)


@pytest.fixture
def start(off: Machine, login: Login, root: Caller) -> Start:
    """Starts the daemon, without any login1, and stages."""
    def begin(*daemon_options: str) -> None:
        login.vanish()
        off.start(*daemon_options)
        root.call("Stage", "", {})
    return begin


@pytest.fixture
def machine(off: Machine) -> Machine:
    """A machine with two kernels, nothing staged, and the daemon."""
    off.start()
    return off


@pytest.fixture
def monitor(bus: Bus) -> Iterator[Monitor]:
    """Sees every message on the bus."""
    monitor = Monitor(bus)
    yield monitor
    monitor.close()


@pytest.fixture
def hanging(off: Machine) -> Iterator[HangingFile]:
    """A good kernel on a file system that can hang."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("/dev/fuse is not there or not allowed, and so nothing can hang")
    with hanging_file(off.folder / "fuse", make_kernel(NEW)) as file:
        yield file
