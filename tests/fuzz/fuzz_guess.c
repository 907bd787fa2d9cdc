/* Whatever the first bytes are, there is a guess once no more come. */
#include "worker/tls/guess.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Fault) early = guess_protocol(data, size, false);
    g_autoptr(Fault) late = guess_protocol(data, size, true);
    g_assert_nonnull(late);
    g_assert_true(!early || early->reason == late->reason);
    return 0;
}
