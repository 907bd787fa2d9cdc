#include <string.h>

#include "worker/pki/shapes.h"
#include "worker/pki/show.h"
#include "worker/pki/value.h"

/* RFC 3779 section 2.2.3: the IANA's numbers of address families, IPv4 and IPv6. */
enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };

/* The octets of an address of the family that the walk is in; 0: another family. */
static size_t address_size(const Walk *walk)
{
    return walk->family == FAMILY_IPV4 ? 4 : walk->family == FAMILY_IPV6 ? 16 : 0;
}

static void show_family(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    static const char *const names[] = {[FAMILY_IPV4] = "IPv4", [FAMILY_IPV6] = "IPv6"};
    Reader reader = der_inside(element);
    show_octets(walk, field, element, shape);
    walk->family = reader_u16(&reader);
    if (reader.failed || reader_left(&reader) > 1) {
        walk->family = 0;
        field_note(field, "x509-structure");
    } else if (address_size(walk)) {
        const char *name = names[walk->family];
        if (reader_left(&reader))
            field_set(field, "%s, SAFI %u", name, reader_u8(&reader));
        else
            field_set(field, "%s", name);
    }
}
static const Shape shape_family = {.tag = DER_OCTET_STRING, .show = show_family};

/* Section 2.2.3.8: the bits that are given, and behind them only zeros, or only ones. */
static bool fill_address(const Walk *walk, Field *field, const Der *element, bool ones)
{
    uint8_t address[16];
    size_t size = address_size(walk);
    Reader octets;
    unsigned unused;
    if (size == 0 || !value_bits(element, &octets, &unused) || reader_left(&octets) > size ||
        (reader_left(&octets) == 0 && unused))
        return false;
    size_t given = reader_left(&octets);
    memset(address, ones ? 0xff : 0, sizeof address);
    if (given)
        memcpy(address, reader_take(&octets, given), given);
    uint8_t mask = (uint8_t)((1U << unused) - 1);
    if (given && ones)
        address[given - 1] |= mask;
    GString *text = value_ip(address, size);
    field_set(field, "%s", text->str);
    if (!ones)
        g_string_append_printf(field->value, "/%zu", given * 8 - unused);
    g_string_free(text, TRUE);
    return true;
}

static bool show_address(const Walk *walk, Field *field, const Der *element, bool ones)
{
    bool fits = fill_address(walk, field, element, ones);
    if (!fits && address_size(walk))
        field_note(field, "x509-structure");
    return fits;
}

static void show_prefix(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_bits(walk, field, element, shape);
    show_address(walk, field, element, false);
}

static void show_lowest(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_bits(walk, field, element, shape);
    if (show_address(walk, field, element, false))
        g_string_truncate(field->value, strcspn(field->value->str, "/"));
}

static void show_highest(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    show_bits(walk, field, element, shape);
    show_address(walk, field, element, true);
}

/* "10.0.0.0-10.0.0.7", "64496-64511" */
static void show_range(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)walk;
    (void)element;
    (void)shape;
    const char *from = shape_value_of(field, "min"), *to = shape_value_of(field, "max");
    field_set(field, "%s-%s", from ? from : "?", to ? to : "?");
}

static void show_inherit(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    shape_null.show(walk, field, element, shape);
    if (element->length == 0)
        field_set(field, "inherit");
}

static const Shape shape_prefix = {.tag = DER_BIT_STRING, .show = show_prefix};
static const Shape shape_lowest = {.tag = DER_BIT_STRING, .show = show_lowest};
static const Shape shape_highest = {.tag = DER_BIT_STRING, .show = show_highest};
static const Shape shape_inherit = {.tag = DER_NULL, .show = show_inherit};

/* Section 2.2.3 */
static const Part address_range_parts[] = {
    PART("min", &shape_lowest, .id = "x509.IPAddressRange.min"),
    PART("max", &shape_highest, .id = "x509.IPAddressRange.max"),
};
static const Shape shape_address_range = {SHAPE_PARTS(address_range_parts), .show = show_range};
static const Part address_parts[] = {
    PART("addressPrefix", &shape_prefix),
    PART("addressRange", &shape_address_range),
};
static const Shape shape_address = {SHAPE_ALTERNATIVES(address_parts)};
static const Part addresses_part = PART(NULL, &shape_address);
static const Shape shape_addresses = {SHAPE_LIST(DER_SEQUENCE, addresses_part),
                                      .show = show_joined};
static const Part address_choice_parts[] = {
    PART("inherit", &shape_inherit),
    PART("addressesOrRanges", &shape_addresses),
};
static const Shape shape_address_choice = {SHAPE_ALTERNATIVES(address_choice_parts)};
static const Part family_parts[] = {
    PART("addressFamily", &shape_family),
    PART(NULL, &shape_address_choice),
};
static void show_block(Walk *walk, Field *field, const Der *element, const Shape *shape)
{
    (void)shape;
    show_last(walk, field, element, shape);
    const char *family = shape_value_of(field, "addressFamily");
    g_autofree char *prefix = g_strdup_printf("%s: ", family ? family : "?");
    g_string_prepend(field->value, prefix);
}
static const Shape shape_block = {SHAPE_PARTS(family_parts), .show = show_block};
static const Part blocks_part = PART("IPAddressFamily", &shape_block);
static const Shape shape_blocks = {SHAPE_LIST(DER_SEQUENCE, blocks_part), .show = show_joined};

/* Section 3.2.3 */
static const Part number_range_parts[] = {
    PART("min", &shape_integer, .id = "x509.ASRange.min"),
    PART("max", &shape_integer, .id = "x509.ASRange.max"),
};
static const Shape shape_number_range = {SHAPE_PARTS(number_range_parts), .show = show_range};
static const Part number_parts[] = {
    PART("id", &shape_integer, .id = "x509.ASId"),
    PART("range", &shape_number_range, .id = "x509.ASRange"),
};
static const Shape shape_number = {SHAPE_ALTERNATIVES(number_parts)};
static const Part numbers_part = PART(NULL, &shape_number);
static const Shape shape_numbers = {SHAPE_LIST(DER_SEQUENCE, numbers_part), .show = show_joined};
static const Part number_choice_parts[] = {
    PART("inherit", &shape_inherit),
    PART("asIdsOrRanges", &shape_numbers),
};
static const Shape shape_number_choice = {SHAPE_ALTERNATIVES(number_choice_parts)};
static const Part identifiers_parts[] = {
    PART("asnum", &shape_number_choice, .flags = PART_EXPLICIT | PART_OPTIONAL),
    PART("rdi", &shape_number_choice, .flags = PART_EXPLICIT | PART_OPTIONAL, .tag = 1),
};
static const Shape shape_identifiers = {SHAPE_PARTS(identifiers_parts), .show = show_pairs};

/* RFC 8226 section 9 */
static const Part telephone_range_parts[] = {
    PART("start", &shape_ia5),
    PART("count", &shape_integer),
};
static const Shape shape_telephone_range = {SHAPE_PARTS(telephone_range_parts), .show = show_pairs};
static const Part telephone_parts[] = {
    PART("spc", &shape_ia5, .flags = PART_EXPLICIT),
    PART("range", &shape_telephone_range, .flags = PART_EXPLICIT, .tag = 1,
         .id = "x509.TNEntry.range"),
    PART("one", &shape_ia5, .flags = PART_EXPLICIT, .tag = 2),
};
static const Shape shape_telephone = {SHAPE_ALTERNATIVES(telephone_parts)};
static const Part telephones_part = PART(NULL, &shape_telephone);
static const Shape shape_telephones = {SHAPE_LIST(DER_SEQUENCE, telephones_part),
                                       .show = show_joined};

const Open open_resource_extensions[] = {
    OPEN("1.3.6.1.5.5.7.1.7", &shape_blocks),       OPEN("1.3.6.1.5.5.7.1.8", &shape_identifiers),
    OPEN("1.3.6.1.5.5.7.1.26", &shape_telephones),  OPEN("1.3.6.1.5.5.7.1.28", &shape_blocks),
    OPEN("1.3.6.1.5.5.7.1.29", &shape_identifiers), {.more = open_crl_extensions},
};
