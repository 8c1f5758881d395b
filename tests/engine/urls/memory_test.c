/* With every allocation in turn failing, the resolver says MemoryError, or answers rightly, and
 * never anything else. */
#include "engine/urls/index.h"
#include "engine/urls/site.h"
#include "engine/views/view.h"
#include "tests/support/running.h"
#include "tests/support/testing.h"

/* Runs `work` with its first, second, third ... block refused, until it needs no more. Blocks are
 * large: filling them up to here and there makes the refusals come at other places. */
static void fail_in_turn(bool (*work)(struct runtime *runtime)) {
    size_t refused = 0;
    for (size_t filled = 0; filled < 4000; filled += 37) {
        for (long turn = 0;; turn++) {
            struct running run;
            running_begin(&run, false);
            assert_non_null(arena_alloc(&run.arena, 1 + filled));
            atomic_store(&run.memory.fail_after, turn);
            bool done = work(&run.runtime);
            if (!done && !fault_is(&run.fault, "MemoryError"))
                fail_msg("%s: %s", run.fault.type, run.fault.message);
            refused += !done;
            running_end(&run);
            if (done) break;
        }
    }
    assert_true(refused > 50);
}

static bool run_source(struct runtime *runtime, struct script *script, const char *source) {
    return script && script_run(runtime, script, source);
}

static bool resolve_and_reverse(struct runtime *runtime) {
    struct url_site site;
    urls_site_init(&site);
    const struct module *modules[] = {urls_site_module(runtime, &site), NULL};
    modules[1] = modules[0] ? urls_blog_module(runtime) : NULL;
    if (!modules[1]) return false;
    struct script *script = script_new(runtime, modules, 2, true);
    site.script = script;
    if (!run_source(
            runtime, script,
            "from blog import views\n"
            "inner = [path('<int:year>/<slug:s>/', views.a, {'k': 1}, name='a')]\n"
            "urlpatterns = [path('x/', include((inner, 'app'), namespace='n')),\n"
            "               path('<path:rest>', views.b, name='b')]\n"
            "m = resolve('/x/2024/first/')\n"
            "print(m, m.kwargs, m.namespaces)\n"
            "print(reverse('n:a', args=[99999999999999999999, 'b c'.replace(' ', '-')]))\n"))
        return false;
    struct url_index *index = index_new(runtime, site.resolver);
    struct route_match match;
    bool found;
    return index && index_resolve(runtime, index, "/x/2024/first/", 14, &match, &found);
}

static bool call_views(struct runtime *runtime) {
    struct views *views = views_new(runtime);
    if (!views) return false;
    struct script *script = script_new(runtime, views->modules, VIEWS_MODULES, true);
    if (!script) return false;
    script_set_host(script, &(struct script_host){.host = views->classes,
                                                  .class_statement = class_statement,
                                                  .super_object = class_super});
    struct value request;
    return request_object_new(runtime, "POST", "/x/", NULL, &request) &&
           script_define(runtime, script, "request", request) &&
           run_source(runtime, script,
                      "class Mixin:\n"
                      "    def dispatch(self, request, *args, **kwargs):\n"
                      "        return super().dispatch(request, *args, **kwargs)\n"
                      "class Page(Mixin, LoginRequiredMixin, View):\n"
                      "    title = 'a'\n"
                      "    def get(self, request):\n"
                      "        return HttpResponse(self.title)\n"
                      "page = Page.as_view(title='b')\n"
                      "print(answer(page, request).status_code, Page.__mro__)\n"
                      "class Other(Mixin, View):\n"
                      "    pass\n"
                      "print(Other.as_view()(request)['Allow'])\n");
}

static void urls_survive_without_memory(void **state) {
    (void)state;
    fail_in_turn(resolve_and_reverse);
}

static void views_survive_without_memory(void **state) {
    (void)state;
    fail_in_turn(call_views);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_survive_without_memory),
        cmocka_unit_test(views_survive_without_memory),
    };
    return RUN_TESTS(tests);
}
