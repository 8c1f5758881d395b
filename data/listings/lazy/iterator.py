from blog.models import Article

# Cached: every object is built before the first turn.
articles = Article.objects.order_by('pk')[:rows]
total = 0
for article in articles:
    total = total + article.views
print('cached:', total)

# Streamed: the same rows, and none of them is kept.
articles = Article.objects.order_by('pk')[:rows]
total = 0
for article in articles.iterator(chunk_size=chunk_size):
    total = total + article.views
print('iterator:', total)
