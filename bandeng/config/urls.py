"""All addresses, one include per room."""

from django.urls import include, path

urlpatterns = [
    path("", include("bandeng.site.urls")),
    path("", include("bandeng.foundation.pages.urls")),
    path("", include("bandeng.foundation.sheets.urls")),
    path("", include("bandeng.people.urls")),
    path("", include("bandeng.territory.urls")),
    path("", include("bandeng.directory.urls")),
    path("", include("bandeng.cases.urls")),  # last: it takes every other word below /desk/ for a number
    path("board/", include("bandeng.insight.urls")),
]

handler400 = "bandeng.foundation.pages.views.bad_request"
handler403 = "bandeng.foundation.pages.views.forbidden"
handler404 = "bandeng.foundation.pages.views.not_found"
handler500 = "bandeng.foundation.pages.views.server_error"
