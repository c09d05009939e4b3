from django.urls import path

from bandeng.territory.views import drawing, maps, places

app_name = "territory"
urlpatterns = [
    path("grid/at/", maps.at_point, name="at"),
    path("map/base-<slug:digest>.geojson", maps.base, name="base"),
    path("map/areas-<int:version>.geojson", maps.areas, name="areas"),
    path("desk/places/", places.index, name="places"),
    path("desk/places/check/", places.check, name="check"),
    path("desk/places/trace/", drawing.trace, name="trace"),
    path("desk/places/<int:pk>/", places.place, name="place"),
    path("desk/places/<int:pk>/draw/", drawing.draw, name="draw"),
]
