# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every error of the contract is provoked: the table here holds all of image/error.c's names."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from . import contract
from .caller import BusError, Caller, options
from .hanging import HangingFile
from .login import Inhibitor, Login, Session
from .machine import NEW, OLD, Machine, make_initrd, make_kernel

ARM64 = bytes(0x38) + b"ARM\x64" + bytes(4096)
LOCKED = "none [integrity] confidentiality\n"


@dataclass
class World:
    machine: Machine
    login: Login
    root: Caller
    alice: Caller
    request: pytest.FixtureRequest

    def files(self, kernel: bytes, *initrds: bytes, cmdline: str = "root=/dev/vda1") -> BusError:
        """The error that staging files with these contents ends in."""
        paths = [self.machine.write(f"file-{number}", contents)
                 for number, contents in enumerate((kernel, *initrds))]
        with pytest.raises(BusError) as caught:
            self.root.stage_files(*paths, cmdline=cmdline)
        return caught.value

    def refused(self, number: int) -> BusError:
        """The error that a load ends in which the kernel refuses with this errno."""
        self.machine.kernel.fail("load", number)
        return self.root.error("Stage", "", {})


@pytest.fixture
def world(machine: Machine, login: Login, root: Caller, alice: Caller,
          request: pytest.FixtureRequest) -> World:
    return World(machine, login, root, alice, request)


def command_line_too_long(world: World) -> BusError:
    return world.files(make_kernel(NEW), cmdline="root=/dev/vda1 " + "x" * 2002)


def no_such_entry(world: World) -> BusError:
    return world.root.error("Stage", "nope", {})


def stage_changed(world: World) -> BusError:
    world.root.call("Stage", "", {})
    return world.root.error("Execute", options(stage_id="an older one"))


def foreign_image(world: World) -> BusError:
    world.machine.kernel.set_loaded(True)
    return world.root.error("GetStaged", {})


def stale(world: World) -> BusError:
    world.root.call("Stage", OLD, {})
    world.machine.write(f"boot/initrd.img-{OLD}", make_initrd("rebuilt"))
    return world.root.error("Execute", {})


def busy(world: World) -> BusError:
    world.machine.kernel.hold("before-load")
    call = world.root.begin("Stage", "", {})
    world.machine.kernel.wait_held("before-load")
    error = world.alice.error("Stage", "", {})
    world.machine.kernel.release("before-load")
    call.result()
    return error


def inhibited(world: World) -> BusError:
    world.login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    world.root.call("Stage", "", {})
    return world.root.error("Execute", {})


def sessions_active(world: World) -> BusError:
    """Somebody logs in when the last answer of polkit has been given."""
    reads = []

    def log_in_at_third(method: str, arguments: object) -> None:
        if method == "ListSessions":
            reads.append(method)
            if len(reads) == 3:
                world.login.sessions = [Session(4000, "dave", "seat0")]

    world.login.refuse = log_in_at_third
    world.alice.call("Stage", "", {})
    return world.alice.error("Execute", {})


def load_disabled(world: World) -> BusError:
    world.machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")
    return world.root.error("Stage", "", {})


def load_limit_reached(world: World) -> BusError:
    world.machine.write("proc/sys/kernel/kexec_load_limit_reboot", "1\n")
    world.root.call("Stage", "", {})
    return world.root.error("Stage", "", {})


def lockdown(world: World) -> BusError:
    world.machine.write(f"boot/vmlinuz-{NEW}", make_kernel(NEW, signed=True))
    world.machine.write("sys/kernel/security/lockdown", LOCKED)
    return world.refused(errno.EPERM)


def signature_missing(world: World) -> BusError:
    world.machine.write("sys/kernel/security/lockdown", LOCKED)
    return world.root.error("Stage", "", {})


def out_of_memory(world: World) -> BusError:
    world.machine.write("proc/meminfo", "MemAvailable: 16 kB\n")
    return world.root.error("Stage", "", {})


def not_supported(world: World) -> BusError:
    world.machine.kernel.lack_file_load()
    return world.root.error("Stage", "", {})


def no_reboot_backend(world: World) -> BusError:
    world.root.call("Stage", "", {})
    world.login.vanish()
    world.root.get("RebootBackend")
    return world.root.error("Execute", {})


def authorization_dismissed(world: World) -> BusError:
    asked: Caller = world.request.getfixturevalue("asked")
    call = asked.begin("Stage", "", {}, interactive=True)
    asked.wait_dialog().dismiss()
    return call.error()


def too_many_requests(world: World) -> BusError:
    world.login.hold("ListSessions")
    calls = [world.alice.begin("CanExecute", options(allow_cold_reboot=True)) for _ in range(8)]
    error = world.alice.error("ListEntries", {})
    world.login.wait_held("ListSessions")
    world.login.release("ListSessions")
    for call in calls:
        assert call.result() == ("yes", "")
    return error


def io_error(world: World) -> BusError:
    hanging: HangingFile = world.request.getfixturevalue("hanging")
    hanging.fail()
    with pytest.raises(BusError) as caught:
        world.root.stage_files(hanging.path)
    return caught.value


PROVOKED: dict[str, list[Callable[[World], BusError]]] = {
    "Failed": [lambda world: world.refused(errno.EIO)],
    "InvalidImage": [lambda world: world.files(b"Not a kernel, but a letter.\n"),
                     lambda world: world.files(make_kernel(NEW)[:6000]),
                     lambda world: world.files(bytes(8192)),
                     lambda world: world.refused(errno.EFBIG)],
    "UnsupportedImage": [lambda world: world.refused(errno.ENOEXEC),
                         lambda world: world.refused(errno.EINVAL)],
    "ArchitectureMismatch": [lambda world: world.files(ARM64)],
    "InvalidInitrd": [lambda world: world.files(make_kernel(NEW), b"A letter.\n"),
                      lambda world: world.files(make_kernel(NEW), make_kernel(NEW))],
    "CommandLineTooLong": [command_line_too_long],
    "InvalidArgument": [lambda world: world.root.error("Unstage", options(force=True))],
    "NoSuchEntry": [no_such_entry],
    "NotStaged": [lambda world: world.root.error("GetStaged", {}),
                  lambda world: world.root.error("Unstage", {}),
                  lambda world: world.root.error("Execute", {}),
                  lambda world: world.root.error("Cancel", {})],
    "StageChanged": [stage_changed],
    "ForeignImage": [foreign_image],
    "Stale": [stale],
    "Busy": [busy, lambda world: world.refused(errno.EBUSY),
             lambda world: world.refused(errno.ETXTBSY)],
    "Inhibited": [inhibited],
    "SessionsActive": [sessions_active],
    "LoadDisabled": [load_disabled],
    "LoadLimitReached": [load_limit_reached],
    "Lockdown": [lockdown],
    "SignatureMissing": [signature_missing, lambda world: world.refused(errno.ENODATA)],
    "SignatureRejected": [lambda world: world.refused(errno.ENOKEY),
                          lambda world: world.refused(errno.EKEYREJECTED),
                          lambda world: world.refused(errno.EBADMSG),
                          lambda world: world.refused(errno.ELIBBAD),
                          lambda world: world.refused(errno.ENOPKG)],
    "PolicyRefused": [lambda world: world.refused(errno.EACCES),
                      lambda world: world.refused(errno.EPERM)],
    "OutOfMemory": [out_of_memory, lambda world: world.refused(errno.ENOMEM)],
    "NoMemoryHole": [lambda world: world.refused(errno.EADDRNOTAVAIL)],
    "NotSupported": [not_supported, lambda world: world.refused(errno.ENOSYS)],
    "NoRebootBackend": [no_reboot_backend],
    "AuthorizationDismissed": [authorization_dismissed],
    "TooManyRequests": [too_many_requests],
    "IOError": [io_error],
}


def test_every_error_is_provoked_here() -> None:
    assert sorted(PROVOKED) == sorted(contract.error_names())


@pytest.mark.parametrize("name, provoke", [
    pytest.param(name, provoke, id=f"{name}-{number}")
    for name, ways in PROVOKED.items() for number, provoke in enumerate(ways)])
def test_error(name: str, provoke: Callable[[World], BusError], world: World) -> None:
    error = provoke(world)
    assert error.name == contract.ERROR + name
    assert_is_a_sentence(error.message)


def assert_is_a_sentence(text: str) -> None:
    """What happened and what to do about it: two parts, from one writer, without a bare code."""
    assert text[0].isupper() or text[0] in "/“" or text.startswith(("kexecd", "logind")), text
    assert not text.endswith("\n")
    assert len(text.split()) >= 4, text


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOEXEC, errno.EACCES, errno.EPERM,
                                    errno.ENOMEM, errno.EADDRNOTAVAIL, errno.ENODATA])
def test_refused_load_leaves_an_empty_slot_empty(number: int, machine: Machine,
                                                 root: Caller) -> None:
    machine.kernel.fail("load", number)
    root.error("Stage", "", {})
    assert not machine.kernel.is_loaded
    assert machine.record() == {}
    assert root.get("State") == "idle"


def test_refused_load_leaves_the_image_before_it(machine: Machine, root: Caller) -> None:
    before = root.call("Stage", OLD, {})
    record = machine.record()
    machine.kernel.fail("load", errno.ENOEXEC)
    root.error("Stage", NEW, {})
    assert machine.kernel.image == make_kernel(OLD)
    assert machine.record() == record
    assert root.call("GetStaged", {}) == before
