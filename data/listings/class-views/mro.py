class ContextMixin: pass
class TemplateResponseMixin: pass
class View: pass

class MultipleObjectMixin(ContextMixin): pass
class BaseListView(MultipleObjectMixin, View): pass
class ListView(TemplateResponseMixin, BaseListView): pass

class AccessMixin: pass
class LoginRequiredMixin(AccessMixin): pass

# Swap two bases and run again.
class ArticleList(LoginRequiredMixin, ListView): pass

print([c.__name__ for c in ArticleList.__mro__])

# Two parents with an opinion on A and B each.
class A: pass
class B: pass
class X(A, B): pass

first, second = (A, B) if opinions == "equal" else (B, A)
class Y(first, second): pass
class Z(X, Y): pass
