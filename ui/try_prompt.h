/* try_prompt - `daybook try` at a terminal: asks for blocks, and runs each when it is whole.
 *
 *     >>> for article in Article.objects.all()[:2]:
 *     ...     print(article.title)
 *     ...                                            an empty line ends a block
 *
 * Lines are edited, and blocks that were typed before come back with the arrows (try_typing.h).
 * Ctrl-C clears what was typed, or stops what runs; Ctrl-D leaves. */
#ifndef UI_TRY_PROMPT_H
#define UI_TRY_PROMPT_H

#include "ui/try_session.h"

/* Asks until Ctrl-D. Returns an exit code; an error of a statement is no failure of the session. */
int try_prompt(struct try_session *session, const struct try_calls *calls);

/* True when a block needs another line: a bracket or a triple-quoted text is open, its last line
 * ends in a backslash, or a colon has begun an indented part and no empty line has ended it. Each
 * line of the block ends with a newline. */
bool try_prompt_wants_more(const char *block);

#endif
