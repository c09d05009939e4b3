"""English: the catalogue is whole, speaks English only, and so do the pages."""

import ast
import shutil
from datetime import datetime, timedelta
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as all_settings
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import trans_real

from bandeng.foundation.pages import speech
from bandeng.people.models import Unit
from bandeng.people.second import totp
from bandeng.people.tests.keys import App, log_in_as, password
from bandeng.site.texts import catalogue, extract
from bandeng.site.texts.catalogue import CHINESE
from bandeng.territory.models import AddressPoint, BaseMap, Place

ROOT = Path(all_settings.BASE_DIR)
LOCALE = ROOT / "bandeng" / "locale"
PO = LOCALE / "en" / "LC_MESSAGES" / "django.po"
# Chinese that stands in English sentences on purpose: addresses are found by their Chinese names.
ALLOWED = ("槐树小区3号楼",)
WIDE = set("，。、；：？！（）《》【】“”‘’～")  # punctuation of Chinese; curly quotes are drawn as wide as a character


def forms():
    """Every translated form with its text."""
    for entry in catalogue.read(PO):
        for form in catalogue._forms(entry):
            yield entry.msgid, form


def without(text, words):
    """The text without these words, the longest first."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


# -- the catalogue ------------------------------------------------------------------------------------------


def test_every_text_is_translated():
    out = StringIO()
    call_command("messages", "--check", stdout=out, stderr=out)
    assert "all in both languages" in out.getvalue()


def test_english_is_english():
    assert [msgid for msgid, form in forms() if CHINESE.search(without(form, ALLOWED))] == []


def test_english_has_english_punctuation_and_keeps_calm():
    assert [msgid for msgid, form in forms() if WIDE & set(form) or "!" in form] == []


def test_the_catalogue_is_the_same_wherever_it_is_made():
    entries = catalogue.read(PO)
    assert entries.metadata == catalogue.HEADER
    assert {place[:8] for entry in entries for place, _ in entry.occurrences} == {"bandeng/"}
    assert str(ROOT) not in PO.read_text(encoding="utf-8")


def test_no_text_hides_in_an_f_string():
    """Texts asked for inside an f-string are not found by the extractor of older Pythons."""
    hidden = []
    for path in extract.sources(ROOT):
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
                names = {getattr(call.func, "id", getattr(call.func, "attr", "")) for call in calls}
                if names & extract.KEYWORDS.keys():
                    hidden.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert hidden == []


# -- sentences and pages ------------------------------------------------------------------------------------


@pytest.fixture
def english(settings, tmp_path):
    """The catalogue as it is now, compiled into a folder of its own."""
    shutil.copytree(LOCALE, tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo"))
    catalogue.compile_all(tmp_path / "locale")
    trans_real._translations.clear()
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    yield
    trans_real._translations.clear()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (2.5, "by today 12:30"),
        (26, "by tomorrow 12:00"),
        (50, "by the day after tomorrow 12:00"),
        (14, "by the end of today"),
        (14 + 72, "by the end of Thursday"),
        (14 + 24 * 10, "by the end of 19 Mar"),
        (-0.5, "30 minutes late"),
        (-1, "1 hour late"),
        (-47, "47 hours late"),
        (-72, "3 days late"),
    ],
)
def test_dates_read_as_english(english, hours, words):
    now = datetime(2026, 3, 9, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    with translation.override("en"):
        assert speech.due(now + timedelta(hours=hours), now) == words


VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = {"alt", "aria-label", "aria-description", "content", "data-copied", "data-failed", "data-label", "data-text",
          "data-words", "placeholder", "title"}


class Visible(HTMLParser):
    """Collects what a reader sees or hears, outside what says of itself that it is Chinese."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.hidden = []  # open elements, from the outermost hidden one on

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if self.hidden or tag in ("script", "style") or given.get("lang") == "zh-Hans":
            if tag not in VOID:
                self.hidden.append(tag)
            return
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_startendtag(self, tag, attrs):
        if not self.hidden:
            self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        if tag in self.hidden:
            while self.hidden.pop() != tag:
                pass

    def handle_data(self, data):
        if not self.hidden and data.strip():
            self.found.append(data.strip())


def visible(html):
    parser = Visible()
    parser.feed(html)
    return parser.found


def test_what_counts_as_visible():
    html = (
        '<p title="t">a<br>b <b lang="zh-Hans">中<img alt="中">文</b> c</p><script>var x = "中文"</script>'
        '<svg><path d="M0"/><use href="#x" aria-label="l"/></svg><input placeholder="p" value="v">d'
    )
    assert visible(html) == ["t", "a", "b", "c", "l", "p", "d"]


def names():
    """Everything that is called what it is called: places, units, addresses, the source of the map."""
    found = set(ALLOWED)
    for model, column in ((Place, "name"), (Unit, "name"), (AddressPoint, "text"), (BaseMap, "source")):
        found.update(model.objects.values_list(column, flat=True))
    return found


def chinese_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert '<html lang="en"' in html
    known = names()
    return [text for text in visible(html) if CHINESE.search(without(text, known))]


@pytest.fixture
def reader(client, english, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


PAGES = ("/", "/grid/", "/report/", "/follow/", "/board/", "/board/map/", "/board/journal/", "/login/", "/more/", "/rights/",
         "/emergency/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_pages_of_an_empty_district(reader, path):
    assert chinese_in(reader, path) == []


@pytest.mark.parametrize("path", [*PAGES, "/grid/?q=榆钱小区", "/grid/?q=东街", "/grid/?lon=100.005&lat=30.005"])
def test_pages_of_a_district(town, reader, path):
    for _ in range(6):
        town.report(words="The drain is blocked.")
    assert chinese_in(reader, path) == []


@pytest.mark.parametrize("path", ["/report/", "/follow/", "/login/"])
def test_what_is_wrong_is_said_in_english(town, reader, path):
    answer = reader.post(path, {"report_key": "k" * 22})
    assert [text for text in visible(answer.content.decode()) if CHINESE.search(without(text, names()))] == []


@pytest.mark.parametrize("name", ["officer_a1", "worker_a", "dispatcher_west", "dispatcher"])
def test_the_workbench(town, reader, log_in, name):
    case = town.case(words="The drain is blocked.")
    log_in(town, name)
    assert chinese_in(reader, "/desk/") == []
    assert chinese_in(reader, f"/desk/{case.number}/") == []


def test_pages_for_who_runs_the_system(town, reader, log_in):
    log_in(town, "admin")
    assert chinese_in(reader, "/desk/jobs/") == []
    assert chinese_in(reader, "/desk/notices/") == []  # none yet; messages speak the district's language


def test_the_pages_of_ones_own_log_in(town, reader, clock):
    account = town.people["officer_a1"]
    log_in_as(reader, account)
    for path in ("/desk/security/", "/desk/security/add/", "/desk/security/add/app/", "/desk/security/codes/",
                 "/desk/security/confirm/", "/desk/security/password/"):
        assert chinese_in(reader, path) == [], path
    app = App(totp.secret_of(reader.session["app_mark"], account.pk))
    reader.post("/desk/security/add/app/", {"code": app.code()})
    assert chinese_in(reader, "/desk/security/codes/") == []
    assert chinese_in(reader, "/desk/security/") == []
    assert chinese_in(reader, "/desk/security/confirm/") == []
    reader.post("/logout/")
    password(reader, account)
    assert chinese_in(reader, "/login/second/") == []


def test_the_pages_of_people(town, reader, clock):
    log_in_as(reader, town.people["worker_a"])
    place = town.places["a1"]
    for path in ("/desk/people/", "/desk/people/invite/", "/desk/people/invite/?role=grid_officer", "/desk/people/?q=x",
                 f"/desk/people/{town.people['deputy_a1'].pk}/"):
        assert chinese_in(reader, path) == [], path
    reader.post("/desk/people/invite/", {"role": "grid_deputy", "seat": f"place:{place.pk}", "name": "Wang", "phone": "13800000001"})
    page = reader.get("/desk/people/invited/")
    assert [text for text in visible(page.content.decode()) if CHINESE.search(without(text, names()))] == []
    reader.get(page.context["url"].partition("8000")[2])
    assert chinese_in(reader, "/join/") == []
    assert chinese_in(reader, "/desk/people/") == []
