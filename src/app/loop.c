#include "app/loop.h"

#include <glib.h>

enum { LOOP_SIGNALS = 8 };

struct LoopSignals {
    uv_signal_t handles[LOOP_SIGNALS];
    int count, open;
    void (*signalled)(void *data, int number);
    void *data;
};

static void on_signal(uv_signal_t *handle, int number)
{
    LoopSignals *signals = handle->data;
    signals->signalled(signals->data, number);
}

LoopSignals *loop_signals_new(uv_loop_t *loop, const int *numbers,
                              void (*signalled)(void *data, int number), void *data)
{
    LoopSignals *signals = g_new0(LoopSignals, 1);
    signals->signalled = signalled;
    signals->data = data;
    for (; numbers[signals->count] && signals->count < LOOP_SIGNALS; signals->count++) {
        uv_signal_t *handle = &signals->handles[signals->count];
        uv_signal_init(loop, handle);
        handle->data = signals;
        uv_signal_start(handle, on_signal, numbers[signals->count]);
        uv_unref((uv_handle_t *)handle);
    }
    signals->open = signals->count;
    return signals;
}

static void on_closed(uv_handle_t *handle)
{
    LoopSignals *signals = handle->data;
    if (--signals->open == 0)
        g_free(signals);
}

void loop_signals_free(LoopSignals *signals)
{
    if (!signals)
        return;
    for (int i = 0; i < signals->count; i++)
        uv_close((uv_handle_t *)&signals->handles[i], on_closed);
}

void loop_end(uv_loop_t *loop)
{
    uv_run(loop, UV_RUN_DEFAULT);
    uv_loop_close(loop);
}
