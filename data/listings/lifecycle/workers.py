# Under gunicorn, two sync workers: the thread waits.
def articles(request):
    rows = slow_database()
    return HttpResponse(render(rows))

# Under uvicorn, one process: the loop goes on with the others.
async def articles(request):
    rows = await slow_database()
    return HttpResponse(render(rows))

# Under uvicorn, and nothing is awaited: the loop is blocked.
async def articles(request):
    rows = slow_database()
    return HttpResponse(render(rows))
