from blog.models import Article

# Naive: each author is fetched when the loop gets there.
page = Article.objects.order_by('pk')[:articles]
for article in page:
    print(article.title, article.author.name)

# Fixed: the authors come in the same rows.
joined = Article.objects.select_related('author')
page = joined.order_by('pk')[:articles]
for article in page:
    print(article.title, article.author.name)
