from django.urls import path

from bandeng.site import views

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("grid/", views.my_grid, name="my_grid"),
    path("more/", views.more, name="more"),
    path("rights/", views.rights, name="rights"),
    path("emergency/", views.emergency, name="emergency"),
    path("desk/notices/", views.notices, name="notices"),
    path("desk/notices/letters/", views.letters, name="letters"),
    path("desk/jobs/", views.jobs, name="jobs"),
]
