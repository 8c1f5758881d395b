/* regex - see regex.h: the parser, which writes the program. The grammar stands in the header; each
 * rule is a function. */
#include <string.h>

#include "engine/orm/regex_program.h"

enum {
    INSTRUCTIONS_MOST = 20000, /* counted repeats are written out: this bounds them */
    REPEAT_MOST = 1000,
    DEPTH_MOST = 200 /* of groups in groups */
};

struct parser {
    struct arena *arena;
    struct regex *regex;
    const char *at, *end;
    const char *why; /* the first thing wrong */
    bool refused;    /* it is no error, only more than can be done here */
    unsigned depth;
};

static bool fail(struct parser *parser, const char *why) {
    if (!parser->why) parser->why = why;
    return false;
}

/* Python would understand it; this engine does not. */
static bool refuse(struct parser *parser, const char *what) {
    parser->refused = parser->refused || !parser->why;
    return fail(parser, what);
}

static size_t emit(struct parser *parser, struct instruction instruction) {
    struct regex *regex = parser->regex;
    if (regex->length >= INSTRUCTIONS_MOST) refuse(parser, "a regular expression as large as this");
    if (regex->length == regex->room && !parser->why) {
        size_t room = regex->room ? regex->room * 2 : 64;
        struct instruction *program =
            arena_grow(parser->arena, regex->program, regex->room, room, sizeof *program);
        if (!program)
            fail(parser, "out of memory");
        else
            regex->program = program, regex->room = room;
    }
    if (parser->why) return 0;
    regex->program[regex->length] = instruction;
    return regex->length++;
}

static bool set_add(struct parser *parser, struct character_set *set, struct range range) {
    if (set->count == set->room) {
        size_t room = set->room ? set->room * 2 : 4;
        struct range *ranges =
            arena_grow(parser->arena, set->ranges, set->room, room, sizeof range);
        if (!ranges) return fail(parser, "out of memory");
        set->ranges = ranges;
        set->room = room;
    }
    set->ranges[set->count++] = range;
    return true;
}

static bool emit_set(struct parser *parser, const struct character_set *set) {
    struct character_set *copy = arena_alloc(parser->arena, sizeof *copy);
    if (!copy) return fail(parser, "out of memory");
    *copy = *set;
    emit(parser, (struct instruction){.code = CODE_SET, .set = copy});
    return !parser->why;
}

static bool emit_character(struct parser *parser, uint32_t character) {
    if (parser->regex->ignore_case) character = regex_fold(character);
    emit(parser, (struct instruction){.code = CODE_CHARACTER, .character = character});
    return !parser->why;
}

/* The character an escape of one letter stands for; 0 for none. */
static uint32_t escaped(char letter) {
    static const char letters[] = "ntrfva", characters[] = "\n\t\r\f\v\a";
    const char *found = letter ? strchr(letters, letter) : NULL;
    return found ? (uint32_t)characters[found - letters] : 0;
}

static bool is_class_letter(char letter) {
    return letter && strchr("dDwWsS", letter);
}

static struct range class_range(char letter) {
    return (struct range){.class = (char)(letter | 32), .negated = letter < 'a'};
}

static bool is_letter_or_digit(char byte) {
    return (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

static bool parse_escape(struct parser *parser) {
    static const struct {
        char letter;
        enum assertion assertion;
    } assertions[] = {{'b', AT_WORD_EDGE}, {'B', AT_NO_WORD_EDGE}, {'A', AT_START}, {'Z', AT_END}};
    if (parser->at == parser->end) return fail(parser, "bad escape (end of pattern)");
    char letter = *parser->at;
    if (is_class_letter(letter)) {
        struct character_set set = {0};
        parser->at++;
        return set_add(parser, &set, class_range(letter)) && emit_set(parser, &set);
    }
    for (size_t i = 0; i < sizeof assertions / sizeof assertions[0]; i++)
        if (assertions[i].letter == letter) {
            parser->at++;
            emit(parser,
                 (struct instruction){.code = CODE_ASSERT, .character = assertions[i].assertion});
            return !parser->why;
        }
    uint32_t character = escaped(letter);
    if (letter >= '1' && letter <= '9') return refuse(parser, "a back reference");
    if (letter == 'x' || letter == 'u' || letter == 'U' || letter == 'N' || letter == '0')
        return refuse(parser, "an escape by number");
    if (!character && is_letter_or_digit(letter)) return fail(parser, "bad escape");
    if (character)
        parser->at++;
    else
        character = regex_read(&parser->at, parser->end);
    return emit_character(parser, character);
}

/* One end of a range in a class; *class is set when it is a named class instead. */
static bool parse_member(struct parser *parser, uint32_t *character, char *class) {
    *class = 0;
    if (parser->at == parser->end) return fail(parser, "unterminated character set");
    if (*parser->at != '\\') {
        *character = regex_read(&parser->at, parser->end);
        return true;
    }
    if (++parser->at == parser->end) return fail(parser, "bad escape (end of pattern)");
    char letter = *parser->at;
    if (is_class_letter(letter))
        *class = letter;
    else if (letter == 'b')
        *character = '\b';
    else if (escaped(letter))
        *character = escaped(letter);
    else if (is_letter_or_digit(letter))
        return fail(parser, "bad escape");
    else {
        *character = regex_read(&parser->at, parser->end);
        return true;
    }
    parser->at++;
    return true;
}

static bool parse_set_member(struct parser *parser, struct character_set *set) {
    uint32_t first, last;
    char class;
    if (!parse_member(parser, &first, &class)) return false;
    if (class) return set_add(parser, set, class_range(class));
    last = first;
    if (parser->end - parser->at >= 2 && parser->at[0] == '-' && parser->at[1] != ']') {
        parser->at++;
        if (!parse_member(parser, &last, &class)) return false;
        if (class || last < first) return fail(parser, "bad character range");
    }
    return set_add(parser, set, (struct range){.first = first, .last = last});
}

static bool parse_set(struct parser *parser) {
    struct character_set set = {0};
    if (parser->at < parser->end && *parser->at == '^') {
        set.negated = true;
        parser->at++;
    }
    do { /* a "]" that stands first is a member */
        if (!parse_set_member(parser, &set)) return false;
        if (parser->at == parser->end) return fail(parser, "unterminated character set");
    } while (*parser->at != ']');
    parser->at++;
    return emit_set(parser, &set);
}

static bool parse_alternatives(struct parser *parser);

static bool parse_group(struct parser *parser) {
    if (parser->end - parser->at >= 2 && parser->at[0] == '?') {
        if (parser->at[1] != ':') return refuse(parser, "this kind of group");
        parser->at += 2;
    }
    if (++parser->depth > DEPTH_MOST) return refuse(parser, "groups nested as deep as this");
    if (!parse_alternatives(parser)) return false;
    parser->depth--;
    if (parser->at == parser->end || *parser->at != ')')
        return fail(parser, "missing ), unterminated subpattern");
    parser->at++;
    return true;
}

/* "." is any character but a newline. */
static bool emit_any(struct parser *parser) {
    struct character_set set = {.negated = true};
    return set_add(parser, &set, (struct range){.first = '\n', .last = '\n'}) &&
           emit_set(parser, &set);
}

static bool emit_assertion(struct parser *parser, enum assertion assertion) {
    emit(parser, (struct instruction){.code = CODE_ASSERT, .character = assertion});
    return !parser->why;
}

static bool parse_atom(struct parser *parser) {
    switch (*parser->at) {
    case '(': parser->at++; return parse_group(parser);
    case '[': parser->at++; return parse_set(parser);
    case '\\': parser->at++; return parse_escape(parser);
    case '.': parser->at++; return emit_any(parser);
    case '^': parser->at++; return emit_assertion(parser, AT_START);
    case '$': parser->at++; return emit_assertion(parser, AT_LAST_LINE_END);
    case '*':
    case '+':
    case '?': return fail(parser, "nothing to repeat");
    default: return emit_character(parser, regex_read(&parser->at, parser->end));
    }
}

static bool read_count(struct parser *parser, unsigned *count) {
    const char *from = parser->at;
    for (*count = 0; parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9';
         parser->at++)
        if (*count <= REPEAT_MOST) *count = *count * 10 + (unsigned)(*parser->at - '0');
    return parser->at > from;
}

/* "{n}", "{n,}", "{,m}", "{n,m}"; anything else in braces is taken as it stands. */
static bool parse_braces(struct parser *parser, unsigned *least, unsigned *most, bool *open) {
    const char *from = parser->at++;
    bool low = read_count(parser, least), high = false, comma = false;
    if (parser->at < parser->end && *parser->at == ',') {
        comma = true;
        parser->at++;
        high = read_count(parser, most);
    }
    bool closed = parser->at < parser->end && *parser->at == '}';
    if (!closed || (!low && !high)) {
        parser->at = from;
        return false;
    }
    parser->at++;
    if (!low) *least = 0;
    if (!comma) *most = *least;
    *open = comma && !high;
    return true;
}

/* A suffix after an atom: how often it may come. False when there is none. */
static bool parse_repeat(struct parser *parser, unsigned *least, unsigned *most, bool *open) {
    if (parser->at == parser->end) return false;
    char mark = *parser->at;
    *open = mark == '*' || mark == '+';
    *least = mark == '+';
    *most = 1;
    if (mark == '{') return parse_braces(parser, least, most, open);
    if (mark != '*' && mark != '+' && mark != '?') return false;
    parser->at++;
    return true;
}

/* Writes the piece that stands at [from, to) as often as the suffix says:
 *
 *     a{2,3}   a a SPLIT(next, end) a end:
 *     a+       a again: SPLIT(next, end) a JUMP again end: */
static void repeat_piece(struct parser *parser, size_t from, size_t to, unsigned least,
                         unsigned most, bool open) {
    struct regex *regex = parser->regex;
    size_t length = to - from;
    struct instruction *piece = arena_array(parser->arena, length + 1, sizeof *piece);
    if (!piece) {
        fail(parser, "out of memory");
        return;
    }
    memcpy(piece, regex->program + from, length * sizeof *piece);
    regex->length = from;
    /* every copy is written from the piece, whose jumps are relative to `from` */
    for (unsigned i = 0; i < least + (open ? 1 : most - least) && !parser->why; i++) {
        bool optional = i >= least;
        size_t split = regex->length;
        if (optional) emit(parser, (struct instruction){.code = CODE_SPLIT, .next = split + 1});
        size_t start = regex->length;
        for (size_t j = 0; j < length && !parser->why; j++) {
            struct instruction instruction = piece[j];
            if (instruction.code == CODE_SPLIT || instruction.code == CODE_JUMP) {
                instruction.next = instruction.next - from + start;
                instruction.other = instruction.other - from + start;
            }
            emit(parser, instruction);
        }
        if (optional && open) emit(parser, (struct instruction){.code = CODE_JUMP, .next = split});
        if (optional && !parser->why) regex->program[split].other = regex->length;
    }
}

static bool parse_sequence(struct parser *parser) {
    while (parser->at < parser->end && *parser->at != '|' && *parser->at != ')') {
        size_t from = parser->regex->length;
        unsigned least, most;
        bool open;
        if (!parse_atom(parser)) return false;
        if (!parse_repeat(parser, &least, &most, &open)) continue;
        if (!open && most < least) return fail(parser, "min repeat greater than max repeat");
        if (least > REPEAT_MOST || (!open && most > REPEAT_MOST))
            return refuse(parser, "repeating so often");
        repeat_piece(parser, from, parser->regex->length, least, most, open);
        /* a lazy repeat matches the same texts; only where the match ends would differ */
        if (parser->at < parser->end && *parser->at == '?')
            parser->at++;
        else if (parser->at < parser->end && *parser->at == '+')
            return refuse(parser, "a possessive repeat");
        if (parser->at < parser->end && strchr("*+?", *parser->at))
            return fail(parser, "multiple repeat");
        if (parser->why) return false;
    }
    return true;
}

/* sequence { "|" sequence }: SPLIT before each but the last, JUMP behind it. */
static bool parse_alternatives(struct parser *parser) {
    struct regex *regex = parser->regex;
    size_t from = regex->length, jumps[64], jump_count = 0;
    for (;;) {
        if (!parse_sequence(parser)) return false;
        if (parser->at == parser->end || *parser->at != '|') break;
        parser->at++;
        if (jump_count == 64) return refuse(parser, "as many alternatives");
        size_t to = regex->length;
        emit(parser, (struct instruction){.code = CODE_JUMP}); /* room for the SPLIT in front */
        if (parser->why) return false;
        memmove(regex->program + from + 1, regex->program + from,
                (to - from) * sizeof *regex->program);
        for (size_t i = from + 1; i <= to; i++)
            if (regex->program[i].code == CODE_SPLIT || regex->program[i].code == CODE_JUMP) {
                regex->program[i].next++;
                regex->program[i].other++;
            }
        jumps[jump_count++] = emit(parser, (struct instruction){.code = CODE_JUMP});
        regex->program[from] =
            (struct instruction){.code = CODE_SPLIT, .next = from + 1, .other = regex->length};
        from = regex->length;
        if (parser->why) return false;
    }
    for (size_t i = 0; i < jump_count; i++) regex->program[jumps[i]].next = regex->length;
    return !parser->why;
}

struct regex *regex_new(struct arena *arena, const char *pattern, size_t length, const char **why,
                        bool *refused) {
    struct regex *regex = arena_alloc(arena, sizeof *regex);
    struct parser parser = {.arena = arena, .regex = regex, .at = pattern, .end = pattern + length};
    *why = "out of memory";
    *refused = false;
    if (!regex) return NULL;
    if (length >= 4 && memcmp(pattern, "(?i)", 4) == 0) {
        regex->ignore_case = true;
        parser.at += 4;
    }
    if (parse_alternatives(&parser) && parser.at < parser.end)
        fail(&parser, "unbalanced parenthesis");
    emit(&parser, (struct instruction){.code = CODE_MATCH});
    *why = parser.why;
    *refused = parser.refused;
    return parser.why ? NULL : regex;
}
