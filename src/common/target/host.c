#include "common/target/host.h"

#include <arpa/inet.h>
#include <glib/gi18n.h>
#include <idn2.h>
#include <string.h>

#include "common/target/target.h"
#include "common/util/text.h"

enum {
    NAME_SIZE = 253,
    LABEL_SIZE = 63
}; /* RFC 1035 section 2.3.4, as text without the last dot */

static bool wrong(GError **error, const char *what)
{
    g_set_error_literal(error, TARGET_ERROR, TARGET_ERROR_HOST, what);
    return false;
}

static bool take_address(int family, const char *text, HostText *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    char canonical[INET6_ADDRSTRLEN];
    if (inet_pton(family, text, address) != 1 ||
        !inet_ntop(family, address, canonical, sizeof(canonical)))
        return false;
    *host = (HostText){.ascii = g_strdup(canonical), .address = true};
    return true;
}

bool host_is_ipv6(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET6, text, address) == 1;
}

bool host_parse_ipv6(const char *text, HostText *host, GError **error)
{
    if (take_address(AF_INET6, text, host))
        return true;
    if (strchr(text, '%'))
        return wrong(error, _("an address with a zone cannot be asked"));
    return wrong(error, _("no IPv6 address stands between the brackets"));
}

/* What ends in a number is an address and no name, whatever else a resolver would make of it. */
static bool ends_in_number(const char *name)
{
    const char *dot = strrchr(name, '.'), *label = dot ? dot + 1 : name;
    if (label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
        return label[2 + strspn(label + 2, "0123456789abcdefABCDEF")] == '\0';
    return label[strspn(label, "0123456789")] == '\0';
}

static bool check_label(const char *label, size_t size, GError **error)
{
    if (size == 0)
        return wrong(error, _("nothing stands between two dots"));
    if (size > LABEL_SIZE)
        return wrong(error, _("a part between dots is longer than 63 bytes"));
    if (label[0] == '-' || label[size - 1] == '-')
        return wrong(error, _("a part between dots begins or ends with a hyphen"));
    for (size_t i = 0; i < size; i++) {
        if (g_ascii_isalnum(label[i]) || label[i] == '-' || label[i] == '_')
            continue;
        g_autofree char *character = text_escape(label + i, 1, true);
        g_set_error(error, TARGET_ERROR, TARGET_ERROR_HOST, _("\"%s\" cannot stand in a name"),
                    character);
        return false;
    }
    return true;
}

static bool check_name(const char *name, GError **error)
{
    if (!*name)
        return wrong(error, _("there is no host"));
    if (strlen(name) > NAME_SIZE)
        return wrong(error, _("the name is longer than 253 bytes"));
    for (const char *label = name;; label++) {
        size_t size = strcspn(label, ".");
        if (!check_label(label, size, error))
            return false;
        label += size;
        if (!*label)
            break;
    }
    if (ends_in_number(name))
        return wrong(error, _("it ends in a number as addresses do, and is no IPv4 address"));
    return true;
}

static void drop_dot(char *name)
{
    size_t size = strlen(name);
    if (size > 1 && name[size - 1] == '.')
        name[size - 1] = '\0';
}

static char *to_ascii(const char *text, GError **error)
{
    uint8_t *ascii = NULL;
    int status =
        idn2_lookup_u8((const uint8_t *)text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    char *copy;
    if (status != IDN2_OK) {
        g_set_error(error, TARGET_ERROR, TARGET_ERROR_HOST, _("IDNA 2008 does not allow it: %s"),
                    idn2_strerror(status));
        return NULL;
    }
    copy = g_strdup((const char *)ascii);
    idn2_free(ascii);
    return copy;
}

static char *to_unicode(const char *ascii)
{
    char *unicode = NULL, *copy = NULL;
    if (idn2_to_unicode_8z8z(ascii, &unicode, 0) == IDN2_OK && strcmp(unicode, ascii) != 0)
        copy = g_strdup(unicode);
    idn2_free(unicode);
    return copy;
}

bool host_parse(const char *text, HostText *host, GError **error)
{
    g_autofree char *ascii = NULL;

    if (take_address(AF_INET, text, host) || take_address(AF_INET6, text, host))
        return true;
    if (strchr(text, '%') && strchr(text, ':'))
        return wrong(error, _("an address with a zone cannot be asked"));
    if (!g_utf8_validate(text, -1, NULL))
        return wrong(error, _("it is not UTF-8"));
    ascii = g_str_is_ascii(text) ? g_ascii_strdown(text, -1) : to_ascii(text, error);
    if (!ascii)
        return false;
    drop_dot(ascii);
    if (take_address(AF_INET, ascii, host))
        return true;
    if (!check_name(ascii, error))
        return false;
    *host = (HostText){.display = to_unicode(ascii)};
    host->ascii = g_steal_pointer(&ascii);
    return true;
}

void host_clear(HostText *host)
{
    g_clear_pointer(&host->ascii, g_free);
    g_clear_pointer(&host->display, g_free);
}
