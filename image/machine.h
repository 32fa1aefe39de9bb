/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine that an image is to boot on, as far as it matters to the image. */
#pragma once

#include <glib.h>

typedef struct {
  const char *architecture; /* as uname(2) says it, "x86_64" */
  guint64 memory;           /* RAM in bytes; 0: not known */
  guint page_size;          /* of the running kernel, in bytes; 0: not known */
  gboolean has_la57;        /* x86: the running kernel uses 5-level page tables */
} KexecMachine;
