"""Every address of the site: who gets an answer, in both languages, with strict headers."""

import re

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from bandeng.cases.models import Event
from bandeng.cases.tests.lives import whistled
from bandeng.people.models import Account
from bandeng.territory.locate import index
from bandeng.territory.queries import map_context

LANGUAGE_COOKIE = "django_language"


@pytest.fixture
def site(town):
    """The town with a case that somebody may look at, and the values that stand in addresses."""
    case, made = whistled(town)
    return {"number": case.number, "order": made[0].pk, "digest": "0" * 16, "version": index().version, "verb": "take", "pk": 1,
            "size": "small", "code": "1" * 16, "kind": "places", "upload": 1, "form": "xlsx", "token": "x" * 43,
            "act": "hand_over", "level": "grids", "what": "on"}


# name -> status for a stranger's GET. Every address must stand here.
PUBLIC = {
    "site:home": 200, "site:my_grid": 200, "site:more": 200, "site:rights": 200, "site:emergency": 200,
    "pages:style": 200, "cases:report": 200, "cases:follow": 200, "people:login": 200, "insight:board": 200,
    "insight:map": 200, "insight:journal": 200, "insight:case": 200, "territory:base": 200, "territory:areas": 200,
    "territory:at": 400,  # wants a point
    "cases:claim": 302, "cases:reported": 302, "cases:follow_one": 302, "cases:follow_verb": 302,
    "cases:forget": 302,
    "pages:choose": 405, "people:logout": 405, "cases:photo": 404,
    "cases:catalogue": 200, "cases:rules": 200, "cases:slip_rules": 200, "cases:category": 302, "cases:category_new": 302,
    "cases:category_retire": 405, "cases:category_unit": 405, "cases:rule": 302, "cases:rule_new": 302, "cases:rule_act": 405,
    "cases:slip_rule": 302, "cases:paper": 302, "cases:paper_pad": 405, "cases:slip": 302,
    "cases:stub": 302, "cases:support": 405, "cases:slip_rule_all": 302,
    "cases:inbox": 302, "cases:enter": 302, "cases:case": 302, "cases:verb": 302, "cases:order_verb": 302,
    "territory:places": 302, "territory:place": 302, "territory:check": 302, "territory:draw": 302, "territory:trace": 403,
    "sheets:index": 302, "sheets:kind": 302, "sheets:trial": 302, "sheets:returned": 404, "sheets:blank": 404, "sheets:export": 404,
    "directory:index": 200, "directory:point": 404, "lifecircle:index": 200, "lifecircle:compound": 404,
    "directory:new": 302, "directory:edit": 302, "directory:end": 405,
    "people:password": 302, "people:second": 302, "people:setup": 302, "people:setup_app": 302, "people:security": 302,
    "people:confirm": 302, "people:codes": 302, "people:people": 302, "people:invite": 302, "people:invited": 302,
    "people:person": 302, "people:vacant": 302, "people:units": 302, "people:post": 302, "people:post_act": 302,
    "people:board": 404, "people:neighbours": 404, "people:join": 410, "people:join_link": 410,
    "people:passkey": 405, "people:passkey_begin": 405, "people:second_begin": 405, "people:second_passkey": 405,
    "people:setup_passkey": 405, "people:setup_passkey_begin": 405, "people:confirm_begin": 405, "people:confirm_passkey": 405,
    "people:factor_rename": 405, "people:factor_remove": 405, "people:session_end": 405, "people:invitation_again": 405,
    "people:invitation_withdraw": 405, "people:person_reset": 405, "people:person_unlock": 405, "people:person_sessions": 405,
    "insight:rates": 200, "insight:formulas": 200, "rates:desk": 302, "rates:cases": 302, "rates:table": 302,
    "insight:deferred": 200, "people:person_password": 405, "people:password_link": 302, "people:forgotten": 200,
    "people:new_link": 410, "people:new_password": 410,
    "cases:bulk": 302, "cases:sheet": 302, "cases:views": 302, "cases:view": 405, "cases:phrases": 302, "cases:phrase": 302,
    "site:notices": 302, "site:jobs": 302, "site:letters": 405,
    "api:categories": 200, "api:places": 200, "api:figures": 200, "api:board": 200, "api:board_case": 200, "api:board_map": 200,
    "api:openapi-json": 200, "api:report": 405, "api:desk_report": 405, "api:inbox": 401, "api:case": 401,
    "api:api-root": 404,  # no page stands there, only what is below it
}


def addresses():
    found = {}
    for include in get_resolver().url_patterns:
        assert isinstance(include, URLResolver)
        for pattern in include.url_patterns:
            found[f"{include.app_name}:{pattern.name}"] = list(pattern.pattern.converters)
    return found


def url(name, site):
    return reverse(name, kwargs={key: site[key] for key in addresses()[name]})


def test_every_address_is_listed_here():
    assert set(addresses()) == set(PUBLIC)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", PUBLIC)
def test_a_stranger_gets_what_is_public_and_no_more(client, site, name, language):
    client.cookies[LANGUAGE_COOKIE] = language
    answer = client.get(url(name, site))
    assert answer.status_code == PUBLIC[name]
    assert answer["Content-Language"] == language


def test_a_stranger_with_a_number_is_asked_for_the_code_whether_or_not_there_is_such_a_case(client, site):
    for number in (site["number"], "260309-9999"):
        assert client.get(reverse("cases:follow_one", args=[number])).url == f"{reverse('cases:follow')}?number={number}"


def test_the_language_is_chinese_whatever_the_browser_prefers(client, site):
    answer = client.get("/", headers={"accept-language": "en"})
    assert '<html lang="zh-' in answer.content.decode().lower()[:400]


@pytest.mark.parametrize("name", [name for name, status in PUBLIC.items() if status == 302 and "desk" in reverse(
    name, kwargs=dict.fromkeys(addresses()[name], 1))])
def test_a_stranger_at_the_workbench_is_sent_to_the_login(client, site, name):
    assert client.get(url(name, site)).url.startswith(reverse("people:login"))


@pytest.mark.parametrize(("name", "asked"), [
    ("cases:verb", "/login/?next=/desk/{number}/"), ("cases:order_verb", "/login/?next=/desk/{number}/"),
    ("cases:follow_verb", "/follow/?number={number}"),
])
def test_a_stranger_posts_nothing_and_is_told_so(client, site, name, asked):
    before = Event.objects.count()
    answer = client.post(url(name, site), {"words": "白写了吗"})
    assert answer.url == asked.format(number=site["number"])
    assert Event.objects.count() == before
    assert "没有送出去" in client.get(answer.url).content.decode()


@pytest.mark.parametrize("name", ["cases:verb", "cases:order_verb"])
def test_looking_at_the_address_of_an_act_leads_to_the_case(client, town, site, name):
    client.force_login(town.people["worker_a"], backend="bandeng.people.backends.EmailOrPhone")
    assert client.get(url(name, site)).url == reverse("cases:case", args=[site["number"]])


PAGES = ["site:home", "cases:report", "insight:board", "people:login", "insight:case", "cases:case", "site:notices",
         "people:security", "people:confirm", "people:codes"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_have_a_strict_content_policy(client, town, site, name):
    client.force_login(town.people["officer_a1"], backend="bandeng.people.backends.EmailOrPhone")
    policy = client.get(url(name, site))["Content-Security-Policy"]
    assert "unsafe" not in policy
    for directive in ("default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'",
                      "frame-ancestors 'none'", "form-action 'self'"):
        assert directive in policy
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_inline_script_style_or_handler(client, town, site, name):
    client.force_login(town.people["officer_a1"], backend="bandeng.people.backends.EmailOrPhone")
    page = client.get(url(name, site)).content.decode()
    scripts = re.findall(r"<script\b[^>]*>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"<style\b|<[^>]+\sstyle=|<[^>]+\son[a-z]+=|javascript:", page)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page)


def test_pages_are_not_framed_sniffed_or_referred(client, site):
    answer = client.get("/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_case_page_is_never_kept_by_a_cache(client, town, site):
    client.force_login(town.people["officer_a1"], backend="bandeng.people.backends.EmailOrPhone")
    assert "no-store" in client.get(url("cases:case", site))["Cache-Control"]


@pytest.mark.parametrize("path", ["/login/passkey/begin/", "/login/passkey/", "/login/second/", "/join/", "/desk/people/1/reset/",
                                  "/desk/security/factors/1/remove/",
                                  "/report/", "/login/", "/choose/", "/follow/", "/desk/1/take/", "/follow/1/withdraw/"])
def test_a_post_without_token_is_refused(town, path):
    assert Client(enforce_csrf_checks=True).post(path, {"next": "/"}).status_code == 403


def test_the_session_cookie_is_not_for_scripts_or_other_sites(client, town):
    client.post("/login/", {"username": town.people["worker_a"].email, "password": "a quiet little stool"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
                                "https:evil.example", "\x00//evil.example"])
def test_choosing_a_language_leads_to_no_other_site(client, site, to):
    answer = client.post(reverse("pages:choose"), {"language": "en", "next": to})
    assert answer.url == "/"


def test_choosing_keeps_language_and_type_size(client, site):
    answer = client.post(reverse("pages:choose"), {"language": "en", "large": "1", "next": "/board/"})
    assert answer.url == "/board/"
    assert client.get("/board/")["Content-Language"] == "en"


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"large": "9"}, {}])
def test_choosing_nonsense_changes_nothing(client, site, wrong):
    assert client.post(reverse("pages:choose"), wrong).status_code == 302
    assert client.get("/")["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("path", [
    "/grid/?q=榆钱小区", "/grid/?q=%00%F0%9F%9A%B2'\"<", "/grid/?lon=nan&lat=1", "/grid/?lon=inf&lat=1", "/grid/?lon=999&lat=1",
    "/grid/?lon=100.005&lat=30.005", "/grid/?lon=0&lat=0", "/grid/?q=" + "榆" * 300, "/board/?community=abc&state=x",
    "/board/?community=²&state=open", "/board/?community=99999999999999", "/board/?state=ended",
    "/report/?category=x&lon=a&lat=b&place=%00", "/report/?lon=100.005&lat=30.005&category=1",
    "/report/?lon=nan&lat=inf", "/board/?number=%00", "/board/?number=²٣x",
    "/nowhere/",
    "/c/%00/%00/", "/c/1/2/", "/follow/%00/", "/board/cases/%00/", "/board/cases/" + "9" * 300 + "/",
    "/photo/99999999999999999999999/small/", "/photo/1/%00/", "/map/base-x.geojson", "/map/areas-99999999999999999999.geojson",
    "/grid/at/?lon=x", "/grid/at/?lon=100.005&lat=30.005",
])
def test_strange_addresses_never_break_the_server(client, site, path):
    assert client.get(path).status_code in {200, 302, 400, 404}


@pytest.mark.parametrize("path", ["/desk/%00/", "/desk/1/", "/desk/%F0%9F%9A%B2/", "/desk/?view=nonsense", "/desk/notices/",
                                  "/desk/?view=ended", "/desk/?view=check", "/desk/?view=waiting", "/desk/?view=all",
                                  "/desk/people/?q=%00&page=x", "/desk/people/99999999999999999999/", "/desk/people/invite/?role=%00",
                                  "/desk/security/?rename=x&name=%00", "/desk/security/confirm/?next=//x", "/join/%00/",
                                  "/desk/?number=%00", "/desk/?number=" + "9" * 300, "/desk/?view=done",
                                  "/desk/?view=late&category=%00&area=x&since=2026-13-45&unit=%00&by=x&slip=green", "/desk/?view=near",
                                  "/desk/?view=near&near=100.005,30.005",
                                  "/desk/?view=near&place=%00", "/desk/?view=near&place=榆钱小区", "/desk/?area=99999999999999999999",
                                  "/desk/?area=²&compound=" + "榆" * 300, "/desk/?view=unowned&category=物业&by=community",
                                  "/desk/sheet/", "/desk/sheet/?pick=%00&pick=1/²&pick=9/99999999999999999999",
                                  "/desk/views/", "/desk/phrases/",
                                  "/desk/phrases/99999999999999999999/",
                                  "/desk/notices/?page=99"])
def test_strange_addresses_of_the_workbench_never_break_the_server(client, town, site, path):
    client.force_login(town.people["worker_a"], backend="bandeng.people.backends.EmailOrPhone")
    assert client.get(path).status_code in {200, 404}


def test_a_lost_page_says_so_in_words(client, site):
    assert "没有这一页" in client.get("/nowhere/").content.decode()


def test_the_map_credits_its_source(client, site):
    assert map_context().source in client.get("/grid/").content.decode()


def test_the_outlines_of_the_grids_hold_no_persons(client, site):
    features = client.get(reverse("territory:areas", args=[index().version])).json()["features"]
    assert len(features) == 4
    assert all(set(feature["properties"]) == {"id", "name"} for feature in features)


# Sample data never faces the world


@pytest.fixture
def sample(town):
    Account.objects.filter(pk=town.people["officer_a1"].pk).update(is_sample=True)


@pytest.mark.parametrize("from_elsewhere", [
    {"HTTP_HOST": "bandeng.example"}, {"HTTP_HOST": "localhost.bandeng.example"}, {"HTTP_HOST": "192.168.1.5:8000"},
    {"REMOTE_ADDR": "192.168.1.5"}, {"REMOTE_ADDR": "203.0.113.9"}, {"REMOTE_ADDR": "::ffff:203.0.113.9"},
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_FORWARDED": "for=127.0.0.1"}, {"HTTP_X_REAL_IP": "127.0.0.1"},
    {"HTTP_X_FORWARDED_HOST": "localhost"},
])
@pytest.mark.parametrize("path", ["/", "/login/", "/report/", "/static/x.css"])
def test_with_demo_accounts_only_this_machine_is_answered(client, sample, from_elsewhere, path):
    assert client.get(path, **from_elsewhere).status_code == 403


@pytest.mark.parametrize("here", [{}, {"HTTP_HOST": "127.0.0.1:8000"}, {"HTTP_HOST": "localhost"}, {"HTTP_HOST": "[::1]:8000"},
                                  {"HTTP_HOST": "[::1]", "REMOTE_ADDR": "::1"}])
def test_with_demo_accounts_this_machine_is_answered(client, sample, here):
    assert client.get("/", **here).status_code == 200


def test_without_demo_accounts_others_are_answered(client, town, settings):
    settings.ALLOWED_HOSTS = ["bandeng.example"]
    assert client.get("/", HTTP_HOST="bandeng.example", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_without_demo_accounts_unknown_hosts_are_still_refused(client, town):
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400
