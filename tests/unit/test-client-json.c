/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dictionaries as JSON: order, types, and characters that are not for terminals. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "client/json.h"
#include "image/finding.h"

static char *
to_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return kexec_json_from_variant (value);
}

static void
test_order (void)
{
  g_autofree char *text =
    to_json ("{'findings': <@aa{sv} []>, 'zebra': <1>, 'cmdline': <'c'>, 'apple': <2>, 'id': <'i'>,"
             " 'trusted': <true>}");

  g_assert_cmpstr (text, ==,
                   "{\n  \"id\" : \"i\",\n  \"cmdline\" : \"c\",\n  \"trusted\" : true,\n"
                   "  \"findings\" : [],\n  \"apple\" : 2,\n  \"zebra\" : 1\n}\n");
}

static void
test_types (void)
{
  g_autofree char *text = to_json (
    "{'size': <uint64 18446744073709551615>, 'when': <uint64 1785585600000000>, 'uid': <uint32 "
    "4294967295>, 'initrds': <['/a', '/b']>, 'release': <@ms nothing>, 'architecture': <@ms "
    "'x86_64'>, 'args': <{'limit': <2047>}>, 'findings': <[{'code': <'x'>}]>}");
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *object = json_node_get_object (node);

  g_assert_cmpint (json_object_get_int_member (object, "size"), ==, G_MAXINT64);
  g_assert_cmpint (json_object_get_int_member (object, "when"), ==, 1785585600000000);
  g_assert_cmpint (json_object_get_int_member (object, "uid"), ==, 4294967295);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (object, "initrds")), ==, 2);
  g_assert_true (json_object_get_null_member (object, "release"));
  g_assert_cmpstr (json_object_get_string_member (object, "architecture"), ==, "x86_64");
  g_assert_cmpint (
    json_object_get_int_member (json_object_get_object_member (object, "args"), "limit"), ==, 2047);
}

/* A reader gets the very string, and a terminal nothing that it would obey. */
static void
test_escapes (void)
{
  const char *nasty = "a\"\\\n\033[2J\xc2\x9b"
                      "2J\u202E\u2028é";
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed ("{'title': <%s>}", nasty));
  g_autofree char *text = kexec_json_from_variant (value);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_assert_true (c == '\n' || g_unichar_isprint (c));
  }
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "title"), ==, nasty);
  g_assert_nonnull (strstr (text, "é"));
}

static void
test_findings (void)
{
  g_autoptr (GPtrArray) findings = kexec_findings_new ();
  g_autoptr (GVariant) value = NULL;
  g_autofree char *text = NULL;

  kexec_findings_add (findings, KEXEC_FINDING_NO_INITRD, "entry",
                      g_variant_new_parsed ("{'entry': <'e'>}"), "There is no initrd");
  value = g_variant_ref_sink (kexec_findings_to_variant (findings));
  text = kexec_json_from_variant (value);
  g_assert_cmpstr (text, ==,
                   "[\n  {\n    \"severity\" : \"note\",\n    \"code\" : \"no-initrd\",\n"
                   "    \"text\" : \"There is no initrd\",\n    \"subject\" : \"entry\",\n"
                   "    \"args\" : {\n      \"entry\" : \"e\"\n    }\n  }\n]\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/json/order", test_order);
  g_test_add_func ("/client/json/types", test_types);
  g_test_add_func ("/client/json/escapes", test_escapes);
  g_test_add_func ("/client/json/findings", test_findings);
  return g_test_run ();
}
