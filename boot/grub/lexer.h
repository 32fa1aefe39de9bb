/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Splits the text of a GRUB script into words and what stands between them. */
#pragma once

#include "boot/grub/script.h"

typedef enum {
  KEXEC_GRUB_TOKEN_END,
  KEXEC_GRUB_TOKEN_NEWLINE,
  KEXEC_GRUB_TOKEN_SEMICOLON,
  KEXEC_GRUB_TOKEN_OPEN,  /* { */
  KEXEC_GRUB_TOKEN_CLOSE, /* } */
  KEXEC_GRUB_TOKEN_WORD,
  KEXEC_GRUB_TOKEN_BAD, /* what no script may have: an open quote, "|", a "$" without a name */
} KexecGrubToken;

typedef struct {
  KexecGrubScript *script;
  const char *next; /* what has not been read yet */
  guint line;
  GString *text; /* of the part that is being read */
} KexecGrubLexer;

void kexec_grub_lexer_init (KexecGrubLexer *self, KexecGrubScript *script, const char *text);
void kexec_grub_lexer_clear (KexecGrubLexer *self);

/** @word: (out): set for a word */
KexecGrubToken kexec_grub_lexer_read (KexecGrubLexer *self, KexecGrubWord **word);

/** Goes to the beginning of the next line. */
void kexec_grub_lexer_skip_line (KexecGrubLexer *self);
