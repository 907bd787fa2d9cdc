#include "worker/probe/values.h"

#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/text.h"
#include "worker/tls/hello.h"

enum { ECH_VERSION = 0xfe0d, CONFIGS = 8 };

static char *say_fragment(Reader data)
{
    guint code = reader_u8(&data);
    return reader_at_end(&data) ? g_strdup_printf("code %u", code) : NULL;
}

static char *say_limit(Reader data)
{
    guint limit = reader_u16(&data);
    return reader_at_end(&data) ? g_strdup_printf("%u bytes", limit) : NULL;
}

static char *say_heartbeat(Reader data)
{
    guint mode = reader_u8(&data);
    return reader_at_end(&data) ? g_strdup(mode == 1 ? "may be sent to it" : "only sends") : NULL;
}

static char *say_certificate_type(Reader data)
{
    char number[REGISTRY_NUMBER];
    guint type = reader_u8(&data);
    return reader_at_end(&data) ? g_strdup(registry_code_name("certificate-type", type, number))
                                : NULL;
}

static char *say_size(Reader data)
{
    return g_strdup_printf("%" G_GSIZE_FORMAT " bytes", data.size);
}

static char *say_groups(Reader data)
{
    char number[REGISTRY_NUMBER];
    g_autoptr(GString) names = g_string_new(NULL);
    Reader list = reader_vector(&data, 2);
    while (reader_left(&list)) {
        uint16_t group = reader_u16(&list);
        if (!list.failed)
            g_string_append_printf(names, "%s%s", names->len ? " " : "",
                                   registry_group_name(group, number));
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

/* RFC 9345 section 4: how long after the certificate's notBefore, and what it signs with. */
static char *say_credential(Reader data)
{
    char number[REGISTRY_NUMBER];
    guint seconds = reader_u32(&data);
    uint16_t scheme = reader_u16(&data);
    return data.failed ? NULL
                       : g_strdup_printf("%s, %u s from the certificate's notBefore on",
                                         registry_scheme_name(scheme, number), seconds);
}

/* One ECHConfig of RFC 9849 section 4. */
static void say_config(GString *out, Reader config)
{
    guint id = reader_u8(&config);
    reader_u16(&config);
    reader_vector(&config, 2);
    reader_vector(&config, 2);
    reader_u8(&config);
    Reader name = reader_vector(&config, 1);
    if (config.failed)
        return;
    g_autofree char *text = text_escape(name.data, (gssize)name.size, false);
    g_string_append_printf(out, "%sconfig %u, public name %s", out->len ? "; " : "", id, text);
}

/* The configurations that a client is to try again with. */
static char *say_ech(Reader data)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Reader list = reader_vector(&data, 2);
    for (guint i = 0; reader_left(&list) && i < CONFIGS; i++) {
        uint16_t version = reader_u16(&list);
        Reader config = reader_vector(&list, 2);
        if (version == ECH_VERSION)
            say_config(out, config);
    }
    return out->len ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

static const struct {
    uint16_t type;
    char *(*say)(Reader data);
} rows[] = {
    {EXTENSION_MAX_FRAGMENT_LENGTH, say_fragment},
    {EXTENSION_RECORD_SIZE_LIMIT, say_limit},
    {EXTENSION_HEARTBEAT, say_heartbeat},
    {EXTENSION_SERVER_CERTIFICATE_TYPE, say_certificate_type},
    {EXTENSION_CLIENT_CERTIFICATE_TYPE, say_certificate_type},
    {EXTENSION_SCT, say_size},
    {EXTENSION_APPLICATION_SETTINGS, say_size},
    {EXTENSION_SUPPORTED_GROUPS, say_groups},
    {EXTENSION_DELEGATED_CREDENTIAL, say_credential},
    {EXTENSION_ENCRYPTED_CLIENT_HELLO, say_ech},
};

char *values_say(uint16_t type, GBytes *data)
{
    gsize size = 0;
    const guint8 *bytes = data ? g_bytes_get_data(data, &size) : NULL;
    for (guint i = 0; data && i < G_N_ELEMENTS(rows); i++)
        if (rows[i].type == type)
            return rows[i].say(reader_new(bytes, size));
    return NULL;
}
