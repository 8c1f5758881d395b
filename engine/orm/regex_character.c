/* regex_character - characters of regular expressions: see regex_program.h. */
#include "engine/orm/regex_program.h"

uint32_t regex_read(const char **at, const char *end) {
    static const struct {
        unsigned char mask, lead;
        size_t more;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 1}, {0xf0, 0xe0, 2}, {0xf8, 0xf0, 3}};
    unsigned char first = (unsigned char)*(*at)++;
    for (size_t i = 1; i < 4; i++) {
        if ((first & forms[i].mask) != forms[i].lead || (size_t)(end - *at) < forms[i].more)
            continue;
        uint32_t character = first & (unsigned char)~forms[i].mask;
        size_t j = 0;
        for (; j < forms[i].more && ((unsigned char)(*at)[j] & 0xc0) == 0x80; j++)
            character = character << 6 | ((unsigned char)(*at)[j] & 0x3f);
        if (j < forms[i].more) break;
        *at += j;
        return character;
    }
    return first;
}

/* Beyond ASCII: blocks without letters, digits or numbers (Unicode's punctuation and symbols). */
static const struct {
    uint32_t first, last;
} symbols[] = {
    {0x80, 0xa9},       {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},     {0xbb, 0xbb},
    {0xbf, 0xbf},       {0xd7, 0xd7},     {0xf7, 0xf7},     {0x2c2, 0x2c5},   {0x2000, 0x206f},
    {0x20a0, 0x20ff},   {0x2190, 0x245f}, {0x2500, 0x2775}, {0x2794, 0x2bff}, {0x3000, 0x3004},
    {0x3008, 0x3020},   {0xfe10, 0xfe6f}, {0xff01, 0xff0f}, {0xff1a, 0xff20}, {0x1f000, 0x1f0ff},
    {0x1f300, 0x1faff},
};

bool regex_is_word(uint32_t character) {
    if (character < 128)
        return character == '_' || (character >= '0' && character <= '9') ||
               ((character | 32) >= 'a' && (character | 32) <= 'z');
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        if (character >= symbols[i].first && character <= symbols[i].last) return false;
    return true;
}

static bool in_class(char class, uint32_t character) {
    switch (class) {
    case 'd': return character >= '0' && character <= '9';
    case 's':
        return character == ' ' || (character >= '\t' && character <= '\r') || character == 0x85 ||
               character == 0xa0;
    default: return regex_is_word(character);
    }
}

/* Simple case folding: ASCII, Latin-1, Greek and Cyrillic, whose pairs lie at fixed distances. */
uint32_t regex_fold(uint32_t character) {
    if (character >= 'A' && character <= 'Z') return character + 32;
    if (character < 128) return character;
    if (character >= 0xc0 && character <= 0xde && character != 0xd7) return character + 32;
    if (character >= 0x100 && character <= 0x177 && character != 0x130 && character != 0x131 &&
        !(character >= 0x138 && character <= 0x148))
        return character | 1;
    if (character >= 0x391 && character <= 0x3a9) return character + 32;
    if (character >= 0x410 && character <= 0x42f) return character + 32;
    if (character >= 0x400 && character <= 0x40f) return character + 80;
    return character;
}

static bool set_has_exactly(const struct character_set *set, uint32_t character) {
    for (size_t i = 0; i < set->count; i++) {
        const struct range *range = &set->ranges[i];
        bool inside = range->class ? in_class(range->class, character) != range->negated
                                   : character >= range->first && character <= range->last;
        if (inside) return true;
    }
    return false;
}

bool regex_set_has(const struct character_set *set, uint32_t character, bool ignore_case) {
    bool inside = set_has_exactly(set, character);
    if (!inside && ignore_case) {
        uint32_t folded = regex_fold(character);
        inside = set_has_exactly(set, folded);
        static const uint32_t distances[] = {1, 32, 80}; /* to its capital */
        for (size_t i = 0; !inside && i < 3; i++)
            inside = regex_fold(folded - distances[i]) == folded &&
                     set_has_exactly(set, folded - distances[i]);
    }
    return inside != set->negated;
}
