/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the evaluator share. */
#pragma once

#include "boot/grub/eval.h"
#include "boot/grub/variables.h"

/* How a command ended, as far as a condition asks. */
typedef enum {
  KEXEC_GRUB_FALSE,
  KEXEC_GRUB_TRUE,
  KEXEC_GRUB_UNDECIDED, /* KexecGrubEval.doubt says why */
} KexecGrubTruth;

typedef enum {
  KEXEC_GRUB_FLOW_ON,
  KEXEC_GRUB_FLOW_BREAK,
  KEXEC_GRUB_FLOW_CONTINUE,
  KEXEC_GRUB_FLOW_RETURN,
  KEXEC_GRUB_FLOW_STOP, /* the script goes no further: another menu is shown, something is booted */
} KexecGrubFlow;

/* $1 and so on; %NULL outside functions and entries. */
typedef struct {
  GPtrArray *parameters; /* (element-type utf8) */
  guint first;           /* how many of them were shifted out */
  const char *doubt;     /* (nullable): of all of them */
} KexecGrubScope;

typedef struct {
  const KexecGrubHost *host;
  gpointer data;
  KexecGrubScript *script;
  GHashTable *commands; /* (element-type utf8 KexecGrubCommand): those of all tables */
  KexecGrubOutcome *outcome;
  /* What a script can change: */
  KexecGrubVariables *variables;
  KexecGrubMenu *menu;       /* that entries are added to */
  KexecGrubMenu *final_menu; /* (nullable): another file's that is shown instead */
  KexecGrubTarget *target;   /* what was loaded */
  KexecGrubFlow flow;
  guint n_loops;         /* that the flow has to leave */
  GHashTable *functions; /* (element-type utf8 KexecGrubStatement): not owned */
  /* Where it stands: */
  KexecGrubScope *scope; /* (nullable) */
  KexecGrubEntry *entry; /* (nullable): the one whose body is run; else a configuration file is */
  const KexecGrubStatement *statement;
  KexecFindings *findings;
  KexecGrubTruth status; /* how the last command ended */
  char *doubt;           /* (nullable): what the last undecided one waits for */
  gboolean is_locked;    /* a password was asked for on the way to the menu at hand */
  guint loops;
  guint depth;
  guint n_sources;
  /* What is used up: */
  KexecGrubBudget *budget;
  guint n_entries;
  guint n_scripts;
  gboolean is_exhausted;
} KexecGrubEval;

/** Takes steps off what is left. Returns: %FALSE if nothing is; the script goes no further then. */
gboolean kexec_grub_charge (KexecGrubEval *self, gsize steps);

/** Says that a limit was reached, and stops everything. @what: "more than 1024 entries" */
void kexec_grub_exhaust (KexecGrubEval *self, const char *what);

/** Adds a finding, unless there are enough of them. @format: a sentence, as kexec_findings_add() */
void kexec_grub_find (KexecGrubEval *self, KexecFindingCode code, const char *subject,
                      const char *format, ...) G_GNUC_PRINTF (4, 5);

/** Notes why nobody can tell how the command ends. Returns: KEXEC_GRUB_UNDECIDED */
KexecGrubTruth kexec_grub_undecided (KexecGrubEval *self, const char *doubt);

/** Says that only GRUB can tell how the command at hand ends. Returns: KEXEC_GRUB_UNDECIDED */
KexecGrubTruth kexec_grub_unsure (KexecGrubEval *self);

/** Returns: (transfer full): "line 12 of FILE", the statement at hand. */
char *kexec_grub_describe (const KexecGrubEval *self);

/**
 * kexec_grub_doubt_result:
 *
 * Says that the menu, or what the entry at hand boots, may be another, and why.
 */
void kexec_grub_doubt_result (KexecGrubEval *self, const char *doubt);

/* run.c */

/** Runs statements. Returns: how the last one ended. */
KexecGrubTruth kexec_grub_run (KexecGrubEval *self, const KexecGrubStatement *statements);

/** Parses text as a whole. Returns: (nullable) (transfer none): its statements; %NULL if it is not
 * valid. */
const KexecGrubStatement *kexec_grub_parse (KexecGrubEval *self, const char *text,
                                            const char *file);

/** Runs text, unit by unit. @file: what to call it */
void kexec_grub_run_text (KexecGrubEval *self, const char *text, const char *file);

/** Runs @body with parameters. Returns: how it ended. */
KexecGrubTruth kexec_grub_call (KexecGrubEval *self, const KexecGrubStatement *body,
                                GPtrArray *parameters, const char *doubt);

/* both-ways.c */

/**
 * kexec_grub_run_both_ways:
 * @clause: (nullable): what is run if the condition holds, @otherwise: … if it does not
 *
 * Runs one, takes it back, and runs the other. What differs is in doubt; the latter stays.
 */
KexecGrubTruth kexec_grub_run_both_ways (KexecGrubEval *self, const KexecGrubClause *clause,
                                         const KexecGrubClause *otherwise, const char *doubt);

/** Runs the first of @clauses whose condition holds. */
KexecGrubTruth kexec_grub_run_clauses (KexecGrubEval *self, const KexecGrubClause *clauses);

/* words.c */

/**
 * kexec_grub_expand:
 * @doubt: (out) (transfer full) (nullable): why the arguments may be others
 *
 * Returns: (transfer full) (element-type utf8): the arguments that words amount to.
 */
GPtrArray *kexec_grub_expand (KexecGrubEval *self, const KexecGrubWord *words, char **doubt);

/** Returns: (transfer full): arguments as GRUB writes them into a kernel's command line. */
char *kexec_grub_cmdline (const KexecGrubEval *self, const GPtrArray *args, guint first);

/* command.c */

/* One call of a command. */
typedef struct {
  const char *name;
  GPtrArray *args;                 /* (element-type utf8): without the name */
  const char *doubt;               /* (nullable): why they may be others */
  const KexecGrubStatement *block; /* (nullable) */
} KexecGrubCall;

typedef struct {
  const char *name;
  KexecGrubTruth (*run) (KexecGrubEval *self, const KexecGrubCall *call);
} KexecGrubCommand;

/* Tables of commands by what they are about; each ends with a row without a name. */
extern const KexecGrubCommand kexec_grub_language_commands[];
extern const KexecGrubCommand kexec_grub_file_commands[];
extern const KexecGrubCommand kexec_grub_environment_commands[];
extern const KexecGrubCommand kexec_grub_menu_commands[];
extern const KexecGrubCommand kexec_grub_boot_commands[];
extern const KexecGrubCommand kexec_grub_other_commands[];

/** Runs a command, a function, or an assignment. @args: with the name; at least that */
KexecGrubTruth kexec_grub_run_command (KexecGrubEval *self, GPtrArray *args, const char *doubt,
                                       const KexecGrubStatement *block);

/** Returns: the @i-th argument, "" if there are fewer. */
const char *kexec_grub_call_arg (const KexecGrubCall *call, guint i);

/* expression.c: "[" and "test" */
KexecGrubTruth kexec_grub_test (KexecGrubEval *self, const KexecGrubCall *call);

/* files.c */

/**
 * kexec_grub_resolve:
 * @name: "(DEVICE)/PATH", or "/PATH" on $root
 *
 * Returns: (transfer full)
 */
KexecGrubFile *kexec_grub_resolve (KexecGrubEval *self, const char *name);
KexecGrubFileKind kexec_grub_look (KexecGrubEval *self, const char *name);

/**
 * kexec_grub_read:
 * @where: (out) (transfer full): what to call it
 *
 * Returns: (transfer full) (nullable): the text of a file; %NULL if there is none, or with a
 * finding if it cannot be read.
 */
char *kexec_grub_read (KexecGrubEval *self, const char *name, gsize max, char **where);

/** Runs a configuration file, if it is there. */
void kexec_grub_run_file (KexecGrubEval *self, const char *name);

/* entries.c */

/** Adds an entry to the menu. @entry: (transfer full) */
void kexec_grub_add_entry (KexecGrubEval *self, KexecGrubEntry *entry);

/** Runs the entries of a menu that is complete, with the variables as they are. */
void kexec_grub_finish_menu (KexecGrubEval *self, KexecGrubMenu *menu);

/* blscfg.c */
KexecGrubTruth kexec_grub_blscfg (KexecGrubEval *self, const KexecGrubCall *call);
