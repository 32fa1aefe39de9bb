/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <openssl/crypto.h>

/** To be called before anything else of OpenSSL is. A process that ends does not take OpenSSL apart
 * then: a thread whose file hangs may still be using it. */
static inline void
kexec_openssl_init (void)
{
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
}
