# SPDX-License-Identifier: LGPL-2.1-or-later
"""The init systems of the guests, as far as the tests have to talk to them."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Init:
    """An init system: commands of its own for what the tests need of each."""

    name: str
    power_off: str
    settle: str  # ends when everything that a boot starts is there
    is_busy: str  # prints something as long as services are being started or stopped
    installed: str  # what a package's scripts would do once its files are there
    log: str  # what kexecd had to say since the boot
    last_words: str = ""  # what a shutdown says on the console before / becomes read-only


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
    # What OpenRC knows of services may be newer than the files of these.
    installed="rc-update --update && rc-update add kexecd default && rc-service kexecd start",
    log="grep kexecd /var/log/syslog | tail -n 40",
    # See guest/openrc/etc/init.d/mount-readonly.
    last_words="Remounting / read-only",
)
SYSVINIT = replace(OPENRC_INIT, name="sysvinit", power_off="telinit 0")
# Debian's own scripts in the place of OpenRC.
SYSV_RC = replace(
    SYSVINIT,
    name="sysv-rc",
    is_busy="pgrep --full '[/]etc/init.d/rc '",
    installed="true",
    last_words="Deactivating swap...done.",
)
