/* export_folder - what the files of a folder export are called, and which its index names: see
 * export.h. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ui/export.h"

/* As the notes themselves are called; a step's own file ends in its slug. */
void export_name(char name[EXPORT_NAME], const struct export_format *format,
                 const struct choice *choice) {
    const struct step *step = choice->step;
    snprintf(name, EXPORT_NAME, "day%d_%s%s%s.%s", choice->lesson->day, choice->lesson->slug,
             step ? "_" : "", step ? step->slug : "", format->name);
    for (char *c = name; *c; c++)
        if (*c == '-') *c = '_';
}

const char *export_path(struct arena *arena, const char *folder, const char *name) {
    size_t length = strlen(folder);
    bool ends = length && folder[length - 1] == '/';
    return arena_format(arena, "%s%s%s", folder, ends ? "" : "/", name);
}

/* Every lesson, and after each its steps: whatever may have a file of its own. */
static bool candidate(size_t index, struct choice *choice) {
    for (size_t i = 0; i < LESSON_COUNT; i++) {
        size_t files = lessons[i]->step_count + 1;
        if (index < files) {
            *choice = (struct choice){lessons[i], index ? lessons[i]->steps[index - 1] : NULL};
            return true;
        }
        index -= files;
    }
    return false;
}

bool export_index(struct text *out, const struct export_format *format, const char *folder) {
    struct choice choice;
    size_t most = 0, count = 0;
    while (candidate(most, &choice)) most++;
    struct export_entry *entries = arena_array(out->arena, most, sizeof *entries);
    if (!entries) return false;
    for (size_t i = 0; candidate(i, &choice); i++) {
        struct export_entry *entry = &entries[count];
        struct stat there;
        export_name(entry->name, format, &choice);
        const char *path = export_path(out->arena, folder, entry->name);
        if (!path) return false;
        entry->choice = choice;
        count += stat(path, &there) == 0 && S_ISREG(there.st_mode);
    }
    return format->write_index(out, entries, count) && !out->failed;
}
