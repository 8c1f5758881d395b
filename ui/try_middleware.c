/* try_middleware - `daybook try middleware`: requests through a chain of one's own.
 *
 *     MIDDLEWARE = [Layer('A'), 'blog.middleware.ApiKeyMiddleware']
 *     get('/ok/')                      a line for each request: status, body, trace
 *
 * The trace is read back from the tape, between the first event of a request (or of the building of
 * its chain) and the last. */
#include <string.h>

#include "engine/middleware/names.h"
#include "engine/middleware/practice.h"
#include "engine/middleware/trace.h"
#include "ui/try_session.h"

struct session {
    struct try_session base; /* first: a pointer to one is a pointer to the other */
    struct project *project;
    struct trace pending; /* of a request that raised: told when its statement has ended */
};

/* ---- as JSON --------------------------------------------------------------------------------- */

static void write_kwargs(struct json *json, const struct trace_entry *entry) {
    json_object(json);
    for (size_t i = 0; i < entry->kwarg_count; i++) {
        json_key(json, entry->kwargs[i].name);
        json_value(json, entry->kwargs[i].value);
    }
    json_close(json);
}

static void write_trace(struct json *json, const struct trace *trace) {
    json_array(json);
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_entry *entry = &trace->entries[i];
        json_array(json);
        json_text(json, entry->word);
        for (size_t j = 0; j < entry->text_count; j++) json_text(json, entry->texts[j]);
        if (entry->has_status && entry->status) json_integer(json, entry->status);
        if (entry->has_status && !entry->status) json_null(json);
        if (entry->has_kwargs) write_kwargs(json, entry);
        json_close(json);
    }
    json_close(json);
}

/* {"line", "status", "body", "trace"}, and "error" where the request had no response at all. */
static void write_answer(struct try_session *session, int64_t line, const struct response *response,
                         const struct trace *trace) {
    struct json *json = &session->json;
    json_object(json);
    json_member_integer(json, "line", line);
    json_key(json, "status");
    if (response)
        json_integer(json, response->status);
    else
        json_null(json);
    json_key(json, "body");
    if (response && response->body)
        json_bytes(json, response->body, response->length);
    else
        json_null(json);
    json_key(json, "trace");
    write_trace(json, trace);
    if (!response) {
        json_key(json, "error");
        json_fault(json, &session->fault);
    }
    json_close(json);
    json_end_line(json);
}

/* ---- for people ------------------------------------------------------------------------------ */

static void print_entry(struct try_session *session, const struct trace_entry *entry) {
    struct text text;
    text_init(&text, &session->scratch);
    text_format(&text, "    %-17s", entry->word);
    for (size_t i = 0; i < entry->text_count; i++) {
        if (strcmp(entry->texts[i], "resolver_match=False") == 0) continue;
        text_add_char(&text, ' ');
        paper_add(&text, &session->paper, entry->texts[i]);
    }
    if (entry->has_status && entry->status) text_format(&text, " %d", entry->status);
    if (entry->has_status && !entry->status) text_add(&text, " None");
    try_print_text(session, &text);
}

static void print_answer(struct try_session *session, const struct request *request,
                         const struct response *response, const struct trace *trace) {
    struct text text;
    text_init(&text, &session->scratch);
    if (request) {
        paper_add(&text, &session->paper, request->method);
        text_add_char(&text, ' ');
        paper_add(&text, &session->paper, request->path);
        if (response) text_format(&text, "  %d %s", response->status, response->reason_phrase);
        try_print_text(session, &text);
    }
    for (size_t i = 0; i < trace->count; i++) print_entry(session, &trace->entries[i]);
}

/* ---- running --------------------------------------------------------------------------------- */

/* Called by the project after each request. The tape is emptied then: nobody looks at it again, and
 * so it never has to coarsen. */
static void answered(void *context, const struct project_answer *answer) {
    struct session *session = context;
    struct try_session *base = &session->base;
    struct trace trace;
    try_print_printed(base, answer->first_event);
    arena_release(&base->scratch);
    base->scratch.failed = false;
    bool whole = trace_read(base->tape, answer->first_event, SIZE_MAX, answer->chain,
                            answer->request, &base->scratch, &trace);
    if (!whole || base->scratch.failed || tape_is_torn(base->tape)) {
        fault_no_memory(&base->fault);
        return;
    }
    if (!base->listing->json)
        print_answer(base, answer->request, answer->response, &trace);
    else if (answer->response)
        write_answer(base, base->head.line, answer->response, &trace);
    session->pending = answer->response ? (struct trace){NULL, 0} : trace;
    if (base->head.depth == 0) try_forget_events(base);
}

static void step(struct try_session *base, const struct program *program, size_t statement) {
    struct session *session = (struct session *)base;
    struct value value;
    bool is_expression;
    session->pending = (struct trace){NULL, 0};
    bool done = try_session_step(base, program, statement, &value, &is_expression);
    try_print_printed(base, SIZE_MAX);
    if (done && !fault_raised(&base->fault)) return;
    base->raised = true; /* by the statement, or where an answer could not be told */
    fault_place(&base->fault, program_line(program, statement), 1);
    if (base->listing->json)
        write_answer(base, program_line(program, statement), NULL, &session->pending);
    else
        try_print_fault(base, &base->fault);
}

static bool open_session(struct try_session *base) {
    struct session *session = (struct session *)base;
    session->project = project_new(&base->runtime, practice_urlconf);
    if (!session->project) return false;
    size_t count;
    const struct module *const *modules = project_modules(session->project, &count);
    base->script = script_new(&base->runtime, modules, count, true);
    if (!base->script) return false;
    project_attach(session->project, base->script);
    project_tell(session->project, answered, session);
    return true;
}

static int run(const struct try_listing *listing) {
    static const struct try_calls calls = {
        .memory_limit = TRY_MEMORY_USUAL, .open = open_session, .step = step};
    struct session session = {.project = NULL};
    return try_session_run(&session.base, listing, &calls);
}

const struct try_kind try_middleware = {
    .name = "middleware",
    .summary = "requests through a MIDDLEWARE list",
    .run = run,
};
