/* Any bytes as a kind of object, which the first byte chooses: every byte belongs to one row. */
#include "tests/worker/pki/cover.h"
#include "worker/pki/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const ObjectKind *kind = object_kind_at(data[0] % object_kind_count());
    g_autoptr(Field) root = object_explain(kind, data + 1, size - 1);
    g_autofree char *fault = cover_fault(root, data + 1, size - 1);
    if (fault)
        g_error("%s", fault);
    json_t *json = field_to_json(root, 0, 100);
    json_decref(json);
    return 0;
}
