/* view - see view.h. A listing can name a view and print it, and that is all. */
#include "engine/http/view.h"

static const char *view_repr(struct runtime *runtime, struct object *self) {
    const char *text = arena_format(runtime->arena, "<function %s>", ((struct view *)self)->name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

const struct object_type view_type = {.name = "function", .repr = view_repr};
