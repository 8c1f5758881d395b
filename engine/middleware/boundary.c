/* boundary - exceptions become responses. See chain.h.
 *
 * A table says what Django makes of each type; whatever it does not name is a 500. Mirrors
 * django.core.handlers.exception (response_for_exception) and the pages of
 * django.views.defaults. */
#include <string.h>

#include "engine/middleware/chain.h"

enum log_when {
    LOG_AT_THE_END, /* by the handler, when the response is out: "Not Found: /x/" */
    LOG_AT_ONCE     /* here; the handler then finds it logged */
};

static const struct rule {
    const char *type;
    int status; /* 0: no Exception; passes every boundary */
    enum log_when when;
    const char *log; /* at once: what stands before ": /path/" */
    bool suspicious; /* logged under django.security.TYPE too */
} rules[] = {
    {"Http404", 404, LOG_AT_THE_END, NULL, false},
    {"Resolver404", 404, LOG_AT_THE_END, NULL, false},
    {"PermissionDenied", 403, LOG_AT_ONCE, "Forbidden (Permission denied)", false},
    {"MultiPartParserError", 400, LOG_AT_ONCE, "Bad request (Unable to parse request body)", false},
    {"BadRequest", 400, LOG_AT_ONCE, NULL, false}, /* NULL: the exception's own text */
    {"SuspiciousOperation", 400, LOG_AT_THE_END, NULL, true},
    /* its subclasses, as django.core.exceptions lists them */
    {"DisallowedHost", 400, LOG_AT_THE_END, NULL, true},
    {"DisallowedRedirect", 400, LOG_AT_THE_END, NULL, true},
    {"InvalidSessionKey", 400, LOG_AT_THE_END, NULL, true},
    {"RequestDataTooBig", 400, LOG_AT_THE_END, NULL, true},
    {"SuspiciousFileOperation", 400, LOG_AT_THE_END, NULL, true},
    {"SuspiciousMultipartForm", 400, LOG_AT_THE_END, NULL, true},
    {"SuspiciousSession", 400, LOG_AT_THE_END, NULL, true},
    {"TooManyFieldsSent", 400, LOG_AT_THE_END, NULL, true},
    /* Python's that are no Exception */
    {"SystemExit", 0, LOG_AT_ONCE, NULL, false},
    {"KeyboardInterrupt", 0, LOG_AT_ONCE, NULL, false},
    {"GeneratorExit", 0, LOG_AT_ONCE, NULL, false},
    /* the engine's own: they end the run, and no page could answer for them */
    {"Cancelled", 0, LOG_AT_ONCE, NULL, false},
    {"MemoryError", 0, LOG_AT_ONCE, NULL, false},
    {"NotSupported", 0, LOG_AT_ONCE, NULL, false},
};

static const struct rule uncaught = {NULL, 500, LOG_AT_ONCE, "Internal Server Error", false};

static const struct rule *rule_of(const char *type) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].type, type) == 0) return &rules[i];
    return &uncaught;
}

int exception_status(const char *type) {
    return rule_of(type)->status;
}

/* The page for a status. Django's are templates a project may replace; these say the same. */
static struct response *error_page(struct runtime *runtime, int status) {
    static const struct {
        int status;
        const char *title, *text;
    } pages[] = {
        {400, "Bad Request (400)", ""},
        {403, "403 Forbidden", ""},
        {404, "Not Found", "<p>There is nothing at this address.</p>"},
        {500, "Server Error (500)", ""},
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (pages[i].status == status)
            return response_format(runtime->arena, status,
                                   "<!doctype html>\n<title>%s</title>\n<h1>%s</h1>%s\n",
                                   pages[i].title, pages[i].title, pages[i].text);
    return NULL;
}

/* A text for the tape, or, when there was no memory for it, what is left to say. */
static const char *recordable(struct runtime *runtime, const char *text, const char *rest) {
    if (!text) head_tear(runtime->head);
    return text ? text : rest;
}

/* "ValueError: text", or the type alone where there is no text. */
static const char *fault_text(struct runtime *runtime, const struct fault *fault) {
    if (!*fault->message) return fault->type;
    return recordable(runtime, arena_format(runtime->arena, "%s: %s", fault->type, fault->message),
                      fault->type);
}

void exception_record(struct runtime *runtime) {
    head_point(runtime->head, TAPE_EXCEPTION, fault_text(runtime, runtime->fault),
               exception_status(runtime->fault->type));
}

static void record_log(struct runtime *runtime, const char *logger, const char *level,
                       const char *message) {
    const char *line = arena_format(runtime->arena, "%s %s %s", logger, level, message);
    head_point(runtime->head, TAPE_LOG, recordable(runtime, line, message), 0);
}

/* django.utils.log.log_response: 500 and above are errors, the rest warnings; once a response. */
static void log_once(struct runtime *runtime, const struct request *request,
                     struct response *response, const char *what) {
    if (response->has_been_logged) return;
    response->has_been_logged = true;
    const char *message = arena_format(runtime->arena, "%s: %s", what, request->path);
    record_log(runtime, "django.request", response->status >= 500 ? "ERROR" : "WARNING",
               recordable(runtime, message, what));
}

void response_log(struct runtime *runtime, const struct request *request,
                  struct response *response) {
    if (response->status >= 400) log_once(runtime, request, response, response->reason_phrase);
}

static void send_signal(struct runtime *runtime, const struct fault *fault) {
    const char *what = fault_text(runtime, fault);
    const char *signal = arena_format(runtime->arena, "got_request_exception %s", what);
    head_point(runtime->head, TAPE_SIGNAL, recordable(runtime, signal, "got_request_exception"), 0);
}

struct response *exception_response(struct runtime *runtime, struct request *request) {
    struct fault *fault = runtime->fault;
    const struct rule *rule = rule_of(fault->type);
    if (rule->status == 0) return NULL;
    if (rule == &uncaught) send_signal(runtime, fault);
    if (rule->suspicious) {
        const char *logger = arena_format(runtime->arena, "django.security.%s", fault->type);
        record_log(runtime, recordable(runtime, logger, "django.security"), "ERROR",
                   fault->message);
    }
    struct response *response = error_page(runtime, rule->status);
    if (!response) {
        fault_clear(fault);
        fault_no_memory(fault);
        return NULL;
    }
    if (rule->when == LOG_AT_ONCE)
        log_once(runtime, request, response, rule->log ? rule->log : fault->message);
    head_point(runtime->head, TAPE_RESPONSE, "convert_exception_to_response", response->status);
    fault_clear(fault);
    return response;
}
