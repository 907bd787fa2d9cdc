#include "worker/pki/constraints.h"

#include <string.h>

#include "worker/pki/name.h"
#include "worker/pki/value.h"

/* Kinds of GeneralName, by their tags. */
enum { OTHER = 0, EMAIL = 1, DNS = 2, DN = 4, URI = 6, IP = 7 };

static bool same(const char *one, const char *other, size_t size)
{
    return g_ascii_strncasecmp(one, other, size) == 0;
}

static bool ends_with(const char *text, size_t size, const char *end, size_t end_size)
{
    return size >= end_size && same(text + (size - end_size), end, end_size);
}

/* A base with a leading dot is for what is below it; without one a DNS base is for itself as well.
 */
static bool host_within(const char *host, size_t size, const char *base, size_t base_size,
                        bool below)
{
    if (base_size && base[0] == '.')
        return size > base_size && ends_with(host, size, base, base_size);
    if (size == base_size)
        return same(host, base, size);
    return below && size > base_size && ends_with(host, size, base, base_size) &&
           (base_size == 0 || host[size - base_size - 1] == '.');
}

static bool dns_within(const Der *name, const Der *base)
{
    return host_within((const char *)name->data, name->length, (const char *)base->data,
                       base->length, true);
}

/* "*.example.com" could stand for a name at or below an excluded "www.example.com". */
static bool wildcard_reaches(const Der *name, const Der *base)
{
    const char *pattern = (const char *)name->data, *excluded = (const char *)base->data;
    if (name->length < 3 || pattern[0] != '*' || pattern[1] != '.')
        return false;
    return ends_with(excluded, base->length, pattern + 1, name->length - 1);
}

static const char *find_last(const char *text, size_t size, char wanted)
{
    while (size)
        if (text[--size] == wanted)
            return text + size;
    return NULL;
}

static bool email_within(const Der *name, const Der *base)
{
    const char *address = (const char *)name->data, *limit = (const char *)base->data;
    const char *at = find_last(address, name->length, '@');
    if (memchr(limit, '@', base->length)) /* one mailbox: the local part is compared as it stands */
        return at && name->length == base->length &&
               memcmp(address, limit, (size_t)(at - address)) == 0 &&
               same(address, limit, name->length);
    const char *host = at ? at + 1 : address;
    return host_within(host, name->length - (size_t)(host - address), limit, base->length, false);
}

/* The host of a URI's authority (RFC 3986 section 3.2). */
static bool uri_within(const Der *name, const Der *base)
{
    const char *uri = (const char *)name->data;
    const char *slashes = g_strstr_len(uri, (gssize)name->length, "://");
    if (!slashes)
        return false;
    const char *host = slashes + 3, *end = host;
    size_t left = name->length - (size_t)(host - uri);
    while ((size_t)(end - host) < left && *end != '/' && *end != '?' && *end != '#')
        end++;
    const char *at = find_last(host, (size_t)(end - host), '@');
    host = at ? at + 1 : host;
    const char *port = memchr(host, ':', (size_t)(end - host));
    end = port ? port : end;
    return end > host && *host != '[' &&
           host_within(host, (size_t)(end - host), (const char *)base->data, base->length, false);
}

static bool ip_within(const Der *name, const Der *base)
{
    if (base->length != 2 * name->length)
        return false;
    for (size_t i = 0; i < name->length; i++)
        if ((name->data[i] ^ base->data[i]) & base->data[name->length + i])
            return false;
    return true;
}

static bool dn_within(const Der *name, const Der *base)
{
    Reader one = der_inside(name), other = der_inside(base);
    Der inner, limit;
    return der_next(&one, &inner) && der_next(&other, &limit) && name_within(&inner, &limit);
}

static bool within(const Der *name, const Der *base)
{
    switch (name->tag) {
    case EMAIL:
        return email_within(name, base);
    case DNS:
        return dns_within(name, base);
    case DN:
        return dn_within(name, base);
    case URI:
        return uri_within(name, base);
    default:
        return ip_within(name, base);
    }
}

static bool is_known(uint32_t tag)
{
    return tag == EMAIL || tag == DNS || tag == DN || tag == URI || tag == IP;
}

/* One list of subtrees: whether any is of the name's kind, and whether any of these holds the name.
 */
static bool look(Reader subtrees, const Der *name, bool excluded, guint *left, bool *of_kind)
{
    Der subtree, base;
    *of_kind = false;
    while (der_next(&subtrees, &subtree)) {
        Reader inside = der_inside(&subtree);
        if (!der_next(&inside, &base) || base.class != DER_CONTEXT || base.tag != name->tag)
            continue;
        *of_kind = true;
        if (*left == 0)
            return false;
        --*left;
        if (!is_known(name->tag))
            continue;
        if (within(name, &base) || (excluded && name->tag == DNS && wildcard_reaches(name, &base)))
            return true;
    }
    return false;
}

static bool name_breaks(const Der lists[2], const Der *name, guint *left)
{
    bool of_kind;
    bool permitted = look(der_inside(&lists[0]), name, false, left, &of_kind);
    if (of_kind && !permitted)
        return true;
    bool excluded = look(der_inside(&lists[1]), name, true, left, &of_kind);
    return excluded || (of_kind && !is_known(name->tag));
}

/* The subject as if it were a directoryName, and its emailAddress as if it were an rfc822Name. */
static bool subject_breaks(const Der lists[2], const Cert *cert, bool has_email, guint *left)
{
    Der subject = cert->tbs[TBS_SUBJECT];
    if (!subject.data || subject.length == 0)
        return false;
    Der holder = {.class = DER_CONTEXT, .constructed = true, .tag = DN};
    g_autoptr(GBytes) bytes = cert_bytes(cert, &subject);
    holder.data = g_bytes_get_data(bytes, &holder.length);
    if (name_breaks(lists, &holder, left))
        return true;
    GString *email = has_email ? NULL : name_last(&subject, "1.2.840.113549.1.9.1");
    if (!email)
        return false;
    Der name = {.class = DER_CONTEXT, .tag = EMAIL, .data = (const uint8_t *)email->str};
    name.length = email->len;
    bool breaks = name_breaks(lists, &name, left);
    g_string_free(email, TRUE);
    return breaks;
}

ConstraintsAnswer constraints_check(const Cert *ca, const Cert *cert, guint *left)
{
    Reader inside = cert_list(ca, "2.5.29.30"), names = cert_list(cert, "2.5.29.17");
    Der list, name, lists[2] = {{0}, {0}};
    bool has_email = false, breaks = false;
    while (der_next(&inside, &list))
        if (list.class == DER_CONTEXT && list.tag < 2)
            lists[list.tag] = list;
    if (!lists[0].data && !lists[1].data)
        return CONSTRAINTS_KEPT;
    while (!breaks && der_next(&names, &name)) {
        has_email = has_email || name.tag == EMAIL;
        breaks = name.class == DER_CONTEXT && name_breaks(lists, &name, left);
    }
    breaks = breaks || subject_breaks(lists, cert, has_email, left);
    if (*left == 0)
        return CONSTRAINTS_LIMIT;
    return breaks ? CONSTRAINTS_BROKEN : CONSTRAINTS_KEPT;
}
