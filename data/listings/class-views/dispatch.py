from daybook import answer
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.views import View

class LoggingMixin:
    def dispatch(self, request, *args, **kwargs):
        print("log:", request.method, request.path)
        if forgets == "LoggingMixin":
            return None
        return super().dispatch(request, *args, **kwargs)

class CacheMixin:
    def dispatch(self, request, *args, **kwargs):
        if forgets == "CacheMixin":
            return None
        return super().dispatch(request, *args, **kwargs)

outer, inner = LoggingMixin, LoginRequiredMixin
if first == "LoginRequiredMixin":
    outer, inner = inner, outer

class Page(outer, inner, CacheMixin, View):
    def get(self, request):
        return HttpResponse("the page")

# request is GET /reports/; its user is signed in, or not.
response = answer(Page.as_view(), request)
print(response.status_code)
