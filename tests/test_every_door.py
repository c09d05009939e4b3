"""Every address of the site and of the interface, opened by everybody: in where the table says so, out where not."""

import json

import pytest
from django.core.management import call_command
from django.urls import get_resolver, reverse

from bandeng.cases.actions import routing
from bandeng.cases.models import CasePhoto, Event, Phrase
from bandeng.cases.policies import keeps_phrase, may, slip_rule_post
from bandeng.cases.tests.lives import whistled
from bandeng.directory.models import ServicePoint
from bandeng.directory.policies import editor
from bandeng.people.models import Post
from bandeng.people.policies import appointable, visible
from bandeng.people.policies import may as may_post
from bandeng.people.queries import actor_of, open_posts
from bandeng.people.roles import Role
from bandeng.site.gates import ADDRESSES, case_acts
from bandeng.territory.locate import index, locate
from bandeng.territory.policies import drawer
from tests.district import IN_ELM, POSTS, picture

# Addresses that only take a form sent to them, with something harmless in it.
SENT = {
    "pages:choose", "people:logout", "people:passkey_begin", "people:passkey", "people:second_begin", "people:second_passkey",
    "people:setup_passkey_begin", "people:setup_passkey", "people:confirm_begin", "people:confirm_passkey", "people:factor_rename",
    "people:factor_remove", "people:session_end", "people:invitation_again", "people:invitation_withdraw", "people:person_reset",
    "people:person_password", "people:person_unlock", "people:person_sessions", "directory:end",
    "cases:verb", "cases:order_verb", "cases:category_retire", "cases:category_unit", "cases:rule_act", "cases:paper_pad",
    "people:post_act", "site:letters", "api:report", "api:desk_report", "cases:bulk", "cases:view",
    "cases:support",
}
# What these say has nothing to do with rights: a wrong code, a link that is no more, a step out of turn.
NO_RIGHTS = {
    "people:second", "people:second_begin", "people:second_passkey", "people:passkey", "people:setup_passkey_begin",
    "people:setup_passkey", "people:confirm_begin", "people:confirm_passkey", "people:join", "people:join_link", "people:logout",
    "cases:claim", "cases:stub", "cases:follow_verb", "api:api-root",
    # These refuse in words on the page they come back to; bandeng/people/tests/test_help.py looks at what they do.
    "people:person_reset", "people:person_password", "people:person_unlock", "people:person_sessions",
    "people:new_link", "people:new_password",
}


def test_every_address_has_a_gate():
    names = {f"{include.app_name}:{pattern.name}" for include in get_resolver().url_patterns for pattern in include.url_patterns}
    assert names == set(ADDRESSES)


def test_the_drawing_of_the_rights_agrees_with_the_policies():
    call_command("draw_rights", "--check")


def test_the_table_knows_every_act_and_leaves_none_to_nobody():
    for (machine, action), roles in case_acts().items():
        assert roles or action in {"close_by_silence", "erase", "route"}, (machine, action)


@pytest.fixture
def things(town, clock):
    """One of everything that an address can name."""
    case, made = whistled(town, case=town.case(IN_ELM, uploads=[picture()]))
    spot = ServicePoint.objects.create(kind="toilets", name="公厕", lon=IN_ELM[0], lat=IN_ELM[1], origin="hand")
    rule = routing.save(town.actor("dispatcher"), rule=None, title="试试", level="community")
    post = Post.objects.get(person=town.people["officer_a1"])
    photo = CasePhoto.objects.get(case=case)
    phrase = Phrase.objects.create(place=town.places["a"], verb="complete", title="修好了", text="已经修好。")
    assert Event.objects.filter(case=case).exists()
    values = {
        "number": case.number, "order": made[0].pk, "verb": "note", "digest": "0" * 16, "version": index().version, "size": "small",
        "code": "1" * 16, "kind": "places", "upload": 1, "form": "xlsx", "token": "x" * 43, "act": "show_name", "what": "try",
    }
    kinds = {"cases:category": "1003", "cases:category_retire": "1003", "cases:category_unit": "1003"}
    values["codes"] = kinds
    pks = {
        "cases:photo": photo.pk, "cases:rule": rule.pk, "cases:rule_act": rule.pk, "cases:slip_rule": town.places["a"].pk,
        "cases:phrase": phrase.pk, "territory:place": town.places["a"].pk, "territory:draw": town.places["a"].pk,
        "directory:point": spot.pk, "lifecircle:compound": town.places["elm"].pk,
        "directory:edit": spot.pk, "directory:end": spot.pk, "people:neighbours": town.places["building"].pk,
        "people:board": town.places["building"].pk, "people:post": post.pk, "people:post_act": post.pk,
        "people:person": post.person_id, "people:person_reset": post.person_id, "people:person_unlock": post.person_id,
        "people:person_sessions": post.person_id, "people:person_password": post.person_id, "people:new_link": post.person_id,
    }
    town.case_, town.order_, town.post_, town.photo_, town.spot_ = case, made[0], post, photo, spot
    return values, pks


def where(name, things):
    values, pks = things
    parameters = next(
        list(pattern.pattern.converters) for include in get_resolver().url_patterns for pattern in include.url_patterns
        if f"{include.app_name}:{pattern.name}" == name
    )
    known = {**values, "pk": pks.get(name, 10**9)}
    known["code"] = values["codes"].get(name, known["code"])
    if name == "cases:order_verb":
        known["verb"] = "acknowledge"
    known["level"] = "grids"
    return reverse(name, kwargs={key: known[key] for key in parameters})


def expected(name, actor, town):
    """Return what the policies themselves say of this actor at this door."""
    gate = ADDRESSES[name]
    if gate.opens is not None:
        return gate.opens(actor)
    account = town.post_.person
    if name == "people:person":
        if actor.person_id == account.pk or not appointable(actor):
            return False  # one's own page is 安全
        return bool(actor.posts_as(Role.SYSADMIN)) or open_posts().filter(visible(actor), person=account).exists()
    return {
        "cases:slip": lambda: may(actor, "see_notes", town.case_),
        "cases:photo": lambda: may(actor, "see_notes", town.case_), "cases:case": lambda: may(actor, "see_notes", town.case_),
        "cases:verb": lambda: may(actor, "see_notes", town.case_), "cases:order_verb": lambda: may(actor, "see_notes", town.case_),
        "api:case": lambda: may(actor, "see_notes", town.case_),
        "cases:phrase": lambda: bool(keeps_phrase(actor, town.places["a"].pk, None)),
        "territory:draw": lambda: bool(drawer(actor, town.places["a"])),
        "cases:slip_rule": lambda: bool(slip_rule_post(actor, town.places["a"])),
        "directory:edit": lambda: bool(editor(actor, locate(*IN_ELM))), "directory:end": lambda: bool(editor(actor, locate(*IN_ELM))),
        "people:post": lambda: Post.objects.filter(visible(actor), pk=town.post_.pk).exists(),
        "people:post_act": lambda: may_post(actor, "show_name", town.post_),
    }.get(name, lambda: False)()


def came_in(answer):
    """Whether the door opened: refused is 401, 403, 404, or being sent to the log-in."""
    if answer.status_code in (401, 403, 404):
        return False
    return not (answer.status_code == 302 and answer.url.startswith(reverse("people:login")))


@pytest.mark.parametrize("who", ["", *[name for name, _role, _seat in POSTS]])
def test_everybody_comes_in_where_the_policies_say_so_and_nowhere_else(town, things, client, who):
    wrong = []
    for name in sorted(set(ADDRESSES) - NO_RIGHTS, key=lambda name: (name in SENT, name)):  # acts last: they change things
        client.logout()
        if who:
            client.force_login(town.people[who], backend="bandeng.people.backends.EmailOrPhone")
        actor = actor_of(town.people[who].pk) if who else actor_of(0)
        actor = actor if who else type(actor)()
        url = where(name, things)
        if name.startswith("api:") and name in SENT:
            answer = client.post(url, json.dumps({}), content_type="application/json")
        elif name in SENT:
            answer = client.post(url, {"next": "/"})
        else:
            answer = client.get(url)
        if came_in(answer) != expected(name, actor, town):
            wrong.append(f"{name} as {who or 'a stranger'}: {answer.status_code}, not {'in' if expected(name, actor, town) else 'out'}")
    assert wrong == []
