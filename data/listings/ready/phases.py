# mysite/settings.py
INSTALLED_APPS = ['accounts', 'blog', 'newsletter']

# One of these stands in one of the places below.
apps.get_models()
Article.objects.count()
Article.objects.filter(author__name='Ann').count()

# blog/apps.py
...  # here: apps.py
class BlogConfig(AppConfig):
    name = 'blog'

    def ready(self):
        ...  # here: ready

# blog/models.py
class Article(models.Model):
    author = models.ForeignKey(Author, models.CASCADE)

...  # here: models.py

# newsletter/models.py pulls in urls.py.
unsubscribe = reverse('unsubscribe')

# mysite/urls.py
...  # here: urls.py
