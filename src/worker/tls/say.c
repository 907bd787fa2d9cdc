/* How numbers of the wire are put into words: the registry's name, and the number. */
#include "worker/tls/grammar.h"

#include <inttypes.h>

#include "common/registry/registry.h"
#include "common/util/text.h"

/* A name and the number behind it, GREASE, or the number alone. */
static void say_named(Field *field, const char *name, const char *number, uint64_t value)
{
    if (registry_is_grease((unsigned)value))
        field_set(field, "GREASE (0x%04X)", (unsigned)value);
    else if (name == number)
        field_set(field, "0x%04X", (unsigned)value);
    else
        field_set(field, "%s (0x%04X)", name, (unsigned)value);
}

void say_suite(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    char number[REGISTRY_NUMBER];
    say_named(field, registry_suite_name((uint32_t)value, number), number, value);
}

void say_group(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    char number[REGISTRY_NUMBER];
    say_named(field, registry_group_name((uint16_t)value, number), number, value);
}

void say_scheme(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    char number[REGISTRY_NUMBER];
    say_named(field, registry_scheme_name((uint16_t)value, number), number, value);
}

void say_version(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    char number[REGISTRY_NUMBER];
    say_named(field, registry_version_name((uint16_t)value, number), number, value);
}

void say_extension(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    char number[REGISTRY_NUMBER];
    const char *name = registry_extension_name((uint16_t)value, number);
    if (name == number || registry_is_grease((unsigned)value))
        say_named(field, name, number, value);
    else
        field_set(field, "%s (%u)", name, (unsigned)value);
}

void say_code(Field *field, const Part *part, uint64_t value)
{
    const Code *code = registry_code(part->codes, (unsigned)value);
    if (code)
        field_set(field, "%s (%u)", code->name, (unsigned)value);
    else
        field_set(field, "%u", (unsigned)value);
}

void say_bytes(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    field_set(field, "%" PRIu64 " %s", value, value == 1 ? "byte" : "bytes");
}

void say_seconds(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    field_set(field, "%" PRIu64 " s", value);
}

void say_milliseconds(Field *field, const Part *part, uint64_t value)
{
    (void)part;
    g_autofree char *time = text_from_time((gint64)(value / 1000));
    field_set(field, "%s (%" PRIu64 " ms)", time, value);
}
