/* try_prompt - see try_prompt.h. */
#include "ui/try_prompt.h"

#include <stdatomic.h>
#include <string.h>

#include "engine/script/lexer.h"
#include "ui/columns.h"
#include "ui/try_typing.h"

/* ---- when a block is whole ------------------------------------------------------------------- */

static bool ends_with(const char *block, const char *end) {
    size_t length = strlen(block), most = strlen(end);
    return length >= most && strcmp(block + length - most, end) == 0;
}

static bool is_utf8(const char *text) {
    const char *end = text + strlen(text);
    while (text < end)
        if (columns_next_point(&text, end) == COLUMNS_INVALID) return false;
    return true;
}

static bool is_operator(const struct token *token, char sign) {
    return token->kind == TOKEN_OPERATOR && token->length == 1 && *token->start == sign;
}

/* `for`, `class` ... with something below, or a decorator with its function still to come. */
static bool begins_part(struct lexer *lexer, const struct fault *fault) {
    struct token before = {.kind = TOKEN_NEWLINE}, token = lexer_next(lexer);
    bool part = is_operator(&token, '@');
    for (; token.kind != TOKEN_END && !fault_raised(fault); token = lexer_next(lexer)) {
        if (token.kind == TOKEN_NEWLINE && is_operator(&before, ':')) part = true;
        before = token;
    }
    return part;
}

/* A fault at the very end of the source is one that more lines may mend; any other is told. A text
 * in single quotes that is not closed fails at the end of its line, before the newline. */
bool try_prompt_wants_more(const char *block) {
    struct arena arena;
    struct fault fault;
    struct lexer lexer;
    if (!is_utf8(block)) return false;
    if (ends_with(block, "\\\n")) return true;
    arena_init(&arena, NULL);
    fault_init(&fault, &arena);
    lexer_init(&lexer, &fault, block, 1, 1, false);
    bool part = begins_part(&lexer, &fault);
    bool more = fault_raised(&fault) ? *lexer.at == '\0' : part && !ends_with(block, "\n\n");
    arena_release(&arena);
    return more;
}

/* ---- asking ------------------------------------------------------------------------------------
 */

/* Adds one line, its newline with it, to the block. */
static enum typing_asked ask_line(struct typing *typing, struct text *block) {
    const char *line;
    enum typing_asked asked = typing_ask(typing, block->length ? "... " : ">>> ", &line);
    if (asked != TYPING_LINE) return asked;
    text_add(block, line);
    if (!ends_with(line, "\n")) text_add_char(block, '\n');
    return TYPING_LINE;
}

/* Asks for lines until they are a whole block. It lives as long as the session: objects may point
 * into it. */
static enum typing_asked ask_block(struct try_session *session, struct typing *typing,
                                   const char **source) {
    struct text block;
    text_init(&block, &session->arena);
    atomic_store(typing_interrupted(), false);
    do {
        enum typing_asked asked = ask_line(typing, &block);
        if (asked != TYPING_LINE) return asked;
        *source = text_finish(&block);
        if (!*source) return TYPING_END;
    } while (try_prompt_wants_more(*source));
    return TYPING_LINE;
}

static bool is_blank(const char *block) {
    return block[strspn(block, " \t\r\n")] == '\0';
}

/* Without the empty line that ended it, so that lines can still be added when it is brought back.
 */
static void remember(struct try_session *session, struct typing *typing) {
    size_t length = strlen(session->block);
    while (length > 0 && session->block[length - 1] == '\n') length--;
    const char *block = arena_copy(&session->scratch, session->block, length);
    if (block) typing_remember(typing, block);
}

static int run_blocks(struct try_session *session, const struct try_calls *calls,
                      struct typing *typing) {
    for (;;) {
        enum typing_asked asked = ask_block(session, typing, &session->block);
        if (asked != TYPING_LINE) fputc('\n', session->listing->out);
        if (asked == TYPING_END) return EXIT_DONE;
        if (asked == TYPING_CLEARED || is_blank(session->block)) continue;
        remember(session, typing);
        if (!try_session_read(session, calls, session->block)) {
            if (!fault_is(&session->fault, "Cancelled")) return command_no_memory();
            fputc('\n', session->listing->out); /* Ctrl-C came before anything ran */
            fault_clear(&session->fault);
        }
        fflush(session->listing->out);
    }
}

int try_prompt(struct try_session *session, const struct try_calls *calls) {
    struct typing *typing = typing_open(session->listing->out, &session->paper);
    if (!typing) return command_no_memory();
    fprintf(session->listing->out,
            "try %s: an empty line ends a block, Ctrl-C clears it, Ctrl-D leaves.\n",
            session->listing->name);
    session->runtime.cancelled = typing_interrupted();
    int code = run_blocks(session, calls, typing);
    session->runtime.cancelled = NULL;
    typing_close(typing);
    return code;
}
