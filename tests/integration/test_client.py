# SPDX-License-Identifier: LGPL-2.1-or-later
"""kexecctl from end to end: exit codes, what it prints, and that it says what to do."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import contract
from .bus import Bus
from .caller import Caller, options
from .hanging import HangingFile
from .login import Inhibitor, Login, Session
from .machine import CMDLINE, FIRMWARE, NEW, OLD, Machine, joined, make_initrd, make_kernel, make_uki
from .users import ALICE, BOB, MALLORY, ROOT, User, who_may_else_asked
from .wait import LIMIT, wait_for

DONE, FAILED, USAGE, UNAUTHORIZED, REFUSED = range(5)


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


@dataclass
class Client:
    """kexecctl, as any user can run it."""

    program: Path
    address: str
    scratch: Path

    def start(self, user: User, *arguments: str | Path) -> subprocess.Popen[str]:
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address, "LC_ALL": "C.UTF-8"}
        if user is not ROOT:  # a build that counts coverage would write where only root can
            environment["GCOV_PREFIX"] = str(self.scratch / user.name)
        return subprocess.Popen([self.program, *arguments], env=environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, user=user.uid, extra_groups=[])

    def run(self, user: User, *arguments: str | Path) -> Result:
        process = self.start(user, *arguments)
        out, err = process.communicate(timeout=LIMIT)
        return Result(process.returncode, out, err)


@pytest.fixture(scope="session")
def client(folder: Path, bus: Bus) -> Client:
    """A copy that everybody can reach."""
    program = folder / "kexecctl"
    shutil.copy(os.environ["KEXECD_TEST_CLIENT"], program)
    scratch = folder / "scratch"
    scratch.mkdir()
    scratch.chmod(0o777)
    return Client(program, bus.address, scratch)


def assert_says(result: Result, code: int, *words: str) -> None:
    """It ends with this code, and one sentence on standard error has these words."""
    assert result.code == code, result
    for word in words:
        assert word in result.err, result.err
    assert result.err.startswith("kexecctl: ")
    assert "GDBus.Error" not in result.err
    assert result.err.rstrip().endswith((".", "?", "!"))


# list, check, status

def test_list(machine: Machine, client: Client) -> None:
    result = client.run(ALICE, "list")
    assert result.code == DONE
    assert NEW in result.out and OLD in result.out


def test_list_json(machine: Machine, client: Client, alice: Caller) -> None:
    entries = client.run(ALICE, "list", "--json").json
    assert entries == alice.call("ListEntries", options(verbose=True))
    assert entries[0]["found-in"] == ["directory"]


def test_list_tells_where_an_entry_is_from(machine: Machine, client: Client) -> None:
    assert "Found in" not in client.run(ALICE, "list").out
    assert "Found in" in client.run(ALICE, "list", "--verbose").out


def test_list_of_another_root_needs_no_service(off: Machine, client: Client) -> None:
    result = client.run(MALLORY, f"--root={off.root}", "list", "--json")
    assert [entry["id"] for entry in result.json] == [NEW, OLD]


def test_list_without_authorization(machine: Machine, client: Client) -> None:
    assert_says(client.run(MALLORY, "list"), UNAUTHORIZED, "sudo")


def test_check(machine: Machine, client: Client) -> None:
    result = client.run(ALICE, "check")
    assert (result.code, "could be staged" in result.out) == (DONE, True)
    machine.write(f"boot/vmlinuz-{OLD}", b"A letter.\n")
    result = client.run(ALICE, "check", "--json", OLD)
    assert result.code == REFUSED
    assert result.json["ok"] is False  # type: ignore[index]


ROOT_UUID = "root=UUID=6b657865-6364-4000-8000-766d00000001"
REFUSED_ENTRIES = {
    "root-missing": f"linux /vmlinuz-{NEW}\noptions {ROOT_UUID}\n",
    "entry-invalid": "options root=/dev/vda1\n",
    "cmdline-invalid": f"linux /vmlinuz-{NEW}\noptions root=/dev/vda1 root=/dev/vdb1\n",
    "uki-no-such-profile": "uki /uki.efi\nprofile 7\n",
}


@pytest.mark.parametrize("code", REFUSED_ENTRIES)
def test_stage_and_check_of_an_entry_that_is_wrong(machine: Machine, client: Client,
                                                   code: str) -> None:
    """It is nobody's wrong argument: both refuse it, and say the same."""
    if code == "root-missing":
        machine.path("dev/disk/by-uuid").mkdir(parents=True)
    machine.write("boot/uki.efi", make_uki(make_kernel(NEW), cmdline=CMDLINE))
    machine.write("boot/loader/entries/wrong.conf", f"title wrong\n{REFUSED_ENTRIES[code]}")
    found = client.run(ROOT, "check", "--json", "wrong.conf")
    blockers = [finding for finding in found.json["findings"]  # type: ignore[index]
                if finding["severity"] == "blocker"]
    assert (found.code, blockers[0]["code"]) == (REFUSED, code)
    assert_says(client.run(ROOT, "stage", "wrong.conf"), REFUSED, blockers[0]["text"])


def test_stage_with_a_wrong_argument(machine: Machine, client: Client) -> None:
    assert_says(client.run(ROOT, "stage", "--append=root=/dev/vdb1"), USAGE, "root device")


def test_status_says_what_becomes_of_changed_files(machine: Machine, client: Client,
                                                   root: Caller) -> None:
    for entry, said in (("", "they are staged again"), (OLD, "stage it again, or its reboot")):
        root.call("Stage", entry, {})
        machine.write(f"boot/initrd.img-{entry or NEW}", make_initrd(f"rebuilt {entry}"))
        wait_for(lambda: root.get("Staged")["stale"], "the change to be seen")
        for user in (ROOT, ALICE):
            assert said in client.run(user, "status").out


def test_at_start_waits_for_the_service(off: Machine, client: Client) -> None:
    """Whoever has started it need not know when it is on the bus."""
    process = client.start(ROOT, "stage", "--at-start")
    off.wait_later(0.5)
    assert process.poll() is None  # it has not failed
    off.start()
    out, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (DONE, "")
    assert "Staged" in out or "can be loaded" in out


def test_service_that_is_not_there(off: Machine, client: Client) -> None:
    """What says why depends on the init system that runs this test."""
    result = client.run(ALICE, "status")
    assert_says(result, FAILED, "kexecd", "log")
    assert ("systemctl" in result.err) == Path("/run/systemd/system").is_dir()


def test_check_of_an_entry_that_is_not_there(machine: Machine, client: Client) -> None:
    assert_says(client.run(ALICE, "check", "nope"), FAILED, "nope")


def test_status_goes_through_the_states(machine: Machine, client: Client, alice: Caller) -> None:
    assert "idle" in client.run(MALLORY, "status").out
    alice.call("Stage", "", {})
    result = client.run(MALLORY, "status")
    assert result.code == DONE
    assert "staged" in result.out and NEW in result.out
    assert CMDLINE not in result.out
    alice.call("Unstage", {})
    machine.kernel.set_loaded(True)
    assert "foreign" in client.run(MALLORY, "status").out


def test_status_of_what_is_scheduled(machine: Machine, client: Client, alice: Caller) -> None:
    """It waits for its time, and does not expire before."""
    alice.call("Stage", "", {})
    assert "Kept until" in client.run(MALLORY, "status").out
    alice.call("Execute", options(when=int(time.time() + 7200) * 10**6))
    out = client.run(MALLORY, "status").out
    assert "Reboot at" in out and "Kept until" not in out


def test_status_json_mirrors_the_properties(machine: Machine, client: Client,
                                            alice: Caller) -> None:
    alice.call("Stage", "", {})
    assert client.run(MALLORY, "status", "--json").json == alice.properties()


def test_status_tells_what_happened_last_time(machine: Machine, client: Client,
                                              alice: Caller) -> None:
    alice.call("Stage", "", {})
    alice.call("Execute", {})
    machine.come_up(release=OLD, how=FIRMWARE)
    machine.start()
    assert "firmware" in client.run(MALLORY, "status").out


# stage and unstage

def test_stage_and_unstage(machine: Machine, client: Client) -> None:
    result = client.run(ALICE, "stage")
    assert result.code == DONE, result
    assert NEW in result.out
    assert machine.kernel.is_loaded
    result = client.run(ALICE, "unstage")
    assert result.code == DONE, result
    assert not machine.kernel.is_loaded


def test_stage_json(machine: Machine, client: Client, alice: Caller) -> None:
    staged = client.run(ALICE, "stage", "--json").json
    assert staged == alice.call("GetStaged", {})


def test_stage_of_an_entry_by_root(machine: Machine, client: Client) -> None:
    assert client.run(ROOT, "stage", OLD, "--append=quiet loglevel=3").code == DONE
    assert machine.kernel.image == make_kernel(OLD)
    assert machine.kernel.cmdline == f"{CMDLINE} quiet loglevel=3"


def test_stage_of_files(machine: Machine, client: Client) -> None:
    kernel = machine.write("files/kernel", make_kernel("7.7.7"))
    first = machine.write("files/first", make_initrd("odd sizes", packed=True))
    second = machine.write("files/second", make_initrd("second", packed=True))
    result = client.run(ROOT, "stage", f"--kernel={kernel}", f"--initrd={first}",
                        f"--initrd={second}", "--cmdline=root=/dev/sda1")
    assert result.code == DONE, result
    assert machine.kernel.image == make_kernel("7.7.7")
    assert machine.kernel.cmdline == "root=/dev/sda1"
    assert machine.kernel.initrd == joined(first.read_bytes(), second.read_bytes())


def test_files_are_opened_by_the_user(machine: Machine, client: Client) -> None:
    """The service never opens a path for anybody."""
    kernel = machine.write("files/kernel", make_kernel(NEW))
    kernel.chmod(0o600)
    result = client.run(ALICE, "stage", f"--kernel={kernel}", "--cmdline=root=/dev/sda1")
    assert_says(result, FAILED, "Permission denied")


def test_no_ask_password(machine: Machine, client: Client) -> None:
    user = who_may_else_asked("inspect")
    assert_says(client.run(user, "stage", "--no-ask-password"), UNAUTHORIZED, "--no-ask-password")
    assert not machine.kernel.is_loaded


def test_stage_of_another_users_image(machine: Machine, client: Client, root: Caller) -> None:
    root.call("Stage", OLD, options(append="single"))
    assert client.run(ALICE, "stage", "--no-ask-password").code == UNAUTHORIZED
    assert client.run(ALICE, "unstage", "--no-ask-password").code == UNAUTHORIZED
    assert client.run(ALICE, "reboot", "--no-ask-password").code == UNAUTHORIZED


def test_unstage_of_nothing(machine: Machine, client: Client) -> None:
    assert_says(client.run(ALICE, "unstage"), FAILED, "kexecctl stage")


def spoil_kernel(machine: Machine) -> None:
    machine.write(f"boot/vmlinuz-{NEW}", make_kernel(NEW)[:6000])


def spoil_initrd(machine: Machine) -> None:
    machine.write(f"boot/initrd.img-{NEW}", b"A letter.\n")


def disable(machine: Machine) -> None:
    machine.write("proc/sys/kernel/kexec_load_disabled", "1\n")


REFUSALS: list[tuple[Callable[[Machine], None], str]] = [
    (spoil_kernel, "cut short"),
    (spoil_initrd, "not an initrd"),
    (disable, "kexec_load_disabled"),
    (lambda machine: machine.kernel.set_loaded(True), "kexecctl unstage"),
    (lambda machine: machine.kernel.fail("load", errno.ENOMEM), "memory"),
    (lambda machine: machine.kernel.fail("load", errno.ENOKEY), "signature"),
]


@pytest.mark.parametrize("spoil, word", REFUSALS)
def test_stage_that_is_refused(spoil: Callable[[Machine], None], word: str, machine: Machine,
                               client: Client) -> None:
    spoil(machine)
    assert_says(client.run(ROOT, "stage"), REFUSED, word)


def test_stage_that_fails(machine: Machine, client: Client) -> None:
    machine.kernel.fail("load", errno.EIO)
    assert_says(client.run(ROOT, "stage"), FAILED, "dmesg")


# reboot and cancel

def test_reboot_stages_first(machine: Machine, client: Client, login: Login) -> None:
    result = client.run(ALICE, "reboot")
    assert result.code == DONE, result
    assert NEW in result.out
    assert machine.kernel.loads == 1
    assert login.reboots == [3]


def test_reboot_takes_what_is_staged(machine: Machine, client: Client, root: Caller,
                                     login: Login) -> None:
    root.call("Stage", OLD, {})
    assert client.run(ROOT, "reboot").code == DONE
    assert machine.kernel.loads == 1
    assert login.reboots == [3]


def test_reboot_into_an_entry(machine: Machine, client: Client, login: Login) -> None:
    assert client.run(ROOT, "reboot", OLD).code == DONE
    assert machine.kernel.image == make_kernel(OLD)


def test_reboot_later_and_cancel(machine: Machine, client: Client, login: Login) -> None:
    result = client.run(ALICE, "reboot", "--when=+10")
    assert result.code == DONE, result
    assert "kexecctl cancel" in result.out
    assert "scheduled" in client.run(MALLORY, "status").out
    assert client.run(ALICE, "cancel").code == DONE
    assert login.reboots == []
    assert_says(client.run(ALICE, "cancel"), FAILED)


def test_reboot_that_turns_out_to_be_cold(off: Machine, client: Client, login: Login) -> None:
    """Nobody is told of a kernel that was not loaded."""
    off.configure("Entry=auto\nLoadDuringShutdown=yes")
    off.start()
    off.kernel.fail("load", errno.ENOMEM)
    result = client.run(ALICE, "reboot", "--allow-cold-reboot")
    assert result.code == DONE, result
    assert login.reboots == [1]
    assert "could not be loaded" in result.err and "through the firmware" in result.out


def test_reboot_with_a_message(machine: Machine, client: Client, login: Login) -> None:
    assert client.run(ROOT, "reboot", "--message=Back soon").code == DONE
    assert login.wall_messages == ["Back soon"]


def test_reboot_that_is_inhibited(machine: Machine, client: Client, login: Login) -> None:
    login.inhibitors = [Inhibitor(0, "apt", "upgrading")]
    assert_says(client.run(ROOT, "reboot"), REFUSED, "apt", "upgrading", "--ignore-inhibitors")
    assert client.run(ROOT, "reboot", "--ignore-inhibitors").code == DONE


def test_reboot_with_others_logged_in(machine: Machine, client: Client, login: Login) -> None:
    login.sessions = [Session(BOB.uid, "bob", "seat0")]
    user = who_may_else_asked("inspect", "stage-default", "execute")
    assert client.run(user, "reboot", "--no-ask-password").code == UNAUTHORIZED
    assert client.run(ALICE, "reboot").code == DONE


def test_reboot_that_may_be_cold(machine: Machine, client: Client, login: Login) -> None:
    disable(machine)
    assert_says(client.run(ROOT, "reboot"), REFUSED, "kexec_load_disabled")
    assert login.reboots == []
    result = client.run(ROOT, "reboot", "--allow-cold-reboot")
    assert result.code == DONE, result
    assert "firmware" in result.out
    assert login.reboots == [1]


def test_reboot_that_may_be_cold_is_not_over_a_foreign_image(machine: Machine, client: Client,
                                                             login: Login) -> None:
    machine.kernel.set_loaded(True)
    assert client.run(ROOT, "reboot", "--allow-cold-reboot").code == REFUSED
    assert login.reboots == []


def test_reboot_immediately(machine: Machine, client: Client, login: Login) -> None:
    client.run(ROOT, "reboot", "--immediate")
    machine.wait_end()
    assert machine.kernel.executions == 1
    assert login.reboots == []


# Usage, and a service that is not there

USAGES = [
    [], ["nope"], ["stage", "a", "b"], ["stage", "--append=a", "--cmdline=b"],
    ["stage", "--initrd=x"], ["stage", "--no-such-option"], ["reboot", "--when=never"],
    ["reboot", "--immediate", "--when=+5"], ["list", "extra"], ["stage", ""],
]


@pytest.mark.parametrize("arguments", USAGES, ids=lambda arguments: " ".join(arguments) or "none")
def test_usage(arguments: list[str], machine: Machine, client: Client) -> None:
    assert_says(client.run(ALICE, *arguments), USAGE, "--help")


def test_argument_that_the_service_refuses(machine: Machine, client: Client) -> None:
    result = client.run(ALICE, "stage", "--append=a\nb")
    assert_says(result, USAGE, "control character")


def test_no_service(off: Machine, client: Client) -> None:
    assert_says(client.run(ALICE, "status"), FAILED, "kexecd")


def test_no_bus(off: Machine, client: Client) -> None:
    other = Client(client.program, "unix:path=/nonexistent", client.scratch)
    assert_says(other.run(ALICE, "status"), FAILED, "D-Bus")


def test_service_that_dies(machine: Machine, client: Client) -> None:
    machine.kernel.hold("before-load")
    process = client.start(ROOT, "stage")
    machine.kernel.wait_held("before-load")
    machine.kill()
    machine.kernel.release("before-load")
    out, err = process.communicate(timeout=LIMIT)
    assert_says(Result(process.returncode, out, err), FAILED, "kexecctl status")


def test_interrupt_while_copying(off: Machine, hanging: HangingFile, client: Client,
                                 root: Caller) -> None:
    """Ctrl-C takes the request back."""
    off.start()
    hanging.hold()
    process = client.start(ROOT, "stage", f"--kernel={hanging.path}",
                           "--cmdline=root=/dev/sda1")
    hanging.wait_held()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode not in (DONE, USAGE)
    wait_for(lambda: root.get("State") == "idle", "the state idle")
    hanging.release()
    assert not off.kernel.is_loaded


def test_every_error_is_reported_with_its_sentence(machine: Machine, client: Client) -> None:
    """The names of errors are for programs."""
    for arguments in (["check", "nope"], ["unstage"], ["cancel"]):
        result = client.run(ROOT, *arguments)
        assert contract.ERROR not in result.err
