/* embed - turns the files named on the command line into C, for the Makefile.
 *
 *     embed PREFIX FILE... > data.c
 *
 * PREFIX is taken off each name. Files must come sorted by name; data_find searches by halves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what, const char *name) {
    fprintf(stderr, "embed: %s: ", name);
    perror(what);
    exit(1);
}

static size_t write_bytes(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) die("open", name);
    size_t length = 0;
    for (int byte; (byte = getc(file)) != EOF; length++)
        printf("%d,%s", byte, length % 24 == 23 ? "\n" : "");
    if (ferror(file)) die("read", name);
    fclose(file);
    return length;
}

int main(int count, char **names) {
    if (count < 2) return 2;
    const char *prefix = names[1];
    puts("/* Made by data/embed.c; do not edit. */\n#include \"data/data.h\"\n#include "
         "<string.h>\n");
    size_t *lengths = calloc((size_t)count, sizeof *lengths);
    if (!lengths) die("calloc", "lengths");
    for (int i = 2; i < count; i++) {
        printf("static const char file_%d[] = {", i);
        lengths[i] = write_bytes(names[i]);
        puts("0};");
    }
    puts("const struct data_file data_files[] = {");
    for (int i = 2; i < count; i++) {
        size_t skip = strncmp(names[i], prefix, strlen(prefix)) ? 0 : strlen(prefix);
        printf("    {\"%s\", file_%d, %zu},\n", names[i] + skip, i, lengths[i]);
    }
    puts("    {NULL, NULL, 0}};");
    printf("const size_t data_file_count = %d;\n\n", count - 2);
    puts("const struct data_file *data_find(const char *path) {\n"
         "    size_t low = 0, high = data_file_count;\n"
         "    while (low < high) {\n"
         "        size_t middle = low + (high - low) / 2;\n"
         "        int order = strcmp(path, data_files[middle].path);\n"
         "        if (order == 0) return &data_files[middle];\n"
         "        if (order < 0) high = middle;\n"
         "        else low = middle + 1;\n"
         "    }\n"
         "    return NULL;\n"
         "}");
    free(lengths);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
