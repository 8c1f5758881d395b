/* try_mro - `daybook try mro`: class headers of one's own, linearized.
 *
 *     class A: pass
 *     class B(A): pass          a line for each class: its bases, and its line or Python's error
 */
#include <stdlib.h>
#include <string.h>

#include "engine/script/script.h"
#include "engine/views/class.h"
#include "ui/json.h"
#include "ui/paper.h"
#include "ui/try.h"

/* What a listing may hold before it is stopped, in bytes. */
static const size_t memory_limit = (size_t)1 << 30;

struct session {
    const struct try_listing *listing;
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head; /* without a tape: nobody looks */
    struct runtime runtime;
    struct classes *classes;
    struct script *script;
    struct paper paper;
    struct json json;
    const struct class_header *failed; /* the class statement that raised, until it is told */
    bool raised;
};

/* ---- as JSON ------------------------------------------------------------------------------ */

static void write_line_up(struct json *json, struct line_up line) {
    json_array(json);
    for (size_t i = 0; i < line.count; i++) json_text(json, line.classes[i]->name);
    json_close(json);
}

static void write_error(struct json *json, const struct fault *fault) {
    json_object(json);
    json_member_text(json, "type", fault->type);
    json_member_text(json, "message", fault->message);
    json_member_integer(json, "line", fault->line);
    json_member_integer(json, "column", fault->column);
    json_close(json);
}

/* {"class", "bases", "mro", "error"}. header is NULL for an error outside a class statement; class
 * is NULL for any error. */
static void write_answer(struct session *session, const struct class_header *header,
                         const struct class *class) {
    struct json *json = &session->json;
    json_object(json);
    json_member_text(json, "class", header ? header->name : NULL);
    json_key(json, "bases");
    json_array(json);
    for (size_t i = 0; header && i < header->base_count; i++)
        json_text(json, header->bases[i].source);
    json_close(json);
    json_key(json, "mro");
    if (class)
        write_line_up(json, mro_of(class));
    else
        json_null(json);
    json_key(json, "error");
    if (class)
        json_null(json);
    else
        write_error(json, &session->fault);
    json_close(json);
    json_end_line(json);
}

/* ---- for people --------------------------------------------------------------------------- */

static void print_text(struct session *session, struct text *text) {
    const char *line = text_finish(text);
    if (line) fprintf(session->listing->out, "%s\n", line);
}

/* "Page: Page, LoggingMixin, View, object" */
static void print_class(struct session *session, const struct class *class) {
    struct text text;
    text_init(&text, &session->arena);
    paper_add(&text, &session->paper, class->name);
    for (size_t i = 0; i < mro_of(class).count; i++) {
        text_add(&text, i ? ", " : ": ");
        paper_add(&text, &session->paper, mro_of(class).classes[i]->name);
    }
    print_text(session, &text);
}

static void print_fault(struct session *session) {
    const struct fault *fault = &session->fault;
    struct text text;
    text_init(&text, &session->arena);
    text_format(&text, "line %u, column %u: ", fault->line, fault->column);
    paper_add(&text, &session->paper, fault->type);
    text_add(&text, ": ");
    paper_add(&text, &session->paper, fault->message);
    print_text(session, &text);
}

/* ---- running ------------------------------------------------------------------------------ */

/* The evaluator's class statement, told. */
static bool told_statement(struct runtime *runtime, void *host, const struct class_header *header,
                           struct value *result) {
    struct session *session = host;
    if (!class_statement(runtime, session->classes, header, result)) {
        struct class_header *copy = arena_alloc(runtime->arena, sizeof *copy);
        if (copy) *copy = *header;
        session->failed = copy;
        return false;
    }
    const struct class *class = (const struct class *)result->object;
    if (session->listing->json)
        write_answer(session, header, class);
    else
        print_class(session, class);
    return true;
}

static bool super_object(struct runtime *runtime, void *host, struct value class_object,
                         struct value self, struct value *result) {
    struct session *session = host;
    return class_super(runtime, session->classes, class_object, self, result);
}

static void step(struct session *session, const struct program *program, size_t statement) {
    struct value value;
    bool is_expression;
    session->failed = NULL;
    if (script_step(&session->runtime, session->script, program, statement, &value, &is_expression))
        return;
    session->raised = true;
    fault_place(&session->fault, program_line(program, statement), 1);
    if (session->listing->json)
        write_answer(session, session->failed, NULL);
    else
        print_fault(session);
    fault_clear(&session->fault);
}

/* False without memory for what every session needs. */
static bool open_session(struct session *session, const struct try_listing *listing) {
    *session = (struct session){.listing = listing, .paper = paper_of(listing->out)};
    memory_init(&session->memory, memory_limit);
    arena_init(&session->arena, &session->memory);
    fault_init(&session->fault, &session->arena);
    head_init(&session->head, NULL);
    json_to_file(&session->json, listing->out);
    session->runtime = (struct runtime){.arena = &session->arena,
                                        .memory = &session->memory,
                                        .head = &session->head,
                                        .fault = &session->fault};
    session->classes = classes_new(&session->runtime);
    session->script = session->classes ? script_new(&session->runtime, NULL, 0, true) : NULL;
    if (!session->script) return false;
    script_set_host(session->script, &(struct script_host){.host = session,
                                                           .class_statement = told_statement,
                                                           .super_object = super_object});
    return true;
}

static int run(const struct try_listing *listing) {
    struct session session;
    bool opened = open_session(&session, listing);
    struct program *program = opened ? script_parse(&session.runtime, listing->source) : NULL;
    for (size_t i = 0; program && i < program_count(program); i++) step(&session, program, i);
    int code = session.raised ? EXIT_FALSE : EXIT_DONE;
    if (!program) code = command_fail(EXIT_SYSTEM, "%s: out of memory", listing->name);
    arena_release(&session.arena);
    return code;
}

const struct try_kind try_mro = {
    .name = "mro",
    .summary = "class headers, and the order Python gives them",
    .run = run,
};
