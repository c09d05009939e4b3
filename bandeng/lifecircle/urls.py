from django.urls import path

from bandeng.lifecircle import views

app_name = "lifecircle"
urlpatterns = [
    path("circle/", views.index, name="index"),
    path("circle/<int:pk>/", views.compound, name="compound"),
]
