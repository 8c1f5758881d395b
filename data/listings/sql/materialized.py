from django.db.models import Sum
from django.db.models.functions import TruncMonth
from blog.models import Event, MonthlySales

# The dashboard's own query reads every purchase.
sales = Event.objects.filter(kind='purchase')
sales = sales.annotate(month=TruncMonth('happened_at'))
sales = sales.values('month').annotate(total=Sum('amount'))
for row in sales.order_by('month'):
    print(row['month'], row['total'])

# Its stored result, as old as the last refresh:
# REFRESH MATERIALIZED VIEW blog_monthlysales;
for row in MonthlySales.objects.order_by('month'):
    print(row.month, row.total)
