#include "worker/pki/pkcs12.h"

#include <string.h>

#include "common/util/limits.h"
#include "worker/pki/cert.h"
#include "worker/pki/cms.h"
#include "worker/pki/pbe.h"
#include "worker/pki/value.h"

enum { BAG_DEPTH = 4 };

typedef struct Pfx {
    Container *container;
    Pbe pbe;
    bool opened;     /* pbe.password is right, or has opened something */
    bool with_given; /* that was the one that was given */
    const char *given;
    PbeResult failed; /* the last that went wrong */
    int depth;
} Pfx;

/* ---- passwords ------------------------------------------------------------------------------ */

static bool look_for_pfx(const uint8_t *bytes, size_t size, Der *safe, Der *mac)
{
    Der pfx, version;
    int64_t number;
    *mac = (Der){0};
    if (!der_read(bytes, size, &pfx) || !der_is(&pfx, DER_SEQUENCE))
        return false;
    Reader inside = der_inside(&pfx);
    if (!der_next(&inside, &version) || !der_is(&version, DER_INTEGER) ||
        !value_integer(&version, &number) || number != 3 || !der_next(&inside, safe))
        return false;
    if (!der_next(&inside, mac))
        *mac = (Der){0};
    Der content;
    g_autofree char *type = cms_content(safe, &content);
    return type && g_str_has_prefix(type, "1.2.840.113549.1.7.") && content.data;
}

bool pkcs12_is(const uint8_t *bytes, size_t size)
{
    Der safe, mac;
    return look_for_pfx(bytes, size, &safe, &mac);
}

/* Calls `attempt` with each password that may be right, until one is: the one that was given, else
 * the empty one, and none at all, which some programs write for it. */
static PbeResult try_passwords(Pfx *pfx, PbeResult (*attempt)(Pfx *pfx, void *data), void *data)
{
    const char *const guesses[] = {pfx->given, "", NULL};
    PbeResult result = PBE_WRONG;
    if (pfx->opened)
        return attempt(pfx, data);
    for (size_t i = pfx->given ? 0 : 1; i < G_N_ELEMENTS(guesses) && result == PBE_WRONG; i++) {
        pfx->pbe.password = guesses[i];
        pfx->with_given = pfx->given && i == 0;
        result = attempt(pfx, data);
    }
    pfx->opened = result == PBE_DONE;
    if (!pfx->opened)
        pfx->failed = result;
    return result;
}

static void note(Container *container, const Der *algorithm)
{
    bool old;
    g_autofree char *text = pbe_describe(algorithm, &old);
    container->old_encryption |= old;
    if (text && container->encryptions->len < LIMIT_EXTENSIONS &&
        !g_ptr_array_find_with_equal_func(container->encryptions, text, g_str_equal, NULL))
        g_ptr_array_add(container->encryptions, g_steal_pointer(&text));
}

typedef struct Sealed {
    const Der *algorithm;
    GBytes *bytes, *plain;
} Sealed;

static PbeResult unseal(Pfx *pfx, void *data)
{
    Sealed *sealed = data;
    g_clear_pointer(&sealed->plain, g_bytes_unref);
    PbeResult result = pbe_decrypt(&pfx->pbe, sealed->algorithm, sealed->bytes, &sealed->plain);
    Der first;
    /* one of 256 wrong passwords leaves a padding behind that looks right */
    if (result == PBE_DONE && (!der_read(g_bytes_get_data(sealed->plain, NULL),
                                         g_bytes_get_size(sealed->plain), &first) ||
                               !der_is(&first, DER_SEQUENCE) || first.faults))
        result = PBE_WRONG;
    return result;
}

/* Decrypts; NULL where that does not work. */
static GBytes *open_sealed(Pfx *pfx, const Der *algorithm, const Der *octets)
{
    g_autoptr(GBytes) bytes = pbe_octets(octets);
    Sealed sealed = {.algorithm = algorithm, .bytes = bytes};
    note(pfx->container, algorithm);
    if (!bytes)
        return NULL;
    if (try_passwords(pfx, unseal, &sealed) == PBE_DONE)
        return sealed.plain;
    g_clear_pointer(&sealed.plain, g_bytes_unref);
    return NULL;
}

/* ---- bags ----------------------------------------------------------------------------------- */

static void read_attribute(Item *item, const Der *attribute)
{
    Reader inside = der_inside(attribute);
    Der type, set, value;
    bool good;
    if (!der_next(&inside, &type) || !der_next(&inside, &set))
        return;
    inside = der_inside(&set);
    if (!der_next(&inside, &value) || !value.data)
        return;
    if (value_is_oid(&type, "1.2.840.113549.1.9.20") && !item->name)
        item->name = g_string_free(value_string(&value, DER_BMP_STRING, &good), FALSE);
    else if (value_is_oid(&type, "1.2.840.113549.1.9.21") && !item->key_id)
        item->key_id = bytes_hex(value.data, MIN(value.length, (size_t)LIMIT_OID), '\0');
}

static void read_attributes(Item *item, const Der *set)
{
    Reader inside = der_inside(set);
    Der attribute;
    while (set->data && der_next(&inside, &attribute))
        read_attribute(item, &attribute);
}

/* The bytes in a CertBag or CRLBag: {type, [0] {OCTET STRING}}; NULL where it is not X.509. */
static GBytes *bag_octets(const Der *bag)
{
    Reader inside = der_inside(bag);
    Der type, holder, octets;
    if (!der_next(&inside, &type) || !der_next(&inside, &holder))
        return NULL;
    if (!value_is_oid(&type, "1.2.840.113549.1.9.22.1") &&
        !value_is_oid(&type, "1.2.840.113549.1.9.23.1"))
        return NULL;
    inside = der_inside(&holder);
    return der_next(&inside, &octets) ? pbe_octets(&octets) : NULL;
}

static Item *add_object(Pfx *pfx, GBytes *bytes, ItemKind kind, const char *format)
{
    Item *item = bytes ? container_add(pfx->container, bytes) : NULL;
    if (!item)
        return NULL;
    item->kind = kind;
    item->format = format;
    item->in = "pkcs12";
    item->secret = kind == ITEM_PRIVATE_KEY || kind == ITEM_OTHER;
    return item;
}

static Item *add_shrouded(Pfx *pfx, const Der *bag)
{
    Reader inside = der_inside(bag);
    Der algorithm, octets;
    bool old;
    if (!der_next(&inside, &algorithm) || !der_next(&inside, &octets))
        return NULL;
    GBytes *plain = open_sealed(pfx, &algorithm, &octets);
    Item *item = add_object(pfx, plain ? plain : g_bytes_new(NULL, 0), ITEM_PRIVATE_KEY,
                            plain ? "PKCS #8" : "encrypted PKCS #8");
    if (item && !plain)
        item->encryption = pbe_describe(&algorithm, &old);
    return item;
}

static GBytes *copy_of(const Der *element, const uint8_t *data)
{
    return g_bytes_new(data + element->offset, element->total);
}

static void read_safe(Pfx *pfx, GBytes *bytes);

static void read_bag(Pfx *pfx, const Der *bag, const uint8_t *data)
{
    static const char prefix[] = "1.2.840.113549.1.12.10.1.";
    Reader inside = der_inside(bag);
    Der type, holder, value, attributes;
    bool minimal;
    if (!der_next(&inside, &type) || !der_next(&inside, &holder))
        return;
    if (!der_next(&inside, &attributes))
        attributes = (Der){0};
    inside = der_inside(&holder);
    g_autofree char *oid = value_oid(&type, &minimal);
    if (!oid || !g_str_has_prefix(oid, prefix) || !der_next(&inside, &value))
        return;
    Item *item = NULL;
    switch (oid[sizeof prefix - 1]) {
    case '1':
        item = add_object(pfx, copy_of(&value, data), ITEM_PRIVATE_KEY, "PKCS #8");
        break;
    case '2':
        item = add_shrouded(pfx, &value);
        break;
    case '3':
        item = add_object(pfx, bag_octets(&value), ITEM_CERTIFICATE, NULL);
        break;
    case '4':
        item = add_object(pfx, bag_octets(&value), ITEM_CRL, NULL);
        break;
    case '5':
        item = add_object(pfx, g_bytes_new(NULL, 0), ITEM_OTHER, "secret");
        break;
    case '6': {
        g_autoptr(GBytes) nested = copy_of(&value, data);
        if (pfx->depth < BAG_DEPTH)
            read_safe(pfx, nested);
        return;
    }
    default:
        return;
    }
    if (item)
        read_attributes(item, &attributes);
}

/* SafeContents: a SEQUENCE OF SafeBag. */
static void read_safe(Pfx *pfx, GBytes *bytes)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    Der all, bag;
    if (!der_read(data, size, &all))
        return;
    pfx->depth++;
    Reader inside = der_inside(&all);
    while (!pfx->container->cut && der_next(&inside, &bag))
        read_bag(pfx, &bag, data);
    pfx->depth--;
}

/* EncryptedData (RFC 5652 section 8): {version, {type, algorithm, [0] octets}}. */
static void read_encrypted(Pfx *pfx, const Der *content)
{
    Reader inside = der_inside(content);
    Der version, info, type, algorithm, octets;
    if (!der_next(&inside, &version) || !der_next(&inside, &info))
        return;
    inside = der_inside(&info);
    if (!der_next(&inside, &type) || !der_next(&inside, &algorithm) || !der_next(&inside, &octets))
        return;
    g_autoptr(GBytes) plain = open_sealed(pfx, &algorithm, &octets);
    if (plain)
        read_safe(pfx, plain);
}

/* AuthenticatedSafe: a SEQUENCE OF ContentInfo. */
static void read_parts(Pfx *pfx, GBytes *bytes)
{
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    Der all, info, content;
    if (!der_read(data, size, &all))
        return;
    Reader inside = der_inside(&all);
    while (!pfx->container->cut && der_next(&inside, &info)) {
        g_autofree char *type = cms_content(&info, &content);
        if (g_strcmp0(type, "1.2.840.113549.1.7.1") == 0) {
            g_autoptr(GBytes) octets = pbe_octets(&content);
            if (octets)
                read_safe(pfx, octets);
        } else if (g_strcmp0(type, "1.2.840.113549.1.7.6") == 0) {
            read_encrypted(pfx, &content);
        } else if (type) { /* to a recipient's key */
            pfx->failed = PBE_UNKNOWN;
        }
    }
}

/* ---- the order of the chain ----------------------------------------------------------------- */

typedef struct Link {
    Item *item;
    GBytes *subject, *issuer;
    bool self, issues, taken;
} Link;

static GBytes *name_bytes(const Der *name)
{
    return g_bytes_new(name->data, name->data ? name->length : 0);
}

static void link_clear(gpointer data)
{
    Link *link = data;
    g_bytes_unref(link->subject);
    g_bytes_unref(link->issuer);
}

static void take_with_issuers(GPtrArray *to, Link *link, GHashTable *by_subject)
{
    while (link && !link->taken) {
        link->taken = true;
        g_ptr_array_add(to, link->item);
        link = link->self ? NULL : g_hash_table_lookup(by_subject, link->issuer);
    }
}

static GArray *links_of(const GPtrArray *objects, GHashTable *by_subject)
{
    GArray *links = g_array_sized_new(FALSE, TRUE, sizeof(Link), objects->len + 1);
    g_array_set_clear_func(links, link_clear);
    for (guint i = 0; i < objects->len; i++) {
        Item *item = objects->pdata[i];
        if (item->kind != ITEM_CERTIFICATE)
            continue;
        g_autoptr(Cert) cert = cert_new(item->bytes);
        Link link = {.item = item,
                     .subject = name_bytes(&cert->tbs[TBS_SUBJECT]),
                     .issuer = name_bytes(&cert->tbs[TBS_ISSUER]),
                     .self = cert_self_issued(cert)};
        g_array_append_val(links, link);
    }
    for (guint i = 0; i < links->len; i++) {
        Link *link = &g_array_index(links, Link, i);
        if (!g_hash_table_contains(by_subject, link->subject))
            g_hash_table_insert(by_subject, link->subject, link);
    }
    for (guint i = 0; i < links->len; i++) {
        const Link *link = &g_array_index(links, Link, i);
        Link *issuer = link->self ? NULL : g_hash_table_lookup(by_subject, link->issuer);
        if (issuer)
            issuer->issues = true;
    }
    return links;
}

/* Certificates that issue none first, each with its issuers behind it; then the others, keys last.
 */
static void order(Container *container)
{
    GPtrArray *objects = container->objects, *sorted = g_ptr_array_new();
    g_autoptr(GHashTable) by_subject = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    g_autoptr(GArray) links = links_of(objects, by_subject);
    for (int issuers = 0; issuers < 2; issuers++)
        for (guint i = 0; i < links->len; i++) {
            Link *link = &g_array_index(links, Link, i);
            if (issuers || !link->issues)
                take_with_issuers(sorted, link, by_subject);
        }
    for (guint i = 0; i < objects->len; i++)
        if (((Item *)objects->pdata[i])->kind != ITEM_CERTIFICATE)
            g_ptr_array_add(sorted, objects->pdata[i]);
    for (guint i = 0; i < objects->len; i++)
        objects->pdata[i] = sorted->pdata[i];
    g_ptr_array_unref(sorted);
}

/* ---- the whole ------------------------------------------------------------------------------ */

typedef struct Sealing {
    const Der *mac;
    GBytes *content;
} Sealing;

static PbeResult check_mac(Pfx *pfx, void *data)
{
    const Sealing *sealing = data;
    return pbe_check_mac(&pfx->pbe, sealing->mac, sealing->content);
}

static const char *reason_of(PbeResult failed)
{
    return failed == PBE_EXPENSIVE ? "file-iterations"
           : failed == PBE_UNKNOWN ? "file-encryption-unknown"
                                   : NULL;
}

static void say_password(Pfx *pfx, bool needed)
{
    Container *container = pfx->container;
    container->reason = reason_of(pfx->failed);
    if (!needed)
        container->password = "none";
    else if (pfx->opened)
        container->password = pfx->with_given ? "given" : "empty";
    else if (!container->reason)
        container->password = pfx->given ? "wrong" : "wanted";
}

void pkcs12_read(Container *container, GBytes *file, const char *password)
{
    gsize size;
    const uint8_t *bytes = g_bytes_get_data(file, &size);
    Pfx pfx = {.container = container, .pbe.left = LIMIT_ITERATIONS, .given = password};
    Der safe, mac, content;
    if (!look_for_pfx(bytes, size, &safe, &mac))
        return;
    g_autofree char *type = cms_content(&safe, &content);
    if (strcmp(type, "1.2.840.113549.1.7.1") != 0) { /* signed instead */
        container->reason = "file-encryption-unknown";
        return;
    }
    g_autoptr(GBytes) parts = pbe_octets(&content);
    if (mac.data) {
        Sealing sealing = {&mac, parts};
        container->mac = pbe_describe_mac(&mac, &container->old_mac);
        PbeResult result = try_passwords(&pfx, check_mac, &sealing);
        pfx.failed = result == PBE_EXPENSIVE ? result : PBE_DONE; /* others: the parts may open */
        container->mac_wrong = result == PBE_WRONG;
    }
    read_parts(&pfx, parts);
    container->mac_wrong = container->mac_wrong && pfx.opened;
    order(container);
    say_password(&pfx, mac.data || container->encryptions->len);
}
