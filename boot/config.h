/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The administrator's configuration: /etc/kexecd/kexecd.conf, its drop-ins and their defaults.
 *
 *   [Manager]
 *   Entry=auto | <entry id>       what the default entry is, where the boot loader does not say;
 *                                 an id may be a glob
 *   StagedLifetime=1h             a number of seconds, or numbers with s, min, h or d, added up
 *                                 ("1h 30min"); 0 or infinity: for ever
 *   BootPath=, MountBoot=         where the boot files lie
 *   Kernel=, Initrd=              a kernel that the menus need not know, which is the default
 *   RootDevice=, Cmdline=, Append=  command lines
 *   Sources=                      which menus are read
 *   LoadMethod=file|kexec-tools   how an image gets into the kernel
 *   LoadDuringShutdown=yes|no     whether an image is loaded only when the machine goes down
 *
 * An empty value takes back what an earlier file said. What Gentoo's /etc/conf.d/kexec says, and
 * the same variables in /etc/conf.d/kexecd, is one layer of it; see boot/config-gentoo.h.
 */
#pragma once

#include "image/finding.h"

/* How long an ordinary user's image is kept unless StagedLifetime= says otherwise, in seconds. */
#define KEXEC_CONFIG_STAGED_LIFETIME 3600

/* LoadDuringShutdown=. Unset, it is what is usual with the init system that runs. */
typedef enum {
  KEXEC_CONFIG_LOAD_UNSET,
  KEXEC_CONFIG_LOAD_YES,
  KEXEC_CONFIG_LOAD_NO,
} KexecConfigLoad;

typedef struct {
  char *entry;                 /* Entry=: "auto": the newest kernel is the default; an entry's id or
                                  a glob (kexec_entry_matches()): that entry is; either is chosen,
                                  not guessed. NULL where the administrator has not chosen */
  guint64 staged_lifetime_sec; /* StagedLifetime=: how long an ordinary user's image is kept, in
                                  seconds; 0: for ever */
  char *boot_path;             /* BootPath=: absolute; NULL: /boot */
  gboolean mount_boot;         /* MountBoot=: whether a boot file system that is not mounted may be
                                  mounted by us; TRUE unless the administrator says no */
  char *kernel;       /* Kernel=: absolute, or a name in /boot; "-": nothing is to be booted
                         by default; NULL: whatever the sources find */
  GStrv initrds;      /* Initrd=: likewise, in loading order: of @kernel or, where that is NULL,
                         of the default entry; empty: none; NULL: those that belong to it */
  char *root_device;  /* RootDevice=: as after root=; NULL: not set */
  char *cmdline;      /* Cmdline=: of entries that bring none of their own; NULL: not set */
  char *cmdline_from; /* the file that @cmdline is from, below the root; NULL: not set */
  gboolean is_cmdline_gentoo; /* … and it is KPARAM's, or its like, in a file of conf.d: also of
                                 the default entry, whatever that brings */
  gboolean is_root_device_gentoo; /* likewise, of @root_device */
  char *append;                   /* Append=: added to every entry's command line; NULL: nothing */
  gboolean load_by_kexec_tools;   /* LoadMethod=kexec-tools: through its program and kexec_load(2),
                                     instead of kexec_file_load(2) */
  GStrv sources;           /* Sources=: which are read, the most important first; NULL: all */
  char *kernel_from;       /* the file that @kernel is from, below the root; NULL: not set */
  char *initrds_from;      /* likewise, of @initrds … */
  char *boot_path_from;    /* … and of @boot_path */
  gboolean is_gentoo;      /* … and it is KNAME in a file of conf.d */
  gboolean has_gentoo;     /* the file of Gentoo's own service is there, and could be read */
  KexecFindings *findings; /* what was wrong with the files, each with its file and key … */
  guint n_minor_findings;  /* … of which so many say nothing about which kernel is meant,
                              in Gentoo's files */

  /* LoadDuringShutdown=: yes: nothing but the default entry, and only when the machine goes down */
  KexecConfigLoad load_during_shutdown;
} KexecConfig;

/**
 * kexec_config_load:
 * @root_fd: the root directory
 *
 * Reads (later wins) usr/lib/kexecd/kexecd.conf, Gentoo's etc/conf.d/kexec, the same of our own
 * service, etc/conf.d/kexecd, etc/kexecd/kexecd.conf, then the drop-ins kexecd.conf.d/<name>.conf
 * of usr/lib/kexecd, run/kexecd and etc/kexecd in the order of their names, one in etc hiding those
 * of the same name elsewhere, as systemd does; so does a symlink to /dev/null. A missing file is
 * nothing; a bad one is a finding, never a failure: the daemon must start.
 *
 * A file, or its directory, that belongs to anyone but root (or the owner of the root directory) or
 * that group or others can write is ignored, with a finding.
 *
 * Returns: (transfer full): the configuration.
 */
KexecConfig *kexec_config_load (int root_fd);

/**
 * kexec_config_parse:
 * @text: a file's contents
 * @subject: what to call the file in findings; its path below the root
 *
 * Puts what one file says over what @config holds.
 */
void kexec_config_parse (KexecConfig *config, const char *text, const char *subject);

/** Returns: (transfer full): the configuration without any file. */
KexecConfig *kexec_config_new (void);
void kexec_config_free (KexecConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecConfig, kexec_config_free)
