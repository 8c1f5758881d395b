from blog.models import Article

# Naive: one more query for each article's tags.
page = Article.objects.order_by('pk')[:articles]
for article in page:
    for tag in article.tags.all():
        print(article.title, tag.name)

# Fixed: the tags of all articles in a second query.
fetched = Article.objects.prefetch_related('tags')
page = fetched.order_by('pk')[:articles]
for article in page:
    for tag in article.tags.all():
        print(article.title, tag.name)
