# blog/receivers.py
def reindex(sender, instance, **kwargs):
    search.add(instance)

# blog/apps.py
class BlogConfig(AppConfig):
    name = 'blog'

    def ready(self):
        from . import receivers
        post_save.connect(receivers.reindex)

# Elsewhere, again and again:
article.save()
