#include "tests/worker/loop/lo.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "worker/loop/address.h"

static socklen_t socket_address(const char *text, guint port, struct sockaddr_storage *to)
{
    Address address;

    ck_assert(address_parse(text, &address));
    return address_to_socket(&address, port, to);
}

int lo_listen(const char *address, int backlog, guint *port)
{
    struct sockaddr_storage own;
    socklen_t size = socket_address(address, *port, &own);
    int fd = socket(own.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    if (bind(fd, (const struct sockaddr *)&own, size) != 0) {
        close(fd);
        return -1;
    }
    ck_assert_int_eq(listen(fd, backlog), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&own, &size), 0);
    *port = ntohs(((const struct sockaddr_in *)&own)->sin_port); /* IPv6 has it at the same place */
    return fd;
}

gboolean lo_silent(const char *address, guint *port, int fds[2])
{
    struct sockaddr_storage to;
    socklen_t size;

    fds[0] =
        lo_listen(address, 0, port); /* holds one that is not accepted; the next gets no answer */
    if (fds[0] < 0)
        return FALSE;
    size = socket_address(address, *port, &to);
    fds[1] = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fds[1], (const struct sockaddr *)&to, size), 0);
    return TRUE;
}

int lo_accept(int fd)
{
    int accepted = accept(fd, NULL, NULL);

    ck_assert_int_ge(accepted, 0);
    return accepted;
}

void lo_reset(int fd)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = 0};

    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    close(fd);
}
