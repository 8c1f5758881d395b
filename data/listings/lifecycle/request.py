# settings.py lists as many of these as the knob says.
class Layer:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

# urls.py
urlpatterns = [
    path('', home),
    path('articles/', articles),
    path('about/', about),
]
