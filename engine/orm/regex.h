/* regex - regular expressions as __regex and __iregex need them: Python's syntax, searched in time
 * that grows with text x pattern and never explodes.
 *
 *     pattern -> parser -> program -> threads that walk it side by side (Thompson, Pike)
 *
 * Grammar (a subset of Python's re):
 *     alternatives  sequence { "|" sequence }
 *     sequence      { atom [ "*" | "+" | "?" | "{" n [ "," [ m ] ] "}" ] [ "?" ] }
 *     atom          character | "." | "^" | "$" | class | "\" escape | "(" [ "?:" ] alternatives
 * ")" class         "[" [ "^" ] { character [ "-" character ] | "\" escape } "]" escape        d D
 * w W s S b B A Z, n t r f v, or a punctuation mark and in front of it all (?i), which ignores
 * case. Back references, lookarounds and possessive repeats are refused.
 *
 * In Django this is Python's re.search, called by the REGEXP function of its SQLite backend. */
#ifndef ENGINE_ORM_REGEX_H
#define ENGINE_ORM_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/arena.h"

struct regex;

/* Compiles a pattern, UTF-8. NULL with the reason in *why: a syntax error, no memory, or, with
 * *refused, something that Python has and this engine has not. The program lives in the arena. */
struct regex *regex_new(struct arena *arena, const char *pattern, size_t length, const char **why,
                        bool *refused);

/* True when the pattern matches somewhere in the text. *failed is set when there was no memory. */
bool regex_search(const struct regex *regex, const char *text, size_t length, bool *failed);

#endif
