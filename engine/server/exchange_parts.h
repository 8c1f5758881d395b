/* exchange_parts - what exchange.c and exchange_answer.c share, and nobody else. */
#ifndef ENGINE_SERVER_EXCHANGE_PARTS_H
#define ENGINE_SERVER_EXCHANGE_PARTS_H

#include "engine/server/exchange.h"

/* The clock that patience is counted on: clock_ns(), give or take a few milliseconds. */
uint64_t exchange_now(void);

/* The chain has answered: writes the head, and the body or its beginning. */
void exchange_answer(struct exchange *exchange, struct response *response);

/* The handler itself raised: no page was made, so the server makes one, or none at all when the run
 * was cancelled. gunicorn does the same. */
void exchange_answer_raised(struct exchange *exchange);

/* Pulls one piece of a streamed response into the output, framed. False when the stream waits. */
bool exchange_pull(struct exchange *exchange);

#endif
