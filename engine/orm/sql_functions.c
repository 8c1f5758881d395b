/* sql_functions - see sql_functions.h: all groups on one connection. */
#include "engine/orm/sql_functions.h"

#include <sqlite3.h>

int sql_functions_register(sqlite3 *handle) {
    int code = sql_functions_register_dates(handle);
    if (code == SQLITE_OK) code = sql_functions_register_math(handle);
    if (code == SQLITE_OK) code = sql_functions_register_text(handle);
    return code;
}
