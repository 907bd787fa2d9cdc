/* screen_port: what the screen asks of the program around it (UiPort), done. */
#ifndef TLSDIVE_APP_SCREEN_PORT_H
#define TLSDIVE_APP_SCREEN_PORT_H

#include "app/clipboard.h"
#include "app/run.h"
#include "front/ui/ui.h"

typedef struct ScreenPort {
    Run *run;
    Clipboard *clipboard;
    bool replay; /* a saved session: nothing can be asked */
    void (*suspend)(void *data);
    void (*quit)(void *data);
    void *data; /* of the two */
} ScreenPort;

/* The table for ui_new, over a port that outlives it. */
UiPort screen_port_table(ScreenPort *port);

#endif
