/* blog_site - see blog_site.h. In order: asking the ORM, writing pages, the views, the site.
 *
 * The views say in C what a Django view says in Python; the Python stands above each of them. */
#include "lessons/blog_site.h"

#include <inttypes.h>
#include <string.h>

#include "engine/http/csv.h"
#include "engine/middleware/routing.h"
#include "engine/orm/queryset.h"
#include "lessons/blog.h"
#include "lessons/blog_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- asking the ORM ----------------------------------------------------------------------- */

/* Model.objects */
static bool objects(struct runtime *runtime, const char *model, struct value *value) {
    struct manager *manager = manager_new(runtime, registry_model(&blog, model));
    if (manager) *value = value_object(&manager->base);
    return manager != NULL;
}

/* *value = value.name(text): a method with one text, or none where it is NULL. */
static bool call(struct runtime *runtime, struct value *value, const char *name, const char *text) {
    struct value method, argument = value_text(text ? text : "");
    struct arguments arguments = {.values = &argument, .count = text != NULL};
    return object_get_attribute(runtime, *value, name, &method) &&
           object_call(runtime, method, &arguments, value);
}

/* *value = value.filter(name=what) */
static bool filter(struct runtime *runtime, struct value *value, const char *name,
                   struct value what) {
    struct value method;
    struct keyword keyword = {name, what};
    struct arguments arguments = {.keywords = &keyword, .keyword_count = 1};
    return object_get_attribute(runtime, *value, "filter", &method) &&
           object_call(runtime, method, &arguments, value);
}

/* *value = value[:most] */
static bool first_ones(struct runtime *runtime, struct value *value, int64_t most) {
    struct slice slice = {value_none(), value_int(most), value_none()};
    return object_get_slice(runtime, *value, &slice, value);
}

/* str(value.name), or str(value.name.inner) */
static const char *attribute(struct runtime *runtime, struct value value, const char *name,
                             const char *inner) {
    struct value found;
    if (!object_get_attribute(runtime, value, name, &found)) return NULL;
    if (inner && !object_get_attribute(runtime, found, inner, &found)) return NULL;
    return object_str(runtime, found);
}

/* ---- writing pages ------------------------------------------------------------------------ */

struct page_text {
    struct runtime *runtime;
    struct text text;
};

/* Mirrors django.utils.html.escape. */
static void add_escaped(struct text *text, const char *plain) {
    static const struct {
        char plain;
        const char *escaped;
    } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#x27;"}};
    for (; *plain; plain++) {
        const char *escaped = NULL;
        for (size_t i = 0; i < COUNT(escapes); i++)
            if (escapes[i].plain == *plain) escaped = escapes[i].escaped;
        if (escaped)
            text_add(text, escaped);
        else
            text_add_char(text, *plain);
    }
}

/* RFC 8259, 7: quotes, backslashes and control characters are escaped. */
static void add_json(struct text *text, const char *plain) {
    text_add_char(text, '"');
    for (; *plain; plain++) {
        unsigned char c = (unsigned char)*plain;
        if (c == '"' || c == '\\') text_add_char(text, '\\');
        if (c < ' ')
            text_format(text, "\\u%04x", c);
        else
            text_add_char(text, *plain);
    }
    text_add_char(text, '"');
}

static bool add_attribute(struct page_text *page, struct value value, const char *name,
                          const char *inner, void (*add)(struct text *, const char *)) {
    const char *text = attribute(page->runtime, value, name, inner);
    if (text) add(&page->text, text);
    return text != NULL;
}

/* Calls `each` for every object of a queryset. */
static bool for_each(struct page_text *page, struct value queryset,
                     bool (*each)(struct page_text *page, struct value object)) {
    struct value iterator, object;
    bool done = false;
    if (!object_iterate(page->runtime, queryset, &iterator)) return false;
    while (object_next(page->runtime, iterator, &object, &done) && !done)
        if (!each(page, object)) return false;
    return done;
}

static enum view_says answer(struct view_frame *frame, struct page_text *page, bool made,
                             const char *type) {
    struct runtime *runtime = frame->runtime;
    const char *body = made ? text_finish(&page->text) : NULL;
    struct response *response = body ? response_new(runtime->arena, 200, "", 0) : NULL;
    if (!response || !response_set_header(response, "Content-Type", type)) {
        fault_no_memory(runtime->fault); /* the first fault stays */
        return VIEW_RAISES;
    }
    response->body = body; /* it lives in the request's arena as the response does */
    response->length = page->text.length;
    frame->response = response;
    return VIEW_ANSWERS;
}

static struct page_text page_begin(struct view_frame *frame, const char *title) {
    struct page_text page = {.runtime = frame->runtime};
    text_init(&page.text, frame->runtime->arena);
    if (title)
        text_format(&page.text, "<!doctype html>\n<title>%s</title>\n<h1>%s</h1>\n", title, title);
    return page;
}

static const char html[] = "text/html; charset=utf-8", json[] = "application/json";

/* ---- views -------------------------------------------------------------------------------- */

/* Article.objects.select_related("author").order_by("-pk")[:20] */
static bool newest(struct runtime *runtime, struct value *articles) {
    return objects(runtime, "Article", articles) &&
           call(runtime, articles, "select_related", "author") &&
           call(runtime, articles, "order_by", "-pk") && first_ones(runtime, articles, 20);
}

static bool add_article_line(struct page_text *page, struct value article) {
    struct text *text = &page->text;
    text_add(text, "<li><a href=\"/articles/");
    if (!add_attribute(page, article, "pk", NULL, add_escaped)) return false;
    text_add(text, "/\">");
    if (!add_attribute(page, article, "title", NULL, add_escaped)) return false;
    text_add(text, "</a>, <a href=\"/authors/");
    if (!add_attribute(page, article, "author_id", NULL, add_escaped)) return false;
    text_add(text, "/\">");
    if (!add_attribute(page, article, "author", "name", add_escaped)) return false;
    text_add(text, "</a>\n");
    return true;
}

static enum view_says home(const struct view *view, struct view_frame *frame) {
    (void)view;
    struct page_text page = page_begin(frame, "The newest articles");
    struct value articles;
    text_add(&page.text, "<ul>\n");
    bool made = newest(frame->runtime, &articles) && for_each(&page, articles, add_article_line);
    text_add(&page.text, "</ul>\n");
    return answer(frame, &page, made, html);
}

static bool add_article_object(struct page_text *page, struct value article) {
    struct text *text = &page->text;
    text_add(text, page->text.length > 1 ? ",\n{\"pk\": " : "{\"pk\": ");
    if (!add_attribute(page, article, "pk", NULL, text_add)) return false;
    text_add(text, ", \"title\": ");
    if (!add_attribute(page, article, "title", NULL, add_json)) return false;
    text_add(text, ", \"author\": ");
    if (!add_attribute(page, article, "author", "name", add_json)) return false;
    text_add_char(text, '}');
    return true;
}

/* JsonResponse(list(...), safe=False) */
static enum view_says article_list(const struct view *view, struct view_frame *frame) {
    (void)view;
    struct page_text page = page_begin(frame, NULL);
    struct value articles;
    text_add_char(&page.text, '[');
    bool made = newest(frame->runtime, &articles) && for_each(&page, articles, add_article_object);
    text_add(&page.text, "]\n");
    return answer(frame, &page, made, json);
}

/* get_object_or_404(Model, pk=pk) */
static bool get_object_or_404(struct view_frame *frame, const char *model, struct value *object) {
    struct runtime *runtime = frame->runtime;
    struct value pk = frame->request->resolver_match->kwargs[0].value;
    if (!objects(runtime, model, object) || !filter(runtime, object, "pk", pk) ||
        !call(runtime, object, "first", NULL))
        return false;
    return object->kind != VALUE_NONE ||
           fault_raise(runtime->fault, "Http404", "No %s matches the given query.", model);
}

static bool add_tag(struct page_text *page, struct value tag) {
    text_add(&page->text, "<li>");
    bool added = add_attribute(page, tag, "name", NULL, add_escaped);
    text_add_char(&page->text, '\n');
    return added;
}

/* article = get_object_or_404(Article, pk=pk); article.author; article.tags.all() */
static enum view_says article(const struct view *view, struct view_frame *frame) {
    (void)view;
    struct page_text page = page_begin(frame, "An article");
    struct runtime *runtime = frame->runtime;
    struct value object, tags;
    bool made = get_object_or_404(frame, "Article", &object);
    text_add(&page.text, "<h2>");
    made = made && add_attribute(&page, object, "title", NULL, add_escaped);
    text_add(&page.text, "</h2>\n<p>by ");
    made = made && add_attribute(&page, object, "author", "name", add_escaped);
    text_add(&page.text, "\n<p>");
    made = made && add_attribute(&page, object, "body", NULL, add_escaped);
    text_add(&page.text, "\n<ul>\n");
    made = made && object_get_attribute(runtime, object, "tags", &tags) &&
           call(runtime, &tags, "all", NULL) && for_each(&page, tags, add_tag);
    text_add(&page.text, "</ul>\n");
    return answer(frame, &page, made, html);
}

static bool add_title(struct page_text *page, struct value object) {
    text_add(&page->text, "<li><a href=\"/articles/");
    if (!add_attribute(page, object, "pk", NULL, add_escaped)) return false;
    text_add(&page->text, "/\">");
    if (!add_attribute(page, object, "title", NULL, add_escaped)) return false;
    text_add(&page->text, "</a>\n");
    return true;
}

/* author = get_object_or_404(Author, pk=pk); author.article_set.all() */
static enum view_says author(const struct view *view, struct view_frame *frame) {
    (void)view;
    struct page_text page = page_begin(frame, "An author");
    struct runtime *runtime = frame->runtime;
    struct value object, articles;
    bool made = get_object_or_404(frame, "Author", &object);
    text_add(&page.text, "<h2>");
    made = made && add_attribute(&page, object, "name", NULL, add_escaped);
    text_add(&page.text, "</h2>\n<ul>\n");
    made = made && object_get_attribute(runtime, object, "article_set", &articles) &&
           call(runtime, &articles, "all", NULL) && for_each(&page, articles, add_title);
    text_add(&page.text, "</ul>\n");
    return answer(frame, &page, made, html);
}

/* ---- the export --------------------------------------------------------------------------- */

struct export_stream {
    struct stream stream;
    struct value iterator;
    char *row; /* one that did not fit into the last piece, or NULL */
    size_t length;
};

/* writer.writerow([article.pk, article.title, article.views]); *length 0 at the end */
static bool make_row(struct runtime *runtime, struct export_stream *export) {
    static const char *const columns[] = {"pk", "title", "views"};
    struct csv_field fields[COUNT(columns)];
    struct value object, column;
    bool done;
    export->length = 0;
    if (!object_next(runtime, export->iterator, &object, &done)) return false;
    if (done) return true;
    for (size_t i = 0; i < COUNT(columns); i++)
        if (!object_get_attribute(runtime, object, columns[i], &column) ||
            !csv_field_of(runtime, column, &fields[i]))
            return false;
    export->row = arena_alloc(runtime->arena, csv_row_most(fields, COUNT(columns)));
    if (!export->row) return fault_no_memory(runtime->fault);
    export->length = csv_row(export->row, fields, COUNT(columns));
    return true;
}

static enum stream_says pull_export(struct runtime *runtime, struct stream *stream, char *room,
                                    size_t size, size_t *length) {
    struct export_stream *export = stream->state;
    for (*length = 0;; export->length = 0) {
        if (export->length == 0 && !make_row(runtime, export)) return STREAM_FAILS;
        if (export->length == 0) return *length ? STREAM_HAS : STREAM_ENDS;
        if (export->length > size) return STREAM_FAILS; /* titles have 200 characters at most */
        if (export->length > size - *length) return STREAM_HAS;
        memcpy(room + *length, export->row, export->length);
        *length += export->length;
    }
}

/* StreamingHttpResponse(rows of Article.objects.order_by("pk").iterator()) */
static enum view_says export_csv(const struct view *view, struct view_frame *frame) {
    (void)view;
    struct runtime *runtime = frame->runtime;
    struct export_stream *export = arena_alloc(runtime->arena, sizeof *export);
    struct response *response =
        export ? response_streaming(runtime->arena, 200, &export->stream) : NULL;
    struct value articles;
    if (!response || !response_set_header(response, "Content-Type", "text/csv")) {
        fault_no_memory(runtime->fault);
        return VIEW_RAISES;
    }
    if (!objects(runtime, "Article", &articles) || !call(runtime, &articles, "order_by", "pk") ||
        !call(runtime, &articles, "iterator", NULL) ||
        !object_iterate(runtime, articles, &export->iterator))
        return VIEW_RAISES;
    export->stream = (struct stream){.pull = pull_export, .state = export};
    frame->response = response;
    return VIEW_ANSWERS;
}

/* ---- the site ----------------------------------------------------------------------------- */

static const struct {
    const char *route;
    struct view view;
} pages[] = {
    {"", {{&view_type}, "home", "blog.views", home, NULL}},
    {"articles/<int:pk>/", {{&view_type}, "article", "blog.views", article, NULL}},
    {"authors/<int:pk>/", {{&view_type}, "author", "blog.views", author, NULL}},
    {"articles.json", {{&view_type}, "article_list", "blog.views", article_list, NULL}},
    {"export.csv", {{&view_type}, "export_csv", "blog.views", export_csv, NULL}},
};

bool blog_site_init(struct blog_site *site, struct runtime *runtime) {
    struct list *urlpatterns = list_new(runtime, &list_type, COUNT(pages));
    for (size_t i = 0; urlpatterns && i < COUNT(pages); i++) {
        struct route *route =
            routing_route(runtime, pages[i].route, &pages[i].view, pages[i].view.name);
        if (!route || !list_append(runtime, urlpatterns, value_object(&route->base))) return false;
    }
    struct resolver *resolver =
        urlpatterns ? resolver_new(runtime, value_object(&urlpatterns->base)) : NULL;
    site->memory = runtime->memory;
    site->chain = resolver ? chain_build(runtime, NULL, 0, routing_urlconf(resolver)) : NULL;
    return site->chain != NULL;
}

/* A connection belongs to one thread, so each opens the blog for itself: the same rows each time.
 */
static struct database *open_database(const struct application *application, struct fault *fault) {
    struct arena arena;
    struct head silent;
    arena_init(&arena, application->memory);
    head_init(&silent, NULL);
    struct runtime runtime = {
        .arena = &arena, .memory = application->memory, .head = &silent, .fault = fault};
    struct database *database = blog_open(&runtime, &blog_size_usual);
    arena_release(&arena);
    return database;
}

void blog_site_application(const struct blog_site *site, struct application *application) {
    *application = (struct application){
        .chain = site->chain,
        .memory = site->memory,
        .limits = wire_limits_usual,
        .patience = {.receive_ns = 30000000000u, .send_ns = 60000000000u, .idle_ns = 75000000000u},
        .keep_alive = true,
        .open_database = open_database,
        .close_database = database_close,
    };
}
