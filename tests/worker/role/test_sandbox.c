/* Each row does one thing in a locked child process: it must go well, fail with the errno given, or
 * end the process with SIGSYS. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "worker/role/sandbox.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WIDER_FILTER true
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WIDER_FILTER true
#endif
#ifndef WIDER_FILTER
#define WIDER_FILTER false
#endif

enum { DIES = -1, NOT_LOCKED = 99 };

typedef struct Row {
    const char *name;
    int (*act)(void); /* 0 or an errno */
    SandboxKind kind;
    int expected; /* DIES, 0 or an errno */
    bool wider;   /* holds with the wider filter of sanitizers too */
} Row;

/* Made before the lock. */
static int loop_fd = -1, pipe_fds[2] = {-1, -1};

/* By number, where libc may choose another call or refuse by itself. */
static int call(long number, long a, long b, long c)
{
    return syscall(number, a, b, c, 0, 0, 0) < 0 ? errno : 0;
}

static int act_openat(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int act_create(void)
{
    return call(SYS_openat, AT_FDCWD, (long)"/tmp/tlsdive-sandbox", O_CREAT | O_WRONLY);
}

static int act_execve(void)
{
    char name[] = "true";
    char *const argv[] = {name, NULL};

    execve("/bin/true", argv, NULL);
    return errno;
}

static int act_execveat(void)
{
    return call(SYS_execveat, AT_FDCWD, (long)"/bin/true", 0);
}

static int act_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid < 0 ? errno : 0;
}

static int act_clone3(void)
{
    return call(SYS_clone3, 0, 0, 0);
}

static int act_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0;
}

static int act_unlink(void)
{
    return unlink("/tmp/tlsdive-sandbox-none") < 0 ? errno : 0;
}

static int act_rename(void)
{
    return rename("/tmp/tlsdive-sandbox-none", "/tmp/tlsdive-sandbox-none2") < 0 ? errno : 0;
}

static int act_mkdir(void)
{
    return mkdir("/tmp/tlsdive-sandbox-none/none", 0700) < 0 ? errno : 0;
}

static int act_chmod(void)
{
    return chmod("/tmp/tlsdive-sandbox-none", 0700) < 0 ? errno : 0;
}

static int act_mount(void)
{
    return mount("none", "/tmp/tlsdive-sandbox-none", "tmpfs", 0, NULL) < 0 ? errno : 0;
}

static int act_kill_parent(void)
{
    return kill(getppid(), 0) < 0 ? errno : 0;
}

static int act_listen(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return listen(fd, 1) < 0 ? errno : 0;
}

static int act_unix(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    return fd < 0 ? errno : 0;
}

/* Even through a socket that it may have, an address of another family leads nowhere. */
static int act_connect_unix(void)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/none"};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0)
        return 0;
    return connect(fd, (const struct sockaddr *)&address, sizeof address) < 0 ? errno : 0;
}

static int act_raw(void)
{
    return socket(AF_INET, SOCK_RAW, IPPROTO_TCP) < 0 ? errno : 0;
}

static int act_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int act_map_code(void)
{
    void *code =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return code == MAP_FAILED ? errno : 0;
}

static int act_abort(void)
{
    abort();
}

/* A call that neither harms nor is needed. */
static int act_getcwd(void)
{
    char here[4096];

    return call(SYS_getcwd, (long)here, sizeof here, 0);
}

static int act_terminal(void)
{
    return call(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, (long)"x");
}

static int act_memory(void)
{
    const size_t too_much = (size_t)4 << 30;
    void *small = malloc((size_t)8 << 20);

    if (small == NULL)
        return ENOMEM;
    free(small);
    void *large = mmap(NULL, too_much, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return large == MAP_FAILED ? errno : 0;
}

static int act_limit(void)
{
    const struct rlimit limit = {1, 1};

    return setrlimit(RLIMIT_CORE, &limit) < 0 ? errno : 0;
}

/* What every worker lives on: pipes, epoll, the clock, memory, random bytes. */
static int act_live(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = pipe_fds[0]};
    struct timespec now;
    char byte = 'x';
    void *memory = g_malloc0(1 << 16);
    int error = 0;

    memory = g_realloc(memory, 1 << 22);
    g_free(memory);
    if (epoll_ctl(loop_fd, EPOLL_CTL_ADD, pipe_fds[0], &event) < 0 ||
        write(pipe_fds[1], &byte, 1) != 1 || epoll_wait(loop_fd, &event, 1, 1000) != 1 ||
        read(pipe_fds[0], &byte, 1) != 1 || close(pipe_fds[0]) < 0)
        error = errno;
    if (!error && (clock_gettime(CLOCK_MONOTONIC, &now) < 0 || getrandom(&byte, 1, 0) != 1))
        error = errno;
    return error;
}

/* What the prober lives on: a non-blocking TCP and a UDP socket. */
static int act_network(void)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9)};
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int udp = socket(AF_INET, SOCK_DGRAM, 0);

    if (tcp < 0 || udp < 0)
        return errno;
    if (connect(udp, (const struct sockaddr *)&address, sizeof address) < 0 ||
        getsockname(udp, (struct sockaddr *)&own, &size) < 0 ||
        fcntl(udp, F_SETFL, fcntl(udp, F_GETFL) | O_NONBLOCK) < 0)
        return errno;
    if (connect(tcp, (const struct sockaddr *)&address, sizeof address) == 0 ||
        (errno != EINPROGRESS && errno != ECONNREFUSED))
        return errno ? errno : EINVAL;
    return 0;
}

static const Row rows[] = {
    {"reader-lives", act_live, SANDBOX_READER, 0, true},
    {"prober-lives", act_live, SANDBOX_PROBER, 0, true},
    {"prober-network", act_network, SANDBOX_PROBER, 0, true},
    {"reader-socket", act_socket, SANDBOX_READER, DIES, true},
    {"reader-unix", act_unix, SANDBOX_READER, DIES, true},
    {"prober-ptrace", act_ptrace, SANDBOX_PROBER, DIES, false},
    {"reader-ptrace", act_ptrace, SANDBOX_READER, DIES, false},
    {"prober-unlink", act_unlink, SANDBOX_PROBER, DIES, true},
    {"prober-rename", act_rename, SANDBOX_PROBER, DIES, true},
    {"prober-mkdir", act_mkdir, SANDBOX_PROBER, DIES, true},
    {"prober-chmod", act_chmod, SANDBOX_PROBER, DIES, true},
    {"prober-mount", act_mount, SANDBOX_PROBER, DIES, true},
    {"prober-listen", act_listen, SANDBOX_PROBER, DIES, true},
    {"prober-open", act_openat, SANDBOX_PROBER, DIES, false},
    {"reader-open", act_openat, SANDBOX_READER, DIES, false},
    {"reader-create", act_create, SANDBOX_READER, DIES, false},
    {"prober-execve", act_execve, SANDBOX_PROBER, DIES, false},
    {"reader-execve", act_execve, SANDBOX_READER, DIES, false},
    {"reader-execveat", act_execveat, SANDBOX_READER, DIES, false},
    {"prober-fork", act_fork, SANDBOX_PROBER, DIES, false},
    {"prober-clone3", act_clone3, SANDBOX_PROBER, DIES, false},
    {"prober-kill-parent", act_kill_parent, SANDBOX_PROBER, DIES, false},
    {"prober-map-code", act_map_code, SANDBOX_PROBER, DIES, false},
    {"prober-unix", act_unix, SANDBOX_PROBER, EAFNOSUPPORT, false},
    {"prober-connect-unix", act_connect_unix, SANDBOX_PROBER, EAFNOSUPPORT, false},
    {"prober-raw", act_raw, SANDBOX_PROBER, ENOSYS, false},
    {"prober-getcwd", act_getcwd, SANDBOX_PROBER, ENOSYS, false},
    {"prober-terminal", act_terminal, SANDBOX_PROBER, ENOSYS, false},
    {"prober-limit", act_limit, SANDBOX_PROBER, ENOSYS, false},
    {"prober-memory", act_memory, SANDBOX_PROBER, ENOMEM, false},
};

/* The wait status of a child that locks itself up and acts. */
static int run_locked(SandboxKind kind, int (*act)(void))
{
    int status = 0;
    pid_t pid;

    ck_assert_int_eq(pipe(pipe_fds), 0);
    loop_fd = epoll_create1(0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        char *why = NULL;
        if (!sandbox_enter(kind, &why))
            _exit(NOT_LOCKED);
        _exit(act());
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

START_TEST(each_row)
{
    const Row *row = &rows[_i];

    if (WIDER_FILTER && !row->wider)
        return;
    int status = run_locked(row->kind, row->act);

    ck_assert_msg(!(WIFEXITED(status) && WEXITSTATUS(status) == NOT_LOCKED), "%s: no sandbox here",
                  row->name);
    if (row->expected == DIES)
        ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%s: status 0x%x",
                      row->name, (unsigned)status);
    else
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == row->expected,
                      "%s: status 0x%x instead of exit %d", row->name, (unsigned)status,
                      row->expected);
}
END_TEST

START_TEST(abort_says_so)
{
    int status = run_locked(SANDBOX_READER, act_abort);

    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sandbox");
    TCase *tcase = tcase_create("locked");

    tcase_add_loop_test(tcase, each_row, 0, (int)G_N_ELEMENTS(rows));
    tcase_add_test(tcase, abort_says_so);
    suite_add_tcase(suite, tcase);
    return check_main(suite);
}
