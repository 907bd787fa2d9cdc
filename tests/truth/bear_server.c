/* A server with BearSSL, one connection at a time: bear_server ADDRESS PORT PROFILE CHAIN KEY,
 * where PROFILE is full_rsa or minr2g (see br_ssl_server_init_full_rsa), and CHAIN (a certificate)
 * and KEY (RSA) are DER files. */
#include <arpa/inet.h>
#include <bearssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t load(const char *path, unsigned char *into, size_t room)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    size_t size = fread(into, 1, room, file);
    fclose(file);
    return size;
}

static int receive(void *context, unsigned char *data, size_t size)
{
    ssize_t got = read(*(int *)context, data, size);
    return got > 0 ? (int)got : -1;
}

static int send_out(void *context, const unsigned char *data, size_t size)
{
    ssize_t sent = write(*(int *)context, data, size);
    return sent > 0 ? (int)sent : -1;
}

static void serve(int connection, const char *profile, const br_x509_certificate *chain,
                  const br_rsa_private_key *key)
{
    static br_ssl_server_context server;
    static unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
    if (strcmp(profile, "minr2g") == 0)
        br_ssl_server_init_minr2g(&server, chain, 1, key);
    else
        br_ssl_server_init_full_rsa(&server, chain, 1, key);
    br_ssl_engine_set_buffer(&server.eng, buffer, sizeof buffer, 1);
    br_ssl_server_reset(&server);
    br_sslio_context io;
    br_sslio_init(&io, &server.eng, receive, &connection, send_out, &connection);
    unsigned char byte;
    br_sslio_read(&io, &byte, 1);
    br_sslio_close(&io);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    static unsigned char certificate[8192], secret[8192];
    br_x509_certificate chain = {certificate, load(argv[4], certificate, sizeof certificate)};
    static br_skey_decoder_context decoder;
    br_skey_decoder_init(&decoder);
    br_skey_decoder_push(&decoder, secret, load(argv[5], secret, sizeof secret));
    const br_rsa_private_key *key = br_skey_decoder_get_rsa(&decoder);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtol(argv[2], NULL, 10))};
    if (!key || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 64) != 0) {
        perror("bear_server");
        return 1;
    }
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            continue;
        serve(connection, argv[3], &chain, key);
        close(connection);
    }
}
