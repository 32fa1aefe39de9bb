/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kexecctl stage: has an entry, or files that we open, checked and loaded. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/fd.h"
#include "boot/kernel-cmdline.h"
#include "client/command.h"
#include "client/dict.h"
#include "client/file.h"
#include "client/human.h"
#include "client/json.h"
#include "client/other-reboots.h"
#include "client/report.h"
#include "client/request.h"
#include "client/stage-service.h"
#include "client/staged.h"
#include "image/cmdline.h"
#include "image/uki/uki.h"

/* As many as the service takes: dbus-daemon passes 16 descriptors, and one is the kernel. */
#define MAX_INITRDS 15

/* As long as the service takes, in bytes. */
#define MAX_TITLE 255

typedef struct {
  char *kernel; /* %NULL: stage an entry */
  GStrv initrds;
  char *profile; /* of a unified kernel image; %NULL: its default */
  char *append;
  char *cmdline;
  gboolean at_start; /* called by a service's script */
  gboolean during_shutdown;
} Request;

static void
request_clear (Request *self)
{
  g_free (self->kernel);
  g_strfreev (self->initrds);
  g_free (self->profile);
  g_free (self->append);
  g_free (self->cmdline);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Request, request_clear)

/* Returns: (nullable): what is wrong with these options together. */
static const char *
find_contradiction (const Request *request, int argc)
{
  gboolean is_service = request->at_start || request->during_shutdown;

  if (request->at_start && request->during_shutdown)
    return "--at-start and --during-shutdown contradict each other";
  if (is_service &&
      (argc > 0 || request->kernel != NULL || request->append != NULL || request->cmdline != NULL))
    return "--at-start and --during-shutdown are for the default entry as it is";
  if (request->append != NULL && request->cmdline != NULL)
    return "--append and --cmdline contradict each other";
  if (request->kernel != NULL && argc > 0)
    return "Either an entry or --kernel can be staged, not both";
  if (request->kernel == NULL && request->initrds != NULL)
    return "--initrd needs --kernel; an entry has its own initrds";
  if (request->kernel == NULL && request->profile != NULL)
    return "--profile needs --kernel; of an entry, name ENTRY@PROFILE";
  if (request->initrds != NULL && g_strv_length (request->initrds) > MAX_INITRDS)
    return "At most 15 initrds can be staged; put several into one file with cat";
  return NULL;
}

static gboolean
parse_request (KexecOptions *options, Request *request, int *argc, char ***argv,
               KexecExitCode *ret_code)
{
  const char *contradiction;
  const GOptionEntry own[] = {
    { "kernel", 0, 0, G_OPTION_ARG_FILENAME, &request->kernel, "Stage this kernel file", "FILE" },
    { "initrd", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &request->initrds,
      "Give it this initrd; again for more, in order", "FILE" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &request->profile,
      "Boot this profile of a unified kernel image", "PROFILE" },
    { "append", 0, 0, G_OPTION_ARG_STRING, &request->append, "Add WORDS to the command line",
      "WORDS" },
    { "cmdline", 0, 0, G_OPTION_ARG_STRING, &request->cmdline, "Use LINE as the command line",
      "LINE" },
    { "at-start", 0, 0, G_OPTION_ARG_NONE, &request->at_start,
      "For service scripts: stage, or only check, as LoadDuringShutdown= says", NULL },
    { "during-shutdown", 0, 0, G_OPTION_ARG_NONE, &request->during_shutdown,
      "For service scripts: the machine goes down to reboot", NULL },
    { NULL },
  };

  if (!kexec_options_parse (options, own, argc, argv, ret_code))
    return FALSE;
  contradiction = find_contradiction (request, *argc);
  if (contradiction == NULL)
    return TRUE;
  *ret_code = kexec_options_usage (options, "%s", contradiction);
  return FALSE;
}

static gboolean
add_file (GUnixFDList *fds, const char *path, GError **error)
{
  kexec_autofd fd = kexec_file_open (path, error);

  /* The list has a duplicate. */
  return fd >= 0 && g_unix_fd_list_append (fds, fd, error) >= 0;
}

/* Returns: (transfer full): the descriptors in the order of StageFiles: kernel, initrds. */
static GUnixFDList *
open_files (const Request *request, GError **error)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  if (!add_file (fds, request->kernel, error))
    return NULL;
  for (GStrv initrd = request->initrds; initrd != NULL && *initrd != NULL; initrd++) {
    if (!add_file (fds, *initrd, error))
      return NULL;
  }
  return g_steal_pointer (&fds);
}

/* A running system that was started into a shell would start the next one into it as well. */
static void
warn_if_borrowed_shell (const KexecKernelCmdline *found)
{
  g_autofree char *word = kexec_cmdline_opens_shell (found->cmdline);

  if (found->origin == KEXEC_CMDLINE_BORROWED && word != NULL)
    kexec_report_sentence ("The running system's command line is used, and it holds '%s'; "
                           "--cmdline gives another one.",
                           word);
}

/* Returns: (transfer full) (nullable): the command line that a unified kernel image brings; %NULL:
 * it brings none, or is none. What is wrong with it the service tells. */
static char *
read_own_cmdline (const Request *request)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (KexecUki) uki = NULL;
  const KexecUkiProfile *profile;
  kexec_autofd fd = kexec_file_open (request->kernel, NULL);
  KexecInput input;
  struct stat st;

  if (fd < 0 || fstat (fd, &st) < 0)
    return NULL;
  input = kexec_input_from_fd (fd, (guint64) st.st_size);
  if (!kexec_uki_recognize (&input))
    return NULL;
  uki = kexec_uki_read (&input, request->kernel, findings);
  profile = uki != NULL ? kexec_uki_find_profile (uki, request->profile) : NULL;
  return profile != NULL && profile->has_cmdline ? g_strdup (profile->cmdline) : NULL;
}

/* Returns: (transfer full): the command line for files: as asked for, else the image's own, else
 * the next normal boot's.
 */
static char *
choose_cmdline (const Request *request, GError **error)
{
  const char *append = request->append != NULL ? request->append : "";
  g_autoptr (KexecConfig) config = NULL;
  g_autoptr (KexecKernelCmdline) found = NULL;
  g_autofree char *own = NULL;
  kexec_autofd root_fd = -1;

  if (request->cmdline != NULL)
    return g_strdup (request->cmdline);
  own = read_own_cmdline (request);
  if (own != NULL)
    return kexec_cmdline_append (own, append);
  root_fd = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  config = kexec_config_load (root_fd);
  found = kexec_kernel_cmdline_find (root_fd, config);
  if (!kexec_entry_check (found->findings, TRUE, error))
    return NULL;
  warn_if_borrowed_shell (found);
  return kexec_cmdline_append (found->cmdline, append);
}

/* Returns: (transfer floating): options of StageFiles: the file's name, so that people know it. */
static GVariant *
files_options (const Request *request)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *name = g_path_get_basename (request->kernel);
  g_autofree char *title = kexec_human_text (name);

  if (strlen (title) <= MAX_TITLE)
    g_variant_dict_insert (&dict, "title", "s", title);
  if (request->profile != NULL)
    g_variant_dict_insert (&dict, "profile", "s", request->profile);
  return g_variant_dict_end (&dict);
}

/* Returns: (transfer full): an a{sv} as GetStaged documents it. */
static GVariant *
stage_files (KexecConnection *connection, const Request *request, GError **error)
{
  g_autoptr (GUnixFDList) fds = open_files (request, error);
  g_autofree char *cmdline = NULL;
  g_auto (GVariantBuilder) initrds = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ah"));
  g_autoptr (GVariant) reply = NULL;

  if (fds == NULL)
    return NULL;
  cmdline = choose_cmdline (request, error);
  if (cmdline == NULL)
    return NULL;
  for (int i = 1; i < g_unix_fd_list_get_length (fds); i++)
    g_variant_builder_add (&initrds, "h", i);
  reply =
    kexec_connection_call (connection, "StageFiles",
                           g_variant_new ("(h@ahs@a{sv})", 0, g_variant_builder_end (&initrds),
                                          cmdline, files_options (request)),
                           fds, error);
  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static void
print_outcome (const KexecOptions *options, KexecConnection *connection, GVariant *staged)
{
  guint64 expires = kexec_dict_number (staged, "expires");
  g_autoptr (GVariant) properties = NULL;

  if (options->json) {
    kexec_json_print (staged);
    return;
  }
  kexec_staged_print (staged, options->verbose);
  if (expires != 0) {
    g_autofree char *moment = kexec_human_moment (expires);

    g_print ("It is kept until %s.\n", moment);
  }
  g_print ("'kexecctl reboot' boots it, 'kexecctl unstage' lets it go.\n");
  properties = kexec_connection_properties (connection, NULL);
  if (properties != NULL)
    g_print ("%s\n", kexec_other_reboots (kexec_dict_string (properties, "RebootBackend"),
                                          kexec_connection_systemd_version (connection)));
}

KexecExitCode
kexec_command_stage (KexecOptions *options, int argc, char **argv)
{
  g_auto (Request) request = { 0 };
  g_autoptr (KexecConnection) connection = NULL;
  g_autoptr (GVariant) staged = NULL;
  g_autoptr (GError) error = NULL;
  const char *entry;
  KexecExitCode code;

  if (!parse_request (options, &request, &argc, &argv, &code) ||
      !kexec_request_entry (options, argc, argv, &entry, &code))
    return code;
  connection = kexec_connection_new (options, &error);
  if (connection == NULL)
    return kexec_report (options, error);
  if (request.at_start)
    return kexec_stage_at_start (options, connection);
  if (request.during_shutdown)
    return kexec_stage_during_shutdown (options, connection);
  if (request.kernel != NULL)
    staged = stage_files (connection, &request, &error);
  else
    staged = kexec_request_stage (connection, entry,
                                  kexec_request_cmdline (request.append, request.cmdline), &error);
  if (staged == NULL)
    return kexec_report (options, error);
  print_outcome (options, connection, staged);
  return KEXEC_EXIT_DONE;
}
