from django.test import Client

# From the outside in; turn it over and run again.
MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'blog.middleware.TimingMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'blog.middleware.RequestLogMiddleware',
]

client = Client()
response = client.get(path)
print(response.status_code, response.reason_phrase)
