from blog.models import Article

# Each line returns a new recipe. None of them asks.
recipe = Article.objects.all()
recipe = recipe.filter(published=True)
recipe = recipe.exclude(views__lt=100)
recipe = recipe.order_by('-views', 'pk')
recipe = recipe[:10]

# The loop needs rows: here it is cooked, once.
for article in recipe:
    print(article.title, article.views)
print(len(recipe), 'on the table')
print(recipe[0].title, 'comes first')
