from django.urls import path

from bandeng.territory import views

app_name = "territory"
urlpatterns = [
    path("grid/at/", views.at_point, name="at"),
    path("map/base-<slug:digest>.geojson", views.base, name="base"),
    path("map/areas-<int:version>.geojson", views.areas, name="areas"),
]
