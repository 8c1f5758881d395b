/* missing - what Python's own types have and this sliver has not.
 *
 * An attribute of this list earns NotSupported; one that Python does not have either is an
 * AttributeError. Without the list the two would look alike. */
#include <string.h>

#include "engine/object/plain.h"

static const struct {
    const char *type;
    const char *names; /* each between blanks */
} missing[] = {
    {"str", " casefold center encode expandtabs format_map index isalnum isalpha isascii isdecimal "
            "isidentifier islower isnumeric isprintable isspace istitle isupper join ljust "
            "maketrans partition removeprefix removesuffix rfind rindex rjust rpartition rsplit "
            "swapcase translate zfill upper lower capitalize title strip lstrip rstrip split "
            "splitlines startswith endswith find count replace isdigit format "},
    {"int", " real imag numerator denominator bit_length bit_count conjugate to_bytes from_bytes "
            "as_integer_ratio "},
    {"float", " real imag conjugate as_integer_ratio is_integer hex fromhex "},
    {"bool", " real imag numerator denominator bit_length bit_count conjugate to_bytes "
             "from_bytes as_integer_ratio "},
    {"bytes", " decode hex split join strip replace find startswith endswith upper lower count "},
    {"list", " append extend insert pop remove index count sort reverse copy clear "},
    {"tuple", " index count "},
    {"dict", " clear copy fromkeys get items keys pop popitem setdefault update values "},
    {"set", " add clear copy difference difference_update discard intersection "
            "intersection_update isdisjoint issubset issuperset pop remove "
            "symmetric_difference union update "},
    {"range", " start stop step count index "},
    {"generator", " send throw close gi_frame gi_running "},
    {"datetime.date", " today fromtimestamp fromisoformat fromordinal replace timetuple toordinal "
                      "isocalendar ctime min max resolution "},
    {"datetime.time", " replace fold fromisoformat utcoffset dst tzname min max "},
    {"datetime.datetime", " now utcnow today fromtimestamp fromisoformat strptime combine replace "
                          "timestamp timetuple toordinal isocalendar ctime astimezone utcoffset "
                          "dst tzname fold timetz fromordinal min max resolution "},
    {"datetime.timedelta", " min max resolution "},
    {"UUID", " hex int bytes fields version variant urn time node "},
};

bool attribute_is_missing(const char *type, const char *name) {
    size_t length = strlen(name);
    if (length > 4 && strncmp(name, "__", 2) == 0 && strcmp(name + length - 2, "__") == 0)
        return true; /* __class__, __doc__, __len__: every value has some */
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        if (strcmp(missing[i].type, type) != 0) continue;
        for (const char *at = strstr(missing[i].names, name); at && length;
             at = strstr(at + 1, name))
            if (at[-1] == ' ' && at[length] == ' ') return true;
    }
    return false;
}
