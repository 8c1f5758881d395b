/* wire_head - start lines and fields, and what they mean for the body. See wire.h.
 *
 * In order: characters, the start line, fields, what the head means, the target. */
#include <string.h>
#include <strings.h>

#include "engine/http/wire_parts.h"

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

bool wire_all_value_chars(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!is_value_char((unsigned char)text[i])) return false;
    return true;
}

int wire_hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* ---- the start line ----------------------------------------------------------------------- */

/* RFC 9112, 2.3: HTTP-version = "HTTP" "/" DIGIT "." DIGIT. We speak 1.0 and 1.1. */
static bool parse_version(struct wire_reader *reader, const char *text) {
    bool shaped = memcmp(text, "HTTP/", 5) == 0 && text[5] >= '0' && text[5] <= '9' &&
                  text[6] == '.' && text[7] >= '0' && text[7] <= '9';
    if (!shaped) return wire_refuse(reader, 400, "the version is not of the form HTTP/1.1");
    if (text[5] != '1' || text[7] > '1')
        return wire_refuse(reader, 505, "only HTTP/1.0 and HTTP/1.1");
    reader->head.minor = text[7] - '0';
    return true;
}

/* RFC 9112, 3: request-line = method SP request-target SP HTTP-version */
static bool parse_request_line(struct wire_reader *reader, char *line, size_t length) {
    size_t method = token_length(line);
    if (method == 0 || line[method] != ' ') return wire_refuse(reader, 400, "no method");
    char *target = line + method + 1, *end = target;
    while (*end > ' ' && *end < 0x7f) end++;
    if (end == target || *end != ' ') return wire_refuse(reader, 400, "the target is malformed");
    if ((size_t)(end - line) + 1 + 8 != length)
        return wire_refuse(reader, 400, "the version is not of the form HTTP/1.1");
    if (!parse_version(reader, end + 1)) return false;
    line[method] = *end = '\0';
    return true;
}

/* RFC 9112, 4: status-line = HTTP-version SP status-code SP [ reason-phrase ] */
static bool parse_status_line(struct wire_reader *reader, char *line, size_t length) {
    if (length < 12) return wire_refuse(reader, 400, "the status line is too short");
    if (!parse_version(reader, line)) return false;
    int status = 0;
    for (int i = 9; i < 12; i++) {
        if (line[i] < '0' || line[i] > '9')
            return wire_refuse(reader, 400, "the status is no number");
        status = status * 10 + (line[i] - '0');
    }
    bool spaced = line[8] == ' ' && (length == 12 || line[12] == ' ');
    if (!spaced || status < 100 || status > 599 || !wire_all_value_chars(line, length))
        return wire_refuse(reader, 400, "the status line is malformed");
    reader->head.status = status;
    return true;
}

bool wire_parse_start(struct wire_reader *reader) {
    char *line = reader->text + reader->line;
    size_t length = wire_line_length(reader);
    if (length == 0 && reader->role == WIRE_REQUESTS && reader->line == 0) {
        wire_next_line(reader); /* RFC 9112, 2.2: one empty line before a request is overlooked */
        return true;
    }
    if (length == 0) return wire_refuse(reader, 400, "an empty line where a message should begin");
    bool fine = reader->role == WIRE_REQUESTS ? parse_request_line(reader, line, length)
                                              : parse_status_line(reader, line, length);
    if (!fine) return false;
    reader->left = reader->line; /* where the start line stands, until the fields are read */
    reader->state = FIELDS;
    wire_next_line(reader);
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
bool wire_parse_field(struct wire_reader *reader, bool keep) {
    char *line = reader->text + reader->line;
    size_t length = wire_line_length(reader), name = token_length(line);
    if (name == 0 || line[name] != ':')
        return wire_refuse(reader, 400, "a header field is malformed");
    char *value = line + name + 1, *end = line + length;
    if (!wire_all_value_chars(value, (size_t)(end - value)))
        return wire_refuse(reader, 400, "a header field has a control character");
    while (value < end && (*value == ' ' || *value == '\t')) value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t')) end--;
    if (reader->mark_count == reader->limits.fields)
        return wire_refuse(reader, 431, "there are too many header fields");
    if (!keep) {
        reader->mark_count++; /* a trailer field counts, and is dropped */
        return true;
    }
    if (reader->mark_count == reader->mark_room && !grow_marks(reader))
        return wire_refuse_memory(reader);
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
    if (found->hosts > 1) return wire_refuse(reader, 400, "there are two Host fields");
    if (found->hosts == 0)
        return reader->head.minor == 0 || wire_refuse(reader, 400, "the Host field is missing");
    for (const char *c = found->host; *c; c++)
        if (!is_token_char((unsigned char)*c) && !strchr(":[]()=,;", *c))
            return wire_refuse(reader, 400, "the Host field is malformed");
    return true;
}

/* RFC 9110, 8.6: Content-Length = 1*DIGIT. No sign, no blank, no list, nothing past 18 digits. */
static bool parse_length(struct wire_reader *reader, const char *text) {
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] || digits > 18)
        return wire_refuse(reader, 400, "the Content-Length is no plain number");
    uint64_t length = 0;
    for (; *text; text++) length = length * 10 + (uint64_t)(*text - '0');
    if (length > reader->limits.body) return wire_refuse(reader, 413, "the body is too large");
    reader->head.framing = length ? WIRE_LENGTH : WIRE_NO_BODY;
    reader->head.length = length;
    return true;
}

/* RFC 9112, 6.3, rule by rule; where it lets a receiver choose, we refuse. */
static bool frame_body(struct wire_reader *reader, const struct decisive *found) {
    struct wire_head *head = &reader->head;
    bool response = reader->role == WIRE_RESPONSES;
    if (found->codings && found->lengths)
        return wire_refuse(reader, 400, "both Content-Length and Transfer-Encoding");
    if (found->codings > 1 || found->lengths > 1)
        return wire_refuse(reader, 400, "the body has two lengths");
    if (found->codings && head->minor == 0)
        return wire_refuse(reader, 400, "Transfer-Encoding in HTTP/1.0");
    if (found->codings && strcasecmp(found->coding, "chunked") != 0)
        return wire_refuse(reader, 501, "the transfer coding is not known");
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

bool wire_finish_head(struct wire_reader *reader) {
    static const enum state first[] = {[WIRE_NO_BODY] = END,
                                       [WIRE_LENGTH] = BODY,
                                       [WIRE_CHUNKED] = CHUNK_SIZE,
                                       [WIRE_UNTIL_CLOSE] = UNTIL_CLOSE};
    if (!grow_fields(reader)) return wire_refuse_memory(reader);
    point_fields(reader);
    struct wire_head *head = &reader->head;
    struct decisive found = find_decisive(head);
    if (reader->role == WIRE_REQUESTS && !check_host(reader, &found)) return false;
    if (!frame_body(reader, &found)) return false;
    if (head->framing ==
        WIRE_CHUNKED) { /* chunk sizes are gathered behind the head: it moves now */
        if (!wire_make_room(reader, reader->limits.line + 2)) return wire_refuse_memory(reader);
        point_fields(reader);
    }
    head->keep_alive =
        !found.close && (head->minor == 1 || found.keep_alive) && head->framing != WIRE_UNTIL_CLOSE;
    reader->left = head->length;
    reader->state = first[head->framing];
    return true;
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
        int high = *target == '%' ? wire_hex_digit(target[1]) : -1;
        int low = high >= 0 ? wire_hex_digit(target[2]) : -1;
        char byte = low >= 0 ? (char)(high * 16 + low) : *target;
        if (!byte) return false;
        *path++ = byte;
        target += low >= 0 ? 3 : 1;
    }
    *path = '\0';
    *query = *target ? target + 1 : "";
    return true;
}
