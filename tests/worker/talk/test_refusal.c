#include "worker/talk/refusal.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "common/fact/fact.h"
#include "common/registry/registry.h"
#include "common/util/limits.h"
#include "tests/check.h"

static void bytes_free(gpointer bytes)
{
    g_bytes_unref(bytes);
}

static const struct {
    int code;
    const char *reason;
    int alert;
} rows[] = {
    {GNUTLS_E_ERROR_IN_FINISHED_PACKET, "finished-wrong", GNUTLS_A_DECRYPT_ERROR},
    {GNUTLS_E_PK_SIG_VERIFY_FAILED, "signature-wrong", GNUTLS_A_DECRYPT_ERROR},
    {GNUTLS_E_DECRYPTION_FAILED, "decrypt-failed", GNUTLS_A_BAD_RECORD_MAC},
    {GNUTLS_E_HANDSHAKE_TOO_LARGE, "limit-message-encrypted", GNUTLS_A_INTERNAL_ERROR},
    {GNUTLS_E_CERTIFICATE_ERROR, "certificate-undecodable", GNUTLS_A_BAD_CERTIFICATE},
    {GNUTLS_E_ASN1_TAG_ERROR, "certificate-undecodable", GNUTLS_A_BAD_CERTIFICATE},
    {GNUTLS_E_INTERNAL_ERROR, "gnutls-refused", GNUTLS_A_ILLEGAL_PARAMETER},
};

/* A transcript in which the server has sent one certificate, which does not decode. */
START_TEST(codes_have_reasons)
{
    static const uint8_t junk[64] = {0x5a};
    Talk talk = {.after = "Certificate"};
    g_autoptr(Transcript) transcript = transcript_new(&talk);
    transcript->chain = g_ptr_array_new_with_free_func(bytes_free);
    g_ptr_array_add(transcript->chain, g_bytes_new(junk, sizeof junk));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Fault) fault = refusal_of_gnutls(rows[i].code, transcript);
        ck_assert_str_eq(fault->reason, rows[i].reason);
        ck_assert_int_eq(refusal_alert(fault->reason), rows[i].alert);
        const Reason *reason = registry_reason(fault->reason);
        ck_assert_ptr_nonnull(reason);
        ck_assert_str_eq(refusal_result(fault->reason), reason->result);
    }
}
END_TEST

/* GnuTLS is only named where we found nothing wrong ourselves. */
START_TEST(our_own_reading_comes_first)
{
    Talk talk = {.after = "ServerKeyExchange"};
    g_autoptr(Transcript) transcript = transcript_new(&talk);
    g_autoptr(Fault) theirs = refusal_of_gnutls(GNUTLS_E_UNEXPECTED_PACKET_LENGTH, transcript);
    ck_assert_str_eq(theirs->reason, "gnutls-refused");
    ck_assert_str_eq(fact_string(theirs->args, "after", ""), "ServerKeyExchange");
    const char *text = fact_string(theirs->args, "error", "");
    ck_assert_uint_gt(strlen(text), 0);
    ck_assert(!g_str_has_suffix(text, "."));
    transcript->malformed = "ServerKeyExchange";
    g_autoptr(Fault) ours = refusal_of_gnutls(GNUTLS_E_UNEXPECTED_PACKET_LENGTH, transcript);
    ck_assert_str_eq(ours->reason, "message-malformed");
    ck_assert_str_eq(fact_string(ours->args, "name", ""), "ServerKeyExchange");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("refusal");
    TCase *tcase = tcase_create("reasons");
    tcase_add_test(tcase, codes_have_reasons);
    tcase_add_test(tcase, our_own_reading_comes_first);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
