"""The report form: whatever is sent, a clear answer, the typed text kept, never a broken server."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bandeng.cases import claims
from bandeng.cases.models import Case
from bandeng.foundation.sealed import vault
from bandeng.territory.models import AddressPoint
from tests.district import IN_A2, IN_ELM, OUTSIDE, picture

WORDS = "单元门口的水管冒水，流了一路。"
REPORT = "/report/"


@pytest.fixture
def fill(client, town):
    """Send the form; what is not said is filled in well."""

    def send(drop=(), path=REPORT, **given):
        data = {
            "report_key": claims.new_report_key(), "category": town.categories["1003"].pk, "words": WORDS,
            "lon": IN_ELM[0], "lat": IN_ELM[1], **given,
        }
        return client.post(path, {key: value for key, value in data.items() if key not in drop})

    return send


def text(answer):
    return answer.content.decode()


def kept(answer):
    """What stands in the words field of the page."""
    found = re.search(r'<textarea name="words"[^>]*>\n?(.*?)</textarea>', text(answer), re.S)
    return found.group(1) if found else ""


def refused(answer):
    assert answer.status_code == 422
    assert 'class="error"' in text(answer)
    assert not Case.objects.exists()
    return answer


def test_a_report_gives_number_and_code(client, fill):
    answer = client.get(fill().url)
    case = Case.objects.get()
    assert case.number in text(answer)
    code = re.search(r"\d{4} \d{4} \d{4} \d{4}", text(answer)).group()
    assert claims.check(case.number, claims.digits(code)) == case
    assert "<svg" in text(answer)


def test_the_reporter_follows_at_once(client, fill):
    fill()
    assert client.get(reverse("cases:follow_one", args=[Case.objects.get().number])).status_code == 200


def test_an_address_is_enough(fill):
    assert fill(drop=("lon", "lat"), place="榆钱小区1号楼").status_code == 302
    assert Case.objects.get().compound.name == "榆钱小区"


@pytest.mark.parametrize("missing", ["category", "words", "report_key"])
def test_what_is_missing_is_said(fill, missing):
    refused(fill(drop=(missing,)))


def test_a_place_is_needed(fill):
    assert kept(refused(fill(drop=("lon", "lat")))) == WORDS


@pytest.mark.parametrize("place", ["某某某某", "城外村", "🚲🚲🚲", "x" * 121, "<b>"])
def test_a_place_that_is_nowhere_keeps_what_was_typed(fill, place):
    assert kept(refused(fill(drop=("lon", "lat"), place=place))) == WORDS


@pytest.mark.parametrize(("lon", "lat"), [OUTSIDE, (0, 0), (999, 1), (100, -91), ("nan", "nan"), ("inf", 1), ("x", "y"),
                                          ("1e400", 1), ("'", '"'), ("", 30)])
def test_coordinates_outside_the_district_or_the_earth_keep_what_was_typed(fill, lon, lat):
    assert kept(refused(fill(lon=lon, lat=lat))) == WORDS


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 2001, "汉" * 2001, "🚲" * 2001, "\x00", "字\x00字"])
def test_words_of_the_wrong_length_or_kind_are_refused(fill, words):
    refused(fill(words=words))


def test_too_long_words_stay_in_the_field(fill):
    assert kept(refused(fill(words="汉" * 2001))) == "汉" * 2001


@pytest.mark.parametrize("words", ["🚲🔥 𠮷野家門口" * 9, "é́́", "a\r\nb\rc", "汉" * 2000, "🚲" * 2000, "ａｂｃ　１２３"])
def test_unusual_characters_are_taken(client, fill, words):
    assert client.get(fill(words=words).url).status_code == 200
    case = Case.objects.get()
    assert len(case.words) <= 2000
    assert client.get(reverse("cases:follow_one", args=[case.number])).status_code == 200


def test_line_ends_are_made_plain(fill):
    fill(words="一\r\n二\r三")
    assert Case.objects.get().words == "一\n二\n三"


@pytest.mark.parametrize("sign", ["\u202e", "\u202d", "\u2066", "\u2067", "\u2069", "\x1b", "\x08"])
def test_signs_that_turn_text_around_are_taken_out(fill, sign):
    fill(words=f"请看{sign}gpj.exe", place=f"榆钱{sign}小区")
    case = Case.objects.get()
    assert sign not in case.words + case.place_text
    assert sign not in vault.unseal(case.data_key, case.original.text, "original")


def test_html_is_shown_as_text_everywhere(client, town, fill, log_in):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7|add:7 }}"
    fill(words=evil, place="<i>x</i>", name="<b>n</b>", agreed_public="on")
    case = Case.objects.get()
    Case.objects.update(released=True)
    pages = [client.get(reverse("cases:follow_one", args=[case.number])), client.get(reverse("insight:case", args=[case.number]))]
    log_in(town, "officer_a1")
    pages += [client.get(reverse("cases:case", args=[case.number])), client.get(reverse("cases:inbox"))]
    for page in pages:
        assert page.status_code == 200
        assert not re.search(r"<script>alert|<img src=x|<i>x</i>|<b>n</b>", text(page))
    assert "&lt;script&gt;" in text(pages[0])
    assert "{{ 7|add:7 }}" in text(pages[0])


def test_html_stays_text_in_the_form_that_comes_back(fill):
    answer = refused(fill(drop=("category",), words="</textarea><script>alert(1)</script>", place='"><script>'))
    assert "<script>alert" not in text(answer)
    assert '"><script>' not in text(answer)


@pytest.mark.parametrize(("field", "wrong"), [
    ("phone", "call me"), ("phone", "1" * 21), ("phone", "13800138000<script>"), ("email", "nobody"), ("email", "a@b"),
    ("email", "a@b.c\nBcc: x@y.z"), ("name", "x" * 21), ("category", "x"), ("category", "9" * 30), ("category", "-1"),
    ("report_key", "short"), ("report_key", "x" * 65),
])
def test_a_wrong_field_is_named_and_the_words_are_kept(fill, field, wrong):
    assert kept(refused(fill(**{field: wrong}))) == WORDS


def test_a_kind_that_is_no_longer_in_use_is_refused(town, fill):
    type(town.categories["1003"]).objects.filter(code="1003").update(in_use=False)
    refused(fill())


def test_four_photos_are_taken(fill):
    assert fill(photos=[picture() for _ in range(4)]).status_code == 302
    assert Case.objects.get().photos.count() == 4


def test_five_photos_are_too_many(fill):
    assert kept(refused(fill(photos=[picture() for _ in range(5)]))) == WORDS


@pytest.mark.parametrize(("name", "content"), [
    ("a.jpg", b"%PDF-1.7 hello"), ("a.jpg", b"<html>"), ("a.jpg", b"\xff\xd8\xff"), ("a.jpg", b""), ("a.exe", b"MZ"),
    ("../../etc/passwd", b"x"), ("a\x00.jpg", b"x"), ("a" * 300 + ".jpg", b"x"), ("<b>.jpg", b"x"),
])
def test_what_is_no_photo_is_refused_and_the_words_are_kept(fill, photo_folder, name, content):
    answer = refused(fill(photos=[SimpleUploadedFile(name, content, content_type="image/jpeg")]))
    assert kept(answer) == WORDS
    assert "<b>.jpg" not in text(answer)
    assert not list(photo_folder.glob("**/*.jpg"))


def test_one_bad_photo_among_good_ones_makes_no_case(fill):
    refused(fill(photos=[picture(), SimpleUploadedFile("a.jpg", b"x")]))


def test_a_photo_of_thirteen_megabytes_is_refused(fill):
    refused(fill(photos=[SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * 13 * 1024 * 1024)]))


def test_a_form_sent_again_leads_to_the_same_case(client, fill):
    key = claims.new_report_key()
    first = text(client.get(fill(report_key=key).url))
    second = text(client.get(fill(report_key=key).url))
    code = re.compile(r"\d{4} \d{4} \d{4} \d{4}")
    assert Case.objects.count() == 1
    assert code.search(first).group() == code.search(second).group()
    assert "已经收到过" in second


def test_every_form_has_a_key_of_its_own(client, town):
    key = re.compile(r'name="report_key"[^>]*value="([^"]+)"')
    one, two = (key.search(text(client.get(REPORT))).group(1) for _ in range(2))
    assert one != two
    assert len(one) >= 32


@pytest.mark.parametrize("body", [b"words=\xff\xfe\xfa&category=%FF", b"&" * 5000, b"a=" + b"x" * 2_000_000, b"%00=%00"])
def test_a_broken_body_never_breaks_the_server(client, town, body):
    answer = client.post(REPORT, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {400, 422}


def test_a_broken_upload_never_breaks_the_server(client, town):
    answer = client.post(REPORT, b"--x\r\nContent-Disposition: form-data; name=", content_type="multipart/form-data; boundary=x")
    assert answer.status_code in {400, 422}


# Danger


PERSON_WORDS = ["有人持刀在楼下", "三楼有人要跳楼", "老人晕倒在电梯口", "隔壁天天家暴",
                "somebody is unconscious in the lobby", "A man is TRAPPED"]


@pytest.mark.parametrize("seen", [{}, {"danger_seen": "1"}])
@pytest.mark.parametrize("words", PERSON_WORDS)
def test_danger_to_a_person_stops_for_good_and_shows_the_numbers(fill, words, seen):
    answer = fill(words=words, **seen)
    assert answer.status_code == 422
    assert not Case.objects.exists()
    assert all(f"tel:{number}" in text(answer) for number in ("110", "119", "120"))
    assert "这里不收这样的事" in text(answer)
    assert 'name="danger_seen"' not in text(answer)
    assert kept(answer) == words


def test_a_wrong_hit_is_mended_by_other_words(fill):
    assert fill(words="车一过，井盖像要跳起来").status_code == 422
    assert fill(words="车一过，井盖就翘起来").status_code == 302


@pytest.mark.parametrize("words", ["楼道一个月没有被打扫", "路灯被打坏了", "一开空调就要跳闸", "大门被打开了没人关"])
def test_words_that_only_sound_alike_are_taken(fill, words):
    assert fill(words=words).status_code == 302


def test_staff_may_still_write_down_what_they_were_told(town, fill, log_in):
    log_in(town, "worker_a")
    assert fill(path="/desk/report/", source="phone", words="昨天有人被困电梯，已经出来了，电梯要修").status_code == 302


@pytest.mark.parametrize("words", ["厨房起火了", "楼道冒烟", "有煤气味", "there is a smell of gas"])
def test_words_of_a_dangerous_place_show_the_numbers_once(fill, words):
    answer = fill(words=words)
    assert answer.status_code == 200
    assert not Case.objects.exists()
    assert "tel:119" in text(answer)
    assert kept(answer) == words
    assert fill(words=words, danger_seen="1").status_code == 302


def test_the_browser_gets_the_pattern_of_drafts_that_are_never_kept(client, town):
    pattern = re.search(r'data-draft-never="([^"]+)"', text(client.get(REPORT))).group(1)
    assert all(re.search(pattern, words, re.IGNORECASE) for words in PERSON_WORDS)
    assert 'data-draft-done="report"' in text(client.get("/emergency/"))


def test_danger_of_a_place_is_taken_after_the_numbers_were_shown(town, fill):
    gas = town.categories["6003"].pk
    assert fill(category=gas).status_code == 200
    assert not Case.objects.exists()
    assert fill(category=gas, danger_seen="on").status_code == 302
    assert Case.objects.get().category.danger


def test_the_numbers_come_before_what_is_wrong_with_the_form_and_are_shown_once(town, fill):
    answer = fill(words="厨房起火了", lon="", lat="", place="没有这个地方xyz")
    assert "tel:119" in text(answer)
    assert "没找到这个地方" in text(answer)
    again = fill(words="厨房起火了", lon="", lat="", place="没有这个地方xyz", danger_seen="1")
    assert again.status_code == 422
    assert 'name="danger_seen"' in text(again)  # what was seen once is not asked again
    assert not Case.objects.exists()


# How often


def test_reports_from_one_address_are_limited(fill, settings):
    settings.REPORTS_PER_HOUR = 2
    assert [fill().status_code for _ in range(3)] == [302, 302, 422]


def test_wrong_codes_are_limited_and_the_right_one_does_not_help_then(client, fill, settings):
    settings.CLAIM_TRIES_PER_HOUR = 3
    done = client.get(fill().url)
    code = re.search(r"\d{4} \d{4} \d{4} \d{4}", text(done)).group()
    number = Case.objects.get().number
    client.cookies.clear()
    wrong = [client.post("/follow/", {"number": number, "code": "1" * 16}) for _ in range(4)]
    assert [answer.status_code for answer in wrong] == [422] * 4
    assert "试得太多" in text(wrong[-1])
    assert client.post("/follow/", {"number": number, "code": code}).status_code == 422


@pytest.mark.parametrize("spell", [lambda c: c, lambda c: c.replace(" ", ""), lambda c: c.replace(" ", "-"),
                                   lambda c: c.translate({48 + n: 0xFF10 + n for n in range(10)})])
def test_a_code_typed_in_any_way_opens_the_case(client, fill, spell):
    code = re.search(r"\d{4} \d{4} \d{4} \d{4}", text(client.get(fill().url))).group()
    number = Case.objects.get().number
    client.cookies.clear()
    answer = client.post("/follow/", {"number": f" {number} ", "code": spell(code)})
    assert answer.url == reverse("cases:follow_one", args=[number])


def test_the_link_of_the_qr_code_opens_the_case(client, fill):
    code = claims.digits(re.search(r"\d{4} \d{4} \d{4} \d{4}", text(client.get(fill().url))).group())
    number = Case.objects.get().number
    client.cookies.clear()
    assert client.get(f"/c/{number}/{code[:-1]}{(int(code[-1]) + 1) % 10}/").url == "/follow/"
    assert client.get(f"/c/{number}/{code}/").url == reverse("cases:follow_one", args=[number])
    assert client.get(reverse("cases:follow_one", args=[number])).status_code == 200


# Where it lands


def test_a_place_that_is_not_exactly_known_is_asked_for(client, fill):
    answer = refused(fill(drop=("lon", "lat"), place="榆钱"))
    assert "是这里吗" in text(answer)
    values = re.findall(r'name="choice" value="([^"]+)"(?! checked)', text(answer))
    assert values[-1] == "map"
    assert len(values) == 4
    assert "checked" not in text(answer).split("是这里吗")[1].split("</fieldset>")[0]
    assert fill(drop=("lon", "lat"), place="榆钱", choice=values[1]).status_code == 302
    case = Case.objects.get()
    assert f"{case.lon!r},{case.lat!r}" == values[1]


@pytest.mark.parametrize("place", ["东街小学", "榆钱小区三期"])
def test_a_longer_name_is_not_taken_for_the_shorter_one(fill, place):
    assert "是这里吗" in text(refused(fill(drop=("lon", "lat"), place=place)))


@pytest.mark.parametrize("place", ["榆钱小区", "榆钱小区1号楼2单元501", "榆钱小区 1栋 501室", "榆钱小区1号楼501"])
def test_an_exact_name_goes_on_with_or_without_a_flat(fill, place):
    assert fill(drop=("lon", "lat"), place=place).status_code == 302


@pytest.mark.parametrize("choice", ["map", "0,0", "nan,nan", "100.5", "'", "x" * 61, "100.005,30.005,1"])
def test_a_choice_that_was_not_offered_is_asked_again(fill, choice):
    refused(fill(drop=("lon", "lat"), place="榆钱", choice=choice))


def test_a_chosen_place_stays_chosen_after_another_error(fill):
    first = text(fill(drop=("lon", "lat"), place="榆钱"))
    value = re.search(r'name="choice" value="([^"]+)"', first).group(1)
    assert f'value="{value}" checked' in text(refused(fill(drop=("lon", "lat", "words"), place="榆钱", choice=value)))


def test_a_pin_counts_more_than_a_choice(fill):
    assert fill(place="榆钱", choice="map").status_code == 302
    assert (Case.objects.get().lon, Case.objects.get().lat) == IN_ELM


@pytest.mark.parametrize("query", ["lon=nan&lat=nan", "lon=inf&lat=30", "lon=a&lat=b", "lon=999&lat=1", "lon=1e400&lat=1"])
def test_rubbish_in_the_address_sets_no_pin(client, town, query):
    page = text(client.get(f"{REPORT}?{query}"))
    assert "data-center" not in page
    assert not re.search(r'name="l(?:on|at)"[^>]*value=', page)


@pytest.mark.parametrize("bad", ["nan", "inf", "x", "999"])
def test_a_bad_pin_does_not_come_back_to_the_map(fill, bad):
    page = text(refused(fill(lon=bad, lat=bad)))
    assert "data-center" not in page
    assert f'value="{bad}"' not in page


def test_the_receipt_says_where_it_landed_and_who_looks_after_it(client, fill):
    page = text(client.get(fill().url))
    assert all(word in page for word in ("榆钱小区", "槐树社区", "槐树第一网格", "000-111222"))


def test_the_code_is_shown_once_and_then_forgotten(client, fill):
    done = fill().url
    code = re.search(r"\d{4} \d{4} \d{4} \d{4}", text(client.get(done))).group()
    again = text(client.get(done))
    assert code not in again and code.replace(" ", "") not in again
    assert "查询码只显示一次" in again
    number = Case.objects.get().number
    assert reverse("cases:follow_one", args=[number]) in again
    assert code.replace(" ", "") not in str(dict(client.session))


def test_a_telephone_forgets_what_it_followed(client, fill):
    fill()
    number = Case.objects.get().number
    assert "忘掉这部手机上的" in text(client.get("/follow/"))
    answer = client.post(reverse("cases:forget"), follow=True)
    assert "忘掉了" in text(answer)
    assert number not in text(answer)
    assert client.get(reverse("cases:follow_one", args=[number])).status_code == 302


# Photographs are not kept by a browser


def test_photographs_must_be_chosen_again_and_that_is_said(fill):
    assert "照片要重新选一次" in text(refused(fill(drop=("words",), photos=[picture()])))
    assert "照片要重新选一次" in text(fill(words="厨房起火了", photos=[picture()]))


def test_without_photographs_nothing_is_said_about_them(fill):
    assert "照片要重新选一次" not in text(refused(fill(drop=("words",))))


# Several places of one name


@pytest.fixture
def two_fives(town):
    for lon, lat in (IN_ELM, IN_A2):
        AddressPoint.objects.create(text="老胡同5号楼", folded="老胡同5号楼", kind="building", lon=lon, lat=lat)


def test_of_two_buildings_of_one_name_somebody_has_to_say_which(fill, two_fives):
    answer = fill(drop=("lon", "lat"), place="老胡同5号楼")
    page = text(answer)
    assert answer.status_code == 422
    assert "老胡同5号楼（槐树第一网格）" in page and "老胡同5号楼（槐树第二网格）" in page
    assert not Case.objects.exists()
    choice = f"{IN_A2[0]!r},{IN_A2[1]!r}"
    assert fill(drop=("lon", "lat"), place="老胡同5号楼", choice=choice).status_code == 302
    assert Case.objects.get().grid.name == "槐树第二网格"


def test_my_grid_asks_too(client, two_fives):
    page = client.get(reverse("site:my_grid"), {"q": "老胡同5号楼"}).content.decode()
    assert "是哪一个" in page and "老胡同5号楼（槐树第二网格）" in page
