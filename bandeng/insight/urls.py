from django.urls import path

from bandeng.insight import rate_views, views

app_name = "insight"
urlpatterns = [
    path("", views.board_page, name="board"),
    path("map/", views.board_map, name="map"),
    path("deferred/", views.deferred, name="deferred"),
    path("rates/", rate_views.public_rates, name="rates"),
    path("formulas/", rate_views.formulas_page, name="formulas"),
    path("journal/", views.journal, name="journal"),
    path("cases/<str:number>/", views.board_case, name="case"),
]
