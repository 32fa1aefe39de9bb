# SPDX-License-Identifier: LGPL-2.1-or-later
# At the console, alice's login becomes an sshd of her own: its shells are processes of the session
# on tty1, and the tests can type into them. It is kept off the terminal because it would take the
# hang-up there as an order to start again, and hold up the shutdown.
if [ "$(tty)" = /dev/tty1 ]; then
    exec setsid --wait /usr/sbin/sshd -D -f ~/console/sshd_config
fi
