/* listing - see listing.h. */
#include "tests/support/listing.h"

#include "engine/base/text.h"
#include "tests/support/testing.h"

struct script *listing_script(struct running *running, const struct module *const *modules,
                              size_t count) {
    struct script *script = script_new(&running->runtime, modules, count, false);
    assert_non_null(script);
    return script;
}

static void add_printed(struct running *running, size_t first, struct text *text) {
    size_t count = tape_length(running->tape);
    for (size_t i = first; i < count; i++) {
        struct tape_event event;
        assert_int_equal(tape_events(running->tape, i, &event, 1), 1);
        if (event.kind == TAPE_PRINT)
            text_format(text, "%s\n", tape_name(running->tape, event.subject));
    }
}

const char *listing_output(struct running *running, struct script *script, const char *source) {
    struct text text;
    struct fault *fault = &running->fault;
    size_t first = tape_length(running->tape);
    if (!script) script = listing_script(running, NULL, 0);
    bool fine = script_run(&running->runtime, script, source);
    assert_int_equal(fine, !fault_raised(fault));
    text_init(&text, &running->arena);
    add_printed(running, first, &text);
    if (!fine)
        text_format(&text, "%s: %s @%u:%u\n", fault->type, fault->message, (unsigned)fault->line,
                    (unsigned)fault->column);
    fault_clear(fault);
    const char *finished = text_finish(&text);
    assert_non_null(finished);
    return finished;
}

uint64_t listing_reached(struct running *running, uint32_t line) {
    struct tally_filter filter = ANY_EVENT;
    filter.line = line;
    return tape_count(cut_whole(running->tape), TAPE_LINE, filter);
}
