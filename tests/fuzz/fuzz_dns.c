/* The first byte chooses: a DNS message, the RDATA of a record, or an MTA-STS policy. What is read
 * is always a line of facts. */
#include <stdlib.h>

#include "common/fact/fact.h"
#include "worker/fetch/dns_message.h"
#include "worker/fetch/mail_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(json_t *read)
{
    char *text = json_dumps(read, JSON_ENCODE_ANY);
    if (!text)
        abort();
    free(text);
    json_decref(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const DnsType types[] = {DNS_A, DNS_MX, DNS_TXT, DNS_TLSA, DNS_CAA};
    Reader reader = reader_new(data, size);
    size_t choice = reader_u8(&reader), left = reader_left(&reader);
    const uint8_t *rest = reader_take(&reader, left);
    if (!rest)
        return 0;
    if (choice < G_N_ELEMENTS(types)) {
        DnsAnswer answer = dns_answer_read(rest, left, types[choice]);
        hold(mail_policy_records(answer.records, "STSv1"));
        hold(json_incref(answer.records));
        hold(json_incref(answer.aliases));
        dns_answer_clear(&answer);
    } else if (choice == 't') {
        json_t *record = dns_tlsa_read(reader_new(rest, left));
        hold(record ? record : json_null());
    } else if (choice == 'c') {
        json_t *record = dns_caa_read(reader_new(rest, left));
        hold(record ? record : json_null());
    } else {
        hold(mail_policy_read(rest, left));
    }
    return 0;
}
