/* blog_tables - the six models as constant tables; included once per registry by blog_models.c,
 * which sets NAMED(x), to keep the two sets of names apart, REGISTRY and NULLABLE. Hence no include
 * guard.
 *
 * Models point at each other in circles, so all are announced first. */

static const struct model NAMED(company), NAMED(event), NAMED(tag), NAMED(profile), NAMED(author),
    NAMED(article), NAMED(article_tags), NAMED(monthly_sales);

#define PRIMARY_KEY                                                                                \
    { .name = "id", .attname = "id", .column = "id", .kind = FIELD_AUTO, .unique = true }
#define PLAIN(field_name, field_kind, ...)                                                         \
    {                                                                                              \
        .name = field_name, .attname = field_name, .column = field_name, .kind = field_kind,       \
        __VA_ARGS__                                                                                \
    }
#define KEY(field_name, field_kind, to, query_name, back, ...)                                     \
    {                                                                                              \
        .name = field_name, .attname = field_name "_id", .column = field_name "_id",               \
        .kind = field_kind, .target = &NAMED(to), .related_query_name = query_name,                \
        .accessor = back, __VA_ARGS__                                                              \
    }
#define MODEL(model_name, table_name, model_fields, columns, automatic)                            \
    {                                                                                              \
        .app = "blog", .name = model_name, .table = table_name, .fields = model_fields,            \
        .field_count = sizeof model_fields / sizeof model_fields[0], .column_count = columns,      \
        .primary_key = 0, .registry = &REGISTRY, .auto_created = automatic                         \
    }

static const struct model *const NAMED(models)[] = {
    &NAMED(company), &NAMED(event),   &NAMED(tag),          &NAMED(profile),
    &NAMED(author),  &NAMED(article), &NAMED(article_tags), &NAMED(monthly_sales),
};

const struct registry REGISTRY = {NAMED(models), sizeof NAMED(models) / sizeof NAMED(models)[0]};

static const struct field NAMED(company_fields)[] = {
    PRIMARY_KEY,
    PLAIN("name", FIELD_CHAR, .max_length = 100),
};

static const struct field NAMED(event_fields)[] = {
    PRIMARY_KEY,
    PLAIN("happened_at", FIELD_DATE, .null = false),
    PLAIN("kind", FIELD_CHAR, .max_length = 20),
    PLAIN("amount", FIELD_INTEGER, .null = false),
};

static const struct field NAMED(tag_fields)[] = {
    PRIMARY_KEY,
    PLAIN("name", FIELD_CHAR, .max_length = 50),
};

static const struct field NAMED(profile_fields)[] = {
    PRIMARY_KEY,
    PLAIN("bio", FIELD_TEXT, .null = false),
    KEY("company", FIELD_FOREIGN_KEY, company, "profile", "profile_set", .null = NULLABLE),
};

static const struct field NAMED(author_fields)[] = {
    PRIMARY_KEY,
    PLAIN("name", FIELD_CHAR, .max_length = 100),
    PLAIN("email", FIELD_EMAIL, .max_length = 254),
    KEY("profile", FIELD_ONE_TO_ONE, profile, "author", "author", .null = NULLABLE, .unique = true),
};

static const struct field NAMED(article_fields)[] = {
    PRIMARY_KEY,
    PLAIN("title", FIELD_CHAR, .max_length = 200),
    PLAIN("body", FIELD_TEXT, .null = false),
    PLAIN("published", FIELD_BOOLEAN, .null = false),
    PLAIN("views", FIELD_INTEGER, .null = false),
    PLAIN("published_at", FIELD_DATETIME, .null = true),
    KEY("author", FIELD_FOREIGN_KEY, author, "article", "article_set", .null = false),
    {.name = "tags",
     .attname = "tags",
     .kind = FIELD_MANY_TO_MANY,
     .target = &NAMED(tag),
     .related_query_name = "article",
     .accessor = "article_set",
     .through = &NAMED(article_tags),
     .through_source = "article",
     .through_target = "tag"},
};

/* The way back from a table between is hidden: Django ends its query name with a plus. */
static const struct field NAMED(article_tags_fields)[] = {
    PRIMARY_KEY,
    KEY("article", FIELD_FOREIGN_KEY, article, "Article_tags+", NULL, .null = false),
    KEY("tag", FIELD_FOREIGN_KEY, tag, "Article_tags+", NULL, .null = false),
};

/* A report's stored result: on PostgreSQL a materialized view (day 8). No query knows of it but by
 * its own name. */
static const struct field NAMED(monthly_sales_fields)[] = {
    PLAIN("month", FIELD_DATE, .unique = true),
    PLAIN("total", FIELD_INTEGER, .null = false),
};

static const struct model NAMED(company) = MODEL("Company", "blog_company", NAMED(company_fields),
                                                 2, false);
static const struct model NAMED(event) = MODEL("Event", "blog_event", NAMED(event_fields), 4,
                                               false);
static const struct model NAMED(tag) = MODEL("Tag", "blog_tag", NAMED(tag_fields), 2, false);
static const struct model NAMED(profile) = MODEL("Profile", "blog_profile", NAMED(profile_fields),
                                                 3, false);
static const struct model NAMED(author) = MODEL("Author", "blog_author", NAMED(author_fields), 4,
                                                false);
static const struct model NAMED(article) = MODEL("Article", "blog_article", NAMED(article_fields),
                                                 7, false);
static const struct model NAMED(article_tags) = MODEL("Article_tags", "blog_article_tags",
                                                      NAMED(article_tags_fields), 3, true);

static const struct model NAMED(monthly_sales) = {
    .app = "blog",
    .name = "MonthlySales",
    .table = "blog_monthlysales",
    .fields = NAMED(monthly_sales_fields),
    .field_count = 2,
    .column_count = 2,
    .registry = &REGISTRY,
    .unmanaged = true,
};

#undef PRIMARY_KEY
#undef PLAIN
#undef KEY
#undef MODEL
