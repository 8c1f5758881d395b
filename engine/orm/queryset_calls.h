/* queryset_calls - inside the queryset: the functions behind the method tables, and what they
 * share.
 *
 *     queryset_refine.c   filter(), values(), union(): a new queryset, no query
 *     queryset_ask.c      get(), count(), in_bulk(): the answer at once
 *     queryset_database.c using(), explain(): about the database beneath
 *     queryset_methods.c  the tables that name them; what they share
 *
 * A method of a manager is the same function: it begins with the queryset behind it. */
#ifndef ENGINE_ORM_QUERYSET_CALLS_H
#define ENGINE_ORM_QUERYSET_CALLS_H

#include "engine/orm/queryset.h"

typedef bool method_call(struct runtime *, struct object *self, const struct arguments *,
                         struct value *result);

method_call method_all, method_filter, method_exclude, method_annotate, method_alias,
    method_order_by, method_reverse, method_distinct, method_values, method_values_list,
    method_dates, method_datetimes, method_none, method_select_related, method_prefetch_related,
    method_defer, method_only, method_unite, method_intersection, method_difference,
    method_complex_filter;

method_call method_get, method_first, method_last, method_earliest, method_latest, method_count,
    method_exists, method_aggregate, method_iterator, method_in_bulk;

method_call method_using, method_select_for_update, method_explain, method_get_queryset;

/* Of related managers alone; see related_writes.c. */
method_call method_add, method_remove, method_clear, method_set;

/* The queryset a method was called on, its query built. NULL: fault. */
struct queryset *call_queryset(struct runtime *, struct object *self);
/* A clone of it to refine; NULL with a fault after a union(), too. */
struct queryset *call_clone(struct runtime *, struct object *self, const char *method);
/* Hands a queryset back as the result; false when it is NULL. */
bool call_answer(struct queryset *, struct value *result);
/* qs.reverse(), refused on a slice. NULL: fault. */
struct queryset *call_reversed(struct runtime *, struct queryset *);

/* _not_support_combined_queries: after a union() little can be refined. False: fault. */
bool call_is_plain(struct runtime *, const struct queryset *, const char *method);
bool call_refuse_sliced(struct runtime *, const struct queryset *, const char *type,
                        const char *message);
bool call_refuse_keywords(struct runtime *, const struct arguments *, const char *method);

/* f(None): how prefetch_related, defer and select_related are told to forget. */
bool call_is_only_none(const struct arguments *);
/* Takes a keyword out of the arguments; *value stays when it is not there. keywords has room for
 * all of them and holds the others afterwards. */
void call_take_keyword(struct arguments *, struct keyword *keywords, const char *name,
                       struct value *value);

#endif
