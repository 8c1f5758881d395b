/* served - see served.h. */
#include "tests/support/served.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/testing.h"

void served_prepare(struct served *served, const struct page *pages, size_t count) {
    memset(served, 0, sizeof *served);
    memory_init(&served->memory, 0);
    arena_init(&served->arena, NULL);
    fault_init(&served->fault, &served->arena);
    served->tape = tape_new(NULL, 0);
    assert_non_null(served->tape);
    head_init(&served->head, served->tape);
    served->runtime = (struct runtime){.arena = &served->arena,
                                       .memory = &served->memory,
                                       .head = &served->head,
                                       .fault = &served->fault};
    served->site = (struct pages){pages, count};
    struct chain *chain = chain_build(&served->runtime, NULL, 0, pages_urlconf(&served->site));
    assert_non_null(chain);
    served->application = (struct application){.chain = chain,
                                               .tape = served->tape,
                                               .memory = &served->memory,
                                               .limits = wire_limits_usual,
                                               .keep_alive = true};
}

void served_start(struct served *served, struct server_options options) {
    options.application = &served->application;
    served->server = server_start(&options, &served->fault);
    if (!served->server) fail_msg("not started: %s", served->fault.message);
}

void served_stop(struct served *served) {
    server_stop(served->server);
    assert_int_equal(memory_held(&served->memory), 0);
    tape_free(served->tape);
    arena_release(&served->arena);
}

int served_connect(const struct served *served) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server_port(served->server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(connection >= 0);
    assert_int_equal(connect(connection, (struct sockaddr *)&address, sizeof address), 0);
    return connection;
}

bool served_send(int connection, const char *bytes, size_t length) {
    while (length) {
        ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

size_t served_read(int connection, char *buffer, size_t most) {
    size_t length = 0;
    while (length < most) {
        struct pollfd polled = {.fd = connection, .events = POLLIN};
        if (poll(&polled, 1, 20000) == 0) fail_msg("the server says nothing for 20 s");
        ssize_t got = recv(connection, buffer + length, most - length, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        length += (size_t)got;
    }
    buffer[length] = '\0';
    return length;
}

static void hide_dates(char *text) {
    for (char *date = text; (date = strstr(date, "Date: ")) != NULL; date += 6) {
        char *end = strstr(date, "\r\n");
        if (!end) return;
        date[6] = '-';
        memmove(date + 7, end, strlen(end) + 1);
    }
}

const char *served_say(struct served *served, const char *text) {
    enum { MOST = 1 << 20 };
    char *buffer = arena_alloc(&served->arena, MOST + 1);
    int connection = served_connect(served);
    served_send(connection, text, strlen(text));
    served_read(connection, buffer, MOST);
    close(connection);
    hide_dates(buffer);
    return buffer;
}
