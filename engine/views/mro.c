/* mro - see mro.h. */
#include "engine/views/mro.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/views/class.h"

struct line_up mro_of(const struct class *class) {
    return class->mro.line;
}

size_t line_up_find(struct line_up line, const struct class *class) {
    size_t at = 0;
    while (at < line.count && line.classes[at] != class) at++;
    return at;
}

/* ---- errors ------------------------------------------------------------------------------- */

static bool check_duplicates(struct fault *fault, struct line_up bases) {
    for (size_t i = 0; i < bases.count; i++)
        if (line_up_find(bases, bases.classes[i]) != i)
            return fault_raise(fault, "TypeError", "duplicate base class %s",
                               bases.classes[i]->name);
    return true;
}

/* CPython writes the text into a buffer of this size, and what does not fit is lost. */
enum { MESSAGE_ROOM = 1000 };

/* The heads that are left, each once, in the order of the lists. */
static bool raise_inconsistent(struct arena *arena, struct fault *fault, const struct mro *mro,
                               const size_t *heads) {
    struct text text;
    text_init(&text, arena);
    text_add(&text, "Cannot create a consistent method resolution\norder (MRO) for bases");
    size_t named = 0;
    for (size_t i = 0; i < mro->list_count; i++) {
        if (heads[i] == mro->lists[i].count) continue;
        struct class *head = mro->lists[i].classes[heads[i]];
        bool known = false;
        for (size_t j = 0; j < i; j++)
            known |= heads[j] < mro->lists[j].count && mro->lists[j].classes[heads[j]] == head;
        if (known) continue;
        text_format(&text, "%s %s", named++ ? "," : "", head->name);
    }
    if (text.failed) return fault_no_memory(fault);
    if (text.length >= MESSAGE_ROOM) text_cut(&text, MESSAGE_ROOM - 1);
    return fault_raise(fault, "TypeError", "%s", text_finish(&text));
}

/* ---- merging ------------------------------------------------------------------------------ */

/* A list without its first `struck` entries: is the class in the tail of what is left? */
static bool in_tail(struct line_up list, size_t struck, const struct class *class) {
    for (size_t i = struck + 1; i < list.count; i++)
        if (list.classes[i] == class) return true;
    return false;
}

static bool in_any_tail(const struct mro *mro, const size_t *heads, const struct class *class) {
    for (size_t i = 0; i < mro->list_count; i++)
        if (in_tail(mro->lists[i], heads[i], class)) return true;
    return false;
}

/* The first list whose head is in no tail; list_count where there is none. */
static size_t choose(const struct mro *mro, const size_t *heads) {
    size_t i = 0;
    for (; i < mro->list_count; i++)
        if (heads[i] < mro->lists[i].count &&
            !in_any_tail(mro, heads, mro->lists[i].classes[heads[i]]))
            break;
    return i;
}

static void strike_out(const struct mro *mro, size_t *heads, const struct class *taken) {
    for (size_t i = 0; i < mro->list_count; i++)
        if (heads[i] < mro->lists[i].count && mro->lists[i].classes[heads[i]] == taken) heads[i]++;
}

static bool is_merged(const struct mro *mro, const size_t *heads) {
    for (size_t i = 0; i < mro->list_count; i++)
        if (heads[i] < mro->lists[i].count) return false;
    return true;
}

/* MRO(B1), ..., MRO(Bn), [B1, ..., Bn]. Returns how many classes they hold, at most. */
static size_t gather_lists(struct mro *mro, struct line_up bases) {
    size_t most = bases.count;
    for (size_t i = 0; i < bases.count; i++) {
        mro->lists[i] = mro_of(bases.classes[i]);
        most += mro->lists[i].count;
    }
    mro->lists[bases.count] = bases;
    mro->list_count = bases.count + 1;
    return most;
}

bool mro_linearize(struct arena *arena, struct fault *fault, struct class *self,
                   struct line_up bases, struct mro *mro) {
    *mro = (struct mro){0};
    if (!check_duplicates(fault, bases)) return false;
    mro->lists = arena_array(arena, bases.count + 1, sizeof *mro->lists);
    size_t *heads = arena_array(arena, bases.count + 1, sizeof *heads);
    if (!mro->lists || !heads) return fault_no_memory(fault);
    size_t most = gather_lists(mro, bases);
    struct class **line = arena_array(arena, most + 1, sizeof(struct class *));
    mro->turns = arena_array(arena, most, sizeof *mro->turns);
    if (!line || (most && !mro->turns)) return fault_no_memory(fault);
    line[0] = self;
    while (!is_merged(mro, heads)) {
        size_t list = choose(mro, heads);
        if (list == mro->list_count) return raise_inconsistent(arena, fault, mro, heads);
        struct class *taken = mro->lists[list].classes[heads[list]];
        mro->turns[mro->turn_count++] = list;
        line[mro->turn_count] = taken;
        strike_out(mro, heads, taken);
    }
    mro->line = (struct line_up){line, mro->turn_count + 1};
    return true;
}
