/* figure_text - see figure_text.h. A function for each kind, in a table; curves and lanes are in
 * figure_plot.c. */
#include "ui/figure_text.h"

#include <stdio.h>
#include <string.h>

#include "ui/columns.h"
#include "ui/listing_text.h"
#include "ui/markdown_lines.h"
#include "ui/units.h"

enum { INDENT = 2, NARROW = 60 };

static unsigned larger(unsigned a, unsigned b) {
    return a > b ? a : b;
}

/* ---- listing ------------------------------------------------------------------------------ */

/*     runs  queries  rows     time
 *        1        1   100   310 us   5  for article in page:
 *      100      100   100  5.81 ms   6      print(article.author.name)
 *
 * The counters stand before the line, as gcov writes them: source may be of any width. A narrow
 * paper has the queries alone, and a listing that asked nothing its runs. */
enum { RUNS, QUERIES, ROWS, TIME, COUNTERS, GAP = 2 };

static const char *const counters[COUNTERS] = {"runs", "queries", "rows", "time"};

/* What a line has for a counter: nothing where it was not reached, a dot where it asked nothing. */
static const char *counter(const struct figure_line *line, size_t which, char *buffer,
                           size_t size) {
    if (which == RUNS) return line->runs ? units_count(line->runs, buffer, size) : "";
    if (line->queries == 0) return line->runs && which != TIME ? "." : "";
    if (which == TIME) return units_duration(line->elapsed_ns, buffer, size);
    return units_count(which == QUERIES ? line->queries : line->rows, buffer, size);
}

static bool asks(const struct figure *figure) {
    for (size_t i = 0; i < figure->listing.count; i++)
        if (figure->listing.lines[i].queries > 0) return true;
    return false;
}

/* The columns of each counter; 0 for one that is not shown. */
static void measure_counters(const struct paper *paper, const struct figure *figure,
                             unsigned widths[COUNTERS]) {
    char buffer[UNITS_SIZE];
    bool asked = asks(figure), narrow = paper->width < NARROW;
    for (size_t i = 0; i < COUNTERS; i++) widths[i] = columns_of(counters[i]);
    for (size_t i = 0; i < figure->listing.count * COUNTERS; i++)
        widths[i % COUNTERS] =
            larger(widths[i % COUNTERS], columns_of(counter(&figure->listing.lines[i / COUNTERS],
                                                            i % COUNTERS, buffer, sizeof buffer)));
    for (size_t i = 0; i < COUNTERS; i++)
        if (i == RUNS ? narrow && asked : !asked || (narrow && i != QUERIES)) widths[i] = 0;
}

/* Adds the counters of a line, or their heads where it is NULL; returns the columns. */
static unsigned add_counters(struct text *out, const struct paper *paper,
                             const struct figure_line *line, const unsigned widths[COUNTERS]) {
    char buffer[UNITS_SIZE];
    unsigned used = 0;
    for (size_t i = 0; i < COUNTERS; i++) {
        if (widths[i] == 0) continue;
        const char *shown = line ? counter(line, i, buffer, sizeof buffer) : counters[i];
        paper_add_right(out, paper, shown, GAP + widths[i]);
        used += GAP + widths[i];
    }
    return used;
}

static void write_listing(struct text *out, const struct paper *paper,
                          const struct figure *figure) {
    unsigned widths[COUNTERS];
    measure_counters(paper, figure, widths);
    paper_style(out, paper, PAPER_FAINT);
    add_counters(out, paper, NULL, widths);
    text_add_char(out, '\n');
    paper_style(out, paper, PAPER_PLAIN);
    for (size_t i = 0; i < figure->listing.count; i++) {
        const struct figure_line *line = &figure->listing.lines[i];
        unsigned used = add_counters(out, paper, line, widths);
        text_format(out, "%c%3zu", figure->listing.current == i + 1 ? '>' : ' ', i + 1);
        paper_add_fill(out, ' ', *line->source ? GAP : 0);
        listing_text_add(out, paper, line->source, strlen(line->source), used + 4 + GAP);
    }
}

/* ---- trace -------------------------------------------------------------------------------- */

enum { TRACE_FIRST = 60, TRACE_LAST = 20, TRACE_DEPTH = 24 };

static unsigned drawn_depth(const struct figure_entry *entry) {
    return entry->depth < TRACE_DEPTH ? entry->depth : TRACE_DEPTH;
}

/* "view  200": what stands behind the mark. */
static unsigned columns_of_entry(const struct figure_entry *entry) {
    bool detailed = entry->detail && *entry->detail;
    return columns_of(entry->label) + (detailed ? 2 + columns_of(entry->detail) : 0);
}

/* One that is too wide for the paper, such as SQL, is wrapped beside its mark: "SELECT ... (1 row,
 * 3.7 us)". */
static void add_wide_entry(struct text *out, const struct paper *paper,
                           const struct figure_entry *entry, const char *mark, const char *time) {
    unsigned indent = INDENT + 2 * drawn_depth(entry);
    struct text words;
    text_init(&words, out->arena);
    const char *detail = entry->detail ? entry->detail : "";
    const char *separator = *detail && *time ? ", " : "";
    text_add(&words, entry->label);
    if (*detail || *time) text_format(&words, " (%s%s%s)", detail, separator, time);
    const char *whole = text_finish_part(&words, out);
    paper_add_entry(out, paper,
                    &(struct paper_entry){.indent = indent,
                                          .hang = indent + 2,
                                          .mark = mark,
                                          .words = whole ? whole : entry->label});
}

static void add_entry(struct text *out, const struct paper *paper, const struct figure_entry *entry,
                      unsigned room) {
    static const char *const marks[] = {[ENTRY_POINT] = "·", [ENTRY_IN] = "→", [ENTRY_OUT] = "←"};
    static const char *const ascii_marks[] = {
        [ENTRY_POINT] = ".", [ENTRY_IN] = ">", [ENTRY_OUT] = "<"};
    const char *mark = (paper->ascii ? ascii_marks : marks)[entry->shape];
    char time[UNITS_SIZE] = "";
    unsigned used = 2 * drawn_depth(entry) + 2 + columns_of_entry(entry);
    if (entry->elapsed_ns) units_duration(entry->elapsed_ns, time, sizeof time);
    if (INDENT + used + (*time ? 1 + columns_of(time) : 0) > paper->width) {
        add_wide_entry(out, paper, entry, mark, time);
        return;
    }
    paper_add_fill(out, ' ', INDENT + 2 * drawn_depth(entry));
    text_format(out, "%s ", mark);
    paper_add(out, paper, entry->label);
    if (entry->detail && *entry->detail) {
        text_add(out, "  ");
        paper_add(out, paper, entry->detail);
    }
    if (*time) {
        paper_add_fill(out, ' ', used <= room ? room - used : 1);
        paper_add_right(out, paper, time, used <= room ? 9 : 0);
    }
    text_add_char(out, '\n');
}

/* Where the times stand: behind the widest entry that has one, but on the paper where it can be. */
static unsigned trace_room(const struct paper *paper, const struct figure *figure) {
    unsigned room = 0, most = paper->width > INDENT + 9 ? paper->width - INDENT - 9 : 8;
    for (size_t i = 0; i < figure->trace.count; i++) {
        const struct figure_entry *entry = &figure->trace.entries[i];
        if (entry->elapsed_ns)
            room = larger(room, 2 * drawn_depth(entry) + 2 + columns_of_entry(entry));
    }
    return room < most ? room : most;
}

static void write_trace(struct text *out, const struct paper *paper, const struct figure *figure) {
    size_t count = figure->trace.count, hidden = 0;
    unsigned room = trace_room(paper, figure);
    if (count > TRACE_FIRST + TRACE_LAST + 1) hidden = count - TRACE_FIRST - TRACE_LAST;
    for (size_t i = 0; i < count; i++) {
        if (hidden && i == TRACE_FIRST) {
            paper_add_fill(out, ' ', INDENT);
            text_format(out, "... %zu more ...\n", hidden);
            i += hidden;
        }
        add_entry(out, paper, &figure->trace.entries[i], room);
    }
}

/* ---- bars --------------------------------------------------------------------------------- */

/* Bars of one lane look alike. The first lane's end is drawn to an eighth of a column. */
static void add_bar(struct text *out, const struct paper *paper, int lane, double share,
                    unsigned room) {
    static const char *const fills[] = {"█", "▓", "▒", "░"};
    static const char ascii_fills[] = "#=+-";
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned look = (unsigned)lane % 4;
    unsigned length = (unsigned)(share * 8 * room + 0.5);
    if (share > 0 && length == 0) length = 1;
    bool fine = !paper->ascii && look == 0;
    unsigned whole = fine ? length / 8 : (length + 4) / 8;
    if (!fine && length > 0 && whole == 0) whole = 1;
    for (unsigned i = 0; i < whole; i++) {
        if (paper->ascii)
            text_add_char(out, ascii_fills[look]);
        else
            text_add(out, fills[look]);
    }
    if (fine) text_add(out, eighths[length % 8]);
}

static void write_bars(struct text *out, const struct paper *paper, const struct figure *figure) {
    unsigned label = 0, value = 0;
    double most = 0;
    char number[UNITS_SIZE];
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        units_number(bar->value, figure->bars.unit, number, sizeof number);
        unsigned detail = bar->detail ? 2 + columns_of(bar->detail) : 0;
        label = larger(label, columns_of(bar->label));
        value = larger(value, columns_of(number) + detail);
        if (bar->value > most) most = bar->value;
    }
    unsigned used = INDENT + label + 2 + 1 + value;
    unsigned room = paper->width > used + 8 ? paper->width - used : 8;
    for (size_t i = 0; i < figure->bars.count; i++) {
        const struct figure_bar *bar = &figure->bars.bars[i];
        paper_add_fill(out, ' ', INDENT);
        paper_add_left(out, paper, bar->label, label);
        text_add(out, "  ");
        if (bar->value > 0) {
            add_bar(out, paper, bar->lane, bar->value / most, room < 40 ? room : 40);
            text_add_char(out, ' ');
        }
        paper_add(out, paper, units_number(bar->value, figure->bars.unit, number, sizeof number));
        if (bar->detail) text_add(out, "  ");
        if (bar->detail) paper_add(out, paper, bar->detail);
        text_add_char(out, '\n');
    }
}

/* ---- table -------------------------------------------------------------------------------- */

enum { ROWS_FIRST = 40, ROWS_LAST = 10 };

static void fill_cell(struct markdown_cell *cell, struct arena *arena, const char *text,
                      enum figure_align align) {
    rich_init(&cell->text, arena);
    rich_add_string(&cell->text, text, 0);
    cell->align = align == ALIGN_RIGHT ? CELL_RIGHT : CELL_LEFT;
}

static size_t rows_shown(const struct figure *figure) {
    size_t rows = figure->table.row_count;
    return rows > ROWS_FIRST + ROWS_LAST + 1 ? ROWS_FIRST + ROWS_LAST : rows;
}

/* The head and the rows that are shown, as the cells of a note's table. */
static bool fill_table(struct arena *arena, const struct figure *figure,
                       struct markdown_table *table) {
    size_t columns = figure->table.column_count, shown = rows_shown(figure);
    size_t hidden = figure->table.row_count - shown;
    table->columns = columns;
    table->count = table->capacity = columns * (shown + 1);
    table->cells = arena_array(arena, table->count, sizeof *table->cells);
    if (!table->cells) return false;
    for (size_t i = 0; i < columns; i++)
        fill_cell(&table->cells[i], arena, figure->table.columns[i].title,
                  figure->table.columns[i].align);
    for (size_t i = 0; i < columns * shown; i++) {
        size_t from = hidden && i >= ROWS_FIRST * columns ? i + hidden * columns : i;
        fill_cell(&table->cells[columns + i], arena, figure->table.cells[from],
                  figure->table.columns[i % columns].align);
    }
    return true;
}

static void write_table(struct text *out, const struct paper *paper, const struct figure *figure) {
    struct markdown_options options = {.width = paper->width - INDENT, .ascii = paper->ascii};
    struct markdown_table table;
    struct markdown_lines lines;
    if (figure->table.column_count == 0) return;
    lines_init(&lines, out->arena, &options);
    if (fill_table(out->arena, figure, &table))
        lines_put_table(&lines, &table);
    else
        lines.failed = true;
    for (size_t i = 0; i < lines.count; i++) {
        paper_add_fill(out, ' ', INDENT);
        for (size_t j = 0; j < lines.list[i].run_count; j++)
            paper_add_bytes(out, paper, lines.list[i].runs[j].text, lines.list[i].runs[j].length);
        text_add_char(out, '\n');
    }
    size_t hidden = figure->table.row_count - rows_shown(figure);
    if (hidden) text_format(out, "  (%zu rows between these are left out)\n", hidden);
    out->failed |= lines.failed;
}

/* ---- all ---------------------------------------------------------------------------------- */

void figure_text_body(struct text *out, const struct paper *paper, const struct figure *figure) {
    static void (*const writers[])(struct text *, const struct paper *, const struct figure *) = {
        [FIGURE_LISTING] = write_listing, [FIGURE_TRACE] = write_trace,
        [FIGURE_BARS] = write_bars,       [FIGURE_SERIES] = figure_plot_series,
        [FIGURE_TABLE] = write_table,     [FIGURE_TIMELINE] = figure_plot_timeline,
    };
    writers[figure->kind](out, paper, figure);
}

/* Behind the title where it fits there, else below it. */
static void add_simulated(struct text *out, const struct paper *paper,
                          const struct figure *figure) {
    struct text line;
    text_init(&line, out->arena);
    text_format(&line, "[simulated: %s]", figure->simulated);
    const char *whole = text_finish_part(&line, out);
    if (!whole) return;
    if (columns_of(figure->title) + 2 + columns_of(whole) <= paper->width) {
        text_add(out, "  ");
        paper_add(out, paper, whole);
        text_add_char(out, '\n');
    } else {
        text_add_char(out, '\n');
        paper_add_wrapped(out, paper, whole, INDENT);
    }
}

void figure_text(struct text *out, const struct paper *paper, const struct figure *figure) {
    paper_style(out, paper, PAPER_STRONG);
    paper_add(out, paper, figure->title);
    paper_style(out, paper, PAPER_PLAIN);
    if (figure->simulated)
        add_simulated(out, paper, figure);
    else
        text_add_char(out, '\n');
    figure_text_body(out, paper, figure);
    if (figure->note) paper_add_wrapped(out, paper, figure->note, INDENT);
}
