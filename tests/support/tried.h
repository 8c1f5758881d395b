/* tried - what `daybook try` answers to a listing. */
#ifndef TESTS_SUPPORT_TRIED_H
#define TESTS_SUPPORT_TRIED_H

#include "ui/try.h"

/* What a listing prints, to be freed; *code is the exit code. */
char *tried(const struct try_kind *kind, const char *source, bool json, int *code);
/* The same for one with a database of its own; its `out` is set here. */
char *tried_listing(const struct try_kind *kind, struct try_listing listing, int *code);

#endif
