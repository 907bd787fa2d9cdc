#include "worker/tls/message.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/bytes.h"
#include "common/util/limits.h"
#include "worker/tls/explain.h"
#include "worker/tls/hello.h"
#include "worker/tls/ja3s.h"

const char *message_name(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return "empty";
    Reader reader = reader_new(bytes, size);
    const Code *code = registry_code("message", reader_u8(&reader));
    if (hello_is_retry(bytes, size))
        return "HelloRetryRequest";
    if (code)
        return code->name;
    reader = reader_new(bytes, size);
    g_autofree char *name = g_strdup_printf("HandshakeType %u", reader_u8(&reader));
    return g_intern_string(name);
}

/* The body of a message that is whole; a failed reader if it is not. */
static Reader open_body(const uint8_t *bytes, size_t size)
{
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, 1);
    Reader body = reader_vector(&reader, 3);
    body.failed = body.failed || reader_left(&reader);
    return body;
}

static void set_string(json_t *fact, const char *member, const char *value)
{
    json_object_set_new(fact, member, json_string(value));
}

static void set_count(json_t *fact, const char *member, guint value)
{
    json_object_set_new(fact, member, json_integer(value));
}

typedef const char *Namer(uint16_t id, char number[REGISTRY_NUMBER]);

static void set_names(json_t *fact, const char *member, const GArray *ids, Namer *namer)
{
    char number[REGISTRY_NUMBER];
    json_t *list = json_array();
    for (guint i = 0; i < ids->len; i++)
        json_array_append_new(list, json_string(namer(g_array_index(ids, uint16_t, i), number)));
    json_object_set_new(fact, member, list);
}

static void set_version(json_t *fact, uint16_t version)
{
    char number[REGISTRY_NUMBER];
    set_string(fact, "version", registry_version_name(version, number));
}

static void add_text(json_t *list, Reader text)
{
    json_array_append_new(list, fact_text(text.data, text.size));
}

static void add_fault(json_t *fact, const char *reason)
{
    json_t *faults = json_object_get(fact, "faults");
    if (!faults)
        json_object_set_new(fact, "faults", faults = json_array());
    json_array_append_new(faults, json_string(reason));
}

static void client_hello(json_t *fact, const uint8_t *bytes, size_t size)
{
    g_autoptr(ClientHello) hello = hello_client_new(bytes, size);
    uint16_t highest = hello->versions->len ? 0 : hello->legacy_version;
    for (guint i = 0; i < hello->versions->len; i++) {
        uint16_t version = g_array_index(hello->versions, uint16_t, i);
        bool higher =
            !registry_is_grease(version) && version_like(version) >= version_like(highest);
        highest = higher ? version : highest;
    }
    if (hello->random)
        set_version(fact, highest);
    if (hello->versions->len)
        set_names(fact, "versions", hello->versions, registry_version_name);
    set_count(fact, "suites", hello->suites->len);
    if (hello->groups->len)
        set_names(fact, "groups", hello->groups, registry_group_name);
    if (hello_extension(hello->extensions, EXTENSION_KEY_SHARE))
        set_names(fact, "shares", hello->shares, registry_group_name);
    if (hello->server_name.size)
        json_object_set_new(fact, "server_name",
                            fact_text(hello->server_name.data, hello->server_name.size));
    json_t *alpn = json_array();
    for (guint i = 0; i < hello->alpn->len; i++)
        add_text(alpn, g_array_index(hello->alpn, Reader, i));
    if (json_array_size(alpn))
        json_object_set(fact, "alpn", alpn);
    json_decref(alpn);
    set_count(fact, "extensions", hello->extensions->len);
    if (hello->fault)
        add_fault(fact, hello->fault->reason);
}

static void server_hello(json_t *fact, const uint8_t *bytes, size_t size)
{
    char number[REGISTRY_NUMBER];
    g_autoptr(ServerHello) hello = hello_server_new(bytes, size);
    if (hello->random) {
        set_version(fact, hello->version);
        set_string(fact, "suite", registry_suite_name(hello->suite, number));
    }
    if (hello->has_group)
        set_string(fact, "group", registry_group_name(hello->group, number));
    if (hello->alpn.size) {
        json_t *alpn = json_array();
        add_text(alpn, hello->alpn);
        json_object_set_new(fact, "alpn", alpn);
    }
    set_count(fact, "extensions", hello->extensions->len);
    g_autofree char *ja3s = ja3s_new(hello);
    if (ja3s)
        set_string(fact, "ja3s", ja3s);
    if (hello->fault)
        add_fault(fact, hello->fault->reason);
}

static void encrypted_extensions(json_t *fact, const uint8_t *bytes, size_t size)
{
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    Reader body = open_body(bytes, size);
    bool whole =
        reader_left(&body) && hello_read_extensions(&body, extensions) && reader_at_end(&body);
    set_count(fact, "extensions", extensions->len);
    const Extension *extension = hello_extension(extensions, EXTENSION_ALPN);
    if (extension) {
        Reader data = extension->data;
        Reader list = reader_vector(&data, 2);
        json_t *alpn = json_array();
        add_text(alpn, reader_vector(&list, 1));
        json_object_set_new(fact, "alpn", alpn);
    }
    if (!whole)
        add_fault(fact, "message-malformed");
}

/* Steps over the context that TLS 1.3 puts before the list; a reader over the list. */
static Reader certificate_list(const uint8_t *bytes, size_t size, bool tls13)
{
    Reader body = open_body(bytes, size);
    if (tls13)
        reader_vector(&body, 1);
    Reader list = reader_vector(&body, 3);
    list.failed = list.failed || !reader_at_end(&body);
    return list;
}

GPtrArray *message_certificates(const uint8_t *bytes, size_t size, bool tls13, bool *cut)
{
    GPtrArray *certificates = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    Reader list = certificate_list(bytes, size, tls13);
    while (reader_left(&list) && certificates->len < LIMIT_CERTIFICATES) {
        Reader certificate = reader_vector(&list, 3);
        if (!certificate.failed)
            g_ptr_array_add(certificates, g_bytes_new(certificate.data, certificate.size));
        if (tls13)
            reader_vector(&list, 2);
    }
    if (cut)
        *cut = reader_left(&list) > 0;
    return certificates;
}

static void free_bytes(gpointer bytes)
{
    if (bytes)
        g_bytes_unref(bytes);
}

/* An empty response stands for none (RFC 6961 section 2.2). */
static void add_response(GPtrArray *staples, Reader response)
{
    bool any = !response.failed && response.size;
    g_ptr_array_add(staples, any ? g_bytes_new(response.data, response.size) : NULL);
}

enum { STATUS_OCSP = 1, STATUS_OCSP_MULTI = 2 };

/* A CertificateStatus. */
static void add_status(GPtrArray *staples, Reader status)
{
    uint8_t type = reader_u8(&status);
    Reader list = reader_vector(&status, 3);
    if (type != STATUS_OCSP_MULTI) {
        add_response(staples, list);
        return;
    }
    while (reader_left(&list) && staples->len < LIMIT_CERTIFICATES)
        add_response(staples, reader_vector(&list, 3));
}

/* Steps over an entry of TLS 1.3; false where there is none. `data` is what the entry's extension
 * of that type holds; failed where it has none. */
static bool next_entry(Reader *list, uint16_t type, Reader *data)
{
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    *data = (Reader){.failed = true};
    if (!reader_left(list))
        return false;
    reader_vector(list, 3);
    hello_read_extensions(list, extensions);
    const Extension *found = hello_extension(extensions, type);
    if (found)
        *data = found->data;
    return true;
}

/* What ends without a response has none. */
static void trim(GPtrArray *staples)
{
    while (staples->len && !staples->pdata[staples->len - 1])
        g_ptr_array_set_size(staples, (int)staples->len - 1);
}

GPtrArray *message_staples(const uint8_t *bytes, size_t size, bool tls13)
{
    GPtrArray *staples = g_ptr_array_new_with_free_func(free_bytes);
    Reader reader = reader_new(bytes, size), data;
    int type = reader_peek(&reader);
    if (type == HANDSHAKE_CERTIFICATE_STATUS) {
        add_status(staples, open_body(bytes, size));
    } else if (type == HANDSHAKE_CERTIFICATE && tls13) {
        Reader list = certificate_list(bytes, size, tls13);
        while (staples->len < LIMIT_CERTIFICATES &&
               next_entry(&list, EXTENSION_STATUS_REQUEST, &data)) {
            reader_u8(&data);
            add_response(staples, reader_vector(&data, 3));
        }
    }
    trim(staples);
    return staples;
}

GBytes *message_scts(const uint8_t *bytes, size_t size, bool tls13)
{
    Reader reader = reader_new(bytes, size), data;
    if (reader_peek(&reader) != HANDSHAKE_CERTIFICATE || !tls13)
        return NULL;
    Reader list = certificate_list(bytes, size, tls13);
    next_entry(&list, EXTENSION_SCT, &data);
    return data.failed || !data.size ? NULL : g_bytes_new(data.data, data.size);
}

/* ---- the rest comes from the explained tree: its fields have names ---- */

static const Field *child(const Field *field, const char *name)
{
    for (guint i = 0; field && field->children && i < field->children->len; i++) {
        const Field *found = g_ptr_array_index(field->children, i);
        if (g_str_equal(found->name, name))
            return found;
    }
    return NULL;
}

/* The bytes of a field. */
static Reader bytes_of(const Field *field, const uint8_t *bytes, size_t size)
{
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, field->offset);
    return reader_child(&reader, field->length);
}

/* A number of two bytes; false if it is not there. */
static bool number_of(const Field *field, const uint8_t *bytes, size_t size, uint16_t *number)
{
    if (!field || field->length != 2 || field->notes)
        return false;
    Reader reader = bytes_of(field, bytes, size);
    *number = reader_u16(&reader);
    return true;
}

static void scheme(json_t *fact, const Field *tree, const uint8_t *bytes, size_t size)
{
    char number[REGISTRY_NUMBER];
    uint16_t id = 0;
    if (number_of(child(tree, "algorithm"), bytes, size, &id))
        set_string(fact, "scheme", registry_scheme_name(id, number));
}

static void hello_verify_request(json_t *fact, const Field *tree, const uint8_t *bytes, size_t size)
{
    uint16_t version = 0;
    if (number_of(child(tree, "server_version"), bytes, size, &version))
        set_version(fact, version);
}

static void server_key_exchange(json_t *fact, const Field *tree, const uint8_t *bytes, size_t size)
{
    const Field *prime = child(tree, "dh_p");
    char number[REGISTRY_NUMBER];
    uint16_t group = 0;
    if (number_of(child(tree, "namedcurve"), bytes, size, &group))
        set_string(fact, "group", registry_group_name(group, number));
    if (prime && !prime->notes) {
        Reader reader = bytes_of(prime, bytes, size);
        set_count(fact, "bits", exchange_bits(reader_vector(&reader, 2)));
    }
    scheme(fact, tree, bytes, size);
}

/* The elements of a list, without the field of its length. */
static guint elements(const Field *list)
{
    return list && list->children ? list->children->len - (child(list, "length") ? 1 : 0) : 0;
}

static void certificate(json_t *fact, const Field *tree, const uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    set_count(fact, "certificates", elements(child(tree, "certificate_list")));
}

static void certificate_request(json_t *fact, const Field *tree, const uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    const Field *extensions = child(tree, "extensions");
    const Field *list = child(tree, "certificate_authorities");
    if (extensions) {
        set_count(fact, "extensions", elements(extensions));
        list = child(child(extensions, "certificate_authorities"), "authorities");
    }
    set_count(fact, "authorities", elements(list));
}

static void new_session_ticket(json_t *fact, const Field *tree, const uint8_t *bytes, size_t size)
{
    const Field *lifetime = child(tree, "ticket_lifetime");
    if (!lifetime)
        lifetime = child(tree, "ticket_lifetime_hint");
    if (lifetime && lifetime->length == 4) {
        Reader reader = bytes_of(lifetime, bytes, size);
        json_object_set_new(fact, "lifetime", json_integer(reader_u32(&reader)));
    }
    if (child(tree, "extensions"))
        set_count(fact, "extensions", elements(child(tree, "extensions")));
}

static bool holds(const GArray *numbers, uint16_t wanted)
{
    for (guint i = 0; i < numbers->len; i++)
        if (g_array_index(numbers, uint16_t, i) == wanted)
            return true;
    return false;
}

static void check_scheme(GPtrArray *faults, const ClientHello *client, uint16_t id, bool tls13)
{
    char number[REGISTRY_NUMBER];
    const Scheme *known = registry_scheme(id);
    const char *name = registry_scheme_name(id, number);
    if (!holds(client->schemes, id))
        g_ptr_array_add(faults,
                        fault_new("scheme-not-offered", json_pack("{s:s}", "scheme", name)));
    else if (known && !known->tls13 && tls13)
        g_ptr_array_add(faults,
                        fault_new("scheme-wrong-version",
                                  json_pack("{s:s, s:s}", "scheme", name, "version", "TLS 1.3")));
}

GPtrArray *message_check(const ClientHello *client, const KeyExchange *exchange)
{
    GPtrArray *faults = fault_list_new();
    char number[REGISTRY_NUMBER];
    uint16_t group = exchange->group;
    if (client->groups->len && exchange->has_group && !holds(client->groups, group))
        g_ptr_array_add(faults,
                        fault_new("group-not-offered",
                                  json_pack("{s:s}", "group", registry_group_name(group, number))));
    if (client->schemes->len && exchange->has_scheme)
        check_scheme(faults, client, exchange->scheme, false);
    return faults;
}

GPtrArray *message_check_verify(const ClientHello *client, const uint8_t *bytes, size_t size)
{
    GPtrArray *faults = fault_list_new();
    Reader body = open_body(bytes, size);
    uint16_t id = reader_u16(&body);
    if (client->schemes->len && !body.failed)
        check_scheme(faults, client, id, true);
    return faults;
}

static const struct MessageRow {
    uint8_t type;
    void (*read)(json_t *fact, const uint8_t *bytes, size_t size);
    void (*read_tree)(json_t *fact, const Field *tree, const uint8_t *bytes, size_t size);
} rows[] = {
    {HANDSHAKE_SERVER_HELLO, server_hello, NULL},
    {HANDSHAKE_HELLO_VERIFY_REQUEST, NULL, hello_verify_request},
    {HANDSHAKE_ENCRYPTED_EXTENSIONS, encrypted_extensions, NULL},
    {HANDSHAKE_CERTIFICATE, NULL, certificate},
    {HANDSHAKE_SERVER_KEY_EXCHANGE, NULL, server_key_exchange},
    {HANDSHAKE_CERTIFICATE_REQUEST, NULL, certificate_request},
    {HANDSHAKE_CERTIFICATE_VERIFY, NULL, scheme},
    {HANDSHAKE_NEW_SESSION_TICKET, NULL, new_session_ticket},
};

/* True if the tree or anything in it is noted as not parsing. */
static bool has_notes(const Field *field)
{
    if (field->notes)
        return true;
    for (guint i = 0; field->children && i < field->children->len; i++)
        if (has_notes(g_ptr_array_index(field->children, i)))
            return true;
    return false;
}

void message_fact(json_t *fact, const uint8_t *bytes, size_t size, uint16_t version)
{
    Reader reader = reader_new(bytes, size);
    int type = reader_peek(&reader);
    set_string(fact, "name", message_name(bytes, size));
    json_object_set_new(fact, "size", json_integer((json_int_t)size));
    if (type < 0)
        return;
    json_object_set_new(fact, "type", json_integer(type));
    if (type == HANDSHAKE_CLIENT_HELLO) {
        client_hello(fact, bytes, size);
        return;
    }
    g_autoptr(Field) tree = tls_explain(bytes, size, version_like(version) >= TLS_1_3);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].type != type)
            continue;
        if (rows[i].read)
            rows[i].read(fact, bytes, size);
        else
            rows[i].read_tree(fact, tree, bytes, size);
    }
    if (!json_object_get(fact, "faults") && has_notes(tree))
        add_fault(fact, "message-malformed");
}
