/* try_mro - `daybook try mro`: class headers of one's own, linearized.
 *
 *     class A: pass
 *     class B(A): pass          a line for each class: its bases, and its line or Python's error
 */
#include "engine/views/class.h"
#include "ui/try_session.h"

struct session {
    struct try_session base; /* first: a pointer to one is a pointer to the other */
    struct classes *classes;
    const struct class_header *failed; /* the class statement that raised, until it is told */
};

/* ---- as JSON ------------------------------------------------------------------------------ */

static void write_line_up(struct json *json, struct line_up line) {
    json_array(json);
    for (size_t i = 0; i < line.count; i++) json_text(json, line.classes[i]->name);
    json_close(json);
}

/* {"class", "bases", "mro", "error"}. header is NULL for an error outside a class statement; class
 * is NULL for any error. */
static void write_answer(struct try_session *session, const struct class_header *header,
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
    json_fault(json, &session->fault);
    json_close(json);
    json_end_line(json);
}

/* ---- for people --------------------------------------------------------------------------- */

/* "Page: Page, LoggingMixin, View, object" */
static void print_class(struct try_session *session, const struct class *class) {
    struct text text;
    text_init(&text, &session->scratch);
    paper_add(&text, &session->paper, class->name);
    for (size_t i = 0; i < mro_of(class).count; i++) {
        text_add(&text, i ? ", " : ": ");
        paper_add(&text, &session->paper, mro_of(class).classes[i]->name);
    }
    try_print_text(session, &text);
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
    if (session->base.listing->json)
        write_answer(&session->base, header, class);
    else
        print_class(&session->base, class);
    return true;
}

static bool super_object(struct runtime *runtime, void *host, struct value class_object,
                         struct value self, struct value *result) {
    struct session *session = host;
    return class_super(runtime, session->classes, class_object, self, result);
}

static void step(struct try_session *base, const struct program *program, size_t statement) {
    struct session *session = (struct session *)base;
    struct value value;
    bool is_expression;
    session->failed = NULL;
    bool done = try_session_step(base, program, statement, &value, &is_expression);
    try_print_printed(base, SIZE_MAX);
    try_forget_events(base);
    if (done) return;
    if (base->listing->json)
        write_answer(base, session->failed, NULL);
    else
        try_print_fault(base, &base->fault);
}

static bool open_session(struct try_session *base) {
    struct session *session = (struct session *)base;
    session->classes = classes_new(&base->runtime);
    base->script = session->classes ? script_new(&base->runtime, NULL, 0, true) : NULL;
    if (!base->script) return false;
    script_set_host(base->script, &(struct script_host){.host = session,
                                                        .class_statement = told_statement,
                                                        .super_object = super_object});
    return true;
}

static int run(const struct try_listing *listing) {
    static const struct try_calls calls = {
        .memory_limit = TRY_MEMORY_USUAL, .open = open_session, .step = step};
    struct session session = {.failed = NULL};
    return try_session_run(&session.base, listing, &calls);
}

const struct try_kind try_mro = {
    .name = "mro",
    .summary = "class headers, and the order Python gives them",
    .run = run,
};
