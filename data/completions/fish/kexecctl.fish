# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of kexecctl(1) for fish.

# Ids of entries, as far as they can be had without a password.
function __kexecctl_entries
    kexecctl list --json --no-ask-password 2>/dev/null |
        string replace --filter --regex '^    "id" : "([^"\\\\]*)",*$' '$1'
end

function __kexecctl_needs_command
    not __fish_seen_subcommand_from list status check inspect stage unstage reboot cancel
end

function __kexecctl_is
    __fish_seen_subcommand_from $argv
end

complete -c kexecctl -f

complete -c kexecctl -n __kexecctl_needs_command -a list -d 'Show what this machine can boot'
complete -c kexecctl -n __kexecctl_needs_command -a status -d 'Show what is staged, and what happened last time'
complete -c kexecctl -n __kexecctl_needs_command -a check -d 'Find out whether an entry could be staged'
complete -c kexecctl -n __kexecctl_needs_command -a inspect -d 'Show what kernel and initrd files are'
complete -c kexecctl -n __kexecctl_needs_command -a stage -d 'Check a kernel and load it, ready for the next reboot'
complete -c kexecctl -n __kexecctl_needs_command -a unstage -d 'Let the staged kernel go'
complete -c kexecctl -n __kexecctl_needs_command -a reboot -d 'Shut down and boot the staged kernel'
complete -c kexecctl -n __kexecctl_needs_command -a cancel -d 'Cancel a scheduled reboot'

complete -c kexecctl -s h -l help -d 'Show help'
complete -c kexecctl -n __kexecctl_needs_command -l version -d 'Show the version'
complete -c kexecctl -n '__kexecctl_needs_command; or __kexecctl_is list status check inspect stage' -l json -d 'Print the facts as JSON'
complete -c kexecctl -n '__kexecctl_needs_command; or __kexecctl_is list' -l root -x -a '(__fish_complete_directories)' -d 'Read the system below a directory'
complete -c kexecctl -n 'not __kexecctl_is unstage cancel' -s v -l verbose -d 'Show everything there is to know'
complete -c kexecctl -n 'not __kexecctl_is status inspect' -l no-ask-password -d 'Never ask for a password, fail instead'

complete -c kexecctl -n '__kexecctl_is check stage reboot' -a '(__kexecctl_entries)' -d Entry
complete -c kexecctl -n '__kexecctl_is inspect' -F
complete -c kexecctl -n '__kexecctl_is check stage' -l append -x -d 'Add words to the command line'
complete -c kexecctl -n '__kexecctl_is check stage' -l cmdline -x -d 'Use this command line'
complete -c kexecctl -n '__kexecctl_is stage' -l kernel -r -F -d 'Stage this kernel file'
complete -c kexecctl -n '__kexecctl_is stage' -l initrd -r -F -d 'Give it this initrd; again for more'
complete -c kexecctl -n '__kexecctl_is stage' -l profile -x -d 'Boot this profile of a unified kernel image'
complete -c kexecctl -n '__kexecctl_is stage' -l at-start -d 'For service scripts, when they start'
complete -c kexecctl -n '__kexecctl_is stage' -l during-shutdown -d 'For service scripts, when the machine goes down'
complete -c kexecctl -n '__kexecctl_is unstage' -l if-ours -d 'Only what kexecd loaded or scheduled'
complete -c kexecctl -n '__kexecctl_is unstage' -l if-staged -d 'It is no failure if nothing is staged'

complete -c kexecctl -n '__kexecctl_is reboot' -l when -x -a 'now +5 +30 +2h 23:00' -d 'When to shut down'
complete -c kexecctl -n '__kexecctl_is reboot' -l message -x -d 'Tell everyone who is logged in'
complete -c kexecctl -n '__kexecctl_is reboot' -l ignore-inhibitors -d 'Even if a program asks to wait'
complete -c kexecctl -n '__kexecctl_is reboot' -l allow-cold-reboot -d 'If nothing can be staged, go through the firmware'
complete -c kexecctl -n '__kexecctl_is reboot' -l immediate -d 'Skip the shutdown, can lose data'
