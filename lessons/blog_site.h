/* blog_site - the blog as a site: pages made through the chain, the resolver and the ORM.
 *
 *     /                    the newest articles, as HTML
 *     /articles/7/         one article with its author and tags
 *     /authors/3/          one author with the articles
 *     /articles.json       the newest articles, as JSON
 *     /export.csv          every article, streamed
 *
 * `daybook serve` serves it. Each thread of a server has a database of its own, in memory. */
#ifndef LESSONS_BLOG_SITE_H
#define LESSONS_BLOG_SITE_H

#include "engine/server/exchange.h"

struct blog_site {
    struct chain *chain;
    struct memory *memory;
};

/* Builds urlconf and chain in the runtime's arena. False: fault. */
bool blog_site_init(struct blog_site *site, struct runtime *runtime);

/* Fills in what an application needs to serve it; site must live as long. */
void blog_site_application(const struct blog_site *site, struct application *application);

#endif
