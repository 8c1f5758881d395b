/* lexer - Python's source text as tokens, one at a time.
 *
 *     source  ->  NAME 'for'  NAME 'a'  NAME 'in'  ...  OPERATOR ':'  NEWLINE  INDENT  ...  DEDENT
 * END
 *
 * Lines end a statement unless a bracket is open; indentation becomes INDENT and DEDENT. A token
 * that cannot be read is a fault, raised into the fault given to lexer_init, and an END.
 *
 * https://docs.python.org/3/reference/lexical_analysis.html */
#ifndef ENGINE_SCRIPT_LEXER_H
#define ENGINE_SCRIPT_LEXER_H

#include "engine/base/fault.h"

enum token_kind {
    TOKEN_NAME,
    TOKEN_KEYWORD,
    TOKEN_NUMBER,
    TOKEN_STRING, /* with its prefix and quotes */
    TOKEN_OPERATOR,
    TOKEN_NEWLINE, /* of a logical line */
    TOKEN_INDENT,
    TOKEN_DEDENT,
    TOKEN_END
};

struct token {
    enum token_kind kind;
    const char *start; /* into the source */
    size_t length;
    uint32_t line, column; /* 1-based; columns count characters */
};

enum { LEXER_BRACKETS = 100, LEXER_INDENTS = 50 };

struct lexer {
    struct fault *fault;
    const char *at;        /* next character to read */
    const char *counted;   /* up to here, on this line, characters have been counted */
    uint32_t line, column; /* of `counted` */
    bool begins_line;      /* indentation is to be measured next */
    bool in_line;          /* a token was given since the last NEWLINE */
    size_t bracket_count;
    size_t outer_brackets;                 /* 1: the source is the inside of a bracket */
    struct token brackets[LEXER_BRACKETS]; /* those open */
    size_t indent_count;
    uint32_t indents[LEXER_INDENTS];    /* widths, the first always 0; tabs are 8 wide */
    uint32_t alternates[LEXER_INDENTS]; /* the same with tabs 1 wide: both must tell the same */
    uint32_t dedents;                   /* still to be given */
};

/* Begins at source, which is NUL-terminated valid UTF-8 and stands at line and column. inside: as
 * if a bracket were open around it, so that lines do not matter (the inside of an f-string). */
void lexer_init(struct lexer *lexer, struct fault *fault, const char *source, uint32_t line,
                uint32_t column, bool inside);

/* Reads the next token. */
struct token lexer_next(struct lexer *lexer);

/* After a fault at `token`: skips to the next line that begins a statement in column 1 and starts
 * afresh. */
void lexer_recover(struct lexer *lexer, const struct token *token);

#endif
