/* iterator - QuerySet.iterator(): rows as they are read, and none of them kept.
 *
 *     [ chunk ]           being handed out
 *     [ spent ]           the one before: its last row may still be the loop's variable
 *     (the one before that is freed, unless somebody holds on to it)
 *
 * A chunk is chunk_size rows in an arena of their own. When it is used up, the next one is read,
 * and the one spent before it is looked for in everything the running code still holds. Not found,
 * it is freed: memory grows with chunk_size and not with the rows. Found, or where nobody can tell
 * what is held, it stays as long as the connection.
 *
 * Mirrors QuerySet.iterator and _iterator of django.db.models.query: no cache, no prefetching. */
#include <assert.h>
#include <string.h>

#include "engine/orm/chunk.h"
#include "engine/orm/queryset.h"

struct generator {
    struct object base;
    struct rows rows;
    struct queryset *queryset;
    size_t chunk_size;
    bool opened;
    unsigned patience, unasked; /* see retire */
    struct arena *chunk;        /* of the rows below; NULL before the first */
    struct arena *spent;        /* of the rows before them, of which the last may be in use */
    struct value *items;        /* the rows read and not yet handed out */
    size_t count, handed;
};

static bool open_rows(struct runtime *runtime, struct generator *generator) {
    struct compiled compiled;
    struct query *query = queryset_query(runtime, generator->queryset);
    generator->opened = true;
    return query && query_compile(runtime, query, &compiled) &&
           rows_open(&generator->rows, runtime, &compiled, generator->queryset->rows,
                     generator->queryset->known);
}

/* Rows are read in steps of this many, so that a huge chunk_size does not reserve its room. */
enum { STEP = 2000 };

static bool read_chunk(struct runtime *runtime, struct generator *generator) {
    size_t room = 0;
    generator->items = NULL;
    for (bool done = false; !done && generator->count < generator->chunk_size;) {
        if (generator->count == room) {
            size_t more = room + STEP < generator->chunk_size ? room + STEP : generator->chunk_size;
            struct value *items =
                arena_grow(generator->chunk, generator->items, room, more, sizeof *items);
            if (!items) return fault_no_memory(runtime->fault);
            generator->items = items;
            room = more;
        }
        if (!rows_next(&generator->rows, generator->chunk, &generator->items[generator->count],
                       &done))
            return false;
        generator->count += !done;
    }
    rows_pause(&generator->rows);
    return true;
}

/* A listing that keeps every row would be walked in vain for every chunk: after each time that one
 * could not be freed, twice as many are kept unasked. */
static void retire(struct runtime *runtime, struct generator *generator, struct arena *used) {
    if (!used || generator->unasked++ < generator->patience) return;
    generator->unasked = 0;
    bool freed = chunk_retire(runtime, used, &generator->base);
    generator->patience = freed ? 0 : generator->patience * 2 + 1;
}

/* Lets go of the chunk before the one just used up, and reads the next one. */
static bool turn_chunk(struct runtime *runtime, struct generator *generator) {
    struct arena *old = generator->spent;
    generator->spent = generator->chunk;
    generator->count = generator->handed = 0;
    generator->items = NULL;
    retire(runtime, generator, old);
    generator->chunk = database_chunk(runtime->database);
    return generator->chunk ? read_chunk(runtime, generator) : fault_no_memory(runtime->fault);
}

static bool next(struct runtime *runtime, struct object *self, struct value *result, bool *done) {
    struct generator *generator = (struct generator *)self;
    if (!generator->opened && !open_rows(runtime, generator)) return false;
    if (generator->handed == generator->count && generator->rows.cursor &&
        !turn_chunk(runtime, generator))
        return false;
    *done = generator->handed == generator->count;
    if (*done) return true;
    assert(generator->items);
    *result = generator->items[generator->handed++];
    return true;
}

static bool iterate(struct runtime *runtime, struct object *self, struct value *iterator) {
    (void)runtime;
    *iterator = value_object(self);
    return true;
}

static bool show(struct runtime *runtime, struct object *self, struct value *rows) {
    struct list *list = list_new(runtime, &list_type, 0);
    if (!list) return false;
    for (;;) {
        struct value row;
        bool done;
        if (!next(runtime, self, &row, &done)) return false;
        if (done) break;
        if (!list_append(runtime, list, row)) return false;
    }
    *rows = value_object(&list->base);
    return true;
}

static const char *repr(struct runtime *runtime, struct object *self) {
    const char *text =
        arena_format(runtime->arena, "<generator object QuerySet._iterator at %p>", (void *)self);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static void visit(struct object *self, void (*each)(void *, struct value), void *context) {
    const struct generator *generator = (const struct generator *)self;
    for (size_t i = generator->handed; i < generator->count; i++)
        each(context, generator->items[i]);
}

static const struct object_type generator_type = {
    .name = "generator",
    .iterate = iterate,
    .next = next,
    .repr = repr,
    .show = show,
    .visit = visit,
};

bool queryset_iterator(struct runtime *runtime, struct queryset *queryset, int64_t chunk_size,
                       struct value *result) {
    if (chunk_size <= 0)
        return fault_raise(runtime->fault, "ValueError", "Chunk size must be strictly positive.");
    struct generator *generator = arena_alloc(runtime->arena, sizeof *generator);
    if (!generator) return fault_no_memory(runtime->fault);
    *generator = (struct generator){
        .base = {&generator_type}, .queryset = queryset, .chunk_size = (size_t)chunk_size};
    *result = value_object(&generator->base);
    return true;
}
