/* try_urls - `daybook try urls`: a urlconf of one's own, asked in both directions.
 *
 *     urlpatterns = [path('articles/<int:pk>/', article, name='article')]
 *     resolve('/articles/7/')               a line for each resolve() and each reverse()
 *     reverse('article', kwargs={'pk': 7})
 *
 * A name that nothing defines is a view of that name. */
#include "engine/urls/site.h"
#include "ui/try_session.h"

struct session {
    struct try_session base; /* first: a pointer to one is a pointer to the other */
    struct url_site site;
};

/* ---- as JSON ------------------------------------------------------------------------------ */

static const char *type_word(struct value value) {
    switch ((enum value_kind)value.kind) {
    case VALUE_NONE: return "none";
    case VALUE_UUID: return "uuid";
    default: return value_type_name(value);
    }
}

static void write_value(struct try_session *session, struct value value) {
    if (value.kind != VALUE_OBJECT) {
        json_value(&session->json, value);
        return;
    }
    json_text(&session->json, object_repr(&session->runtime, value));
    fault_clear(&session->fault);
}

static void write_match(struct try_session *session, const struct route_match *match) {
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

/* {"line", "match", "path", "error"}: two of the last three are null. */
static void write_answer(struct try_session *session, uint32_t line,
                         const struct url_answer *answer, const struct fault *fault) {
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
        json_fault(json, fault);
    else
        json_null(json);
    json_close(json);
    json_end_line(json);
}

/* ---- for people --------------------------------------------------------------------------- */

/* "    year = 2024 (int)" */
static void print_kwargs(struct try_session *session, const struct route_match *match) {
    for (size_t i = 0; i < match->kwarg_count; i++) {
        const char *shown = object_repr(&session->runtime, match->kwargs[i].value);
        struct text text;
        text_init(&text, &session->scratch);
        text_add(&text, "    ");
        paper_add(&text, &session->paper, match->kwargs[i].name);
        text_add(&text, " = ");
        if (!shown) session->raised = true;
        paper_add(&text, &session->paper, shown ? shown : session->fault.type);
        text_format(&text, " (%s)", value_type_name(match->kwargs[i].value));
        try_print_text(session, &text);
        fault_clear(&session->fault);
    }
}

/* "/blog/2024/  year  blog/<int:year>/  2 tried", or "year  /blog/2024/". */
static void print_answer(struct try_session *session, const struct url_answer *answer) {
    struct text text;
    text_init(&text, &session->scratch);
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
    try_print_text(session, &text);
    if (answer->question == ASKED_RESOLVE) print_kwargs(session, &answer->match);
}

/* ---- running ------------------------------------------------------------------------------ */

static void tell(struct try_session *session, uint32_t line, const struct url_answer *answer,
                 const struct fault *fault) {
    if (session->listing->json)
        write_answer(session, line, answer, fault);
    else if (fault)
        try_print_fault(session, fault);
    else
        print_answer(session, answer);
}

static void step(struct try_session *base, const struct program *program, size_t statement) {
    struct session *session = (struct session *)base;
    struct value value;
    bool is_expression;
    size_t told = session->site.answer_count;
    bool done = try_session_step(base, program, statement, &value, &is_expression);
    struct fault fault = base->fault;
    fault_clear(&base->fault);
    try_print_printed(base, SIZE_MAX);
    try_forget_events(base);
    /* A call that raised has ended its statement, and so stands last: the fault is told once. */
    for (; told < session->site.answer_count; told++) {
        const struct url_answer *answer = &session->site.answers[told];
        if (!fault_raised(&answer->fault)) tell(base, answer->line, answer, NULL);
    }
    if (!done) tell(base, program_line(program, statement), NULL, &fault);
}

/* The same name is the same view ever after. */
static bool unknown_name(struct runtime *runtime, void *host, const char *name,
                         struct value *result, bool *found) {
    const struct session *session = host;
    *found = true;
    return urls_named_view(runtime, name, result) &&
           script_define(runtime, session->base.script, name, *result);
}

static bool open_session(struct try_session *base) {
    struct session *session = (struct session *)base;
    urls_site_init(&session->site);
    const struct module *const module = urls_site_module(&base->runtime, &session->site);
    base->script = module ? script_new(&base->runtime, &module, 1, true) : NULL;
    if (!base->script) return false;
    session->site.script = base->script;
    script_set_host(base->script,
                    &(struct script_host){.host = session, .unknown_name = unknown_name});
    return true;
}

static int run(const struct try_listing *listing) {
    static const struct try_calls calls = {
        .memory_limit = TRY_MEMORY_USUAL, .open = open_session, .step = step};
    struct session session = {.base.raised = false};
    return try_session_run(&session.base, listing, &calls);
}

const struct try_kind try_urls = {
    .name = "urls",
    .summary = "resolve() and reverse() over a urlconf",
    .run = run,
};
