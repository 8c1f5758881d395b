/* The blog as a site, over real sockets, on both kinds of server. */
#include "lessons/blog_site.h"

#include "tests/support/served.h"
#include "tests/support/testing.h"

static const struct server_options kinds[] = {{.kind = SERVER_SYNC, .workers = 2},
                                              {.kind = SERVER_ASYNC}};

/* Starts the blog in place of the pages that served_prepare is made for. */
static void start(struct served *served, struct blog_site *site, struct tallies *tallies,
                  int kind) {
    served_prepare(served, NULL, 0);
    struct arena *arena = served->runtime.arena;
    assert_true(blog_site_init(site, &served->runtime));
    assert_ptr_equal(served->runtime.arena, arena);
    blog_site_application(site, &served->application);
    served->application.tallies = tallies;
    served_start(served, kinds[kind]);
}

#define LAST(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static void pages_are_made_from_the_database(void **state) {
    (void)state;
    static const struct {
        const char *request, *status, *holds;
    } pages[] = {
        {LAST("/"), "200", "<a href=\"/articles/1000/\">"},
        {LAST("/articles/7/"), "200", "<h2>"},
        {LAST("/authors/3/"), "200", "<a href=\"/articles/"},
        {LAST("/articles.json"), "200", "{\"pk\": 1000, \"title\": \""},
        {LAST("/articles/1001/"), "404", "Not Found"},
        {LAST("/articles/seven/"), "404", "Not Found"},
        {LAST("/nowhere"), "404", "Not Found"},
    };
    for (int kind = 0; kind < 2; kind++) {
        struct served served;
        struct blog_site site;
        struct tallies tallies = {0};
        start(&served, &site, &tallies, kind);
        for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
            const char *text = served_say(&served, pages[i].request);
            assert_memory_equal(text + strlen("HTTP/1.1 "), pages[i].status, 3);
            assert_non_null(strstr(text, pages[i].holds));
        }
        server_stop(served.server);
        served.server = NULL;
        assert_int_equal(atomic_load(&tallies.requests), 7);
        assert_int_equal(atomic_load(&tallies.by_hundred[2]), 4);
        assert_int_equal(atomic_load(&tallies.by_hundred[4]), 3);
        served_stop(&served);
    }
}

static void the_export_streams_every_article(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct served served;
        struct blog_site site;
        start(&served, &site, NULL, kind);
        const char *text = served_say(&served, "GET /export.csv HTTP/1.0\r\n\r\n");
        const char *body = strstr(text, "\r\n\r\n") + 4;
        size_t rows = 0;
        for (const char *c = body; *c; c++) rows += *c == '\n';
        assert_int_equal(rows, 1000);
        assert_int_equal(strncmp(body, "1,", 2), 0);
        served_stop(&served);
    }
}

/* The memory held after many requests is what was held after a few. */
static void requests_leave_nothing_behind(void **state) {
    (void)state;
    struct served served;
    struct blog_site site;
    start(&served, &site, NULL, 1);
    size_t before = 0;
    for (int i = 0; i < 300; i++) {
        struct arena_mark mark = arena_mark(&served.arena);
        served_say(&served, LAST("/articles/7/"));
        arena_rewind(&served.arena, mark);
        if (i == 20) before = memory_held(&served.memory);
    }
    assert_in_range(memory_held(&served.memory), 0, before + 65536);
    served_stop(&served);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_made_from_the_database),
        cmocka_unit_test(the_export_streams_every_article),
        cmocka_unit_test(requests_leave_nothing_behind),
    };
    return RUN_TESTS(tests);
}
