# A: every process warms up by itself.
class BlogConfig(AppConfig):
    name = 'blog'

    def ready(self):
        warm_up()                # once per process


# B: blog/management/commands/warmup.py, run before the fleet starts.
class Command(BaseCommand):
    def handle(self, *args, **options):
        warm_up()                # once
