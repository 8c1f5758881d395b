/* tape - see tape.h.
 *
 * Events stand in chunks that never move, names in a table that only grows; one mutex guards both.
 * A writer holds it for one event, a reader for one copy of events, so neither waits long.
 *
 *     chunks[0] -> 1024 events      names[0] = ""        totals: (kind, lane)          -> tally
 *     chunks[1] -> 1024 events      names[1] = "SELECT"          (kind, lane, line)    -> tally
 *     ...                           ...                          (kind, lane, subject) -> tally */
#include "engine/tape/tape.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHUNK_EVENTS = 1024,
    USUAL_CAPACITY = 32768,
    LARGEST_CAPACITY = 1 << 24,
    NAME_BYTES_MOST = 64 << 20, /* of names and parameters */
    TIMED_DEPTH = 32
};

/* What a running total is kept for: `by` says whether id is a line or a subject. */
enum by { BY_NOTHING, BY_LINE, BY_SUBJECT };

struct total {
    uint64_t key; /* see total_key; 0: this slot is free */
    struct tally tally;
};

struct tape {
    pthread_mutex_t lock;
    struct memory *memory;
    struct arena arena; /* names, parameters, tables, chunks */
    uint64_t start_ns;

    size_t capacity;
    struct tape_event **chunks;
    size_t length, most;
    size_t coarsen_at;                /* length at which a stride doubles next */
    uint32_t stride[TAPE_KIND_COUNT]; /* one unit of a kind in so many is kept */
    uint32_t turn[TAPE_KIND_COUNT];   /* units of a kind seen since one was kept */
    size_t kept[TAPE_KIND_COUNT];     /* units of a kind kept, halved when its stride doubles */

    const char **names;
    uint32_t name_count, name_room;
    uint32_t *name_index; /* open addressing; 0: free */
    uint32_t name_index_size;

    struct tally lanes[TAPE_KIND_COUNT][TAPE_LANES];
    struct total *totals; /* open addressing */
    size_t total_count, total_size;
    bool torn; /* there was no memory for something */
};

static const char *const kind_words[] = {
#define X(name, word, unit) [TAPE_##name] = word,
    TAPE_KINDS(X)
#undef X
};

static const char *const kind_units[] = {
#define X(name, word, unit) [TAPE_##name] = unit,
    TAPE_KINDS(X)
#undef X
};

const char *tape_kind_word(enum tape_kind kind) {
    return kind_words[kind];
}

const char *tape_kind_unit(enum tape_kind kind) {
    return kind_units[kind];
}

uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t tape_now_ns(const struct tape *tape) {
    return clock_ns() - tape->start_ns;
}

uint64_t tape_started_ns(const struct tape *tape) {
    return tape->start_ns;
}

/* The lock is part of how a tape is read, not of what it says: const readers take it too. */
static void lock(const struct tape *tape) {
    pthread_mutex_lock((pthread_mutex_t *)&tape->lock);
}

static void unlock(const struct tape *tape) {
    pthread_mutex_unlock((pthread_mutex_t *)&tape->lock);
}

/* ---- making ------------------------------------------------------------------------------ */

static void reset(struct tape *tape) {
    arena_release(&tape->arena);
    tape->chunks = NULL;
    tape->length = 0;
    tape->coarsen_at = tape->capacity;
    for (int kind = 0; kind < TAPE_KIND_COUNT; kind++) tape->stride[kind] = 1;
    memset(tape->turn, 0, sizeof tape->turn);
    memset(tape->kept, 0, sizeof tape->kept);
    tape->names = NULL;
    tape->name_count = tape->name_room = 0;
    tape->name_index = NULL;
    tape->name_index_size = 0;
    memset(tape->lanes, 0, sizeof tape->lanes);
    tape->totals = NULL;
    tape->total_count = tape->total_size = 0;
    tape->torn = false;
    tape->start_ns = clock_ns();
}

struct tape *tape_new(struct memory *memory, size_t capacity) {
    struct tape *tape = memory_take(memory, sizeof *tape);
    if (!tape) return NULL;
    memset(tape, 0, sizeof *tape);
    if (pthread_mutex_init(&tape->lock, NULL)) {
        memory_give(memory, tape, sizeof *tape);
        return NULL;
    }
    tape->memory = memory;
    arena_init(&tape->arena, memory);
    if (capacity == 0) capacity = USUAL_CAPACITY;
    if (capacity < CHUNK_EVENTS) capacity = CHUNK_EVENTS;
    if (capacity > LARGEST_CAPACITY) capacity = LARGEST_CAPACITY;
    tape->capacity = capacity;
    tape->most = capacity * 5;
    reset(tape);
    return tape;
}

void tape_free(struct tape *tape) {
    if (!tape) return;
    arena_release(&tape->arena);
    pthread_mutex_destroy(&tape->lock);
    memory_give(tape->memory, tape, sizeof *tape);
}

void tape_clear(struct tape *tape) {
    lock(tape);
    reset(tape);
    unlock(tape);
}

/* A block of the tape's own, or the note that there was none. */
static void *kept(struct tape *tape, void *block) {
    tape->torn |= !block;
    return block;
}

bool tape_is_torn(const struct tape *tape) {
    lock(tape);
    bool torn = tape->torn;
    unlock(tape);
    return torn;
}

/* ---- names ------------------------------------------------------------------------------- */

/* FNV-1a: short, good enough for a few thousand names. */
static uint32_t hash_text(const char *text) {
    uint32_t hash = 2166136261u;
    for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++)
        hash = (hash ^ *byte) * 16777619u;
    return hash;
}

static bool grow_name_index(struct tape *tape) {
    uint32_t size = tape->name_index_size ? tape->name_index_size * 2 : 256;
    uint32_t *index = kept(tape, arena_array(&tape->arena, size, sizeof *index));
    if (!index) return false;
    for (uint32_t id = 1; id < tape->name_count; id++) {
        uint32_t slot = hash_text(tape->names[id]) & (size - 1);
        while (index[slot]) slot = (slot + 1) & (size - 1);
        index[slot] = id;
    }
    tape->name_index = index;
    tape->name_index_size = size;
    return true;
}

/* Where `name` stands in the index, or the free slot where it would. Needs a grown index. */
static uint32_t name_slot(const struct tape *tape, const char *name) {
    uint32_t mask = tape->name_index_size - 1, slot = hash_text(name) & mask;
    while (tape->name_index[slot] && strcmp(tape->names[tape->name_index[slot]], name) != 0)
        slot = (slot + 1) & mask;
    return slot;
}

static uint32_t find_name(const struct tape *tape, const char *name) {
    if (!name || !*name || !tape->name_index) return 0;
    return tape->name_index[name_slot(tape, name)];
}

static uint32_t add_name(struct tape *tape, const char *name) {
    if (!name || !*name) return 0;
    if (tape->name_count * 2 >= tape->name_index_size && !grow_name_index(tape)) return 0;
    uint32_t slot = name_slot(tape, name);
    if (tape->name_index[slot]) return tape->name_index[slot];
    if (arena_held(&tape->arena) > NAME_BYTES_MOST + tape->most * sizeof(struct tape_event))
        return 0;
    uint32_t id = tape->name_count ? tape->name_count : 1; /* id 0 is "" */
    if (id >= tape->name_room) {
        uint32_t room = tape->name_room ? tape->name_room * 2 : 128;
        const char **names =
            kept(tape, arena_grow(&tape->arena, tape->names, tape->name_room, room, sizeof *names));
        if (!names) return 0;
        tape->names = names;
        tape->name_room = room;
        names[0] = "";
    }
    const char *copy = kept(tape, arena_string(&tape->arena, name));
    if (!copy) return 0;
    tape->names[id] = copy;
    tape->name_index[slot] = id;
    tape->name_count = id + 1;
    return id;
}

uint32_t tape_subject(struct tape *tape, const char *name) {
    if (!tape) return 0;
    lock(tape);
    uint32_t id = add_name(tape, name);
    unlock(tape);
    return id;
}

const char *tape_name(const struct tape *tape, uint32_t subject) {
    lock(tape);
    const char *name = subject < tape->name_count ? tape->names[subject] : "";
    unlock(tape);
    return name;
}

/* ---- totals ------------------------------------------------------------------------------ */

/* One word, so that it is compared at once: what by, of which kind, on which lane, which one. */
static uint64_t total_key(enum by by, enum tape_kind kind, uint8_t lane, uint32_t id) {
    return (uint64_t)id << 24 | (uint64_t)by << 16 | (uint64_t)kind << 8 | lane;
}

static size_t total_slot(const struct tape *tape, uint64_t key) {
    size_t mask = tape->total_size - 1, slot = (size_t)(key * 0x9e3779b97f4a7c15u >> 32) & mask;
    while (tape->totals[slot].key && tape->totals[slot].key != key) slot = (slot + 1) & mask;
    return slot;
}

static bool grow_totals(struct tape *tape) {
    struct total *old = tape->totals;
    size_t old_size = tape->total_size, size = old_size ? old_size * 2 : 256;
    struct total *totals = kept(tape, arena_array(&tape->arena, size, sizeof *totals));
    if (!totals) return false;
    tape->totals = totals;
    tape->total_size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i].key) totals[total_slot(tape, old[i].key)] = old[i];
    return true;
}

static void add_tally(struct tally *tally, enum tape_shape shape, int64_t amount,
                      uint64_t elapsed_ns, uint64_t weight) {
    if (shape != TAPE_LEAVE) tally->count += weight;
    if (shape == TAPE_ENTER) return;
    tally->finished += weight;
    tally->elapsed_ns += elapsed_ns * weight;
    tally->amount += amount * (int64_t)weight;
}

static void add_total(struct tape *tape, enum by by, uint32_t id, const struct tape_event *event) {
    if (id == 0) return;
    if (tape->total_count * 2 >= tape->total_size && !grow_totals(tape)) return;
    uint64_t key = total_key(by, event->kind, event->lane, id);
    struct total *total = &tape->totals[total_slot(tape, key)];
    if (!total->key) {
        total->key = key;
        tape->total_count++;
    }
    add_tally(&total->tally, event->shape, event->amount, event->elapsed_ns, 1);
}

static void add_totals(struct tape *tape, const struct tape_event *event) {
    add_tally(&tape->lanes[event->kind][event->lane], event->shape, event->amount,
              event->elapsed_ns, 1);
    add_total(tape, BY_LINE, event->line, event);
    /* what is printed is rarely printed twice: totals per text would only fill the table */
    if (event->kind != TAPE_PRINT) add_total(tape, BY_SUBJECT, event->subject, event);
}

/* ---- writing ----------------------------------------------------------------------------- */

void head_init(struct head *head, struct tape *tape) {
    *head = (struct head){.tape = tape};
}

/* Decides whether this event is kept, and with which weight; 0: it is not. */
static uint32_t weigh(struct tape *tape, struct head *head, enum tape_kind kind,
                      enum tape_shape shape) {
    if (head->skip_depth) { /* inside a skipped unit */
        if (shape == TAPE_ENTER) head->skip_depth++;
        if (shape == TAPE_LEAVE) head->skip_depth--;
        return 0;
    }
    if (head->keep_depth) { /* inside a kept one; its own LEAVE ends it */
        uint32_t weight = head->keep_weight;
        if (shape == TAPE_LEAVE && head->depth + 1 == head->keep_depth) head->keep_depth = 0;
        return weight;
    }
    if (shape == TAPE_LEAVE) return 1; /* its ENTER was kept before the tape coarsened */
    uint32_t stride = tape->stride[kind];
    if (stride > 1 && ++tape->turn[kind] < stride) {
        if (shape == TAPE_ENTER) head->skip_depth = 1;
        return 0;
    }
    tape->turn[kind] = 0;
    tape->kept[kind]++;
    if (tape->length >= tape->capacity && shape == TAPE_ENTER && kind != TAPE_RUN) {
        head->keep_depth = (uint16_t)(head->depth + 1);
        head->keep_weight = stride;
    }
    return stride;
}

static struct tape_event *event_at(const struct tape *tape, size_t index) {
    return &tape->chunks[index / CHUNK_EVENTS][index % CHUNK_EVENTS];
}

/* The kind that fills the tape most gives way: a rare kind among many others stays whole. */
static void coarsen(struct tape *tape) {
    int most = 0;
    for (int kind = 1; kind < TAPE_KIND_COUNT; kind++)
        if (tape->kept[kind] > tape->kept[most]) most = kind;
    if (tape->stride[most] < 1u << 30) tape->stride[most] *= 2;
    tape->kept[most] /= 2;
    tape->coarsen_at += tape->capacity / 4;
}

/* A place for one more event; NULL when the tape or the memory is full. */
static struct tape_event *next_event(struct tape *tape) {
    if (tape->length >= tape->most) return NULL;
    if (!tape->chunks) {
        tape->chunks = kept(
            tape, arena_array(&tape->arena, tape->most / CHUNK_EVENTS + 1, sizeof *tape->chunks));
        if (!tape->chunks) return NULL;
    }
    struct tape_event **chunk = &tape->chunks[tape->length / CHUNK_EVENTS];
    if (!*chunk) *chunk = kept(tape, arena_array(&tape->arena, CHUNK_EVENTS, sizeof **chunk));
    if (!*chunk) return NULL;
    struct tape_event *event = event_at(tape, tape->length++);
    if (tape->length >= tape->coarsen_at) coarsen(tape);
    return event;
}

/* Copies parameters beside the event, while there is room for them. */
static void keep_parameters(struct tape *tape, struct tape_event *event,
                            const struct value *parameters, size_t count) {
    event->parameter_count = (uint32_t)count;
    if (count == 0 || arena_held(&tape->arena) > NAME_BYTES_MOST) return;
    struct value *copy = kept(tape, arena_array(&tape->arena, count, sizeof *copy));
    if (!copy) return;
    for (size_t i = 0; i < count; i++) {
        copy[i] = parameters[i];
        if (!value_is_textual(copy[i])) continue;
        const char *text = kept(tape, arena_copy(&tape->arena, copy[i].text, copy[i].length));
        copy[i] = text ? value_of_text(copy[i].kind, text, copy[i].length) : value_none();
    }
    event->parameters = copy;
}

/* The one way onto the tape. draft carries kind, shape, amount and elapsed time; the head adds
 * where it stands. A subject is given by name, or, when name is NULL, by id in the draft. */
static void record(struct head *head, struct tape_event draft, const char *name, uint64_t now_ns,
                   const struct value *parameters, size_t parameter_count) {
    struct tape *tape = head->tape;
    draft.at_ns = now_ns - tape->start_ns;
    draft.line = head->line;
    draft.lane = head->lane < TAPE_LANES ? head->lane : TAPE_LANES - 1;
    draft.depth = head->depth;
    lock(tape);
    draft.weight = weigh(tape, head, draft.kind, draft.shape);
    if (name && (draft.weight || draft.kind != TAPE_PRINT)) draft.subject = add_name(tape, name);
    add_totals(tape, &draft);
    struct tape_event *event = draft.weight ? next_event(tape) : NULL;
    if (event) {
        *event = draft;
        if (parameter_count) keep_parameters(tape, event, parameters, parameter_count);
    }
    unlock(tape);
}

uint64_t head_enter(struct head *head, enum tape_kind kind, const char *subject) {
    if (!head->tape) return 0;
    uint64_t now = clock_ns();
    record(head, (struct tape_event){.kind = (uint8_t)kind, .shape = TAPE_ENTER}, subject, now,
           NULL, 0);
    if (head->depth < TIMED_DEPTH) head->opened_ns[head->depth] = now;
    assert(head->depth < UINT16_MAX);
    head->depth++;
    return now;
}

void head_leave(struct head *head, enum tape_kind kind, const char *subject, int64_t amount) {
    if (!head->tape) return;
    assert(head->depth > 0 && "every head_leave has its head_enter");
    head->depth--;
    uint64_t now = clock_ns();
    uint64_t elapsed = head->depth < TIMED_DEPTH ? now - head->opened_ns[head->depth] : 0;
    record(head,
           (struct tape_event){
               .kind = (uint8_t)kind, .shape = TAPE_LEAVE, .amount = amount, .elapsed_ns = elapsed},
           subject, now, NULL, 0);
}

void head_point(struct head *head, enum tape_kind kind, const char *subject, int64_t amount) {
    head_timed(head, kind, subject, amount, 0);
}

void head_timed(struct head *head, enum tape_kind kind, const char *subject, int64_t amount,
                uint64_t elapsed_ns) {
    if (!head->tape) return;
    record(head,
           (struct tape_event){.kind = (uint8_t)kind, .amount = amount, .elapsed_ns = elapsed_ns},
           subject, clock_ns(), NULL, 0);
}

void head_query_at(struct head *head, uint32_t sql, const struct value *parameters, size_t count,
                   int64_t rows, uint64_t elapsed_ns, uint64_t ended_ns) {
    if (!head->tape) return;
    record(head,
           (struct tape_event){
               .kind = TAPE_QUERY, .subject = sql, .amount = rows, .elapsed_ns = elapsed_ns},
           NULL, ended_ns, parameters, count);
}

void head_query(struct head *head, uint32_t sql, const struct value *parameters, size_t count,
                int64_t rows, uint64_t elapsed_ns) {
    if (head->tape) head_query_at(head, sql, parameters, count, rows, elapsed_ns, clock_ns());
}

void head_tear(struct head *head) {
    if (!head->tape) return;
    lock(head->tape);
    head->tape->torn = true;
    unlock(head->tape);
}

/* ---- reading ----------------------------------------------------------------------------- */

size_t tape_length(const struct tape *tape) {
    lock(tape);
    size_t length = tape->length;
    unlock(tape);
    return length;
}

size_t tape_events(const struct tape *tape, size_t first, struct tape_event *events, size_t count) {
    lock(tape);
    size_t have = first < tape->length ? tape->length - first : 0;
    if (count > have) count = have;
    for (size_t i = 0; i < count; i++) events[i] = *event_at(tape, first + i);
    unlock(tape);
    return count;
}

uint32_t tape_coarseness(const struct tape *tape) {
    lock(tape);
    uint32_t most = 1;
    for (int kind = 0; kind < TAPE_KIND_COUNT; kind++)
        if (tape->stride[kind] > most) most = tape->stride[kind];
    unlock(tape);
    return most;
}

struct cut cut_whole(const struct tape *tape) {
    return (struct cut){tape, SIZE_MAX};
}

static void merge(struct tally *sum, const struct tally *part) {
    sum->count += part->count;
    sum->finished += part->finished;
    sum->elapsed_ns += part->elapsed_ns;
    sum->amount += part->amount;
}

/* From the running totals. */
static struct tally tally_totals(const struct tape *tape, enum tape_kind kind,
                                 struct tally_filter filter) {
    struct tally sum = {0};
    enum by by = filter.subject ? BY_SUBJECT : filter.line >= 0 ? BY_LINE : BY_NOTHING;
    uint32_t id = 0;
    if (by == BY_LINE) id = (uint32_t)filter.line;
    if (by == BY_SUBJECT) id = find_name(tape, filter.subject);
    if (by != BY_NOTHING && (id == 0 || !tape->totals)) return sum;
    for (int lane = 0; lane < TAPE_LANES; lane++) {
        if (filter.lane >= 0 && filter.lane != lane) continue;
        if (by == BY_NOTHING)
            merge(&sum, &tape->lanes[kind][lane]);
        else
            merge(&sum,
                  &tape->totals[total_slot(tape, total_key(by, kind, (uint8_t)lane, id))].tally);
    }
    return sum;
}

/* From the kept events before `upto`. */
static struct tally tally_events(const struct tape *tape, size_t upto, enum tape_kind kind,
                                 struct tally_filter filter) {
    struct tally sum = {0};
    uint32_t subject = find_name(tape, filter.subject);
    if (filter.subject && subject == 0) return sum;
    for (size_t i = 0; i < upto; i++) {
        const struct tape_event *event = event_at(tape, i);
        if (event->kind != kind) continue;
        if (filter.lane >= 0 && event->lane != filter.lane) continue;
        if (filter.line >= 0 && event->line != filter.line) continue;
        if (filter.subject && event->subject != subject) continue;
        add_tally(&sum, event->shape, event->amount, event->elapsed_ns, event->weight);
    }
    return sum;
}

struct tally tape_tally(struct cut cut, enum tape_kind kind, struct tally_filter filter) {
    const struct tape *tape = cut.tape;
    lock(tape);
    bool whole = cut.upto >= tape->length;
    bool both = filter.subject && filter.line >= 0;
    bool texts = filter.subject && kind == TAPE_PRINT; /* no totals are kept for these */
    size_t upto = whole ? tape->length : cut.upto;
    struct tally tally = whole && !both && !texts ? tally_totals(tape, kind, filter)
                                                  : tally_events(tape, upto, kind, filter);
    unlock(tape);
    return tally;
}

uint64_t tape_count(struct cut cut, enum tape_kind kind, struct tally_filter filter) {
    return tape_tally(cut, kind, filter).count;
}
