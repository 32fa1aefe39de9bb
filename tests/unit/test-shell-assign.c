/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shell assignments: what a shell would make of each, and what only a shell could tell. */
#include "boot/shell-assign.h"

#include "tests/unit/expect.h"

static GPtrArray *
parse (const char *text, KexecFindings *findings)
{
  return kexec_shell_assign_parse (text, "/etc/conf.d/kexec", findings);
}

/* Returns: (transfer full): "NAME=VALUE|NAME=VALUE" */
static char *
join (const GPtrArray *variables)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < variables->len; i++) {
    const KexecShellAssign *variable = variables->pdata[i];

    g_string_append_printf (line, "%s%s=%s", i > 0 ? "|" : "", variable->name, variable->value);
  }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
expect (const char *text, const char *expected, const char *codes)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) variables = parse (text, findings);
  g_autofree char *line = join (variables);

  g_test_message ("%s", text);
  g_assert_cmpstr (line, ==, expected);
  expect_findings (findings, codes);
}

static void
test_read (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } cases[] = {
    { "", "" },
    { "\n\n  # a comment\n", "" },
    { "A=x", "A=x" },
    { "A=x\n", "A=x" },
    { "A=x\r\nB=y\r\n", "A=x|B=y" },
    { "  A=x  \n\tB=y # c\n", "A=x|B=y" },
    { "A=\nB=''\nC=\"\"\n", "A=|B=|C=" },
    { "A=x B=y;C=z\n", "A=x|B=y|C=z" },
    { "A=x;#c\n", "A=x" },
    { "A=x#y\n", "A=x#y" },
    { "A='a b' B=\"c d\"\n", "A=a b|B=c d" },
    { "A='a'\"b\"c\\ d'e f'\n", "A=abc de f" },
    { "A=\"a\\\"b\\\\c\\$d\\`e\\f\"\n", "A=a\"b\\c$d`e\\f" },
    { "A='a\\b\"c$d`e'\n", "A=a\\b\"c$d`e" },
    { "A='a # b' # c 'd\n", "A=a # b" },
    { "A=a\\\nb\nB=\"c\\\nd\"\n", "A=ab|B=cd" },
    { "A='a\nb'\nB=c\n", "A=a\nb|B=c" },
    { "A=x \\\n  B=y\n", "A=x|B=y" },
    { "export A=x B\nexport C\nexport D='y'\n", "A=x|D=y" },
    { "A=x\nA=y\n", "A=y" },
    { "A=x\nB=$A${A}y\n", "A=x|B=xxy" },
    { "A='a  b'\nB=\"$A\" C=$A\n", "A=a  b|B=a  b|C=a  b" },
    { "A=x B=$A\n", "A=x|B=x" },
    { "A=$ B=\"$\" C=a$/ D=\"a$ b\"\n", "A=$|B=$|C=a$/|D=a$ b" },
    { "A='$B'\nB=\\$C\n", "A=$B|B=$C" },
    { "A=*.img B=a=b C={a,b} D=a~ E=!x\n", "A=*.img|B=a=b|C={a,b}|D=a~|E=!x" },
    { "_a1=x\n", "_a1=x" },
    { "A=gr\303\274n\n", "A=gr\303\274n" },
    { "A=\\", "A=\\" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    expect (cases[i].text, cases[i].expected, "");
}

/* Each is a finding, and what follows on other lines is read. */
static void
test_refused (void)
{
  static const char *const texts[] = {
    "A=$(id)\n",
    "A=\"$(id)\"\n",
    "A=`id`\n",
    "A=\"a `id`\"\n",
    "A=$((1+1))\n",
    "A=$UNKNOWN\n",
    "A=\"${UNKNOWN}\"\n",
    "A=${B:-x}\n",
    "A=${}\n",
    "A=${\n",
    "A=$1\n",
    "A=\"$@\"\n",
    "A=$'x'\n",
    "A=$\"x\"\n",
    "A=$\\\n$\n",
    "A=$B\\\nB\n",
    "export A=x D=$B\n",
    "A=~/x\n",
    "A=a:~/x\n",
    "A=x command\n",
    "A=x && id\n",
    "A=x | id\n",
    "A=x > /tmp/y\n",
    "A=(x y)\n",
    "A+=x\n",
    "A =x\n",
    "A[0]=x\n",
    "1A=x\n",
    "=x\n",
    "A-B=x\n",
    "id\n",
    "export -p\n",
    "readonly A=x\n",
    "[ -f /x ] && A=x\n",
    ". /etc/other\n",
    "id \\\n A=x\n",
    "echo 'a\nA=x\n'\n",
    "echo a # don't\n",
    "A=\"$(cat <<<x)\"\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *text = g_strconcat ("B=before\n", texts[i], "C=after\n", NULL);

    expect (text, "B=before|C=after", "configuration-invalid");
  }
}

/* An earlier value is not what a shell would have. */
static void
test_forgotten (void)
{
  expect ("A=x\nA=$(id)\nB=$A\nC=y\n", "C=y", "configuration-invalid configuration-invalid");
  expect ("A=x\nA=y id\n", "", "configuration-invalid");
  expect ("A=x\nA+=y\n", "", "configuration-invalid");
}

/* A quote that is never closed does not swallow the file. */
static void
test_unclosed (void)
{
  expect ("A=\"x\nB=y\n", "B=y", "configuration-invalid");
  expect ("B=y\nA='x", "B=y", "configuration-invalid");
  expect ("A=\"x\\\nB=y\n", "B=y", "configuration-invalid");
}

/* What runs under a condition, or not at all, cannot be decided; nor what follows. */
static void
test_compound (void)
{
  static const char *const texts[] = {
    "if [ -f /x ]; then\n  A=x\nfi\n",
    "for i in 1 2; do\nA=$i\ndone\n",
    "while :; do\nA=x\ndone\n",
    "case x in\nx) A=x;;\nesac\n",
    "f () {\nA=x\n}\n",
    "f() {\nA=x\n}\n",
    "{\nA=x\n}\n",
    "(A=x\n)\n",
    "cat <<EOF\nA=x\nEOF\n",
    "return\nA=x\n",
    "exit 0\nA=x\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *text = g_strconcat ("B=before\n", texts[i], "C=after\n", NULL);

    expect (text, "B=before", "configuration-invalid");
  }
}

static void
test_lines (void)
{
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) variables =
    parse ("# 1\nA=x\\\ny\nB='\n\n'\nC=z\nD=$(id)\nD2=\"\\\n$(id)\"\nC=w\n", findings);
  const KexecShellAssign *c = variables->pdata[2];

  expect_findings (findings, "configuration-invalid configuration-invalid");
  g_assert_cmpstr (c->name, ==, "C");
  g_assert_cmpuint (c->line, ==, 11);
  g_assert_nonnull (strstr (((KexecFinding *) findings->pdata[0])->text, "line 8: "));
  g_assert_nonnull (strstr (((KexecFinding *) findings->pdata[1])->text, "line 9: "));
}

/* However much a file doubles, memory does not. */
static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("A=0123456789abcdef\n");
  g_autoptr (KexecFindings) findings = kexec_findings_new ();
  g_autoptr (GPtrArray) variables = NULL;
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (KexecFindings) many_findings = kexec_findings_new ();
  g_autoptr (GPtrArray) many_variables = NULL;
  g_autofree char *x = g_strnfill (20000, 'x');
  g_autofree char *line = g_strconcat ("A=", x, "\nB='", x, "'\nC=\"", x, "\"\n", NULL);

  for (guint i = 0; i < 20; i++)
    g_string_append (text, "A=\"$A$A\"\n");
  variables = parse (text->str, findings);
  g_assert_cmpuint (variables->len, ==, 0);
  expect_sentences (findings);
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "A%u=x\n", i);
  many_variables = parse (many->str, many_findings);
  g_assert_cmpuint (many_variables->len, ==, KEXEC_SHELL_ASSIGN_MAX);
  g_assert_cmpuint (many_findings->len, ==, 33);
  expect_sentences (many_findings);
  expect (line, "", "configuration-invalid configuration-invalid configuration-invalid");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shell-assign/read", test_read);
  g_test_add_func ("/shell-assign/refused", test_refused);
  g_test_add_func ("/shell-assign/forgotten", test_forgotten);
  g_test_add_func ("/shell-assign/unclosed", test_unclosed);
  g_test_add_func ("/shell-assign/compound", test_compound);
  g_test_add_func ("/shell-assign/lines", test_lines);
  g_test_add_func ("/shell-assign/bounds", test_bounds);
  return g_test_run ();
}
