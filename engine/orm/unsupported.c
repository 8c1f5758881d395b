/* unsupported - see unsupported.h. */
#include "engine/orm/unsupported.h"

#include <string.h>

/* Each name between blanks; one with a star behind it stands for all that begin so. */
static const char *const every_object =
    " __class__ __delattr__ __dict__ __dir__ __doc__ __eq__ __format__ __ge__ __getattribute__ "
    "__getstate__ __gt__ __hash__ __init__ __init_subclass__ __le__ __lt__ __module__ __ne__ "
    "__new__ __reduce__ __reduce_ex__ __repr__ __setattr__ __setstate__ __sizeof__ __str__ "
    "__subclasshook__ __weakref__ ";

static const char *const lists[] = {
    [UNSUPPORTED_MODEL] =
        " _meta _state _check_* _do_insert _do_update _get_* _perform_* "
        "_prepare_related_fields_for_save _save_* _set_pk_val check clean clean_fields "
        "date_error_message from_db full_clean get_next_by_* get_previous_by_* mro "
        "prepare_database_save save_base serializable_value unique_error_message "
        "validate_unique DoesNotExist MultipleObjectsReturned ",
    [UNSUPPORTED_QUERYSET] =
        " extra as_manager resolve_expression _add_hints _annotate _batched_insert _chain _clone "
        "_combinator_query _db _defer_next_filter _deferred_filter _earliest "
        "_extract_model_params _fetch_all _fields _filter_* _for_write _has_filters _hints "
        "_insert _iterable_class _iterator _known_related_objects _merge_* _next_is_sticky "
        "_not_support_combined_queries _prefetch_* _prepare_for_bulk_create _query _raw_delete "
        "_result_cache _sticky_filter _update _validate_values_are_expressions _values "
        "__and__ __bool__ __class_getitem__ __deepcopy__ __getitem__ __iter__ __len__ __or__ ",
    [UNSUPPORTED_MANAGER] =
        " extra db_manager auto_created check contribute_to_class creation_counter deconstruct "
        "from_queryset name use_in_migrations _constructor_args _db _get_queryset_methods _hints "
        "_insert _queryset_class _set_creation_counter _update __class_getitem__ ",
    [UNSUPPORTED_RELATED_MANAGER] =
        " extra db_manager auto_created check contribute_to_class creation_counter deconstruct "
        "from_queryset name use_in_migrations _constructor_args _db _get_* _hints _insert "
        "_queryset_class _set_creation_counter _update __class_getitem__ _add_items "
        "_apply_rel_filters _build_remove_filters _clear _remove_* core_filters "
        "do_not_call_in_templates field get_prefetch_queryset instance pk_field_names "
        "prefetch_cache_name query_field_name related_val source_field "
        "source_field_name symmetrical target_field target_field_name ",
};

/* Whether a name stands in a list, or begins as one with a star does. */
static bool is_listed(const char *list, const char *name) {
    size_t length = strlen(name);
    for (const char *at = list + 1; *at;) {
        size_t size = strcspn(at, " ");
        bool open = size && at[size - 1] == '*';
        if (open ? length >= size - 1 && strncmp(at, name, size - 1) == 0
                 : length == size && strncmp(at, name, size) == 0)
            return true;
        at += size;
        at += *at == ' ';
    }
    return false;
}

bool unsupported_attribute(struct runtime *runtime, enum unsupported_owner owner, const char *shown,
                           const char *name) {
    if (!is_listed(lists[owner], name) && !is_listed(every_object, name)) return false;
    return !fault_raise(runtime->fault, "NotSupported", "'%s.%s' is not supported here", shown,
                        name);
}
