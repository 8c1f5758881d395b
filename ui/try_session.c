/* try_session - see try_session.h. */
#include "ui/try_session.h"

#include <string.h>

#include "ui/columns.h"
#include "ui/try_prompt.h"

/* ---- telling ------------------------------------------------------------------------------- */

/* Line `number` of a text, from 1; empty behind the last. */
static const char *line_of(const char *text, uint32_t number, size_t *length) {
    while (number > 1 && *text) {
        text += strcspn(text, "\n");
        text += *text == '\n';
        number--;
    }
    *length = strcspn(text, "\n");
    return text;
}

/*     Article.objcts.all()
 *            ^                columns count characters, of which some are two cells wide */
static void add_caret(const struct try_session *session, struct text *text,
                      const struct fault *fault) {
    size_t length;
    const char *line = line_of(session->block, fault->line, &length);
    const char *place = line, *end = line + length;
    for (uint32_t column = 1; column < fault->column && place < end; column++)
        columns_next_point(&place, end);
    text_add(text, "    ");
    paper_add_bytes(text, &session->paper, line, length);
    text_add(text, "\n    ");
    paper_add_fill(text, ' ', columns_of_bytes(line, (size_t)(place - line)));
    text_add(text, "^\n");
}

void try_add_fault(const struct try_session *session, struct text *text,
                   const struct fault *fault) {
    if (session->block && fault_is(fault, "Cancelled"))
        text_add_char(text, '\n'); /* the terminal has written ^C */
    else if (session->block && fault->line)
        add_caret(session, text, fault);
    else
        text_format(text, "line %u, column %u: ", fault->line, fault->column);
    paper_style(text, &session->paper, PAPER_BAD);
    paper_add(text, &session->paper, fault->type);
    paper_style(text, &session->paper, PAPER_PLAIN);
    text_add(text, ": ");
    paper_add(text, &session->paper, fault->message);
}

void try_print_text(struct try_session *session, struct text *text) {
    const char *line = text_finish(text);
    if (!line) session->raised = true;
    fprintf(session->listing->out, "%s\n", line ? line : "MemoryError: no memory for the answer");
}

void try_print_fault(struct try_session *session, const struct fault *fault) {
    struct text text;
    text_init(&text, &session->scratch);
    try_add_fault(session, &text, fault);
    try_print_text(session, &text);
}

void try_print_printed(struct try_session *session, size_t upto) {
    struct tape_event event;
    for (; session->printed < upto; session->printed++) {
        if (tape_events(session->tape, session->printed, &event, 1) == 0) break;
        if (event.kind != TAPE_PRINT || session->listing->json) continue;
        struct text text;
        text_init(&text, &session->scratch);
        paper_add(&text, &session->paper, tape_name(session->tape, event.subject));
        try_print_text(session, &text);
    }
}

void try_forget_events(struct try_session *session) {
    tape_clear(session->tape);
    session->printed = 0;
}

/* ---- running ------------------------------------------------------------------------------- */

bool try_session_keeps_up(struct try_session *session) {
    return !tape_is_torn(session->tape) || fault_no_memory(&session->fault);
}

bool try_session_step(struct try_session *session, const struct program *program, size_t statement,
                      struct value *value, bool *is_expression) {
    fault_clear(&session->fault);
    if (script_step(&session->runtime, session->script, program, statement, value, is_expression) &&
        try_session_keeps_up(session))
        return true;
    session->raised = true;
    fault_place(&session->fault, program_line(program, statement), 1);
    return false;
}

bool try_session_read(struct try_session *session, const struct try_calls *calls,
                      const char *source) {
    struct program *program = script_parse(&session->runtime, source);
    for (size_t i = 0; program && i < program_count(program); i++) {
        arena_release(&session->scratch);
        calls->step(session, program, i);
    }
    return program != NULL;
}

static bool open_session(struct try_session *session, const struct try_calls *calls) {
    memory_init(&session->memory, calls->memory_limit);
    arena_init(&session->arena, &session->memory);
    arena_init(&session->scratch, &session->memory);
    fault_init(&session->fault, &session->arena);
    json_to_file(&session->json, session->listing->out);
    session->paper = paper_of(session->listing->out);
    session->tape = tape_new(&session->memory, calls->events_most);
    if (!session->tape) return fault_no_memory(&session->fault);
    head_init(&session->head, session->tape);
    session->runtime = (struct runtime){.arena = &session->arena,
                                        .memory = &session->memory,
                                        .head = &session->head,
                                        .fault = &session->fault};
    return calls->open(session);
}

static void close_session(struct try_session *session, const struct try_calls *calls) {
    if (calls->close) calls->close(session);
    tape_free(session->tape);
    arena_release(&session->scratch);
    arena_release(&session->arena);
}

static int run_session(struct try_session *session, const struct try_calls *calls) {
    const struct try_listing *listing = session->listing;
    if (!listing->source) return try_prompt(session, calls);
    if (!try_session_read(session, calls, listing->source))
        return command_fail(EXIT_SYSTEM, "%s: out of memory", listing->name);
    return session->raised ? EXIT_FALSE : EXIT_DONE;
}

int try_session_run(struct try_session *session, const struct try_listing *listing,
                    const struct try_calls *calls) {
    session->listing = listing;
    const char *what = listing->database ? listing->database : listing->name;
    int code = open_session(session, calls)
                   ? run_session(session, calls)
                   : command_fail(EXIT_SYSTEM, "%s: %s", what, session->fault.message);
    close_session(session, calls);
    return code;
}
