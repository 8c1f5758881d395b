/* chunk - see chunk.h: a walk over the object graph, as a tracing collector makes it.
 *
 * Texts need no walk: a text that was read from a row points into the chunk as well. Objects
 * outside the chunk are walked once each; the first way in ends the walk. */
#include "engine/orm/chunk.h"

#include <stdlib.h>

#include "engine/orm/database.h"

struct search {
    const struct arena *chunk;
    struct arena scratch;
    struct object **waiting; /* found, not yet walked */
    size_t waiting_count, waiting_room;
    struct object **seen; /* open addressing */
    size_t seen_count, seen_size;
    bool found; /* or no memory to tell: the chunk stays */
};

static size_t slot_of(const struct search *search, const struct object *object) {
    size_t mask = search->seen_size - 1;
    size_t slot = (size_t)((uint64_t)(uintptr_t)object * 0x9e3779b97f4a7c15u >> 32) & mask;
    while (search->seen[slot] && search->seen[slot] != object) slot = (slot + 1) & mask;
    return slot;
}

static bool grow_seen(struct search *search) {
    struct object **old = search->seen;
    size_t old_size = search->seen_size;
    search->seen_size = old_size ? old_size * 2 : 256;
    search->seen = arena_array(&search->scratch, search->seen_size, sizeof(struct object *));
    for (size_t i = 0; search->seen && i < old_size; i++)
        if (old[i]) search->seen[slot_of(search, old[i])] = old[i];
    return search->seen != NULL;
}

/* True when the object was not seen before; it is from now on. */
static bool see(struct search *search, struct object *object) {
    if (search->seen_count * 2 >= search->seen_size && !grow_seen(search)) {
        search->found = true;
        return false;
    }
    size_t slot = slot_of(search, object);
    if (search->seen[slot]) return false;
    search->seen[slot] = object;
    search->seen_count++;
    return true;
}

static void wait_for(struct search *search, struct object *object) {
    if (search->waiting_count == search->waiting_room) {
        size_t room = search->waiting_room ? search->waiting_room * 2 : 256;
        struct object **waiting = arena_grow(&search->scratch, search->waiting,
                                             search->waiting_room, room, sizeof(struct object *));
        if (!waiting) {
            search->found = true;
            return;
        }
        search->waiting = waiting;
        search->waiting_room = room;
    }
    search->waiting[search->waiting_count++] = object;
}

static void look(void *context, struct value value) {
    struct search *search = context;
    bool object = value.kind == VALUE_OBJECT;
    if (search->found || (!object && !value_is_textual(value))) return;
    const void *pointer = object ? (const void *)value.object : (const void *)value.text;
    if (arena_owns(search->chunk, pointer))
        search->found = true;
    else if (object && value.object->type->visit && see(search, value.object))
        wait_for(search, value.object);
}

static void walk(struct search *search) {
    while (search->waiting_count && !search->found) {
        struct object *object = search->waiting[--search->waiting_count];
        object->type->visit(object, look, search);
    }
}

bool chunk_retire(struct runtime *runtime, struct arena *chunk, struct object *iterator) {
    if (!runtime->roots) return false;
    struct search search = {.chunk = chunk};
    arena_init(&search.scratch, runtime->memory);
    look(&search, value_object(iterator));
    runtime->roots->visit(runtime->roots, look, &search);
    walk(&search);
    arena_release(&search.scratch);
    if (!search.found) database_chunk_free(runtime->database, chunk);
    return !search.found;
}
