/* comprehension - [x for x in xs if x], its kin for set and dict, and generators.
 *
 * All four are one machine: nested loops that can stop after each element and go on later. The
 * iterators of the loops form a stack; `level` says how many are open.
 *
 *     for a in xs      level 1: iterator of xs
 *       for b in a     level 2: iterator of a        element -> yield, then go on with level 2
 *
 * Only a generator really stops; the others run the machine to its end at once. */
#include "engine/script/evaluator.h"

struct generator {
    struct object base;
    const struct comprehension *comprehension;
    struct script *script;
    struct frame *frame;
    size_t level;
    bool running, finished;
    uint32_t line, column;
    struct value iterators[];
};

/* True when the clause's conditions all hold. */
static bool conditions_hold(struct script *script, const struct clause *clause, bool *hold) {
    *hold = true;
    for (size_t i = 0; *hold && i < clause->conditions.count; i++)
        if (!evaluate_truth(script, clause->conditions.items[i], hold)) return false;
    return true;
}

/* Opens the loop of the next clause; the first one's iterator was there from the beginning. */
static bool open_loop(struct generator *generator) {
    const struct clause *clause = &generator->comprehension->clauses[generator->level];
    struct value iterable;
    if (!evaluate(generator->script, clause->iterable, &iterable)) return false;
    if (!object_iterate(generator->script->runtime, iterable,
                        &generator->iterators[generator->level])) {
        fault_place(generator->script->runtime->fault, clause->iterable->line,
                    clause->iterable->column);
        return false;
    }
    generator->level++;
    return true;
}

/* Runs until the next element is due. */
static bool step(struct generator *generator, bool *done) {
    struct script *script = generator->script;
    const struct comprehension *comprehension = generator->comprehension;
    while (generator->level > 0) {
        if (runtime_cancelled(script->runtime)) return false;
        const struct clause *clause = &comprehension->clauses[generator->level - 1];
        struct value item;
        bool ended, hold;
        if (!object_next(script->runtime, generator->iterators[generator->level - 1], &item,
                         &ended))
            return false;
        if (ended) {
            generator->level--;
            continue;
        }
        if (!assign(script, clause->target, item)) return false;
        if (!conditions_hold(script, clause, &hold)) return false;
        if (!hold) continue;
        if (generator->level == comprehension->count) return !(*done = false);
        if (!open_loop(generator)) return false;
    }
    return *done = true;
}

/* Steps and evaluates the element, in the comprehension's own frame. */
static bool next_element(struct generator *generator, struct value *element, struct value *value,
                         bool *done) {
    struct script *script = generator->script;
    struct frame *caller = script->frame;
    script->frame = generator->frame;
    bool fine = step(generator, done);
    if (fine && !*done) fine = evaluate(script, generator->comprehension->element, element);
    if (fine && !*done && generator->comprehension->value)
        fine = evaluate(script, generator->comprehension->value, value);
    script->frame = caller;
    return fine;
}

/* ---- generators --------------------------------------------------------------------------- */

static bool generator_next(struct runtime *runtime, struct object *object, struct value *result,
                           bool *done) {
    struct generator *generator = (struct generator *)object;
    struct value unused;
    *done = generator->finished;
    if (*done) return true;
    if (generator->running)
        return fault_raise(runtime->fault, "ValueError", "generator already executing");
    if (!runtime_enter(runtime)) return false;
    generator->running = true;
    bool fine = next_element(generator, result, &unused, done);
    generator->running = false;
    runtime_leave(runtime);
    if (!fine || *done) generator->finished = true;
    return fine;
}

static void generator_visit(struct object *object, void (*each)(void *, struct value),
                            void *context) {
    struct generator *generator = (struct generator *)object;
    for (size_t i = 0; i < generator->level; i++) each(context, generator->iterators[i]);
    for (struct frame *frame = generator->frame; frame; frame = frame->outer)
        for (size_t i = 0; i < frame->scope->count; i++)
            if (frame->slots[i].kind != SLOT_EMPTY) each(context, frame->slots[i]);
}

static const struct object_type generator_type = {
    .name = "generator", .next = generator_next, .visit = generator_visit};

static struct generator *generator_new(struct script *script, struct node *node) {
    struct comprehension *comprehension = node->comprehension;
    struct runtime *runtime = script->runtime;
    struct value iterable;
    if (!evaluate(script, comprehension->clauses[0].iterable, &iterable)) return NULL;
    struct generator *generator = arena_alloc(
        runtime->arena, sizeof *generator + comprehension->count * sizeof *generator->iterators);
    if (!generator) return fault_no_memory(runtime->fault), NULL;
    generator->base.type = &generator_type;
    generator->comprehension = comprehension;
    generator->script = script;
    generator->level = 1;
    if (!object_iterate(runtime, iterable, &generator->iterators[0])) {
        fault_place(runtime->fault, comprehension->clauses[0].iterable->line,
                    comprehension->clauses[0].iterable->column);
        return NULL;
    }
    generator->frame = frame_new(script, comprehension->scope, script->frame);
    return generator->frame ? generator : NULL;
}

/* ---- the others --------------------------------------------------------------------------- */

static bool add_element(struct runtime *runtime, struct object *collection, struct value element,
                        struct value value) {
    if (collection->type == &list_type)
        return list_append(runtime, (struct list *)collection, element);
    if (collection->type == &set_type) return set_add(runtime, (struct set *)collection, element);
    return dict_set(runtime, (struct dict *)collection, element, value);
}

static struct object *collection_new(struct runtime *runtime, enum comprehension_form form) {
    if (form == FORM_LIST) {
        struct list *list = list_new(runtime, &list_type, 0);
        return list ? &list->base : NULL;
    }
    if (form == FORM_SET) {
        struct set *set = set_new(runtime);
        return set ? &set->base : NULL;
    }
    struct dict *dict = dict_new(runtime);
    return dict ? &dict->base : NULL;
}

bool evaluate_comprehension(struct script *script, struct node *node, struct value *result) {
    struct comprehension *comprehension = node->comprehension;
    struct generator *generator = generator_new(script, node);
    if (!generator) return false;
    if (comprehension->form == FORM_GENERATOR) {
        for (struct frame *frame = generator->frame; frame; frame = frame->outer)
            frame->captured = true;
        *result = value_object(&generator->base);
        return true;
    }
    struct object *collection = collection_new(script->runtime, comprehension->form);
    struct value element, value = value_none();
    bool done = false, fine = collection != NULL;
    while (fine && (fine = next_element(generator, &element, &value, &done)) && !done)
        fine = add_element(script->runtime, collection, element, value);
    frame_done(generator->frame, comprehension->scope);
    if (fine) *result = value_object(collection);
    return fine;
}
