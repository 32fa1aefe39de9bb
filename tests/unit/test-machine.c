/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the machine is, read from made-up files in /proc and from this one's. */
#include "boot/machine.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot/fd.h"
#include "tests/unit/make-tree.h"

#define MEMINFO "proc/meminfo"
#define CPUINFO "proc/cpuinfo"

static void
expect_memory (Tree *tree, const char *meminfo, guint64 bytes)
{
  KexecMachine machine;

  tree_write (tree, MEMINFO, meminfo);
  kexec_machine_read (tree->fd, &machine);
  g_assert_cmpuint (machine.memory, ==, bytes);
}

static void
test_memory (void)
{
  g_autoptr (Tree) tree = tree_new ();

  expect_memory (tree, "MemTotal:        2014292 kB\nMemFree:          133092 kB\n",
                 G_GUINT64_CONSTANT (2014292) * 1024);
  expect_memory (tree, "MemFree: 1 kB\nMemTotal:1 kB\nMemTotal: 2 kB\n", 1024);
  expect_memory (tree, "MemTotal: 18014398509481983 kB\n", G_MAXUINT64 - 1023);
}

/* Nothing is better than a wrong number. */
static void
test_no_memory (void)
{
  static const char *const texts[] = {
    "",
    "MemTotal",
    "MemTotal:\n",
    "MemTotal: kB\n",
    "MemTotal: -1 kB\n",
    "MemTotal: 5 MB\n",
    "MemTotal: 5\n",
    "MemTotals: 5 kB\n",
    "MemTotal: 18014398509481984 kB\n",
    "MemTotal: 99999999999999999999999 kB\n",
  };
  g_autoptr (Tree) tree = tree_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    expect_memory (tree, texts[i], 0);
}

static void
expect_la57 (Tree *tree, const char *cpuinfo, gboolean has_la57)
{
  KexecMachine machine;

  tree_write (tree, CPUINFO, cpuinfo);
  kexec_machine_read (tree->fd, &machine);
  g_assert_cmpint (machine.has_la57, ==, has_la57);
}

static void
test_la57 (void)
{
  g_autoptr (Tree) tree = tree_new ();

  expect_la57 (tree, "processor\t: 0\nflags\t\t: fpu la57 vme\n\nprocessor\t: 1\n", TRUE);
  expect_la57 (tree, "flags\t\t: fpu vme la57\n", TRUE);
  expect_la57 (tree, "flags\t\t: fpu vme\n", FALSE);
  expect_la57 (tree, "flags\t\t: fpu la57x xla57\n", FALSE);
  expect_la57 (tree, "model name\t: la57\nbugs\t\t: la57\nflags\t\t:\n", FALSE);
  expect_la57 (tree, "", FALSE);
}

/* A machine with hundreds of processors: only the first one's part is read. */
static void
test_many_processors (void)
{
  g_autoptr (Tree) tree = tree_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 512; i++)
    g_string_append_printf (text, "processor\t: %u\nflags\t\t: fpu la57 %0500d\n\n", i, 0);
  expect_la57 (tree, text->str, TRUE);
}

static void
test_no_proc (void)
{
  g_autoptr (Tree) tree = tree_new ();
  struct utsname system;
  KexecMachine machine;

  uname (&system);
  kexec_machine_read (tree->fd, &machine);
  g_assert_cmpstr (machine.architecture, ==, system.machine);
  g_assert_cmpuint (machine.page_size, ==, sysconf (_SC_PAGESIZE));
  g_assert_cmpuint (machine.memory, ==, 0);
  g_assert_false (machine.has_la57);
}

/* Strange files end in nothing, and do not block. */
static void
test_strange (void)
{
  g_autoptr (Tree) tree = tree_new ();
  KexecMachine machine;

  tree_dir (tree, MEMINFO);
  tree_fifo (tree, CPUINFO);
  kexec_machine_read (tree->fd, &machine);
  g_assert_cmpuint (machine.memory, ==, 0);
  g_assert_false (machine.has_la57);
}

static void
test_this_machine (void)
{
  kexec_autofd root = open ("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  KexecMachine machine;

  kexec_machine_read (root, &machine);
  g_assert_cmpuint (machine.memory, >, 16 << 20);
  g_assert_cmpuint (machine.memory, <=,
                    (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/memory", test_memory);
  g_test_add_func ("/machine/no-memory", test_no_memory);
  g_test_add_func ("/machine/la57", test_la57);
  g_test_add_func ("/machine/many-processors", test_many_processors);
  g_test_add_func ("/machine/no-proc", test_no_proc);
  g_test_add_func ("/machine/strange", test_strange);
  g_test_add_func ("/machine/this-machine", test_this_machine);
  return g_test_run ();
}
