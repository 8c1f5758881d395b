from blog.models import Article

kept = Article.objects.order_by('pk')
for article in kept:
    title = article.title
for article in kept:
    title = article.title
for article in kept.all():
    title = article.title
# A fresh one: nothing before the if fills its cache.
fresh = Article.objects.order_by('pk')
print(fresh[0].title)
print(fresh[0].title)
print(fresh.exists())
print(fresh.count())
print(len(fresh.all()))
if fresh:
    print(len(fresh), fresh.count())
