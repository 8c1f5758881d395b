/* tried - see tried.h. */
#include "tests/support/tried.h"

#include "tests/support/testing.h"

char *tried_listing(const struct try_kind *kind, struct try_listing listing, int *code) {
    char *out = NULL;
    size_t size = 0;
    listing.out = open_memstream(&out, &size);
    assert_non_null(listing.out);
    *code = kind->run(&listing);
    assert_int_equal(fclose(listing.out), 0);
    return out;
}

char *tried(const struct try_kind *kind, const char *source, bool json, int *code) {
    struct try_listing listing = {.name = "test", .source = source, .json = json};
    return tried_listing(kind, listing, code);
}
