/* blog_listing - see blog_listing.h. */
#include "tests/support/blog_listing.h"

#include "engine/orm/database.h"
#include "engine/orm/names.h"
#include "engine/orm/query.h"
#include "engine/script/script.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"
#include "tests/support/testing.h"

static const struct blog_size size_small = {.companies = 2,
                                            .profiles = 5,
                                            .authors = 4,
                                            .tags = 4,
                                            .articles = 12,
                                            .events = 6,
                                            .tags_most = 3,
                                            .seed = 3};

void blog_listing_open(struct running *running) {
    running->runtime.database = blog_open(&running->runtime, &size_small);
    assert_non_null(running->runtime.database);
}

void blog_listing_close(struct running *running) {
    database_close(running->runtime.database);
}

bool blog_listing_run(struct runtime *runtime, const char *source) {
    const struct module *modules[] = {names_of_models(runtime, &blog, "blog.models"),
                                      names_of_django(runtime), &function_module};
    if (!modules[0] || !modules[1]) return false;
    struct script *script = script_new(runtime, modules, sizeof modules / sizeof *modules, true);
    return script && script_run(runtime, script, source);
}

char *blog_listing_printed(const struct tape *tape) {
    char *lines = calloc(1, 1);
    size_t length = 0;
    assert_non_null(lines);
    for (size_t i = 0; i < tape_length(tape); i++) {
        struct tape_event event;
        assert_int_equal(tape_events(tape, i, &event, 1), 1);
        if (event.kind != TAPE_PRINT) continue;
        const char *line = tape_name(tape, event.subject);
        lines = realloc(lines, length + strlen(line) + 2);
        assert_non_null(lines);
        length += (size_t)sprintf(lines + length, "%s\n", line);
    }
    return lines;
}

void blog_listing_still_serves(struct running *running) {
    struct arena arena;
    struct runtime again = running->runtime;
    arena_init(&arena, &running->memory);
    again.arena = &arena;
    fault_init(&running->fault, &arena);
    if (!blog_listing_run(&again, "o = Article.objects.select_related('author').get(pk=1)\n"
                                  "print(o.title, o.author.name, o.tags.count())\n"))
        fail_msg("afterwards: %s: %s", running->fault.type, running->fault.message);
    fault_init(&running->fault, &running->arena);
    arena_release(&arena);
}
