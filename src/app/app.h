/* app: the modes of the program, and the choice of one. */
#ifndef TLSDIVE_APP_APP_H
#define TLSDIVE_APP_APP_H

/* Runs the program that this command line asks for; returns the exit status. */
int app_run(char *const *argv);

#endif
