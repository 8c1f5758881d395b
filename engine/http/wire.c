/* wire - the reader. See wire.h.
 *
 * Layers, from the bytes up: take_line gathers one line, the parse_ functions read one line each,
 * frame_ and finish_head decide what the head means for the body, wire_read walks the states.
 *
 *     START -> FIELDS -> LENGTH ----------------------------> END
 *                   \--> CHUNK_SIZE -> CHUNK_DATA -> CHUNK_LINE_END
 *                   |       ^  \-> TRAILERS -> END       |
 *                   |       '----------------------------'
 *                   \--> UNTIL_CLOSE -> END
 *
 * A line is looked at when it is complete, never before: that is why splits cannot matter. Only the
 * limits are checked on the way, by position. */
#include "engine/http/wire.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum state {
    START,
    FIELDS,
    BODY,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_LINE_END,
    TRAILERS,
    UNTIL_CLOSE,
    END,
    REFUSED
};

/* Offsets into reader->text, which moves while it grows. */
struct wire_mark {
    uint32_t name, value;
};

const struct wire_limits wire_limits_usual = {
    .line = 8190, .head = 65536, .fields = 100, .body = 2621440};

void wire_reader_init(struct wire_reader *reader, enum wire_role role,
                      const struct wire_limits *limits, struct memory *memory) {
    assert(limits->head >= limits->line + 2);
    *reader = (struct wire_reader){.role = role, .limits = *limits, .memory = memory};
}

void wire_reader_release(struct wire_reader *reader) {
    memory_give(reader->memory, reader->text, reader->room);
    memory_give(reader->memory, reader->marks, reader->mark_room * sizeof *reader->marks);
    memory_give(reader->memory, reader->fields, reader->field_room * sizeof *reader->fields);
    reader->text = NULL;
    reader->marks = NULL;
    reader->fields = NULL;
    reader->room = reader->mark_room = reader->field_room = 0;
}

void wire_reader_next(struct wire_reader *reader) {
    reader->head = (struct wire_head){0};
    reader->state = START;
    reader->bodiless = false;
    reader->used = reader->line = reader->mark_count = 0;
    reader->left = reader->seen = 0;
}

bool wire_reader_is_idle(const struct wire_reader *reader) {
    return reader->state == START && reader->used == 0;
}

/* ---- refusing ----------------------------------------------------------------------------- */

static bool refuse(struct wire_reader *reader, int status, const char *why) {
    reader->state = REFUSED;
    reader->status = status;
    reader->why = why;
    return false;
}

static bool refuse_length(struct wire_reader *reader) {
    switch (reader->state) {
    case START: return refuse(reader, 414, "the start line is too long");
    case FIELDS: return refuse(reader, 431, "the header fields are too large");
    case TRAILERS: return refuse(reader, 431, "the trailer fields are too large");
    default: return refuse(reader, 400, "the chunk size line is too long");
    }
}

static bool refuse_memory(struct wire_reader *reader) {
    return refuse(reader, 503, "no memory for the message");
}

/* ---- one line ----------------------------------------------------------------------------- */

static bool make_room(struct wire_reader *reader, size_t more) {
    if (reader->used + more <= reader->room) return true;
    size_t room = reader->room ? reader->room : 512;
    while (room < reader->used + more) room *= 2;
    char *text = memory_resize(reader->memory, reader->text, reader->room, room);
    if (!text) return false;
    reader->text = text;
    reader->room = room;
    return true;
}

/* Gathers bytes up to the end of the line. True with *complete when the line is there: it begins at
 * reader->line and is NUL-terminated where its CR was. */
static bool take_line(struct wire_reader *reader, const char *bytes, size_t length, size_t *used,
                      bool *complete) {
    const char *end = length ? memchr(bytes, '\n', length) : NULL;
    size_t more = end ? (size_t)(end - bytes) + 1 : length;
    size_t line = reader->used - reader->line + more;
    size_t most = reader->limits.line + (end ? 2 : 1); /* what may end in CR LF, or in CR so far */
    bool in_head = reader->state == START || reader->state == FIELDS;
    *complete = false;
    if (line > most || (in_head && reader->used + more > reader->limits.head))
        return refuse_length(reader);
    if (!make_room(reader, more)) return refuse_memory(reader);
    if (more) memcpy(reader->text + reader->used, bytes, more);
    reader->used += more;
    *used += more;
    if (!end) return true;
    if (line < 2 || reader->text[reader->used - 2] != '\r')
        return refuse(reader, 400, "a line ends without a carriage return");
    reader->text[reader->used - 2] = '\0';
    *complete = true;
    return true;
}

/* The current line's length, once it is complete. */
static size_t line_length(const struct wire_reader *reader) {
    return reader->used - reader->line - 2;
}

static void next_line(struct wire_reader *reader) {
    reader->line = reader->used;
}

/* Lines behind the head are forgotten as soon as they are read. */
static void drop_line(struct wire_reader *reader) {
    reader->used = reader->line;
}

/* ---- characters --------------------------------------------------------------------------- */

/* RFC 9110, 5.6.2: tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" /
 * "`" / "|" / "~" / DIGIT / ALPHA */
static bool is_token_char(unsigned char c) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return c && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

/* RFC 9110, 5.5: VCHAR / obs-text / SP / HTAB */
static bool is_value_char(unsigned char c) {
    return c == '\t' || (c >= ' ' && c != 0x7f);
}

static size_t token_length(const char *text) {
    size_t length = 0;
    while (is_token_char((unsigned char)text[length])) length++;
    return length;
}

/* All of a text of this length: a NUL in the middle is no value character. */
static bool all_value_chars(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!is_value_char((unsigned char)text[i])) return false;
    return true;
}

/* ---- the start line ----------------------------------------------------------------------- */

/* RFC 9112, 2.3: HTTP-version = "HTTP" "/" DIGIT "." DIGIT. We speak 1.0 and 1.1. */
static bool parse_version(struct wire_reader *reader, const char *text) {
    bool shaped = memcmp(text, "HTTP/", 5) == 0 && text[5] >= '0' && text[5] <= '9' &&
                  text[6] == '.' && text[7] >= '0' && text[7] <= '9';
    if (!shaped) return refuse(reader, 400, "the version is not of the form HTTP/1.1");
    if (text[5] != '1' || text[7] > '1') return refuse(reader, 505, "only HTTP/1.0 and HTTP/1.1");
    reader->head.minor = text[7] - '0';
    return true;
}

/* RFC 9112, 3: request-line = method SP request-target SP HTTP-version */
static bool parse_request_line(struct wire_reader *reader, char *line, size_t length) {
    size_t method = token_length(line);
    if (method == 0 || line[method] != ' ') return refuse(reader, 400, "no method");
    char *target = line + method + 1, *end = target;
    while (*end > ' ' && *end < 0x7f) end++;
    if (end == target || *end != ' ') return refuse(reader, 400, "the target is malformed");
    if ((size_t)(end - line) + 1 + 8 != length)
        return refuse(reader, 400, "the version is not of the form HTTP/1.1");
    if (!parse_version(reader, end + 1)) return false;
    line[method] = *end = '\0';
    return true;
}

/* RFC 9112, 4: status-line = HTTP-version SP status-code SP [ reason-phrase ] */
static bool parse_status_line(struct wire_reader *reader, char *line, size_t length) {
    if (length < 12) return refuse(reader, 400, "the status line is too short");
    if (!parse_version(reader, line)) return false;
    int status = 0;
    for (int i = 9; i < 12; i++) {
        if (line[i] < '0' || line[i] > '9') return refuse(reader, 400, "the status is no number");
        status = status * 10 + (line[i] - '0');
    }
    bool spaced = line[8] == ' ' && (length == 12 || line[12] == ' ');
    if (!spaced || status < 100 || status > 599 || !all_value_chars(line, length))
        return refuse(reader, 400, "the status line is malformed");
    reader->head.status = status;
    return true;
}

static bool parse_start(struct wire_reader *reader) {
    char *line = reader->text + reader->line;
    size_t length = line_length(reader);
    if (length == 0 && reader->role == WIRE_REQUESTS && reader->line == 0) {
        next_line(reader); /* RFC 9112, 2.2: one empty line before a request is overlooked */
        return true;
    }
    if (length == 0) return refuse(reader, 400, "an empty line where a message should begin");
    bool fine = reader->role == WIRE_REQUESTS ? parse_request_line(reader, line, length)
                                              : parse_status_line(reader, line, length);
    if (!fine) return false;
    reader->left = reader->line; /* where the start line stands, until the fields are read */
    reader->state = FIELDS;
    next_line(reader);
    return true;
}

/* ---- fields ------------------------------------------------------------------------------- */

static bool grow_marks(struct wire_reader *reader) {
    size_t old = reader->mark_room, room = old ? old * 2 : 16;
    void *marks = memory_resize(reader->memory, reader->marks, old * sizeof *reader->marks,
                                room * sizeof *reader->marks);
    if (!marks) return false;
    reader->marks = marks;
    reader->mark_room = room;
    return true;
}

static bool grow_fields(struct wire_reader *reader) {
    if (reader->mark_count <= reader->field_room) return true;
    void *fields =
        memory_resize(reader->memory, reader->fields, reader->field_room * sizeof *reader->fields,
                      reader->mark_room * sizeof *reader->fields);
    if (!fields) return false;
    reader->fields = fields;
    reader->field_room = reader->mark_room;
    return true;
}

/* RFC 9112, 5: field-line = field-name ":" OWS field-value OWS. A line that begins with a blank
 * would be obs-fold, and a blank before the colon is forbidden: a name is a token, so both fail. */
static bool parse_field(struct wire_reader *reader, bool keep) {
    char *line = reader->text + reader->line;
    size_t length = line_length(reader), name = token_length(line);
    if (name == 0 || line[name] != ':') return refuse(reader, 400, "a header field is malformed");
    char *value = line + name + 1, *end = line + length;
    if (!all_value_chars(value, (size_t)(end - value)))
        return refuse(reader, 400, "a header field has a control character");
    while (value < end && (*value == ' ' || *value == '\t')) value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) end--;
    if (reader->mark_count == reader->limits.fields)
        return refuse(reader, 431, "there are too many header fields");
    if (!keep) {
        reader->mark_count++; /* a trailer field counts, and is dropped */
        return true;
    }
    if (reader->mark_count == reader->mark_room && !grow_marks(reader))
        return refuse_memory(reader);
    line[name] = *end = '\0';
    reader->marks[reader->mark_count++] =
        (struct wire_mark){(uint32_t)reader->line, (uint32_t)(value - reader->text)};
    return true;
}

const char *wire_field(const struct wire_head *head, const char *name) {
    for (size_t i = 0; i < head->field_count; i++)
        if (strcasecmp(head->fields[i].name, name) == 0) return head->fields[i].value;
    return NULL;
}

/* ---- what the head means ------------------------------------------------------------------ */

/* The fields that decide about the message, each with how often it came. */
struct decisive {
    const char *host, *length, *coding;
    unsigned hosts, lengths, codings;
    bool close, keep_alive;
};

/* True when a comma-separated list has the word: "keep-alive, Upgrade". */
static bool list_has(const char *list, const char *word) {
    size_t length = strlen(word);
    while (*list) {
        list += strspn(list, " \t,");
        size_t item = strcspn(list, " \t,");
        if (item == length && strncasecmp(list, word, length) == 0) return true;
        list += item;
    }
    return false;
}

static struct decisive find_decisive(struct wire_head *head) {
    struct decisive found = {0};
    for (size_t i = 0; i < head->field_count; i++) {
        const struct wire_field *field = &head->fields[i];
        if (!strchr("HhCcTtEe", *field->name)) continue; /* none of those below */
        if (strcasecmp(field->name, "Host") == 0) {
            found.host = field->value;
            found.hosts++;
        } else if (strcasecmp(field->name, "Content-Length") == 0) {
            found.length = field->value;
            found.lengths++;
        } else if (strcasecmp(field->name, "Transfer-Encoding") == 0) {
            found.coding = field->value;
            found.codings++;
        } else if (strcasecmp(field->name, "Connection") == 0) {
            found.close |= list_has(field->value, "close");
            found.keep_alive |= list_has(field->value, "keep-alive");
        } else if (strcasecmp(field->name, "Expect") == 0) {
            head->expects_continue |= strcasecmp(field->value, "100-continue") == 0;
        }
    }
    return found;
}

/* RFC 9112, 3.2: a 1.1 request has exactly one Host; no request has two. RFC 3986 says which
 * characters: those of a name or address, and a port. */
static bool check_host(struct wire_reader *reader, const struct decisive *found) {
    if (found->hosts > 1) return refuse(reader, 400, "there are two Host fields");
    if (found->hosts == 0)
        return reader->head.minor == 0 || refuse(reader, 400, "the Host field is missing");
    for (const char *c = found->host; *c; c++)
        if (!is_token_char((unsigned char)*c) && !strchr(":[]()=,;", *c))
            return refuse(reader, 400, "the Host field is malformed");
    return true;
}

/* RFC 9110, 8.6: Content-Length = 1*DIGIT. No sign, no blank, no list, nothing past 18 digits. */
static bool parse_length(struct wire_reader *reader, const char *text) {
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] || digits > 18)
        return refuse(reader, 400, "the Content-Length is no plain number");
    uint64_t length = 0;
    for (; *text; text++) length = length * 10 + (uint64_t)(*text - '0');
    if (length > reader->limits.body) return refuse(reader, 413, "the body is too large");
    reader->head.framing = length ? WIRE_LENGTH : WIRE_NO_BODY;
    reader->head.length = length;
    return true;
}

/* RFC 9112, 6.3, rule by rule; where it lets a receiver choose, we refuse. */
static bool frame_body(struct wire_reader *reader, const struct decisive *found) {
    struct wire_head *head = &reader->head;
    bool response = reader->role == WIRE_RESPONSES;
    if (found->codings && found->lengths)
        return refuse(reader, 400, "both Content-Length and Transfer-Encoding");
    if (found->codings > 1 || found->lengths > 1)
        return refuse(reader, 400, "the body has two lengths");
    if (found->codings && head->minor == 0)
        return refuse(reader, 400, "Transfer-Encoding in HTTP/1.0");
    if (found->codings && strcasecmp(found->coding, "chunked") != 0)
        return refuse(reader, 501, "the transfer coding is not known");
    if (found->lengths && !parse_length(reader, found->length)) return false;
    if (found->codings) head->framing = WIRE_CHUNKED;
    if (response && !found->codings && !found->lengths) head->framing = WIRE_UNTIL_CLOSE;
    bool bodiless = reader->bodiless || head->status == 204 || head->status == 304;
    if (response && (bodiless || head->status < 200)) head->framing = WIRE_NO_BODY;
    return true;
}

/* Pointers may be made now: the text will not move before the next message, once
 * finish_head is done. */
static void point_fields(struct wire_reader *reader) {
    struct wire_head *head = &reader->head;
    char *start = reader->text + reader->left;
    if (reader->role == WIRE_REQUESTS) {
        head->method = start;
        head->target = start + strlen(start) + 1;
    } else {
        head->reason = start[12] ? start + 13 : "";
    }
    for (size_t i = 0; i < reader->mark_count; i++)
        reader->fields[i] = (struct wire_field){reader->text + reader->marks[i].name,
                                                reader->text + reader->marks[i].value};
    head->fields = reader->fields;
    head->field_count = reader->mark_count;
}

static bool finish_head(struct wire_reader *reader) {
    static const enum state first[] = {[WIRE_NO_BODY] = END,
                                       [WIRE_LENGTH] = BODY,
                                       [WIRE_CHUNKED] = CHUNK_SIZE,
                                       [WIRE_UNTIL_CLOSE] = UNTIL_CLOSE};
    if (!grow_fields(reader)) return refuse_memory(reader);
    point_fields(reader);
    struct wire_head *head = &reader->head;
    struct decisive found = find_decisive(head);
    if (reader->role == WIRE_REQUESTS && !check_host(reader, &found)) return false;
    if (!frame_body(reader, &found)) return false;
    if (head->framing ==
        WIRE_CHUNKED) { /* chunk sizes are gathered behind the head: it moves now */
        if (!make_room(reader, reader->limits.line + 2)) return refuse_memory(reader);
        point_fields(reader);
    }
    head->keep_alive =
        !found.close && (head->minor == 1 || found.keep_alive) && head->framing != WIRE_UNTIL_CLOSE;
    reader->left = head->length;
    reader->state = first[head->framing];
    return true;
}

/* ---- chunks ------------------------------------------------------------------------------- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 9112, 7.1: chunk = chunk-size [ chunk-ext ] CRLF; chunk-size = 1*HEXDIG. An extension is
 * overlooked, as long as it is one: ";" and value characters. */
static bool parse_chunk_size(struct wire_reader *reader) {
    const char *line = reader->text + reader->line;
    size_t length = line_length(reader), digits = 0;
    uint64_t size = 0;
    for (; hex_digit(line[digits]) >= 0 && digits < 16; digits++)
        size = size << 4 | (uint64_t)hex_digit(line[digits]);
    bool ended = line[digits] == ';' || digits == length;
    if (digits == 0 || digits > 15 || !ended || !all_value_chars(line + digits, length - digits))
        return refuse(reader, 400, "the chunk size is malformed");
    if (size > reader->limits.body - reader->seen)
        return refuse(reader, 413, "the body is too large");
    drop_line(reader);
    reader->left = size;
    reader->state = size ? CHUNK_DATA : TRAILERS;
    if (size == 0) reader->mark_count = 0;
    return true;
}

static bool take_chunk_line_end(struct wire_reader *reader, const char *bytes, size_t length,
                                size_t *used) {
    while (reader->left < 2 && *used < length) {
        if (bytes[*used] != "\r\n"[reader->left])
            return refuse(reader, 400, "a chunk does not end where its size says");
        reader->left++;
        ++*used;
    }
    if (reader->left == 2) reader->state = CHUNK_SIZE;
    return true;
}

/* ---- reading ------------------------------------------------------------------------------ */

static enum wire_says take_body(struct wire_reader *reader, const char *bytes, size_t length,
                                size_t *used, struct wire_piece *piece) {
    size_t more = length - *used;
    uint64_t most =
        reader->state == UNTIL_CLOSE ? reader->limits.body - reader->seen : reader->left;
    if (most == 0) { /* only UNTIL_CLOSE comes here with nothing left */
        refuse(reader, 413, "the body is too large");
        return WIRE_REFUSES;
    }
    if (more > most) more = (size_t)most;
    *piece = (struct wire_piece){bytes + *used, more};
    *used += more;
    reader->seen += more;
    if (reader->state == UNTIL_CLOSE) return WIRE_BODY;
    reader->left -= more;
    if (reader->left == 0) reader->state = reader->state == BODY ? END : CHUNK_LINE_END;
    return WIRE_BODY;
}

/* A complete line, in whichever state expects lines. *headed: the head is done. */
static bool parse_line(struct wire_reader *reader, bool *headed) {
    bool empty = line_length(reader) == 0, fine;
    switch ((enum state)reader->state) {
    case START: return parse_start(reader);
    case FIELDS:
        if (empty) {
            next_line(reader);
            *headed = true;
            return finish_head(reader);
        }
        fine = parse_field(reader, true);
        next_line(reader);
        return fine;
    case CHUNK_SIZE: return parse_chunk_size(reader);
    case TRAILERS:
        if (empty) {
            reader->state = END;
            return true;
        }
        fine = parse_field(reader, false);
        drop_line(reader);
        return fine;
    default: return false;
    }
}

static bool expects_line(const struct wire_reader *reader) {
    return reader->state == START || reader->state == FIELDS || reader->state == CHUNK_SIZE ||
           reader->state == TRAILERS;
}

enum wire_says wire_read(struct wire_reader *reader, const char *bytes, size_t length, size_t *used,
                         struct wire_piece *piece) {
    *used = 0;
    for (;;) {
        if (reader->state == REFUSED) return WIRE_REFUSES;
        if (reader->state == END) return WIRE_ENDS;
        if (*used == length) return WIRE_WANTS;
        if (reader->state == CHUNK_LINE_END) {
            take_chunk_line_end(reader, bytes, length, used);
            continue;
        }
        if (!expects_line(reader)) return take_body(reader, bytes, length, used, piece);
        bool complete, headed = false;
        if (!take_line(reader, bytes + *used, length - *used, used, &complete) || !complete)
            continue;
        if (parse_line(reader, &headed) && headed) return WIRE_HEAD;
    }
}

enum wire_says wire_read_closed(struct wire_reader *reader) {
    if (reader->state == REFUSED) return WIRE_REFUSES;
    if (reader->state == UNTIL_CLOSE) reader->state = END;
    if (reader->state == END) return WIRE_ENDS;
    if (wire_reader_is_idle(reader)) return WIRE_WANTS;
    refuse(reader, 400, "the connection was closed in the middle of a message");
    return WIRE_REFUSES;
}

/* ---- the target --------------------------------------------------------------------------- */

/* RFC 3986, 2.1, as Python's unquote reads it: what is no escape stays as it is. */
bool wire_path(const char *target, char *path, const char **query) {
    if (strncasecmp(target, "http://", 7) == 0) {
        target += 7 + strcspn(target + 7, "/?");
        if (*target != '/') *path++ = '/'; /* absolute-form: the scheme and host leave room */
    } else if (*target != '/' && strcmp(target, "*") != 0) {
        return false;
    }
    while (*target && *target != '?') {
        int high = *target == '%' ? hex_digit(target[1]) : -1;
        int low = high >= 0 ? hex_digit(target[2]) : -1;
        char byte = low >= 0 ? (char)(high * 16 + low) : *target;
        if (!byte) return false;
        *path++ = byte;
        target += low >= 0 ? 3 : 1;
    }
    *path = '\0';
    *query = *target ? target + 1 : "";
    return true;
}
