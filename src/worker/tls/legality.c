/* The checks of hello.h: is a ServerHello or HelloRetryRequest legal for what was offered? */
#include "worker/tls/hello.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"

/* A ServerHello's version is compared by what it is like (version.h). */
typedef struct Check {
    const ClientHello *client;
    const ServerHello *server;
    const ServerHello *retry; /* that came before; or NULL */
    const char *name;         /* of the message */
    const char *bearer;       /* its short name, as data/extensions.tsv has it */
    uint16_t like;            /* the version of TLS that the server's is like */
    GPtrArray *faults;
} Check;

static void add(const Check *check, const char *reason, json_t *args)
{
    g_ptr_array_add(check->faults, fault_new(reason, args));
}

static void add_named(const Check *check, const char *reason, const char *key, const char *value)
{
    add(check, reason, json_pack("{s:s}", key, value));
}

/* A value that was offered counts only where it is not there to be ignored (RFC 8701). */
static bool offered(const GArray *numbers, uint16_t wanted)
{
    for (guint i = 0; i < numbers->len; i++)
        if (g_array_index(numbers, uint16_t, i) == wanted)
            return !registry_is_grease(wanted);
    return false;
}

static bool same_bytes(Reader one, Reader other)
{
    size_t size = reader_left(&one);
    if (size != reader_left(&other))
        return false;
    return size == 0 || memcmp(reader_take(&one, size), reader_take(&other, size), size) == 0;
}

static bool version_offered(const ClientHello *client, uint16_t version)
{
    if (client->versions->len)
        return offered(client->versions, version);
    uint16_t like = version_like(version);
    return version_is_dtls(version) == version_is_dtls(client->legacy_version) &&
           like >= TLS_SSL3 && like <= MIN(version_like(client->legacy_version), TLS_1_2);
}

static uint16_t highest_offered(const ClientHello *client)
{
    uint16_t highest =
        client->versions->len ? 0 : MIN(version_like(client->legacy_version), TLS_1_2);
    for (guint i = 0; i < client->versions->len; i++) {
        uint16_t version = g_array_index(client->versions, uint16_t, i);
        if (!registry_is_grease(version) && version_like(version) <= TLS_1_3)
            highest = MAX(highest, version_like(version));
    }
    return highest;
}

/* TLS 1.3 is chosen in supported_versions alone, and nothing else is (RFC 8446 section 4.2.1). */
static void check_version(const Check *check)
{
    char number[REGISTRY_NUMBER];
    const ServerHello *server = check->server;
    const char *version = registry_version_name(server->version, number);
    bool chosen = hello_extension(server->extensions, EXTENSION_SUPPORTED_VERSIONS) != NULL;
    bool dtls = version_is_dtls(server->version);
    if (!version_offered(check->client, server->version) || (!chosen && check->like >= TLS_1_3))
        add_named(check, "version-not-offered", "version", version);
    else if (chosen && check->like < TLS_1_3)
        g_ptr_array_add(check->faults,
                        fault_message(check->name, "supported_versions chooses %s", version));
    else if (chosen && server->legacy_version != (dtls ? DTLS_1_2 : TLS_1_2))
        g_ptr_array_add(check->faults,
                        fault_message(check->name, "legacy_version is %s",
                                      registry_version_name(server->legacy_version, number)));
    else if (server->retry && check->like < TLS_1_3)
        add(check, "extension-missing",
            json_pack("{s:s, s:s}", "name", check->name, "extension", "supported_versions"));
}

/* A stream cipher cannot be used where records get lost: RFC 6347 section 4.1.2.2. */
static bool suite_fits(const Check *check, const CipherSuite *suite)
{
    bool stream = g_strcmp0(suite->mode, "stream") == 0;
    return check->like >= suite->min && check->like <= suite->max &&
           !(stream && version_is_dtls(check->server->version));
}

static void check_suite(const Check *check)
{
    char number[REGISTRY_NUMBER];
    char version_number[REGISTRY_NUMBER];
    const ServerHello *server = check->server;
    const CipherSuite *suite = registry_suite(server->suite);
    const char *name = registry_suite_name(server->suite, number);
    if (!offered(check->client->suites, server->suite))
        add_named(check, "suite-not-offered", "suite", name);
    else if (suite && !suite_fits(check, suite))
        add(check, "suite-wrong-version",
            json_pack("{s:s, s:s}", "suite", name, "version",
                      registry_version_name(server->version, version_number)));
}

static void check_compression(const Check *check)
{
    const GArray *methods = check->client->compressions;
    uint8_t method = check->server->compression;
    bool found = false;
    for (guint i = 0; i < methods->len; i++)
        found = found || g_array_index(methods, uint8_t, i) == method;
    if (found && (method == 0 || check->like < TLS_1_3))
        return;
    char number[REGISTRY_NUMBER];
    add_named(check, "compression-not-offered", "method",
              registry_code_name("compression", method, number));
}

/* DTLS 1.3 servers echo none: RFC 9147 section 5. */
static void check_session_id(const Check *check)
{
    if (check->like >= TLS_1_3 && !version_is_dtls(check->server->version) &&
        !same_bytes(check->client->session_id, check->server->session_id))
        add(check, "session-id-not-echoed", NULL);
}

static const char *bearer_of(const ServerHello *server)
{
    if (server->retry)
        return "HRR";
    return version_like(server->version) >= TLS_1_3 ? "SH" : "SH2";
}

/* A cookie is the server's own idea (RFC 8446 section 4.2), and the signalling suite stands for
 * renegotiation_info (RFC 5746 section 3.6). */
static bool extension_offered(const Check *check, uint16_t type)
{
    if (registry_is_grease(type))
        return false;
    if (hello_extension(check->client->extensions, type))
        return true;
    if (type == EXTENSION_COOKIE)
        return check->server && check->server->retry;
    return type == EXTENSION_RENEGOTIATION_INFO &&
           offered(check->client->suites, SUITE_RENEGOTIATION_SCSV);
}

static void check_extension_list(const Check *check, const GArray *extensions)
{
    for (guint i = 0; i < extensions->len; i++) {
        const Extension *extension = &g_array_index(extensions, Extension, i);
        const ExtensionInfo *info = registry_extension(extension->type);
        char number[REGISTRY_NUMBER];
        const char *name = registry_extension_name(extension->type, number);
        if (hello_extension(extensions, extension->type) != extension)
            add_named(check, "extension-twice", "extension", name);
        else if (!extension_offered(check, extension->type))
            add_named(check, "extension-not-offered", "extension", name);
        else if (info && !registry_extension_allowed(info, check->bearer))
            add(check, "extension-misplaced",
                json_pack("{s:s, s:s}", "extension", name, "name", check->name));
    }
}

static void check_extensions(const Check *check)
{
    check_extension_list(check, check->server->extensions);
}

/* The key share of a ServerHello: RFC 8446 section 4.2.8. */
static void check_share(const Check *check)
{
    const ServerHello *server = check->server;
    if (check->like < TLS_1_3 || server->retry)
        return;
    char number[REGISTRY_NUMBER];
    const char *group = registry_group_name(server->group, number);
    if (!server->has_group) {
        if (!hello_extension(server->extensions, EXTENSION_PRE_SHARED_KEY))
            add(check, "extension-missing",
                json_pack("{s:s, s:s}", "name", check->name, "extension", "key_share"));
    } else if (!offered(check->client->shares, server->group)) {
        bool known = offered(check->client->groups, server->group);
        add_named(check, known ? "share-without-retry" : "group-not-offered", "group", group);
    }
}

/* A HelloRetryRequest must ask for something new: RFC 8446 sections 4.1.4 and 4.2.8. */
static void check_retry(const Check *check)
{
    const ServerHello *server = check->server;
    if (!server->retry)
        return;
    if (check->retry)
        add(check, "retry-twice", NULL);
    char number[REGISTRY_NUMBER];
    bool cookie = hello_extension(server->extensions, EXTENSION_COOKIE) != NULL;
    if (server->has_group && !offered(check->client->groups, server->group))
        add_named(check, "group-not-offered", "group", registry_group_name(server->group, number));
    else if (server->has_group ? offered(check->client->shares, server->group) : !cookie)
        add(check, "retry-pointless", NULL);
}

/* What a HelloRetryRequest announced must come: RFC 8446 sections 4.1.4 and 4.2.8. */
static void check_promise(const Check *check)
{
    const ServerHello *retry = check->retry;
    const ServerHello *server = check->server;
    if (!retry || server->retry)
        return;
    if (server->suite != retry->suite)
        add_named(check, "retry-changed", "what", "another cipher suite");
    if (server->version != retry->version)
        add_named(check, "retry-changed", "what", "another version");
    if (retry->has_group && server->has_group && server->group != retry->group)
        add_named(check, "retry-changed", "what", "another group");
}

/* RFC 8446 section 4.1.3: what a server that can do better writes at the end of its random. */
static void check_sentinel(const Check *check)
{
    static const uint8_t to_tls12[8] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
    static const uint8_t to_tls11[8] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 0};
    const ServerHello *server = check->server;
    uint16_t highest = highest_offered(check->client);
    if (server->retry || check->like > TLS_1_2)
        return;
    Reader random = reader_new(server->random, 32);
    reader_skip(&random, 24);
    const uint8_t *end = reader_take(&random, 8);
    bool says_12 = memcmp(end, to_tls12, 8) == 0;
    bool says_11 = memcmp(end, to_tls11, 8) == 0;
    if ((highest >= TLS_1_3 && (says_12 || says_11)) ||
        (highest == TLS_1_2 && check->like < TLS_1_2 && says_11)) {
        char number[REGISTRY_NUMBER];
        add_named(check, "downgrade-sentinel", "version",
                  registry_version_name(server->version, number));
    }
}

static void check_protocol(const Check *check, Reader chosen)
{
    const GArray *names = check->client->alpn;
    size_t size = reader_left(&chosen);
    if (size == 0)
        return;
    for (guint i = 0; i < names->len; i++)
        if (same_bytes(g_array_index(names, Reader, i), chosen))
            return;
    add(check, "alpn-not-offered",
        json_pack("{s:o}", "protocol", fact_text(reader_take(&chosen, size), size)));
}

static void check_alpn(const Check *check)
{
    check_protocol(check, check->server->alpn);
}

static void (*const checks[])(const Check *check) = {
    check_version, check_suite, check_compression, check_session_id, check_extensions,
    check_share,   check_retry, check_promise,     check_sentinel,   check_alpn,
};

GPtrArray *hello_check(const ClientHello *client, const ServerHello *server,
                       const ServerHello *retry)
{
    Check check = {.client = client,
                   .server = server,
                   .retry = retry,
                   .name = server->retry ? "HelloRetryRequest" : "ServerHello",
                   .bearer = bearer_of(server),
                   .like = version_like(server->version),
                   .faults = fault_list_new()};
    if (server->fault) {
        g_ptr_array_add(check.faults,
                        fault_new(server->fault->reason, json_deep_copy(server->fault->args)));
        return check.faults;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
        checks[i](&check);
    return check.faults;
}

GPtrArray *hello_check_encrypted(const ClientHello *client, const uint8_t *bytes, size_t size)
{
    Check check = {.client = client,
                   .name = "EncryptedExtensions",
                   .bearer = "EE",
                   .faults = fault_list_new()};
    g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, 1);
    Reader body = reader_vector(&reader, 3);
    if (reader_at_end(&body) || !hello_read_extensions(&body, extensions) ||
        !reader_at_end(&body) || !reader_at_end(&reader)) {
        g_ptr_array_add(check.faults,
                        fault_message(check.name, "its extensions do not parse or are too many"));
        return check.faults;
    }
    check_extension_list(&check, extensions);
    const Extension *alpn = hello_extension(extensions, EXTENSION_ALPN);
    if (alpn) {
        Reader data = alpn->data;
        Reader list = reader_vector(&data, 2);
        check_protocol(&check, reader_vector(&list, 1));
    }
    return check.faults;
}

GPtrArray *hello_check_entries(const ClientHello *client, const uint8_t *bytes, size_t size)
{
    Check check = {
        .client = client, .name = "Certificate", .bearer = "CT", .faults = fault_list_new()};
    Reader reader = reader_new(bytes, size);
    reader_skip(&reader, 1);
    Reader body = reader_vector(&reader, 3);
    reader_vector(&body, 1);
    Reader list = reader_vector(&body, 3);
    while (reader_left(&list) && !check.faults->len) {
        g_autoptr(GArray) extensions = g_array_new(FALSE, FALSE, sizeof(Extension));
        reader_vector(&list, 3);
        if (hello_read_extensions(&list, extensions))
            check_extension_list(&check, extensions);
        else
            g_ptr_array_add(check.faults,
                            fault_message(check.name, "extensions do not parse or are too many"));
    }
    return check.faults;
}
