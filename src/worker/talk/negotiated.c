#include "worker/talk/negotiated.h"

#include "common/fact/fact.h"
#include "common/registry/registry.h"

#include <math.h>
#include <string.h>

static void put(json_t *fact, const char *member, const char *value)
{
    if (value)
        json_object_set_new(fact, member, json_string(value));
}

static bool answered(const Transcript *transcript, uint16_t extension)
{
    return hello_extension(transcript->server->extensions, extension) != NULL;
}

static void put_suite(json_t *fact, const Transcript *transcript, const CipherSuite *suite)
{
    char number[REGISTRY_NUMBER];
    uint16_t id = transcript->server->suite;
    put(fact, "suite", registry_suite_name(id, number));
    json_object_set_new(fact, "suite_id", json_integer(id));
    if (suite)
        put(fact, "key_exchange",
            g_str_has_suffix(suite->exchange, "-anonymous") ? "anonymous" : suite->exchange);
    json_object_set_new(fact, "forward_secrecy", json_boolean(suite && suite->forward));
}

/* The group's strength; of a DHE prime, which may be in no registry, its size. */
static void put_group(json_t *fact, const Transcript *transcript)
{
    const Group *group = transcript->group ? registry_group_named(transcript->group) : NULL;
    guint bits = transcript->prime_bits;
    put(fact, "group", transcript->group);
    if (!bits && group)
        bits = group->bits;
    if (bits)
        json_object_set_new(fact, "group_bits", json_integer(bits));
}

/* What the client asked for. */
static void put_offer(json_t *fact, const ClientHello *client)
{
    const Reader *name = &client->server_name;
    if (name->size)
        json_object_set_new(fact, "server_name", fact_text(name->data, name->size));
    if (!client->alpn->len)
        return;
    json_t *offered = json_array();
    for (guint i = 0; i < client->alpn->len; i++) {
        const Reader *protocol = &g_array_index(client->alpn, Reader, i);
        json_array_append_new(offered, fact_text(protocol->data, protocol->size));
    }
    json_object_set_new(fact, "alpn_offered", offered);
}

/* What TLS 1.2 and below settle, and TLS 1.3 has no more. Their tickets come before Finished, so
 * that none is none; and they were offered (RFC 5077 section 3.2). */
static void put_old(json_t *fact, const Transcript *transcript, const CipherSuite *suite)
{
    const ServerHello *server = transcript->server;
    json_object_set_new(fact, "extended_master_secret",
                        json_boolean(answered(transcript, EXTENSION_EXTENDED_MASTER_SECRET)));
    json_object_set_new(fact, "secure_renegotiation",
                        json_boolean(answered(transcript, EXTENSION_RENEGOTIATION_INFO)));
    json_object_set_new(fact, "compression", json_integer(server->compression));
    json_object_set_new(fact, "session_id", json_boolean(server->session_id.size > 0));
    json_object_set_new(fact, "ticket", json_boolean(transcript->tickets > 0));
    if (suite && !g_strcmp0(suite->mode, "cbc"))
        json_object_set_new(fact, "encrypt_then_mac",
                            json_boolean(answered(transcript, EXTENSION_ENCRYPT_THEN_MAC)));
}

static void put_tickets(json_t *fact, const Transcript *transcript)
{
    if (!transcript->tickets)
        return;
    json_object_set_new(fact, "ticket", json_true());
    json_object_set_new(fact, "tickets", json_integer(transcript->tickets));
    json_object_set_new(fact, "ticket_lifetime", json_integer(transcript->lifetime));
    if (transcript->early_data)
        json_object_set_new(fact, "early_data", json_integer((json_int_t)transcript->early_data));
}

/* A staple is an answer to our status_request; without a Certificate there is nothing to staple to.
 */
static void put_staple(json_t *fact, const Transcript *transcript)
{
    if (!transcript->chain)
        return;
    json_object_set_new(fact, "ocsp_staple", json_boolean(transcript->staple > 0));
    if (transcript->staple)
        json_object_set_new(fact, "ocsp_staple_size", json_integer((json_int_t)transcript->staple));
}

json_t *negotiated_fact(const Transcript *transcript, const NegotiatedSpec *spec)
{
    char number[REGISTRY_NUMBER];
    const CipherSuite *suite = registry_suite(transcript->server->suite);
    json_t *fact = fact_new(FACT_NEGOTIATED);
    put(fact, "version", registry_version_name(transcript->version, number));
    put_suite(fact, transcript, suite);
    put_group(fact, transcript);
    put(fact, "scheme", transcript->scheme);
    if (transcript->alpn)
        json_object_set(fact, "alpn", transcript->alpn);
    put_offer(fact, transcript->client);
    if (transcript->version != TLS_1_3)
        put_old(fact, transcript, suite);
    put_tickets(fact, transcript);
    put_staple(fact, transcript);
    json_object_set_new(fact, "resumed", json_boolean(transcript_resumed(transcript)));
    put(fact, "client_certificate", spec->client_certificate);
    put(fact, "hello", spec->hello);
    json_object_set_new(fact, "took", json_real(round(spec->took * 1e6) / 1e6));
    json_object_set_new(fact, "round_trips", json_integer(spec->round_trips));
    return fact;
}
