from blog import views
from django.urls import include, path, resolve

blog_urls = [
    path("", views.index, name="index"),
    path("<int:year>/", views.year, name="year"),
    path("<int:year>/<slug:title>/", views.post, name="post"),
]

# From the top: the first pattern that fits is taken.
urlpatterns = [
    path("", views.home, name="home"),
    path("articles/new/", views.new, name="new"),
    path("articles/<slug:title>/", views.by_title, name="by-title"),
    path("articles/<int:pk>/", views.by_number, name="by-number"),
    path("shop/", include([path("cart/", views.cart, name="cart")])),
    path("blog/", include((blog_urls, "blog"))),
    path("token/<uuid:token>/", views.token, name="token"),
    path("files/<path:file>", views.file, name="file"),
]

match = resolve(url)
print(match.view_name, match.kwargs)
