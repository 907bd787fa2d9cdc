#include "front/model/inventory.h"

#include <string.h>

#include "common/fact/fact.h"

/* What makes a place one and the same. */
typedef struct Spot {
    const Certificate *certificate;
    const Endpoint *endpoint;
    const char *address; /* borrowed from a connection */
    Serving *place;
} Spot;

static guint spot_hash(gconstpointer key)
{
    const Spot *spot = key;
    return g_direct_hash(spot->certificate) * 31 + g_direct_hash(spot->endpoint) * 7 +
           g_str_hash(spot->address);
}

static gboolean spot_equal(gconstpointer a, gconstpointer b)
{
    const Spot *left = a, *right = b;
    return left->certificate == right->certificate && left->endpoint == right->endpoint &&
           strcmp(left->address, right->address) == 0;
}

static void kin_free(gpointer data)
{
    Kin *kin = data;
    g_free(kin->name);
    g_ptr_array_unref(kin->certificates);
    g_free(kin);
}

Inventory *inventory_new(void)
{
    Inventory *inventory = g_new0(Inventory, 1);
    inventory->certificates = g_ptr_array_new();
    inventory->keys = g_ptr_array_new_with_free_func(kin_free);
    inventory->issuers = g_ptr_array_new_with_free_func(kin_free);
    inventory->key_of = g_hash_table_new(g_str_hash, g_str_equal);
    inventory->issuer_of = g_hash_table_new(g_str_hash, g_str_equal);
    inventory->places = g_hash_table_new_full(spot_hash, spot_equal, g_free, NULL);
    inventory->known = g_hash_table_new(NULL, NULL);
    return inventory;
}

void inventory_free(Inventory *inventory)
{
    if (!inventory)
        return;
    g_hash_table_unref(inventory->known);
    g_hash_table_unref(inventory->places);
    g_hash_table_unref(inventory->key_of);
    g_hash_table_unref(inventory->issuer_of);
    g_ptr_array_unref(inventory->certificates);
    g_ptr_array_unref(inventory->keys);
    g_ptr_array_unref(inventory->issuers);
    g_free(inventory);
}

static void know(Inventory *inventory, Certificate *certificate)
{
    inventory->version++;
    if (g_hash_table_add(inventory->known, certificate))
        g_ptr_array_add(inventory->certificates, certificate);
}

void inventory_serve(Inventory *inventory, Certificate *certificate, const Connection *connection,
                     guint position)
{
    Spot spot = {certificate, connection->endpoint, connection->address->str, NULL};
    Spot *known = g_hash_table_lookup(inventory->places, &spot);
    know(inventory, certificate);
    if (!known) {
        if (!certificate->places)
            certificate->places = g_ptr_array_new_with_free_func(g_free);
        known = g_memdup2(&spot, sizeof spot);
        known->place = g_new0(Serving, 1);
        known->place->endpoint = connection->endpoint;
        g_ptr_array_add(certificate->places, known->place);
        g_hash_table_add(inventory->places, known);
    }
    if (known->place->connection && known->place->connection->number > connection->number)
        return;
    known->place->connection = connection;
    known->place->position = position;
}

static void join(GPtrArray *all, GHashTable *by_name, const char *name, Certificate *certificate)
{
    Kin *kin = g_hash_table_lookup(by_name, name);
    if (!kin) {
        kin = g_new0(Kin, 1);
        kin->name = g_strdup(name);
        kin->certificates = g_ptr_array_new();
        g_ptr_array_add(all, kin);
        g_hash_table_insert(by_name, kin->name, kin);
    }
    g_ptr_array_add(kin->certificates, certificate);
}

void inventory_add(Inventory *inventory, Certificate *certificate)
{
    const char *key = fact_string(certificate->fact, "spki_sha256", NULL);
    know(inventory, certificate);
    if (key)
        join(inventory->keys, inventory->key_of, key, certificate);
    join(inventory->issuers, inventory->issuer_of, certificate->issuer->str, certificate);
}

bool serving_is_now(const Serving *place)
{
    const Endpoint *endpoint = place->endpoint;
    return place->connection->number >= endpoint->round_from || !endpoint_leaf(endpoint);
}

GPtrArray *certificate_endpoints(const Certificate *certificate)
{
    GPtrArray *endpoints = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; certificate->places && i < certificate->places->len; i++) {
        const Serving *place = certificate->places->pdata[i];
        if (serving_is_now(place) && g_hash_table_add(seen, (gpointer)place->endpoint))
            g_ptr_array_add(endpoints, (gpointer)place->endpoint);
    }
    return endpoints;
}

const Kin *inventory_key(const Inventory *inventory, const Certificate *certificate)
{
    const char *key = fact_string(certificate->fact, "spki_sha256", NULL);
    return key ? g_hash_table_lookup(inventory->key_of, key) : NULL;
}

const Kin *inventory_issuer(const Inventory *inventory, const Certificate *certificate)
{
    return g_hash_table_lookup(inventory->issuer_of, certificate->issuer->str);
}
