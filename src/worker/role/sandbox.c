#include "worker/role/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/util/limits.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANITIZED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* Descriptors of the reader: none beyond those it has; poll() of two must still be allowed. */
enum { READER_DESCRIPTORS = 2 };

/* What every worker may do. */
static const char *const common_calls[] = {
    "read",
    "write",
    "readv",
    "writev",
    "close",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_ctl",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "munmap",
    "mremap",
    "madvise",
    "brk",
    "futex",
    "fstat",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "getrandom",
    "rt_sigreturn",
    "rt_sigprocmask",
    "restart_syscall",
    "exit",
    "exit_group",
    "getpid",
    "gettid",
    "sched_yield",
    "sysinfo",
};

/* What prober and fetcher may do beside that; socket() has rules of its own. */
static const char *const network_calls[] = {
    "recvfrom", "sendto",     "recvmsg",    "sendmsg",     "sendmmsg",    "shutdown",
    "connect",  "getsockopt", "setsockopt", "getsockname", "getpeername", "bind",
};

/* What could do harm, and ends the process. */
static const char *const harmful_calls[] = {
    /* other programs and processes */
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "setns",
    "unshare",
    "personality",
    /* files */
    "openat2",
    "creat",
    "open_by_handle_at",
    "memfd_create",
    "memfd_secret",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "mknod",
    "mknodat",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "fchownat",
    "lchown",
    "truncate",
    "ftruncate",
    "fallocate",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "chdir",
    "fchdir",
    "chroot",
    "pivot_root",
    "mount",
    "umount2",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "swapon",
    "swapoff",
    "quotactl",
    "acct",
    /* who we are */
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setfsuid",
    "setfsgid",
    "setgroups",
    "capset",
    "setsid",
    "setpgid",
    /* the kernel and the machine */
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "sethostname",
    "setdomainname",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "iopl",
    "ioperm",
    "syslog",
    "add_key",
    "request_key",
    "keyctl",
    "process_mrelease",
    /* serving others */
    "listen",
    "accept",
    "accept4",
};

/* Harmful too, but sanitizers need these for their reports and to look for leaks. */
static const char *const reporting_calls[] = {
    "open", "openat", "execve", "execveat", "fork", "vfork", "clone", "clone3", "ptrace",
};

/* The reader has no business with any socket. */
static const char *const socket_calls[] = {
    "socket",  "socketpair", "connect",  "bind",    "sendto",
    "sendmsg", "sendmmsg",   "recvfrom", "recvmsg",
};

static const int fcntl_commands[] = {F_GETFL, F_SETFL, F_GETFD, F_SETFD};
static const unsigned long ioctl_requests[] = {FIONBIO, FIONREAD};

/* A filter in the making: the first error sticks, and later rules are left out. */
typedef struct Filter {
    scmp_filter_ctx context;
    int error; /* 0, or an errno */
} Filter;

/* A call that this architecture or library does not know needs no rule. */
static void filter_add(Filter *filter, uint32_t action, const char *call,
                       const struct scmp_arg_cmp *args, unsigned count)
{
    int number = seccomp_syscall_resolve_name(call);

    if (filter->error || number == __NR_SCMP_ERROR)
        return;
    int result = seccomp_rule_add_array(filter->context, action, number, count, args);
    if (result < 0 && result != -EEXIST)
        filter->error = -result;
}

static void filter_add_all(Filter *filter, uint32_t action, const char *const *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        filter_add(filter, action, calls[i], NULL, 0);
}

static void filter_harmful(Filter *filter, SandboxKind kind)
{
    filter_add_all(filter, SCMP_ACT_KILL_PROCESS, harmful_calls, G_N_ELEMENTS(harmful_calls));
    if (!SANITIZED)
        filter_add_all(filter, SCMP_ACT_KILL_PROCESS, reporting_calls,
                       G_N_ELEMENTS(reporting_calls));
    if (kind == SANDBOX_READER)
        filter_add_all(filter, SCMP_ACT_KILL_PROCESS, socket_calls, G_N_ELEMENTS(socket_calls));
}

/* Signals to ourselves alone, so that abort() still says that it was abort(). */
static void filter_signals(Filter *filter)
{
    const struct scmp_arg_cmp own = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
    const struct scmp_arg_cmp other = SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid(), 0);

    filter_add(filter, SCMP_ACT_ALLOW, "tgkill", &own, 1);
    filter_add(filter, SCMP_ACT_KILL_PROCESS, "tgkill", &other, 1);
    filter_add(filter, SCMP_ACT_KILL_PROCESS, "kill", &other, 1);
}

/* TCP and UDP over IP. Families that libraries try by themselves are said to be missing. */
static void filter_socket(Filter *filter)
{
    static const int families[] = {AF_INET, AF_INET6};
    static const int missing[] = {AF_UNIX, AF_NETLINK, AF_ALG};
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
    const scmp_datum_t type_bits = 0xf; /* the rest are SOCK_NONBLOCK and SOCK_CLOEXEC */

    for (size_t f = 0; f < G_N_ELEMENTS(families); f++)
        for (size_t t = 0; t < G_N_ELEMENTS(types); t++) {
            const struct scmp_arg_cmp args[] = {
                SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[f], 0),
                SCMP_A1(SCMP_CMP_MASKED_EQ, type_bits, (scmp_datum_t)types[t])};
            filter_add(filter, SCMP_ACT_ALLOW, "socket", args, 2);
        }
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) {
        const struct scmp_arg_cmp family = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)missing[i], 0);
        filter_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", &family, 1);
    }
    filter_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socketpair", NULL, 0);
}

static void filter_allowed(Filter *filter, SandboxKind kind)
{
    const struct scmp_arg_cmp data_only = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC);
    static const char *const mapping[] = {"mmap", "mmap2", "mprotect"};

    filter_add_all(filter, SCMP_ACT_ALLOW, common_calls, G_N_ELEMENTS(common_calls));
    for (size_t i = 0; i < G_N_ELEMENTS(mapping); i++) {
        filter_add(filter, SCMP_ACT_ALLOW, mapping[i], &data_only, 1);
        filter_add(filter, SCMP_ACT_KILL_PROCESS, mapping[i], &code, 1);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fcntl_commands); i++) {
        const struct scmp_arg_cmp command =
            SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntl_commands[i], 0);
        filter_add(filter, SCMP_ACT_ALLOW, "fcntl", &command, 1);
        filter_add(filter, SCMP_ACT_ALLOW, "fcntl64", &command, 1);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ioctl_requests); i++) {
        const struct scmp_arg_cmp request =
            SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)ioctl_requests[i], 0);
        filter_add(filter, SCMP_ACT_ALLOW, "ioctl", &request, 1);
    }
    if (kind != SANDBOX_READER) {
        filter_add_all(filter, SCMP_ACT_ALLOW, network_calls, G_N_ELEMENTS(network_calls));
        filter_socket(filter);
    }
}

/* 0, or an errno. */
static int filter_load(SandboxKind kind)
{
    Filter filter = {
        .context = seccomp_init(SANITIZED ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS)),
    };

    if (filter.context == NULL)
        return ENOMEM;
    seccomp_attr_set(filter.context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    /* The audit log then names what was refused; older kernels cannot, and lose only that. */
    seccomp_attr_set(filter.context, SCMP_FLTATR_CTL_LOG, 1);
    filter_harmful(&filter, kind);
    if (!SANITIZED) {
        filter_signals(&filter);
        filter_allowed(&filter, kind);
    }
    if (!filter.error)
        filter.error = -seccomp_load(filter.context);
    seccomp_release(filter.context);
    return filter.error;
}

/* The kernel's interface in its own layout: headers may be older than the kernel. */
typedef struct LandlockRuleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; /* since version 4 */
    uint64_t scoped;             /* since version 6 */
} LandlockRuleset;

enum {
    LANDLOCK_CALL_CREATE = 444, /* the same number on every architecture */
    LANDLOCK_CALL_RESTRICT = 446,
    LANDLOCK_ASK_VERSION = 1,
    LANDLOCK_BIND_TCP = 1,
    LANDLOCK_CONNECT_TCP = 2,
    LANDLOCK_SCOPE_ALL = 3,
};

/* A second lock on the file system, where the kernel has one: every right handled, none granted. */
static void landlock_enter(SandboxKind kind)
{
    static const uint64_t rights[] = {0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
    long version = syscall(LANDLOCK_CALL_CREATE, NULL, 0, LANDLOCK_ASK_VERSION);

    if (version < 1)
        return;
    const LandlockRuleset ruleset = {
        .handled_access_fs = rights[MIN(version, (long)G_N_ELEMENTS(rights) - 1)],
        .handled_access_net =
            kind == SANDBOX_READER ? LANDLOCK_BIND_TCP | LANDLOCK_CONNECT_TCP : LANDLOCK_BIND_TCP,
        .scoped = LANDLOCK_SCOPE_ALL,
    };
    size_t size = version < 4   ? G_STRUCT_OFFSET(LandlockRuleset, handled_access_net)
                  : version < 6 ? G_STRUCT_OFFSET(LandlockRuleset, scoped)
                                : sizeof ruleset;
    long fd = syscall(LANDLOCK_CALL_CREATE, &ruleset, size, 0);
    if (fd < 0)
        return;
    syscall(LANDLOCK_CALL_RESTRICT, fd, 0);
    close((int)fd);
}

static int limit_set(int resource, rlim_t value)
{
    struct rlimit limit;

    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return errno;
    limit.rlim_max = MIN(limit.rlim_max, value);
    limit.rlim_cur = MIN(limit.rlim_cur, limit.rlim_max);
    return setrlimit((__rlimit_resource_t)resource, &limit) == 0 ? 0 : errno;
}

/* Bytes of address space in use; 0 if it cannot be known. */
static rlim_t mapped_bytes(void)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL))
        return 0;
    return (rlim_t)g_ascii_strtoull(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

static int limits_enter(SandboxKind kind)
{
    rlim_t mapped = mapped_bytes();
    int error = limit_set(RLIMIT_CORE, 0);

    if (!error && mapped == 0)
        error = ENODATA;
    if (!error && !SANITIZED)
        error = limit_set(RLIMIT_AS, mapped + ((rlim_t)LIMIT_WORKER_MEMORY_MB << 20));
    if (!error && !SANITIZED && kind == SANDBOX_READER)
        error = limit_set(RLIMIT_NOFILE, READER_DESCRIPTORS);
    return error;
}

bool sandbox_enter(SandboxKind kind, char **why)
{
    const char *what = "no_new_privs";
    int error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;

    if (!error) {
        what = "limits";
        error = limits_enter(kind);
    }
    if (!error) {
        what = "seccomp";
        if (!SANITIZED)
            landlock_enter(kind);
        error = filter_load(kind);
    }
    if (error)
        *why = g_strdup_printf("%s: %s", what, strerror(error));
    return error == 0;
}
