/* model - what a model is: its fields, its table, its relations.
 *
 * Models are constant tables (see lessons/blog.c); nothing here is changed at run time, so all
 * threads share them. A relation is declared once, on the side that holds it; the way back is
 * found by looking through the models of the same registry.
 *
 * Mirrors django.db.models.options.Options and django.db.models.fields. */
#ifndef ENGINE_ORM_MODEL_H
#define ENGINE_ORM_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/value.h"

enum field_kind {
    FIELD_AUTO, /* BigAutoField */
    FIELD_CHAR,
    FIELD_EMAIL,
    FIELD_TEXT,
    FIELD_INTEGER,
    FIELD_FLOAT,
    FIELD_BOOLEAN,
    FIELD_DATE,
    FIELD_DATETIME,
    FIELD_FOREIGN_KEY,
    FIELD_ONE_TO_ONE,
    FIELD_MANY_TO_MANY,
    /* Types of values and functions only; no model here has them. */
    FIELD_BIG_INTEGER,
    FIELD_TIME,
    FIELD_DURATION,
    FIELD_DECIMAL,
    FIELD_UUID,
    FIELD_BINARY,
    FIELD_ANY, /* Field itself */
    FIELD_KIND_COUNT
};

struct model;

struct field {
    const char *name;    /* "author" */
    const char *attname; /* "author_id"; same as name where there is no relation */
    const char *column;  /* "author_id"; NULL for a many-to-many */
    enum field_kind kind;
    bool null;
    bool unique;
    int max_length;                 /* 0: none */
    const struct model *target;     /* of a relation; NULL otherwise */
    const char *related_query_name; /* how the target's queries name the way back: "article" */
    const char *accessor;           /* how the target's objects name it: "article_set", "author" */
    const struct model *through;    /* of a many-to-many: the table between */
    const char *through_source;     /* its foreign key to this model: "article" */
    const char *through_target;     /* and to the target: "tag" */
};

struct model {
    const char *app;            /* "blog" */
    const char *name;           /* "Article" */
    const char *table;          /* "blog_article" */
    const struct field *fields; /* concrete ones in the table's order, then many-to-manys */
    size_t field_count;
    size_t column_count;             /* how many of the first have a column */
    size_t primary_key;              /* index into fields */
    const struct registry *registry; /* all models that know each other */
    bool auto_created;               /* a many-to-many's own table: listings do not see it */
    bool unmanaged;                  /* Meta.managed = False: somebody else makes the table */
    const char *const *ordering;     /* Meta.ordering, NULL-terminated; NULL: none */
    const char *(*str)(const struct value *columns); /* __str__; NULL: "Article object (1)" */
};

/* Models that may refer to each other: INSTALLED_APPS' models in order of definition. */
struct registry {
    const struct model *const *models;
    size_t count;
};

const char *field_kind_name(enum field_kind kind);      /* "BigAutoField", "ForeignKey" */
const char *field_back_name(const struct field *field); /* of its way back: "ManyToOneRel" */
bool field_is_relation(const struct field *field);

const struct field *model_field(const struct model *model,
                                const char *name); /* name, attname or "pk" */
const struct field *model_primary_key(const struct model *model);
/* The relation of another model that this one's queries call by that name: "article" of Author.
 * Sets *from to the model that declares it. NULL: none. */
const struct field *model_reverse(const struct model *model, const char *query_name,
                                  const struct model **from);
const struct model *registry_model(const struct registry *registry, const char *name);

#endif
