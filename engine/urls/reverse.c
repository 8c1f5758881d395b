/* reverse - resolver_reverse: from a name and arguments to a path. See resolver.h.
 *
 * "shop:item" goes through the namespaces to a list of candidates; the first whose parameters fit
 * exactly and whose filled-in text its own pattern matches is taken. */
#include <string.h>

#include "engine/urls/candidates.h"
#include "engine/urls/quote.h"

struct search {
    struct runtime *runtime;
    struct resolver *resolver;
    const struct reverse_call *call;
    struct value name; /* without its namespaces */
    /* The patterns of the includes that the namespaces led through, outermost first. */
    const struct pattern *prefix[LEVELS_MOST];
    size_t prefix_count;
    const struct candidates *candidates; /* where the namespaces led */
};

/* ---- namespaces --------------------------------------------------------------------------- */

static bool not_registered(struct runtime *runtime, const char *name, struct text *passed) {
    const char *shown = object_repr(runtime, value_text(name));
    if (!shown || passed->failed) return fault_no_memory(runtime->fault);
    if (passed->length == 0)
        return fault_raise(runtime->fault, "NoReverseMatch", "%s is not a registered namespace",
                           shown);
    return fault_raise(runtime->fault, "NoReverseMatch",
                       "%s is not a registered namespace inside '%s'", shown, passed->data);
}

/* Adds the includes of a chain behind the prefix. Together they are never deeper than levels go. */
static void add_prefix(struct search *search, const struct chain *chain) {
    if (chain->outer) add_prefix(search, chain->outer);
    search->prefix[search->prefix_count++] = &chain->route->pattern;
}

/* Takes the text up to the next ":" off `rest`; NULL at the end. */
static const char *next_name(struct runtime *runtime, const char **rest) {
    size_t length = strcspn(*rest, ":");
    const char *name = arena_copy(runtime->arena, *rest, length);
    *rest += length + ((*rest)[length] == ':');
    return name;
}

static bool enter_namespace(struct search *search, const char *name, const char **current_app,
                            struct text *passed) {
    struct runtime *runtime = search->runtime;
    const char *current = NULL;
    if (*current_app && **current_app && !(current = next_name(runtime, current_app)))
        return fault_no_memory(runtime->fault);
    const char *instance = candidates_instance(search->candidates, name, current);
    /* Off the path of the current app, the rest of that path says nothing. */
    if (!current || strcmp(instance, current) != 0) *current_app = NULL;
    const struct namespace *namespace = candidates_namespace(search->candidates, instance);
    if (!namespace) return not_registered(runtime, instance, passed);
    if (passed->length) text_add_char(passed, ':');
    text_add(passed, instance);
    add_prefix(search, namespace->chain);
    search->candidates = candidates_of(runtime, search->resolver, namespace->level);
    return search->candidates != NULL;
}

/* name = (namespace ":")* view_name */
static bool follow_namespaces(struct search *search) {
    struct runtime *runtime = search->runtime;
    search->candidates = candidates_of(runtime, search->resolver, search->resolver->root);
    if (!search->candidates) return false;
    search->name = search->call->name;
    if (search->name.kind != VALUE_TEXT) return true;
    const char *rest = search->name.text, *current_app = search->call->current_app;
    struct text passed;
    text_init(&passed, runtime->arena);
    while (strchr(rest, ':')) {
        const char *name = next_name(runtime, &rest);
        if (!name) return fault_no_memory(runtime->fault);
        if (!enter_namespace(search, name, &current_app, &passed)) return false;
    }
    search->name = value_text(rest);
    return true;
}

/* The prefix is compiled on its own, before anything behind it is looked at. */
static bool check_prefix(struct search *search) {
    struct runtime *runtime = search->runtime;
    struct pattern prefix;
    const char *complaint;
    if (!pattern_join(runtime, search->prefix, search->prefix_count, &prefix) ||
        !pattern_redefinition(runtime, &prefix, "", &complaint))
        return false;
    if (!complaint) return true;
    struct text regex;
    text_init(&regex, runtime->arena);
    pattern_add_regex(&prefix, &regex);
    const char *shown = text_finish(&regex);
    if (!shown) return fault_no_memory(runtime->fault);
    return fault_raise(runtime->fault, "ImproperlyConfigured",
                       "\"%s\" is not a valid regular expression: %s", shown, complaint);
}

/* ---- one candidate ------------------------------------------------------------------------ */

static bool join_candidate(struct search *search, const struct candidate *candidate,
                           struct pattern *joined) {
    const struct pattern *chain[2 * LEVELS_MOST + 1];
    size_t count = search->prefix_count, depth = 0;
    memcpy(chain, search->prefix, count * sizeof *chain);
    for (const struct chain *link = candidate->chain; link; link = link->outer) depth++;
    count += depth;
    for (const struct chain *link = candidate->chain; link; link = link->outer)
        chain[search->prefix_count + --depth] = &link->route->pattern;
    return pattern_join(search->runtime, chain, count, joined);
}

/* The third arguments of the routes of a chain in one dict: the outer ones win here, though in
 * resolve() the inner ones do. NULL where there are none; false: fault. */
static bool gather_defaults(struct runtime *runtime, const struct candidate *candidate,
                            const struct dict **defaults) {
    struct dict *gathered = NULL;
    *defaults = NULL;
    for (const struct chain *link = candidate->chain; link; link = link->outer) {
        const struct dict *extra = link->route->extra;
        if (!extra) continue;
        if (!gathered && !(gathered = dict_new(runtime))) return false;
        for (size_t i = 0; i < extra->count; i++)
            if (!dict_set(runtime, gathered, extra->entries[i].key, extra->entries[i].value))
                return false;
    }
    *defaults = gathered;
    return true;
}

static bool has_key(struct runtime *runtime, const struct dict *dict, const char *name) {
    struct value value;
    bool found = false;
    return dict && dict_get(runtime, dict, value_text(name), &value, &found) && found;
}

static bool has_parameter(const struct pattern *pattern, const char *name) {
    for (size_t i = 0; i < pattern->count; i++)
        if (strcmp(pattern->parameters[i].name, name) == 0) return true;
    return false;
}

/* set(kwargs) ^ set(parameters) - set(defaults) is empty. */
static bool names_fit(struct runtime *runtime, const struct pattern *pattern,
                      const struct dict *kwargs, const struct dict *defaults) {
    for (size_t i = 0; kwargs && i < kwargs->count; i++) {
        const char *name = kwargs->entries[i].key.text;
        if (!has_parameter(pattern, name) && !has_key(runtime, defaults, name)) return false;
    }
    for (size_t i = 0; i < pattern->count; i++) {
        const char *name = pattern->parameters[i].name;
        if (!has_key(runtime, kwargs, name) && !has_key(runtime, defaults, name)) return false;
    }
    return true;
}

/* A default that is given all the same must be given with an equal value. */
static bool defaults_fit(struct runtime *runtime, const struct dict *kwargs,
                         const struct dict *defaults, bool *fit) {
    *fit = true;
    for (size_t i = 0; kwargs && defaults && i < defaults->count && *fit; i++) {
        struct value given;
        bool found;
        if (!dict_get(runtime, kwargs, defaults->entries[i].key, &given, &found)) return false;
        if (found && !object_equal(runtime, given, defaults->entries[i].value, fit)) return false;
    }
    return true;
}

/* to_url() of every argument: str(). `names` are those of the parameters or of the kwargs. */
static bool fill_texts(struct search *search, const struct pattern *pattern, struct dict **filled) {
    struct runtime *runtime = search->runtime;
    const struct list *args = search->call->args;
    const struct dict *kwargs = search->call->kwargs;
    size_t count = args ? args->count : kwargs ? kwargs->count : 0;
    *filled = dict_new(runtime);
    for (size_t i = 0; *filled && i < count; i++) {
        struct value name = args ? value_text(pattern->parameters[i].name) : kwargs->entries[i].key;
        const char *text = object_str(runtime, args ? args->items[i] : kwargs->entries[i].value);
        if (!text || !dict_set(runtime, *filled, name, value_text(text))) return false;
    }
    return *filled != NULL;
}

/* Do the arguments fit the parameters, as far as names and numbers go? */
static bool arguments_fit(struct search *search, const struct candidate *candidate,
                          const struct pattern *pattern, bool *fit) {
    const struct list *args = search->call->args;
    const struct dict *kwargs = search->call->kwargs, *defaults;
    *fit = args && args->count == pattern->count;
    if (args) return true;
    if (!gather_defaults(search->runtime, candidate, &defaults)) return false;
    *fit = names_fit(search->runtime, pattern, kwargs, defaults);
    return !*fit || defaults_fit(search->runtime, kwargs, defaults, fit);
}

/* The route with its parameters as Python's % operator wants them: "/int/%(n)s/". A "%" of the
 * route itself is not doubled, and so goes wrong the way it does in Django. */
static const char *write_template(struct arena *arena, const struct pattern *pattern) {
    struct text text;
    text_init(&text, arena);
    text_add_char(&text, '/');
    text_add_bytes(&text, pattern->route, pattern->length);
    for (size_t i = 0; i < pattern->count; i++) {
        text_format(&text, "%%(%s)s", pattern->parameters[i].name);
        text_add_bytes(&text, pattern->parameters[i].literal, pattern->parameters[i].length);
    }
    return text_finish(&text);
}

/* Fills a candidate's text and holds it against its own pattern; *path stays NULL where it does
 * not match. */
static bool try_candidate(struct search *search, const struct candidate *candidate,
                          const char **path) {
    struct runtime *runtime = search->runtime;
    struct pattern pattern;
    struct dict *texts;
    bool fit;
    *path = NULL;
    if (!join_candidate(search, candidate, &pattern) ||
        !arguments_fit(search, candidate, &pattern, &fit))
        return false;
    if (!fit) return true;
    if (!fill_texts(search, &pattern, &texts)) return false;
    const char *template = write_template(runtime->arena, &pattern);
    if (!template) return fault_no_memory(runtime->fault);
    const char *filled = percent_fill(runtime, template, texts), *complaint;
    if (!filled || !pattern_redefinition(runtime, &pattern, "^/", &complaint)) return false;
    if (complaint) return fault_raise(runtime->fault, "re.error", "%s", complaint);
    struct span spans[PATTERN_PARAMETERS];
    size_t end;
    if (filled[0] != '/' || !pattern_match(&pattern, filled + 1, strlen(filled + 1), spans, &end))
        return true;
    *path = quote_path(runtime->arena, filled);
    return *path || fault_no_memory(runtime->fault);
}

/* ---- what was not found ------------------------------------------------------------------- */

/* The expressions of all candidates, as a Python list shows them. */
static const char *show_tried(struct search *search, const struct candidate_list *list) {
    struct runtime *runtime = search->runtime;
    struct text tried;
    text_init(&tried, runtime->arena);
    for (const struct candidate *one = list->first; one; one = one->next) {
        struct pattern pattern;
        struct text regex;
        if (!join_candidate(search, one, &pattern)) return NULL;
        text_init(&regex, runtime->arena);
        pattern_add_regex(&pattern, &regex);
        const char *whole = text_finish(&regex);
        const char *shown = whole ? object_repr(runtime, value_text(whole)) : NULL;
        if (!shown) return fault_no_memory(runtime->fault), NULL;
        text_format(&tried, "%s%s", one == list->first ? "" : ", ", shown);
    }
    const char *text = text_finish(&tried);
    return text ? text : (fault_no_memory(runtime->fault), NULL);
}

/* "arguments '(1, 2)'", "keyword arguments '{'n': 1}'", "no arguments". */
static const char *show_arguments(struct search *search) {
    struct runtime *runtime = search->runtime;
    const struct list *args = search->call->args;
    const struct dict *kwargs = search->call->kwargs;
    if (!args && !kwargs) return "no arguments";
    struct list tuple = {0};
    if (args) tuple = *args;
    tuple.base.type = &tuple_type;
    struct value shown =
        value_object(args ? &tuple.base : (struct object *)(uintptr_t)&kwargs->base);
    const char *repr = object_repr(runtime, shown);
    if (!repr) return NULL;
    const char *text =
        arena_format(runtime->arena, "%s '%s'", args ? "arguments" : "keyword arguments", repr);
    return text ? text : (fault_no_memory(runtime->fault), NULL);
}

static bool raise_no_match(struct search *search, const struct candidate_list *list) {
    struct runtime *runtime = search->runtime;
    bool is_view = search->name.kind == VALUE_OBJECT;
    const char *name =
        is_view ? route_view_path(runtime, search->name) : object_str(runtime, search->name);
    if (!name) return false;
    if (!list)
        return fault_raise(runtime->fault, "NoReverseMatch",
                           "Reverse for '%s' not found. '%s' is not a valid view function or "
                           "pattern name.",
                           name, name);
    const char *arguments = show_arguments(search);
    const char *tried = arguments ? show_tried(search, list) : NULL;
    if (!tried) return false;
    return fault_raise(runtime->fault, "NoReverseMatch",
                       "Reverse for '%s' with %s not found. %zu pattern(s) tried: [%s]", name,
                       arguments, list->count, tried);
}

/* ---- from outside ------------------------------------------------------------------------- */

/* **kwargs becomes keywords of a Python method that has parameters of its own. */
static bool check_keywords(struct runtime *runtime, const struct dict *kwargs) {
    static const char *const taken[] = {"self", "lookup_view", "_prefix"};
    for (size_t i = 0; kwargs && i < kwargs->count; i++) {
        struct value key = kwargs->entries[i].key;
        if (key.kind != VALUE_TEXT)
            return fault_raise(runtime->fault, "TypeError", "keywords must be strings");
        for (size_t j = 0; j < sizeof taken / sizeof *taken; j++)
            if (strcmp(key.text, taken[j]) == 0)
                return fault_raise(runtime->fault, "TypeError",
                                   "URLResolver._reverse_with_prefix() got multiple values for "
                                   "argument '%s'",
                                   taken[j]);
    }
    return true;
}

const char *resolver_reverse(struct runtime *runtime, struct resolver *resolver,
                             const struct reverse_call *asked) {
    struct reverse_call call = *asked;
    if (call.args && call.args->count == 0) call.args = NULL;
    if (call.kwargs && call.kwargs->count == 0) call.kwargs = NULL;
    struct search search = {.runtime = runtime, .resolver = resolver, .call = &call};
    const struct candidate_list *list;
    if (!follow_namespaces(&search) || !check_keywords(runtime, call.kwargs)) return NULL;
    if (call.args && call.kwargs)
        return fault_raise(runtime->fault, "ValueError",
                           "Don't mix *args and **kwargs in call to reverse()!"),
               NULL;
    if (!check_prefix(&search) || !candidates_find(runtime, search.candidates, search.name, &list))
        return NULL;
    for (const struct candidate *one = list ? list->first : NULL; one; one = one->next) {
        const char *path;
        if (!try_candidate(&search, one, &path)) return NULL;
        if (path) return path;
    }
    return raise_no_match(&search, list), NULL;
}
