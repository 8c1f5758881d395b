from blog.models import Article

if depth == 1:
    path = 'author'
elif depth == 2:
    path = 'author__profile'
else:
    path = 'author__profile__company'

# One query; every row carries its parents along.
# fan_out and width say how often and how much.
joined = Article.objects.select_related(path)
print(len(joined.order_by('pk')), 'by JOIN')

# 1 + depth queries; every parent travels once.
fetched = Article.objects.prefetch_related(path)
print(len(fetched.order_by('pk')), 'by prefetch')
