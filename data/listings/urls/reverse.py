from blog import views
from django.urls import include, path, resolve, reverse

shop_urls = [
    path("", views.shop, name="front"),
    path("item/<int:pk>/", views.item, name="item"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.listing, name="articles"),
    path("articles/page/<int:number>/", views.listing, name="articles"),
    path("articles/<int:pk>/", views.article, name="article"),
    path("tags/<slug:tag>/", views.tag, name="tag"),
    path("shop/", include((shop_urls, "shop"))),
    path("files/<path:file>", views.file, name="file"),
]

# A wide pattern below all others takes what they leave; above, it takes everything.
wide = [path("<path:rest>", views.anything, name="anything")]
urlpatterns = wide + urlpatterns if wide_pattern == "first" else urlpatterns + wide

print(reverse("articles"))
print(reverse("articles", kwargs={"number": 2}))
print(reverse("shop:item", args=[pk]))

address = reverse("article", kwargs={"pk": pk})
print(address, "->", resolve(address).view_name)
