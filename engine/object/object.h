/* object - how a listing talks to the engine: Python's object protocol, as a table of slots.
 *
 * Whatever a listing can hold and that is no plain value is an object: it begins with a pointer to
 * its type, and the type is a table of functions, one for each thing Python can do with it.
 * An empty slot means "Python raises TypeError here", and the protocol functions below do so,
 * with Python's text. The evaluator knows only this table; querysets, managers, models, layers,
 * classes and lists are all rows of the same kind.
 *
 *     struct queryset { struct object base; ... };      base.type == &queryset_type
 *
 * Every function that can fail takes the runtime, returns false (or NULL) on failure, and has
 * then raised runtime->fault. Objects live in an arena: nobody frees one. */
#ifndef ENGINE_OBJECT_OBJECT_H
#define ENGINE_OBJECT_OBJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/fault.h"
#include "engine/base/value.h"
#include "engine/tape/tape.h"

struct database;
struct apps;
struct model_signals;

/* All values that running code still holds: names, and the iterators of the loops it stands in.
 * Set by the evaluator around the `next` of a for statement, where no value is on its way between
 * two operations; NULL at any other time (inside list(), a comprehension, an expression), and then
 * everything counts as held. An iterator asks it before it frees the rows it gave out last. */
struct roots {
    void (*visit)(struct roots *, void (*each)(void *context, struct value), void *context);
};

/* What running code has at hand. One per run; not shared between threads. */
struct runtime {
    struct arena *arena;           /* lives as long as the run */
    struct memory *memory;         /* the run's account: bounds what a listing can take */
    struct head *head;             /* where to record; never NULL, may be without a tape */
    struct fault *fault;           /* what was raised */
    const atomic_bool *cancelled;  /* set by another thread: stop soon; may be NULL */
    struct database *database;     /* Django's connections["default"]; NULL where there is none */
    uint32_t depth;                /* nesting now; see runtime_enter */
    struct roots *roots;           /* see struct roots; usually NULL */
    const struct showing *showing; /* the containers whose repr() is under way; see repr.c */
    uint64_t patience;             /* runtime_cancelled says so after so many calls; 0: never */
    const struct apps *apps;       /* the registry of this process; NULL: all is loaded */
    struct model_signals *signals; /* what the ORM sends; NULL: nobody can listen */
};

/* True when the run shall stop; raises "Cancelled". Ask at least every few thousand steps. With
 * `patience` set, a run stops at the same place each time, whatever its speed. */
bool runtime_cancelled(struct runtime *runtime);

/* How deep calls, expressions and containers may nest: it bounds the C stack. */
enum { RUNTIME_DEPTH = 1200 };

/* Around whatever may recurse. enter raises Python's RecursionError and returns false when the
 * nesting is too deep (leave is not due then). It also asks whether the run shall stop: what
 * recurses may branch, and then take ages at no great depth. */
bool runtime_enter(struct runtime *runtime);
void runtime_leave(struct runtime *runtime);

struct keyword {
    const char *name;
    struct value value;
};

/* What stands between the parentheses of a call, evaluated. Borrowed for the call's duration:
 * who keeps an array copies it (the values may be kept). */
struct arguments {
    const struct value *values;
    size_t count;
    const struct keyword *keywords; /* in the order written */
    size_t keyword_count;
};

struct object_type;

struct object {
    const struct object_type *type;
};

enum operation { /* binary operators of the sliver, in Python's spelling */
                 OP_ADD,
                 OP_SUBTRACT,
                 OP_MULTIPLY,
                 OP_DIVIDE,
                 OP_FLOOR_DIVIDE,
                 OP_MODULO,
                 OP_POWER,
                 OP_AND,
                 OP_OR,
                 OP_XOR, /* & | ^ */
                 OPERATION_COUNT
};

enum comparison {
    CMP_EQUAL,
    CMP_NOT_EQUAL,
    CMP_LESS,
    CMP_LESS_EQUAL,
    CMP_GREATER,
    CMP_GREATER_EQUAL
};

/* seq[start:stop:step]; each VALUE_NONE when left out. */
struct slice {
    struct value start, stop, step;
};

/* A method reachable by name: `name` is looked up in the type's `methods` table by
 * object_get_attribute when the get_attribute slot is empty or says it has none. */
struct method {
    const char *name;
    bool (*call)(struct runtime *runtime, struct object *self, const struct arguments *arguments,
                 struct value *result);
};

struct object_type {
    const char *name;             /* type(x).__name__ */
    const char *module;           /* where it is defined; NULL: a builtin */
    const struct method *methods; /* ends with a NULL name; may be NULL */

    /* obj.name. Returns false with *found = false and no fault when there is no such attribute
     * (the caller raises AttributeError or looks further), false with a fault on an error. */
    bool (*get_attribute)(struct runtime *, struct object *, const char *name, struct value *result,
                          bool *found);
    bool (*set_attribute)(struct runtime *, struct object *, const char *name, struct value);
    bool (*call)(struct runtime *, struct object *, const struct arguments *, struct value *result);
    bool (*get_item)(struct runtime *, struct object *, struct value index, struct value *result);
    bool (*get_slice)(struct runtime *, struct object *, const struct slice *,
                      struct value *result);

    /* iter(obj): an object whose type has `next`. */
    bool (*iterate)(struct runtime *, struct object *, struct value *iterator);
    /* next(obj): *done = true at the end. */
    bool (*next)(struct runtime *, struct object *, struct value *result, bool *done);

    bool (*length)(struct runtime *, struct object *, int64_t *length);
    bool (*truth)(struct runtime *, struct object *, bool *truth); /* empty: length, else true */
    bool (*contains)(struct runtime *, struct object *, struct value, bool *contains);
    bool (*equal)(struct runtime *, struct object *, struct value other, bool *equal);
    /* < <= > >=; `other` is an object of the same type */
    bool (*compare)(struct runtime *, struct object *, enum comparison, struct value other, bool *);

    /* self op other, or other op self when reflected. *handled = false: NotImplemented. */
    bool (*binary)(struct runtime *, struct object *, enum operation, struct value other,
                   bool reflected, struct value *result, bool *handled);
    bool (*negative)(struct runtime *, struct object *, struct value *result);
    bool (*invert)(struct runtime *, struct object *, struct value *result);

    const char *(*repr)(struct runtime *,
                        struct object *);                  /* in the runtime's arena; NULL: fault */
    const char *(*str)(struct runtime *, struct object *); /* empty: repr */

    /* type(x).__name__ where it differs from object to object (a model's instances); empty: name.
     */
    const char *(*type_name)(const struct object *);

    /* A bare expression statement at the prompt: a queryset is evaluated whole here. Empty: the
     * value stands for itself. *rows becomes a list object, or stays VALUE_NONE. */
    bool (*show)(struct runtime *, struct object *, struct value *rows);

    /* Visits the values an object holds, so that a chunk of rows that is still referenced is not
     * freed. Empty: holds none. */
    void (*visit)(struct object *, void (*each)(void *context, struct value), void *context);

    /* obj[index] = value. */
    bool (*set_item)(struct runtime *, struct object *, struct value index, struct value);
    /* hash(obj). Empty: by identity, or, where `equal` is filled, Python's "unhashable type". */
    bool (*hash)(struct runtime *, struct object *, uint64_t *hash);
    /* type(obj), where there is an object for the class. Empty: a stand-in that has the name. */
    bool (*class_of)(struct runtime *, struct object *, struct value *class_object);
    /* isinstance(value, obj), for objects that are classes. Empty: TypeError. */
    bool (*is_instance)(struct runtime *, struct object *, struct value value, bool *answer);
    /* format(obj, spec); spec is never empty. Empty: Python's TypeError. NULL: fault. */
    const char *(*format)(struct runtime *, struct object *, const char *spec);
};

static inline bool object_is(struct value value, const struct object_type *type) {
    return value.kind == VALUE_OBJECT && value.object->type == type;
}

/* ---- the protocol: what the evaluator and the builtins call ----------------------------- */

const char *value_type_name(struct value value); /* "int", "str", "NoneType", "QuerySet" */

bool object_get_attribute(struct runtime *, struct value self, const char *name,
                          struct value *result);
/* The same, but *found = false and no fault when missing. */
bool object_find_attribute(struct runtime *, struct value self, const char *name,
                           struct value *result, bool *found);
/* The same for hasattr() and getattr() with a default: an AttributeError told on the way, as
 * modules and empty relations do, says missing as well. */
bool object_try_attribute(struct runtime *, struct value self, const char *name,
                          struct value *result, bool *found);
bool object_set_attribute(struct runtime *, struct value self, const char *name, struct value);
/* self.name(arguments), without building a bound method where `name` is in a methods table. */
bool object_has_method(struct value self, const char *name);
bool object_call_method(struct runtime *, struct value self, const char *name,
                        const struct arguments *, struct value *result);
bool object_call(struct runtime *, struct value callee, const struct arguments *,
                 struct value *result);
bool object_get_item(struct runtime *, struct value self, struct value index, struct value *result);
bool object_get_slice(struct runtime *, struct value self, const struct slice *,
                      struct value *result);
bool object_set_item(struct runtime *, struct value self, struct value index, struct value);
bool object_iterate(struct runtime *, struct value self, struct value *iterator);
bool object_next(struct runtime *, struct value iterator, struct value *result, bool *done);
bool object_length(struct runtime *, struct value self, int64_t *length);
bool object_truth(struct runtime *, struct value self, bool *truth);
bool object_contains(struct runtime *, struct value self, struct value item, bool *contains);
bool object_equal(struct runtime *, struct value left, struct value right, bool *equal);
bool object_compare(struct runtime *, enum comparison, struct value left, struct value right,
                    bool *);
bool object_binary(struct runtime *, enum operation, struct value left, struct value right,
                   struct value *result);
bool object_negative(struct runtime *, struct value self, struct value *result);
bool object_invert(struct runtime *, struct value self, struct value *result);
bool object_positive(struct runtime *, struct value self, struct value *result);
/* hash(value): equal values have equal hashes. Unhashable ones raise TypeError. */
bool object_hash(struct runtime *, struct value, uint64_t *hash);
/* left is right. */
bool object_is_same(struct value left, struct value right);
/* format(value, spec), as in f'{value:spec}'. NULL: fault. */
const char *object_format(struct runtime *, struct value, const char *spec);
const char *object_repr(struct runtime *, struct value); /* NULL: fault */
const char *object_str(struct runtime *, struct value);

/* ---- the containers of the sliver ------------------------------------------------------- */

/* list and tuple share a struct; the type tells which. Items are in the runtime's arena. */
struct list {
    struct object base;
    struct value *items;
    size_t count, capacity;
};
extern const struct object_type list_type, tuple_type;

struct list *list_new(struct runtime *, const struct object_type *type, size_t capacity);
bool list_append(struct runtime *, struct list *, struct value);
/* Appends whatever iterating gives. */
bool list_extend(struct runtime *, struct list *, struct value iterable);
/* list.sort(): stable, by `<`. */
bool list_sort(struct runtime *, struct list *, bool reverse);

struct dict_entry {
    struct value key, value;
};
struct dict {
    struct object base;
    struct dict_entry *entries; /* in order of insertion */
    size_t count, capacity;
    uint32_t *index; /* open addressing over entries, for any size; see dict.c */
    size_t index_size;
};
extern const struct object_type dict_type;

struct dict *dict_new(struct runtime *);
bool dict_set(struct runtime *, struct dict *, struct value key, struct value value);
/* *found = false when the key is not there. Unhashable keys raise TypeError. */
bool dict_get(struct runtime *, const struct dict *, struct value key, struct value *value,
              bool *found);

/* dict.pop(): takes the entry out. *found = false when the key is not there. */
bool dict_take(struct runtime *, struct dict *, struct value key, struct value *value, bool *found);

/* dict(source), dict.update(source): another dict, or pairs. */
bool dict_update(struct runtime *, struct dict *, struct value source);

/* A set keeps its members as the keys of a dict, in order of insertion: Python's own order
 * depends on hashes and promises nothing. */
struct set {
    struct object base;
    struct dict *members;
};
extern const struct object_type set_type;

struct set *set_new(struct runtime *);
bool set_add(struct runtime *, struct set *, struct value member);

/* What the builtins of the same names make. */
bool range_new(struct runtime *, int64_t start, int64_t stop, int64_t step, struct value *range);
bool enumerate_new(struct runtime *, struct value iterable, int64_t start, struct value *iterator);
bool zip_new(struct runtime *, const struct value *iterables, size_t count, struct value *iterator);
bool reversed_new(struct runtime *, struct value sequence, struct value *iterator);
/* From now on the tuples of an enumerate or zip may be used again for its next turn: for loops
 * that take them apart at once. Anything else is left alone. */
void iterator_recycle(struct value iterator);

/* A module or namespace: what an import finds, as a table of name and maker. */
struct module_name {
    const char *name;   /* "Count" */
    struct value value; /* what it stands for */
};
struct module {
    const char *path; /* "django.db.models" */
    const struct module_name *names;
    size_t count;
};

/* A plain C function as a callable object (len, print, F, path, ...). */
struct function {
    struct object base;
    const char *name;
    bool (*call)(struct runtime *, const struct arguments *, struct value *result);
};
extern const struct object_type function_type;

/* A class of the builtin kind as an object (list, int, datetime.date): called to make one, asked
 * by isinstance(). Never changed, though not const: values point to it. */
struct builtin_class {
    struct object base;
    const char *name; /* "datetime.date" */
    bool (*make)(struct runtime *, const struct arguments *, struct value *result); /* or NULL */
    bool (*has)(struct value value);      /* isinstance; NULL: value_type_name equals name */
    const struct module_name *attributes; /* of the class itself, as dict.fromkeys */
    size_t attribute_count;
    const char *module; /* what repr() puts before the name; NULL: nothing */
};
extern const struct object_type class_type;

/* type(value) and isinstance(value, class_object). */
bool object_class_of(struct runtime *, struct value value, struct value *class_object);
/* A class that knows nothing but its name, for types that have no object for theirs. */
bool class_stand_in(struct runtime *, struct value value, struct value *class_object);
bool object_is_instance(struct runtime *, struct value value, struct value class_object,
                        bool *answer);

/* Reads arguments the Python way: fills out[i] for parameter names[i] from positions and keywords;
 * missing optional ones stay as they are. required: how many of the first must be given. Raises
 * Python's TypeError texts otherwise, naming `callable`. */
bool arguments_read(struct runtime *, const struct arguments *, const char *callable,
                    const char *const *names, size_t count, size_t required, struct value *out);

#endif
