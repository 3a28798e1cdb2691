/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SIGINT, SIGTERM and SIGHUP as a question that a loop asks, instead of an end in
 * the middle of something.  A system call that sleeps is interrupted (EINTR).
 */
#ifndef _USER_INTERRUPT_H
#define _USER_INTERRUPT_H

#include <stdbool.h>

/* interrupt_catch - from now on, ask interrupt_came(). */
void interrupt_catch(void);

/* interrupt_release - from now on, the signals end the program again. */
void interrupt_release(void);

/* interrupt_came - did one come since interrupt_catch()? */
bool interrupt_came(void);

#endif /* _USER_INTERRUPT_H */
