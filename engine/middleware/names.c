/* names - see names.h. In order: the project, MIDDLEWARE, Layer(), a request, Client(), the
 * modules.
 *
 * Layer, get and Client are objects of this file's own types, since each must know its project. */
#include "engine/middleware/names.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/middleware/ready.h"
#include "engine/middleware/recorder.h"

/* One test client: a chain, built at its first request. */
struct client {
    struct object base;
    struct project *project;
    struct chain *chain;
    struct value *built_from; /* what MIDDLEWARE held then */
    size_t built_count;
};

/* Client, the class; and get, which has a client of its own. */
struct project_callable {
    struct object base;
    struct project *project;
};

struct project {
    struct runtime *runtime;
    struct urlconf urlconf;
    const struct script *script;
    void (*answered)(void *context, const struct project_answer *answer);
    void *context;
    uint8_t (*lane)(void *context, const struct request *request);
    void *lane_context;
    struct project_callable class, get;
    struct function layer;
    struct client own; /* behind get */
    struct module_name test_names[1], daybook_names[2];
    struct module test, daybook;
    const struct module *modules[2];
};

/* ---- MIDDLEWARE ----------------------------------------------------------------------------- */

struct layer_object {
    struct object base;
    struct layer layer;
};

static const char *layer_repr(struct runtime *runtime, struct object *self) {
    const char *name = ((struct layer_object *)self)->layer.name;
    const char *text = arena_format(runtime->arena, "<Layer %s>", name);
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

static const struct object_type layer_object_type = {.name = "Layer", .repr = layer_repr};

static bool read_middleware(struct project *project, const struct list **list) {
    struct value value;
    *list = NULL;
    if (!project->script || !script_lookup(project->script, "MIDDLEWARE", &value)) return true;
    if (!object_is(value, &list_type) && !object_is(value, &tuple_type))
        return fault_raise(project->runtime->fault, "NotSupported",
                           "MIDDLEWARE is a %s here; it must be a list", value_type_name(value));
    *list = (const struct list *)value.object;
    return true;
}

static bool make_layer(struct project *project, struct value value, struct layer *layer) {
    if (value.kind == VALUE_TEXT) return ready_make(project->runtime, value.text, layer);
    if (object_is(value, &layer_object_type)) {
        *layer = ((struct layer_object *)value.object)->layer;
        return true;
    }
    return fault_raise(project->runtime->fault, "NotSupported",
                       "a %s in MIDDLEWARE; it holds dotted paths and Layer()s",
                       value_type_name(value));
}

bool project_layers(struct project *project, struct layer **layers, size_t *count) {
    const struct list *list;
    if (!read_middleware(project, &list)) return false;
    *count = list ? list->count : 0;
    *layers = arena_array(project->runtime->arena, *count, sizeof **layers);
    if (!*layers) return fault_no_memory(project->runtime->fault);
    for (size_t i = 0; i < *count; i++)
        if (!make_layer(project, list->items[i], &(*layers)[i])) return false;
    return true;
}

static bool is_same_value(struct value a, struct value b) {
    if (a.kind != b.kind) return false;
    if (a.kind == VALUE_OBJECT) return a.object == b.object;
    return a.kind == VALUE_TEXT && strcmp(a.text, b.text) == 0;
}

/* True when MIDDLEWARE holds what the client's chain was built from. */
static bool is_unchanged(const struct client *client, const struct list *list) {
    size_t count = list ? list->count : 0;
    if (client->built_count != count) return false;
    for (size_t i = 0; i < count; i++)
        if (!is_same_value(client->built_from[i], list->items[i])) return false;
    return true;
}

/* Start-up, as far as it concerns the middleware. */
static bool build(struct client *client) {
    struct project *project = client->project;
    struct runtime *runtime = project->runtime;
    const struct list *list;
    struct layer *layers;
    size_t count;
    client->chain = NULL;
    if (!read_middleware(project, &list) || !project_layers(project, &layers, &count)) return false;
    client->built_from = arena_array(runtime->arena, count, sizeof *client->built_from);
    if (!client->built_from) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < count; i++) client->built_from[i] = list->items[i];
    client->built_count = count;
    client->chain = chain_build(runtime, layers, count, project->urlconf);
    return client->chain != NULL;
}

/* ---- Layer() -------------------------------------------------------------------------------- */

/* A word of Layer(): text, or None for "nothing special". */
static bool read_word(struct runtime *runtime, struct value value, const char *name,
                      const char **word) {
    *word = NULL;
    if (value.kind == VALUE_NONE) return true;
    if (value.kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "NotSupported", "Layer: %s as a %s; it is a str", name,
                           value_type_name(value));
    *word = value.text;
    return true;
}

static bool call_layer(struct runtime *runtime, const struct arguments *arguments,
                       struct value *result) {
    enum { NAME, STYLE, FIRST, CATCH = FIRST + RECORDER_STATIONS, COUNT };
    const char *names[COUNT] = {[NAME] = "name", [STYLE] = "style", [CATCH] = "catch"};
    for (enum recorder_station i = 0; i < RECORDER_STATIONS; i++)
        names[FIRST + i] = recorder_station_word(i);
    struct value values[COUNT] = {0};
    if (!arguments_read(runtime, arguments, "Layer", names, COUNT, 1, values)) return false;
    struct recorder_words words = {.name = NULL};
    if (!read_word(runtime, values[NAME], "name", &words.name)) return false;
    if (!read_word(runtime, values[STYLE], "style", &words.style)) return false;
    for (enum recorder_station i = 0; i < RECORDER_STATIONS; i++)
        if (!read_word(runtime, values[FIRST + i], names[FIRST + i], &words.words[i])) return false;
    if (!words.name)
        return fault_raise(runtime->fault, "NotSupported", "Layer: a name that is None");
    if (!object_truth(runtime, values[CATCH], &words.catches)) return false;
    struct layer_object *layer = arena_alloc(runtime->arena, sizeof *layer);
    if (!layer) return fault_no_memory(runtime->fault);
    layer->base.type = &layer_object_type;
    *result = value_object(&layer->base);
    return recorder_make(runtime, &words, &layer->layer);
}

/* ---- a request ------------------------------------------------------------------------------ */

/* "HTTP_X_API_KEY" is the header X-API-KEY, as in the WSGI environ (PEP 3333). */
static bool add_environ(struct runtime *runtime, struct request *request,
                        const struct keyword *keyword) {
    char *name = arena_string(request->arena, keyword->name + strlen("HTTP_"));
    if (!name) return fault_no_memory(runtime->fault);
    for (char *c = name; *c; c++)
        if (*c == '_') *c = '-';
    const char *value = object_str(runtime, keyword->value);
    if (!value) return false;
    return request_add_header(request, name, value) || fault_no_memory(runtime->fault);
}

/* headers={'X-Api-Key': 'k3y'}, as newer Django takes them. */
static bool add_headers(struct runtime *runtime, struct request *request, struct value value) {
    if (value.kind == VALUE_NONE) return true;
    if (!object_is(value, &dict_type))
        return fault_raise(runtime->fault, "NotSupported", "headers as a %s; it is a dict",
                           value_type_name(value));
    const struct dict *dict = (const struct dict *)value.object;
    for (size_t i = 0; i < dict->count; i++) {
        const char *name = object_str(runtime, dict->entries[i].key);
        const char *text = name ? object_str(runtime, dict->entries[i].value) : NULL;
        if (!text) return false;
        if (!request_add_header(request, name, text)) return fault_no_memory(runtime->fault);
    }
    return true;
}

static bool add_keyword(struct runtime *runtime, struct request *request,
                        const struct keyword *keyword) {
    if (strncmp(keyword->name, "HTTP_", 5) == 0) return add_environ(runtime, request, keyword);
    if (strcmp(keyword->name, "headers") == 0) return add_headers(runtime, request, keyword->value);
    return fault_raise(runtime->fault, "NotSupported",
                       "the argument '%s'; a request takes a path, headers and HTTP_...",
                       keyword->name);
}

static bool fill_request(struct runtime *runtime, struct request *request, struct arena *arena,
                         const char *method, const struct arguments *arguments) {
    if (arguments->count != 1 || arguments->values[0].kind != VALUE_TEXT)
        return fault_raise(runtime->fault, "NotSupported",
                           "a request with other arguments than a path and headers");
    if (!request_init(request, arena, method, arguments->values[0].text))
        return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < arguments->keyword_count; i++)
        if (!add_keyword(runtime, request, &arguments->keywords[i])) return false;
    return true;
}

/* Sends it through the chain, and says so on the tape. */
static struct response *send(struct runtime *runtime, const struct client *client,
                             struct request *request) {
    const char *what = arena_format(request->arena, "%s %s", request->method, request->path);
    if (!what) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    const struct project *project = client->project;
    struct head *head = runtime->head;
    uint8_t lane = head->lane;
    if (project->lane) head->lane = project->lane(project->lane_context, request);
    head_enter(head, TAPE_REQUEST, what);
    struct response *response = chain_call(client->chain, runtime, request);
    head_leave(head, TAPE_REQUEST, what, response ? response->status : 0);
    head->lane = lane;
    return response;
}

/* What the listing gets is a copy: the request's arena ends with the request. */
static bool keep_response(struct runtime *runtime, const struct response *response,
                          struct value *result) {
    if (response->stream)
        return fault_raise(runtime->fault, "NotSupported", "a streamed response in a listing");
    struct response_object *object = arena_alloc(runtime->arena, sizeof *object);
    struct response *copy =
        response_new(runtime->arena, response->status, response->body, response->length);
    if (copy) copy->reason_phrase = arena_string(runtime->arena, response->reason_phrase);
    if (!object || !copy || !copy->reason_phrase) return fault_no_memory(runtime->fault);
    for (size_t i = 0; i < response->headers.count; i++) {
        const struct header *header = &response->headers.list[i];
        if (!response_set_header(copy, header->name, header->value))
            return fault_no_memory(runtime->fault);
    }
    *object = (struct response_object){{&response_type}, copy};
    *result = value_object(&object->base);
    return true;
}

/* Builds the chain if that is still to be done, sends, tells whoever wants to know. */
static bool answer_request(struct runtime *runtime, struct client *client, struct request *request,
                           struct value *result) {
    struct project *project = client->project;
    struct tape *tape = runtime->head->tape;
    struct project_answer answer = {.first_event = tape ? tape_length(tape) : 0};
    struct response *response = NULL;
    if (client->chain || build(client)) {
        answer.chain = client->chain;
        answer.request = request;
        answer.response = response = send(runtime, client, request);
    }
    if (project->answered) project->answered(project->context, &answer);
    if (!response) return false;
    bool is_kept = keep_response(runtime, response, result);
    response_close(response);
    return is_kept;
}

/* Each request has an arena of its own, as in a server: a listing may send a million. */
static bool request_with(struct runtime *runtime, struct client *client, const char *method,
                         const struct arguments *arguments, struct value *result) {
    struct arena arena;
    struct request request;
    arena_init(&arena, runtime->memory);
    bool done = fill_request(runtime, &request, &arena, method, arguments) &&
                answer_request(runtime, client, &request, result);
    arena_release(&arena);
    return done;
}

/* ---- Client() and get() --------------------------------------------------------------------- */

#define CLIENT_METHOD(name, METHOD)                                                                \
    static bool client_##name(struct runtime *runtime, struct object *self,                        \
                              const struct arguments *arguments, struct value *result) {           \
        return request_with(runtime, (struct client *)self, METHOD, arguments, result);            \
    }
CLIENT_METHOD(get, "GET")
CLIENT_METHOD(post, "POST")
CLIENT_METHOD(head, "HEAD")
CLIENT_METHOD(put, "PUT")
CLIENT_METHOD(delete, "DELETE")
CLIENT_METHOD(options, "OPTIONS")

static const struct method client_methods[] = {
    {"get", client_get}, {"post", client_post},     {"head", client_head},
    {"put", client_put}, {"delete", client_delete}, {"options", client_options},
    {NULL, NULL},
};

static const struct object_type client_type = {.name = "Client", .methods = client_methods};

static bool call_class(struct runtime *runtime, struct object *self,
                       const struct arguments *arguments, struct value *result) {
    if (arguments->count || arguments->keyword_count)
        return fault_raise(runtime->fault, "NotSupported", "Client() with arguments");
    struct client *client = arena_alloc(runtime->arena, sizeof *client);
    if (!client) return fault_no_memory(runtime->fault);
    client->base.type = &client_type;
    client->project = ((struct project_callable *)self)->project;
    *result = value_object(&client->base);
    return true;
}

static const struct object_type client_class_type = {.name = "type", .call = call_class};

static bool call_get(struct runtime *runtime, struct object *self,
                     const struct arguments *arguments, struct value *result) {
    struct project *project = ((struct project_callable *)self)->project;
    const struct list *list;
    if (!read_middleware(project, &list)) return false;
    if (!is_unchanged(&project->own, list)) project->own.chain = NULL;
    return request_with(runtime, &project->own, "GET", arguments, result);
}

bool project_get(struct project *project, const char *path, const char *key) {
    struct value value = value_text(path), response;
    struct keyword keyword = {"HTTP_X_API_KEY", value_text(key ? key : "")};
    struct arguments arguments = {&value, 1, &keyword, key ? 1 : 0};
    return call_get(project->runtime, &project->get.base, &arguments, &response);
}

static const struct object_type get_type = {.name = "function", .call = call_get};

/* ---- the project ----------------------------------------------------------------------------- */

struct project *project_new(struct runtime *runtime, struct urlconf urlconf) {
    struct project *project = arena_alloc(runtime->arena, sizeof *project);
    if (!project) {
        fault_no_memory(runtime->fault);
        return NULL;
    }
    project->runtime = runtime;
    project->urlconf = urlconf;
    project->class = (struct project_callable){{&client_class_type}, project};
    project->get = (struct project_callable){{&get_type}, project};
    project->layer = (struct function){{&function_type}, "Layer", call_layer};
    project->own = (struct client){.base = {&client_type}, .project = project};
    project->test_names[0] = (struct module_name){"Client", value_object(&project->class.base)};
    project->daybook_names[0] = (struct module_name){"Layer", value_object(&project->layer.base)};
    project->daybook_names[1] = (struct module_name){"get", value_object(&project->get.base)};
    project->test = (struct module){"django.test", project->test_names, 1};
    project->daybook = (struct module){"daybook", project->daybook_names, 2};
    project->modules[0] = &project->test;
    project->modules[1] = &project->daybook;
    return project;
}

void project_attach(struct project *project, const struct script *script) {
    project->script = script;
}

bool project_define(struct project *project, struct script *script) {
    project_attach(project, script);
    for (size_t i = 0; i < project->daybook.count; i++) {
        const struct module_name *name = &project->daybook_names[i];
        if (!script_define(project->runtime, script, name->name, name->value)) return false;
    }
    return true;
}

void project_tell(struct project *project,
                  void (*answered)(void *context, const struct project_answer *answer),
                  void *context) {
    project->answered = answered;
    project->context = context;
}

void project_sort(struct project *project,
                  uint8_t (*lane)(void *context, const struct request *request), void *context) {
    project->lane = lane;
    project->lane_context = context;
}

const struct module *const *project_modules(const struct project *project, size_t *count) {
    *count = sizeof project->modules / sizeof *project->modules;
    return project->modules;
}
