def rows():
    for row in slow_source():      # each one takes its time
        yield row

def export(request):
    return StreamingHttpResponse(rows(), content_type="text/csv")

# gunicorn --timeout 30 -k sync     one beat between two requests
# gunicorn --timeout 30 -k gthread  beats while a response is under way
# nginx: proxy_read_timeout 60s;    between two reads from the backend
