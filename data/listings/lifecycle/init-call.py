from django.test import Client

MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'blog.middleware.TimingMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'blog.middleware.RequestLogMiddleware',
]

client = Client()                    # no layer exists yet
for i in range(requests):
    response = client.get('/ok/')    # the first one builds them all

print(response.status_code, response.reason_phrase)
