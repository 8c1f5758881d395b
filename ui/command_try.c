/* command_try - `daybook try KIND [FILE|-]`: the table of kinds, and reading the listing. At a
 * terminal, without a FILE, there is a prompt instead. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/files.h"
#include "ui/try.h"

static const struct try_kind *const kinds[] = {
    &try_orm, &try_mro, &try_urls, &try_middleware, NULL, /* ends with NULL */
};

enum { TRY_JSON, TRY_DATABASE, TRY_WRITE };

static const struct command_option options[] = {
    [TRY_JSON] = {"json", 0, NULL, "one JSON object a line, a line an answer"},
    [TRY_DATABASE] = {"database", 0, "FILE", "an SQLite file with the blog's tables (orm)"},
    [TRY_WRITE] = {"write", 0, NULL, "let the listing change that file (orm)"},
    {NULL, 0, NULL, NULL},
};

static const struct try_kind *kind_named(const char *name) {
    for (size_t i = 0; kinds[i]; i++)
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    return NULL;
}

static bool is_prompted(const char *path, const struct try_listing *listing) {
    return !path && !listing->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* path is NULL where no file was named. */
static int run_kind(const struct try_kind *kind, const char *path, struct try_listing listing) {
    char why[256];
    listing.name = kind->name;
    if (is_prompted(path, &listing)) return kind->run(&listing);
    if (!path) path = "-";
    listing.name = strcmp(path, "-") == 0 ? "standard input" : path;
    char *source = files_read(path, FILES_LISTING_MOST, why, sizeof why);
    if (!source) return command_fail(EXIT_SYSTEM, "%s: %s", listing.name, why);
    listing.source = source;
    int code = kind->run(&listing);
    free(source);
    return code;
}

static int run(const struct command *command, int count, char **words) {
    const char *argument;
    int first, option;
    struct try_listing listing = {.out = stdout};
    while ((option = command_next(command, count, words, &argument, &first)) >= 0) {
        if (option == TRY_JSON) listing.json = true;
        if (option == TRY_DATABASE) listing.database = argument;
        if (option == TRY_WRITE) listing.write = true;
    }
    if (option == COMMAND_HELP) return EXIT_DONE;
    if (option == COMMAND_WRONG) return EXIT_USAGE;
    if (first == count)
        return command_fail(EXIT_USAGE,
                            "try: needs a kind of listing: orm, mro, urls or middleware");
    if (first + 2 < count) return command_fail(EXIT_USAGE, "%s: one file only", words[first + 2]);
    const struct try_kind *kind = kind_named(words[first]);
    if (!kind)
        return command_fail(EXIT_USAGE, "%s: no such kind of listing; it is %s", words[first],
                            "orm, mro, urls or middleware");
    if (listing.database && !kind->takes_database)
        return command_fail(EXIT_USAGE, "--database: try %s has none", kind->name);
    if (listing.write && !listing.database)
        return command_fail(EXIT_USAGE, "--write: needs the file that --database names");
    return run_kind(kind, first + 1 < count ? words[first + 1] : NULL, listing);
}

const struct command command_try = {
    .name = "try",
    .operands = "orm|mro|urls|middleware [FILE|-]",
    .summary = "run a listing of your own",
    .help = "Runs a listing from FILE or standard input, statement by statement.\n"
            "An error ends its own statement; the exit code is then 1. At a terminal,\n"
            "without FILE, each statement is asked for: an empty line ends a block,\n"
            "Ctrl-C clears it, Ctrl-D leaves.",
    .options = options,
    .run = run,
};
