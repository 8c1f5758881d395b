/* export_origin - what stands beside the numbers of a measured export: on what they were measured,
 * and what the learner had predicted. */
#include <sqlite3.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <uv.h>

#include "ui/export.h"

/* ---- the machine --------------------------------------------------------------------------- */

static bool find_origin(struct export_origin *origin, uint64_t seed, struct arena *arena) {
    struct utsname names;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (uname(&names) < 0) memset(&names, 0, sizeof names);
    *origin = (struct export_origin){
        .sqlite = sqlite3_libversion(),
        .libuv = uv_version_string(),
        .system = arena_format(arena, "%s %s %s", names.sysname, names.release, names.machine),
        .processors = processors > 0 ? (unsigned)processors : 1,
        .seed = seed};
    return origin->system != NULL;
}

const char *export_origin_words(const struct export_origin *origin, struct arena *arena) {
    return arena_format(arena, "daybook %s, SQLite %s, libuv %s; %s, %u %s; seed %llu",
                        DAYBOOK_VERSION, origin->sqlite, origin->libuv, origin->system,
                        origin->processors, origin->processors == 1 ? "processor" : "processors",
                        (unsigned long long)origin->seed);
}

/* ---- predictions --------------------------------------------------------------------------- */

/* Twice through the file: to count them, and to keep them. */
struct gathering {
    struct progress_prediction *list; /* NULL: only count */
    size_t count, room;
    struct arena *arena;
    bool failed;
};

static void keep(void *context, const struct progress_prediction *prediction) {
    struct gathering *gathering = context;
    if (!gathering->list) {
        gathering->count++;
        return;
    }
    if (gathering->count == gathering->room) return; /* was added meanwhile */
    struct progress_prediction kept = {
        .lesson = arena_string(gathering->arena, prediction->lesson),
        .step = arena_string(gathering->arena, prediction->step),
        .question = arena_string(gathering->arena, prediction->question),
        .answered = arena_string(gathering->arena, prediction->answered),
        .measured = arena_string(gathering->arena, prediction->measured),
        .met = prediction->met};
    if (kept.lesson && kept.step && kept.question && kept.answered && kept.measured)
        gathering->list[gathering->count++] = kept;
    else
        gathering->failed = true;
}

static bool find_predictions(struct export_page *page, struct arena *arena) {
    struct gathering gathering = {.arena = arena};
    struct progress *progress = progress_open(PROGRESS_READ);
    if (!progress) return false;
    progress_each_prediction(progress, keep, &gathering);
    gathering.room = gathering.count;
    gathering.count = 0;
    gathering.list = arena_array(arena, gathering.room + 1, sizeof *gathering.list);
    if (gathering.list) progress_each_prediction(progress, keep, &gathering);
    if (progress_warning(progress)) command_warn("%s", progress_warning(progress));
    progress_close(progress);
    page->predicted = gathering.list;
    page->predicted_count = gathering.count;
    return gathering.list && !gathering.failed;
}

bool export_gather(struct export_page *page, uint64_t seed, struct arena *arena) {
    return find_origin(&page->origin, seed, arena) && find_predictions(page, arena);
}

const struct progress_prediction *export_predicted(const struct export_page *page,
                                                   const struct lesson *lesson,
                                                   const struct step *step) {
    for (size_t i = page->predicted_count; i-- > 0;)
        if (strcmp(page->predicted[i].lesson, lesson->slug) == 0 &&
            strcmp(page->predicted[i].step, step->slug) == 0)
            return &page->predicted[i];
    return NULL;
}
