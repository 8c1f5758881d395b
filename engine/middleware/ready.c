/* ready - see ready.h. In order: what several layers share, a section for each layer, the table. */
#include "engine/middleware/ready.h"

#include <string.h>

#include "engine/orm/database.h"

static enum hook_says no_memory(struct passage *passage) {
    fault_no_memory(passage->runtime.fault);
    return HOOK_RAISES;
}

/* A layer inside returned None; Django's own fail at the first header they set. */
static enum hook_says no_response(struct passage *passage) {
    fault_raise(passage->runtime.fault, "AttributeError",
                "'NoneType' object has no attribute 'headers'");
    return HOOK_RAISES;
}

/* response.headers.setdefault(name, value) */
static enum hook_says default_header(struct passage *passage, struct response *response,
                                     const char *name, const char *value) {
    if (!response) return no_response(passage);
    if (response_header(response, name)) return HOOK_GOES_ON;
    return response_set_header(response, name, value) ? HOOK_GOES_ON : no_memory(passage);
}

static enum hook_says answer(struct passage *passage, struct response **response, int status,
                             const char *body) {
    *response = response_new(passage->runtime.arena, status, body, strlen(body));
    return *response ? HOOK_ANSWERS : no_memory(passage);
}

/* ---- django.middleware.security, .common, .clickjacking ----------------------------------- */

static enum hook_says security_after(struct passage *passage, struct layer *layer,
                                     struct response **response) {
    (void)layer;
    enum hook_says says = default_header(passage, *response, "X-Content-Type-Options", "nosniff");
    if (says != HOOK_GOES_ON) return says;
    return default_header(passage, *response, "Referrer-Policy", "same-origin");
}

static const struct layer_type security = {.style = LAYER_MIXIN, .after = security_after};

/* A streamed body has no length to tell. */
static enum hook_says common_after(struct passage *passage, struct layer *layer,
                                   struct response **response) {
    (void)layer;
    if (!*response) return no_response(passage);
    if ((*response)->stream) return HOOK_GOES_ON;
    const char *length = arena_format(passage->runtime.arena, "%zu", (*response)->length);
    if (!length) return no_memory(passage);
    return default_header(passage, *response, "Content-Length", length);
}

static const struct layer_type common = {.style = LAYER_MIXIN, .after = common_after};

static enum hook_says frame_after(struct passage *passage, struct layer *layer,
                                  struct response **response) {
    (void)layer;
    return default_header(passage, *response, "X-Frame-Options", "DENY");
}

static const struct layer_type frame_options = {.style = LAYER_MIXIN, .after = frame_after};

/* ---- django.contrib.sessions, .auth, .messages -------------------------------------------- */

/* The value of a cookie, copied; NULL for none. cookie-pair = name "=" value (RFC 6265, 4.2.1) */
static const char *read_cookie(const struct request *request, const char *name) {
    const char *cookies = request_header(request, "Cookie");
    size_t length = strlen(name);
    while (cookies && *cookies) {
        cookies += strspn(cookies, "; ");
        size_t whole = strcspn(cookies, ";");
        if (whole > length && strncmp(cookies, name, length) == 0 && cookies[length] == '=')
            return arena_copy(request->arena, cookies + length + 1, whole - length - 1);
        cookies += whole;
    }
    return NULL;
}

/* Opens no session: only what reads from it costs a query, here as in Django. */
static enum hook_says session_before(struct passage *passage, struct layer *layer,
                                     struct response **response) {
    (void)layer, (void)response;
    passage->request->session_key = read_cookie(passage->request, "sessionid");
    passage->request->has_session = true;
    return HOOK_GOES_ON;
}

static enum hook_says session_after(struct passage *passage, struct layer *layer,
                                    struct response **response) {
    (void)layer;
    if (!passage->request->session_key) return HOOK_GOES_ON;
    return default_header(passage, *response, "Vary", "Cookie");
}

static const struct layer_type session = {
    .style = LAYER_MIXIN, .before = session_before, .after = session_after};

static enum hook_says auth_before(struct passage *passage, struct layer *layer,
                                  struct response **response) {
    (void)layer, (void)response;
    struct request *request = passage->request;
    if (!request->has_session) {
        fault_raise(passage->runtime.fault, "ImproperlyConfigured",
                    "The Django authentication middleware requires session middleware to be "
                    "installed. Edit your MIDDLEWARE setting to insert "
                    "'django.contrib.sessions.middleware.SessionMiddleware' before "
                    "'django.contrib.auth.middleware.AuthenticationMiddleware'.");
        return HOOK_RAISES;
    }
    request->has_user = true;
    request->is_authenticated = request->session_key != NULL;
    return HOOK_GOES_ON;
}

static const struct layer_type auth = {.style = LAYER_MIXIN, .before = auth_before};

static enum hook_says messages_before(struct passage *passage, struct layer *layer,
                                      struct response **response) {
    (void)passage, (void)layer, (void)response; /* storage is made when a view first uses it */
    return HOOK_GOES_ON;
}

static const struct layer_type messages = {.style = LAYER_MIXIN, .before = messages_before};

/* ---- django.middleware.csrf ----------------------------------------------------------------- */

/* Asks in process_view: by then the view is known, and could be exempt. RFC 9110, 9.2.1: GET,
 * HEAD, OPTIONS and TRACE change nothing. */
static enum hook_says csrf_view(struct passage *passage, struct layer *layer,
                                struct response **response) {
    (void)layer;
    static const char *const safe[] = {"GET", "HEAD", "OPTIONS", "TRACE"};
    const struct request *request = passage->request;
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
        if (strcmp(request->method, safe[i]) == 0) return HOOK_GOES_ON;
    const char *cookie = read_cookie(request, "csrftoken");
    const char *token = request_header(request, "X-CSRFToken");
    if (cookie && token && strcmp(cookie, token) == 0) return HOOK_GOES_ON;
    return answer(passage, response, 403, "CSRF verification failed. Request aborted.");
}

static const struct layer_type csrf = {.style = LAYER_MIXIN, .process_view = csrf_view};

/* ---- blog.middleware: the developer's own --------------------------------------------------- */

static enum hook_says api_key_before(struct passage *passage, struct layer *layer,
                                     struct response **response) {
    const struct api_keys *known = layer->state;
    const char *key = request_header(passage->request, "X-Api-Key");
    for (size_t i = 0; key && i < known->count; i++)
        if (strcmp(known->keys[i], key) == 0) return HOOK_GOES_ON;
    return answer(passage, response, 403, "missing or wrong key");
}

static const struct layer_type api_key = {.style = LAYER_CLASS, .before = api_key_before};

static enum hook_says limit_before(struct passage *passage, struct layer *layer,
                                   struct response **response) {
    struct rate_limit *limit = layer->state;
    uint64_t now = limit->now_ns ? *limit->now_ns : clock_ns();
    if (bucket_take(&limit->bucket, now)) return HOOK_GOES_ON;
    return answer(passage, response, 429, "too many requests");
}

static const struct layer_type rate_limit = {.style = LAYER_CLASS, .before = limit_before};

static enum hook_says timing_before(struct passage *passage, struct layer *layer,
                                    struct response **response) {
    (void)response;
    passage->locals[layer->index] = clock_ns();
    return HOOK_GOES_ON;
}

static enum hook_says timing_after(struct passage *passage, struct layer *layer,
                                   struct response **response) {
    uint64_t took = clock_ns() - passage->locals[layer->index];
    const char *value = arena_format(passage->runtime.arena, "app;dur=%.3f", (double)took / 1e6);
    if (!value) return no_memory(passage);
    return default_header(passage, *response, "Server-Timing", value);
}

static const struct layer_type timing = {
    .style = LAYER_CLASS, .before = timing_before, .after = timing_after};

static enum hook_says log_after(struct passage *passage, struct layer *layer,
                                struct response **response) {
    (void)layer;
    if (!*response) return no_response(passage);
    const struct request *request = passage->request;
    const char *line = arena_format(passage->runtime.arena, "blog.requests INFO %s %s %d",
                                    request->method, request->path, (*response)->status);
    if (!line) return no_memory(passage);
    head_point(passage->runtime.head, TAPE_LOG, line, 0);
    return HOOK_GOES_ON;
}

static const struct layer_type request_log = {.style = LAYER_CLASS, .after = log_after};

static enum hook_says visitor_before(struct passage *passage, struct layer *layer,
                                     struct response **response) {
    (void)response;
    const struct visitor_query *query = layer->state;
    struct runtime *runtime = &passage->runtime;
    if (!runtime->database) {
        fault_raise(runtime->fault, "ImproperlyConfigured",
                    "settings.DATABASES is improperly configured. Please supply the ENGINE value. "
                    "Check settings documentation for more details.");
        return HOOK_RAISES;
    }
    struct cursor *cursor;
    if (!database_execute(runtime, query->sql, NULL, 0, &cursor)) return HOOK_RAISES;
    struct value *row = arena_array(runtime->arena, cursor_columns(cursor) + 1, sizeof *row);
    if (!row) {
        cursor_close(runtime, cursor);
        return no_memory(passage);
    }
    for (bool done = false; !done;)
        if (!cursor_next(runtime, cursor, runtime->arena, row, &done)) return HOOK_RAISES;
    return HOOK_GOES_ON;
}

static const struct layer_type visitor = {.style = LAYER_CLASS, .before = visitor_before};

/* ---- the table ------------------------------------------------------------------------------ */

static bool make_keys(struct runtime *runtime, struct layer *layer) {
    static const char *const usual[] = {"k3y"};
    struct api_keys *known = arena_alloc(runtime->arena, sizeof *known);
    if (!known) return fault_no_memory(runtime->fault);
    *known = (struct api_keys){usual, 1};
    layer->state = known;
    return true;
}

static bool make_limit(struct runtime *runtime, struct layer *layer) {
    struct rate_limit *limit = arena_alloc(runtime->arena, sizeof *limit);
    if (!limit) return fault_no_memory(runtime->fault);
    bucket_init(&limit->bucket, 10, 5, clock_ns());
    layer->state = limit;
    return true;
}

static bool make_visitor(struct runtime *runtime, struct layer *layer) {
    struct visitor_query *query = arena_alloc(runtime->arena, sizeof *query);
    if (!query) return fault_no_memory(runtime->fault);
    query->sql = "SELECT id, name FROM blog_author WHERE id = 1";
    layer->state = query;
    return true;
}

static const struct ready {
    const char *path;
    const struct layer_type *type;
    bool (*make)(struct runtime *runtime, struct layer *layer); /* its state; NULL: it has none */
} table[] = {
    {"django.middleware.security.SecurityMiddleware", &security, NULL},
    {"django.contrib.sessions.middleware.SessionMiddleware", &session, NULL},
    {"django.middleware.common.CommonMiddleware", &common, NULL},
    {"django.middleware.csrf.CsrfViewMiddleware", &csrf, NULL},
    {"django.contrib.auth.middleware.AuthenticationMiddleware", &auth, NULL},
    {"django.contrib.messages.middleware.MessageMiddleware", &messages, NULL},
    {"django.middleware.clickjacking.XFrameOptionsMiddleware", &frame_options, NULL},
    {"blog.middleware.ApiKeyMiddleware", &api_key, make_keys},
    {"blog.middleware.RateLimitMiddleware", &rate_limit, make_limit},
    {"blog.middleware.RequestLogMiddleware", &request_log, NULL},
    {"blog.middleware.TimingMiddleware", &timing, NULL},
    {"blog.middleware.VisitorMiddleware", &visitor, make_visitor},
};

enum { READY_COUNT = sizeof table / sizeof *table };

const char *ready_path(size_t index) {
    return index < READY_COUNT ? table[index].path : NULL;
}

/* django.utils.module_loading.import_string, for the modules that exist here. */
static bool raise_unknown(struct runtime *runtime, const char *path) {
    const char *dot = strrchr(path, '.');
    if (!dot)
        return fault_raise(runtime->fault, "ImportError", "%s doesn't look like a module path",
                           path);
    size_t length = (size_t)(dot - path);
    if (strncmp(path, "django.", 7) == 0)
        return fault_raise(runtime->fault, "NotSupported", "the middleware %s", path);
    if (length == strlen("blog.middleware") && strncmp(path, "blog.middleware", length) == 0)
        return fault_raise(runtime->fault, "ImportError",
                           "Module \"blog.middleware\" does not define a \"%s\" attribute/class",
                           dot + 1);
    bool in_blog = strncmp(path, "blog.", 5) == 0;
    size_t missing = in_blog ? 5 + strcspn(path + 5, ".") : strcspn(path, ".");
    if (in_blog && missing > length) missing = length;
    return fault_raise(runtime->fault, "ModuleNotFoundError", "No module named '%.*s'",
                       (int)missing, path);
}

bool ready_make(struct runtime *runtime, const char *path, struct layer *layer) {
    for (size_t i = 0; i < READY_COUNT; i++) {
        if (strcmp(table[i].path, path) != 0) continue;
        const char *name = strrchr(table[i].path, '.') + 1;
        *layer = (struct layer){.name = name, .path = table[i].path, .type = table[i].type};
        return !table[i].make || table[i].make(runtime, layer);
    }
    return raise_unknown(runtime, path);
}
