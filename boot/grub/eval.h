/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs GRUB scripts, as far as that can be done without a boot loader: nothing is executed and no
 * file is touched but through the host. What depends on what only the boot loader knows (a key that
 * is held down, its terminals, other disks) is run both ways; what differs then is in doubt. Time
 * and memory have limits, whatever the script.
 */
#pragma once

#include "boot/grub/menu.h"

/* Each command, word and part of one is a step, and so are a few bytes that are made of them. */
#define KEXEC_GRUB_STEPS_MAX  1000000
#define KEXEC_GRUB_STEP_BYTES 8

/* What asking the host for something costs, in steps. */
#define KEXEC_GRUB_HOST_STEPS 100

/* Functions, conditions and files within each other; GRUB itself goes no deeper. */
#define KEXEC_GRUB_DEPTH_MAX 64

#define KEXEC_GRUB_SOURCES_MAX   16  /* files that are read within each other */
#define KEXEC_GRUB_SCRIPTS_MAX   256 /* … and in all */
#define KEXEC_GRUB_FINDINGS_MAX  32  /* about the menu, or an entry; the rest is not said */
#define KEXEC_GRUB_ENTRIES_MAX   1024
#define KEXEC_GRUB_INITRDS_MAX   64 /* of an entry */
#define KEXEC_GRUB_FILE_MAX      (1024 * 1024)
#define KEXEC_GRUB_ALL_FILES_MAX (4 * 1024 * 1024) /* in all */

typedef enum {
  KEXEC_GRUB_MISSING,
  KEXEC_GRUB_UNKNOWN, /* on a file system that cannot be looked at */
  KEXEC_GRUB_DIRECTORY,
  KEXEC_GRUB_EMPTY_FILE,
  KEXEC_GRUB_FILE,
} KexecGrubFileKind;

/* Whom the evaluator asks for files. @device is one of search(), or any other text from the script;
   @path begins with "/". */
typedef struct {
  /* Returns: (transfer full): text; %NULL with a GIOErrorEnum, %G_IO_ERROR_NOT_FOUND if there is no
     such file. @where: (out) (transfer full): what to call the file */
  char *(*read) (gpointer data, const char *device, const char *path, gsize max, char **where,
                 GError **error);
  KexecGrubFileKind (*look) (gpointer data, const char *device, const char *path);
  /* Returns: (transfer full) (nullable) (element-type utf8): the names in a directory, at most @max
     of them; %NULL if there is none. */
  GPtrArray *(*list) (gpointer data, const char *device, const char *path, guint max);
  /* Returns: (transfer full) (nullable): the device that holds a file. */
  char *(*find) (gpointer data, const char *path);
} KexecGrubHost;

/* What scripts may use up, one after the other. */
typedef struct {
  guint steps;            /* that are left */
  gsize n_bytes;          /* that were read */
  gboolean was_refreshed; /* they were used up, and the entries got steps of their own */
} KexecGrubBudget;

#define KEXEC_GRUB_BUDGET                                                                          \
  {                                                                                                \
    .steps = KEXEC_GRUB_STEPS_MAX                                                                  \
  }

/* What came of it. */
typedef struct {
  KexecGrubMenu *menu;
  KexecFindings *findings; /* about the menu as a whole */
  gboolean is_incomplete;  /* something could not be read, so that the menu may be another */
  gboolean is_exhausted;   /* … because it would have taken too much */
  gboolean names_first;    /* for kexec_grub_menu_choose() */
  GHashTable *environment; /* variables as they stand in environment blocks that were read */
  char *environment_path;  /* of the last of them; "" if there was none */
} KexecGrubOutcome;

void kexec_grub_outcome_free (KexecGrubOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubOutcome, kexec_grub_outcome_free)

/**
 * kexec_grub_evaluate:
 * @device, @path: the configuration file
 * @platform: "efi" or "pc"
 * @cpu: as GRUB calls it: "x86_64", "i386", "arm64"
 * @budget: (nullable): shared with other scripts; else this one has a whole one
 *
 * Runs a configuration file, and then each entry of its menu.
 *
 * Returns: (transfer full): what came of it; with an empty menu if there is no such file.
 */
KexecGrubOutcome *kexec_grub_evaluate (const KexecGrubHost *host, gpointer data, const char *device,
                                       const char *path, const char *platform, const char *cpu,
                                       KexecGrubBudget *budget);

/** Returns: (transfer full): "fs-uuid:VALUE", a device that kexec_grub_device_parse() understands.
 */
char *kexec_grub_device_new (const char *kind, const char *value);

/**
 * kexec_grub_device_parse:
 *
 * Returns: (transfer full) (nullable): the value of a device of this kind; %NULL if it is none.
 */
char *kexec_grub_device_parse (const char *device, const char *kind);
