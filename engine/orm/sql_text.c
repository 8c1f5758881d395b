/* sql_text - texts inside SQL: REGEXP, and what LPAD, RPAD, REPEAT and REVERSE are on SQLite. See
 * sql_functions.h. NULL in, NULL out. Lengths are in characters, as in Python. */
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/orm/regex.h"
#include "engine/orm/sql_functions.h"

static void raise_exception(sqlite3_context *context) {
    sqlite3_result_error(context, "user-defined function raised exception", -1);
}

static bool all_given(int count, sqlite3_value **arguments) {
    for (int i = 0; i < count; i++)
        if (sqlite3_value_type(arguments[i]) == SQLITE_NULL) return false;
    return true;
}

/* ---- REGEXP -------------------------------------------------------------------------------- */

/* A compiled pattern, kept by SQLite from row to row. */
struct compiled {
    struct arena arena;
    struct regex *regex;
};

static void free_compiled(void *memory) {
    struct compiled *compiled = memory;
    arena_release(&compiled->arena);
    free(compiled);
}

static void report(sqlite3_context *context, const char *why, bool refused) {
    if (!refused) {
        raise_exception(context);
        return;
    }
    char *message = sqlite3_mprintf(SQL_NOT_SUPPORTED "%s in a regular expression", why);
    if (message)
        sqlite3_result_error(context, message, -1);
    else
        sqlite3_result_error_nomem(context);
    sqlite3_free(message);
}

static struct compiled *compile(sqlite3_context *context, sqlite3_value *pattern) {
    const char *text = (const char *)sqlite3_value_text(pattern), *why = NULL;
    struct compiled *compiled = malloc(sizeof *compiled);
    bool refused = false;
    if (!compiled || !text) {
        free(compiled);
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    arena_init(&compiled->arena, NULL);
    compiled->regex =
        regex_new(&compiled->arena, text, (size_t)sqlite3_value_bytes(pattern), &why, &refused);
    if (compiled->regex) return compiled;
    report(context, why, refused);
    free_compiled(compiled);
    return NULL;
}

/* regexp(pattern, text): `text REGEXP pattern`. */
static void regexp(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (!all_given(count, arguments)) return;
    struct compiled *compiled = sqlite3_get_auxdata(context, 0), *fresh = NULL;
    if (!compiled) compiled = fresh = compile(context, arguments[0]);
    const char *text = (const char *)sqlite3_value_text(arguments[1]);
    if (!compiled) return;
    bool failed = !text;
    bool found = text && regex_search(compiled->regex, text,
                                      (size_t)sqlite3_value_bytes(arguments[1]), &failed);
    if (failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_int(context, found);
    if (fresh) sqlite3_set_auxdata(context, 0, fresh, free_compiled);
}

/* ---- padding and the like ------------------------------------------------------------------ */

/* Bytes of the first `characters` characters. */
static size_t bytes_of(const char *text, long long characters) {
    const char *at = text;
    for (; *at && characters > 0; characters--) do
            at++;
        while (((unsigned char)*at & 0xc0) == 0x80);
    return (size_t)(at - text);
}

static long long characters_of(const char *text) {
    long long count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* Bytes that one call may make: a run is not heard between its first and its last. */
enum { LENGTH_MOST = 1 << 20 };

/* Whether the memory is there; else SQLite is told. */
static bool has(sqlite3_context *context, const void *memory) {
    if (!memory) sqlite3_result_error_nomem(context);
    return memory != NULL;
}

/* text over and over, `length` characters of it: the body of REPEAT and of padding. What is there
 * is doubled. NULL: SQLite was told why not. */
static char *fill(sqlite3_context *context, const char *text, long long length) {
    size_t size = strlen(text);
    long long whole = characters_of(text), times = whole ? length / whole : 0;
    if (size && times > LENGTH_MOST / (long long)size) {
        sqlite3_result_error(context,
                             SQL_NOT_SUPPORTED "a function that makes more than 1 MiB of text", -1);
        return NULL;
    }
    size_t rest = whole ? bytes_of(text, length % whole) : 0, all = size * (size_t)times;
    char *filled = sqlite3_malloc64(all + rest + 1);
    if (!has(context, filled)) return NULL;
    size_t done = times ? size : 0;
    memcpy(filled, text, done);
    while (done < all) {
        size_t more = done < all - done ? done : all - done;
        memcpy(filled + done, filled, more);
        done += more;
    }
    memcpy(filled + all, text, rest);
    filled[all + rest] = '\0';
    return filled;
}

static void repeat(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (!all_given(count, arguments)) return;
    const char *text = (const char *)sqlite3_value_text(arguments[0]);
    long long times = sqlite3_value_int64(arguments[1]), length;
    if (!has(context, text)) return;
    if (times < 0) times = 0;
    if (__builtin_mul_overflow(times, characters_of(text), &length)) length = LLONG_MAX;
    char *filled = fill(context, text, length);
    if (filled) sqlite3_result_text(context, filled, -1, sqlite3_free);
}

/* LPAD(text, length, fill) and RPAD: longer texts are cut. */
static void pad(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (!all_given(count, arguments)) return;
    const bool *left = sqlite3_user_data(context);
    const char *text = (const char *)sqlite3_value_text(arguments[0]);
    const char *filling = (const char *)sqlite3_value_text(arguments[2]);
    long long length = sqlite3_value_int64(arguments[1]);
    if (!has(context, text) || !has(context, filling)) return;
    long long missing = length - characters_of(text);
    if (missing <= 0) {
        sqlite3_result_text(context, text, (int)bytes_of(text, length), SQLITE_TRANSIENT);
        return;
    }
    char *padding = fill(context, filling, missing);
    if (!padding) return;
    char *padded = sqlite3_mprintf("%s%s", *left ? padding : text, *left ? text : padding);
    sqlite3_free(padding);
    if (has(context, padded)) sqlite3_result_text(context, padded, -1, sqlite3_free);
}

static void reverse(sqlite3_context *context, int count, sqlite3_value **arguments) {
    if (!all_given(count, arguments)) return;
    const char *text = (const char *)sqlite3_value_text(arguments[0]);
    size_t size = text ? strlen(text) : 0;
    char *reversed = text ? sqlite3_malloc64(size + 1) : NULL;
    if (!has(context, reversed)) return;
    for (size_t from = 0, length; from < size; from += length) {
        length = bytes_of(text + from, 1);
        memcpy(reversed + size - from - length, text + from, length);
    }
    reversed[size] = '\0';
    sqlite3_result_text(context, reversed, -1, sqlite3_free);
}

static const bool on_the_left = true, on_the_right = false;

static const struct {
    const char *name;
    int count;
    const void *data;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"regexp", 2, NULL, regexp},     {"REPEAT", 2, NULL, repeat},   {"LPAD", 3, &on_the_left, pad},
    {"RPAD", 3, &on_the_right, pad}, {"REVERSE", 1, NULL, reverse},
};

int sql_functions_register_text(sqlite3 *handle) {
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        code = sqlite3_create_function(
            handle, functions[i].name, functions[i].count, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
            (void *)(uintptr_t)functions[i].data, functions[i].call, NULL, NULL);
    return code;
}
