"""All addresses, one include per room."""

from django.urls import include, path

urlpatterns = [
    path("", include("bandeng.site.urls")),
    path("", include("bandeng.foundation.pages.urls")),
    path("", include("bandeng.foundation.sheets.urls")),
    path("", include("bandeng.people.urls")),
    path("", include("bandeng.territory.urls")),
    path("", include("bandeng.directory.urls")),
    path("", include("bandeng.lifecircle.urls")),
    path("desk/rates/", include("bandeng.insight.desk_urls")),
    path("", include("bandeng.cases.urls")),  # last: it takes every other word below /desk/ for a number
    path("board/", include("bandeng.insight.urls")),
    path("api/v1/", include("bandeng.api.urls")),
]

handler400 = "bandeng.api.problems.bad_request"
handler403 = "bandeng.api.problems.forbidden"
handler404 = "bandeng.api.problems.not_found"
handler500 = "bandeng.api.problems.server_error"
