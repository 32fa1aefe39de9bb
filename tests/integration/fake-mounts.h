/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts for tests: all are trusted, unless test-mounts/refusal below the root says why not. */
#pragma once

/** @root: the root directory of the test daemon; call it before anything else. */
void fake_mounts_init (const char *root);
