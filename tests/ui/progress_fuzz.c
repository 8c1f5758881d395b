/* Fuzzes the progress file: any bytes stand where it is kept. Reading must not fail, and a file
 * that is refused must be the same afterwards, byte for byte. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/progress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *context, const struct progress_prediction *prediction) {
    *(size_t *)context += strlen(prediction->question) + strlen(prediction->measured);
}

static void use(struct progress *progress) {
    struct progress_place place;
    size_t made, met, length = 0;
    progress_place(progress, &place);
    progress_is_done(progress, "lazy", "cache");
    progress_count(progress, &made, &met);
    progress_each_prediction(progress, ignore, &length);
}

static void check_same(const char *path, const uint8_t *data, size_t size) {
    uint8_t *now = malloc(size + 1);
    FILE *file = fopen(path, "rb");
    assert(now && file);
    assert(fread(now, 1, size + 1, file) == size);
    assert(size == 0 || memcmp(now, data, size) == 0);
    fclose(file);
    free(now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64], journal[80];
    snprintf(path, sizeof path, "/tmp/daybook-fuzz-%ld.db", (long)getpid());
    snprintf(journal, sizeof journal, "%s-journal", path);
    FILE *file = fopen(path, "wb");
    if (!file) return 0;
    fwrite(data, 1, size, file);
    fclose(file);
    struct progress *progress = progress_open_at(path, PROGRESS_READ);
    assert(progress);
    use(progress);
    progress_close(progress);
    check_same(path, data, size);
    progress = progress_open_at(path, PROGRESS_KEEP);
    assert(progress);
    bool refused = progress_warning(progress) != NULL;
    use(progress);
    progress_visit(progress, "lazy", "cache");
    progress_close(progress);
    if (refused) check_same(path, data, size);
    unlink(path);
    unlink(journal);
    return 0;
}
