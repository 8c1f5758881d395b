from django.db.models import Count
from blog.models import Author

# article_count exists in this query and nowhere else.
authors = Author.objects.annotate(
    article_count=Count('article')
)
# A condition on an aggregate becomes HAVING.
busy = authors.filter(article_count__gt=20)
for author in busy.order_by('-article_count', 'pk'):
    print(author.name, author.article_count)
