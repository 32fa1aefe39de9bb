# SPDX-License-Identifier: LGPL-2.1-or-later
"""One caller on the bus, a process of the uid it is given, driven through a socket by caller.py.

Run as: caller_process.py SOCKET-FD UID BUS-ADDRESS. Each packet is a pickled tuple.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
from typing import Any

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

PACKET = 1 << 20
FDS = 64
AGENT_PATH = "/org/kexec/Test/Agent"
AGENT_INTERFACE = """
<node><interface name="org.freedesktop.PolicyKit1.AuthenticationAgent">
  <method name="BeginAuthentication">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{ss}" direction="in"/><arg type="s" direction="in"/>
    <arg type="a(sa{sv})" direction="in"/>
  </method>
  <method name="CancelAuthentication"><arg type="s" direction="in"/></method>
</interface></node>
"""


class Process:
    def __init__(self, control: socket.socket, address: str) -> None:
        self._control = control
        self._address = address
        self._loop = GLib.MainLoop()
        self._dialogs: dict[str, Gio.DBusMethodInvocation] = {}

    def run(self) -> None:
        self._connect()
        GLib.io_add_watch(self._control.fileno(), GLib.PRIORITY_DEFAULT,
                          GLib.IOCondition.IN | GLib.IOCondition.HUP, self._on_packet)
        self._loop.run()

    def _tell(self, *event: Any) -> None:
        try:
            self._control.send(pickle.dumps(event))
        except OSError:  # nobody wants to know any more
            self._loop.quit()

    def _on_packet(self, *_: Any) -> bool:
        try:
            packet, fds, _, _ = socket.recv_fds(self._control, PACKET, FDS)
        except ConnectionResetError:
            packet = b""
        if not packet:
            self._loop.quit()
            return False
        verb, *arguments = pickle.loads(packet)
        if verb == "call":
            self._call(*arguments, fds)
        else:
            getattr(self, "_" + verb)(*arguments)
        for fd in fds:
            os.close(fd)
        return True

    # Coming and going

    def _connect(self) -> None:
        self._bus = Gio.DBusConnection.new_for_address_sync(
            self._address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self._bus.set_exit_on_close(False)
        self._bus.signal_subscribe("org.kexec.Manager", None, None, None, None,
                                   Gio.DBusSignalFlags.NONE, self._on_signal)
        self._tell("name", self._bus.get_unique_name())

    def _leave(self) -> None:
        self._bus.close_sync(None)
        self._connect()

    # Calls and signals

    def _call(self, number: int, destination: str, path: str, interface: str, method: str,
              types: str, body: bytes, interactive: bool, fds: list[int]) -> None:
        message = Gio.DBusMessage.new_method_call(destination, path, interface, method)
        message.set_body(GLib.Variant.new_from_bytes(GLib.VariantType(types), GLib.Bytes(body),
                                                     False))
        if interactive:
            message.set_flags(Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION)
        if fds:
            fd_list = Gio.UnixFDList.new()
            for fd in fds:
                fd_list.append(fd)
            message.set_unix_fd_list(fd_list)
        self._bus.send_message_with_reply(message, Gio.DBusSendMessageFlags.NONE, GLib.MAXINT, None,
                                          self._on_reply, number)

    def _on_reply(self, bus: Gio.DBusConnection, result: Gio.AsyncResult, number: int) -> None:
        try:
            reply = bus.send_message_with_reply_finish(result)
        except GLib.Error:  # we left
            return
        body = reply.get_body()
        if reply.get_message_type() == Gio.DBusMessageType.ERROR:
            self._tell("error", number, reply.get_error_name(), body.unpack()[0])
        else:
            self._tell("reply", number, body.unpack() if body is not None else ())

    def _on_signal(self, bus: Gio.DBusConnection, sender: str, path: str, interface: str,
                   signal: str, body: GLib.Variant) -> None:
        self._tell("signal", signal, body.unpack())

    # The authentication agent of this process

    def _agent(self) -> None:
        interface = Gio.DBusNodeInfo.new_for_xml(AGENT_INTERFACE).interfaces[0]
        self._bus.register_object(AGENT_PATH, interface, self._on_agent, None, None)
        with open("/proc/self/stat", encoding="ascii") as file:
            start_time = int(file.read().rpartition(")")[2].split()[19])
        subject = ("unix-process", {"pid": GLib.Variant("u", os.getpid()),
                                    "start-time": GLib.Variant("t", start_time),
                                    "uid": GLib.Variant("i", os.getuid())})
        self._bus.call_sync("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                            "org.freedesktop.PolicyKit1.Authority", "RegisterAuthenticationAgent",
                            GLib.Variant("((sa{sv})ss)", (subject, "C", AGENT_PATH)), None,
                            Gio.DBusCallFlags.NONE, -1, None)
        self._tell("agent")

    def _on_agent(self, bus: Gio.DBusConnection, sender: str, path: str, interface: str,
                  method: str, arguments: GLib.Variant,
                  invocation: Gio.DBusMethodInvocation) -> None:
        if method == "BeginAuthentication":
            action, message, _, details, cookie, _ = arguments.unpack()
            self._dialogs[cookie] = invocation
            self._tell("dialog", action, message, details, cookie)
        else:
            cookie = arguments.unpack()[0]
            self._dialogs.pop(cookie).return_dbus_error(
                "org.freedesktop.PolicyKit1.Error.Cancelled", "Cancelled")
            invocation.return_value(None)
            self._tell("dialog-cancelled", cookie)

    def _end_dialog(self, cookie: str, dismissed: bool) -> None:
        invocation = self._dialogs.pop(cookie)
        if dismissed:
            invocation.return_dbus_error("org.freedesktop.PolicyKit1.Error.Cancelled", "Dismissed")
        else:
            invocation.return_value(None)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    uid = int(sys.argv[2])
    if uid != 0:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(uid, uid, uid)
    Process(control, sys.argv[3]).run()


main()
