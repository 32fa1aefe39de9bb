# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long an image is kept, and how long the daemon stays."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from . import contract
from .bus import running_bus
from .caller import Caller, options
from .hanging import HangingFile
from .machine import NEW, Machine, make_kernel
from .test_schedule import IN_AN_HOUR
from .users import ALICE
from .wait import wait_for


@pytest.fixture
def short(off: Machine) -> Machine:
    """Images of ordinary users are kept for two seconds."""
    off.configure("Entry=auto\nStagedLifetime=2s")
    off.start()
    return off


def wait_idle(caller: Caller) -> None:
    wait_for(lambda: caller.get("State") == "idle", "the image to be let go")


def test_image_of_a_user_expires(short: Machine, alice: Caller) -> None:
    assert alice.call("Stage", "", {})["expires"] > 0
    wait_idle(alice)
    assert not short.kernel.is_loaded
    assert short.record() == {}
    event = short.wait_event("EXPIRED")
    assert event["KEXEC_UID"] == str(ALICE.uid)


def test_image_of_root_does_not(short: Machine, root: Caller) -> None:
    root.call("Stage", "", {})
    short.wait_later(2.5)
    assert root.get("State") == "staged"


def test_files_of_a_user_expire_as_well(short: Machine, asked: Caller) -> None:
    kernel = short.write("kernel", make_kernel(NEW))
    with open(kernel, "rb") as file:
        call = asked.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()],
                           interactive=True)
        asked.wait_dialog().authorize()
        assert call.result()["expires"] > 0
    wait_idle(asked)


def test_life_goes_on_after_a_restart(short: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    short.restart()
    wait_idle(alice)


def test_life_that_ended_without_a_daemon(short: Machine, alice: Caller) -> None:
    alice.call("Stage", "", {})
    short.stop()
    short.wait_later(2.1)
    short.start()
    wait_idle(alice)


def test_staging_again_begins_it_anew(off: Machine, alice: Caller) -> None:
    off.configure("Entry=auto\nStagedLifetime=1h")
    off.start()
    first = alice.call("Stage", "", {})
    off.configure("Entry=auto\nStagedLifetime=1d")
    second = alice.call("Stage", "", {})
    assert second["expires"] - first["expires"] > 20 * 3600 * 10**6


def test_no_limit(off: Machine, alice: Caller) -> None:
    off.configure("Entry=auto\nStagedLifetime=infinity")
    off.start()
    assert alice.call("Stage", "", {})["expires"] == 0


def test_image_that_cannot_be_let_go_stays(short: Machine, alice: Caller) -> None:
    short.kernel.fail("unload", errno.EPERM)
    alice.call("Stage", "", {})
    short.wait_event("PROBLEM")
    assert alice.get("State") == "staged"


def test_image_does_not_expire_while_it_is_replaced(short: Machine, alice: Caller,
                                                    root: Caller) -> None:
    """The time comes during a load that then fails: the image goes afterwards."""
    alice.call("Stage", "", {})
    short.kernel.hold("before-load")
    call = root.begin("Stage", "", {})
    short.kernel.wait_held("before-load")
    short.wait_later(2.2)
    assert short.kernel.is_loaded
    short.kernel.fail("load", errno.ENOEXEC)
    short.kernel.release("before-load")
    call.error()
    wait_idle(alice)


# The daemon

def test_idle_daemon_exits(off: Machine, alice: Caller) -> None:
    off.start("--idle-exit=4")
    alice.get("State")
    assert off.wait_end() == 0


def test_daemon_that_is_to_stay_does(off: Machine, alice: Caller) -> None:
    off.start("--idle-exit=4", "--stay")
    alice.get("State")
    off.wait_later(4.6)
    assert alice.get("State") == "idle"


def test_daemon_stays_with_an_image(off: Machine, alice: Caller) -> None:
    off.start("--idle-exit=4")
    alice.call("Stage", "", {})
    off.wait_later(4.6)
    alice.call("Unstage", {})
    assert off.wait_end() == 0


def test_daemon_stays_with_a_schedule(off: Machine, root: Caller) -> None:
    off.start("--idle-exit=4")
    root.call("Execute", options(allow_cold_reboot=True, when=IN_AN_HOUR))
    off.wait_later(4.6)
    root.call("Cancel", {})
    assert off.wait_end() == 0


def test_daemon_stays_with_a_request(off: Machine, asked: Caller) -> None:
    off.start("--idle-exit=4")
    call = asked.begin("Stage", "", {}, interactive=True)
    dialog = asked.wait_dialog()
    off.wait_later(4.6)
    dialog.dismiss()
    assert call.error().name == contract.ERROR + "AuthorizationDismissed"
    assert off.wait_end() == 0


def test_daemon_goes_after_its_image_has_expired(off: Machine, alice: Caller) -> None:
    """Nobody calls any more, and still it exits."""
    off.configure("Entry=auto\nStagedLifetime=1s")
    off.start("--idle-exit=4")
    alice.call("Stage", "", {})
    assert off.wait_end() == 0
    assert not off.kernel.is_loaded


def test_daemon_goes_after_a_caller_has_left_a_hung_file(off: Machine, hanging: HangingFile,
                                                         root: Caller) -> None:
    off.start("--idle-exit=4")
    hanging.hold()
    with open(hanging.path, "rb") as file:
        root.begin("StageFiles", 0, [], "root=/dev/vda1", {}, fds=[file.fileno()])
        hanging.wait_held()
    root.leave()
    wait_for(lambda: off.bus.owner_of(contract.NAME) is None, "the daemon to go")
    hanging.release()
    assert off.wait_end() == 0
    assert "caller has left" in off.wait_event("STAGE_FAILED").message


def test_daemon_ends_when_the_bus_does(off: Machine, folder: Path) -> None:
    """systemd starts it again with the new bus."""
    place = folder / "other-bus"
    place.mkdir()
    with running_bus(place, "root") as other:
        off.bus, usual = other, off.bus
        off.start()
        process, off.process = off.process, None
    off.bus = usual
    assert process is not None
    assert process.wait(30) == 1
    assert "broke off" in off.report()
