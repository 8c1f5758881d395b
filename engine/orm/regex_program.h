/* regex_program - inside the regular expressions: what the parser writes and the machine runs.
 *
 *     CHARACTER c, SET s     take one character, go on to the next instruction
 *     SPLIT a, b             go on at both places
 *     JUMP a                 go on there
 *     ASSERT what            go on if it holds between two characters
 *     MATCH                  done
 *
 *     regex.c            the parser
 *     regex_machine.c    the machine
 *     regex_character.c  characters and sets of them */
#ifndef ENGINE_ORM_REGEX_PROGRAM_H
#define ENGINE_ORM_REGEX_PROGRAM_H

#include <stdint.h>

#include "engine/orm/regex.h"

enum code { CODE_CHARACTER, CODE_SET, CODE_SPLIT, CODE_JUMP, CODE_ASSERT, CODE_MATCH };

enum assertion { AT_START, AT_END, AT_LAST_LINE_END, AT_WORD_EDGE, AT_NO_WORD_EDGE };

/* One member of a set: characters first to last, or a named class ('d', 'w', 's'). */
struct range {
    uint32_t first, last;
    char class; /* 0: a range */
    bool negated;
};

struct character_set {
    struct range *ranges;
    size_t count, room;
    bool negated;
};

struct instruction {
    enum code code;
    uint32_t character; /* CHARACTER; or which assertion */
    struct character_set *set;
    size_t next, other; /* SPLIT, JUMP */
};

struct regex {
    struct instruction *program;
    size_t length, room;
    bool ignore_case;
};

/* The next character of UTF-8; a byte that is none stands for itself. Needs *at < end. */
uint32_t regex_read(const char **at, const char *end);
/* What \w matches. */
bool regex_is_word(uint32_t character);
/* The character that stands for it and its capital alike. */
uint32_t regex_fold(uint32_t character);
bool regex_set_has(const struct character_set *set, uint32_t character, bool ignore_case);

#endif
