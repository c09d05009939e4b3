from django.urls import path

from bandeng.insight import views

app_name = "insight"
urlpatterns = [
    path("", views.board_page, name="board"),
    path("map/", views.board_map, name="map"),
    path("deferred/", views.deferred, name="deferred"),
    path("journal/", views.journal, name="journal"),
    path("cases/<str:number>/", views.board_case, name="case"),
]
