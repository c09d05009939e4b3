"""What may not be stored: the schema against bandeng/config/forbidden_fields.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from bandeng.cases import catalogue

POLICY_FILE = Path(__file__).resolve().parents[1] / "bandeng" / "config" / "forbidden_fields.toml"
POLICY = tomllib.loads(POLICY_FILE.read_text(encoding="utf-8"))
ALLOWED = {row["field"] for row in POLICY["allowed"]}
REACHABLE = {row["model"] for row in POLICY["reachable"]}
NAMES = {"name", "called", "fullname", "surname", "xingming"}
REACHES = {"phone", "mobile", "tel", "telephone", "email", "mail", "wechat", "qq", "dianhua", "shouji"}


def ours():
    """Every model of the product, with the tables that many-to-many fields make."""
    configs = [config for config in apps.get_app_configs() if config.name.startswith("bandeng.")]
    return [model for config in configs for model in config.get_models(include_auto_created=True)]


def parts(name):
    """Split person_riskLevel into person, risk, level; plural s dropped."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return [part[:-1] if part.endswith("s") and len(part) > 3 else part for part in name.split("_") if part]


def holds(name, word):
    """Whether *word*, itself of one or more parts, stands in *name*."""
    here, wanted = parts(name), parts(word)
    return any(here[i : i + len(wanted)] == wanted for i in range(len(here)))


def said(field):
    """Everything that people read about a field."""
    choices = [str(part) for choice in (field.choices or []) for part in choice] if hasattr(field, "choices") else []
    return " ".join([str(getattr(field, "verbose_name", "")), str(getattr(field, "help_text", "")), *choices])


def forbidden(model):
    """Yield (field, what it would be) for every field of *model* that the policy forbids."""
    for field in model._meta.get_fields():
        if field.auto_created and not field.concrete:
            continue
        names = [field.name, getattr(field, "db_column", "") or "", getattr(field, "column", "") or ""]
        for row in POLICY["forbidden"]:
            by_name = any(holds(name, word) for name in names for word in row["words"])
            if by_name or any(text in said(field) + field.name for text in row["texts"]):
                yield f"{model._meta.label}.{field.name}", row["what"]


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_no_model_has_a_forbidden_field(model):
    assert [found for found in forbidden(model) if found[0] not in ALLOWED] == []


@pytest.mark.parametrize(("name", "what"), [
    ("ethnicity", "ethnicity"), ("minzu", "ethnicity"), ("religious_belief", "religion"), ("is_party_member", "political"),
    ("zhengzhi_mianmao", "political"), ("id_card_no", "identity"), ("shenfenzheng", "identity"), ("face_id", "biometrics"),
    ("household_register", "household"), ("hukou_kind", "household"), ("marital_status", "marital"), ("birth_date", "birth"),
    ("dateOfBirth", "birth"), ("petition_count", "petition"), ("criminal_record", "petition"), ("is_key_person", "key persons"),
    ("zhongdianrenyuan", "key persons"), ("subject_person", "key persons"), ("person_score", "score"), ("colour", "score"),
    ("risk_levels", "score"), ("last_lat", "where"), ("gps_track", "where"), ("checkin_at", "where"), ("health", "health"),
    ("last_login", "screens"), ("device_id", "devices"), ("tenant", "tenancy"), ("民族", "ethnicity"),
])
@isolate_apps("bandeng.cases")
def test_a_made_up_field_fails(name, what):
    class Subject(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "cases"

    models.CharField(max_length=9).contribute_to_class(Subject, name)
    assert [field for field, why in forbidden(Subject) if what in why] == [f"cases.Subject.{name}"]


@isolate_apps("bandeng.cases")
def test_a_harmless_name_does_not_hide_a_forbidden_label_column_or_choice():
    class Subject(models.Model):  # noqa: DJ008
        a = models.CharField("政治面貌", max_length=9)
        b = models.CharField(max_length=9, db_column="id_card")
        c = models.CharField(max_length=9, choices=[("x", "重点人员")])
        d = models.CharField(max_length=9, help_text="出生日期")

        class Meta:
            app_label = "cases"

    assert {field[-1] for field, _ in forbidden(Subject)} == set("abcd")


@pytest.mark.parametrize("name", ["late", "plate", "page", "stage", "message", "manager", "described", "chain", "slipper",
                                  "imagination", "words", "place_text"])
@isolate_apps("bandeng.cases")
def test_a_harmless_field_passes(name):
    class Thing(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "cases"

    models.CharField(max_length=9).contribute_to_class(Thing, name)
    assert list(forbidden(Thing)) == []


@pytest.mark.parametrize("row", POLICY["allowed"], ids=lambda row: row["field"])
def test_every_exception_has_a_reason_and_is_needed(row):
    app, model, _field = row["field"].split(".")
    assert len(row["why"]) > 20
    assert row["field"] in [found for found, _ in forbidden(apps.get_model(app, model))]


def reachable(model):
    """Whether a model holds a name together with a way to reach somebody."""
    words = {part for field in model._meta.concrete_fields for part in parts(field.name)}
    return bool(words & NAMES) and bool(words & REACHES)


def test_only_the_listed_models_hold_a_name_with_a_way_to_reach_somebody():
    assert {model._meta.label for model in ours() if reachable(model)} == REACHABLE


@isolate_apps("bandeng.cases")
def test_a_made_up_list_of_residents_fails():
    class Household(models.Model):  # noqa: DJ008
        name = models.CharField(max_length=9)
        mobile_phone = models.CharField(max_length=9)

        class Meta:
            app_label = "cases"

    assert reachable(Household)


def test_no_case_column_holds_a_phone_or_an_address_in_clear():
    clear = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("cases").get_models()
        for field in model._meta.concrete_fields
        if set(parts(field.name)) & REACHES and not isinstance(field, models.BinaryField)
        or isinstance(field, models.EmailField | models.GenericIPAddressField)
    ]
    assert clear == []


def test_everything_in_the_contact_is_sealed_but_the_wish_for_messages():
    contact = apps.get_model("cases", "Contact")
    open_fields = {f.name for f in contact._meta.concrete_fields if not isinstance(f, models.BinaryField)}
    assert open_fields == {"case", "wants_messages"}


def test_whoever_is_invited_is_sealed():
    invitation = apps.get_model("people", "Invitation")
    held = [field for field in invitation._meta.concrete_fields if set(parts(field.name)) & (NAMES | REACHES)]
    assert {field.name for field in held} == {"name", "email", "phone"}
    assert all(isinstance(field, models.BinaryField) for field in held)


def test_no_session_keeps_a_network_address():
    session = apps.get_model("people", "Session")
    assert {field.name for field in session._meta.concrete_fields} == {"session_key", "session_data", "expire_date", "account"}


def test_no_model_is_a_room_for_following_people():
    found = [m._meta.label for m in ours() for word in POLICY["models"]["words"] if holds(m.__name__, word)]
    assert found == []
    assert holds("OfficerCheckIn", "check_in") and holds("GpsTracks", "track")


def test_no_model_keeps_a_payload_without_columns():
    loose = [f"{m._meta.label}.{f.name}" for m in ours() for f in m._meta.concrete_fields if isinstance(f, models.JSONField)]
    assert loose == []


def about_people(rows):
    """Return the texts of a catalogue that the policy forbids."""
    texts = [text for row in rows for text in row.values()]
    return [text for text in texts for word in POLICY["categories"]["texts"] if word in f"{text.lower()} "]


def test_no_kind_of_matter_is_about_people():
    assert about_people(catalogue.rows("categories")) == []
    assert about_people(catalogue.rows("questions")) == []


@pytest.mark.parametrize("kind", ["群众上访", "可疑人员", "宗教活动", "出租屋租户", "Protests", "Foreigners", "Key persons"])
def test_a_made_up_kind_about_people_fails(kind):
    assert about_people([{"code": "Z1", "name": kind}])


def test_kinds_in_the_database_are_held_to_the_same_rule(db):
    catalogue.load()
    assert about_people(list(apps.get_model("cases", "Category").objects.values("name", "name_en", "filing", "closing"))) == []


def test_the_policy_covers_what_the_design_forbids():
    whats = " ".join(row["what"] for row in POLICY["forbidden"])
    for word in ("ethnicity", "religion", "political", "party", "identity", "biometrics", "household", "marital", "birth",
                 "petition", "criminal", "key persons", "score", "colour", "where a person is"):
        assert word in whats
