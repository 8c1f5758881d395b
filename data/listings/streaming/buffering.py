def export(request):
    response = StreamingHttpResponse(rows(), content_type="text/csv")
    response["X-Accel-Buffering"] = "no"    # this response alone
    return response

# nginx: proxy_buffering on;        the default
#        proxy_http_version 1.0;    the default of nginx 1.22
