from blog.models import Article

# Keywords of one filter() come out sorted by name.
popular = Article.objects.filter(
    views__gt=1000, author__name__startswith='A'
)
page = popular.order_by('-views', 'pk')[:10]

# Only now does the compiler write SQL.
for article in page:
    print(article.views, article.title)
