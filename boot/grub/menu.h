/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The menu that a GRUB script makes: entries, submenus, and which of them is booted by itself. */
#pragma once

#include "boot/grub/script.h"
#include "image/finding.h"

/* A file as GRUB names it. */
typedef struct {
  char *device; /* "fs-uuid:…" and the like, or GRUB's name, which tells nothing here */
  char *path;   /* from the top of the file system */
} KexecGrubFile;

KexecGrubFile *kexec_grub_file_new (const char *device, const char *path);
void kexec_grub_file_free (KexecGrubFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubFile, kexec_grub_file_free)

typedef enum {
  KEXEC_GRUB_BOOTS_NOTHING,
  KEXEC_GRUB_BOOTS_LINUX,
  KEXEC_GRUB_BOOTS_OTHER, /* another boot loader, another kind of kernel, the firmware's setup */
} KexecGrubBoots;

/* What an entry's commands load. */
typedef struct {
  KexecGrubBoots boots;
  KexecGrubFile *kernel; /* with Linux … */
  char *cmdline;
  GPtrArray *initrds; /* (element-type KexecGrubFile) */
  char *devicetree;   /* (nullable): path */
  char *doubt;        /* (nullable): why it may be something else */
} KexecGrubTarget;

KexecGrubTarget *kexec_grub_target_new (void);
void kexec_grub_target_free (KexecGrubTarget *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubTarget, kexec_grub_target_free)
/** Forgets all but @doubt, and takes it for @boots. */
void kexec_grub_target_reset (KexecGrubTarget *self, KexecGrubBoots boots);
KexecGrubTarget *kexec_grub_target_copy (const KexecGrubTarget *self);
/** Whether both load the same. */
gboolean kexec_grub_target_equal (const KexecGrubTarget *a, const KexecGrubTarget *b);

typedef struct {
  GPtrArray *entries;  /* (element-type KexecGrubEntry) */
  char *default_value; /* (nullable): the variable "default", when the menu is shown */
  char *default_doubt; /* (nullable): why it may be another */
  char *doubt;         /* (nullable): why @entries may be others */
  gboolean has_superusers;
} KexecGrubMenu;

typedef struct {
  char *title;
  char *id;              /* the title if it has none */
  GPtrArray *parameters; /* (element-type utf8): $1 and so on of @body: the title first */
  gboolean is_restricted;
  gboolean is_submenu;
  const KexecGrubStatement *body; /* (transfer none) */
  char *snippet;                  /* (nullable): the file of the Boot Loader Specification */
  /* What came of it: */
  gboolean is_locked; /* a password is asked for */
  KexecGrubTarget *target;
  KexecGrubMenu *children; /* a submenu's; NULL for others */
  KexecFindings *findings;
} KexecGrubEntry;

KexecGrubMenu *kexec_grub_menu_new (void);
void kexec_grub_menu_free (KexecGrubMenu *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubMenu, kexec_grub_menu_free)

KexecGrubEntry *kexec_grub_entry_new (const char *title, const char *id);
void kexec_grub_entry_free (KexecGrubEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubEntry, kexec_grub_entry_free)

/** Notes why the entries may be others than these; the first reason stays. */
void kexec_grub_menu_set_doubt (KexecGrubMenu *self, const char *doubt);

/* Which entry a menu boots by itself. */
typedef struct {
  GPtrArray *path;  /* (element-type KexecGrubEntry): submenus and then the entry; empty if nobody
                       can tell, or there is none */
  char *doubt;      /* (nullable): why nobody can tell */
  gboolean is_lost; /* what "default" names is not there; GRUB takes the first then */
} KexecGrubChoice;

/**
 * kexec_grub_menu_choose:
 * @names_first: Fedora's GRUB looks for ids, then titles, then takes it for a number; others take
 *   it for a number if it begins with one
 */
KexecGrubChoice *kexec_grub_menu_choose (const KexecGrubMenu *self, gboolean names_first);
void kexec_grub_choice_free (KexecGrubChoice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubChoice, kexec_grub_choice_free)

/**
 * kexec_grub_path_rest:
 * @path: "ENTRY>ENTRY"; ">>" in a name stands for ">"
 *
 * Returns: (nullable) (transfer none): what follows the first entry's name, unless that is empty.
 */
const char *kexec_grub_path_rest (const char *path);
