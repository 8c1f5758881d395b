/* amount - numbers as people read them: "1,001", "6.1 ms", "12 MB". Always rounded, never padded.
 */
#ifndef UI_READER_AMOUNT_H
#define UI_READER_AMOUNT_H

#include <stddef.h>
#include <stdint.h>

struct amount {
    char text[32];
};

struct amount amount_count(uint64_t count);    /* 12,345 */
struct amount amount_ns(uint64_t nanoseconds); /* 340 ns, 6.1 us, 12 ms, 1.25 s */
struct amount amount_value(double value);      /* at most about four digits that matter */
struct amount amount_short(double value);      /* for an axis: 1.5k, 20M */

#endif
