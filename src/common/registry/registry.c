#include "common/registry/registry.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/registry/tables.h"

/* Rows are found by halving: each table's rows begin with the key that these compare. */

static int compare_suite(const void *key, const void *row)
{
    uint32_t id = *(const uint32_t *)key;
    uint32_t other = ((const CipherSuite *)row)->id;
    return (id > other) - (id < other);
}

/* Groups, schemes and extensions begin with a code point of two bytes. */
static int compare_id(const void *key, const void *row)
{
    return *(const uint16_t *)key - *(const uint16_t *)row;
}

/* Object identifiers, reasons, results and explanations begin with a string. */
static int compare_string(const void *key, const void *row)
{
    return strcmp(key, *(const char *const *)row);
}

static int compare_code(const void *key, const void *row)
{
    const Code *wanted = key;
    const Code *code = row;
    int order = strcmp(wanted->registry, code->registry);
    return order ? order : wanted->code - code->code;
}

#define FIND(table, key, compare) bsearch(key, table, table##_size, sizeof((table)[0]), compare)

static bool is_named(const char *name, const char *wanted)
{
    return name && strcmp(name, wanted) == 0;
}

static const char *number_hex(unsigned code, char number[REGISTRY_NUMBER])
{
    snprintf(number, REGISTRY_NUMBER, "0x%04X", code);
    return number;
}

const CipherSuite *registry_suite(uint32_t id)
{
    return FIND(table_suites, &id, compare_suite);
}

const CipherSuite *registry_ssl2_suite(uint32_t kind)
{
    return FIND(table_ssl2, &kind, compare_suite);
}

static void add_names(GHashTable *named, const CipherSuite *suites, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *names[] = {suites[i].name, suites[i].openssl};
        for (size_t j = 0; j < G_N_ELEMENTS(names); j++)
            if (names[j] && !g_hash_table_contains(named, names[j]))
                g_hash_table_insert(named, (gpointer)names[j], (gpointer)&suites[i]);
    }
}

const CipherSuite *registry_suite_named(const char *name)
{
    static GHashTable *named; /* name -> CipherSuite, made when first asked for */
    if (!named) {
        named = g_hash_table_new(g_str_hash, g_str_equal);
        add_names(named, table_suites, table_suites_size);
        add_names(named, table_ssl2, table_ssl2_size);
    }
    return g_hash_table_lookup(named, name);
}

const CipherSuite *registry_suites(size_t *count)
{
    *count = table_suites_size;
    return table_suites;
}

const CipherSuite *registry_ssl2_suites(size_t *count)
{
    *count = table_ssl2_size;
    return table_ssl2;
}

const char *registry_suite_name(uint32_t id, char number[REGISTRY_NUMBER])
{
    const CipherSuite *suite = registry_suite(id);
    return suite ? suite->name : number_hex(id, number);
}

const Group *registry_group(uint16_t id)
{
    return FIND(table_groups, &id, compare_id);
}

const Group *registry_group_named(const char *name)
{
    for (size_t i = 0; i < table_groups_size; i++)
        if (is_named(table_groups[i].name, name) || is_named(table_groups[i].alias, name))
            return &table_groups[i];
    return NULL;
}

const Group *registry_groups(size_t *count)
{
    *count = table_groups_size;
    return table_groups;
}

const char *registry_group_name(uint16_t id, char number[REGISTRY_NUMBER])
{
    const Group *group = registry_group(id);
    return group ? group->name : number_hex(id, number);
}

const Scheme *registry_scheme(uint16_t id)
{
    return FIND(table_schemes, &id, compare_id);
}

const Scheme *registry_scheme_named(const char *name)
{
    for (size_t i = 0; i < table_schemes_size; i++)
        if (is_named(table_schemes[i].name, name))
            return &table_schemes[i];
    return NULL;
}

const Scheme *registry_schemes(size_t *count)
{
    *count = table_schemes_size;
    return table_schemes;
}

const char *registry_scheme_name(uint16_t id, char number[REGISTRY_NUMBER])
{
    const Scheme *scheme = registry_scheme(id);
    return scheme ? scheme->name : number_hex(id, number);
}

const ExtensionInfo *registry_extension(uint16_t id)
{
    return FIND(table_extensions, &id, compare_id);
}

const char *registry_extension_name(uint16_t id, char number[REGISTRY_NUMBER])
{
    const ExtensionInfo *extension = registry_extension(id);
    return extension ? extension->name : number_hex(id, number);
}

bool registry_extension_allowed(const ExtensionInfo *extension, const char *message)
{
    size_t size = strlen(message);
    for (const char *at = extension->messages; (at = strstr(at, message)); at += size)
        if ((at == extension->messages || at[-1] == ' ') && (at[size] == ' ' || !at[size]))
            return true;
    return false;
}

const Code *registry_code(const char *registry, unsigned code)
{
    if (code > UINT16_MAX)
        return NULL;
    Code wanted = {.registry = registry, .code = (uint16_t)code};
    return FIND(table_codes, &wanted, compare_code);
}

const char *registry_code_name(const char *registry, unsigned code, char number[REGISTRY_NUMBER])
{
    const Code *row = registry_code(registry, code);
    if (row)
        return row->name;
    snprintf(number, REGISTRY_NUMBER, "%u", code);
    return number;
}

const char *registry_version_name(uint16_t version, char number[REGISTRY_NUMBER])
{
    const Code *row = registry_code("version", version);
    return row ? row->name : number_hex(version, number);
}

const char *registry_alert_name(unsigned alert)
{
    const Code *row = registry_code("alert", alert);
    return row ? row->name : "unassigned";
}

bool registry_is_grease(unsigned code)
{
    return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

const char *registry_prime_name(const char *sha256)
{
    const Prime *prime = FIND(table_primes, sha256, compare_string);
    return prime ? prime->name : NULL;
}

const StackRow *registry_stacks(size_t *count)
{
    *count = table_stacks_size;
    return table_stacks;
}

const LeCa *registry_le_ca(const char *name)
{
    return FIND(table_lecas, name, compare_string);
}

const LeCertificate *registry_le_certificate(const char *sha256)
{
    return FIND(table_lecertificates, sha256, compare_string);
}

const Oid *registry_oid(const char *dotted)
{
    return FIND(table_oids, dotted, compare_string);
}

const char *registry_oid_name(const char *dotted)
{
    const Oid *oid = registry_oid(dotted);
    return oid ? oid->name : dotted;
}

const CtLog *registry_ct_log(const char *id)
{
    return FIND(table_ct_logs, id, compare_string);
}

const CtLog *registry_ct_logs(size_t *count)
{
    *count = table_ct_logs_size;
    return table_ct_logs;
}

const Distrust *registry_distrusts(size_t *count)
{
    *count = table_distrust_size;
    return table_distrust;
}

const Result *registry_result(const char *code)
{
    return FIND(table_result, code, compare_string);
}

const Reason *registry_reason(const char *code)
{
    return FIND(table_reason, code, compare_string);
}

const Result *registry_results(size_t *count)
{
    *count = table_result_size;
    return table_result;
}

const Reason *registry_reasons(size_t *count)
{
    *count = table_reason_size;
    return table_reason;
}

const About *registry_about(const char *id)
{
    return FIND(table_fields, id, compare_string);
}

const About *registry_abouts(size_t *count)
{
    *count = table_fields_size;
    return table_fields;
}
