from blog.models import Article

# One query for the page, then one for each author.
articles_on_page = Article.objects.all()[:articles]
for article in articles_on_page:
    print(article.title, article.author.name)
