#include "front/report/estate.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/util/text.h"
#include "front/report/brief.h"

typedef struct Notes {
    const Model *model;
    const Certificate *certificate;
    bool ascii;
    GPtrArray *sentences;
} Notes;

static void say(Notes *notes, char *sentence)
{
    g_ptr_array_add(notes->sentences, sentence);
}

/* ---- revoked, as anybody's response says ---- */

static const json_t *revocation_in(const Connection *connection, const char *sha256)
{
    for (guint i = 0; connection && connection->revocations && i < connection->revocations->len;
         i++) {
        const json_t *fact = connection->revocations->pdata[i];
        if (strcmp(fact_string(fact, "certificate", ""), sha256) == 0 &&
            strcmp(fact_string(fact, "status", ""), "revoked") == 0)
            return fact;
    }
    return NULL;
}

static void note_revoked(Notes *notes, guint served)
{
    const GPtrArray *endpoints = notes->model->endpoints;
    for (guint i = 0; i < endpoints->len && served; i++) {
        const Endpoint *endpoint = endpoints->pdata[i];
        const json_t *fact = revocation_in(endpoint->best, notes->certificate->sha256);
        if (!fact)
            continue;
        g_autofree char *place = brief_place(endpoint, notes->ascii);
        say(notes, g_strdup_printf(ngettext("revoked (%s, seen at %s), and served by %u endpoint",
                                            "revoked (%s, seen at %s), and served by %u endpoints",
                                            served),
                                   fact_string(fact, "from", "?"), place, served));
        return;
    }
}

/* ---- one name, many certificates ---- */

static const char *name_of(const Endpoint *endpoint)
{
    return fact_string(endpoint->fact, "server_name", endpoint->host);
}

/* The leaf of a handshake as usual of this round; what other hellos bring may differ rightly. */
static const Certificate *leaf_of(const Connection *connection)
{
    bool past = connection->number < connection->endpoint->round_from;
    return past || !connection->certificates || !connection->certificates->len
               ? NULL
               : connection->certificates->pdata[0];
}

static bool serves_at(const Notes *notes, const Endpoint *endpoint, const char *address)
{
    for (guint i = 0; i < endpoint->connections->len; i++) {
        const Connection *connection = endpoint->connections->pdata[i];
        if (leaf_of(connection) == notes->certificate &&
            strcmp(connection->address->str, address) == 0)
            return true;
    }
    return false;
}

static void compare_endpoint(Notes *notes, GHashTable *said, const Endpoint *endpoint)
{
    for (guint i = 0; i < endpoint->connections->len; i++) {
        const Connection *connection = endpoint->connections->pdata[i];
        const Certificate *leaf = leaf_of(connection);
        const char *address = connection->address->str;
        if (!leaf || leaf == notes->certificate || serves_at(notes, endpoint, address) ||
            !g_hash_table_add(said, (gpointer)address))
            continue;
        g_autofree char *name = text_escape(name_of(endpoint), -1, notes->ascii);
        g_autofree char *shown = text_escape(address, -1, notes->ascii);
        say(notes, g_strdup_printf(_("%s port %u serves another certificate at %s (%.16s)"), name,
                                   endpoint->port, shown, leaf->sha256));
    }
}

static void note_other_addresses(Notes *notes)
{
    const GPtrArray *places = notes->certificate->places;
    g_autoptr(GHashTable) said = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; places && i < places->len; i++) {
        const Serving *place = places->pdata[i];
        if (place->position == 0 && serving_is_now(place) && !place->connection->question)
            g_hash_table_add(
                names, g_strdup_printf("%u %s", place->endpoint->port, name_of(place->endpoint)));
    }
    for (guint i = 0; i < notes->model->endpoints->len && g_hash_table_size(names); i++) {
        const Endpoint *endpoint = notes->model->endpoints->pdata[i];
        g_autofree char *name = g_strdup_printf("%u %s", endpoint->port, name_of(endpoint));
        if (g_hash_table_contains(names, name))
            compare_endpoint(notes, said, endpoint);
    }
}

/* ---- one key, many places ---- */

static void note_key(Notes *notes)
{
    const Kin *kin = notes->certificate->fact
                         ? inventory_key(notes->model->inventory, notes->certificate)
                         : NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    if (!kin || kin->certificates->len < 2)
        return;
    for (guint i = 0; i < kin->certificates->len; i++) {
        g_autoptr(GPtrArray) endpoints = certificate_endpoints(kin->certificates->pdata[i]);
        for (guint j = 0; j < endpoints->len; j++)
            g_hash_table_add(seen, endpoints->pdata[j]);
    }
    say(notes, g_strdup_printf(_("its key is in %u certificates, served by %u endpoints"),
                               kin->certificates->len, g_hash_table_size(seen)));
}

GPtrArray *estate_notes(const Model *model, const Certificate *certificate, bool ascii)
{
    Notes notes = {model, certificate, ascii, g_ptr_array_new_with_free_func(g_free)};
    g_autoptr(GPtrArray) endpoints = certificate_endpoints(certificate);
    g_autoptr(GHashTable) hosts = g_hash_table_new(g_str_hash, g_str_equal);
    note_revoked(&notes, endpoints->len);
    note_other_addresses(&notes);
    note_key(&notes);
    for (guint i = 0; i < endpoints->len; i++)
        g_hash_table_add(hosts, (gpointer)((const Endpoint *)endpoints->pdata[i])->host);
    if (endpoints->len > 1)
        say(&notes, g_strdup_printf(ngettext("the same certificate at %u endpoints of %u host",
                                             "the same certificate at %u endpoints of %u hosts",
                                             g_hash_table_size(hosts)),
                                    endpoints->len, g_hash_table_size(hosts)));
    return notes.sentences;
}
