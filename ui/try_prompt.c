/* try_prompt - see try_prompt.h. */
#include "ui/try_prompt.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "engine/script/lexer.h"
#include "ui/columns.h"

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

/* ---- Ctrl-C ------------------------------------------------------------------------------------
 * A signal handler is given no argument: this is the one thing it may touch. */

static atomic_bool interrupted;

static void on_interrupt(int number) {
    (void)number;
    atomic_store(&interrupted, true);
}

static void catch_interrupts(struct sigaction *before) {
    struct sigaction action = {.sa_handler = on_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, before);
}

/* Waits until a line is there; false: Ctrl-C came first. Ctrl-C is held back but while waiting, so
 * that none falls between the look at the flag and the wait. */
static bool wait_for_line(void) {
    sigset_t interrupt, before;
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(STDIN_FILENO, &readable);
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    while (!atomic_load(&interrupted) &&
           pselect(STDIN_FILENO + 1, &readable, NULL, NULL, NULL, &before) < 0 && errno == EINTR)
        FD_SET(STDIN_FILENO, &readable); /* another signal, as when the window changes its size */
    sigprocmask(SIG_SETMASK, &before, NULL);
    return !atomic_load(&interrupted);
}

/* ---- asking ------------------------------------------------------------------------------------
 */

enum asked { ASKED_LINE, ASKED_CLEARED, ASKED_END };

struct prompt {
    struct try_session *session;
    char *line; /* getline's */
    size_t room;
};

static void show_prompt(struct try_session *session, const char *prompt) {
    struct text text;
    text_init(&text, &session->scratch);
    paper_style(&text, &session->paper, PAPER_STRONG);
    text_add(&text, prompt);
    paper_style(&text, &session->paper, PAPER_PLAIN);
    const char *shown = text_finish(&text);
    fputs(shown ? shown : prompt, session->listing->out);
    fflush(session->listing->out);
}

/* Adds one line, its newline with it, to the block. */
static enum asked ask_line(struct prompt *prompt, struct text *block) {
    show_prompt(prompt->session, block->length ? "... " : ">>> ");
    if (!wait_for_line()) return ASKED_CLEARED;
    ssize_t length = getline(&prompt->line, &prompt->room, stdin);
    if (length < 0) return ASKED_END;
    text_add_bytes(block, prompt->line, strlen(prompt->line));
    if (prompt->line[length - 1] != '\n') text_add_char(block, '\n');
    return ASKED_LINE;
}

/* Asks for lines until they are a whole block. It lives as long as the session: objects may point
 * into it. */
static enum asked ask_block(struct prompt *prompt, const char **source) {
    struct text block;
    text_init(&block, &prompt->session->arena);
    atomic_store(&interrupted, false);
    do {
        enum asked asked = ask_line(prompt, &block);
        if (asked != ASKED_LINE) return asked;
        *source = text_finish(&block);
        if (!*source) return ASKED_END;
    } while (try_prompt_wants_more(*source));
    return ASKED_LINE;
}

static bool is_blank(const char *block) {
    return block[strspn(block, " \t\r\n")] == '\0';
}

static int run_blocks(struct prompt *prompt, const struct try_calls *calls) {
    struct try_session *session = prompt->session;
    for (;;) {
        enum asked asked = ask_block(prompt, &session->block);
        if (asked != ASKED_LINE) fputc('\n', session->listing->out);
        if (asked == ASKED_END) return EXIT_DONE;
        if (asked == ASKED_CLEARED || is_blank(session->block)) continue;
        if (!try_session_read(session, calls, session->block)) {
            if (!fault_is(&session->fault, "Cancelled")) return command_no_memory();
            fputc('\n', session->listing->out); /* Ctrl-C came before anything ran */
            fault_clear(&session->fault);
        }
        fflush(session->listing->out);
    }
}

int try_prompt(struct try_session *session, const struct try_calls *calls) {
    struct prompt prompt = {.session = session};
    struct sigaction before;
    fprintf(session->listing->out,
            "try %s: an empty line ends a block, Ctrl-C clears it, Ctrl-D leaves.\n",
            session->listing->name);
    session->runtime.cancelled = &interrupted;
    catch_interrupts(&before);
    int code = run_blocks(&prompt, calls);
    sigaction(SIGINT, &before, NULL);
    free(prompt.line);
    return code;
}
