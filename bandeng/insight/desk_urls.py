"""The rates at the desk."""

from django.urls import path

from bandeng.insight import rate_views

app_name = "rates"
urlpatterns = [
    path("", rate_views.desk_rates, name="desk"),
    path("cases/", rate_views.desk_cases, name="cases"),
    path("table.csv", rate_views.desk_table, name="table"),
]
