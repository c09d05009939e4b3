from django.urls import path

from bandeng.foundation.sheets import views

app_name = "sheets"
urlpatterns = [
    path("desk/sheets/", views.index, name="index"),
    path("desk/sheets/<slug:kind>/", views.kind_page, name="kind"),
    path("desk/sheets/<slug:kind>/blank.xlsx", views.blank, name="blank"),
    path("desk/sheets/<slug:kind>/now.<slug:form>", views.export, name="export"),
    path("desk/sheets/<slug:kind>/<int:upload>/", views.trial, name="trial"),
    path("desk/sheets/<slug:kind>/<int:upload>/returned/", views.returned, name="returned"),
]
