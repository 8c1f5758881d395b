/* named_views - views that only have a name, and `blog.views`, which is full of them. See site.h.
 */
#include <string.h>

#include "engine/http/view.h"
#include "engine/urls/site.h"

static enum view_says no_body(const struct view *view, struct view_frame *frame) {
    fault_raise(frame->runtime->fault, "NotSupported", "the view %s has no body here", view->name);
    return VIEW_RAISES;
}

static bool make_view(struct runtime *runtime, const char *name, const char *module,
                      struct value *view) {
    struct view *made = arena_alloc(runtime->arena, sizeof *made);
    const char *copy = arena_string(runtime->arena, name);
    if (!made || !copy) return fault_no_memory(runtime->fault);
    *made = (struct view){{&view_type}, copy, module, no_body, NULL};
    *view = value_object(&made->base);
    return true;
}

bool urls_named_view(struct runtime *runtime, const char *name, struct value *view) {
    return make_view(runtime, name, "__main__", view);
}

/* ---- blog.views --------------------------------------------------------------------------- */

struct views {
    struct object base;
    struct dict *known;
};

static bool get_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value *result, bool *found) {
    struct dict *known = ((struct views *)self)->known;
    *found = false;
    if (strncmp(name, "__", 2) == 0) return false;
    if (!dict_get(runtime, known, value_text(name), result, found) || *found) return *found;
    if (!make_view(runtime, name, "blog.views", result)) return false;
    return *found =
               dict_set(runtime, known, value_text(((struct view *)result->object)->name), *result);
}

static const char *views_repr(struct runtime *runtime, struct object *self) {
    (void)runtime, (void)self;
    return "<module 'blog.views'>";
}

static const struct object_type views_type = {
    .name = "module", .get_attribute = get_attribute, .repr = views_repr};

const struct module *urls_blog_module(struct runtime *runtime) {
    struct module *module = arena_alloc(runtime->arena, sizeof *module);
    struct module_name *name = arena_alloc(runtime->arena, sizeof *name);
    struct views *views = arena_alloc(runtime->arena, sizeof *views);
    if (!module || !name || !views) return fault_no_memory(runtime->fault), NULL;
    *views = (struct views){{&views_type}, dict_new(runtime)};
    if (!views->known) return NULL;
    *name = (struct module_name){"views", value_object(&views->base)};
    *module = (struct module){"blog", name, 1};
    return module;
}
