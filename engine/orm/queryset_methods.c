/* queryset_methods - what listings may call on a queryset or a manager, by name. See
 * queryset_calls.h for where the functions stand. */
#include <string.h>

#include "engine/orm/queryset_calls.h"

/* ---- what the methods share ----------------------------------------------------------------- */

bool call_answer(struct queryset *queryset, struct value *result) {
    if (queryset) *result = value_object(&queryset->base);
    return queryset != NULL;
}

/* The queryset a method was called on; its query exists. */
struct queryset *call_queryset(struct runtime *runtime, struct object *self) {
    struct queryset *queryset = queryset_behind(runtime, self);
    return queryset && queryset_query(runtime, queryset) ? queryset : NULL;
}

/* _not_support_combined_queries: after a union() little can be refined. */
bool call_is_plain(struct runtime *runtime, const struct queryset *queryset, const char *method) {
    return !queryset->operation || fault_raise(runtime->fault, "NotSupportedError",
                                               "Calling QuerySet.%s() after %s() is not supported.",
                                               method, queryset->operation);
}

/* A clone to refine; NULL after a union(). */
struct queryset *call_clone(struct runtime *runtime, struct object *self, const char *method) {
    struct queryset *queryset = call_queryset(runtime, self);
    return queryset && call_is_plain(runtime, queryset, method) ? queryset_clone(runtime, queryset)
                                                                : NULL;
}

bool call_is_only_none(const struct arguments *arguments) {
    return arguments->count == 1 && arguments->values[0].kind == VALUE_NONE;
}

bool call_refuse_keywords(struct runtime *runtime, const struct arguments *arguments,
                          const char *method) {
    return !arguments->keyword_count ||
           fault_raise(runtime->fault, "TypeError",
                       "QuerySet.%s() got an unexpected keyword argument '%s'", method,
                       arguments->keywords[0].name);
}

bool call_refuse_sliced(struct runtime *runtime, const struct queryset *queryset, const char *type,
                        const char *message) {
    return !query_is_sliced(queryset->query) || fault_raise(runtime->fault, type, "%s", message);
}

/* Takes a keyword out of the arguments; *value stays when it is not there. keywords has room. */
void call_take_keyword(struct arguments *arguments, struct keyword *keywords, const char *name,
                       struct value *value) {
    size_t kept = 0;
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        if (strcmp(arguments->keywords[i].name, name) == 0)
            *value = arguments->keywords[i].value;
        else
            keywords[kept++] = arguments->keywords[i];
    }
    arguments->keywords = keywords;
    arguments->keyword_count = kept;
}

/* ---- the tables ---------------------------------------------------------------------------- */

/* What a queryset and every manager have: the end of each table. */
#define OF_EVERY_MANAGER                                                                           \
    {"all", method_all}, {"filter", method_filter}, {"exclude", method_exclude},                   \
        {"annotate", method_annotate}, {"alias", method_alias}, {"order_by", method_order_by},     \
        {"reverse", method_reverse}, {"distinct", method_distinct}, {"values", method_values},     \
        {"values_list", method_values_list}, {"dates", method_dates},                              \
        {"datetimes", method_datetimes}, {"none", method_none},                                    \
        {"select_related", method_select_related}, {"prefetch_related", method_prefetch_related},  \
        {"defer", method_defer}, {"only", method_only}, {"union", method_unite},                   \
        {"intersection", method_intersection}, {"difference", method_difference},                  \
        {"get", method_get}, {"first", method_first}, {"last", method_last},                       \
        {"earliest", method_earliest}, {"latest", method_latest}, {"count", method_count},         \
        {"exists", method_exists}, {"aggregate", method_aggregate}, {"iterator", method_iterator}, \
        {"in_bulk", method_in_bulk}, {"explain", method_explain}, {"using", method_using},         \
        {"complex_filter", method_complex_filter},                                                 \
        {"select_for_update", method_select_for_update}, {"raw", queryset_raw},                    \
        {"create", queryset_create}, {"get_or_create", queryset_get_or_create},                    \
        {"update_or_create", queryset_update_or_create}, {"bulk_create", queryset_bulk_create},    \
        {"bulk_update", queryset_bulk_update}, {"update", queryset_update}, {                      \
        NULL, NULL                                                                                 \
    }

/* A manager has no delete() (Manager.from_queryset leaves it out: emptying a table by a slip would
 * be too easy). */
const struct method queryset_methods[] = {
    {"delete", queryset_delete},
    OF_EVERY_MANAGER,
};

const struct method manager_methods[] = {{"get_queryset", method_get_queryset}, OF_EVERY_MANAGER};

const struct method related_manager_methods[] = {
    {"get_queryset", method_get_queryset},
    {"add", method_add},
    {"set", method_set},
    OF_EVERY_MANAGER,
};

const struct method loose_related_manager_methods[] = {
    {"get_queryset", method_get_queryset},
    {"add", method_add},
    {"set", method_set},
    {"remove", method_remove},
    {"clear", method_clear},
    OF_EVERY_MANAGER,
};
