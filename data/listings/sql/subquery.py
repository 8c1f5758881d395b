from django.db.models import OuterRef, Subquery
from blog.models import Article, Author

# One query for the authors, then one for each.
for author in Author.objects.order_by('pk')[:authors]:
    own = Article.objects.filter(author=author)
    own = own.order_by('-views', 'pk')
    titles = own.values_list('title', flat=True)
    print(author.name, titles.first())

# The same answer from one query.
best = Article.objects.filter(author=OuterRef('pk'))
best = best.order_by('-views', 'pk').values('title')[:1]
ranked = Author.objects.annotate(top=Subquery(best))
for author in ranked.order_by('pk')[:authors]:
    print(author.name, author.top)
