#include "worker/pki/general_name.h"

#include <string.h>

#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "worker/pki/name.h"
#include "worker/pki/value.h"

/* A GeneralName by the words of the fact; the text of kinds that have no text form is their content
 * in hexadecimal. */
static const char *general_name(const Der *element, GString **text)
{
    static const char *const kinds[] = {"other", "email", "dns", "other", "dn",
                                        "other", "uri",   "ip",  "rid"};
    const char *kind = element->class == DER_CONTEXT && element->tag < G_N_ELEMENTS(kinds)
                           ? kinds[element->tag]
                           : "other";
    Reader inside = der_inside(element);
    Der name;
    bool minimal, good;
    *text = NULL;
    if (element->class == DER_CONTEXT &&
        (element->tag == 1 || element->tag == 2 || element->tag == 6)) {
        *text = value_string(element, DER_IA5_STRING, &good);
    } else if (strcmp(kind, "dn") == 0 && der_next(&inside, &name)) {
        *text = name_text(&name);
    } else if (strcmp(kind, "ip") == 0 && (element->length == 4 || element->length == 16)) {
        *text = value_ip(element->data, element->length);
    } else if (strcmp(kind, "rid") == 0) {
        g_autofree char *oid = value_oid(element, &minimal);
        *text = oid ? g_string_new(oid) : NULL;
    }
    return kind;
}

/* An otherName as "OID: value" where its value is a string. */
static GString *other_name(const Der *element)
{
    Reader inside = der_inside(element);
    Der type, holder, value;
    bool minimal, good;
    if (element->tag != 0 || !der_next(&inside, &type) || !der_next(&inside, &holder))
        return NULL;
    inside = der_inside(&holder);
    g_autofree char *oid = value_oid(&type, &minimal);
    if (!oid || !der_next(&inside, &value) || value.class != DER_UNIVERSAL ||
        !value_is_string(value.tag))
        return NULL;
    GString *text = value_string(&value, value.tag, &good);
    g_string_prepend(text, ": ");
    g_string_prepend(text, registry_oid_name(oid));
    return text;
}

GString *general_name_text(const Der *element, const char **kind)
{
    GString *text;
    *kind = general_name(element, &text);
    if (!text && strcmp(*kind, "other") == 0)
        text = other_name(element);
    if (text)
        return text;
    g_autofree char *hex = bytes_hex(element->data, MIN(element->length, LIMIT_VALUE / 2), 0);
    return g_string_new(hex);
}
