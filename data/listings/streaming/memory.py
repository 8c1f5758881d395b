class Line:
    def write(self, text):
        return text

def lines():
    writer = csv.writer(Line())
    for row in rows.iterator():
        yield writer.writerow(row)

# The bucket: every row is made before the first byte leaves.
def export_buffered(request):
    return HttpResponse("".join(lines()), content_type="text/csv")

# The hose: the server pulls the rows while it sends.
def export_streamed(request):
    return StreamingHttpResponse(lines(), content_type="text/csv")
