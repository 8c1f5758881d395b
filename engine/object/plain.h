/* plain - what the protocol does with values that are no objects: numbers, texts, dates.
 *
 * Inner header of engine/object: object.c and operators.c dispatch, the files named below do the
 * work. All follow the protocol's rule: false (NULL) means runtime->fault was raised. */
#ifndef ENGINE_OBJECT_PLAIN_H
#define ENGINE_OBJECT_PLAIN_H

#include "engine/base/text.h"
#include "engine/object/object.h"

/* A method of a plain value, as struct method is one of an object. */
struct plain_method {
    const char *name;
    bool (*call)(struct runtime *, struct value self, const struct arguments *,
                 struct value *result);
};

/* ---- number.c ---- */

bool value_is_number(struct value value); /* bool, int of any size, float */
/* Python's float(int): the nearest double. */
double number_real(struct value value);
/* -1, 0, 1; 2 when one is NaN. */
int number_compare(struct value left, struct value right);
bool number_binary(struct runtime *, enum operation, struct value left, struct value right,
                   struct value *result, bool *handled);
bool number_negative(struct runtime *, struct value, struct value *result);
/* The shortest text that reads back as the same double, as repr() writes it, into buffer. */
enum { FLOAT_TEXT = 32 };
void float_repr(double real, char buffer[FLOAT_TEXT]);

/* ---- string.c: str as a sequence of characters ---- */

int64_t string_length(struct value text); /* in characters */
bool string_get_item(struct runtime *, struct value text, struct value index, struct value *result);
bool string_get_slice(struct runtime *, struct value text, const struct slice *,
                      struct value *result);
bool string_repeat(struct runtime *, struct value text, int64_t times, struct value *result);
bool string_concatenate(struct runtime *, struct value left, struct value right,
                        struct value *result);
/* Copies a piece of a text into the arena as a text of its own. */
bool string_new(struct runtime *, const char *bytes, size_t length, struct value *result);
/* The first place in bytes where part stands, or NULL (memmem, which C17 lacks). */
const char *bytes_find(const char *bytes, size_t length, const char *part, size_t part_length);
/* Iterates over characters. */
bool string_iterate(struct runtime *, struct value text, struct value *iterator);
extern const struct plain_method string_methods[]; /* string_methods.c; ends with a NULL name */

/* string_search.c */
bool string_startswith(struct runtime *, struct value self, const struct arguments *,
                       struct value *result);
bool string_endswith(struct runtime *, struct value self, const struct arguments *,
                     struct value *result);
bool string_find(struct runtime *, struct value self, const struct arguments *,
                 struct value *result);
bool string_count(struct runtime *, struct value self, const struct arguments *,
                  struct value *result);
bool string_replace(struct runtime *, struct value self, const struct arguments *,
                    struct value *result);

/* ---- date.c: date, time, datetime ---- */

bool date_attribute(struct value self, const char *name, struct value *result);
bool date_binary(struct runtime *, enum operation, struct value left, struct value right,
                 struct value *result, bool *handled);
const char *date_repr(struct runtime *, struct value);
/* strftime(). */
const char *date_format(struct runtime *, struct value, const char *format);
extern const struct plain_method date_methods[], time_methods[], datetime_methods[];

/* ---- repr.c ---- */

const char *string_repr(struct runtime *, struct value value);

/* ---- format.c ---- */

const char *plain_format(struct runtime *, struct value, const char *text);
/* 'template' % arguments, and 'template'.format(...). */
bool string_percent(struct runtime *, struct value template, struct value arguments,
                    struct value *result);
bool string_format(struct runtime *, struct value self, const struct arguments *,
                   struct value *result);

/* ---- sequences: what list, tuple, str and range share ---- */

/* Reads an index or a bound of a slice; *is_index = false when it is no int. */
bool index_read(struct value value, int64_t *index);
/* Turns a slice over length items into first, step and count. */
bool slice_resolve(struct runtime *, const struct slice *, int64_t length, int64_t *first,
                   int64_t *step, int64_t *count);

/* ---- dict_views.c: keys(), values(), items() ---- */

enum dict_part { DICT_KEYS, DICT_VALUES, DICT_ITEMS };

bool dict_view_iterate(struct runtime *, struct dict *, enum dict_part, struct value *iterator);
extern const struct method dict_methods[];

/* missing.c: true for an attribute that Python's type of that name has and ours has not. */
bool attribute_is_missing(const char *type, const char *name);

/* list_methods.c; each ends with a NULL name. */
extern const struct method list_methods[], tuple_methods[];

/* Raises TypeError for a call with arguments the method does not take: `takes` between least and
 * most positional arguments, and no keywords. */
bool arguments_count(struct runtime *, const struct arguments *, const char *callable, size_t least,
                     size_t most);

/* arguments_read() of what CPython has written in C, whose texts differ: "split() takes at most 2
 * arguments (3 given)". Where `callable` is "function" there is no name to tell. */
bool arguments_read_c(struct runtime *, const struct arguments *, const char *callable,
                      const char *const *names, size_t count, size_t required, struct value *out);

/* Raises MemoryError, unless there is a pointer. */
static inline bool runtime_has(struct runtime *runtime, const void *memory) {
    return memory || fault_no_memory(runtime->fault);
}

#endif
