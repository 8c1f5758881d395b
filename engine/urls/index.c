/* index - see index.h. Flattening, building the tree, then going down and up again. */
#include "engine/urls/index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/urls/level.h"

/* A flattened route. */
struct leaf {
    const char *literal; /* every path that it matches begins with these bytes */
    uint32_t length;
    uint32_t order;                   /* its place in the flat list */
    const struct entry *const *chain; /* the includes around it, outermost first, and itself */
    size_t depth;
};

/*     parent
 *       `- label "new/"   leaves[first_leaf ...], in their order
 *            `- children, side by side, by their first byte */
struct branch {
    const char *label;
    uint32_t length;
    uint32_t parent; /* of the root: itself */
    uint32_t first_child, child_count;
    uint32_t first_leaf, leaf_count; /* filed exactly here */
};

struct url_index {
    struct leaf *leaves; /* sorted by literal, then by order */
    size_t leaf_count;
    struct branch *branches;
    size_t branch_count;
};

enum { LEAVES_MOST = 1 << 20 };

/* ---- flattening --------------------------------------------------------------------------- */

struct flattening {
    struct runtime *runtime;
    struct url_index *index;
    size_t room;
    const struct entry *open[LEVELS_MOST + 1]; /* the includes around, and the route itself */
    size_t depth;
    struct text literal; /* what they begin with, up to the first placeholder */
    bool closed;         /* a placeholder has come: the rest says nothing */
};

static bool add_leaf(struct flattening *flat) {
    struct url_index *index = flat->index;
    struct arena *arena = flat->runtime->arena;
    if (index->leaf_count == LEAVES_MOST)
        return fault_raise(flat->runtime->fault, "NotSupported", "an index of more than %d routes",
                           LEAVES_MOST);
    if (index->leaf_count == flat->room) {
        size_t room = flat->room ? 2 * flat->room : 64;
        index->leaves = arena_grow(arena, index->leaves, flat->room, room, sizeof *index->leaves);
        flat->room = room;
    }
    const char *literal =
        arena_copy(arena, flat->literal.data ? flat->literal.data : "", flat->literal.length);
    const struct entry **chain = arena_array(arena, flat->depth, sizeof *chain);
    if (!index->leaves || !literal || !chain) return fault_no_memory(flat->runtime->fault);
    memcpy(chain, flat->open, flat->depth * sizeof *chain);
    index->leaves[index->leaf_count] = (struct leaf){
        literal, (uint32_t)flat->literal.length, (uint32_t)index->leaf_count, chain, flat->depth};
    index->leaf_count++;
    return index->leaf_count % 1024 || !runtime_cancelled(flat->runtime);
}

static bool flatten(struct flattening *flat, const struct level *level);

static bool flatten_entry(struct flattening *flat, const struct entry *entry) {
    size_t length = flat->literal.length;
    bool closed = flat->closed;
    flat->open[flat->depth++] = entry;
    if (!closed) text_add_bytes(&flat->literal, entry->literal, entry->length);
    flat->closed = closed || entry->route->pattern.count > 0;
    if (flat->literal.failed) return fault_no_memory(flat->runtime->fault);
    if (!(entry->inner ? flatten(flat, entry->inner) : add_leaf(flat))) return false;
    text_cut(&flat->literal, length);
    flat->closed = closed;
    flat->depth--;
    return true;
}

static bool flatten(struct flattening *flat, const struct level *level) {
    if (level->complaint)
        return fault_raise(flat->runtime->fault, "NotSupported", "an index of what is no list");
    for (size_t i = 0; i < level->count; i++) {
        const struct entry *entry = &level->entries[i];
        if (!entry->route || entry->route->pattern.broken)
            return fault_raise(flat->runtime->fault, "NotSupported",
                               "an index of routes that do not compile");
        if (!flatten_entry(flat, entry)) return false;
    }
    return true;
}

/* ---- building ----------------------------------------------------------------------------- */

static int compare_leaves(const void *left, const void *right) {
    const struct leaf *a = left, *b = right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->literal, b->literal, shorter);
    if (order) return order;
    if (a->length != b->length) return a->length < b->length ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

/* How far the literals of a sorted range agree: as far as the first and the last do. */
static uint32_t common_length(const struct leaf *first, const struct leaf *last) {
    uint32_t length = 0, limit = first->length < last->length ? first->length : last->length;
    while (length < limit && first->literal[length] == last->literal[length]) length++;
    return length;
}

/* Leaves `from` up to `to` lie below a branch whose parent's label ends at byte `depth`. */
struct range {
    uint32_t from, to, depth;
};

/* Fills one branch from its range and puts its children, still empty, at the end of the row: a
 * walk in breadth, so that children lie side by side. */
static void grow_branch(struct url_index *index, struct range *ranges, uint32_t at) {
    struct branch *branch = &index->branches[at];
    struct range range = ranges[at];
    const struct leaf *leaves = index->leaves;
    uint32_t end = common_length(&leaves[range.from], &leaves[range.to - 1]);
    branch->label = leaves[range.from].literal + range.depth;
    branch->length = end - range.depth;
    branch->first_leaf = range.from;
    while (range.from < range.to && leaves[range.from].length == end) range.from++;
    branch->leaf_count = range.from - branch->first_leaf;
    branch->first_child = (uint32_t)index->branch_count;
    while (range.from < range.to) {
        char byte = leaves[range.from].literal[end];
        uint32_t next = range.from;
        while (next < range.to && leaves[next].literal[end] == byte) next++;
        ranges[index->branch_count] = (struct range){range.from, next, end};
        index->branches[index->branch_count++].parent = at;
        branch->child_count++;
        range.from = next;
    }
}

/* A branch is a literal of its own or a place where literals part: fewer than two a leaf, and the
 * root. */
static bool build(struct runtime *runtime, struct url_index *index) {
    size_t most = 2 * index->leaf_count + 1;
    index->branches = arena_array(runtime->arena, most, sizeof *index->branches);
    struct range *ranges = arena_array(runtime->arena, most, sizeof *ranges);
    if (!index->branches || !ranges) return fault_no_memory(runtime->fault);
    if (index->leaf_count == 0) return true;
    qsort(index->leaves, index->leaf_count, sizeof *index->leaves, compare_leaves);
    index->branch_count = 1;
    ranges[0] = (struct range){0, (uint32_t)index->leaf_count, 0};
    for (uint32_t at = 0; at < index->branch_count; at++) grow_branch(index, ranges, at);
    return true;
}

struct url_index *index_new(struct runtime *runtime, const struct resolver *resolver) {
    struct url_index *index = arena_alloc(runtime->arena, sizeof *index);
    if (!index) return fault_no_memory(runtime->fault), NULL;
    struct flattening flat = {.runtime = runtime, .index = index};
    text_init(&flat.literal, runtime->arena);
    if (!flatten(&flat, resolver->root) || !build(runtime, index)) return NULL;
    return index;
}

size_t index_count(const struct url_index *index) {
    return index->leaf_count;
}

/* ---- resolving ---------------------------------------------------------------------------- */

/* Matches the chain of a leaf from its `at`th entry on; builds the match when one is wanted. */
static bool match_chain(struct runtime *runtime, const struct leaf *leaf, size_t at,
                        const struct step *outer, const char *path, size_t length,
                        struct route_match *match) {
    struct span spans[PATTERN_PARAMETERS];
    const struct route *route = leaf->chain[at]->route;
    struct step step = {.route = route, .path = path, .spans = spans, .outer = outer};
    size_t end;
    if (!pattern_match(&route->pattern, path, length, spans, &end) || !step_fits(&step))
        return false;
    if (at + 1 < leaf->depth)
        return match_chain(runtime, leaf, at + 1, &step, path + end, length - end, match);
    return !match || match_build(runtime, &step, match);
}

/* The child whose label begins with a byte; NULL for none. */
static const struct branch *find_child(const struct url_index *index, const struct branch *branch,
                                       char byte) {
    const struct branch *children = index->branches + branch->first_child;
    uint32_t low = 0, high = branch->child_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        unsigned char there = (unsigned char)*children[middle].label;
        if (there == (unsigned char)byte) return &children[middle];
        if (there < (unsigned char)byte)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool label_fits(const struct branch *branch, const char *path, size_t length) {
    return branch->length <= length && memcmp(branch->label, path, branch->length) == 0;
}

/* The deepest branch that a path leads to; NULL when not even the root's label fits. */
static const struct branch *descend(const struct url_index *index, const char *path,
                                    size_t length) {
    const struct branch *branch = index->branches, *deepest = NULL;
    size_t at = 0;
    while (branch && label_fits(branch, path + at, length - at)) {
        deepest = branch;
        at += branch->length;
        branch = at < length ? find_child(index, branch, path[at]) : NULL;
    }
    return deepest;
}

/* The first leaf of a branch, in order, that matches and stands before `best`. */
static const struct leaf *best_leaf(struct runtime *runtime, const struct url_index *index,
                                    const struct branch *branch, const char *path, size_t length,
                                    const struct leaf *best, size_t *tried) {
    const struct leaf *leaf = index->leaves + branch->first_leaf, *end = leaf + branch->leaf_count;
    for (; leaf < end && (!best || leaf->order < best->order); leaf++) {
        ++*tried;
        if (match_chain(runtime, leaf, 0, NULL, path, length, NULL)) return leaf;
    }
    return best;
}

bool index_resolve(struct runtime *runtime, const struct url_index *index, const char *path,
                   size_t length, struct route_match *match, bool *found) {
    *found = false;
    *match = (struct route_match){.namespaces = "", .app_names = ""};
    if (length == 0 || *path != '/' || index->leaf_count == 0) return true;
    path++, length--;
    const struct leaf *best = NULL;
    size_t tried = 0;
    const struct branch *branch = descend(index, path, length);
    while (branch) { /* from the deepest up: the most literal routes tend to be the ones */
        best = best_leaf(runtime, index, branch, path, length, best, &tried);
        branch = branch == index->branches ? NULL : index->branches + branch->parent;
    }
    if (best && !match_chain(runtime, best, 0, NULL, path, length, match)) return false;
    match->tried = tried;
    *found = best != NULL;
    return true;
}
