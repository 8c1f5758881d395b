/* response_object - a response as a listing sees it. See names.h.
 *
 * Mirrors the attributes of django.http.HttpResponse that a test reads. */
#include <string.h>

#include "engine/middleware/names.h"

static const struct response *response_of(struct object *self) {
    return ((struct response_object *)self)->response;
}

static bool headers_dict(struct runtime *runtime, const struct headers *headers,
                         struct value *result) {
    struct dict *dict = dict_new(runtime);
    if (!dict) return false;
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *header = &headers->list[i];
        if (!dict_set(runtime, dict, value_text(header->name), value_text(header->value)))
            return false;
    }
    *result = value_object(&dict->base);
    return true;
}

static bool get_attribute(struct runtime *runtime, struct object *self, const char *name,
                          struct value *result, bool *found) {
    const struct response *response = response_of(self);
    *found = true;
    if (strcmp(name, "status_code") == 0) {
        *result = value_int(response->status);
    } else if (strcmp(name, "reason_phrase") == 0) {
        *result = value_text(response->reason_phrase);
    } else if (strcmp(name, "streaming") == 0) {
        *result = value_bool(response->stream != NULL);
    } else if (strcmp(name, "content") == 0 && !response->stream) {
        *result = value_of_text(VALUE_BYTES, response->body, response->length);
    } else if (strcmp(name, "headers") == 0) {
        return headers_dict(runtime, &response->headers, result);
    } else {
        *found = false;
    }
    return *found;
}

/* response['X-Frame-Options'], without regard to case; a KeyError where there is none. */
static bool get_item(struct runtime *runtime, struct object *self, struct value index,
                     struct value *result) {
    const char *name = index.kind == VALUE_TEXT ? index.text : NULL;
    const char *value = name ? response_header(response_of(self), name) : NULL;
    if (!value) {
        const char *shown = object_repr(runtime, index);
        return shown && fault_raise(runtime->fault, "KeyError", "%s", shown);
    }
    *result = value_text(value);
    return true;
}

static const char *repr(struct runtime *runtime, struct object *self) {
    const struct response *response = response_of(self);
    const char *type = response_header(response, "Content-Type");
    const char *text = arena_format(runtime->arena, "<%s status_code=%d, \"%s\">",
                                    response->stream ? "StreamingHttpResponse" : "HttpResponse",
                                    response->status, type ? type : "");
    if (!text) fault_no_memory(runtime->fault);
    return text;
}

const struct object_type response_type = {
    .name = "HttpResponse",
    .get_attribute = get_attribute,
    .get_item = get_item,
    .repr = repr,
};
