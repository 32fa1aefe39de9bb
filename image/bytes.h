/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Little-endian numbers out of bytes. The caller has checked that they are there. */
#pragma once

#include <glib.h>
#include <string.h>

static inline guint16
kexec_le16 (const guint8 *data)
{
  guint16 value;

  memcpy (&value, data, sizeof value);
  return GUINT16_FROM_LE (value);
}

static inline guint32
kexec_le32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}
