/* form: the hellos of a dive, and what there is to ask.
 *
 * One and the same question can be answered differently to hellos of different forms: some servers
 * give DHE suites only to those who offer an FFDHE group, some refuse them for just that (RFC 7919
 * section 4), some choose ECDHE only where no groups are offered at all. So nothing is a "no"
 * before it was asked in every form.
 */
#ifndef TLSDIVE_WORKER_PROBE_FORM_H
#define TLSDIVE_WORKER_PROBE_FORM_H

#include "worker/probe/peel.h"
#include "worker/tls/offer.h"

typedef enum Form {
    FORM_EC,    /* every group that is not FFDHE */
    FORM_FFDHE, /* every group */
    FORM_BARE,  /* no extension at all; TLS 1.3: no server_name, and real key shares */
    FORMS,
} Form;

/* A hello that offers `suites` (uint32_t, in this order) in `version`. NULL: no suites yet.
 * TLS_EMPTY_RENEGOTIATION_INFO_SCSV is added (RFC 5746), TLS_FALLBACK_SCSV is not. All signature
 * schemes of the registry are in it. The caller may change it before form_seal. */
Offer *form_offer(uint16_t version, Form form, const GArray *suites, const char *server_name);

/* A hello with extensions that stays below 256 bytes, with up to 20 suites and a short name: no
 * optional extension, one key share, the usual groups and schemes. */
void form_brief(Offer *offer);

/* What the server encrypts of its answer is to be read (TLS 1.3): only suites and groups are
 * offered for which that is possible, with a key share for `share`, or (0) for the usual groups. */
void form_open(Offer *offer, uint16_t share);

/* Fills random, secret and session id from the text and number. */
void form_seal(Offer *offer, const char *text, guint number);

/* The lists in which suites and groups are offered at last, until they are refused
 * (PeelEntry.lists). Some servers choose a suite, find then that they have no key, password or user
 * for it, and answer as if nothing had been offered: what stands below it is hidden. So no kind of
 * suites is only ever asked together with the same others. Groups are in two lists too, for others
 * read no more than a dozen of them (mbedTLS). */
enum {
    FORM_LIKELY = 1, /* ephemeral key exchange with the usual certificates; the usual groups */
    FORM_OTHER = 2,
};

/* Whether a suite is asked again in this form, which is not the usual one: its key exchange has to
 * do with the groups that make the difference, or is RSA, or nothing. */
bool form_asks(Form form, uint32_t suite);

/* The form's name, for an answer's value; NULL for the usual one. */
const char *form_name(Form form);

/* What there is to ask, in the order that is expected of a server (PeelEntry, to be freed with
 * g_array_unref): cipher suites of a version, supported groups, signature schemes of the kinds of
 * key that are listed (NULL at the end). */
GArray *form_suites(uint16_t version);
GArray *form_groups(uint16_t version);
GArray *form_schemes(const char *const *keys);

/* The schemes that may sign a TLS 1.3 handshake, likewise. */
GArray *form_schemes_tls13(void);

/* Orders of suites below TLS 1.3 that servers have, best first (GArray * of uint32_t). */
GPtrArray *form_orders(void);

/* The schemes of signature_algorithms: all of the registry, or those of a list. */
void form_set_schemes(Offer *offer, const GArray *schemes);

/* Certificates themselves may be signed with anything: signature_algorithms_cert. */
void form_allow_all_certificates(Offer *offer);

#endif
