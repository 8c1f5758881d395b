/* transaction - `with transaction.atomic():` of those who write.
 *
 *     atomic_begin(...)      BEGIN; inside of another block a SAVEPOINT, or nothing where none is
 *     ... write ...          asked for
 *     atomic_end(..., fine)  COMMIT or ROLLBACK; RELEASE SAVEPOINT, where it failed after a
 *                            ROLLBACK TO
 *
 * Django counts BEGIN and the statements about savepoints as queries, and not how a transaction
 * ends.
 *
 * Mirrors django.db.transaction.Atomic. */
#ifndef ENGINE_ORM_TRANSACTION_H
#define ENGINE_ORM_TRANSACTION_H

#include "engine/orm/database.h"

struct atomic {
    bool outermost;
    const char *savepoint; /* its name, quoted; NULL: none */
};

/* Enters a block. False: fault, and no block was entered. */
bool atomic_begin(struct runtime *, struct atomic *, bool savepoint);

/* Leaves it. fine: nothing was raised inside; else what was raised stays raised. False: fault. */
bool atomic_end(struct runtime *, const struct atomic *, bool fine);

#endif
