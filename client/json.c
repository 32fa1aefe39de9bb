/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/json.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

/* Keys in the order in which they are printed, of all dictionaries together. */
static const char *const order[] = {
  /* status */
  "Version",
  "State",
  "Staged",
  "Scheduled",
  "RebootBackend",
  "Obstacles",
  "LastExecution",
  "Features",
  /* check, inspect, findings */
  "ok",
  "file",
  "kind",
  "severity",
  "code",
  "text",
  "subject",
  "args",
  /* entries and what is staged */
  "stage-id",
  "id",
  "title",
  "version",
  "release",
  "expected-release",
  "source",
  "found-in",
  "named-by",
  "kernel",
  "initrds",
  "cmdline",
  "default",
  "running",
  "trusted",
  "result",
  "when",
  "uid",
  "staged-at",
  "staged-by",
  "action",
  "expires",
  "stale",
  "load-method",
  /* files */
  "role",
  "path",
  "format",
  "layers",
  "architecture",
  "name",
  "offset",
  "size",
  "unpacked_size",
  "files",
  "sha256",
  "signed",
  "signatures",
  "inner_signatures",
  "cmdline_limit",
  "init_size",
  "page_size",
  "payload",
  "sections",
  "profiles",
  "segments",
  "init",
  "releases",
  "verified",
  "addon",
  "addons",
  /* signatures */
  "algorithm",
  "digest",
  "actual_digest",
  "matches",
  "status",
  "nested",
  "signer",
  "issuer",
  "not_before",
  "not_after",
  /* sections and archives */
  "virtual_size",
  "raw_size",
  "virtual_address",
  "os_name",
  "devicetree",
  "early",
  "microcode",
  "findings",
};

static JsonNode *node_from_variant (GVariant *value);

/* A key of a dictionary on its way into an object. */
typedef struct {
  const char *key;
  GVariant *value;
  gsize rank; /* where in the order it stands */
} Member;

static gsize
rank (const char *key)
{
  static GHashTable *ranks;

  if (ranks == NULL) {
    ranks = g_hash_table_new (g_str_hash, g_str_equal);
    for (gsize i = G_N_ELEMENTS (order); i-- > 0;)
      g_hash_table_insert (ranks, (gpointer) order[i], GSIZE_TO_POINTER (i + 1));
  }
  return GPOINTER_TO_SIZE (g_hash_table_lookup (ranks, key)) - 1; /* unknown ones last */
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const Member *member_a = a, *member_b = b;

  if (member_a->rank != member_b->rank)
    return member_a->rank < member_b->rank ? -1 : 1;
  return strcmp (member_a->key, member_b->key);
}

static JsonNode *
node_from_dict (GVariant *dict)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_autoptr (JsonObject) object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  GVariantIter iter;
  Member member;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&sv}", &member.key, &member.value)) {
    member.rank = rank (member.key);
    g_array_append_val (members, member);
  }
  g_array_sort (members, compare_members);
  for (guint i = 0; i < members->len; i++) {
    const Member *next = &g_array_index (members, Member, i);

    json_object_set_member (object, next->key, node_from_variant (next->value));
    g_variant_unref (next->value);
  }
  json_node_set_object (node, object);
  return node;
}

static JsonNode *
node_from_array (GVariant *list)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (list, i);

    json_array_add_element (array, node_from_variant (child));
  }
  json_node_set_array (node, array);
  return node;
}

static JsonNode *
node_from_variant (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)) {
    g_autoptr (GVariant) inner = g_variant_get_variant (value);

    return node_from_variant (inner);
  }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE)) {
    g_autoptr (GVariant) inner = g_variant_get_maybe (value);

    return inner != NULL ? node_from_variant (inner) : json_node_new (JSON_NODE_NULL);
  }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return node_from_dict (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    return node_from_array (value);
  /* JSON-GLib's numbers are signed; no size or time of ours is beyond that. */
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return json_node_init_int (json_node_alloc (),
                               (gint64) MIN (g_variant_get_uint64 (value), G_MAXINT64));
  return json_gvariant_serialize (value);
}

/* Control characters of Unicode beyond ASCII, and those that change the direction of writing. */
static char *
escape_harmful (const char *json)
{
  GString *escaped = g_string_new (NULL);

  for (const char *p = json; *p != '\0'; p = g_utf8_next_char (p)) {
    const char *plain = p;
    gunichar c;
    GUnicodeType type;

    while (*p != '\0' && (guchar) *p < 0x7F)
      p++;
    g_string_append_len (escaped, plain, p - plain);
    if (*p == '\0')
      break;
    c = g_utf8_get_char (p);
    type = g_unichar_type (c);

    if (c >= 0x7F && c <= 0xFFFF &&
        (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
         type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR))
      g_string_append_printf (escaped, "\\u%04x", c);
    else
      g_string_append_unichar (escaped, c);
  }
  return g_string_free (escaped, FALSE);
}

char *
kexec_json_from_variant (GVariant *value)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = node_from_variant (value);
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;

  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  escaped = escape_harmful (text);
  return g_strconcat (escaped, "\n", NULL);
}

void
kexec_json_print (GVariant *value)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autofree char *text = kexec_json_from_variant (sunk);

  /* JSON is UTF-8 whatever the locale is, and g_print() would convert it. */
  fputs (text, stdout);
}
