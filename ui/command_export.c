/* command_export - `daybook export`: chooses the format, writes to a file, a folder or standard
 * output. A file appears whole or not at all. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ui/columns.h"
#include "ui/export.h"
#include "ui/files.h"

/* The first is used where nothing says otherwise. */
static const struct export_format *const formats[] = {&export_md, &export_html, &export_txt,
                                                      &export_json};
enum { FORMATS = sizeof formats / sizeof *formats };

enum { EXPORT_FORMAT, EXPORT_OUTPUT, EXPORT_MEASURED, EXPORT_SEED, EXPORT_FORCE };

static const struct command_option options[] = {
    [EXPORT_FORMAT] = {"format", 'f', "FORMAT",
                       "md, html, txt or json; else what the name of the file says"},
    [EXPORT_OUTPUT] = {"output", 'o', "FILE|DIR",
                       "write there; a folder gets one file a lesson, and an index"},
    [EXPORT_MEASURED] = {"measured", 'm', NULL, "run the demos, put figures and claims in"},
    [EXPORT_SEED] = {"seed", 0, "N", "seed of whatever is drawn by lot (default 1)"},
    [EXPORT_FORCE] = {"force", 0, NULL, "replace files that exist"},
    {NULL, 0, NULL, NULL},
};

struct order {
    const struct export_format *format;
    const char *output; /* NULL: standard output */
    bool measured, force;
    uint64_t seed;
    struct choice choices[COMMAND_CHOICES];
    size_t count;
};

static const struct export_format *format_named(const char *name) {
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(formats[i]->name, name) == 0) return formats[i];
    return NULL;
}

static const struct export_format *format_of_path(const char *path) {
    const char *dot = path ? strrchr(path, '.') : NULL;
    const struct export_format *format = dot ? format_named(dot + 1) : NULL;
    return format ? format : formats[0];
}

static bool is_folder(const char *path) {
    struct stat there;
    size_t length = strlen(path);
    if (length && path[length - 1] == '/') return true;
    return stat(path, &there) == 0 && S_ISDIR(there.st_mode);
}

/* ---- writing ------------------------------------------------------------------------------ */

static int put_file(const struct order *order, const char *path, struct text *text) {
    struct files_draft draft;
    const char *whole = text_finish(text);
    if (!whole) return command_no_memory();
    if (!files_begin(&draft, path, order->force))
        return command_fail(EXIT_SYSTEM, "%s: %s%s", path, strerror(errno),
                            errno == EEXIST ? "; --force replaces it" : "");
    fwrite(whole, 1, text->length, draft.file);
    if (files_finish(&draft)) return EXIT_DONE;
    return command_fail(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
}

/* Where a whole text goes. */
static int put(const struct order *order, const char *path, struct text *text) {
    return path ? put_file(order, path, text) : command_print(text);
}

/* Everything is there before the first byte is written. */
static int export_page(const struct order *order, const char *path, const char *index,
                       const struct choice *choices, size_t count) {
    struct export_page page = {.choices = choices,
                               .count = count,
                               .measured = order->measured,
                               .ascii = !columns_locale_is_utf8(),
                               .index = index,
                               .worst = EXIT_DONE};
    struct arena arena;
    struct text text;
    arena_init(&arena, NULL);
    text_init(&text, &arena);
    assert(order->format);
    bool whole = (!order->measured || export_gather(&page, order->seed, &arena)) &&
                 order->format->write(&text, &page);
    int code = whole ? put(order, path, &text) : command_no_memory();
    arena_release(&arena);
    return code == EXIT_DONE ? page.worst : code;
}

/* ---- folders -------------------------------------------------------------------------------- */

/* Running demos for a file that will be refused would be a waste, and so would half a folder. */
static bool refuses(const struct order *order, const char *path) {
    struct stat there;
    if (order->force || stat(path, &there) != 0 || !S_ISREG(there.st_mode)) return false;
    command_fail(EXIT_SYSTEM, "%s: %s; --force replaces it", path, strerror(EEXIST));
    return true;
}

/* The paths of the choices' files, and behind them the index's. */
static const char **name_files(const struct order *order, struct arena *arena, const char *index) {
    const char **paths = arena_array(arena, order->count + 1, sizeof *paths);
    for (size_t i = 0; paths && i <= order->count; i++) {
        char name[EXPORT_NAME];
        if (i < order->count) export_name(name, order->format, &order->choices[i]);
        paths[i] = export_path(arena, order->output, i < order->count ? name : index);
        if (!paths[i]) return NULL;
    }
    return paths;
}

/* The index comes last: it names what is there. */
static int put_index(const struct order *order, const char *path, struct arena *arena) {
    struct text text;
    text_init(&text, arena);
    return export_index(&text, order->format, order->output) ? put_file(order, path, &text)
                                                             : command_no_memory();
}

static int export_files(const struct order *order, struct arena *arena) {
    assert(order->format);
    const char *index = arena_format(arena, "index.%s", order->format->name);
    const char **paths = index ? name_files(order, arena, index) : NULL;
    int worst = EXIT_DONE;
    if (!paths) return command_no_memory();
    for (size_t i = 0; i <= order->count; i++)
        if (refuses(order, paths[i])) return EXIT_SYSTEM;
    for (size_t i = 0; i < order->count; i++) {
        int code = export_page(order, paths[i], index, &order->choices[i], 1);
        if (code > worst) worst = code;
        if (code >= EXIT_USAGE) return code;
    }
    int code = put_index(order, paths[order->count], arena);
    return code > worst ? code : worst;
}

static int export_folder(const struct order *order) {
    if (!files_make_folders(order->output, 0777))
        return command_fail(EXIT_SYSTEM, "%s: %s", order->output, strerror(errno));
    struct arena arena;
    arena_init(&arena, NULL);
    int code = export_files(order, &arena);
    arena_release(&arena);
    return code;
}

/* ---- the words ----------------------------------------------------------------------------- */

static int read_words(const struct command *command, int count, char **words, struct order *order) {
    const char *argument, *format = NULL;
    int first, option;
    while ((option = command_next(command, count, words, &argument, &first)) >= 0) {
        if (option == EXPORT_FORMAT) format = argument;
        if (option == EXPORT_OUTPUT) order->output = argument;
        if (option == EXPORT_MEASURED) order->measured = true;
        if (option == EXPORT_FORCE) order->force = true;
        if (option == EXPORT_SEED && !command_read_count("--seed", argument, &order->seed))
            return COMMAND_WRONG;
    }
    if (option != COMMAND_END) return option;
    if (order->output && !*order->output)
        return command_fail(EXIT_USAGE, "-o: needs the name of a file or folder"), COMMAND_WRONG;
    if (order->output && strcmp(order->output, "-") == 0) order->output = NULL;
    order->format = format ? format_named(format) : format_of_path(order->output);
    if (!order->format)
        return command_fail(EXIT_USAGE, "-f %s: no such format", format), COMMAND_WRONG;
    if (!command_choose_all(count - first, words + first, order->choices)) return COMMAND_WRONG;
    order->count = (size_t)(count - first);
    if (order->count == 0)
        for (; order->count < LESSON_COUNT; order->count++)
            order->choices[order->count] = (struct choice){.lesson = lessons[order->count]};
    return COMMAND_END;
}

static int run(const struct command *command, int count, char **words) {
    struct order order = {.seed = 1};
    int read = read_words(command, count, words, &order);
    if (read == COMMAND_HELP) return EXIT_DONE;
    if (read == COMMAND_WRONG) return EXIT_USAGE;
    if (order.output && is_folder(order.output)) return export_folder(&order);
    if (order.output && refuses(&order, order.output)) return EXIT_SYSTEM;
    return export_page(&order, order.output, NULL, order.choices, order.count);
}

const struct command command_export = {
    .name = "export",
    .operands = "[LESSON[/STEP]...]",
    .summary = "write the notes to a file, with what was measured if wanted",
    .help = "Writes the notes, of all days or of those named, to standard output or to a file.\n"
            "With --measured every demo runs first, and its figures and claims stand in the file,\n"
            "with what you predicted and what it was measured on; the exit code is then 1 when a\n"
            "claim failed. A file that exists is left alone without --force, and is replaced only\n"
            "when everything was written. A folder gets one file a lesson or step named, and\n"
            "index.FORMAT, which leads to all of them that stand there.",
    .options = options,
    .run = run,
};
