#include "worker/pki/distrust.h"

#include <string.h>

#include "worker/pki/sct.h"

/* The earliest timestamp in the certificate, in seconds since 1970; false: it has none. */
static bool first_logged(const Cert *leaf, int64_t *first)
{
    const CertExtension *extension = cert_extension(leaf, OID_SCT_LIST);
    if (!extension || !der_is(&extension->value, DER_OCTET_STRING) || !extension->value.data)
        return false;
    Reader list = sct_list(extension->value.data, extension->value.length);
    Sct sct;
    bool found = false;
    while (sct_next(&list, &sct)) {
        int64_t at = (int64_t)(sct.timestamp / 1000);
        if (sct.version != 0 || !sct.whole || (found && at >= *first))
            continue;
        *first = at;
        found = true;
    }
    return found;
}

static bool applies(const Distrusted *asked, const Distrust *row)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(row->date, NULL);
    int64_t issued, after = date ? g_date_time_to_unix(date) : G_MAXINT64;
    if (strcmp(row->rule, "all") == 0)
        return asked->time >= after;
    if (strcmp(row->rule, "sct-after") == 0 && first_logged(asked->leaf, &issued))
        return issued > after;
    return cert_time(asked->leaf, VALIDITY_NOT_BEFORE, &issued) && issued > after;
}

bool distrust_applies(const Distrusted *asked)
{
    for (size_t i = 0; i < asked->count; i++)
        if (strcmp(asked->rows[i].sha256, asked->root) == 0 && applies(asked, &asked->rows[i]))
            return true;
    return false;
}

json_t *distrust_list(const Distrusted *asked)
{
    json_t *list = json_array();
    for (size_t i = 0; i < asked->count; i++) {
        const Distrust *row = &asked->rows[i];
        if (strcmp(row->sha256, asked->root) == 0)
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "who", row->who, "rule",
                                                  row->rule, "date", row->date, "applies",
                                                  applies(asked, row)));
    }
    return list;
}
