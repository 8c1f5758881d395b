class Greeting(View):
    name = "stranger"

    def get(self, request):
        if request.user.is_authenticated:
            self.name = request.user.username
        count_the_visit()  # waits; meanwhile other threads run
        return HttpResponse(f"Hello {self.name}")


# One instance for everybody. Django never does this.
shared = Greeting()

# A function that makes a new instance for each request.
page = Greeting.as_view()
