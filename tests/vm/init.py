# SPDX-License-Identifier: LGPL-2.1-or-later
"""The init systems of the guests, as far as the tests have to talk to them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Init:
    """An init system: commands of its own for what the tests need of each."""

    name: str
    power_off: str
    settle: str  # ends when everything that a boot starts is there
    is_busy: str  # prints something as long as services are being started or stopped
    installed: str  # what a package's scripts would do once its files are there
    log: str  # what kexecd had to say since the boot


SYSTEMD = Init(
    "systemd",
    power_off="systemctl poweroff",
    settle="systemctl is-system-running --wait",
    is_busy="systemctl list-jobs --no-legend",
    installed="systemctl daemon-reload; journalctl --update-catalog;"
    " for unit in $(grep -ls '^.Install.' /lib/systemd/system/kexecd*.service);"
    ' do systemctl --quiet preset "${unit##*/}"; done',
    log="journalctl --boot --no-pager --lines=40 --output=short-monotonic"
    " --unit=kexecd.service --unit=kexecd-arrival.service --unit=polkit.service",
)
OPENRC_INIT = Init(
    "openrc-init",
    power_off="openrc-shutdown --poweroff now",
    settle="true",
    is_busy="find /run/openrc/starting /run/openrc/rc.starting -not -type d 2>/dev/null",
    installed="for service in /etc/init.d/kexecd*; do"
    ' if [ -x "$service" ]; then rc-update add "${service##*/}" default; fi; done',
    log="grep kexecd /var/log/syslog | tail -n 40",
)
SYSVINIT = Init(
    "sysvinit",
    power_off="telinit 0",
    settle="true",
    is_busy=OPENRC_INIT.is_busy,
    installed=OPENRC_INIT.installed,
    log=OPENRC_INIT.log,
)
