#include "worker/loop/clock.h"

#include <math.h>
#include <uv.h>

double clock_now(gint64 epoch)
{
    return (double)((gint64)uv_hrtime() - epoch) / 1e9;
}

uint64_t clock_wait(double now, double then)
{
    return then <= now ? 0 : (uint64_t)ceil((then - now) * 1000);
}
