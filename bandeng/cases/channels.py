"""The other legal channels: where exactly to turn, told to whoever is sent there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bandeng.cases.models import Channel


@dataclass(frozen=True, slots=True)
class Way:
    """How one channel is reached: its telephone ("" where it has none), and what to do there."""

    channel: Channel
    phone: str
    what: str | Promise


# National numbers. Terms: 行政复议法 (2023) art. 20, 政府信息公开条例 (2019) art. 33, 信访工作条例 (2022) art. 22 and 34.
WAYS: dict[str, Way] = {way.channel: way for way in (
    Way(Channel.POLICE, "110", _("现在就打 110，说清在哪里、出了什么事。")),
    Way(Channel.FIRE, "119", _("现在就打 119，说清在哪里、什么着了、有没有人困在里面。")),
    Way(Channel.MEDICAL, "120", _("现在就打 120，说清在哪里、病人怎么样。")),
    Way(Channel.TRAFFIC, "122", _("打 122（多数地方打 110 也行）。有人受伤先打 120。")),
    Way(Channel.COURT, "12348", _("打官司找有管辖权的人民法院，合同里写了仲裁的找仲裁委员会。不知道怎么走，先打 12348 问，免费。")),
    Way(Channel.PETITION, "", _(
        "到区信访接待场所当面说，或写信、在国家信访局的网上投诉平台提。收到后 15 日内告诉您受不受理，受理后 60 日内办结。")),
    Way(Channel.REVIEW, "", _(
        "不服行政机关的决定，从知道那天起 60 日内申请行政复议，一般向同级人民政府的复议机构提，写申请书或当面说都行，不收费。")),
    Way(Channel.DISCIPLINE, "12388", _("反映党员、干部的问题，打 12388，或到纪检监察机关的举报网站、来访接待处。")),
    Way(Channel.DISCLOSURE, "", _("向掌握这个信息的机关写申请，说清要什么、怎么联系您。20 个工作日内要答复。")),
    Way(Channel.HOTLINE, "12345", _("打 12345，或用当地 12345 的网页、小程序。可以报上这里的编号。")),
)}


def choices() -> list[tuple[str, str]]:
    """Return the channels to choose from, each with its number where the name does not say it."""
    return [
        (way.channel.value, f"{way.channel.label} · {way.phone}" if way.phone and way.phone not in str(way.channel.label)
         else str(way.channel.label)) for way in WAYS.values()
    ]
