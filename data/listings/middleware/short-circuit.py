from django.test import Client

others = [
    'django.middleware.security.SecurityMiddleware',
    'blog.middleware.TimingMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'blog.middleware.RequestLogMiddleware',
]
# The layer that asks for a key stands at `position`, 1 is the top.
keeper = ['blog.middleware.ApiKeyMiddleware']
above = position - 1
MIDDLEWARE = others[:above] + keeper + others[above:]

client = Client()
for number in range(requests):
    if number % 100 < without_key:
        client.get('/articles/')
    else:
        client.get('/articles/', HTTP_X_API_KEY='k3y')
