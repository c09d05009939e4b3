from django.urls import path

from bandeng.foundation.pages import views

app_name = "pages"
urlpatterns = [
    path("choose/", views.choose, name="choose"),
    path("style/", views.style_guide, name="style"),
]
