/* `daybook serve` as a process: started, asked, stopped by a signal. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "tests/support/testing.h"

struct process {
    pid_t id;
    FILE *out;
    uint16_t port;
};

/* Starts it and waits for the line that says where it listens. */
static struct process start(const char *option, const char *argument) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct process process = {.id = fork()};
    if (process.id == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(getenv("DAYBOOK"), "daybook", "serve", option, argument, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    process.out = fdopen(ends[0], "r");
    unsigned port = 0;
    char line[128];
    assert_non_null(fgets(line, sizeof line, process.out));
    assert_int_equal(sscanf(line, "The blog is at http://127.0.0.1:%u/", &port), 1);
    process.port = (uint16_t)port;
    return process;
}

/* Says text on a fresh connection and reads what comes until it is closed. */
static void say(const struct process *process, const char *text, char *answer, size_t size) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(process->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(AF_INET, SOCK_STREAM, 0);
    size_t length = 0;
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    for (ssize_t got; (got = recv(client, answer + length, size - 1 - length, 0)) > 0;)
        length += (size_t)got;
    answer[length] = '\0';
    close(client);
}

/* Ends it; hands out the last line it printed. */
static int stop(struct process *process, int number, char *line, int size) {
    int status;
    kill(process->id, number);
    while (waitpid(process->id, &status, 0) < 0 && errno == EINTR) {
    }
    *line = '\0';
    while (fgets(line, size, process->out)) {
    }
    fclose(process->out);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void it_serves_until_a_signal_and_says_how_many(void **state) {
    (void)state;
    static const struct {
        const char *option, *argument;
        int number;
    } runs[] = {{"--async", NULL, SIGINT}, {"--workers", "3", SIGTERM}, {NULL, NULL, SIGHUP}};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct process process = start(runs[i].option, runs[i].argument);
        char answer[65536], line[256];
        say(&process,
            "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\n\r\n"
            "GET /articles/7/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            answer, sizeof answer);
        assert_int_equal(strncmp(answer, "HTTP/1.1 200 OK\r\n", 17), 0);
        assert_non_null(strstr(answer, "HTTP/1.1 404 Not Found\r\n"));
        assert_non_null(strstr(answer, "<h1>An article</h1>"));
        assert_int_equal(stop(&process, runs[i].number, line, sizeof line), 0);
        assert_int_equal(strncmp(line, "3 requests: 2 ok, 1 refused, 0 failed;", 38), 0);
    }
}

static void a_port_that_is_taken_is_exit_code_3(void **state) {
    (void)state;
    struct process process = start(NULL, NULL);
    struct program program = {0};
    char port[8], line[256];
    snprintf(port, sizeof port, "%u", (unsigned)process.port);
    assert_true(program_init(&program));
    assert_int_equal(program_run(&program, "serve", "--port", port, NULL), 3);
    assert_non_null(strstr(program.err, "daybook: serve: could not listen on 127.0.0.1, port "));
    program_release(&program);
    assert_int_equal(stop(&process, SIGINT, line, sizeof line), 0);
}

static void wrong_options_are_exit_code_2(void **state) {
    (void)state;
    struct program program = {0};
    assert_true(program_init(&program));
    assert_int_equal(program_run(&program, "serve", "--workers", "0", NULL), 2);
    assert_int_equal(program_run(&program, "serve", "--workers", "x", NULL), 2);
    assert_int_equal(program_run(&program, "serve", "--port", "65536", NULL), 2);
    assert_int_equal(program_run(&program, "serve", "--async", "--workers", "2", NULL), 2);
    assert_int_equal(program_run(&program, "serve", "somewhere", NULL), 2);
    assert_int_equal(program_run(&program, "serve", "--help", NULL), 0);
    program_release(&program);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_serves_until_a_signal_and_says_how_many),
        cmocka_unit_test(a_port_that_is_taken_is_exit_code_3),
        cmocka_unit_test(wrong_options_are_exit_code_2),
    };
    return RUN_TESTS(tests);
}
