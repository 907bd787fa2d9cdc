#include "worker/pki/cms.h"

#include <string.h>

#include "worker/pki/value.h"

static const char signed_data[] = "1.2.840.113549.1.7.2";

char *cms_content(const Der *info, Der *content)
{
    Reader inside = der_inside(info);
    Der type, holder;
    bool minimal;
    *content = (Der){0};
    if (!der_is(info, DER_SEQUENCE) || !der_next(&inside, &type) || !der_is(&type, DER_OID))
        return NULL;
    if (der_next(&inside, &holder) && der_is_context(&holder, 0)) {
        Reader held = der_inside(&holder);
        if (!der_next(&held, content))
            *content = (Der){0};
    }
    return value_oid(&type, &minimal);
}

static void add_all(Container *container, GBytes *bytes, const Der *set, ItemKind kind)
{
    Reader inside = der_inside(set);
    Der element;
    while (!container->cut && der_next(&inside, &element)) {
        if (!der_is(&element, DER_SEQUENCE)) /* an attribute certificate, or another format */
            continue;
        Item *item =
            container_add(container, g_bytes_new_from_bytes(bytes, element.offset, element.total));
        if (!item)
            return;
        item->kind = kind;
        item->in = "cms";
    }
}

void cms_read(Container *container, GBytes *bytes)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    Der info, content, element;
    if (!der_read(data, size, &info))
        return;
    g_autofree char *type = cms_content(&info, &content);
    if (!type || strcmp(type, signed_data) != 0)
        return;
    Reader inside = der_inside(&content);
    while (der_next(&inside, &element)) {
        if (der_is_context(&element, 0))
            add_all(container, bytes, &element, ITEM_CERTIFICATE);
        else if (der_is_context(&element, 1))
            add_all(container, bytes, &element, ITEM_CRL);
    }
}
