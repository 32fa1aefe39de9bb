/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that make up a staging share: its state, and its steps in the worker. */
#pragma once

#include "daemon/memfd.h"
#include "daemon/staging.h"

/* One file on its way into the kernel. */
typedef struct {
  char *path; /* below the root; "" for a caller's descriptor */
  int fd;     /* -1 until opened */
} KexecStagingSource;

/* Lives on in the worker when nobody waits any more, hence counted; everything but the watchdog's
 * part belongs to the worker while it runs. */
struct KexecStaging {
  gatomicrefcount ref_count;
  const KexecEnvironment *environment;
  KexecEntry *entry; /* NULL: a caller's files */
  gboolean may_be_untrusted;
  GArray *sources; /* KexecStagingSource, the kernel first */
  guint64 total;   /* bytes of all sources */
  KexecMemfd *kernel;
  KexecMemfd *initrd; /* NULL: none */
  KexecFindings *findings;
  KexecRecord *record;
  KexecRecord *previous;
  gint64 lifetime;
  gboolean load;

  KexecStagingProgress progress;
  gpointer progress_data;
  guint64 copied; /* bytes of the files before the current one */
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

/** Opens every file, or looks at the descriptors that were passed; fills the record's files. */
gboolean kexec_staging_open (KexecStaging *self, GError **error);
/** Copies and hashes them. */
gboolean kexec_staging_copy (KexecStaging *self, GCancellable *cancellable, GError **error);
/** Inspects the copies; what blocks is among the findings. */
gboolean kexec_staging_inspect (KexecStaging *self, GError **error);
/** Loads the copies, with a record before and after. From its beginning nothing stops it. */
gboolean kexec_staging_load (KexecStaging *self, GError **error);
