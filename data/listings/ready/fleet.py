# A: every process warms up by itself.
class BlogConfig(AppConfig):
    name = 'blog'

    def ready(self):
        warm_up()    # once per process

# B: manage.py warmup, run before the fleet starts.
class Command(BaseCommand):
    def handle(self, *args, **options):
        warm_up()    # once
