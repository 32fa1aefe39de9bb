/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/last-step.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/beneath.h"
#include "boot/fd.h"
#include "daemon/inittab.h"
#include "daemon/text.h"
#include "image/error.h"

#define INITTAB     "/etc/inittab"
#define REBOOT      "/sbin/reboot"
#define RC          "/etc/init.d/rc"
#define LAST_OF_RC  "/etc/init.d/reboot"
#define STOP_SCRIPT "/etc/init.d/kexec"

#define KEXEC_COMMAND "/sbin/reboot -dkn"
#define STOP_ADVICE   "let kexec-tools' stop script run last (update-rc.d kexec defaults)"

#define MAX_FILE   65536
#define MAX_BINARY (1024 * 1024)

static void set_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
set_error (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* What files hold can be anything. */
  clean = kexec_text_sanitize (text);
  g_set_error_literal (error, KEXEC_ERROR, KEXEC_ERROR_NO_REBOOT_BACKEND, clean);
}

static gboolean
is_safe (int root_fd, const struct stat *st)
{
  return S_ISREG (st->st_mode) && kexec_beneath_is_roots (root_fd, st);
}

/* Returns: (transfer full) (nullable): the contents of a file that root alone can change. */
static char *
read_safely (int root_fd, const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_RDONLY, &cause);
  g_autofree char *text = NULL;
  struct stat st;

  if (fd >= 0 && fstat (fd, &st) == 0 && !is_safe (root_fd, &st)) {
    set_error (error, "Others than root can change %s; run chown root and chmod go-w", path);
    return NULL;
  }
  text = fd >= 0 ? kexec_beneath_read_fd (fd, path, MAX_FILE, &cause) : NULL;
  if (text == NULL)
    set_error (error, "%s; it has to say how a reboot ends", cause->message);
  return g_steal_pointer (&text);
}

/* One without -k takes it for a mistake: init would wait in runlevel 6 for ever. */
static gboolean
reboot_knows_kexec (int root_fd)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, REBOOT, O_RDONLY, NULL);
  g_autofree char *bytes = g_malloc (MAX_BINARY);
  gsize length = 0;
  ssize_t n;

  while (fd >= 0 && length < MAX_BINARY && (n = read (fd, bytes + length, MAX_BINARY - length)) > 0)
    length += (gsize) n;
  /* Its usage speaks of it. */
  return memmem (bytes, length, "kexec", strlen ("kexec")) != NULL;
}

/* --- Debian's way: kexec-tools' stop script right before that of the reboot --- */

/* Where a service stands among what runs in runlevel 6, "K09kexec"; -1 if it does not. */
static int
place_of (int root_fd, const char *service)
{
  kexec_autofd fd =
    kexec_beneath_open_in_root (root_fd, "/etc/rc6.d", O_RDONLY | O_DIRECTORY, NULL);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GDir) dir = fd >= 0 ? g_dir_open (path, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if ((*name == 'K' || *name == 'S') && g_ascii_isdigit (name[1]) && g_ascii_isdigit (name[2]) &&
        g_str_equal (name + 3, service))
      return (*name == 'S' ? 100 : 0) + g_ascii_digit_value (name[1]) * 10 +
             g_ascii_digit_value (name[2]);
  return -1;
}

static gboolean
is_executable (int root_fd, const char *path)
{
  kexec_autofd fd = kexec_beneath_open_in_root (root_fd, path, O_PATH, NULL);
  struct stat st;

  return fd >= 0 && fstat (fd, &st) == 0 && is_safe (root_fd, &st) && (st.st_mode & S_IXUSR);
}

static gboolean
stop_script_is_last (int root_fd)
{
  g_autofree char *rc = read_safely (root_fd, RC, NULL);
  g_autofree char *script = read_safely (root_fd, STOP_SCRIPT, NULL);

  /* OpenRC's rc stops it among the others, not last; Gentoo's script of this name loads. */
  return rc != NULL && strstr (rc, "/sbin/openrc") == NULL && script != NULL &&
         strstr (script, "kexec -e") != NULL && is_executable (root_fd, STOP_SCRIPT) &&
         is_executable (root_fd, "/sbin/kexec") && place_of (root_fd, "kexec") >= 0 &&
         place_of (root_fd, "kexec") < place_of (root_fd, "reboot");
}

/* --- the steps of runlevel 6 --- */

/* The step that decides, or the last one. */
typedef struct {
  const KexecInittabLine *line;
  char *script; /* (nullable): the script that decides in its place */
  gboolean by_stop_script;
  KexecStep step;
} Verdict;

static gboolean
is_script (int root_fd, const char *path)
{
  kexec_autofd fd = *path == '/' ? kexec_beneath_open_in_root (root_fd, path, O_RDONLY, NULL) : -1;
  char magic[2];

  return fd >= 0 && pread (fd, magic, 2, 0) == 2 && magic[0] == '#' && magic[1] == '!';
}

/* Returns: whether it could be judged. */
static gboolean
judge (int root_fd, const KexecInittabLine *line, Verdict *verdict, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (line->process, " \t", 2);
  g_autofree char *text = NULL;

  g_free (verdict->script);
  verdict->script = NULL;
  verdict->line = line;
  verdict->step = kexec_inittab_judge_command (line->process);
  if (verdict->step != KEXEC_STEP_GOES_ON)
    return TRUE;
  if (g_str_equal (words[0], RC) && stop_script_is_last (root_fd)) {
    verdict->step = KEXEC_STEP_KEXEC;
    verdict->by_stop_script = TRUE;
    return TRUE;
  }
  verdict->script = g_strdup (g_str_equal (words[0], RC) ? LAST_OF_RC : words[0]);
  if (!is_script (root_fd, verdict->script))
    return TRUE;
  text = read_safely (root_fd, verdict->script, error);
  if (text != NULL)
    verdict->step = kexec_inittab_judge_script (text);
  return text != NULL;
}

/* --- what to do about it --- */

static void
set_goes_on (const Verdict *verdict, GError **error)
{
  if (verdict->line == NULL)
    set_error (error, "%s has nothing for runlevel 6; add the line 'r6:6:wait:%s'", INITTAB,
               KEXEC_COMMAND);
  else
    set_error (error, "No step of runlevel 6 in %s kexecs; add the line 'r6:6:wait:%s' after '%s'",
               INITTAB, KEXEC_COMMAND, verdict->line->line);
}

static void
set_cold (const Verdict *verdict, GError **error)
{
  if (verdict->script == NULL)
    set_error (error,
               "A reboot ends without a kexec; replace the line '%s' in %s by '%s:6:wait:%s'",
               verdict->line->line, INITTAB, verdict->line->id, KEXEC_COMMAND);
  else
    set_error (error, "A reboot ends in %s, which does not kexec; let it end with '%s'%s",
               verdict->script, KEXEC_COMMAND,
               g_str_equal (verdict->script, LAST_OF_RC) ? ", or " STOP_ADVICE : "");
}

static gboolean
accept (int root_fd, const Verdict *verdict, GError **error)
{
  if (verdict->by_stop_script)
    return TRUE;
  if (verdict->step == KEXEC_STEP_KEXEC && reboot_knows_kexec (root_fd))
    return TRUE;
  if (!reboot_knows_kexec (root_fd))
    set_error (error,
               "A reboot does not end in a kexec, and this %s does not know the option -k; install"
               " sysvinit 3.08 or later and add the line 'r6:6:wait:%s' to %s, or " STOP_ADVICE,
               REBOOT, KEXEC_COMMAND, INITTAB);
  else if (verdict->step == KEXEC_STEP_COLD)
    set_cold (verdict, error);
  else
    set_goes_on (verdict, error);
  return FALSE;
}

gboolean
kexec_last_step_check (int root_fd, GError **error)
{
  Verdict verdict = { .step = KEXEC_STEP_GOES_ON };
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  gboolean is_judged = TRUE;
  gboolean kexecs;

  text = read_safely (root_fd, INITTAB, error);
  if (text == NULL)
    return FALSE;
  lines = kexec_inittab_parse (text, '6');
  for (guint i = 0; i < lines->len && is_judged && verdict.step == KEXEC_STEP_GOES_ON; i++)
    is_judged = judge (root_fd, lines->pdata[i], &verdict, error);
  kexecs = is_judged && accept (root_fd, &verdict, error);
  g_free (verdict.script);
  return kexecs;
}
