/* practice - see practice.h. */
#include "engine/middleware/practice.h"

#include <string.h>

#include "engine/urls/resolver.h"

static enum view_says view_ok(const struct view *view, struct view_frame *frame) {
    (void)view;
    frame->response = response_new(frame->runtime->arena, 200, "ok", 2);
    if (frame->response) return VIEW_ANSWERS;
    fault_no_memory(frame->runtime->fault);
    return VIEW_RAISES;
}

/* The type to raise is the URL's one argument. */
static enum view_says view_raises(const struct view *view, struct view_frame *frame) {
    (void)view;
    const struct keyword *kind = &frame->request->resolver_match->kwargs[0];
    fault_raise(frame->runtime->fault, kind->value.text, "from the view");
    return VIEW_RAISES;
}

static const struct view ok = {{&view_type}, "view_ok", "blog.views", view_ok, NULL};
static const struct view raises = {{&view_type}, "view_raises", "blog.views", view_raises, NULL};

static bool match(struct runtime *runtime, struct request *request, const struct view *view,
                  const char *route, const char *type, size_t length) {
    struct route_match *found = arena_alloc(runtime->arena, sizeof *found);
    struct keyword *kwargs = arena_alloc(runtime->arena, sizeof *kwargs);
    const char *text = arena_copy(runtime->arena, type, length);
    if (!found || !kwargs || !text) return fault_no_memory(runtime->fault);
    *kwargs = (struct keyword){"kind", value_text(text)};
    *found = (struct route_match){.view_name = view->name,
                                  .route = route,
                                  .namespaces = "",
                                  .app_names = "",
                                  .kwargs = kwargs,
                                  .kwarg_count = length ? 1 : 0};
    request->resolver_match = found;
    request->view = view;
    return true;
}

/* raise/<str:kind>/ */
static bool resolve(const struct urlconf *urlconf, struct runtime *runtime,
                    struct request *request) {
    (void)urlconf;
    const char *path = request->path;
    if (strcmp(path, "/ok/") == 0) return match(runtime, request, &ok, "ok/", "", 0);
    if (strncmp(path, "/raise/", 7) == 0) {
        size_t length = strcspn(path + 7, "/");
        if (length && strcmp(path + 7 + length, "/") == 0)
            return match(runtime, request, &raises, "raise/<str:kind>/", path + 7, length);
    }
    return fault_raise(runtime->fault, "Resolver404", "%s", path);
}

const struct urlconf practice_urlconf = {resolve, NULL};
