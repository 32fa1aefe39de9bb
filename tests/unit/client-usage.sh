#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs kexecctl as a shell does: its help, its usage errors and its exit codes, without a service.
set -eu

kexecctl=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# No command here may reach a real system bus.
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/no-bus"
export LC_ALL=C.UTF-8

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# expect CODE ARGUMENT...: runs kexecctl, leaves what it says in $work/out and $work/err.
expect() {
    expected=$1
    shift
    code=0
    "$kexecctl" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    [ "$code" -eq "$expected" ] ||
        fail "'kexecctl $*' exits with $code, not $expected: $(cat "$work/err")"
}

says() {
    grep -q -- "$1" "$work/err" || fail "Not said: $1. Said: $(cat "$work/err")"
}

one_line() {
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "Not one line: $(cat "$work/err")"
}

# Help, of all and of each command that the help names.
expect 0 --help
[ ! -s "$work/err" ] || fail "--help prints errors"
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/out")
[ "$(echo "$commands" | wc -w)" -eq 8 ] || fail "The help names other commands: $commands"
for command in $commands; do
    expect 0 "$command" --help
    grep -q "^Usage: kexecctl $command" "$work/out" || fail "$command --help has no usage"
    expect 0 --help "$command"
    expect 2 "$command" --no-such-option
    one_line
    says "^kexecctl: .*--no-such-option.*'kexecctl $command --help'"
done
expect 0 --version
grep -q '^kexecctl [0-9]' "$work/out" || fail "--version prints no version"

# A full disk is no success.
if [ -w /dev/full ]; then
    code=0
    "$kexecctl" --help >/dev/full 2>"$work/err" || code=$?
    [ "$code" -eq 1 ] || fail "Writing to a full disk exits with $code"
    says 'Cannot write'
fi

# Usage errors.
expect 2
expect 2 dance
says "no command 'dance'"
expect 2 list extra
expect 2 check a b
expect 2 stage a b
expect 2 status --root=/
expect 2 unstage --json
expect 2 inspect
expect 2 check ''
expect 2 stage --initrd=/dev/null
says 'needs --kernel'
expect 2 stage entry --kernel=/dev/null
expect 2 stage --append=a --cmdline=b
expect 2 check --append=a --cmdline=b
expect 2 stage --kernel
expect 2 reboot --when=tomorrow
says 'is not a time'
expect 2 reboot --when='2001-01-01 00:00'
says 'in the past'
expect 2 reboot --immediate --when=now
expect 2 reboot --immediate --allow-cold-reboot
set --
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    set -- "$@" --initrd=/dev/null
done
expect 2 stage --kernel=/dev/null "$@"
says 'At most 15'

# Without a bus everything but the help fails, and says what to do.
for command in list status check stage unstage reboot cancel; do
    expect 1 "$command"
    one_line
    says '^kexecctl: .*Is D-Bus running?'
done

# Files that cannot be staged or read are refused before the service is asked for them.
expect 1 inspect "$work/none"
says 'Cannot open'
expect 1 inspect "$work"
says 'is a directory'
mkfifo "$work/fifo"
expect 1 inspect "$work/fifo"
says 'not a regular file'
expect 1 inspect /dev/null

# What is no kernel is named, also where the file's name is full of escape sequences.
name="$work/$(printf 'a\033[2Jb')"
echo 'Hello, I am a text file.' >"$name"
expect 4 inspect "$name"
! grep -q "$(printf '\033')" "$work/out" || fail "An escape sequence came through"
expect 4 inspect --json "$name"
grep -q '"kind" : "unknown"' "$work/out" || fail "No kind: $(cat "$work/out")"
! grep -q "$(printf '\033')" "$work/out" || fail "An escape sequence came through in JSON"
: >"$work/empty"
expect 4 inspect "$work/empty"
# An archive with nothing but its trailer: 13 fields, of which the 12th is the name's length.
{
    printf '070701%088d%08X%08X' 0 11 0
    printf 'TRAILER!!!\0\0\0\0'
} >"$work/cpio"
expect 0 inspect "$work/cpio"
grep -q 'an initrd' "$work/out" || fail "No initrd: $(cat "$work/out")"
expect 4 inspect "$work/cpio" "$name"
expect 1 inspect "$work/cpio" "$name" "$work/none"

# Another system's entries need no service.
mkdir -p "$work/root/boot"
expect 0 --root="$work/root" list
expect 0 list --root="$work/root" --json
[ "$(tr -d ' \n' <"$work/out")" = '[]' ] || fail "Not an empty array: $(cat "$work/out")"
expect 1 --root="$work/none" list
