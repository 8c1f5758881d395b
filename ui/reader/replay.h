/* replay - a finished run looked at with human speed.
 *
 * A run is over in micro- or milliseconds. Its tape stays, and the replay moves a cut through it:
 * play, pause, one event, one query, either way. The times shown remain the measured ones. */
#ifndef UI_READER_REPLAY_H
#define UI_READER_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/tape/tape.h"

struct replay {
    const struct tape *tape; /* borrowed; NULL: nothing to replay */
    size_t length;           /* events kept */
    size_t at;               /* events before this one have happened; length: all of them */
    bool playing;
    unsigned speed;   /* 0 is the slowest; see replay_speed */
    uint64_t unspent; /* time played that has not yet moved the cut, in ns times events a second */
};

/* Begins with a finished tape, looked at whole. A NULL tape ends the replay. */
void replay_begin(struct replay *replay, const struct tape *tape);

struct cut replay_cut(const struct replay *replay);
bool replay_is_whole(const struct replay *replay);

/* Plays or pauses; from the end, it begins anew. */
void replay_toggle(struct replay *replay);

/* Moves by one event, or to just behind the next (the previous) query. Pauses. */
void replay_step(struct replay *replay, int direction);
void replay_query(struct replay *replay, int direction);

/* Lets time pass. Returns true when the cut moved; at the end it pauses. */
bool replay_tick(struct replay *replay, uint64_t elapsed_ns);

/* The next of the speeds, in turn, and its name: "1x". */
void replay_change_speed(struct replay *replay);
const char *replay_speed(const struct replay *replay);

#endif
