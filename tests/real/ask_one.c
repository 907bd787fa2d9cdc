/* ask_one ADDRESS PORT VERSION [NAME=CODE,CODE ...]: asks one hello over a socket, of DTLS over
 * UDP, and prints the reply as a line of JSON. Numbers are hexadecimal. NAME is suites, groups,
 * schemes, shares or fragment; alpn=NAME,NAME; patience=SECONDS of silence, in decimal; half-close
 * and bare are words. For test_ask.py and test_ask_dtls.py. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/talk/ask.h"

enum { DATAGRAM = 1 << 16 }; /* bytes of the longest one */

static void add_codes(GArray *list, const char *codes)
{
    g_auto(GStrv) words = g_strsplit(codes, ",", 0);
    for (char **word = words; *word && **word; word++) {
        uint32_t code = (uint32_t)strtoul(*word, NULL, 16);
        uint16_t half = (uint16_t)code;
        g_array_append_vals(list, g_array_get_element_size(list) == 2 ? (void *)&half : &code, 1);
    }
}

static void add_names(GPtrArray *list, const char *names)
{
    g_auto(GStrv) words = g_strsplit(names, ",", 0);
    for (char **word = words; *word; word++)
        g_ptr_array_add(list, g_strdup(*word));
}

static void set(Offer *offer, const char *word)
{
    const char *value = strchr(word, '=');
    value = value ? value + 1 : "";
    if (g_str_has_prefix(word, "suites="))
        add_codes(offer->suites, value);
    else if (g_str_has_prefix(word, "groups="))
        add_codes(offer->groups, value);
    else if (g_str_has_prefix(word, "schemes="))
        add_codes(offer->schemes, value);
    else if (g_str_has_prefix(word, "shares="))
        add_codes(offer->shares, value);
    else if (g_str_has_prefix(word, "alpn="))
        add_names(offer->alpn, value);
    else if (g_str_has_prefix(word, "fragment="))
        offer->fragment = (guint)strtoul(value, NULL, 16);
    else if (g_str_equal(word, "bare"))
        offer->bare = true;
}

static int open_socket(const char *address, const char *port, bool datagrams)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    int fd = socket(AF_INET, datagrams ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
        connect(fd, (const struct sockaddr *)&to, sizeof to) < 0)
        return -1;
    return fd;
}

/* Seconds. */
static double clock_now(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

/* Sends what there is to send; false where the peer takes no more. */
static bool say(Talk *talk, int fd)
{
    size_t size;
    for (const uint8_t *data; (data = talk_output(talk, &size));) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        talk_sent(talk, (size_t)sent, clock_now());
    }
    if (talk->half_close)
        shutdown(fd, SHUT_WR);
    return true;
}

static void hear(Talk *talk, int fd)
{
    uint8_t bytes[DATAGRAM];
    ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    if (size > 0)
        talk_feed(talk, bytes, (size_t)size, clock_now());
    else if (size < 0 || !talk->datagrams)
        talk_end(talk, size == 0 ? TALK_END_CLOSED : TALK_END_RESET, clock_now());
}

static void carry(Talk *talk, int fd, double patience)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    double silent_at = clock_now() + patience;
    talk_start(talk, clock_now());
    while (talk->state == TALK_GOING) {
        say(talk, fd);
        double until = talk->deadline > 0 ? MIN(talk->deadline, silent_at) : silent_at;
        double left = MAX(until - clock_now(), 0);
        if (poll(&wait, 1, (int)(left * 1000) + 1) > 0)
            hear(talk, fd);
        else if (clock_now() >= silent_at)
            talk_end(talk, TALK_END_IDLE, clock_now());
        else if (talk->deadline > 0 && clock_now() >= talk->deadline)
            talk_tick(talk, clock_now());
    }
    say(talk, fd);
}

static void print(const Reply *reply)
{
    static const char *const kinds[] = {"none",    "chosen", "retry", "alert",  "closed",
                                        "illegal", "other",  "lost",  "stopped"};
    json_t *all =
        json_pack("{s:s, s:i, s:I, s:i, s:i, s:i, s:i, s:i, s:b, s:b}", "kind", kinds[reply->kind],
                  "version", (int)reply->version, "suite", (json_int_t)reply->suite, "group",
                  reply->has_group ? (int)reply->group : -1, "scheme",
                  reply->has_scheme ? (int)reply->scheme : -1, "alert", reply->alert, "bits",
                  (int)reply->prime_bits, "certificates", (int)reply->certificates, "asked",
                  reply->asked, "stapled", reply->stapled);
    json_object_set_new(all, "reason", reply->reason ? json_string(reply->reason) : json_null());
    json_object_set_new(all, "alpn", reply->alpn ? json_string(reply->alpn) : json_null());
    json_object_set_new(all, "prime", reply->prime ? json_string(reply->prime) : json_null());
    json_object_set_new(all, "leaf", reply->leaf ? json_string(reply->leaf) : json_null());
    json_dumpf(all, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(all);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return EXIT_FAILURE;
    Offer *offer = offer_new((uint16_t)strtoul(argv[3], NULL, 16));
    bool half_close = false;
    double patience = 20;
    for (int i = 4; i < argc; i++) {
        set(offer, argv[i]);
        half_close = half_close || g_str_equal(argv[i], "half-close");
        if (g_str_has_prefix(argv[i], "patience="))
            patience = g_ascii_strtod(strchr(argv[i], '=') + 1, NULL);
    }
    if (getrandom(offer->random, sizeof offer->random, 0) < 0)
        return EXIT_FAILURE;
    g_autoptr(Talk) talk = ask_new(offer, half_close);
    int fd = open_socket(argv[1], argv[2], talk->datagrams);
    if (fd < 0)
        return EXIT_FAILURE;
    carry(talk, fd, patience);
    close(fd);
    print(ask_reply(talk));
    return EXIT_SUCCESS;
}
