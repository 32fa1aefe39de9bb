/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GRUB scripts as they are written (GRUB manual, "Writing full configuration files directly";
 * grub-core/script/yylex.l and parser.y of GRUB 2.06): words, statements, and the parser that makes
 * them out of text. Nothing is looked up or run here.
 */
#pragma once

#include <glib.h>

/* Blocks, conditions and loops within each other; GRUB itself runs no more than 64 deep. */
#define KEXEC_GRUB_NESTING_MAX 64

/* Statements, words and their parts that are kept at once. */
#define KEXEC_GRUB_NODES_MAX 300000

typedef enum {
  KEXEC_GRUB_TEXT,            /* outside quotes; backslashes are still in it */
  KEXEC_GRUB_QUOTED,          /* taken as it is; also if it is empty, it makes an argument */
  KEXEC_GRUB_VARIABLE,        /* a name; its value is split at white space */
  KEXEC_GRUB_QUOTED_VARIABLE, /* … in double quotes: it is not */
} KexecGrubPartType;

typedef struct KexecGrubPart KexecGrubPart;
struct KexecGrubPart {
  KexecGrubPartType type;
  const char *text;
  KexecGrubPart *next;
};

typedef struct KexecGrubWord KexecGrubWord;
struct KexecGrubWord {
  KexecGrubPart *parts;
  const char *name; /* (nullable): the word, if it is nothing but letters, digits and "_" */
  KexecGrubWord *next;
};

typedef enum {
  KEXEC_GRUB_SIMPLE, /* @words, and @block if it has one */
  KEXEC_GRUB_IF,     /* @clauses: the first whose condition holds; the last may have none */
  KEXEC_GRUB_FOR,    /* the first of @words names the variable; one clause without a condition */
  KEXEC_GRUB_WHILE,  /* one clause */
  KEXEC_GRUB_UNTIL,
  KEXEC_GRUB_FUNCTION, /* @words: its name; @block */
} KexecGrubKind;

typedef struct KexecGrubStatement KexecGrubStatement;

typedef struct KexecGrubClause KexecGrubClause;
struct KexecGrubClause {
  KexecGrubStatement *condition;
  KexecGrubStatement *body;
  KexecGrubClause *next;
};

struct KexecGrubStatement {
  KexecGrubKind kind;
  guint line;
  const char *file;
  KexecGrubWord *words;
  KexecGrubClause *clauses;
  KexecGrubStatement *block;
  KexecGrubStatement *next;
};

/* Owns all that was parsed. */
typedef struct {
  GStringChunk *texts;
  GPtrArray *nodes;
} KexecGrubScript;

KexecGrubScript *kexec_grub_script_new (void);
void kexec_grub_script_free (KexecGrubScript *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubScript, kexec_grub_script_free)

/** Returns: (transfer none): @size bytes of zeros that live as long as the script. */
gpointer kexec_grub_script_node (KexecGrubScript *self, gsize size);

/** Returns: (transfer none): a copy of @text that lives as long as the script. */
const char *kexec_grub_script_text (KexecGrubScript *self, const char *text);

/** Whether no more can be kept. */
gboolean kexec_grub_script_is_full (const KexecGrubScript *self);

typedef struct KexecGrubParser KexecGrubParser;

/**
 * kexec_grub_parser_new:
 * @text: NUL-terminated; has to outlive the parser
 * @file: what to call it
 */
KexecGrubParser *kexec_grub_parser_new (KexecGrubScript *script, const char *text,
                                        const char *file);
void kexec_grub_parser_free (KexecGrubParser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KexecGrubParser, kexec_grub_parser_free)

typedef enum {
  KEXEC_GRUB_UNIT_READ,
  KEXEC_GRUB_UNIT_BROKEN, /* no valid script; as GRUB does, what follows the line is read */
  KEXEC_GRUB_UNIT_FULL,   /* too much, or too deep, to be kept */
  KEXEC_GRUB_UNIT_END,
} KexecGrubUnit;

/**
 * kexec_grub_parser_next:
 * @statements: (out) (nullable): what it consists of, joined by next
 * @line: (out): where it began; of what is broken, where that was noticed
 *
 * Reads a unit: the statements of one line, and of as many more as it takes to end them. GRUB runs
 * a unit before it looks at the next one.
 */
KexecGrubUnit kexec_grub_parser_next (KexecGrubParser *self, KexecGrubStatement **statements,
                                      guint *line);
