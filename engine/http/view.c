/* view - see view.h. A listing can name a view, print it, ask what it is called, and put it
 * in a path(); requests call it through its frame. */
#include "engine/http/view.h"

#include <string.h>

static bool view_attribute(struct runtime *runtime, struct object *self, const char *name,
                           struct value *result, bool *found) {
    (void)runtime;
    const struct view *view = (const struct view *)self;
    bool is_name = strcmp(name, "__name__") == 0;
    *found = is_name || strcmp(name, "__module__") == 0;
    if (*found) *result = value_text(is_name ? view->name : view->module);
    return *found;
}

static bool view_call(struct runtime *runtime, struct object *self,
                      const struct arguments *arguments, struct value *result) {
    (void)arguments, (void)result;
    return fault_raise(runtime->fault, "NotSupported", "calling the view %s from a listing",
                       ((const struct view *)self)->name);
}

static const char *view_repr(struct runtime *runtime, struct object *self) {
    const char *text = arena_format(runtime->arena, "<function %s>", ((struct view *)self)->name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

const struct object_type view_type = {
    .name = "function", .get_attribute = view_attribute, .call = view_call, .repr = view_repr};
