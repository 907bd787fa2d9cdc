#include "worker/probe/ids.h"

#include <string.h>

enum {
    ENOUGH = 4,     /* ids; that a random byte is alike in all is no longer likely then */
    RANDOM_MIN = 8, /* bytes that are to vary */
    ID_MAX = 32,    /* RFC 5246 section 7.4.1.3 */
};

struct Ids {
    guint8 first[ID_MAX];
    bool varies[ID_MAX];
    gsize size; /* of the shortest */
    guint count, again;
    GHashTable *seen; /* GBytes * */
};

Ids *ids_new(void)
{
    Ids *ids = g_new0(Ids, 1);
    ids->size = ID_MAX;
    ids->seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    return ids;
}

void ids_free(Ids *ids)
{
    g_hash_table_unref(ids->seen);
    g_free(ids);
}

void ids_note(Ids *ids, const guint8 *id, gsize size)
{
    ids->size = MIN(ids->size, size);
    if (!ids->count++)
        memcpy(ids->first, id, ids->size);
    for (gsize i = 0; i < ids->size; i++)
        ids->varies[i] = ids->varies[i] || id[i] != ids->first[i];
    ids->again += !g_hash_table_add(ids->seen, g_bytes_new(id, size));
}

json_t *ids_answer(const Ids *ids)
{
    gsize vary = 0;
    if (ids->count < ENOUGH)
        return NULL;
    for (gsize i = 0; i < ids->size; i++)
        vary += ids->varies[i];
    bool fine = vary >= RANDOM_MIN && !ids->again;
    json_t *answer = known_answer("behaviour", 0, fine ? "yes" : "no");
    g_autofree char *value = ids->again
                                 ? g_strdup_printf("%u of %u came before", ids->again, ids->count)
                                 : g_strdup_printf("%zu of %zu bytes vary", vary, ids->size);
    known_code(answer, "session-id-entropy");
    known_text(answer, "value", value);
    return answer;
}
