/* message - see message.h. In order: headers, the request, the response, the table of phrases. */
#include "engine/http/message.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- headers ---------------------------------------------------------------------------- */

static struct header *headers_find(const struct headers *headers, const char *name) {
    for (size_t i = 0; i < headers->count; i++)
        if (strcasecmp(headers->list[i].name, name) == 0) return &headers->list[i];
    return NULL;
}

const char *headers_get(const struct headers *headers, const char *name) {
    const struct header *header = headers_find(headers, name);
    return header ? header->value : NULL;
}

static bool headers_add(struct headers *headers, struct arena *arena, const char *name,
                        const char *value) {
    if (headers->count == headers->capacity) {
        size_t capacity = headers->capacity ? 2 * headers->capacity : 8;
        struct header *list =
            arena_grow(arena, headers->list, headers->capacity, capacity, sizeof *list);
        if (!list) return false;
        headers->list = list;
        headers->capacity = capacity;
    }
    struct header header = {arena_string(arena, name), arena_string(arena, value)};
    if (!header.name || !header.value) return false;
    headers->list[headers->count++] = header;
    return true;
}

/* ---- request ---------------------------------------------------------------------------- */

bool request_init(struct request *request, struct arena *arena, const char *method,
                  const char *path) {
    const char *question = strchr(path, '?');
    size_t length = question ? (size_t)(question - path) : strlen(path);
    *request = (struct request){.arena = arena,
                                .method = arena_string(arena, method),
                                .path = arena_copy(arena, path, length),
                                .query_string = arena_string(arena, question ? question + 1 : "")};
    return request->method && request->path && request->query_string;
}

bool request_add_header(struct request *request, const char *name, const char *value) {
    return headers_add(&request->headers, request->arena, name, value);
}

const char *request_header(const struct request *request, const char *name) {
    return headers_get(&request->headers, name);
}

/* WSGI spells a header in capitals with underscores, and puts HTTP_ before all but two of them
 * (PEP 3333). True when `key` is the spelling of `name`. */
static bool is_meta_of(const char *key, const char *name) {
    for (; *key && *name; key++, name++) {
        char spelled = *name == '-' ? '_' : *name;
        if (spelled >= 'a' && spelled <= 'z') spelled = (char)(spelled - 'a' + 'A');
        if (*key != spelled) return false;
    }
    return *key == *name;
}

const char *request_meta(const struct request *request, const char *key) {
    if (strcmp(key, "REQUEST_METHOD") == 0) return request->method;
    if (strcmp(key, "PATH_INFO") == 0) return request->path;
    if (strcmp(key, "QUERY_STRING") == 0) return request->query_string;
    bool is_bare = strcmp(key, "CONTENT_TYPE") == 0 || strcmp(key, "CONTENT_LENGTH") == 0;
    if (!is_bare && strncmp(key, "HTTP_", 5) != 0) return NULL;
    const char *spelled = is_bare ? key : key + 5;
    for (size_t i = 0; i < request->headers.count; i++)
        if (is_meta_of(spelled, request->headers.list[i].name))
            return request->headers.list[i].value;
    return NULL;
}

/* ---- response --------------------------------------------------------------------------- */

static struct response *response_empty(struct arena *arena, int status) {
    assert(status >= 100 && status <= 599);
    struct response *response = arena_alloc(arena, sizeof *response);
    if (!response) return NULL;
    response->arena = arena;
    response->status = status;
    response->reason_phrase = status_reason(status);
    if (!response_set_header(response, "Content-Type", "text/html; charset=utf-8")) return NULL;
    return response;
}

struct response *response_new(struct arena *arena, int status, const char *body, size_t length) {
    struct response *response = response_empty(arena, status);
    if (!response) return NULL;
    response->body = arena_copy(arena, body, length);
    response->length = length;
    return response->body ? response : NULL;
}

struct response *response_format(struct arena *arena, int status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *body = arena_vformat(arena, format, arguments);
    va_end(arguments);
    struct response *response = body ? response_empty(arena, status) : NULL;
    if (!response) return NULL;
    response->body = body;
    response->length = strlen(body);
    return response;
}

struct response *response_streaming(struct arena *arena, int status, struct stream *stream) {
    struct response *response = response_empty(arena, status);
    if (response) response->stream = stream;
    return response;
}

bool response_set_header(struct response *response, const char *name, const char *value) {
    struct header *header = headers_find(&response->headers, name);
    if (!header) return headers_add(&response->headers, response->arena, name, value);
    const char *copy = arena_string(response->arena, value);
    if (copy) header->value = copy;
    return copy != NULL;
}

const char *response_header(const struct response *response, const char *name) {
    return headers_get(&response->headers, name);
}

enum stream_says stream_pull(struct runtime *runtime, struct stream *stream, char *room,
                             size_t size, size_t *length) {
    assert(size >= STREAM_ROOM_LEAST);
    *length = 0;
    enum stream_says says = stream->pull(runtime, stream, room, size, length);
    assert(says != STREAM_HAS || (*length > 0 && *length <= size));
    return says;
}

void response_close(struct response *response) {
    if (response->closed) return;
    response->closed = true;
    if (response->stream && response->stream->close) response->stream->close(response->stream);
}

/* ---- reason phrases: RFC 9110, 15, and the few that other RFCs add ------------------------ */

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"}, /* Python's http.client keeps the older phrases */
    {414, "Request-URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a Teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {511, "Network Authentication Required"},
};

const char *status_reason(int status) {
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status) return reasons[i].reason;
    return "Unknown Status Code";
}
