# The same routes in three forms; groups is the square root of routes.

flat = [
    path(f"group{g}/item{i}/<int:pk>/", view)
    for g in range(groups)
    for i in range(groups)
]

tree = [
    path(f"group{g}/", include([
        path(f"item{i}/<int:pk>/", view) for i in range(groups)
    ]))
    for g in range(groups)
]

index = radix_index(flat)  # not in Django

for urlconf in (flat, tree, index):
    for place in ("first", "middle", "last", "missing"):
        measure(urlconf.resolve, path_of(place))
