/* level - see level.h. */
#include "engine/urls/level.h"

/* What is being made ready. */
struct nesting {
    struct level *ready;                    /* a list that is included twice is made once */
    const struct object *open[LEVELS_MOST]; /* the lists around this one, outermost first */
    size_t depth;
};

static const struct level *make_level(struct runtime *, struct nesting *, struct value list);

static bool is_sequence(struct value value) {
    return object_is(value, &list_type) || object_is(value, &tuple_type);
}

/* An entry with something wrong keeps length 0: every path gets as far as to look at it. */
static bool fill_entry(struct runtime *runtime, struct nesting *nesting, struct value item,
                       struct entry *entry) {
    *entry = (struct entry){.literal = ""};
    if (!object_is(item, &url_pattern_type) && !object_is(item, &url_resolver_type)) return true;
    const struct route *route = (const struct route *)item.object;
    *entry = (struct entry){.literal = route->pattern.route, .route = route};
    if (!route->pattern.broken) entry->length = route->pattern.length;
    if (route->inner.kind == VALUE_NONE) return true;
    entry->inner = make_level(runtime, nesting, route->inner);
    return entry->inner != NULL;
}

static bool fill_level(struct runtime *runtime, struct nesting *nesting, struct level *level) {
    const struct list *list = (const struct list *)level->list.object;
    level->count = list->count;
    level->entries = arena_array(runtime->arena, list->count, sizeof *level->entries);
    if (list->count && !level->entries) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < list->count; i++)
        if (!fill_entry(runtime, nesting, list->items[i], &level->entries[i])) return false;
    return true;
}

static bool enter_list(struct runtime *runtime, struct nesting *nesting, struct value list) {
    for (size_t i = 0; i < nesting->depth; i++)
        if (nesting->open[i] == list.object)
            return fault_raise(runtime->fault, "NotSupported", "a urlconf that includes itself");
    if (nesting->depth == LEVELS_MOST)
        return fault_raise(runtime->fault, "NotSupported", "includes nested more than %d deep",
                           LEVELS_MOST);
    nesting->open[nesting->depth++] = list.object;
    return true;
}

/* What cannot be a list of patterns is complained of when somebody looks into it, not before. */
static bool write_complaint(struct runtime *runtime, struct level *level) {
    const char *shown = object_str(runtime, level->list);
    if (!shown) return false;
    level->complaint = arena_format(
        runtime->arena,
        "The included URLconf '%s' does not appear to have any patterns in it. If you see valid "
        "patterns in the file then the issue is probably caused by a circular import.",
        shown);
    return level->complaint || fault_no_memory(runtime->fault);
}

static struct level *find_ready(const struct nesting *nesting, struct value list) {
    struct level *level = nesting->ready;
    while (level && level->list.object != list.object) level = level->next;
    return level;
}

static const struct level *make_level(struct runtime *runtime, struct nesting *nesting,
                                      struct value list) {
    if (list.kind == VALUE_OBJECT && !is_sequence(list)) {
        fault_raise(runtime->fault, "NotSupported", "patterns in a %s: only lists and tuples",
                    value_type_name(list));
        return NULL;
    }
    struct level *level = is_sequence(list) ? find_ready(nesting, list) : NULL;
    if (level) return level;
    level = arena_alloc(runtime->arena, sizeof *level);
    if (!level) return fault_no_memory(runtime->fault), NULL;
    level->list = list;
    if (!is_sequence(list)) return write_complaint(runtime, level) ? level : NULL;
    if (!enter_list(runtime, nesting, list)) return NULL;
    if (!fill_level(runtime, nesting, level)) return NULL;
    nesting->depth--;
    level->next = nesting->ready;
    nesting->ready = level;
    return level;
}

const struct level *level_new(struct runtime *runtime, struct value list,
                              const struct level **levels) {
    struct nesting nesting = {0};
    const struct level *level = make_level(runtime, &nesting, list);
    *levels = nesting.ready;
    return level;
}

bool level_is_current(const struct level *level) {
    const struct list *list = (const struct list *)level->list.object;
    if (list->count != level->count) return false;
    for (size_t i = 0; i < level->count; i++) {
        const struct route *route = level->entries[i].route;
        if (route && (list->items[i].kind != VALUE_OBJECT ||
                      list->items[i].object != (const struct object *)route))
            return false;
    }
    return true;
}

bool level_check(struct runtime *runtime, const struct level *level) {
    if (!level->complaint) return true;
    return fault_raise(runtime->fault, "ImproperlyConfigured", "%s", level->complaint);
}

bool level_check_entry(struct runtime *runtime, const struct level *level, size_t index,
                       const char *attribute) {
    const struct route *route = level->entries[index].route;
    if (!route) {
        const struct list *list = (const struct list *)level->list.object;
        struct value item = index < list->count ? list->items[index] : value_none();
        return fault_raise(runtime->fault, "AttributeError", "'%s' object has no attribute '%s'",
                           value_type_name(item), attribute);
    }
    if (!route->pattern.broken) return true;
    return fault_raise(runtime->fault, "re.error", "%s", route->pattern.broken);
}
