/* replay - moving the cut; see replay.h. */
#include "ui/reader/replay.h"

#include <string.h>

/* At normal speed a tape plays for about ten seconds, but never slower than four events a second,
 * so that a short one does not crawl. */
enum { SECONDS_TO_PLAY = 10, LEAST_EVENTS_A_SECOND = 4 };
enum { NORMAL_SPEED = 1, PEEK = 128 };

static const struct {
    const char *name;
    unsigned quarters; /* of normal speed */
} speeds[] = {{"1/4x", 1}, {"1x", 4}, {"4x", 16}, {"16x", 64}};

void replay_begin(struct replay *replay, const struct tape *tape) {
    size_t length = tape ? tape_length(tape) : 0;
    *replay = (struct replay){.tape = tape, .length = length, .at = length, .speed = NORMAL_SPEED};
}

bool replay_is_whole(const struct replay *replay) {
    return replay->at >= replay->length;
}

struct cut replay_cut(const struct replay *replay) {
    return (struct cut){replay->tape, replay_is_whole(replay) ? SIZE_MAX : replay->at};
}

void replay_toggle(struct replay *replay) {
    if (replay->length == 0) return;
    if (!replay->playing && replay_is_whole(replay)) replay->at = 0;
    replay->playing = !replay->playing;
    replay->unspent = 0;
}

void replay_step(struct replay *replay, int direction) {
    replay->playing = false;
    if (direction > 0 && replay->at < replay->length) replay->at++;
    if (direction < 0 && replay->at > 0) replay->at--;
}

/* Finds the first query event in [from, to), or the last one when looking back. */
static bool find_query(const struct tape *tape, size_t from, size_t to, int direction,
                       size_t *found) {
    struct tape_event events[PEEK];
    bool any = false;
    while (from < to && !(any && direction > 0)) {
        size_t wanted = to - from < PEEK ? to - from : PEEK;
        size_t count = tape_events(tape, from, events, wanted);
        if (count == 0) break;
        for (size_t i = 0; i < count && !(any && direction > 0); i++) {
            if (events[i].kind != TAPE_QUERY) continue;
            *found = from + i;
            any = true;
        }
        from += count;
    }
    return any;
}

void replay_query(struct replay *replay, int direction) {
    size_t query;
    if (!replay->tape) return;
    replay->playing = false;
    if (direction > 0)
        replay->at = find_query(replay->tape, replay->at, replay->length, direction, &query)
                         ? query + 1
                         : replay->length;
    else
        replay->at =
            replay->at > 0 && find_query(replay->tape, 0, replay->at - 1, direction, &query)
                ? query + 1
                : 0;
}

bool replay_tick(struct replay *replay, uint64_t elapsed_ns) {
    const uint64_t second = 1000000000;
    if (!replay->playing) return false;
    uint64_t rate = replay->length / SECONDS_TO_PLAY;
    if (rate < LEAST_EVENTS_A_SECOND) rate = LEAST_EVENTS_A_SECOND;
    if (elapsed_ns > second) elapsed_ns = second; /* the machine slept: do not leap */
    replay->unspent += elapsed_ns * rate * speeds[replay->speed].quarters / 4;
    uint64_t events = replay->unspent / second;
    replay->unspent %= second;
    size_t left = replay->length - replay->at;
    replay->at += events < left ? (size_t)events : left;
    if (replay_is_whole(replay)) replay->playing = false;
    return events > 0;
}

void replay_change_speed(struct replay *replay) {
    replay->speed = (replay->speed + 1) % (sizeof speeds / sizeof *speeds);
}

const char *replay_speed(const struct replay *replay) {
    return speeds[replay->speed].name;
}
