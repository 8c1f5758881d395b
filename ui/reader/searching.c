/* searching - a text is looked up in all notes and listings.
 *
 * Notes are searched as they are shown: the cells of a built page, row after row, with one blank
 * between rows. So a match may go over the end of a row, and what is drawn by us (bars, rules) is
 * never found. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "ui/columns.h"
#include "ui/reader/modes.h"
#include "ui/reader/note.h"

/* A page's text in a row, and where each character stands. */
struct flow {
    struct place {
        uint32_t rune;
        int y, x;
    } * places;
    size_t count;
};

static uint32_t folded(uint32_t rune) {
    return rune < 0x80 ? (uint32_t)tolower((int)rune) : (uint32_t)towlower((wint_t)rune);
}

static void add_place(struct flow *flow, uint32_t rune, int y, int x) {
    bool double_blank =
        rune == ' ' && (flow->count == 0 || flow->places[flow->count - 1].rune == ' ');
    if (!double_blank) flow->places[flow->count++] = (struct place){folded(rune), y, x};
}

static bool flow_page(struct flow *flow, const struct grid *page) {
    size_t cells = (size_t)page->height * (size_t)page->width;
    *flow = (struct flow){malloc((cells + (size_t)page->height + 1) * sizeof *flow->places), 0};
    if (!flow->places) return false;
    for (int y = 0; y < page->height; y++) {
        const struct cell *row = page->cells + (size_t)y * (size_t)page->width;
        for (int x = 0; x < page->width; x++)
            if (row[x].rune != 0 && row[x].style.role != ROLE_RULE)
                add_place(flow, row[x].rune, y, x);
        add_place(flow, ' ', y, page->width - 1);
    }
    return true;
}

/* The text looked for as folded characters. */
struct needle {
    uint32_t runes[STATE_WORD];
    size_t count;
};

static struct needle needle_of(const char *text) {
    struct needle needle = {.count = 0};
    for (const char *end = text + strlen(text); text < end && needle.count < STATE_WORD;)
        needle.runes[needle.count++] = folded(columns_next_point(&text, end));
    return needle;
}

static bool matches(const struct flow *flow, size_t at, const struct needle *needle) {
    if (needle->count == 0 || at + needle->count > flow->count) return false;
    for (size_t i = 0; i < needle->count; i++)
        if (flow->places[at + i].rune != needle->runes[i]) return false;
    return true;
}

/* ---- finding --------------------------------------------------------------------------------- */

void search_release(struct search *search) {
    free(search->hits);
    *search = (struct search){0};
}

static bool add_hit(struct search *search, struct hit hit) {
    if ((search->count & (search->count - 1)) == 0) { /* the room doubles at each power of two */
        size_t room = search->count ? search->count * 2 : 1;
        struct hit *hits = realloc(search->hits, room * sizeof *hits);
        if (!hits) return false;
        search->hits = hits;
    }
    search->hits[search->count++] = hit;
    return true;
}

static bool find_in_note(struct search *search, const struct needle *needle, struct grid *page,
                         size_t lesson, size_t step) {
    struct flow flow;
    size_t ordinal = 0;
    bool room = flow_page(&flow, page);
    for (size_t i = 0; room && i < flow.count; i++)
        if (matches(&flow, i, needle))
            room = add_hit(search, (struct hit){lesson, step, false, ordinal++});
    free(flow.places);
    return room;
}

/* A listing's lines are a page of their own. */
static bool find_in_listing(struct search *search, const struct needle *needle, struct grid *page,
                            const char *listing, size_t lesson, size_t step) {
    enum { LINE_WIDTH = 200 };
    bool room = grid_resize(page, 0, LINE_WIDTH);
    for (size_t line = 1; room && *listing; line++) {
        size_t length = strcspn(listing, "\n");
        struct flow flow;
        grid_resize(page, 1, LINE_WIDTH);
        grid_put_bytes(page, 0, 0, LINE_WIDTH, listing, length, STYLE(TEXT));
        room = flow_page(&flow, page);
        for (size_t i = 0; room && i < flow.count; i++) {
            if (!matches(&flow, i, needle)) continue;
            room = add_hit(search, (struct hit){lesson, step, true, line});
            break;
        }
        free(flow.places);
        listing += length + (listing[length] == '\n');
    }
    return room;
}

static const char *listing_of(const struct state *state, size_t lesson, size_t step) {
    const char *edited = state_visit_of(state, lesson, step)->listing;
    const struct lesson *owner = state->course.lessons[lesson];
    return edited ? edited : step_listing(owner, owner->steps[step]);
}

/* The first match at or behind the step that is open. */
static size_t first_from_here(const struct state *state) {
    const struct search *search = &state->search;
    for (size_t i = 0; i < search->count; i++) {
        const struct hit *hit = &search->hits[i];
        if (hit->lesson > state->lesson ||
            (hit->lesson == state->lesson && hit->step >= state->step))
            return i;
    }
    return 0;
}

size_t search_find(struct state *state, const char *text) {
    struct search *search = &state->search;
    struct needle needle = needle_of(text);
    struct grid page;
    bool room = true;
    search_release(search);
    grid_init(&page, state->ascii);
    for (size_t i = 0; room && i < state->course.count; i++) {
        const struct lesson *lesson = state->course.lessons[i];
        for (size_t j = 0; room && j < lesson->step_count; j++) {
            note_build(&page, lesson, j, layout_note_width(state));
            room = find_in_note(search, &needle, &page, i, j) &&
                   find_in_listing(search, &needle, &page, listing_of(state, i, j), i, j);
        }
    }
    grid_release(&page);
    if (search->count > 0) {
        size_t length = columns_fit(text, strlen(text), STATE_WORD / 4);
        memcpy(search->text, text, length);
        search->text[length] = '\0';
        search->at = first_from_here(state);
    }
    state->stale |= STALE_NOTE | STALE_LIVE;
    return search->count;
}

/* ---- showing --------------------------------------------------------------------------------- */

/* The row of the note's page on which a match begins. */
static int row_of_match(const struct state *state, size_t ordinal) {
    struct needle needle = needle_of(state->search.text);
    struct flow flow;
    int row = 0;
    if (!flow_page(&flow, &state->note)) return 0;
    for (size_t i = 0; i < flow.count; i++) {
        if (!matches(&flow, i, &needle)) continue;
        row = flow.places[i].y;
        if (ordinal-- == 0) break;
    }
    free(flow.places);
    return row;
}

unsigned search_show(struct state *state) {
    const struct search *search = &state->search;
    struct hit hit = search->hits[search->at];
    unsigned effects = state_go(state, hit.lesson, hit.step);
    state->pane = hit.listing ? PANE_LIVE : PANE_NOTE;
    if (hit.listing) {
        state->selected = (unsigned)hit.ordinal;
        state->live_top = 0;
        state->stale |= STALE_LIVE;
    } else {
        state->note_top = row_of_match(state, hit.ordinal) - layout_of(state).note.height / 3;
    }
    state_say(state, "match %zu of %zu: %s", search->at + 1, search->count, search->text);
    return effects;
}

void search_mark(const struct search *search, struct grid *page) {
    struct needle needle = needle_of(search->text);
    struct flow flow;
    if (needle.count == 0 || !flow_page(&flow, page)) return;
    for (size_t i = 0; i < flow.count; i++) {
        if (!matches(&flow, i, &needle)) continue;
        for (size_t j = 0; j < needle.count; j++) {
            struct place *place = &flow.places[i + j];
            grid_set_role(page, place->y, place->x, place->x + 1, ROLE_MATCH);
        }
    }
    free(flow.places);
}
