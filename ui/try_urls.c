/* try_urls - `daybook try urls`: a urlconf of one's own, asked in both directions.
 *
 *     urlpatterns = [path('articles/<int:pk>/', article, name='article')]
 *     resolve('/articles/7/')               a line for each resolve() and each reverse()
 *     reverse('article', kwargs={'pk': 7})
 *
 * A name that nothing defines is a view of that name. */
#include <stdlib.h>
#include <string.h>

#include "engine/script/script.h"
#include "engine/urls/site.h"
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
    struct url_site site;
    struct script *script;
    struct paper paper;
    struct json json;
    bool raised;
};

/* ---- as JSON ------------------------------------------------------------------------------ */

static const char *type_word(struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_NONE: return "none";
    case VALUE_UUID: return "uuid";
    default: return value_type_name(value);
    }
}

static void write_value(struct session *session, struct value value) {
    if (value.kind != VALUE_OBJECT) {
        json_value(&session->json, value);
        return;
    }
    json_text(&session->json, object_repr(&session->runtime, value));
    fault_clear(&session->fault);
}

static void write_match(struct session *session, const struct route_match *match) {
    struct json *json = &session->json;
    json_object(json);
    json_member_text(json, "name", match->view_name);
    json_member_text(json, "route", match->route);
    json_key(json, "kwargs");
    json_object(json);
    for (size_t i = 0; i < match->kwarg_count; i++) {
        json_key(json, match->kwargs[i].name);
        json_array(json);
        json_text(json, type_word(match->kwargs[i].value));
        write_value(session, match->kwargs[i].value);
        json_close(json);
    }
    json_close(json);
    json_member_integer(json, "tried", (int64_t)match->tried);
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

/* {"line", "match", "path", "error"}: two of the last three are null. */
static void write_answer(struct session *session, uint32_t line, const struct url_answer *answer,
                         const struct fault *fault) {
    struct json *json = &session->json;
    json_object(json);
    json_member_integer(json, "line", line);
    json_key(json, "match");
    if (!fault && answer->question == ASKED_RESOLVE)
        write_match(session, &answer->match);
    else
        json_null(json);
    json_member_text(json, "path", fault ? NULL : answer->path);
    json_key(json, "error");
    if (fault)
        write_error(json, fault);
    else
        json_null(json);
    json_close(json);
    json_end_line(json);
}

/* ---- for people --------------------------------------------------------------------------- */

static void print_text(struct session *session, struct text *text) {
    const char *line = text_finish(text);
    if (line) fprintf(session->listing->out, "%s\n", line);
}

/* "    year = 2024 (int)" */
static void print_kwargs(struct session *session, const struct route_match *match) {
    for (size_t i = 0; i < match->kwarg_count; i++) {
        const char *shown = object_repr(&session->runtime, match->kwargs[i].value);
        struct text text;
        text_init(&text, &session->arena);
        text_add(&text, "    ");
        paper_add(&text, &session->paper, match->kwargs[i].name);
        text_add(&text, " = ");
        paper_add(&text, &session->paper, shown ? shown : "?");
        text_format(&text, " (%s)", value_type_name(match->kwargs[i].value));
        print_text(session, &text);
        fault_clear(&session->fault);
    }
}

static void print_fault(struct session *session, const struct fault *fault) {
    struct text text;
    text_init(&text, &session->arena);
    text_format(&text, "line %u, column %u: ", fault->line, fault->column);
    paper_add(&text, &session->paper, fault->type);
    text_add(&text, ": ");
    paper_add(&text, &session->paper, fault->message);
    print_text(session, &text);
}

/* "/blog/2024/  year  blog/<int:year>/  2 tried", or "year  /blog/2024/". */
static void print_answer(struct session *session, const struct url_answer *answer) {
    struct text text;
    text_init(&text, &session->arena);
    paper_add(&text, &session->paper, answer->asked);
    text_add(&text, "  ");
    if (answer->question == ASKED_REVERSE) {
        paper_add(&text, &session->paper, answer->path);
    } else {
        paper_add(&text, &session->paper, answer->match.view_name);
        text_add(&text, "  '");
        paper_add(&text, &session->paper, answer->match.route);
        text_format(&text, "'  %zu tried", answer->match.tried);
    }
    print_text(session, &text);
    if (answer->question == ASKED_RESOLVE) print_kwargs(session, &answer->match);
}

/* ---- running ------------------------------------------------------------------------------ */

static void tell(struct session *session, uint32_t line, const struct url_answer *answer,
                 const struct fault *fault) {
    if (session->listing->json)
        write_answer(session, line, answer, fault);
    else if (fault)
        print_fault(session, fault);
    else
        print_answer(session, answer);
}

static void step(struct session *session, const struct program *program, size_t statement) {
    struct value value;
    bool is_expression;
    size_t told = session->site.answer_count;
    uint32_t line = program_line(program, statement);
    bool done =
        script_step(&session->runtime, session->script, program, statement, &value, &is_expression);
    struct fault fault = session->fault;
    fault_place(&fault, line, 1);
    fault_clear(&session->fault);
    /* A call that raised has ended its statement, and so stands last: the fault is told once. */
    for (; told < session->site.answer_count; told++) {
        const struct url_answer *answer = &session->site.answers[told];
        if (!fault_raised(&answer->fault)) tell(session, answer->line, answer, NULL);
    }
    if (done) return;
    session->raised = true;
    tell(session, line, NULL, &fault);
}

/* The same name is the same view ever after. */
static bool unknown_name(struct runtime *runtime, void *host, const char *name,
                         struct value *result, bool *found) {
    const struct session *session = host;
    *found = true;
    return urls_named_view(runtime, name, result) &&
           script_define(runtime, session->script, name, *result);
}

/* False without memory for what every session needs. */
static bool open_session(struct session *session, const struct try_listing *listing) {
    *session = (struct session){.listing = listing, .paper = paper_of(listing->out)};
    memory_init(&session->memory, memory_limit);
    arena_init(&session->arena, &session->memory);
    fault_init(&session->fault, &session->arena);
    head_init(&session->head, NULL);
    json_to_file(&session->json, listing->out);
    urls_site_init(&session->site);
    session->runtime = (struct runtime){.arena = &session->arena,
                                        .memory = &session->memory,
                                        .head = &session->head,
                                        .fault = &session->fault};
    const struct module *const module = urls_site_module(&session->runtime, &session->site);
    if (!module) return false;
    session->script = script_new(&session->runtime, &module, 1, true);
    if (!session->script) return false;
    session->site.script = session->script;
    script_set_host(session->script,
                    &(struct script_host){.host = session, .unknown_name = unknown_name});
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

const struct try_kind try_urls = {
    .name = "urls",
    .summary = "resolve() and reverse() over a urlconf",
    .run = run,
};
