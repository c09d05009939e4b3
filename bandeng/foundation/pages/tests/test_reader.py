"""Choosing language and type size, and which pages no cache may keep."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from bandeng.foundation.pages.middleware import ReaderMiddleware
from bandeng.foundation.pages.views import choose

pytestmark = pytest.mark.django_db


def way_back(client, to):
    answer = client.post(reverse("pages:choose"), {"next": to, "large": "1"})
    assert answer.status_code == 302
    assert answer.cookies["large"].value == "1"
    return answer.url


@pytest.mark.parametrize("to", ["abc", "", "cases:inbox", "//evil.example/", "/\\evil.example", "https://evil.example/",
                                "javascript:alert(1)", "http://testserver/report/"])
def test_choosing_leads_to_paths_of_this_site_only(client, to):
    assert way_back(client, to) == "/"


@pytest.mark.parametrize("to", ["/", "/report/?category=1", "/style/#top", "/no/such/page/"])
def test_choosing_leads_back_to_the_page(client, to):
    assert way_back(client, to) == to


def page(request, **more):
    return HttpResponse("")


urlpatterns = [
    path("choose/", choose),
    path("desk/<str:number>/", page), path("desk/<str:number>/<str:verb>/", require_POST(page)),
    path("desk/<str:number>/order/<int:order>/<str:verb>/", require_POST(page)),
]


@pytest.mark.parametrize(("to", "back"), [
    ("/desk/7/tell/", "/desk/7/"), ("/desk/7/order/2/take/?x=1", "/desk/7/"), ("/choose/", "/"), ("/desk/7/", "/desk/7/"),
])
@pytest.mark.urls(__name__)
def test_choosing_on_a_page_that_was_sent_leads_to_the_page_above(client, to, back):
    assert client.post("/choose/", {"next": to}).url == back


def test_logging_out_is_no_page_to_go_back_to(client):
    assert way_back(client, reverse("people:logout")) == "/"


def test_a_page_for_somebody_logged_in_is_kept_by_no_cache(client, town, log_in):
    assert log_in(town, "officer_a1").get(reverse("cases:inbox"))["Cache-Control"] == "no-store, private"


class Session(dict):
    accessed = True

    def is_empty(self):
        return not self


@pytest.mark.parametrize(
    ("held", "accessed", "own", "kept"),
    [({"claims": [1]}, True, None, "no-store, private"), ({"claims": [1]}, False, None, None), ({}, True, None, None),
     ({"claims": [1]}, True, "private, max-age=3600", "private, max-age=3600")],
)
def test_what_was_made_with_a_session_is_kept_by_no_cache(held, accessed, own, kept):
    def view(request):
        return HttpResponse("", headers={"Cache-Control": own} if own else {})

    request = RequestFactory().get("/")
    request.session = Session(held)
    request.session.accessed = accessed
    assert ReaderMiddleware(view)(request).headers.get("Cache-Control") == kept
