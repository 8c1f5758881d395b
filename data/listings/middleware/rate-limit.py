# settings.py: the limiter stands at the top.
MIDDLEWARE = [
    'blog.middleware.RateLimitMiddleware',
    'django.middleware.security.SecurityMiddleware',
    'blog.middleware.TimingMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'blog.middleware.VisitorMiddleware',
]

# blog/middleware.py
class RateLimitMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.bucket = Bucket(size=bucket, rate=rate)

    def __call__(self, request):
        if not self.bucket.take():
            return HttpResponse(status=429)
        return self.get_response(request)
