#include "tests/worker/pki/made.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/check.h"

/* ---- the parts of chains; each takes what differs from a good one ---- */

GBytes *made_ca_extensions(int path_length, GBytes *more)
{
    GBytes *all = join(basic(true, path_length), usage("0106"));
    return more ? join(all, more) : all;
}

GBytes *made_leaf_extensions(GBytes *more)
{
    GBytes *all = join(join(dns(LEAF), usage("07 80")), purpose("1.3.6.1.5.5.7.3.1"));
    return more ? join(all, more) : all;
}

GBytes *made_root(Forge parts)
{
    parts.subject = parts.subject ? parts.subject : ROOT;
    parts.key = parts.key ? parts.key : forge_key("ec", 1);
    if (!parts.extensions)
        parts.extensions = made_ca_extensions(-1, NULL);
    return forge(parts);
}

GBytes *made_middle(Forge parts)
{
    parts.subject = parts.subject ? parts.subject : MIDDLE;
    parts.issuer = parts.issuer ? parts.issuer : ROOT;
    parts.key = parts.key ? parts.key : forge_key("ec", 2);
    parts.issuer_key = parts.issuer_key ? parts.issuer_key : forge_key("ec", 1);
    if (!parts.extensions)
        parts.extensions = made_ca_extensions(-1, NULL);
    return forge(parts);
}

GBytes *made_leaf(Forge parts)
{
    parts.subject = parts.subject ? parts.subject : LEAF;
    parts.issuer = parts.issuer ? parts.issuer : MIDDLE;
    parts.key = parts.key ? parts.key : forge_key("ec", 3);
    parts.issuer_key = parts.issuer_key ? parts.issuer_key : forge_key("ec", 2);
    if (!parts.extensions)
        parts.extensions = made_leaf_extensions(NULL);
    return forge(parts);
}

/* ---- judging ---- */

static char *pem_of(GBytes *der)
{
    gsize size;
    const guchar *data = g_bytes_get_data(der, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    GString *pem = g_string_new("-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; base64[at]; at += MIN(64, strlen(base64 + at)))
        g_string_append_printf(pem, "%.64s\n", base64 + at);
    g_string_append(pem, "-----END CERTIFICATE-----\n");
    return g_string_free(pem, FALSE);
}

Store *made_store(GBytes *root)
{
    g_autofree char *pem = root ? pem_of(root) : NULL;
    Store *store = store_new(root ? "roots.pem" : "none", STORE_PUBLIC);
    if (root)
        ck_assert_uint_eq(store_add_file(store, (const uint8_t *)pem, strlen(pem)), 1);
    return store;
}

json_t *made_judge_sent(const Store *store, const GPtrArray *sent, const char *name, gint64 time)
{
    g_autoptr(Chain) chain = chain_new(sent, NULL, NULL);
    Question question = {.name = name, .time = time};
    return verify_chain(store, chain, &question);
}

json_t *made_judge(const Made *chain)
{
    g_autoptr(Store) store = made_store(chain->root);
    g_autoptr(GPtrArray) sent = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(chain->sent) && chain->sent[i]; i++)
        g_ptr_array_add(sent, chain->sent[i]);
    return made_judge_sent(store, sent, chain->name, chain->time ? chain->time : NOW);
}

void made_clear(Made *chain)
{
    g_clear_pointer(&chain->root, g_bytes_unref);
    for (guint i = 0; i < G_N_ELEMENTS(chain->sent); i++)
        g_clear_pointer(&chain->sent[i], g_bytes_unref);
}

char *made_words(const json_t *list)
{
    GString *all = g_string_new(NULL);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        g_string_append_printf(all, "%s%s", i ? " " : "", json_string_value(item));
    return g_string_free(all, FALSE);
}

static bool write_pem(const char *folder, const char *file, GBytes *const *ders, guint count)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < count && ders[i]; i++) {
        g_autofree char *pem = pem_of(ders[i]);
        g_string_append(all, pem);
    }
    return all->len && g_file_set_contents(path, all->str, (gssize)all->len, NULL);
}

bool made_openssl_trusts(const Made *chain)
{
    g_autofree char *folder = g_dir_make_tmp("tlsdive-test-XXXXXX", NULL);
    g_autofree char *time = g_strdup_printf("%" G_GINT64_FORMAT, chain->time ? chain->time : NOW);
    write_pem(folder, "root", &chain->root, 1);
    write_pem(folder, "leaf", chain->sent, 1);
    bool more = write_pem(folder, "sent", chain->sent + 1, G_N_ELEMENTS(chain->sent) - 1);
    const char *arguments[] = {"openssl",
                               "verify",
                               "-CAfile",
                               "root",
                               "-no-CApath",
                               "-no-CAstore",
                               "-purpose",
                               "sslserver",
                               "-policy_check",
                               "-policy",
                               "anyPolicy",
                               "-auth_level",
                               "0",
                               "-attime",
                               time,
                               more ? "-untrusted" : "leaf",
                               more ? "sent" : NULL,
                               "leaf",
                               NULL};
    int status = -1;
    g_spawn_sync(folder, (char **)arguments, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, NULL, NULL, &status, NULL);
    static const char *const files[] = {"root", "leaf", "sent"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    return status == 0;
}

void made_expect(Made chain, const char *reasons, bool alike)
{
    g_autoptr(json_t) verdict = made_judge(&chain);
    g_autofree char *given = made_words(json_object_get(verdict, "reasons"));
    ck_assert_str_eq(given, reasons);
    ck_assert_int_eq(fact_bool(verdict, "trusted", FALSE), *reasons == '\0');
    if (alike)
        ck_assert_int_eq(made_openssl_trusts(&chain), *reasons == '\0');
    made_clear(&chain);
}

Made made_usual(GBytes *leaf, GBytes *middle, GBytes *root)
{
    return (Made){
        .root = root ? root : made_root((Forge){0}),
        .sent = {leaf ? leaf : made_leaf((Forge){0}), middle ? middle : made_middle((Forge){0})}};
}
