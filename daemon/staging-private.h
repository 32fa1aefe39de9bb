/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that make up a staging share: its state, and its steps in the worker. */
#pragma once

#include "daemon/memfd.h"
#include "daemon/staging.h"
#include "daemon/verdicts.h"
#include "image/kernel/kernel.h"

/* What a file is for. The values are the roles in the record. */
typedef enum {
  KEXEC_STAGING_KERNEL,
  KEXEC_STAGING_ADDON, /* of a unified kernel image */
  KEXEC_STAGING_INITRD,
} KexecStagingRole;

/* One file on its way into the kernel. */
typedef struct {
  KexecStagingRole role;
  char *path;          /* below the root; "" for a caller's descriptor */
  char *name;          /* what to call it in a sentence */
  int fd;              /* -1 until opened */
  int copy_fd;         /* the sealed copy that it lies in, once it is copied */
  guint64 copy_offset; /* … and where */
} KexecStagingSource;

/* One initrd of those that are loaded one after the other. */
typedef struct {
  char *name;     /* what to call it in findings */
  guint64 offset; /* in the sealed copy of all, in bytes */
  guint64 size;
} KexecStagingInitrd;

/* An addon of a unified kernel image. */
typedef struct {
  KexecMemfd *copy;
  KexecUkiAddon *facts; /* points into the copy; NULL: it is none */
  gboolean applies;     /* to this image and machine */
} KexecStagingAddon;

/* Lives on in the worker when nobody waits any more, hence counted; everything but the watchdog's
 * part belongs to the worker while it runs. */
struct KexecStaging {
  gatomicrefcount ref_count;
  const KexecEnvironment *environment;
  KexecEntry *entry; /* NULL: a caller's files */
  gboolean may_be_untrusted;
  gboolean is_cmdline_replaced; /* by the caller: the entry's own does not matter */
  char *profile;                /* of a unified kernel image; "": its default */
  GArray *sources;              /* KexecStagingSource: the kernel, addons, initrds */
  guint64 total;                /* bytes of all sources */
  KexecMemfd *kernel;
  KexecKernel *facts;      /* about the kernel; NULL before it was looked at */
  GArray *addons;          /* KexecStagingAddon */
  GArray *initrds;         /* KexecStagingInitrd, in loading order: all that lies in the next */
  KexecMemfd *initrd;      /* NULL: none */
  KexecVerdicts *verdicts; /* (nullable) */
  KexecFindings *findings;
  KexecFindings *verdict; /* those of them that the files decide, while they are looked for */
  KexecRecord *record;
  KexecRecord *previous;
  gint64 lifetime;
  gboolean load;

  KexecStagingProgress progress;
  gpointer progress_data;
  guint64 copied;     /* bytes of the files before the current one */
  guint64 checked;    /* bytes that were checked */
  GMutex report_lock; /* protects checked and reported: several threads check */
  gint64 reported;

  /* The watchdog, in the main context. */
  GSource *watchdog;
  GCancellable *stop;
  gulong caller_left;
  gint64 seen_change;
  gint seen;  /* the last value of pulse */
  gint pulse; /* (atomic) goes up whenever the worker makes progress */
  gboolean stalled;
  gboolean abandoned; /* the worker may still be at it */
};

/** Tells the main context how far the work is; @always: even if it was told a moment ago. */
void kexec_staging_report (KexecStaging *self, const char *phase, guint64 done, gboolean always);

/** What to call a file in a sentence. */
static inline const char *
kexec_staging_name (const KexecStaging *self, guint index)
{
  return g_array_index (self->sources, KexecStagingSource, index).name;
}

/** Opens every file, or looks at the descriptors that were passed; fills the record's files. */
gboolean kexec_staging_open (KexecStaging *self, GError **error);
/** Copies the kernel, and what comes with it: addons. */
gboolean kexec_staging_copy_kernel (KexecStaging *self, GCancellable *cancellable, GError **error);
/**
 * kexec_staging_inspect:
 *
 * Inspects the kernel and its addons, copies the initrds once it is known which there are, inspects
 * them, and whether everything fits together; what blocks is among the findings.
 */
gboolean kexec_staging_inspect (KexecStaging *self, GCancellable *cancellable, GError **error);
/** Returns: (nullable): the profile that is booted; %NULL: the kernel is no unified kernel image.
 */
const KexecUkiProfile *kexec_staging_profile (const KexecStaging *self);
/** Returns: (transfer container) (element-type KexecUkiAddon): the addons that apply. */
GPtrArray *kexec_staging_addons (const KexecStaging *self);
/** Puts the initrds together: a unified kernel image's own, its addons', and those that were given.
 */
gboolean kexec_staging_copy_initrds (KexecStaging *self, GCancellable *cancellable, GError **error);
/** Hashes the copies of all files into the record. Any thread may do it, once all are made. */
gboolean kexec_staging_digest (KexecStaging *self, GCancellable *cancellable, GError **error);
/**
 * kexec_staging_open_config:
 * @release: the kernel's, as the image or the listing says it
 *
 * Returns: a descriptor of the configuration that distributions put beside a kernel, or -1: there
 * is none, or the entry is trusted and this file is not.
 */
int kexec_staging_open_config (const KexecStaging *self, const char *release);
/** Loads the copies, with a record before and after. From its beginning nothing stops it. */
gboolean kexec_staging_load (KexecStaging *self, GError **error);
