# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private system bus with our bus policy, and the real polkitd on it with test users."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gi.repository import Gio, GLib

from . import contract, users
from .wait import LIMIT, wait_for

# The stock system.conf of dbus, less what only the machine's own bus needs.
CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <auth>EXTERNAL</auth>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.login1"/>
    <allow send_destination="org.freedesktop.systemd1"/>
    <allow send_destination="org.freedesktop.PolicyKit1"/>
    <allow send_interface="org.freedesktop.PolicyKit1.AuthenticationAgent"/>
  </policy>
  <policy user="root">
    <allow send_destination="org.freedesktop.DBus"
           send_interface="org.freedesktop.DBus.Monitoring"/>
    <allow own="org.freedesktop.login1"/>
    <allow own="org.freedesktop.systemd1"/>
  </policy>
  <policy user="{polkit_user}">
    <allow own="org.freedesktop.PolicyKit1"/>
  </policy>
  <include>{policy}</include>
</busconfig>
"""

POLKITD = ("/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd", "/usr/lib/policykit-1/polkitd")
POLKIT_NAME = "org.freedesktop.PolicyKit1"
POLKIT_AUTHORITY = "/org/freedesktop/PolicyKit1/Authority"
RULES_FOLDERS = ("/etc/polkit-1/rules.d", "/usr/share/polkit-1/rules.d")
ACTIONS_FOLDER = "/usr/share/polkit-1/actions"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(LIMIT)


def _bind(source: Path, target: str) -> None:
    subprocess.run(["mount", "--bind", str(source), target], check=True)


def give_polkit_our_files(folder: Path) -> None:
    """Puts our users, policy and rules where polkitd looks, in this mount namespace alone."""
    passwd = folder / "passwd"
    passwd.write_text(users.passwd(Path("/etc/passwd").read_text()))
    _bind(passwd, "/etc/passwd")
    actions = folder / "actions"
    actions.mkdir()
    shutil.copy(contract.POLKIT_POLICY, actions)
    _bind(actions, ACTIONS_FOLDER)
    for number, target in enumerate(RULES_FOLDERS):
        rules = folder / f"rules-{number}"
        rules.mkdir()
        if Path(target).is_dir():
            _bind(rules, target)
    users.write_rules(folder / "rules-0")


@dataclass
class Message:
    """What the bus monitor saw: one message of anybody to anybody."""

    sender: str
    destination: str | None
    interface: str | None
    member: str | None
    kind: Gio.DBusMessageType
    body: Any


class Monitor:
    """Sees every message on the bus, in order."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._data = b""
        self._messages: list[Message] = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(LIMIT)
        self._socket.connect(str(bus.socket))
        self._socket.sendall(b"\0AUTH EXTERNAL " + b"0".hex().encode() + b"\r\n")
        assert self._socket.recv(512).startswith(b"OK")
        self._socket.sendall(b"BEGIN\r\n")
        self._send(1, "org.freedesktop.DBus", "Hello", None)
        self._send(2, "org.freedesktop.DBus.Monitoring", "BecomeMonitor",
                   GLib.Variant("(asu)", ([], 0)))
        self.messages()

    def _send(self, serial: int, interface: str, member: str, body: GLib.Variant | None) -> None:
        message = Gio.DBusMessage.new_method_call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                  interface, member)
        message.set_serial(serial)
        if body is not None:
            message.set_body(body)
        self._socket.sendall(message.to_blob(Gio.DBusCapabilityFlags.NONE))

    def _read_one(self) -> Message:
        while len(self._data) < 16 or len(self._data) < Gio.DBusMessage.bytes_needed(self._data):
            self._data += self._socket.recv(1 << 16)
        length = Gio.DBusMessage.bytes_needed(self._data)
        blob, self._data = self._data[:length], self._data[length:]
        message = Gio.DBusMessage.new_from_blob(blob, Gio.DBusCapabilityFlags.NONE)
        body = message.get_body()
        return Message(message.get_sender(), message.get_destination(), message.get_interface(),
                       message.get_member(), message.get_message_type(),
                       body.unpack() if body is not None else ())

    def messages(self) -> list[Message]:
        """Everything up to now since the last time."""
        marker = self._bus.emit_marker()
        while True:
            message = self._read_one()
            if message.member == "Marker" and message.body == (marker,):
                break
            self._messages.append(message)
        messages, self._messages = self._messages, []
        return messages

    def close(self) -> None:
        self._socket.close()


@dataclass
class Bus:
    """The bus, and our own connection to it as root."""

    folder: Path
    connection: Gio.DBusConnection = field(init=False)
    _marker: int = 0

    @property
    def socket(self) -> Path:
        return self.folder / "bus"

    @property
    def address(self) -> str:
        return f"unix:path={self.socket}"

    def connect(self) -> Gio.DBusConnection:
        return Gio.DBusConnection.new_for_address_sync(
            self.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    def call(self, name: str, path: str, interface: str, method: str,
             arguments: GLib.Variant | None = None) -> Any:
        reply = self.connection.call_sync(name, path, interface, method, arguments, None,
                                          Gio.DBusCallFlags.NO_AUTO_START, int(LIMIT * 1000), None)
        return reply.unpack()

    def owner_of(self, name: str) -> str | None:
        """The unique name of whoever owns a name."""
        try:
            return str(self.call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                 "org.freedesktop.DBus", "GetNameOwner",
                                 GLib.Variant("(s)", (name,)))[0])
        except GLib.Error:
            return None

    def emit_marker(self) -> int:
        self._marker += 1
        self.connection.emit_signal(None, "/test", "org.kexec.Test", "Marker",
                                    GLib.Variant("(i)", (self._marker,)))
        return self._marker


@contextmanager
def running_bus(folder: Path, polkit_user: str) -> Iterator[Bus]:
    bus = Bus(folder)
    configuration = folder / "bus.conf"
    configuration.write_text(CONFIGURATION.format(
        socket=bus.socket, policy=contract.BUS_POLICY, polkit_user=polkit_user))
    daemon = subprocess.Popen(["dbus-daemon", f"--config-file={configuration}", "--nofork"])
    try:
        wait_for(bus.socket.exists, "the bus")
        wait_for(lambda: subprocess.run(
            ["dbus-send", f"--bus={bus.address}", "--dest=org.freedesktop.DBus", "--print-reply",
             "/", "org.freedesktop.DBus.GetId"], capture_output=True).returncode == 0, "the bus")
        bus.connection = bus.connect()
        yield bus
    finally:
        _end(daemon)


class Polkit:
    """polkitd, which can be taken away and brought back."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = next(path for path in POLKITD if os.access(path, os.X_OK))
        self._process = subprocess.Popen(
            [program, "--no-debug"],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self._bus.address})
        wait_for(lambda: self._bus.owner_of(POLKIT_NAME), "polkitd")

    def ensure(self) -> None:
        """Brings it back if it is not there: a test took it away, or it has crashed."""
        if self._process is not None and self._process.poll() is not None:
            print(f"polkitd has ended by itself ({self._process.returncode})", file=sys.stderr)
            self._process = None
        if self._process is None:
            self.start()

    def restart(self) -> None:
        self.stop()
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It does not answer as long as this lasts."""
        assert self._process is not None
        process = self._process
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(LIMIT)
        self._process = None
        wait_for(lambda: self._bus.owner_of(POLKIT_NAME) is None, "the end of polkitd")

    def stop(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            _end(self._process)
        self._process = None
        wait_for(lambda: self._bus.owner_of(POLKIT_NAME) is None, "the end of polkitd")

    def respond(self, cookie: str, uid: int) -> None:
        """Says that somebody has authenticated as root, as polkit's own helper does."""
        self._bus.call(POLKIT_NAME, POLKIT_AUTHORITY, "org.freedesktop.PolicyKit1.Authority",
                       "AuthenticationAgentResponse2",
                       GLib.Variant("(us(sa{sv}))",
                                    (uid, cookie, ("unix-user", {"uid": GLib.Variant("u", 0)}))))
