/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The language of GRUB's configuration, seen by the entries that it makes. */
#include "tests/unit/expect.h"
#include "tests/unit/grub-memory.h"

/* A script, and the titles of the entries that it makes. */
typedef struct {
  const char *script;
  const char *titles; /* each with a "\n" */
} Case;

static KexecGrubOutcome *
evaluate (const char *script)
{
  const GrubMemoryFile files[] = {
    { "/grub/grub.cfg", script },
    { "/grub/more.cfg", "menuentry more { true; }\nset x=changed\n" },
    { "/grub/empty", "" },
    { "/grub", NULL },
    { NULL, NULL },
  };
  KexecGrubOutcome *outcome = grub_memory_evaluate (files);

  expect_sentences (outcome->findings);
  return outcome;
}

static void
expect_titles (const char *script, const char *titles)
{
  g_autoptr (KexecGrubOutcome) outcome = evaluate (script);
  g_autofree char *found = grub_memory_describe (outcome->menu);

  g_test_message ("%s", script);
  g_assert_cmpstr (found, ==, titles);
  g_assert_null (outcome->menu->doubt);
  expect_findings (outcome->findings, "");
}

static void
run_cases (const Case *cases)
{
  for (; cases->script != NULL; cases++)
    expect_titles (cases->script, cases->titles);
}

#define ENTRY(title) "menuentry " title " { true; }\n"

static void
test_words (void)
{
  static const Case cases[] = {
    { ENTRY ("plain"), "plain\n" },
    { ENTRY ("'single $x \"quoted\" \\'"), "single $x \"quoted\" \\\n" },
    { ENTRY ("\"double \\\" \\\\ \\$x \\a\""), "double \" \\ $x \\a\n" },
    { ENTRY ("back\\ slash\\;\\{\\}\\#"), "back slash;{}#\n" },
    { ENTRY ("a'b'\"c\"d"), "abcd\n" },
    { ENTRY ("a#b") "# a comment\nmenuentry c { true # more }\n}\n", "a#b\nc\n" },
    { ENTRY ("'two\nlines'"), "two\nlines\n" },
    { ENTRY ("'two\n# dropped\nlines'"), "two\nlines\n" },
    { "menuentry \\\njoined \\\n { true; }\n", "joined\n" },
    { ENTRY ("jo\\\nined"), "joined\n" },
    { ENTRY ("\"jo\\\nined\""), "joined\n" },
    { ENTRY ("$\"message \\\" $\""), "message \" $\n" },
    { "menuentry title{ true;}\n", "title\n" },
    { "menuentry 'a\r' { true; }\r\n", "a\n" },
    { ENTRY ("if") ENTRY ("done"), "if\ndone\n" },
    { "menuentry a { true; }; menuentry b { true; };\n", "a\nb\n" },
    { ENTRY ("'x'"), "x\n" },
    { NULL, NULL },
  };

  run_cases (cases);
}

static void
test_variables (void)
{
  static const Case cases[] = {
    { "set x=a\n" ENTRY ("$x${x}\"$x\"'$x'"), "aaa$x\n" },
    { "x=a\n" ENTRY ("$x"), "a\n" },
    { "set x=\"a  b\"\n" ENTRY ("$x"), "a\n" },
    { "set x='a  b'\n" ENTRY ("\"$x\""), "a  b\n" },
    { "set x=' a b '\n" ENTRY ("1${x}2") "function f { menuentry \"$#\" { true; }\n }\nf 1${x}2\n",
      "1a\n2\n" },
    { ENTRY ("$none title"), "title\n" },
    { ENTRY ("\"$none\""), "\n" },
    { "set x=a; unset x\n" ENTRY ("\"<$x>\""), "<>\n" },
    { "export x; export y=1\n" ENTRY ("\"<$x>\""), "<>\n" },
    { "x=1 y=2\n" ENTRY ("\"$x$y\""), "1\n" },
    { "set a=b=c\n" ENTRY ("$a"), "b=c\n" },
    { "set x='back\\slash'\n" ENTRY ("$x"), "back\\slash\n" },
    { "true\nset a=$?\nfalse\nset b=$?\n" ENTRY ("$a$b"), "01\n" },
    { ENTRY ("\"$1$#$@\""), "\n" },
    { "set 1=x\n" ENTRY ("\"<$1>\""), "<>\n" },
    { ENTRY ("$feature_menuentry_id-$grub_platform-$grub_cpu"), "y-efi-x86_64\n" },
    { ENTRY ("$root") ENTRY ("$prefix") ENTRY ("$config_file") ENTRY ("$config_directory"),
      "hd0,gpt2\n(hd0,gpt2)/grub\n(hd0,gpt2)/grub/grub.cfg\n(hd0,gpt2)/grub\n" },
    { "set n=3; increment n; increment n; decrement n\n" ENTRY ("$n"), "4\n" },
    { NULL, NULL },
  };

  run_cases (cases);
}

static void
test_conditions (void)
{
  static const Case cases[] = {
    { "if true; then\n" ENTRY ("a") "else\n" ENTRY ("b") "fi\n", "a\n" },
    { "if false; then\n" ENTRY ("a") "else\n" ENTRY ("b") "fi\n", "b\n" },
    { "if false; then\n" ENTRY ("a") "elif true; then\n" ENTRY ("b") "else\n" ENTRY ("c") "fi\n",
      "b\n" },
    { "if false; then\n" ENTRY ("a") "elif false\nthen\n" ENTRY ("b") "fi\n" ENTRY ("c"), "c\n" },
    { "if true; false; then\n" ENTRY ("a") "fi\n", "" },
    { "if ! false; then\n" ENTRY ("a") "fi\nif ! true; then\n" ENTRY ("b") "fi\n", "a\n" },
    { "if [ a = a ]; then if test b = c; then\n" ENTRY ("a") "else\n" ENTRY ("b") "fi; fi\n",
      "b\n" },
    { "if true; then menuentry a { true; }; fi\n", "a\n" },
    { NULL, NULL },
  };

  run_cases (cases);
}

/* Whether a condition holds. */
static gboolean
holds (const char *expression)
{
  g_autofree char *script =
    g_strdup_printf ("set x=''\nif [ %s ]; then\n" ENTRY ("yes") "fi\n", expression);
  g_autoptr (KexecGrubOutcome) outcome = evaluate (script);

  g_test_message ("%s", expression);
  expect_findings (outcome->findings, "");
  g_assert_null (outcome->menu->doubt);
  return outcome->menu->entries->len == 1;
}

static void
test_expressions (void)
{
  static const char *const true_ones[] = {
    "a = a",
    "a == a",
    "a != b",
    "a '<' b",
    "b '>' a",
    "a '<=' a",
    "a '>=' a",
    "1 -eq 0x1",
    "010 -eq 8",
    "-1 -lt 1",
    "2 -gt 1",
    "1 -le 1",
    "1 -ge 1",
    "1 -ne 2",
    "vmlinuz-2 -plt vmlinuz-11",
    "vmlinuz-11 -pgt vmlinuz-2",
    "-n a",
    "-z ''",
    "! a = b",
    "! ! a",
    "a -a b",
    "'' -o b",
    "b -o ''",
    "( a = b -o a = a ) -a c",
    "! ( a = b )",
    "-f /grub/more.cfg",
    "-e /grub",
    "-d /grub",
    "-d (hd0)/grub/",
    "-s /grub/more.cfg",
    "-f /grub/empty",
    "! -s /grub/empty",
    "! -e /none",
    "x$x = x",
    "\"$x\" = ''",
    "-z \"$x\"",
    "a",
    "-n",
    "! -d /grub/more.cfg",
    "! 99999999999999999999 -lt 99999999999999999999",
    "",
    ")",
  };
  static const char *const false_ones[] = {
    "a = b",
    "''",
    "-n ''",
    "a -a ''",
    "a = a -a b = c",
    "-f /grub",
    "! a",
    "( a = b )",
    "a = b -o ( c = d -o '' )",
  };

  for (guint i = 0; i < G_N_ELEMENTS (true_ones); i++)
    g_assert_true (holds (true_ones[i]));
  for (guint i = 0; i < G_N_ELEMENTS (false_ones); i++)
    g_assert_false (holds (false_ones[i]));
}

static void
test_loops (void)
{
  static const Case cases[] = {
    { "for i in 1 2 3; do\n" ENTRY ("$i") "done\n", "1\n2\n3\n" },
    { "for i in ; do\n" ENTRY ("$i") "done\n", "" },
    { "for i in 1 2 3; do if [ $i = 2 ]; then continue; fi\n" ENTRY ("$i") "done\n", "1\n3\n" },
    { "for i in 1 2 3; do if [ $i = 2 ]; then break; fi\n" ENTRY ("$i") "done\n", "1\n" },
    { "for i in 1 2; do for j in a b; do if [ $j = b ]; then continue 2; fi\n" ENTRY (
        "$i$j") "done\ndone\n",
      "1a\n2a\n" },
    { "for i in 1 2; do for j in a b; do if [ $j = b ]; then break 2; fi\n" ENTRY (
        "$i$j") "done\ndone\n",
      "1a\n" },
    { "x=a; while [ $x != aaa ]; do x=${x}a; done\n" ENTRY ("$x"), "aaa\n" },
    { "x=a; until [ $x = aaa ]; do x=${x}a; done\n" ENTRY ("$x"), "aaa\n" },
    { "while true; do break; done\n" ENTRY ("a"), "a\n" },
    { "break; continue; break 0\n" ENTRY ("a"), "a\n" },
    { "while false; do true; done; until true; do true; done\n" ENTRY ("a"), "a\n" },
    { NULL, NULL },
  };

  run_cases (cases);
}

static void
test_functions (void)
{
  static const Case cases[] = {
    { "function f {\n" ENTRY ("$1-$2-$#") "}\nf a b\nf 'c d'\n", "a-b-2\nc\n" },
    { "function f { menuentry \"$1\" { true; }\n}\nf 'c d'\n", "c d\n" },
    { "function f { menuentry \"$*\" { true; }\n}\nf a b\n", "a b\n" },
    { "function g { menuentry \"$#\" { true; }\n}\nfunction f { g \"$@\"\n g $@\n g \"$*\"\n}\n"
      "f 'a b' c\n",
      "2\n3\n1\n" },
    { "function f { shift; menuentry $1 { true; }\n}\nf a b\n", "b\n" },
    { "function f { shift 3; menuentry $1 { true; }\n}\nf a b\n", "a\n" },
    { "function f { setparams x y; menuentry $2$# { true; }\n}\nf a\n", "y2\n" },
    { "function f { return 1; menuentry no { true; }\n}\nif f; then true; else\n" ENTRY (
        "a") "fi\n",
      "a\n" },
    { "function f { true; return; }\nif f; then\n" ENTRY ("a") "fi\n", "a\n" },
    { "function f\n{\n for i in 1 2; do return; done\n }\nf\n" ENTRY ("a"), "a\n" },
    { "function echo { menuentry no { true; }\n}\necho a\n" ENTRY ("b"), "b\n" },
    { "function f { menuentry a { true; }\n}\nfunction f { menuentry b { true; }\n}\nf\n", "b\n" },
    { "function f { true; }\nunknown_command x y\nreturn; shift\n" ENTRY ("a"), "a\n" },
    { "eval 'menuentry a { true; }'\neval x=1 '; set y=2'\n" ENTRY ("$x$y"), "a\n12\n" },
    { "for i in 1 2; do function_like; done\n" ENTRY ("a"), "a\n" },
    { NULL, NULL },
  };

  run_cases (cases);
}

static void
test_files (void)
{
  static const Case cases[] = {
    { "source /grub/more.cfg\n" ENTRY ("$x"), "more\nchanged\n" },
    { ". $prefix/more.cfg\n", "more\n" },
    { "source ${config_directory}/more.cfg; source /none\n" ENTRY ("a"), "more\na\n" },
    { "x=1; extract_entries_source /grub/more.cfg\n" ENTRY ("$x"), "more\n1\n" },
    { ENTRY ("a") "configfile /grub/more.cfg\n" ENTRY ("b"), "more\n" },
    { ENTRY ("a") "configfile /grub/empty; configfile /none\n" ENTRY ("b"), "a\nb\n" },
    { ENTRY ("a") "normal /grub/more.cfg\n", "more\n" },
    { "x=1; configfile /grub/empty; source /grub/empty\n" ENTRY ("$x$config_file"),
      "1(hd0,gpt2)/grub/grub.cfg\n" },
    { "search --no-floppy --fs-uuid --set=root --hint-bios=hd0,msdos1 --hint hd0 1234-ABCD\n"
      "menuentry a { linux /k; }\n",
      "a = (fs-uuid:1234-ABCD)/k\n" },
    { "search --set=dev -l 'a label'\nmenuentry a { linux ($dev)/k; }\n",
      "a = (label:a%20label)/k\n" },
    { "search -f /grub/empty -s\nmenuentry a { linux /k; }\n", "a = (file:%2Fgrub%2Fempty)/k\n" },
    { "search --fs-uuid --set 1234\nmenuentry a { linux k; }\n", "a = (fs-uuid:1234)/k\n" },
    { "search.fs_uuid 1234 root hd0,gpt2\nmenuentry a { linux /k; }\n", "a = (fs-uuid:1234)/k\n" },
    { "if search --file /none; then\nfalse; fi\nsearch; search --fs-uuid\nset root=hd0,1\n"
      "menuentry a { linux /k; }\n",
      "a = (hd0,1)/k\n" },
    { NULL, NULL },
  };

  run_cases (cases);
}

/* Nothing of what GRUB does with them matters, also if it might not work. */
static void
test_harmless (void)
{
  static const Case cases[] = {
    { "if loadfont unicode; then set gfxmode=auto; load_video; insmod gfxterm; fi\n"
      "terminal_output gfxterm\n" ENTRY ("a"),
      "a\n" },
    { "if background_image -m stretch /x.png; then set color_normal=white/black; true\n"
      "else set menu_color_normal=cyan/blue; fi\n" ENTRY ("a"),
      "a\n" },
    { "if keystatus --shift; then set timeout=-1; else set timeout=0; fi\n" ENTRY ("a"), "a\n" },
    { "if sleep --interruptible 5; then set timeout=0; fi; play 1; serial; save_env x\n" ENTRY (
        "a"),
      "a\n" },
    { "if hwmatch /list 3; then if [ $match = 0 ]; then set m=keep; else set m=text; fi; "
      "fi\n" ENTRY ("$m"),
      "keep\n" },
    { NULL, NULL },
  };

  run_cases (cases);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub/language/words", test_words);
  g_test_add_func ("/grub/language/variables", test_variables);
  g_test_add_func ("/grub/language/conditions", test_conditions);
  g_test_add_func ("/grub/language/expressions", test_expressions);
  g_test_add_func ("/grub/language/loops", test_loops);
  g_test_add_func ("/grub/language/functions", test_functions);
  g_test_add_func ("/grub/language/files", test_files);
  g_test_add_func ("/grub/language/harmless", test_harmless);
  return g_test_run ();
}
