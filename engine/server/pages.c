/* pages - see pages.h. */
#include "engine/server/pages.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool resolve(const struct urlconf *urlconf, struct runtime *runtime,
                    struct request *request) {
    const struct pages *pages = urlconf->context;
    for (size_t i = 0; i < pages->count; i++) {
        const struct page *page = &pages->list[i];
        bool matched = strcmp(page->path, request->path) == 0;
        head_point(runtime->head, TAPE_PATTERN, page->path, matched);
        if (!matched) continue;
        request->view = &page->view;
        return true;
    }
    return fault_raise(runtime->fault, "Resolver404", "%s", request->path);
}

struct urlconf pages_urlconf(const struct pages *pages) {
    return (struct urlconf){.resolve = resolve, .context = pages};
}

/* ---- a view that works -------------------------------------------------------------------- */

static uint64_t thread_cpu_ns(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)) return UINT64_MAX;
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Real work, so that a core is really busy: the sum only keeps the compiler from dropping it. With
 * many threads on few cores it may take long; a cancelled run does not wait for it. */
static uint32_t compute(struct runtime *runtime, uint64_t cpu_ns) {
    uint32_t sum = 2166136261u;
    uint64_t end = thread_cpu_ns() + cpu_ns;
    while (thread_cpu_ns() < end && !runtime_cancelled(runtime))
        for (uint32_t i = 0; i < 2000; i++) sum = (sum ^ i) * 16777619u;
    return sum;
}

static bool carry_number(const struct request *request, struct response *response) {
    const char *number = strstr(request->query_string, "n=");
    return !number || response_set_header(response, "X-Request", number + 2);
}

static enum view_says work(const struct view *view, struct view_frame *frame) {
    const struct work *asked = view->context;
    if (frame->resumed == 0 && asked->wait_ns) {
        frame->wait_ns = asked->wait_ns;
        return VIEW_WAITS;
    }
    uint32_t sum = asked->cpu_ns ? compute(frame->runtime, asked->cpu_ns) : 0;
    if (fault_raised(frame->runtime->fault)) return VIEW_RAISES;
    frame->response = response_format(frame->request->arena, 200, "done %08x\n", sum);
    if (frame->response && carry_number(frame->request, frame->response)) return VIEW_ANSWERS;
    fault_no_memory(frame->runtime->fault);
    return VIEW_RAISES;
}

struct view view_working(const char *name, const struct work *asked) {
    return (struct view){.base = {&view_type},
                         .name = name,
                         .module = "blog.views",
                         .call = work,
                         .context = (void *)asked};
}
