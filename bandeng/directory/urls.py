from django.urls import path

from bandeng.directory.views import desk, public

app_name = "directory"
urlpatterns = [
    path("places/", public.index, name="index"),
    path("places/<int:pk>/", public.point, name="point"),
    path("desk/services/new/", desk.edit, name="new"),
    path("desk/services/<int:pk>/", desk.edit, name="edit"),
    path("desk/services/<int:pk>/end/", desk.end, name="end"),
]
