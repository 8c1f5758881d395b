/* recorder - Layer('A', style='function', before='return', ...): a layer that shows what happens.
 *
 * It passes everything on, unless a word says what to do at one of its stations:
 *
 *     pass                 the hook exists and does nothing
 *     return               answers 200 "from A.before"
 *     raise:ValueError     raises it with that text
 *     none                 returns None
 *     not_used[:reason]    of init only: raises MiddlewareNotUsed
 *
 * Django has no counterpart: this is what one writes to learn the order of things. */
#ifndef ENGINE_MIDDLEWARE_RECORDER_H
#define ENGINE_MIDDLEWARE_RECORDER_H

#include "engine/middleware/chain.h"

enum recorder_station {
    RECORDER_INIT,
    RECORDER_BEFORE,
    RECORDER_AFTER,
    RECORDER_VIEW,
    RECORDER_EXCEPTION,
    RECORDER_TEMPLATE,
    RECORDER_STATIONS
};

/* What a listing writes: the words, by station. */
struct recorder_words {
    const char *name;
    const char *style;                    /* "function", "class" or "mixin"; NULL: function */
    const char *words[RECORDER_STATIONS]; /* NULL: nothing special; the hook does not exist */
    bool catches; /* a try/except around get_response(): it never catches anything */
};

/* The word by which a listing names a station: "init", "before", ... */
const char *recorder_station_word(enum recorder_station station);

/* Makes a layer from words. False with fault raised for a word it does not know (NotSupported) or
 * for no memory. Everything is copied into runtime->arena. */
bool recorder_make(struct runtime *runtime, const struct recorder_words *words,
                   struct layer *layer);

#endif
