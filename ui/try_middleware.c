/* try_middleware - `daybook try middleware`: requests through a chain of one's own.
 *
 *     MIDDLEWARE = [Layer('A'), 'blog.middleware.ApiKeyMiddleware']
 *     get('/ok/')                      a line for each request: status, body, trace
 *
 * The trace is read back from the tape, between the first event of a request (or of the building of
 * its chain) and the last. */
#include <stdlib.h>
#include <string.h>

#include "engine/middleware/names.h"
#include "engine/middleware/practice.h"
#include "engine/middleware/trace.h"
#include "engine/script/script.h"
#include "ui/json.h"
#include "ui/paper.h"
#include "ui/try.h"

/* What a listing may hold before it is stopped, in bytes. */
static const size_t memory_limit = (size_t)1 << 30;

struct session {
    const struct try_listing *listing;
    struct memory memory;
    struct arena arena;
    struct arena scratch; /* of the answer being told */
    struct fault fault;
    struct head head;
    struct runtime runtime;
    struct tape *tape;
    struct project *project;
    struct script *script;
    struct paper paper;
    struct json json;
    size_t printed;       /* events before this one were looked through for PRINTs */
    struct trace pending; /* of a request that raised: told when its statement has ended */
    bool raised;
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

static void write_error(struct json *json, const struct fault *fault) {
    json_key(json, "error");
    json_object(json);
    json_member_text(json, "type", fault->type);
    json_member_text(json, "message", fault->message);
    json_member_integer(json, "line", fault->line);
    json_member_integer(json, "column", fault->column);
    json_close(json);
}

/* {"line", "status", "body", "trace"}, and "error" where the request had no response at all. */
static void write_answer(struct session *session, int64_t line, const struct response *response,
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
    if (!response) write_error(json, &session->fault);
    json_close(json);
    json_end_line(json);
}

/* ---- for people ------------------------------------------------------------------------------ */

static void print_text(struct session *session, struct text *text) {
    const char *line = text_finish(text);
    if (line) fprintf(session->listing->out, "%s\n", line);
}

static void print_entry(struct session *session, const struct trace_entry *entry) {
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
    print_text(session, &text);
}

static void print_answer(struct session *session, const struct request *request,
                         const struct response *response, const struct trace *trace) {
    struct text text;
    text_init(&text, &session->scratch);
    if (request) {
        paper_add(&text, &session->paper, request->method);
        text_add_char(&text, ' ');
        paper_add(&text, &session->paper, request->path);
        if (response) text_format(&text, "  %d %s", response->status, response->reason_phrase);
        print_text(session, &text);
    }
    for (size_t i = 0; i < trace->count; i++) print_entry(session, &trace->entries[i]);
}

/* What the listing printed since last time. */
static void print_printed(struct session *session, size_t upto) {
    struct tape_event event;
    for (; session->printed < upto; session->printed++) {
        if (tape_events(session->tape, session->printed, &event, 1) == 0) break;
        if (event.kind != TAPE_PRINT || session->listing->json) continue;
        struct text text;
        text_init(&text, &session->scratch);
        paper_add(&text, &session->paper, tape_name(session->tape, event.subject));
        print_text(session, &text);
    }
}

static void print_fault(struct session *session) {
    const struct fault *fault = &session->fault;
    struct text text;
    text_init(&text, &session->scratch);
    text_format(&text, "line %u, column %u: ", fault->line, fault->column);
    paper_add(&text, &session->paper, fault->type);
    text_add(&text, ": ");
    paper_add(&text, &session->paper, fault->message);
    print_text(session, &text);
}

/* ---- running --------------------------------------------------------------------------------- */

/* Called by the project after each request. The tape is emptied then: nobody looks at it again, and
 * so it never has to coarsen. */
static void answered(void *context, const struct project_answer *answer) {
    struct session *session = context;
    struct trace trace;
    print_printed(session, answer->first_event);
    arena_release(&session->scratch);
    if (!trace_read(session->tape, answer->first_event, SIZE_MAX, answer->chain, answer->request,
                    &session->scratch, &trace)) {
        fault_no_memory(&session->fault);
        return;
    }
    if (!session->listing->json)
        print_answer(session, answer->request, answer->response, &trace);
    else if (answer->response)
        write_answer(session, session->head.line, answer->response, &trace);
    session->pending = answer->response ? (struct trace){NULL, 0} : trace;
    if (session->head.depth == 0) {
        tape_clear(session->tape);
        session->printed = 0;
    }
}

static void step(struct session *session, const struct program *program, size_t statement) {
    struct value value;
    bool is_expression;
    arena_release(&session->scratch);
    session->pending = (struct trace){NULL, 0};
    bool done =
        script_step(&session->runtime, session->script, program, statement, &value, &is_expression);
    print_printed(session, SIZE_MAX);
    if (done) return;
    session->raised = true;
    fault_place(&session->fault, program_line(program, statement), 1);
    if (session->listing->json)
        write_answer(session, program_line(program, statement), NULL, &session->pending);
    else
        print_fault(session);
    fault_clear(&session->fault);
}

/* False without memory for what every session needs. */
static bool open_session(struct session *session, const struct try_listing *listing) {
    *session = (struct session){.listing = listing, .paper = paper_of(listing->out)};
    memory_init(&session->memory, memory_limit);
    arena_init(&session->arena, &session->memory);
    arena_init(&session->scratch, &session->memory);
    fault_init(&session->fault, &session->arena);
    json_to_file(&session->json, listing->out);
    session->tape = tape_new(&session->memory, 0);
    if (!session->tape) return false;
    head_init(&session->head, session->tape);
    session->runtime = (struct runtime){.arena = &session->arena,
                                        .memory = &session->memory,
                                        .head = &session->head,
                                        .fault = &session->fault};
    session->project = project_new(&session->runtime, practice_urlconf);
    if (!session->project) return false;
    size_t count;
    const struct module *const *modules = project_modules(session->project, &count);
    session->script = script_new(&session->runtime, modules, count, true);
    if (!session->script) return false;
    project_attach(session->project, session->script);
    project_tell(session->project, answered, session);
    return true;
}

static void close_session(struct session *session) {
    tape_free(session->tape);
    arena_release(&session->scratch);
    arena_release(&session->arena);
}

static int run(const struct try_listing *listing) {
    struct session session;
    bool opened = open_session(&session, listing);
    struct program *program = opened ? script_parse(&session.runtime, listing->source) : NULL;
    for (size_t i = 0; program && i < program_count(program); i++) step(&session, program, i);
    int code = session.raised ? EXIT_FALSE : EXIT_DONE;
    if (!program) code = command_fail(EXIT_SYSTEM, "%s: out of memory", listing->name);
    close_session(&session);
    return code;
}

const struct try_kind try_middleware = {
    .name = "middleware",
    .summary = "requests through a MIDDLEWARE list",
    .run = run,
};
