/* sql_functions - the functions that Django's SQLite backend brings along: SQLite itself knows no
 * django_date_trunc, no REGEXP, no POWER in Python's sense.
 *
 * Mirrors the functions that django.db.backends.sqlite3.base registers on every new connection.
 * Where Python's function would raise, the statement fails with "user-defined function raised
 * exception", as it does there. */
#ifndef ENGINE_ORM_SQL_FUNCTIONS_H
#define ENGINE_ORM_SQL_FUNCTIONS_H

struct sqlite3;

/* An error that begins so is ours, not Django's: the fault's type is NotSupported, its message what
 * follows. */
#define SQL_NOT_SUPPORTED "NotSupported: "

/* Registers them all. Returns SQLite's result code. */
int sql_functions_register(struct sqlite3 *);

/* The groups, each in a file of its own. */
int sql_functions_register_dates(struct sqlite3 *);
int sql_functions_register_math(struct sqlite3 *);
int sql_functions_register_text(struct sqlite3 *);

#endif
