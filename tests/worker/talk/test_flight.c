/* What TLS 1.3 encrypts, read: of a GnuTLS server in memory, in every suite and group; and of one
 * that says whatever a test wants. */
#include "worker/talk/flight.h"

#include <string.h>

#include "common/fact/fact.h"
#include "common/util/bytes.h"
#include "tests/check.h"
#include "tests/worker/talk/drive.h"
#include "tests/worker/talk/sealing.h"
#include "tests/worker/talk/server.h"
#include "worker/pki/proof.h"
#include "worker/talk/ask.h"
#include "worker/tls/seal.h"

static void add(GArray *list, uint16_t code)
{
    g_array_append_val(list, code);
}

static Offer *offer_of(uint16_t suite, uint16_t group)
{
    static const uint16_t schemes[] = {0x0403, 0x0804, 0x0805, 0x0806, 0x0807};
    Offer *offer = offer_new(TLS_1_3);
    offer_add_suite(offer, suite);
    add(offer->groups, group);
    add(offer->shares, group);
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
        add(offer->schemes, schemes[i]);
    g_ptr_array_add(offer->alpn, g_strdup("h2"));
    g_ptr_array_add(offer->alpn, g_strdup("http/1.1"));
    offer_add_extension(offer, EXTENSION_STATUS_REQUEST, "\x01\0\0\0\0", 5);
    offer_add_extension(offer, EXTENSION_COMPRESS_CERTIFICATE, "\x02\0\x01", 3);
    offer_add_extension(offer, EXTENSION_DELEGATED_CREDENTIAL, "\0\x02\x04\x03", 4);
    offer_add_extension(offer, EXTENSION_SERVER_CERTIFICATE_TYPE, "\x02\x02\0", 3);
    memset(offer->random, 0x11, sizeof offer->random);
    memset(offer->secret, 0x22, sizeof offer->secret);
    offer->opens = true;
    return offer;
}

static Drive *ask(Offer *offer)
{
    return drive_new(ask_new(offer, true));
}

static const Reply *reply_of(const Drive *drive)
{
    return ask_reply(drive->talk);
}

/* ---- GnuTLS ---- */

static void answer(const ServerSpec *spec, Drive *drive, size_t step)
{
    g_autoptr(Server) server = server_new(spec);
    g_autoptr(GByteArray) output = g_byte_array_new();
    server_turn(server, drive->sent->data, drive->sent->len, output);
    drive_feed(drive, output->data, output->len, step);
}

static const struct {
    uint16_t suite, group;
    const char *priority;
} ways[] = {
    {0x1301, 29, "+AES-128-GCM:+GROUP-X25519"},
    {0x1302, 23, "+AES-256-GCM:+GROUP-SECP256R1"},
    {0x1303, 24, "+CHACHA20-POLY1305:+GROUP-SECP384R1"},
    {0x1304, 25, "+AES-128-CCM:+GROUP-SECP521R1"},
    {0x1305, 30, "+AES-128-CCM-8:+GROUP-X448"},
};

START_TEST(every_suite_and_group)
{
    g_autofree char *priority = g_strconcat(
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:-GROUP-ALL:", ways[_i].priority, NULL);
    for (int rsa = 0; rsa < 2; rsa++) {
        ServerSpec spec = {.priority = priority, .rsa = rsa, .alpn = "http/1.1", .staple = "\x30"};
        g_autoptr(Drive) drive = ask(offer_of(ways[_i].suite, ways[_i].group));
        answer(&spec, drive, (size_t)rsa);
        const Reply *reply = reply_of(drive);
        ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
        ck_assert_ptr_null(reply->reason);
        ck_assert_uint_eq(reply->suite, ways[_i].suite);
        ck_assert_uint_eq(reply->group, ways[_i].group);
        ck_assert(reply->opened && reply->opened->whole && reply->opened->proven);
        ck_assert_str_eq(reply->alpn, "http/1.1");
        ck_assert(reply->has_scheme);
        ck_assert_uint_eq(reply->scheme, rsa ? 0x0804 : 0x0403);
        ck_assert_uint_eq(reply->certificates, 1);
        ck_assert(reply->leaf && reply->stapled && !reply->asked);
        ck_assert_uint_eq(reply->opened->packing, 0);
        ck_assert(!reply->opened->delegated && !reply->opened->raw_key);
    }
}
END_TEST

START_TEST(told_as_in_a_handshake)
{
    static const char *const names[] = {"EncryptedExtensions", "CertificateRequest", "Certificate",
                                        "CertificateVerify", "Finished"};
    ServerSpec spec = {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3", .ask = GNUTLS_CERT_REQUEST};
    g_autoptr(Drive) drive = ask(offer_of(0x1301, 29));
    answer(&spec, drive, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const json_t *fact = drive_fact(drive, "message", "name", names[i], 0);
        ck_assert_msg(fact && fact_bool(fact, "encrypted", false), "%s", names[i]);
        ck_assert_ptr_null(json_object_get(fact, "faults"));
    }
    ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), 1);
    ck_assert_uint_eq(drive_count(drive, "certificate", NULL, NULL), 1);
    ck_assert_str_eq(
        fact_string(drive_fact(drive, "message", "name", "CertificateVerify", 0), "scheme", ""),
        "ecdsa_secp256r1_sha256");
    ck_assert(reply_of(drive)->asked);
    ck_assert_ptr_null(reply_of(drive)->alpn);
}
END_TEST

/* ---- scripted ---- */

static Sealing *sealing_for(const Drive *drive)
{
    return sealing_new(drive->sent->data, drive->sent->len, 0x1301);
}

static void feed(Drive *drive, const Sealing *sealing, size_t step)
{
    drive_feed(drive, sealing->output->data, sealing->output->len, step);
}

static void certificate(Sealing *sealing, const char *extensions)
{
    const gnutls_datum_t *der = server_certificate();
    sealing_certificate(sealing, der->data, der->size, extensions);
}

static void whole(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "");
    sealing_verify(sealing);
    sealing_finished(sealing);
}

static void change_first(Sealing *sealing)
{
    static const uint8_t change[] = {20, 3, 3, 0, 1, 1};
    g_byte_array_append(sealing->output, change, sizeof change);
    whole(sealing);
}

static void padded(Sealing *sealing)
{
    uint8_t message[] = {HANDSHAKE_ENCRYPTED_EXTENSIONS, 0, 0, 2, 0, 0};
    seal_message(sealing->seal, message, sizeof message);
    sealing_record(sealing, RECORD_HANDSHAKE, message, 3, 100);
    sealing_record(sealing, RECORD_HANDSHAKE, message + 3, 3, 16000);
    certificate(sealing, "");
    sealing_verify(sealing);
    sealing_finished(sealing);
}

static void packed(Sealing *sealing)
{
    const gnutls_datum_t *der = server_certificate();
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    sealing_packed(sealing, der->data, der->size, "");
    sealing_verify(sealing);
    sealing_finished(sealing);
}

static void raw_key(Sealing *sealing)
{
    g_autoptr(GByteArray) key = sealing_key();
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0005 0014 0001 02");
    sealing_certificate(sealing, key->data, key->len, "");
    sealing_verify(sealing);
    sealing_finished(sealing);
}

static void delegate(Sealing *sealing, bool rightly)
{
    g_autofree char *extension = sealing_credential(rightly);
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, extension);
    sealing_verify(sealing);
    sealing_finished(sealing);
}

static void delegated(Sealing *sealing)
{
    delegate(sealing, true);
}

static void (*const good[])(Sealing *sealing) = {whole,  change_first, padded,
                                                 packed, raw_key,      delegated};

START_TEST(legal_ones)
{
    for (size_t step = 0; step < 2; step++) {
        g_autoptr(Drive) drive = ask(offer_of(0x1301, 29));
        g_autoptr(Sealing) sealing = sealing_for(drive);
        good[_i](sealing);
        feed(drive, sealing, step);
        const Reply *reply = reply_of(drive);
        ck_assert_msg(reply->kind == REPLY_CHOSEN && !reply->reason, "%s",
                      reply->reason ? reply->reason : "kind");
        ck_assert(reply->opened->whole && reply->opened->proven);
        ck_assert_int_eq(reply->opened->delegated, good[_i] == delegated);
        ck_assert_int_eq(reply->opened->packing, good[_i] == packed);
        ck_assert_int_eq(reply->opened->raw_key != NULL, good[_i] == raw_key);
        ck_assert_int_eq(reply->leaf != NULL, good[_i] != raw_key);
        ck_assert_uint_eq(drive_count(drive, "chain", NULL, NULL), good[_i] == raw_key ? 0 : 1);
        ck_assert_uint_eq(drive_count(drive, "change-cipher-spec", NULL, NULL), 0);
        ck_assert(good[_i] != packed || reply->opened->packed < reply->opened->unpacked);
    }
}
END_TEST

START_TEST(cut_at_every_length)
{
    g_autoptr(Drive) first = ask(offer_of(0x1301, 29));
    g_autoptr(Sealing) sealing = sealing_for(first);
    delegated(sealing);
    for (guint size = 1; size < sealing->output->len; size++) {
        g_autoptr(Drive) drive = ask(offer_of(0x1301, 29));
        drive_feed(drive, sealing->output->data, size, 0);
        drive_end(drive, TALK_END_CLOSED);
        const Reply *reply = reply_of(drive);
        ck_assert_int_eq(reply->kind, REPLY_LOST);
        ck_assert_str_eq(reply->reason, "closed-after");
        ck_assert(!reply->opened || !reply->opened->whole);
    }
}
END_TEST

/* ---- what is illegal ---- */

static void not_offered(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0006 001c 0002 4000");
}

static void misplaced(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0006 0005 0002 0100");
}

static void twice(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "000a 0014 0001 00 0014 0001 00");
}

static void other_protocol(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0009 0010 0005 0003 02 6833");
}

static void unreadable(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0006 0014 0009 00");
}

static void no_extensions(Sealing *sealing)
{
    certificate(sealing, "");
}

static void no_certificate(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    sealing_verify(sealing);
}

static void no_verify(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "");
    sealing_finished(sealing);
}

static void two_certificates(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "");
    certificate(sealing, "");
}

static void ticket_too_soon(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_NEW_SESSION_TICKET, "00000000 00000000 00 0001 00 0000");
}

static void empty_chain(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    sealing_hex(sealing, HANDSHAKE_CERTIFICATE, "00 000000");
}

static void beside_certificate(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "0012 0002 0000");
}

static void in_certificate(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "0010 0005 0003 02 6832");
}

static void wrong_credential(Sealing *sealing)
{
    delegate(sealing, false);
}

static void cut_credential(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "0022 0004 00093a80");
}

static void packed_otherwise(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    sealing_hex(sealing, HANDSHAKE_COMPRESSED_CERTIFICATE, "0002 000190 000001 00");
}

static void packed_badly(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    sealing_hex(sealing, HANDSHAKE_COMPRESSED_CERTIFICATE, "0001 000190 000001 00");
}

static void wrong_signature(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "");
    sealing_hex(sealing, HANDSHAKE_CERTIFICATE_VERIFY, "0403 0008 3006 020101 020101");
}

static void other_scheme(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "");
    sealing_hex(sealing, HANDSHAKE_CERTIFICATE_VERIFY, "0809 0001 00");
}

static void wrong_finished(Sealing *sealing)
{
    sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, "0000");
    certificate(sealing, "");
    sealing_verify(sealing);
    sealing_hex(sealing, HANDSHAKE_FINISHED,
                "00000000000000000000000000000000 00000000000000000000000000000000");
}

static void not_encrypted(Sealing *sealing)
{
    static const uint8_t record[] = {22, 3, 3, 0, 6, 8, 0, 0, 2, 0, 0};
    g_byte_array_append(sealing->output, record, sizeof record);
}

static void not_with_our_key(Sealing *sealing)
{
    whole(sealing);
    sealing->output->data[5 + 4 + 86 + 5] ^= 1;
}

static void only_zeros(Sealing *sealing)
{
    sealing_record(sealing, 0, (const uint8_t *)"\0\0", 2, 5);
}

static void data_too_soon(Sealing *sealing)
{
    sealing_record(sealing, RECORD_APPLICATION_DATA, (const uint8_t *)"hello", 5, 0);
}

static void interrupted(Sealing *sealing)
{
    sealing_record(sealing, RECORD_HANDSHAKE, (const uint8_t *)"\x08\0\0\x02", 4, 0);
    sealing_record(sealing, RECORD_ALERT, (const uint8_t *)"\x02\x28", 2, 0);
}

static void long_change(Sealing *sealing)
{
    static const uint8_t change[] = {20, 3, 3, 0, 2, 1, 1};
    g_byte_array_append(sealing->output, change, sizeof change);
}

static const struct {
    void (*say)(Sealing *sealing);
    const char *reason;
} bad[] = {
    {not_offered, "extension-not-offered"},
    {misplaced, "extension-misplaced"},
    {twice, "extension-twice"},
    {other_protocol, "alpn-not-offered"},
    {unreadable, "message-malformed"},
    {no_extensions, "message-unexpected"},
    {no_certificate, "message-unexpected"},
    {no_verify, "message-unexpected"},
    {two_certificates, "message-unexpected"},
    {ticket_too_soon, "message-unexpected"},
    {empty_chain, "message-malformed"},
    {beside_certificate, "extension-not-offered"},
    {in_certificate, "extension-misplaced"},
    {wrong_credential, "signature-wrong"},
    {cut_credential, "message-malformed"},
    {packed_otherwise, "compression-not-offered"},
    {packed_badly, "message-malformed"},
    {wrong_signature, "signature-wrong"},
    {other_scheme, "scheme-not-offered"},
    {wrong_finished, "finished-wrong"},
    {not_encrypted, "message-unexpected"},
    {not_with_our_key, "decrypt-failed"},
    {only_zeros, "decrypt-failed"},
    {data_too_soon, "message-unexpected"},
    {interrupted, "message-malformed"},
    {long_change, "message-malformed"},
};

START_TEST(illegal_ones)
{
    g_autoptr(Drive) drive = ask(offer_of(0x1301, 29));
    g_autoptr(Sealing) sealing = sealing_for(drive);
    bad[_i].say(sealing);
    feed(drive, sealing, 0);
    if (drive->talk->state == TALK_GOING)
        drive_end(drive, TALK_END_CLOSED);
    const Reply *reply = reply_of(drive);
    g_autofree char *dump = drive_dump(drive, false);
    ck_assert_int_eq(drive->talk->state, TALK_FAILED);
    ck_assert_msg(reply->kind == REPLY_ILLEGAL && !g_strcmp0(reply->reason, bad[_i].reason),
                  "%s, not %s: %s", reply->reason, bad[_i].reason, dump);
    ck_assert(reply->chosen && reply->opened);
    ck_assert_int_eq(reply->opened->whole, bad[_i].say == wrong_credential);
}
END_TEST

/* What hides nothing is named, and the rest is read. */
START_TEST(read_on)
{
    static const struct {
        const char *extensions, *beside, *reason;
    } rows[] = {
        {"0006 001c 0002 4000", "", "extension-not-offered"},
        {"0000", "0012 0002 0000", "extension-not-offered"},
        {"0009 0010 0005 0003 02 6833", "0010 0005 0003 02 6832", "alpn-not-offered"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Drive) drive = ask(offer_of(0x1301, 29));
        g_autoptr(Sealing) sealing = sealing_for(drive);
        sealing_hex(sealing, HANDSHAKE_ENCRYPTED_EXTENSIONS, rows[i].extensions);
        certificate(sealing, rows[i].beside);
        sealing_verify(sealing);
        sealing_finished(sealing);
        feed(drive, sealing, 1);
        const Reply *reply = reply_of(drive);
        ck_assert_int_eq(reply->kind, REPLY_ILLEGAL);
        ck_assert_str_eq(reply->reason, rows[i].reason);
        ck_assert(reply->opened->whole && reply->opened->proven && reply->leaf);
    }
}
END_TEST

/* But not where something is missing. */
START_TEST(not_past_everything)
{
    g_autoptr(Drive) drive = ask(offer_of(0x1301, 29));
    g_autoptr(Sealing) sealing = sealing_for(drive);
    not_offered(sealing);
    certificate(sealing, "");
    sealing_finished(sealing);
    feed(drive, sealing, 0);
    ck_assert_str_eq(reply_of(drive)->reason, "message-unexpected");
    ck_assert(!reply_of(drive)->opened->whole);
}
END_TEST

START_TEST(an_encrypted_alert)
{
    g_autoptr(Drive) drive = ask(offer_of(0x1301, 29));
    g_autoptr(Sealing) sealing = sealing_for(drive);
    sealing_record(sealing, RECORD_ALERT, (const uint8_t *)"\x02", 1, 0);
    sealing_record(sealing, RECORD_ALERT, (const uint8_t *)"\x78", 1, 0);
    feed(drive, sealing, 0);
    ck_assert_int_eq(reply_of(drive)->kind, REPLY_CHOSEN);
    ck_assert_int_eq(reply_of(drive)->alert, 120);
    ck_assert(fact_bool(drive_fact(drive, "alert", NULL, NULL, 0), "encrypted", false));
}
END_TEST

/* What cannot be opened ends where it always did. */
START_TEST(without_a_key)
{
    ServerSpec spec = {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-FFDHE2048"};
    g_autoptr(Drive) drive = ask(offer_of(0x1301, 256));
    answer(&spec, drive, 0);
    const Reply *reply = reply_of(drive);
    ck_assert_int_eq(reply->kind, REPLY_CHOSEN);
    ck_assert_ptr_null(reply->reason);
    ck_assert_ptr_null(reply->opened);
}
END_TEST

START_TEST(an_unknown_scheme_proves_nothing)
{
    g_autoptr(GByteArray) content = sealing_bytes("00");
    ProofKey key = {server_certificate()->data, server_certificate()->size, true};
    ProofKey none = {content->data, content->len, true};
    Reader nothing = reader_new(content->data, content->len);
    ck_assert_int_eq(proof_check(&key, 0x0904, content, nothing), PROOF_UNKNOWN);
    ck_assert_int_eq(proof_check(&none, 0x0403, content, nothing), PROOF_UNKNOWN);
    ck_assert_int_eq(proof_check(&key, 0x0403, content, nothing), PROOF_WRONG);
}
END_TEST

int main(void)
{
    server_prepare();
    Suite *suite = suite_create("flight");
    TCase *tcase = tcase_create("read");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, every_suite_and_group, 0, G_N_ELEMENTS(ways));
    tcase_add_test(tcase, told_as_in_a_handshake);
    tcase_add_loop_test(tcase, legal_ones, 0, G_N_ELEMENTS(good));
    tcase_add_test(tcase, cut_at_every_length);
    tcase_add_loop_test(tcase, illegal_ones, 0, G_N_ELEMENTS(bad));
    tcase_add_test(tcase, read_on);
    tcase_add_test(tcase, not_past_everything);
    tcase_add_test(tcase, an_encrypted_alert);
    tcase_add_test(tcase, without_a_key);
    tcase_add_test(tcase, an_unknown_scheme_proves_nothing);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
