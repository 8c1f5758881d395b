/* view - see view.h. */
#include "engine/views/view.h"

#include <ctype.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/middleware/names.h"

/* ---- help --------------------------------------------------------------------------------- */

static bool call_on(struct runtime *runtime, struct value self, const char *name,
                    const struct arguments *arguments, struct value *result) {
    struct value method;
    return object_get_attribute(runtime, self, name, &method) &&
           object_call(runtime, method, arguments, result);
}

static bool has(struct runtime *runtime, struct value self, const char *name, bool *answer) {
    struct value value;
    object_find_attribute(runtime, self, name, &value, answer);
    return !fault_raised(runtime->fault);
}

/* request.method, in small letters; NULL: fault. */
static const char *method_of(struct runtime *runtime, struct value request) {
    struct value method;
    if (!object_get_attribute(runtime, request, "method", &method)) return NULL;
    char *lower = method.kind == VALUE_TEXT ? arena_string(runtime->arena, method.text) : NULL;
    if (!lower) return fault_no_memory(runtime->fault), NULL;
    for (char *c = lower; *c; c++) *c = (char)tolower((unsigned char)*c);
    return lower;
}

static bool first_argument(struct runtime *runtime, const struct native_method *method,
                           const struct arguments *arguments, struct value *request) {
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "TypeError",
                           "%s.%s() missing 1 required positional argument: 'request'",
                           method->class->name, method->name);
    *request = arguments->values[0];
    return true;
}

/* ---- View --------------------------------------------------------------------------------- */

static const char *const http_method_names[] = {"get",    "post", "put",     "patch",
                                                "delete", "head", "options", "trace"};

enum { METHODS = sizeof http_method_names / sizeof *http_method_names };

/* View.__init__(**kwargs): every keyword becomes an attribute. */
static bool view_init(struct runtime *runtime, const struct native_method *method,
                      struct value self, const struct arguments *arguments, struct value *result) {
    (void)method;
    *result = value_none();
    if (arguments->count)
        return fault_raise(runtime->fault, "TypeError",
                           "View.__init__() takes 1 positional argument but %zu were given",
                           arguments->count + 1);
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!object_set_attribute(runtime, self, arguments->keywords[i].name,
                                  arguments->keywords[i].value))
            return false;
    return true;
}

static bool keep_arguments(struct runtime *runtime, struct value self,
                           const struct arguments *arguments) {
    struct list *args = list_new(runtime, &tuple_type, arguments->count);
    struct dict *kwargs = dict_new(runtime);
    if (!args || !kwargs) return false;
    for (size_t i = 1; i < arguments->count; i++)
        if (!list_append(runtime, args, arguments->values[i])) return false;
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!dict_set(runtime, kwargs, value_text(arguments->keywords[i].name),
                      arguments->keywords[i].value))
            return false;
    return object_set_attribute(runtime, self, "request", arguments->values[0]) &&
           object_set_attribute(runtime, self, "args", value_object(&args->base)) &&
           object_set_attribute(runtime, self, "kwargs", value_object(&kwargs->base));
}

/* setup(request, *args, **kwargs): where there is a get() and no head(), head is get. */
static bool view_setup(struct runtime *runtime, const struct native_method *method,
                       struct value self, const struct arguments *arguments, struct value *result) {
    struct value request, get;
    bool has_get, has_head;
    *result = value_none();
    if (!first_argument(runtime, method, arguments, &request) ||
        !has(runtime, self, "get", &has_get) || !has(runtime, self, "head", &has_head))
        return false;
    if (has_get && !has_head &&
        (!object_get_attribute(runtime, self, "get", &get) ||
         !object_set_attribute(runtime, self, "head", get)))
        return false;
    return keep_arguments(runtime, self, arguments);
}

/* dispatch(request, ...): the method named like the request's, or http_method_not_allowed. */
static bool view_dispatch(struct runtime *runtime, const struct native_method *method,
                          struct value self, const struct arguments *arguments,
                          struct value *result) {
    struct value request, names;
    bool known = false;
    if (!first_argument(runtime, method, arguments, &request)) return false;
    const char *name = method_of(runtime, request);
    if (!name || !object_get_attribute(runtime, self, "http_method_names", &names) ||
        !object_contains(runtime, names, value_text(name), &known) ||
        (known && !has(runtime, self, name, &known)))
        return false;
    return call_on(runtime, self, known ? name : "http_method_not_allowed", arguments, result);
}

/* "GET, HEAD, OPTIONS": those of http_method_names, in its order, that the view has. */
static const char *allowed_methods(struct runtime *runtime, struct value self) {
    struct value names;
    if (!object_get_attribute(runtime, self, "http_method_names", &names)) return NULL;
    if (!object_is(names, &list_type) && !object_is(names, &tuple_type))
        return fault_raise(runtime->fault, "NotSupported", "http_method_names that are no list"),
               NULL;
    const struct list *list = (const struct list *)names.object;
    struct text text;
    text_init(&text, runtime->arena);
    for (size_t i = 0; i < list->count; i++) {
        bool there = false;
        if (list->items[i].kind != VALUE_TEXT) continue;
        if (!has(runtime, self, list->items[i].text, &there)) return NULL;
        if (!there) continue;
        if (text.length) text_add(&text, ", ");
        for (const char *c = list->items[i].text; *c; c++)
            text_add_char(&text, (char)toupper((unsigned char)*c));
    }
    const char *allowed = text_finish(&text);
    return allowed ? allowed : (fault_no_memory(runtime->fault), NULL);
}

static bool answer_with_allow(struct runtime *runtime, struct value self, int status,
                              struct value *result) {
    const char *allowed = allowed_methods(runtime, self);
    if (!allowed || !response_object_new(runtime, status, NULL, result)) return false;
    return response_set_header(response_of(*result), "Allow", allowed) ||
           fault_no_memory(runtime->fault);
}

/* 405, and a line in the log: "Method Not Allowed (POST): /x/". */
static bool view_not_allowed(struct runtime *runtime, const struct native_method *method,
                             struct value self, const struct arguments *arguments,
                             struct value *result) {
    struct value request, name, path;
    if (!first_argument(runtime, method, arguments, &request) ||
        !object_get_attribute(runtime, request, "method", &name) ||
        !object_get_attribute(runtime, request, "path", &path))
        return false;
    const char *line =
        arena_format(runtime->arena, "Method Not Allowed (%s): %s", name.text, path.text);
    if (!line) return fault_no_memory(runtime->fault);
    head_point(runtime->head, TAPE_LOG, line, 405);
    return answer_with_allow(runtime, self, 405, result);
}

/* options(): 200, Allow, and nothing else. */
static bool view_options(struct runtime *runtime, const struct native_method *method,
                         struct value self, const struct arguments *arguments,
                         struct value *result) {
    (void)method, (void)arguments;
    if (!answer_with_allow(runtime, self, 200, result)) return false;
    return response_set_header(response_of(*result), "Content-Length", "0") ||
           fault_no_memory(runtime->fault);
}

/* ---- as_view ------------------------------------------------------------------------------ */

static bool is_http_method(const char *name) {
    for (size_t i = 0; i < METHODS; i++)
        if (strcmp(http_method_names[i], name) == 0) return true;
    return false;
}

static bool check_keyword(struct runtime *runtime, struct class *class, const char *name) {
    bool known = false;
    if (is_http_method(name))
        return fault_raise(runtime->fault, "TypeError",
                           "The method name %s is not accepted as a keyword argument to %s().",
                           name, class->name);
    if (!has(runtime, value_object(&class->base), name, &known)) return false;
    const char *shown = known ? "" : object_repr(runtime, value_text(name));
    if (known || !shown) return known;
    return fault_raise(runtime->fault, "TypeError",
                       "%s() received an invalid keyword %s. as_view only accepts arguments that "
                       "are already attributes of the class.",
                       class->name, shown);
}

bool view_as_view(struct runtime *runtime, struct class *class, const struct arguments *arguments,
                  struct value *function) {
    struct view_function *made = arena_alloc(runtime->arena, sizeof *made);
    struct dict *initkwargs = dict_new(runtime);
    if (!made || !initkwargs) return fault_no_memory(runtime->fault);
    if (arguments->count)
        return fault_raise(runtime->fault, "TypeError",
                           "View.as_view() takes 1 positional argument but %zu were given",
                           arguments->count + 1);
    for (size_t i = 0; i < arguments->keyword_count; i++) {
        const struct keyword *keyword = &arguments->keywords[i];
        if (!check_keyword(runtime, class, keyword->name) ||
            !dict_set(runtime, initkwargs, value_text(keyword->name), keyword->value))
            return false;
    }
    *made = (struct view_function){{&view_function_type}, class, initkwargs};
    *function = value_object(&made->base);
    return true;
}

static bool call_as_view(struct runtime *runtime, const struct native_method *method,
                         struct value self, const struct arguments *arguments,
                         struct value *result) {
    (void)method;
    if (!object_is(self, &user_class_type))
        return fault_raise(runtime->fault, "AttributeError",
                           "This method is available only on the class, not on instances.");
    return view_as_view(runtime, (struct class *)self.object, arguments, result);
}

/* cls(**initkwargs) */
static bool make_instance(struct runtime *runtime, const struct view_function *function,
                          struct value *self) {
    const struct dict *initkwargs = function->initkwargs;
    struct keyword *keywords = arena_array(runtime->arena, initkwargs->count + 1, sizeof *keywords);
    if (!keywords) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < initkwargs->count; i++)
        keywords[i] =
            (struct keyword){initkwargs->entries[i].key.text, initkwargs->entries[i].value};
    struct arguments arguments = {.keywords = keywords, .keyword_count = initkwargs->count};
    return class_instantiate(runtime, function->class, &arguments, self);
}

/* view(request, *args, **kwargs) */
static bool call_view(struct runtime *runtime, struct object *object,
                      const struct arguments *arguments, struct value *result) {
    const struct view_function *function = (const struct view_function *)object;
    struct value self, nothing;
    bool is_set_up = false;
    if (arguments->count == 0)
        return fault_raise(runtime->fault, "TypeError",
                           "%s() missing 1 required positional argument: 'request'",
                           function->class->name);
    if (!make_instance(runtime, function, &self) ||
        !call_on(runtime, self, "setup", arguments, &nothing) ||
        !has(runtime, self, "request", &is_set_up))
        return false;
    if (!is_set_up)
        return fault_raise(runtime->fault, "AttributeError",
                           "%s instance has no 'request' attribute. Did you override setup() and "
                           "forget to call super()?",
                           function->class->name);
    return call_on(runtime, self, "dispatch", arguments, result);
}

static bool function_attribute(struct runtime *runtime, struct object *object, const char *name,
                               struct value *result, bool *found) {
    const struct view_function *function = (const struct view_function *)object;
    (void)runtime;
    *found = true;
    if (strcmp(name, "view_class") == 0)
        *result = value_object(&function->class->base);
    else if (strcmp(name, "view_initkwargs") == 0)
        *result = value_object(&function->initkwargs->base);
    else if (strcmp(name, "__name__") == 0)
        *result = value_text(function->class->name);
    else if (strcmp(name, "__module__") == 0)
        *result = value_text(function->class->module);
    else
        *found = false;
    return *found;
}

static const char *function_repr(struct runtime *runtime, struct object *object) {
    const char *text = arena_format(runtime->arena, "<function %s>",
                                    ((const struct view_function *)object)->class->name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

const struct object_type view_function_type = {.name = "function",
                                               .call = call_view,
                                               .get_attribute = function_attribute,
                                               .repr = function_repr};

/* ---- mixins ------------------------------------------------------------------------------- */

static bool user_is_signed_in(struct runtime *runtime, struct value request, bool *answer) {
    struct value user, signed_in;
    return object_get_attribute(runtime, request, "user", &user) &&
           object_get_attribute(runtime, user, "is_authenticated", &signed_in) &&
           object_truth(runtime, signed_in, answer);
}

/* AccessMixin: to the login page, or PermissionDenied where raise_exception says so. */
static bool handle_no_permission(struct runtime *runtime, const struct native_method *method,
                                 struct value self, const struct arguments *arguments,
                                 struct value *result) {
    (void)method, (void)arguments;
    struct value request, path, raises;
    bool signed_in, raise = false;
    if (!object_get_attribute(runtime, self, "request", &request) ||
        !object_get_attribute(runtime, request, "path", &path) ||
        !object_get_attribute(runtime, self, "raise_exception", &raises) ||
        !object_truth(runtime, raises, &raise) || !user_is_signed_in(runtime, request, &signed_in))
        return false;
    if (raise || signed_in) return fault_raise(runtime->fault, "PermissionDenied", "%s", "");
    const char *to = arena_format(runtime->arena, "/accounts/login/?next=%s", path.text);
    if (!to) return fault_no_memory(runtime->fault);
    if (!response_object_new(runtime, 302, NULL, result)) return false;
    return response_set_header(response_of(*result), "Location", to) ||
           fault_no_memory(runtime->fault);
}

/* LoginRequiredMixin.dispatch */
static bool login_dispatch(struct runtime *runtime, const struct native_method *method,
                           struct value self, const struct arguments *arguments,
                           struct value *result) {
    struct value request;
    bool signed_in;
    if (!first_argument(runtime, method, arguments, &request) ||
        !user_is_signed_in(runtime, request, &signed_in))
        return false;
    if (!signed_in)
        return call_on(runtime, self, "handle_no_permission", &(struct arguments){0}, result);
    return class_call_super(runtime, method->class, self, "dispatch", arguments, result);
}

/* ---- the classes -------------------------------------------------------------------------- */

static bool add_method_names(struct runtime *runtime, struct class *view) {
    struct list *names = list_new(runtime, &list_type, METHODS);
    for (size_t i = 0; names && i < METHODS; i++)
        if (!list_append(runtime, names, value_text(http_method_names[i]))) return false;
    return names && class_add(runtime, view, "http_method_names", value_object(&names->base));
}

static bool add_as_view(struct runtime *runtime, struct class *view) {
    struct value member;
    bool found;
    if (!class_add_method(runtime, view, "as_view", call_as_view) ||
        !dict_get(runtime, view->members, value_text("as_view"), &member, &found))
        return false;
    ((struct native_method *)member.object)->of_class = true;
    return true;
}

static struct class *make_view_class(struct runtime *runtime, struct classes *classes) {
    static const struct {
        const char *name;
        bool (*call)(struct runtime *, const struct native_method *, struct value,
                     const struct arguments *, struct value *);
    } methods[] = {{"__init__", view_init},
                   {"setup", view_setup},
                   {"dispatch", view_dispatch},
                   {"http_method_not_allowed", view_not_allowed},
                   {"options", view_options}};
    struct class *view =
        class_new(runtime, classes, "View", "django.views.generic.base", (struct line_up){0}, NULL);
    if (!view || !add_method_names(runtime, view) || !add_as_view(runtime, view)) return NULL;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (!class_add_method(runtime, view, methods[i].name, methods[i].call)) return NULL;
    return view;
}

static bool make_mixins(struct runtime *runtime, struct views *views) {
    static const char module[] = "django.contrib.auth.mixins";
    views->access_mixin =
        class_new(runtime, views->classes, "AccessMixin", module, (struct line_up){0}, NULL);
    if (!views->access_mixin ||
        !class_add(runtime, views->access_mixin, "raise_exception", value_bool(false)) ||
        !class_add_method(runtime, views->access_mixin, "handle_no_permission",
                          handle_no_permission))
        return false;
    views->login_required = class_new(runtime, views->classes, "LoginRequiredMixin", module,
                                      (struct line_up){&views->access_mixin, 1}, NULL);
    return views->login_required &&
           class_add_method(runtime, views->login_required, "dispatch", login_dispatch);
}

/* ---- the modules -------------------------------------------------------------------------- */

static struct value borrow(const void *object) {
    return value_object((struct object *)(uintptr_t)object);
}

static bool make_module(struct runtime *runtime, struct views *views, size_t at, const char *path,
                        const struct module_name *names, size_t count) {
    struct module *module = arena_alloc(runtime->arena, sizeof *module);
    struct module_name *copy = arena_array(runtime->arena, count, sizeof *copy);
    if (!module || !copy) return fault_no_memory(runtime->fault);
    memcpy(copy, names, count * sizeof *copy);
    *module = (struct module){path, copy, count};
    views->modules[at] = module;
    return true;
}

struct views *views_new(struct runtime *runtime) {
    struct views *views = arena_alloc(runtime->arena, sizeof *views);
    if (!views) return fault_no_memory(runtime->fault), NULL;
    views->classes = classes_new(runtime);
    views->view = views->classes ? make_view_class(runtime, views->classes) : NULL;
    if (!views->view || !make_mixins(runtime, views)) return NULL;
    const struct module_name view[] = {{"View", borrow(views->view)}};
    const struct module_name mixins[] = {{"AccessMixin", borrow(views->access_mixin)},
                                         {"LoginRequiredMixin", borrow(views->login_required)}};
    const struct module_name http[] = {{"HttpResponse", borrow(&http_response_class)}};
    const struct module_name own[] = {{"answer", borrow(&answer_function)}};
    bool made = make_module(runtime, views, 0, "django.views", view, 1) &&
                make_module(runtime, views, 1, "django.contrib.auth.mixins", mixins, 2) &&
                make_module(runtime, views, 2, "django.http", http, 1) &&
                make_module(runtime, views, 3, "daybook", own, 1);
    return made ? views : NULL;
}
