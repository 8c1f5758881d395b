/* command_serve - `daybook serve`: the blog on loopback, for curl and wrk, until Ctrl-C.
 *
 * The servers' threads take no signals. This thread sleeps until one comes; on a terminal it looks
 * up once a second, and writes only when something was answered since. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "engine/server/server.h"
#include "lessons/blog_site.h"
#include "ui/command.h"

enum { SERVE_WORKERS, SERVE_ASYNC, SERVE_PORT };

static const struct command_option options[] = {
    [SERVE_WORKERS] = {"workers", 'w', "N", "N sync workers, each blocking, 1 to 64"},
    [SERVE_ASYNC] = {"async", 0, NULL, "one event loop (the default)"},
    [SERVE_PORT] = {"port", 'p', "P", "the port on 127.0.0.1; a free one unless given"},
    {NULL, 0, NULL, NULL},
};

/* ---- the command line ---------------------------------------------------------------------- */

static bool read_number(const char *text, long most, long *number) {
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    return *text && !*end && errno == 0 && *number >= 1 && *number <= most;
}

/* EXIT_DONE, or what to return after having said why. */
static int read_options(const struct command *command, int count, char **words,
                        struct server_options *asked, bool *helped) {
    const char *argument;
    int first = 0, option;
    bool async = false;
    long number;
    while ((option = command_next(command, count, words, &argument, &first)) >= 0) {
        if (option == SERVE_ASYNC) async = true;
        if (option == SERVE_WORKERS) {
            if (!read_number(argument, SERVER_WORKERS_MOST, &number))
                return command_fail(EXIT_USAGE, "--workers: '%s' is no number from 1 to %d",
                                    argument, SERVER_WORKERS_MOST);
            asked->kind = SERVER_SYNC;
            asked->workers = (unsigned)number;
        }
        if (option == SERVE_PORT) {
            if (!read_number(argument, 65535, &number))
                return command_fail(EXIT_USAGE, "--port: '%s' is no number from 1 to 65535",
                                    argument);
            asked->port = (uint16_t)number;
        }
    }
    *helped = option == COMMAND_HELP;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (first < count) return command_fail(EXIT_USAGE, "%s: serve takes no operand", words[first]);
    if (async && asked->workers)
        return command_fail(EXIT_USAGE, "serve: --workers and --async exclude each other");
    return EXIT_DONE;
}

/* ---- until Ctrl-C -------------------------------------------------------------------------- */

static uint64_t sum(const _Atomic uint64_t *number) {
    return atomic_load_explicit(number, memory_order_relaxed);
}

static void print_counts(const struct tallies *tallies, const char *begin, const char *end) {
    printf("%s%" PRIu64 " requests: %" PRIu64 " ok, %" PRIu64 " refused, %" PRIu64 " failed; %.1f "
           "MiB sent%s",
           begin, sum(&tallies->requests), sum(&tallies->by_hundred[2]),
           sum(&tallies->by_hundred[4]),
           sum(&tallies->by_hundred[5]) + sum(&tallies->by_hundred[0]),
           (double)sum(&tallies->bytes) / 1048576, end);
    fflush(stdout);
}

/* The signals that end it are blocked, so that they wait to be asked for. */
static sigset_t ending_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    return signals;
}

static void wait_for_signal(const sigset_t *signals, const struct tallies *tallies) {
    const struct timespec second = {.tv_sec = 1};
    bool live = isatty(STDOUT_FILENO);
    uint64_t shown = 0;
    for (;;) {
        int number = platform_wait_signal(signals, live ? &second : NULL);
        if (number > 0 || (errno != EAGAIN && errno != EINTR)) break;
        if (sum(&tallies->requests) == shown) continue;
        shown = sum(&tallies->requests);
        print_counts(tallies, "\r", "   ");
    }
    if (live) putchar('\n');
}

/* ---- the command --------------------------------------------------------------------------- */

static int serve(struct server_options asked, struct runtime *runtime) {
    struct blog_site site;
    struct application application;
    struct tallies tallies = {0};
    sigset_t signals = ending_signals(), before;
    if (!blog_site_init(&site, runtime))
        return command_fail(EXIT_SYSTEM, "serve: %s", runtime->fault->message);
    blog_site_application(&site, &application);
    application.tallies = &tallies;
    asked.application = &application;
    sigprocmask(SIG_BLOCK, &signals, &before);
    struct server *server = server_start(&asked, runtime->fault);
    if (server) {
        printf("The blog is at http://127.0.0.1:%u/ (%s), until Ctrl-C.\n",
               (unsigned)server_port(server),
               asked.kind == SERVER_ASYNC ? "one event loop" : "sync workers");
        fflush(stdout);
        wait_for_signal(&signals, &tallies);
        server_stop(server);
        print_counts(&tallies, "", "\n");
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return server ? EXIT_DONE : command_fail(EXIT_SYSTEM, "serve: %s", runtime->fault->message);
}

static int run(const struct command *command, int count, char **words) {
    struct server_options asked = {.kind = SERVER_ASYNC};
    bool helped = false;
    int code = read_options(command, count, words, &asked, &helped);
    if (code != EXIT_DONE || helped) return code;
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head silent;
    memory_init(&memory, 0);
    arena_init(&arena, &memory);
    fault_init(&fault, &arena);
    head_init(&silent, NULL);
    struct runtime runtime = {.arena = &arena, .memory = &memory, .head = &silent, .fault = &fault};
    code = serve(asked, &runtime);
    arena_release(&arena);
    return code;
}

const struct command command_serve = {
    .name = "serve",
    .operands = "",
    .summary = "the blog on loopback, for curl and wrk, until Ctrl-C",
    .help = "Serves the blog of days 7 to 9 on 127.0.0.1 and nowhere else: /, /articles/7/,\n"
            "/authors/3/, /articles.json and /export.csv, through the middleware chain, the\n"
            "resolver and the ORM. Each thread has a database of its own, in memory.",
    .options = options,
    .run = run,
};
