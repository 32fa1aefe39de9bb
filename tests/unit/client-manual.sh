#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Holds the manuals and the completions against what they describe: options, errors, methods, keys.
# shellcheck disable=SC2013 # the loops go over words
set -eu

kexecctl=$1
source=$2
failures=0
export LC_ALL=C.UTF-8

missing() {
    printf '%s is not in %s\n' "$1" "$2" >&2
    failures=$((failures + 1))
}

# in_page WORD FILE: whether the manual has the word, as it is read and not as it is written.
in_page() {
    sed 's/\\-/-/g; s/\\&//g' "$source/man/$2" | grep -qw -- "$1" || missing "$1" "man/$2"
}

in_file() {
    grep -qw -- "$1" "$source/$2" || missing "$1" "$2"
}

commands=$("$kexecctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
for command in $commands; do
    options=$("$kexecctl" "$command" --help | sed -n 's/^  *\(-[a-z], \)*--\([a-z-]*\).*/\2/p')
    in_page "$command" kexecctl.1
    for shell in bash/kexecctl zsh/_kexecctl fish/kexecctl.fish; do
        in_file "$command" "data/completions/$shell"
        for option in $options; do
            in_file "$option" "data/completions/$shell"
        done
    done
    for option in $options; do
        in_page "$option" kexecctl.1
    done
done

xml=$source/data/dbus-1/org.kexec.Manager.xml
for member in $(sed -n 's/.*<\(method\|signal\|property\) name="\([A-Za-z]*\)".*/\2/p' "$xml"); do
    in_page "$member" org.kexec.Manager.5
done
for error in $(sed -n 's/.*\[KEXEC_ERROR_[A-Z_]*\] = "\([A-Za-z]*\)".*/\1/p' "$source/image/error.c"); do
    in_page "$error" org.kexec.Manager.5
done
for finding in $(sed -n 's/.*\(BLOCKER\|WARNING\|NOTE\) ("\([a-z-]*\)".*/\2/p' "$source/image/finding.c"); do
    in_page "$finding" org.kexec.Manager.5
done
for key in $(sed -n 's/^#\([A-Za-z]*\)=.*/\1/p' "$source/data/kexecd.conf"); do
    in_page "$key" kexecd.conf.5
done
for key in $(sed -n 's/.*{ "\([A-Za-z]*\)", "[a-z_]*" },/\1/p' "$source/boot/hardware-rules.c"); do
    in_page "$key" kexecd.conf.5
done

[ "$failures" -eq 0 ]
