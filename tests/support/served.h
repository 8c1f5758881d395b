/* served - a server on a small site, for tests: started, talked to in plain bytes, stopped.
 *
 * served_start, served_say as often as wanted, served_stop, which also checks that nothing is held
 * any more. */
#ifndef TESTS_SUPPORT_SERVED_H
#define TESTS_SUPPORT_SERVED_H

#include "engine/server/pages.h"
#include "engine/server/server.h"

struct served {
    struct memory memory;
    struct arena arena;
    struct fault fault;
    struct head head; /* without a tape where `tape` is NULL */
    struct tape *tape;
    struct runtime runtime;
    struct pages site;
    struct application application;
    struct server *server;
};

/* Prepares an application with these pages and no layers; then change what you want. */
void served_prepare(struct served *served, const struct page *pages, size_t count);

/* Starts it; fails the test when it does not start. kind, workers and so on as in options; its
 * application is set here. */
void served_start(struct served *served, struct server_options options);
void served_stop(struct served *served);

/* A connection to it. */
int served_connect(const struct served *served);

/* Sends bytes on a connection; false when the server has closed it. */
bool served_send(int connection, const char *bytes, size_t length);

/* Reads until the server closes, or until `most` bytes came. NUL-terminated; returns the length. */
size_t served_read(int connection, char *buffer, size_t most);

/* Sends text on a fresh connection and reads until the server closes. Waits for nothing when the
 * text ends in a request with "Connection: close". Dates are replaced by "Date: -". */
const char *served_say(struct served *served, const char *text);

#endif
