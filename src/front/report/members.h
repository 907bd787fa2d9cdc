/* members: what can be asked of a certificate and of an endpoint by name.
 *
 * The fields of a filter (expression.h) and the columns of CSV. Each is declared once, as a row. A
 * member may have many values, or none: what is not known has no value. Texts come escaped, in
 * UTF-8.
 */
#ifndef TLSDIVE_FRONT_REPORT_MEMBERS_H
#define TLSDIVE_FRONT_REPORT_MEMBERS_H

#include "front/audit/audit.h"
#include "front/model/inventory.h"
#include "front/report/expression.h"

typedef struct MemberContext {
    const Model *model;
    gint64 now; /* that days are counted from */
} MemberContext;

typedef struct Member {
    const char *name;
    ValueKind kind;
    /* Appends the values; `subject` is a Certificate, or an Endpoint. */
    void (*get)(const void *subject, const MemberContext *context, GArray *values);
    bool of_leaf; /* of an endpoint: `get` is asked about its leaf */
} Member;

typedef struct Members {
    const Member *rows;
    size_t count;
} Members;

extern const Members certificate_members, endpoint_members;

/* The number of the member of this name; -1: there is none. */
int member_find(const Members *members, const char *name);

/* The values of a member. */
void member_get(const Members *members, int member, const void *subject,
                const MemberContext *context, GArray *values);

/* A filter over such subjects, for where there are no columns: `text` as typed, a plain word looks
 * into every member. NULL and *error where it is wrong. */
typedef struct MemberFilter MemberFilter;
MemberFilter *member_filter_new(const char *text, const Members *members, gint64 now,
                                GError **error);
void member_filter_free(MemberFilter *filter);

/* True where it matches; a NULL filter matches all. */
bool member_filter_matches(const MemberFilter *filter, const void *subject,
                           const MemberContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MemberFilter, member_filter_free)

#endif
