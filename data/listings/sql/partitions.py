from blog.models import Event

# Names the key: only the months asked for are read.
asked = Event.objects.filter(
    happened_at__gte=start, happened_at__lt=end
)
print(asked.count())

# Does not name it: every partition is read.
print(Event.objects.filter(kind='refund').count())

# Hides it in a function: every partition again.
february = Event.objects.filter(happened_at__month=2)
print(february.count())
