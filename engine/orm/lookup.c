/* lookup - see lookup.h: finding lookups and transforms and preparing their right sides. */
#include "engine/orm/lookup.h"

#include <math.h>

#include "engine/orm/blueprint.h"

#define LIKE "LIKE "
#define ESCAPE " ESCAPE '\\'"

static const struct lookup_type types[LOOKUP_COUNT] = {
    {LOOKUP_EXACT, "exact", "= ", "", true, false, true, NULL, NULL},
    {LOOKUP_IEXACT, "iexact", LIKE, ESCAPE, false, false, false, NULL, NULL},
    {LOOKUP_GT, "gt", "> ", "", true, false, true, NULL, NULL},
    {LOOKUP_GTE, "gte", ">= ", "", true, false, true, NULL, NULL},
    {LOOKUP_LT, "lt", "< ", "", true, false, true, NULL, NULL},
    {LOOKUP_LTE, "lte", "<= ", "", true, false, true, NULL, NULL},
    {LOOKUP_IN, "in", "IN ", "", true, true, true, NULL, NULL},
    {LOOKUP_CONTAINS, "contains", LIKE, ESCAPE, false, false, false, "%", "%"},
    {LOOKUP_ICONTAINS, "icontains", LIKE, ESCAPE, false, false, false, "%", "%"},
    {LOOKUP_STARTSWITH, "startswith", LIKE, ESCAPE, false, false, false, "", "%"},
    {LOOKUP_ISTARTSWITH, "istartswith", LIKE, ESCAPE, false, false, false, "", "%"},
    {LOOKUP_ENDSWITH, "endswith", LIKE, ESCAPE, false, false, false, "%", ""},
    {LOOKUP_IENDSWITH, "iendswith", LIKE, ESCAPE, false, false, false, "%", ""},
    {LOOKUP_RANGE, "range", "BETWEEN ", "", true, true, false, NULL, NULL},
    {LOOKUP_ISNULL, "isnull", "IS ", "", false, false, true, NULL, NULL},
    {LOOKUP_REGEX, "regex", "REGEXP ", "", false, false, false, NULL, NULL},
    {LOOKUP_IREGEX, "iregex", "REGEXP '(?i)' || ", "", false, false, false, NULL, NULL},
};

const struct lookup_type *lookup_find(const struct field *output, const char *name) {
    for (size_t i = 0; i < LOOKUP_COUNT; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].related || !output->target ? &types[i] : NULL;
    return NULL;
}

/* The names of a type's transforms; a DateTimeField has those of a DateField too. */
static const char *const date_words[] = {"year",         "month", "day",      "week_day",
                                         "iso_week_day", "week",  "iso_year", "quarter"};
static const char *const time_words[] = {"hour", "minute", "second"};
static const char *const datetime_words[] = {"date", "time"};

static size_t transform_names(enum field_kind kind, const char **names) {
    size_t count = 0;
    bool datetime = kind == FIELD_DATETIME;
    if (field_kind_is(kind, FIELD_DATE))
        for (size_t i = 0; i < 8; i++) names[count++] = date_words[i];
    if (datetime || kind == FIELD_TIME)
        for (size_t i = 0; i < 3; i++) names[count++] = time_words[i];
    if (datetime)
        for (size_t i = 0; i < 2; i++) names[count++] = datetime_words[i];
    return count;
}

/* ---- names that are nearly right ---------------------------------------------------------------
 * Python's difflib.get_close_matches: twice the characters in matching blocks over all characters
 * must be at least 0.6; the three best, equal ones by name from z to a. */

/* Characters in the longest common block, and in those before and after it. */
static size_t matching(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t best = 0, best_a = 0, best_b = 0;
    for (size_t i = 0; i < a_length; i++)
        for (size_t j = 0; j < b_length; j++) {
            size_t k = 0;
            while (i + k < a_length && j + k < b_length && a[i + k] == b[j + k]) k++;
            if (k > best) best = k, best_a = i, best_b = j;
        }
    if (!best) return 0;
    return best + matching(a, best_a, b, best_b) +
           matching(a + best_a + best, a_length - best_a - best, b + best_b + best,
                    b_length - best_b - best);
}

enum { NEAREST = 3 };

struct near {
    const char *name;
    double ratio;
};

static void keep_nearest(struct near *nearest, size_t *count, struct near candidate) {
    size_t at = *count;
    while (at > 0 && (nearest[at - 1].ratio < candidate.ratio ||
                      (nearest[at - 1].ratio == candidate.ratio &&
                       strcmp(nearest[at - 1].name, candidate.name) < 0)))
        at--;
    if (at == NEAREST) return;
    if (*count < NEAREST) ++*count;
    for (size_t i = *count - 1; i > at; i--) nearest[i] = nearest[i - 1];
    nearest[at] = candidate;
}

const char *lookup_suggestion(struct runtime *runtime, const struct field *output,
                              const char *name) {
    const char *names[LOOKUP_COUNT + 16];
    size_t count = transform_names(output->kind, names), near_count = 0, length = strlen(name);
    for (size_t i = 0; i < LOOKUP_COUNT; i++)
        if (types[i].related || !output->target) names[count++] = types[i].name;
    struct near nearest[NEAREST];
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]);
        double ratio =
            2.0 * (double)matching(names[i], other, name, length) / (double)(length + other);
        if (ratio >= 0.6) keep_nearest(nearest, &near_count, (struct near){names[i], ratio});
    }
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < near_count; i++)
        text_format(&text, "%s%s", i ? " or " : ", perhaps you meant ", nearest[i].name);
    text_add(&text, near_count ? "?" : ".");
    const char *done = text_finish(&text);
    if (!done) fault_no_memory(runtime->fault);
    return done;
}

/* ---- transforms --------------------------------------------------------------------------- */

struct expression *transform_apply(struct runtime *runtime, struct expression *left,
                                   const char *name) {
    const struct field *output = expression_output(runtime, left);
    if (!output) return NULL;
    const struct expression_class *class =
        output->target ? NULL : transform_find(output->kind, name);
    if (class) return expression_function(runtime, class, &left, 1);
    const char *suggestion = lookup_suggestion(runtime, output, name);
    if (suggestion)
        fault_raise(runtime->fault, "FieldError",
                    "Unsupported lookup '%s' for %s or join on the field not permitted%s", name,
                    field_kind_name(output->kind), suggestion);
    return NULL;
}

/* ---- right sides -------------------------------------------------------------------------- */

/* The field whose values a relation's column holds. */
static const struct field *key_field(const struct expression *left, const struct field *output) {
    if (left->kind == EXPRESSION_COLUMN && left->reverse) return field_value_target(left->target);
    return field_value_target(output);
}

/* get_normalized_value: an instance stands for its key, a tuple for its first item. */
static bool normalize(struct runtime *runtime, const struct expression *left,
                      const struct field *output, struct value *value) {
    const struct model *model = instance_model(*value);
    if (model) {
        const struct field *key = key_field(left, output);
        const struct field *own = model_field(model, key->name);
        return instance_column(runtime, *value, own ? own : model_primary_key(model), value);
    }
    if (object_is(*value, &tuple_type) && ((struct list *)value->object)->count)
        *value = ((struct list *)value->object)->items[0];
    return true;
}

/* Whole numbers from a fraction up: views__gte=9.5 means 10 and more. */
static struct value round_up(const struct lookup_type *type, const struct field *output,
                             struct value value) {
    bool rounds = type->id == LOOKUP_GTE || type->id == LOOKUP_LT;
    if (rounds && value.kind == VALUE_FLOAT && field_kind_is(output->kind, FIELD_INTEGER))
        value.real = ceil(value.real);
    return value;
}

static bool prepare_one(struct runtime *runtime, const struct expression *node,
                        const struct field *output, struct value value, struct value *prepared) {
    const struct lookup_type *type = node->lookup;
    *prepared = value;
    if (output->target) {
        if (!normalize(runtime, node->sources[0], output, prepared)) return false;
        if (!type->prepares) return true;
        return field_prepare(runtime, key_field(node->sources[0], output), *prepared, prepared);
    }
    if (!type->prepares) return true;
    return field_prepare(runtime, output, round_up(type, output, value), prepared);
}

static bool prepare_list(struct runtime *runtime, struct expression *node,
                         const struct field *output, struct value right) {
    struct value iterator, item;
    size_t capacity = 0;
    if (!object_iterate(runtime, right, &iterator)) return false;
    for (bool done = false;;) {
        if (!object_next(runtime, iterator, &item, &done)) return false;
        if (done) return true;
        if (node->item_count == capacity) {
            size_t more = capacity ? capacity * 2 : 8;
            node->items = arena_grow(runtime->arena, node->items, capacity, more, sizeof item);
            if (!node->items) return fault_no_memory(runtime->fault);
            capacity = more;
        }
        struct value *slot = &node->items[node->item_count];
        if (expression_of(item))
            *slot = item;
        else if (!prepare_one(runtime, node, output, item, slot))
            return false;
        node->item_count++;
    }
}

/* A QuerySet on the right: IN wants one column, exact wants one row as well. */
static bool prepare_query(struct runtime *runtime, const struct lookup_type *type,
                          struct query *query) {
    static const char *const key[] = {"pk"};
    if (type->id == LOOKUP_IN)
        query_clear_ordering(query, false);
    else if (type->id != LOOKUP_EXACT)
        return true;
    else if (query->high < 0 || query->high - query->low != 1)
        return fault_raise(runtime->fault, "ValueError",
                           "The QuerySet value for an exact lookup must be limited to one result "
                           "using slicing.");
    if (query_has_select_fields(query)) return true;
    query_clear_select(query);
    return query_add_fields(runtime, query, key, 1, true);
}

static struct expression *with_expression(struct runtime *runtime, const struct lookup_type *type,
                                          struct expression *left, struct expression *right) {
    struct expression *node = expression_new(runtime, EXPRESSION_LOOKUP, 2);
    if (!node) return NULL;
    node->lookup = type;
    node->sources[0] = left;
    node->sources[1] = right;
    expression_settle(node);
    if (right->kind == EXPRESSION_QUERY && !prepare_query(runtime, type, right->query)) return NULL;
    return node;
}

static struct expression *with_value(struct runtime *runtime, const struct lookup_type *type,
                                     struct expression *left, struct value right) {
    const struct field *output = expression_output(runtime, left);
    struct expression *node = output ? expression_new(runtime, EXPRESSION_LOOKUP, 1) : NULL;
    if (!node) return NULL;
    node->lookup = type;
    node->sources[0] = left;
    expression_settle(node);
    bool well = type->iterable ? prepare_list(runtime, node, output, right)
                               : prepare_one(runtime, node, output, right, &node->value);
    return well ? node : NULL;
}

struct expression *lookup_isnull(struct runtime *runtime, struct expression *left, bool truth) {
    struct expression *node = expression_new(runtime, EXPRESSION_LOOKUP, 1);
    if (!node) return NULL;
    node->lookup = &types[LOOKUP_ISNULL];
    node->sources[0] = left;
    node->value = value_bool(truth);
    expression_settle(node);
    return node;
}

struct expression *lookup_exact(struct runtime *runtime, struct expression *left,
                                struct expression *right) {
    return with_expression(runtime, &types[LOOKUP_EXACT], left, right);
}

/* A name that is no lookup may be a transform, compared by exact: published_at__month=3. */
static const struct lookup_type *find_or_transform(struct runtime *runtime,
                                                   struct expression **left, const char *name) {
    const struct field *output = expression_output(runtime, *left);
    if (!output) return NULL;
    const struct lookup_type *type = lookup_find(output, name);
    if (type) return type;
    if (output->target) {
        fault_raise(runtime->fault, "FieldError", "Related Field got invalid lookup: %s", name);
        return NULL;
    }
    *left = transform_apply(runtime, *left, name);
    return *left ? &types[LOOKUP_EXACT] : NULL;
}

struct expression *lookup_build(struct runtime *runtime, const char *const *lookups, size_t count,
                                struct expression *left, struct value right) {
    for (size_t i = 0; i + 1 < count; i++) {
        left = transform_apply(runtime, left, lookups[i]);
        if (!left) return NULL;
    }
    const char *name = count ? lookups[count - 1] : "exact";
    const struct lookup_type *type = find_or_transform(runtime, &left, name);
    if (!type) return NULL;
    struct expression *expression = expression_from(runtime, right);
    if (expression) return with_expression(runtime, type, left, expression);
    if (fault_raised(runtime->fault)) return NULL;
    struct expression *node = with_value(runtime, type, left, right);
    if (!node || type->iterable || node->value.kind != VALUE_NONE) return node;
    if (type->id == LOOKUP_EXACT || type->id == LOOKUP_IEXACT)
        return lookup_isnull(runtime, left, true);
    fault_raise(runtime->fault, "ValueError", "Cannot use None as a query value");
    return NULL;
}
