/* sandbox: what a worker gives up before it reads its first job.
 *
 * A worker decodes what strangers send. So that a fault in a parser stays a fault of a parser, the
 * worker locks itself up: a seccomp filter names the system calls it may use, Landlock (where the
 * kernel has it) takes away the file system, and limits bound its memory and descriptors.
 *
 * Calls that could do harm (open, execve, fork, ptrace, unlink, kill ...) end the process with
 * SIGSYS. Calls that are not in the list fail with ENOSYS, so that a newer library falls back to
 * older ways, and the kernel's audit log names them. All that opens files, loads code or starts
 * threads has to be done before: GnuTLS, c-ares, libuv's loop, trust stores, tzset(),
 * json_object_seed().
 *
 * Builds with AddressSanitizer or ThreadSanitizer use a wider filter and no Landlock, since these
 * open files and trace processes to report, and no bound on memory, since they reserve more than
 * any.
 */
#ifndef TLSDIVE_WORKER_ROLE_SANDBOX_H
#define TLSDIVE_WORKER_ROLE_SANDBOX_H

#include <stdbool.h>

typedef enum SandboxKind {
    SANDBOX_PROBER,  /* may speak TCP and UDP over IP; no files */
    SANDBOX_FETCHER, /* the same: OCSP, CRLs, issuers and the DNS are asked */
    SANDBOX_READER, /* standard input and output, memory and the clock; neither files nor sockets */
} SandboxKind;

/* Locks this process up, for good. False where the kernel cannot: then *why (to be freed) says what
 * it lacks, and the process may have given up a part of its rights. Call it once, with one thread.
 */
bool sandbox_enter(SandboxKind kind, char **why);

#endif
