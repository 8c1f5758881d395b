/* pruning - see pruning.h. */
#include "lessons/pruning.h"

#include <string.h>

/* Placeholders before `end`: the index of the parameter that stands there. */
static size_t placeholders(const char *sql, const char *end) {
    size_t count = 0;
    for (const char *at = sql; (at = strstr(at, "%s")) && at < end; at += 2) count++;
    return count;
}

static const char *parameter_at(const char *sql, const char *place, const struct value *parameters,
                                size_t count) {
    size_t index = placeholders(sql, place);
    return index < count && value_is_textual(parameters[index]) ? parameters[index].text : NULL;
}

static void bound_below(struct pruning *pruning, const char *from) {
    if (!pruning->from || strcmp(from, pruning->from) > 0) pruning->from = from;
}

static void bound_above(struct pruning *pruning, const char *until, bool including) {
    if (pruning->until && strcmp(until, pruning->until) >= 0) return;
    pruning->until = until;
    pruning->including = including;
}

/* condition = key operator %s | key BETWEEN %s AND %s
 * operator  = "=" | "<" | "<=" | ">" | ">=" */
static void read_condition(struct pruning *pruning, const char *sql, const char *after_key,
                           const struct value *parameters, size_t count) {
    static const char *const operators[] = {" = %s", " < %s",  " <= %s",
                                            " > %s", " >= %s", " BETWEEN %s AND %s"};
    enum { EQUAL, LESS, AT_MOST, MORE, AT_LEAST, BETWEEN, OPERATORS };
    for (int i = 0; i < OPERATORS; i++) {
        if (strncmp(after_key, operators[i], strlen(operators[i])) != 0) continue;
        const char *place = strstr(after_key, "%s");
        const char *value = parameter_at(sql, place, parameters, count);
        const char *second =
            i == BETWEEN ? parameter_at(sql, strstr(place + 2, "%s"), parameters, count) : value;
        if (!value || !second) return;
        if (i == EQUAL || i == MORE || i == AT_LEAST || i == BETWEEN) bound_below(pruning, value);
        if (i == EQUAL || i == LESS || i == AT_MOST || i == BETWEEN)
            bound_above(pruning, second, i != LESS);
        return;
    }
}

struct pruning pruning_read(const char *sql, const char *key, const struct value *parameters,
                            size_t count) {
    struct pruning pruning = {NULL, NULL, false};
    const char *where = strstr(sql, " WHERE ");
    if (!where || strstr(where, " OR ") || strstr(where, "NOT ")) return pruning;
    for (const char *at = where; (at = strstr(at, key)) != NULL; at += strlen(key))
        if (at[-1] == ' ' || at[-1] == '(') /* a bare key: nothing wraps it */
            read_condition(&pruning, sql, at + strlen(key), parameters, count);
    return pruning;
}

bool pruning_reads(const struct pruning *pruning, const char *first, const char *next) {
    if (pruning->from && strcmp(next, pruning->from) <= 0) return false;
    if (!pruning->until) return true;
    int order = strcmp(first, pruning->until);
    return order < 0 || (order == 0 && pruning->including);
}
