/* replay - runs a fuzz target over a kept corpus, for `make test`.
 *
 *     foo_fuzz FILE|FOLDER...
 *
 * Linked with one tests/.../foo_fuzz.c at a time; the fuzzer itself (make fuzz) brings its own
 * main. Says what it did in cmocka's words, so that tests/run can count it. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void die(const char *name) {
    perror(name);
    exit(3);
}

static void replay_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    size_t size = 0, room = 4096;
    uint8_t *data = malloc(room);
    if (!data) die(path);
    for (size_t got; (got = fread(data + size, 1, room - size, file)) > 0;) {
        size += got;
        if (size < room) continue;
        uint8_t *larger = realloc(data, room *= 2);
        if (!larger) die(path);
        data = larger;
    }
    if (ferror(file)) die(path);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static int replay_folder(const char *path) {
    DIR *folder = opendir(path);
    if (!folder) die(path);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        replay_file(name);
        count++;
    }
    closedir(folder);
    return count;
}

int main(int count, char **names) {
    int replayed = 0;
    for (int i = 1; i < count; i++) replayed += replay_folder(names[i]);
    if (replayed == 0) {
        printf("[  FAILED  ] no corpus to replay\n");
        return 1;
    }
    printf("[       OK ] %d inputs replayed\n", replayed);
    return 0;
}
