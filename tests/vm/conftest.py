# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures: machines restored from saved ones, each test on a disk of its own."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from . import project, saved
from .kind import BOOT, GRUB, SYSTEMD_BOOT
from .machine import Machine
from .saved import Saved


@pytest.fixture(scope="session")
def tree() -> Path:
    """What `meson install` made of this project."""
    return project.build()


@pytest.fixture(scope="session")
def installed(tree: Path) -> Saved:
    """A saved machine with this project in it: alice at the console, nothing staged."""
    return saved.with_project(tree)


@pytest.fixture(scope="session")
def staged(installed: Saved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """The same after alice staged the default entry. Loading takes seconds, and many need it."""
    folder = tmp_path_factory.mktemp("staged")
    with installed.restore(folder) as machine:
        machine.alice.run("kexecctl stage")
        state = saved.save(machine, folder)
    yield state
    state.remove()


@pytest.fixture
def plain_machine(tmp_path: Path) -> Iterator[Machine]:
    """A fresh machine without the project."""
    yield from _restored(saved.at_login(), tmp_path)


@pytest.fixture
def machine(installed: Saved, tmp_path: Path) -> Iterator[Machine]:
    """A fresh machine with nothing staged."""
    yield from _restored(installed, tmp_path)


@pytest.fixture
def staged_machine(staged: Saved, tmp_path: Path) -> Iterator[Machine]:
    """A fresh machine with the default entry staged by alice."""
    yield from _restored(staged, tmp_path)


@pytest.fixture
def grub_machine(tree: Path, tmp_path: Path) -> Iterator[Machine]:
    """A fresh machine that GRUB booted from its menu: the newest kernel."""
    yield from _restored(saved.with_project(tree, GRUB), tmp_path)


@pytest.fixture
def systemd_boot_machine(tree: Path, tmp_path: Path) -> Iterator[Machine]:
    """A fresh machine that systemd-boot booted from its menu: the newest kernel's type #1 entry."""
    yield from _restored(saved.with_project(tree, SYSTEMD_BOOT), tmp_path)


@pytest.fixture
def boot_machine(tree: Path, tmp_path: Path) -> Iterator[Machine]:
    """A fresh machine whose /boot is on a disk that is not mounted."""
    yield from _restored(saved.with_project(tree, BOOT), tmp_path)


def _restored(state: Saved, folder: Path) -> Iterator[Machine]:
    with state.restore(folder) as machine:
        yield machine
    for file in machine.files.values():
        file.unlink()


WAS_BROKEN = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test once more if the emulator broke its machine; whatever else fails, fails."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if item.stash.get(WAS_BROKEN, False):
        print(f"{item.name}: once more, as QEMU broke the guest's kernel", file=sys.__stderr__)
        item._initrequest()  # type: ignore[attr-defined]  # the fixtures are made anew
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.CallInfo[None], None]:
    """Put what the guest has to say beside a failure."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if not report.failed:
        return
    for value in getattr(item, "funcargs", {}).values():
        if isinstance(value, Machine):
            if value.is_broken:
                item.stash[WAS_BROKEN] = True
            report.sections.append(("The guest's console", value.serial_tail()))
            report.sections.append(("The log of kexecd", _log(value)))


def _log(machine: Machine) -> str:
    try:
        return machine.root.run(machine.kind.init.log, code=None, limit=30).stdout
    except Exception as error:  # pylint: disable=broad-except
        return f"not to be had: {error}"
