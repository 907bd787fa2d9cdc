#include "worker/loop/clock.h"

#include <math.h>
#include <uv.h>

#define LATE 0.5 /* seconds */

double clock_now(gint64 epoch)
{
    return (double)((gint64)uv_hrtime() - epoch) / 1e9;
}

double clock_late(double now, double due)
{
    return now - due > LATE ? now - due + LATE : 0;
}

uint64_t clock_wait(double now, double then)
{
    return then <= now ? 0 : (uint64_t)ceil((then - now) * 1000);
}
