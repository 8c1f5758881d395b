/* site - see site.h: the functions of django.urls. */
#include "engine/urls/site.h"

#include <string.h>

#include "engine/http/view.h"
#include "engine/urls/level.h"

/* A function of the module that knows its site. */
struct site_function {
    struct object base;
    const char *name;
    struct url_site *site;
    bool (*call)(struct runtime *, struct url_site *, const struct arguments *, struct value *);
};

static bool call_function(struct runtime *runtime, struct object *self,
                          const struct arguments *arguments, struct value *result) {
    struct site_function *function = (struct site_function *)self;
    return function->call(runtime, function->site, arguments, result);
}

static const char *function_repr(struct runtime *runtime, struct object *self) {
    const char *text =
        arena_format(runtime->arena, "<function %s>", ((struct site_function *)self)->name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static const struct object_type site_function_type = {
    .name = "function", .call = call_function, .repr = function_repr};

static bool is_text_or_none(struct value value) {
    return value.kind == VALUE_TEXT || value.kind == VALUE_NONE;
}

static bool is_true_text(struct value value) {
    return value.kind == VALUE_TEXT && value.length > 0;
}

static const char *text_or_null(struct value value) {
    return value.kind == VALUE_TEXT ? value.text : NULL;
}

static bool is_sequence(struct value value) {
    return object_is(value, &list_type) || object_is(value, &tuple_type);
}

/* ---- path(route, view, kwargs=None, name=None) -------------------------------------------- */

/* "not enough values to unpack": the third argument of path() must be as include() gives it. */
static bool read_include(struct runtime *runtime, struct value view, struct route_parts *parts) {
    const struct list *items = (const struct list *)view.object;
    if (items->count < 3)
        return fault_raise(runtime->fault, "ValueError",
                           "not enough values to unpack (expected 3, got %zu)", items->count);
    if (items->count > 3)
        return fault_raise(runtime->fault, "ValueError", "too many values to unpack (expected 3)");
    struct value app_name = items->items[1], instance = items->items[2];
    if (!is_text_or_none(app_name) || !is_text_or_none(instance) ||
        (is_true_text(app_name) && instance.kind == VALUE_NONE))
        return fault_raise(runtime->fault, "NotSupported",
                           "an app_name or namespace that is no str");
    if (items->items[0].kind == VALUE_TEXT || items->items[0].kind == VALUE_NONE)
        return fault_raise(runtime->fault, "NotSupported", "a %s as a list of patterns",
                           value_type_name(items->items[0]));
    parts->inner = items->items[0];
    parts->app_name = text_or_null(app_name);
    parts->instance = text_or_null(instance);
    return true;
}

static bool is_callable(struct value view) {
    return view.kind == VALUE_OBJECT && view.object->type->call;
}

static bool read_extra(struct runtime *runtime, struct value kwargs, struct route_parts *parts) {
    bool truth = false;
    if (kwargs.kind == VALUE_NONE) return true;
    if (!object_truth(runtime, kwargs, &truth)) return false;
    if (truth && !object_is(kwargs, &dict_type))
        return fault_raise(runtime->fault, "NotSupported",
                           "path() with a %s for its kwargs: give a dict", value_type_name(kwargs));
    if (truth) parts->extra = (const struct dict *)kwargs.object;
    return true;
}

static bool call_path(struct runtime *runtime, struct url_site *site,
                      const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"route", "view", "kwargs", "name"};
    struct value given[4] = {{0}};
    (void)site;
    if (!arguments_read(runtime, arguments, "_path", names, 4, 2, given)) return false;
    if (given[0].kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "NotSupported", "a route that is no str");
    if (!is_text_or_none(given[3]))
        return fault_raise(runtime->fault, "NotSupported", "a name that is no str");
    struct route_parts parts = {
        .route = given[0].text, .length = given[0].length, .name = text_or_null(given[3])};
    if (is_sequence(given[1])) {
        /* Django reads the route first; what is wrong with it is raised first. */
        struct pattern pattern;
        if (!pattern_read(runtime, &pattern, parts.route, parts.length, false)) return false;
        if (!read_include(runtime, given[1], &parts)) return false;
        parts.name = NULL;
    } else if (is_callable(given[1])) {
        parts.view = given[1];
    } else {
        return fault_raise(runtime->fault, "TypeError",
                           "view must be a callable or a list/tuple in the case of include().");
    }
    if (!read_extra(runtime, given[2], &parts)) return false;
    struct route *route = route_new(runtime, &parts);
    if (route) *result = value_object(&route->base);
    return route != NULL;
}

/* ---- include(arg, namespace=None) --------------------------------------------------------- */

static bool check_pair(struct runtime *runtime, const struct list *pair, bool named) {
    if (pair->count == 2) return true;
    if (named)
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "Cannot override the namespace for a dynamic module that provides a "
                           "namespace.");
    return fault_raise(runtime->fault, "ImproperlyConfigured",
                       "Passing a %zu-tuple to include() is not supported. Pass a 2-tuple "
                       "containing the list of patterns and app_name, and provide the namespace "
                       "argument to include() instead.",
                       pair->count);
}

/* Gives the triple (patterns, app_name, namespace) that path() understands. */
static bool call_include(struct runtime *runtime, struct url_site *site,
                         const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"arg", "namespace"};
    struct value given[2] = {{0}};
    (void)site;
    if (!arguments_read(runtime, arguments, "include", names, 2, 1, given)) return false;
    struct value patterns = given[0], app_name = value_none(), namespace = given[1];
    if (object_is(patterns, &tuple_type)) {
        const struct list *pair = (const struct list *)patterns.object;
        if (!check_pair(runtime, pair, is_true_text(namespace))) return false;
        patterns = pair->items[0];
        app_name = pair->items[1];
    }
    if (patterns.kind == VALUE_TEXT || patterns.kind == VALUE_NONE)
        return fault_raise(runtime->fault, "NotSupported",
                           "include() of a module by its name: give the list itself");
    if (!is_text_or_none(app_name) || !is_text_or_none(namespace))
        return fault_raise(runtime->fault, "NotSupported",
                           "an app_name or namespace that is no str");
    if (is_true_text(namespace) && !is_true_text(app_name))
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "Specifying a namespace in include() without providing an app_name is "
                           "not supported. Set the app_name attribute in the included module, or "
                           "pass a 2-tuple containing the list of patterns and app_name instead.");
    struct list *triple = list_new(runtime, &tuple_type, 3);
    if (!triple || !list_append(runtime, triple, patterns) ||
        !list_append(runtime, triple, app_name) ||
        !list_append(runtime, triple, is_true_text(namespace) ? namespace : app_name))
        return false;
    *result = value_object(&triple->base);
    return true;
}

/* ---- resolve(path, urlconf=None) ---------------------------------------------------------- */

/* The resolver of `urlpatterns` as it is now: made anew when the list is another, or has grown. */
static bool current_resolver(struct runtime *runtime, struct url_site *site) {
    struct value urlpatterns;
    if (!site->script || !script_lookup(site->script, "urlpatterns", &urlpatterns))
        return fault_raise(runtime->fault, "ImproperlyConfigured",
                           "The listing has no list of patterns called urlpatterns.");
    if (site->resolver && object_is_same(site->urlpatterns, urlpatterns) &&
        resolver_is_current(site->resolver))
        return true;
    if (!is_sequence(urlpatterns))
        return fault_raise(runtime->fault, "NotSupported", "urlpatterns that are no list");
    site->urlpatterns = urlpatterns;
    site->resolver = resolver_new(runtime, urlpatterns);
    return site->resolver != NULL;
}

static bool no_urlconf(struct runtime *runtime, struct value urlconf) {
    return urlconf.kind == VALUE_NONE ||
           fault_raise(runtime->fault, "NotSupported", "another urlconf than urlpatterns");
}

static bool remember(struct runtime *runtime, struct url_site *site, struct url_answer answer) {
    if (site->answer_count == site->answer_room) {
        size_t room = site->answer_room ? 2 * site->answer_room : 8;
        void *grown = arena_grow(runtime->arena, site->answers, site->answer_room, room,
                                 sizeof *site->answers);
        if (!grown) return fault_no_memory(runtime->fault);
        site->answers = grown;
        site->answer_room = room;
    }
    answer.line = runtime->head->line;
    answer.fault = *runtime->fault;
    site->answers[site->answer_count++] = answer;
    return !fault_raised(runtime->fault);
}

/* Opens the span of a call: "resolve('/articles/7/')". */
static const char *enter_call(struct runtime *runtime, const char *function, const char *asked) {
    if (!runtime->head->tape) return "";
    const char *subject = arena_format(runtime->arena, "%s('%s')", function, asked);
    if (!subject) return fault_no_memory(runtime->fault), NULL;
    head_enter(runtime->head, TAPE_MARK, subject);
    return subject;
}

static void leave_call(struct runtime *runtime, const char *subject) {
    if (runtime->head->tape)
        head_leave(runtime->head, TAPE_MARK, subject, !fault_raised(runtime->fault));
}

static bool do_resolve(struct runtime *runtime, struct url_site *site, struct value path,
                       struct route_match *match) {
    bool found;
    if (!current_resolver(runtime, site)) return false;
    if (!resolver_resolve(runtime, site->resolver, path.text, path.length, match, &found))
        return false;
    return found || resolver_raise_404(runtime, site->resolver, path.text, path.length);
}

static bool call_resolve(struct runtime *runtime, struct url_site *site,
                         const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"path", "urlconf"};
    struct value given[2] = {{0}};
    if (!arguments_read(runtime, arguments, "resolve", names, 2, 1, given) ||
        !no_urlconf(runtime, given[1]))
        return false;
    const char *path = object_str(runtime, given[0]);
    struct match_object *object = arena_alloc(runtime->arena, sizeof *object);
    if (!path || !object) return fault_no_memory(runtime->fault);
    object->base.type = &resolver_match_type;
    *result = value_object(&object->base);
    if (given[0].kind != VALUE_TEXT) given[0] = value_text(path);
    const char *span = enter_call(runtime, "resolve", path);
    if (!span) return false;
    do_resolve(runtime, site, given[0], &object->match);
    leave_call(runtime, span);
    return remember(
        runtime, site,
        (struct url_answer){.question = ASKED_RESOLVE, .asked = path, .match = object->match});
}

/* ---- reverse(viewname, urlconf=None, args=None, kwargs=None, current_app=None) ------------- */

static bool read_reverse(struct runtime *runtime, const struct value given[5],
                         struct reverse_call *call) {
    bool args = false, kwargs = false;
    if (!no_urlconf(runtime, given[1]) || !object_truth(runtime, given[2], &args) ||
        !object_truth(runtime, given[3], &kwargs))
        return false;
    if (args && !is_sequence(given[2]))
        return fault_raise(runtime->fault, "NotSupported", "args that are no list or tuple");
    if (kwargs && !object_is(given[3], &dict_type))
        return fault_raise(runtime->fault, "NotSupported", "kwargs that are no dict");
    if (!is_text_or_none(given[4]))
        return fault_raise(runtime->fault, "NotSupported", "a current_app that is no str");
    *call = (struct reverse_call){
        .name = given[0],
        .current_app = text_or_null(given[4]),
        .args = args ? (const struct list *)given[2].object : NULL,
        .kwargs = kwargs ? (const struct dict *)given[3].object : NULL,
    };
    return true;
}

static bool call_reverse(struct runtime *runtime, struct url_site *site,
                         const struct arguments *arguments, struct value *result) {
    static const char *const names[] = {"viewname", "urlconf", "args", "kwargs", "current_app"};
    struct value given[5] = {{0}};
    struct reverse_call call;
    if (!arguments_read(runtime, arguments, "reverse", names, 5, 1, given) ||
        !read_reverse(runtime, given, &call))
        return false;
    const char *name = object_str(runtime, given[0]), *path = NULL;
    const char *span = name ? enter_call(runtime, "reverse", name) : NULL;
    if (!span) return false;
    if (current_resolver(runtime, site)) path = resolver_reverse(runtime, site->resolver, &call);
    leave_call(runtime, span);
    if (path) *result = value_text(path);
    return remember(runtime, site,
                    (struct url_answer){.question = ASKED_REVERSE, .asked = name, .path = path});
}

static bool call_re_path(struct runtime *runtime, struct url_site *site,
                         const struct arguments *arguments, struct value *result) {
    (void)site, (void)arguments, (void)result;
    return fault_raise(runtime->fault, "NotSupported", "re_path(): use path()");
}

/* ---- the module --------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool (*call)(struct runtime *, struct url_site *, const struct arguments *, struct value *);
} functions[] = {
    {"path", call_path},       {"include", call_include}, {"resolve", call_resolve},
    {"reverse", call_reverse}, {"re_path", call_re_path},
};

enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

void urls_site_init(struct url_site *site) {
    *site = (struct url_site){0};
}

const struct module *urls_site_module(struct runtime *runtime, struct url_site *site) {
    struct module *module = arena_alloc(runtime->arena, sizeof *module);
    struct module_name *names = arena_array(runtime->arena, FUNCTION_COUNT, sizeof *names);
    struct site_function *made = arena_array(runtime->arena, FUNCTION_COUNT, sizeof *made);
    if (!module || !names || !made) return fault_no_memory(runtime->fault), NULL;
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        made[i] = (struct site_function){
            {&site_function_type}, functions[i].name, site, functions[i].call};
        names[i] = (struct module_name){functions[i].name, value_object(&made[i].base)};
    }
    *module = (struct module){"django.urls", names, FUNCTION_COUNT};
    return module;
}
