/* answer - requests, responses, and what the handler around a view does. See view.h.
 *
 * Mirrors django.core.handlers.base.BaseHandler.check_response and the boundary around it,
 * django.core.handlers.exception.convert_exception_to_response. */
#include <string.h>

#include "engine/middleware/names.h"
#include "engine/views/view.h"

/* ---- responses ---------------------------------------------------------------------------- */

struct response *response_of(struct value value) {
    if (!object_is(value, &response_type)) return NULL;
    const struct response *response = ((const struct response_object *)value.object)->response;
    return (struct response *)(uintptr_t)response;
}

static bool wrap(struct runtime *runtime, struct response *response, struct value *result) {
    struct response_object *object = arena_alloc(runtime->arena, sizeof *object);
    if (!response || !object) return fault_no_memory(runtime->fault);
    *object = (struct response_object){{&response_type}, response};
    *result = value_object(&object->base);
    return true;
}

bool response_object_new(struct runtime *runtime, int status, const char *body,
                         struct value *result) {
    if (!body) body = "";
    return wrap(runtime, response_new(runtime->arena, status, body, strlen(body)), result);
}

/* HttpResponse(content="", content_type=None, status=200) */
static bool make_response(struct runtime *runtime, const struct arguments *arguments,
                          struct value *result) {
    static const char *const names[] = {"content", "content_type", "status"};
    struct value given[3] = {value_text(""), value_none(), value_int(200)};
    if (!arguments_read(runtime, arguments, "HttpResponse", names, 3, 0, given)) return false;
    if (given[2].kind != VALUE_INT || given[2].integer < 100 || given[2].integer > 599)
        return fault_raise(runtime->fault, "ValueError",
                           "HTTP status code must be an integer from 100 to 599.");
    if (given[1].kind != VALUE_TEXT && given[1].kind != VALUE_NONE)
        return fault_raise(runtime->fault, "NotSupported", "a content_type that is no str");
    bool plain = given[0].kind == VALUE_TEXT || given[0].kind == VALUE_BYTES;
    const char *body = plain ? given[0].text : object_str(runtime, given[0]);
    if (!body) return false;
    size_t length = plain ? given[0].length : strlen(body);
    struct response *response = response_new(runtime->arena, (int)given[2].integer, body, length);
    if (!wrap(runtime, response, result)) return false;
    return given[1].kind == VALUE_NONE ||
           response_set_header(response, "Content-Type", given[1].text) ||
           fault_no_memory(runtime->fault);
}

static bool is_response(struct value value) {
    return object_is(value, &response_type);
}

const struct builtin_class http_response_class = {
    .base = {&class_type}, .name = "HttpResponse", .make = make_response, .has = is_response};

/* ---- requests ----------------------------------------------------------------------------- */

struct user_object {
    struct object base;
    const char *name; /* NULL: nobody is signed in */
};

static bool user_attribute(struct runtime *runtime, struct object *object, const char *name,
                           struct value *result, bool *found) {
    const char *user = ((const struct user_object *)object)->name;
    (void)runtime;
    *found = true;
    if (strcmp(name, "is_authenticated") == 0)
        *result = value_bool(user != NULL);
    else if (strcmp(name, "is_anonymous") == 0)
        *result = value_bool(user == NULL);
    else if (strcmp(name, "username") == 0)
        *result = value_text(user ? user : "");
    else
        *found = false;
    return *found;
}

static const char *user_str(struct runtime *runtime, struct object *object) {
    const char *user = ((const struct user_object *)object)->name;
    (void)runtime;
    return user ? user : "AnonymousUser";
}

static const char *user_type_name(const struct object *object) {
    return ((const struct user_object *)object)->name ? "User" : "AnonymousUser";
}

static const struct object_type user_type = {.name = "User",
                                             .get_attribute = user_attribute,
                                             .repr = user_str,
                                             .str = user_str,
                                             .type_name = user_type_name};

struct request_object {
    struct object base;
    const char *method, *path;
    struct user_object user;
    struct dict *more; /* what views and layers set on it */
};

static bool request_attribute(struct runtime *runtime, struct object *object, const char *name,
                              struct value *result, bool *found) {
    struct request_object *request = (struct request_object *)object;
    *found = true;
    if (strcmp(name, "method") == 0)
        *result = value_text(request->method);
    else if (strcmp(name, "path") == 0 || strcmp(name, "path_info") == 0)
        *result = value_text(request->path);
    else if (strcmp(name, "user") == 0)
        *result = value_object(&request->user.base);
    else
        return dict_get(runtime, request->more, value_text(name), result, found) && *found;
    return true;
}

static bool request_set(struct runtime *runtime, struct object *object, const char *name,
                        struct value value) {
    const char *copy = arena_string(runtime->arena, name);
    if (!copy) return fault_no_memory(runtime->fault);
    return dict_set(runtime, ((struct request_object *)object)->more, value_text(copy), value);
}

static const char *request_repr(struct runtime *runtime, struct object *object) {
    const struct request_object *request = (const struct request_object *)object;
    const char *text =
        arena_format(runtime->arena, "<WSGIRequest: %s '%s'>", request->method, request->path);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static const struct object_type request_type = {.name = "WSGIRequest",
                                                .get_attribute = request_attribute,
                                                .set_attribute = request_set,
                                                .repr = request_repr};

bool request_object_new(struct runtime *runtime, const char *method, const char *path,
                        const char *user, struct value *request) {
    struct request_object *object = arena_alloc(runtime->arena, sizeof *object);
    if (!object) return fault_no_memory(runtime->fault);
    *object = (struct request_object){
        {&request_type}, method, path, {{&user_type}, user}, dict_new(runtime)};
    *request = value_object(&object->base);
    return object->more != NULL;
}

/* ---- the handler -------------------------------------------------------------------------- */

/* What no handler turns into a page: the run itself cannot go on. */
static bool is_final(const struct fault *fault) {
    static const char *const final[] = {"MemoryError", "Cancelled", "NotSupported", "SyntaxError"};
    for (size_t i = 0; i < sizeof final / sizeof *final; i++)
        if (fault_is(fault, final[i])) return true;
    return false;
}

static int status_of_exception(const struct fault *fault) {
    if (fault_is(fault, "Http404")) return 404;
    return fault_is(fault, "PermissionDenied") ? 403 : 500;
}

static const char *text_attribute(struct runtime *runtime, struct value value, const char *name) {
    struct value text;
    bool found = false;
    object_find_attribute(runtime, value, name, &text, &found);
    return found && text.kind == VALUE_TEXT ? text.text : "";
}

/* A view that returns no response. */
static bool raise_no_response(struct runtime *runtime, struct value view, struct value returned) {
    const char *module = text_attribute(runtime, view, "__module__");
    const char *name = text_attribute(runtime, view, "__name__");
    if (returned.kind != VALUE_NONE)
        return fault_raise(runtime->fault, "AttributeError",
                           "'%s' object has no attribute 'headers'", value_type_name(returned));
    return fault_raise(runtime->fault, "ValueError",
                       "The view %s.%s didn't return an HttpResponse object. It returned None "
                       "instead.",
                       module, name);
}

bool view_answer(struct runtime *runtime, struct value view, struct value request,
                 struct value *response) {
    struct arguments arguments = {.values = &request, .count = 1};
    struct fault *fault = runtime->fault;
    bool answered = object_call(runtime, view, &arguments, response);
    if (answered && response_of(*response)) return true;
    if (answered) raise_no_response(runtime, view, *response);
    if (is_final(fault)) return false;
    int status = status_of_exception(fault);
    const char *line = arena_format(runtime->arena, "%s: %s", fault->type, fault->message);
    if (!line) return fault_no_memory(fault);
    head_point(runtime->head, TAPE_EXCEPTION, line, status);
    fault_clear(fault);
    return response_object_new(runtime, status, NULL, response);
}

static bool call_answer(struct runtime *runtime, const struct arguments *arguments,
                        struct value *result) {
    static const char *const names[] = {"view", "request"};
    struct value given[2] = {{0}};
    return arguments_read(runtime, arguments, "answer", names, 2, 2, given) &&
           view_answer(runtime, given[0], given[1], result);
}

const struct function answer_function = {{&function_type}, "answer", call_answer};
