#include "worker/talk/refusal.h"

#include "common/registry/registry.h"
#include "common/util/limits.h"

#include <gnutls/x509.h>
#include <string.h>

const char *refusal_result(const char *reason)
{
    const Reason *row = registry_reason(reason);
    return row && row->result ? row->result : "illegal";
}

int refusal_alert(const char *reason)
{
    static const struct {
        const char *reason;
        int alert;
    } rows[] = {
        {"certificate-undecodable", GNUTLS_A_BAD_CERTIFICATE},
        {"decrypt-failed", GNUTLS_A_BAD_RECORD_MAC},
        {"extension-not-offered", GNUTLS_A_UNSUPPORTED_EXTENSION},
        {"finished-wrong", GNUTLS_A_DECRYPT_ERROR},
        {"message-malformed", GNUTLS_A_DECODE_ERROR},
        {"message-unexpected", GNUTLS_A_UNEXPECTED_MESSAGE},
        {"record-malformed", GNUTLS_A_DECODE_ERROR},
        {"retry-twice", GNUTLS_A_UNEXPECTED_MESSAGE},
        {"signature-wrong", GNUTLS_A_DECRYPT_ERROR},
        {"version-not-offered", GNUTLS_A_PROTOCOL_VERSION},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!strcmp(rows[i].reason, reason))
            return rows[i].alert;
    }
    return g_str_has_prefix(reason, "limit-") ? GNUTLS_A_INTERNAL_ERROR
                                              : GNUTLS_A_ILLEGAL_PARAMETER;
}

/* What GnuTLS says of a certificate of the chain, if that is what it gave up on. */
static Fault *undecodable(int code, const Transcript *transcript)
{
    for (guint i = 0; transcript->chain && i < transcript->chain->len; i++) {
        gsize size;
        gconstpointer der = g_bytes_get_data(transcript->chain->pdata[i], &size);
        gnutls_datum_t datum = {(uint8_t *)(uintptr_t)der, (unsigned)size};
        gnutls_x509_crt_t crt;
        if (gnutls_x509_crt_init(&crt) < 0)
            return NULL;
        int error = gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_DER);
        gnutls_x509_crt_deinit(crt);
        if (error < 0 && (code == error || code == GNUTLS_E_CERTIFICATE_ERROR))
            return fault_new(
                "certificate-undecodable",
                json_pack("{s:i, s:s}", "number", (int)i + 1, "error", gnutls_strerror(error)));
    }
    return NULL;
}

/* GnuTLS's words, without the full stop: they stand inside a sentence of ours. */
static json_t *error_text(int code)
{
    g_autofree char *text = g_strdup(gnutls_strerror(code));
    if (g_str_has_suffix(text, "."))
        text[strlen(text) - 1] = '\0';
    return json_string(text);
}

Fault *refusal_of_gnutls(int code, const Transcript *transcript)
{
    static const struct {
        int code;
        const char *reason;
    } rows[] = {
        {GNUTLS_E_ERROR_IN_FINISHED_PACKET, "finished-wrong"},
        {GNUTLS_E_PK_SIG_VERIFY_FAILED, "signature-wrong"},
        {GNUTLS_E_DECRYPTION_FAILED, "decrypt-failed"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].code == code)
            return fault_new(rows[i].reason, NULL);
    }
    if (code == GNUTLS_E_HANDSHAKE_TOO_LARGE)
        return fault_new("limit-message-encrypted", json_pack("{s:i}", "bytes", LIMIT_MESSAGE));
    Fault *fault = undecodable(code, transcript);
    if (fault)
        return fault;
    if (transcript->malformed)
        return fault_new("message-malformed", json_pack("{s:s, s:o}", "name", transcript->malformed,
                                                        "what", error_text(code)));
    return fault_new("gnutls-refused", json_pack("{s:o, s:s}", "error", error_text(code), "after",
                                                 transcript->talk->after));
}
