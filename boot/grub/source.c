/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds GRUB's configuration: in /boot, or on an EFI System Partition, which may lead to the
 * former. */
#include "boot/source.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "boot/fd.h"
#include "boot/grub/convert.h"
#include "boot/grub/host.h"
#include "boot/trust.h"

/* Vendors' directories on an EFI System Partition that are looked at. */
#define VENDORS_MAX 8

/* Names in the directory that those are in. */
#define NAMES_MAX 64

/* One look for GRUB's configuration. */
typedef struct {
  KexecScan *scan;
  KexecTrust *trust;       /* (nullable): where nobody's trust is in question */
  KexecGrubBudget *budget; /* (nullable): of all vendors' configurations; else each has its own */
} Reader;

/* A configuration file, and what came of it. */
typedef struct {
  char *path; /* absolute, below the root */
  KexecGrubOutcome *outcome;
  KexecGrubScan host;
} Config;

static void
config_free (Config *self)
{
  g_free (self->path);
  kexec_grub_outcome_free (self->outcome);
  g_ptr_array_unref (self->host.files);
  kexec_grub_scan_clear (&self->host);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Config, config_free)

/* What GRUB calls this machine's processor. */
static const char *
get_cpu (gboolean is_efi)
{
  static const struct {
    const char *machine;
    const char *cpu;
  } names[] = {
    { "aarch64", "arm64" },   { "riscv64", "riscv64" }, { "loongarch64", "loongarch64" },
    { "ppc64le", "powerpc" }, { "ppc64", "powerpc" },
  };
  struct utsname uts;

  if (uname (&uts) == 0)
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      if (g_str_equal (uts.machine, names[i].machine))
        return names[i].cpu;
  return is_efi ? "x86_64" : "i386";
}

static gboolean
exists (KexecScan *scan, const char *path)
{
  kexec_autofd fd = kexec_scan_open (scan, path, O_PATH, NULL);

  return fd >= 0;
}

static gboolean
judge (gpointer trust, const KexecPlace *place, int place_fd, const char *path)
{
  return kexec_trust_judge (trust, place, place_fd, path, NULL);
}

/* @relative: within the place. Returns: (transfer full): what came of the file, be there none */
static Config *
read_config (Reader *reader, const KexecPlace *place, const char *relative)
{
  KexecScan *scan = reader->scan;
  Config *self = g_new0 (Config, 1);
  g_autofree char *device = kexec_grub_scan_device (scan, place);
  const char *top = *place->fs_path == '/' && place->fs_path[1] != '\0' ? place->fs_path : "";
  g_autofree char *path = g_strdup_printf ("%s/%s", top, relative);
  gboolean is_efi = g_str_has_prefix (relative, "EFI/") || exists (scan, "/sys/firmware/efi");

  self->path = kexec_place_path (place, relative);
  self->host.scan = scan;
  self->host.files = g_ptr_array_new_with_free_func (g_free);
  self->host.judge = reader->trust != NULL ? judge : NULL;
  self->host.judge_data = reader->trust;
  self->outcome = kexec_grub_evaluate (&kexec_grub_scan_host, &self->host, device, path,
                                       is_efi ? "efi" : "pc", get_cpu (is_efi), reader->budget);
  return self;
}

static gboolean
has_entries (const Config *config)
{
  return config->outcome->menu->entries->len > 0;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
may_have_more (const GPtrArray *configs)
{
  const Config *last = configs->len > 0 ? configs->pdata[configs->len - 1] : NULL;

  return configs->len < VENDORS_MAX && (last == NULL || !last->outcome->is_exhausted);
}

/* Adds what there is of EFI/VENDOR/grub.cfg in a place. */
static void
add_vendors (Reader *reader, const KexecPlace *place, GPtrArray *configs)
{
  KexecScan *scan = reader->scan;
  g_autofree char *device = kexec_grub_scan_device (scan, place);
  KexecGrubScan host = { .scan = scan };
  g_autoptr (GPtrArray) names = kexec_grub_scan_host.list (&host, device, "/EFI", NAMES_MAX);

  if (names == NULL)
    return;
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len && may_have_more (configs); i++) {
    const char *name = names->pdata[i];
    g_autofree char *relative = g_strdup_printf ("EFI/%s/grub.cfg", name);
    g_autofree char *path = kexec_place_path (place, relative);

    if (*name != '.' && exists (scan, path))
      g_ptr_array_add (configs, read_config (reader, place, relative));
  }
}

/* Returns: (transfer full) (element-type Config): those on EFI System Partitions. Below another
   root nobody knows which places those are. */
static GPtrArray *
read_vendors (Reader *reader)
{
  KexecScan *scan = reader->scan;
  GPtrArray *configs = g_ptr_array_new_with_free_func ((GDestroyNotify) config_free);
  KexecGrubBudget budget = KEXEC_GRUB_BUDGET;

  reader->budget = &budget;
  for (guint i = 1; i < scan->places->len; i++) {
    const KexecPlace *place = scan->places->pdata[i];

    if (!scan->is_live || (place->roles & KEXEC_PLACE_ESP))
      add_vendors (reader, place, configs);
  }
  reader->budget = NULL;
  return configs;
}

static gint64
get_mtime (KexecScan *scan, const Config *config)
{
  kexec_autofd fd = kexec_scan_open (scan, config->path, O_PATH, NULL);
  struct stat st;

  return fd >= 0 && fstat (fd, &st) == 0 ? st.st_mtim.tv_sec : 0;
}

/* Whether a configuration on an EFI System Partition goes on in @config. */
static gboolean
is_led_to (const GPtrArray *vendors, const Config *config)
{
  for (guint i = 0; i < vendors->len; i++)
    if (g_ptr_array_find_with_equal_func (((Config *) vendors->pdata[i])->host.files, config->path,
                                          g_str_equal, NULL))
      return TRUE;
  return FALSE;
}

/* Of two that both have entries. */
static const Config *
choose_one (Reader *reader, const Config *one, const Config *other)
{
  g_autoptr (GPtrArray) vendors = read_vendors (reader);

  if (is_led_to (vendors, one) != is_led_to (vendors, other))
    return is_led_to (vendors, one) ? one : other;
  return get_mtime (reader->scan, other) > get_mtime (reader->scan, one) ? other : one;
}

static KexecMenu *
convert (const Config *config)
{
  return kexec_grub_convert (&config->host, config->outcome, config->path);
}

/* There is none in /boot that has entries. @first: the one that should be there */
static KexecMenu *
read_elsewhere (Reader *reader, const Config *first)
{
  g_autoptr (GPtrArray) vendors = read_vendors (reader);

  for (guint i = 0; i < vendors->len; i++)
    if (has_entries (vendors->pdata[i]))
      return convert (vendors->pdata[i]);
  return convert (first);
}

static KexecMenu *
read_menu (Reader *reader)
{
  const KexecPlace *boot = kexec_scan_find_place (reader->scan, KEXEC_PLACE_BOOT);
  g_autoptr (Config) one = NULL;
  g_autoptr (Config) other = NULL;

  if (boot == NULL)
    return kexec_menu_new ();
  one = read_config (reader, boot, "grub/grub.cfg");
  other = read_config (reader, boot, "grub2/grub.cfg");
  if (has_entries (one) && has_entries (other))
    return convert (choose_one (reader, one, other));
  if (has_entries (one))
    return convert (one);
  if (has_entries (other))
    return convert (other);
  return read_elsewhere (reader, other->outcome->findings->len > 0 ? other : one);
}

/* Below another root nothing is trusted, and nothing is read but for who could read it anyway. */
static KexecMenu *
read_grub (KexecScan *scan)
{
  g_autoptr (KexecTrust) trust = scan->is_live ? kexec_trust_new (scan->root_fd) : NULL;
  Reader reader = { .scan = scan, .trust = trust };

  return read_menu (&reader);
}

const KexecSource kexec_source_grub = {
  .name = "grub",
  .loader = KEXEC_LOADER_GRUB,
  .read = read_grub,
};
