/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A staged batch: hangs from the file that began it.  Its commands stand in
 * ops.h; this is for the file's end.
 */
#ifndef _KMOD_BATCH_H
#define _KMOD_BATCH_H

struct kontend_staged;

/**
 * kontend_staged_destroy() - drop a batch
 * @staged: batch; NULL is fine
 * Context: may sleep.
 */
void kontend_staged_destroy(struct kontend_staged *staged);

#endif /* _KMOD_BATCH_H */
