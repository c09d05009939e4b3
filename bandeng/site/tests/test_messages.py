"""The catalogue of texts: what is found, what is kept, and what the check reports."""

import gettext as gnu
import os
from io import StringIO
from textwrap import dedent

import polib
import pytest
from django.core.management import CommandError, call_command

from bandeng.site.texts import catalogue, extract, untranslated
from bandeng.site.texts.extract import Key


@pytest.fixture
def product(tmp_path):
    """A small product: write(name, text) puts a file under bandeng/."""

    class Product:
        root = tmp_path
        po = tmp_path / "bandeng" / "locale" / "en" / "LC_MESSAGES" / "django.po"

        def write(self, name, text):
            path = tmp_path / "bandeng" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")

        def keys(self):
            return {text.key for text in extract.texts(tmp_path)}

        def update(self):
            return catalogue.update(self.po, extract.texts(tmp_path))

        def translate(self, **forms):
            entries = polib.pofile(str(self.po))
            for entry in entries:
                if entry.msgid_plural:
                    entry.msgstr_plural = {0: "one", 1: "%(n)s"}
                else:
                    entry.msgstr = forms.get(entry.msgid, "English")
            entries.save()

        def problems(self):
            return list(catalogue.problems(self.po, extract.texts(tmp_path)))

        def past_gettext(self):
            return list(untranslated.problems(tmp_path))

        def call(self, *words):
            out = StringIO()
            call_command("messages", *words, root=tmp_path, stdout=out, stderr=out)
            return out.getvalue()

    return Product()


# -- finding ------------------------------------------------------------------------------------------------


def test_texts_of_python(product):
    product.write(
        "cases/views.py",
        '''
        """说明"""
        from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext, npgettext
        one = _("一件事")
        two = gettext_lazy(
            "分两行"
            "写的话"
        )
        three = ngettext("%(n)s 件", "%(n)s 件以上", n) % {"n": n}
        four = pgettext("月份", "三月")
        five = npgettext("单位", "个", "多个", n)
        six = translation.gettext("点名调用")
        seven = other("不是译文")
        ''',
    )
    assert product.keys() == {
        Key("", "一件事", ""),
        Key("", "分两行写的话", ""),
        Key("", "%(n)s 件", "%(n)s 件以上"),
        Key("月份", "三月", ""),
        Key("单位", "个", "多个"),
        Key("", "点名调用", ""),
    }


def test_texts_of_templates(product):
    product.write(
        "cases/templates/cases/page.html",
        """
        {% load i18n %}
            <p title="{% trans "标题" %}">{% translate '正文' context "页面" %}</p>
          {% blocktrans with name=person.name count n=list|length trimmed %}
             {{ name }} 有一件事
          {% plural %}
             {{ name }} 有 {{ n }} 件事
          {% endblocktrans %}
        {# 注释 #}{{ value|default:_("无") }} {% include "x.html" with label=_("标签") %}
        <a>don't "quote" ( [ {</a>
        {% translate "完成 100%" %}
        """,
    )
    assert product.keys() == {
        Key("", "标题", ""),
        Key("页面", "正文", ""),
        Key("", "%(name)s 有一件事", "%(name)s 有 %(n)s 件事"),
        Key("", "无", ""),
        Key("", "标签", ""),
        Key("", "完成 100%%", ""),  # as Django asks for it
    }


def test_tests_and_migrations_have_no_texts(product):
    for folder in ("tests", "migrations"):
        product.write(f"cases/{folder}/views.py", "x = _('不算')\ny = '也不算'\n")
    assert product.keys() == set()
    assert product.past_gettext() == []


# -- updating -----------------------------------------------------------------------------------------------


def test_update_keeps_translations_sorts_and_drops_the_dead(product):
    product.write("a/views.py", "_('乙'), _('甲'), ngettext('%(n)s 件', '%(n)s 件', n)\n")
    product.write("b/views.py", "\n\n_('甲')\n")
    assert product.update() == (3, 0)
    product.translate(甲="First", 乙="Second")
    product.write("a/views.py", "_('甲'), _('丙'), ngettext('%(n)s 件', '%(n)s 件', n)\n")
    assert product.update() == (1, 1)
    entries = polib.pofile(str(product.po))
    assert [entry.msgid for entry in entries] == ["%(n)s 件", "丙", "甲"]
    assert [entry.msgstr for entry in entries][1:] == ["", "First"]
    assert entries[0].msgstr_plural == {0: "one", 1: "%(n)s"}
    assert entries[2].occurrences == [("bandeng/a/views.py", ""), ("bandeng/b/views.py", "")]


def test_moving_lines_changes_nothing(product):
    product.write("a/views.py", "_('甲')\n")
    product.update()
    product.translate()
    product.update()
    before = product.po.read_bytes(), product.po.stat().st_mtime_ns
    product.write("a/views.py", "\n\n\n_('甲')\n")
    assert product.update() == (0, 0)
    assert (product.po.read_bytes(), product.po.stat().st_mtime_ns) == before


# -- checking the catalogue ---------------------------------------------------------------------------------


def test_what_is_missing_untranslated_or_fuzzy_is_listed(product):
    product.write("a/views.py", "_('甲'), _('乙'), ngettext('%(n)s 件', '%(n)s 件', n)\n")
    product.update()
    assert len(product.problems()) == 3
    product.translate()
    assert product.problems() == []
    product.write("a/views.py", "_('甲'), _('乙'), _('丁'), ngettext('%(n)s 件', '%(n)s 件', n)\n")
    entries = polib.pofile(str(product.po))
    entries.find("甲").flags.append("fuzzy")
    entries.save()
    assert sorted(line.split(": ", 1)[1] for line in product.problems()) == [
        "marked fuzzy, therefore not used: 甲",
        "not in the catalogue (run manage.py messages): 丁",
    ]


@pytest.mark.parametrize(
    ("text", "translation", "wrong"),
    [
        ("%(n)s 件", "%(n)s cases", False),
        ("%(n)s 件", "cases", True),
        ("%(n)s 件", "%(m)s cases", True),
        ("%(n)s 件", "%(n)d cases", True),
        ("{n} 件", "{n} cases", False),
        ("{n} 件", "{number} cases", True),
        ("%s 件", "%s cases", False),
        ("%s 件", "cases", True),
        ("完成 100%", "100% done", False),
    ],
)
def test_placeholders_are_compared(product, text, translation, wrong):
    product.write("a/views.py", f"_({text!r})\n")
    product.update()
    product.translate(**{text: translation})
    assert bool(product.problems()) is wrong


def test_an_english_singular_may_leave_the_number_out(product):
    product.write("a/views.py", "ngettext('%(n)s 件', '%(n)s 件', n)\n")
    product.update()
    product.translate()
    assert product.problems() == []


def test_latin_texts_need_no_translation(product):
    product.write("a/views.py", "_('Bandeng')\n")
    product.update()
    assert product.problems() == []


# -- checking what goes past gettext ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "<p>没翻译</p>",
        '<input placeholder="请填写">',
        '<a aria-label="关闭" title="x">x</a>',
        '{{ value|default:"无" }}',
        '{% include "x.html" with label="标签" %}',
        "前面{% translate '中间' %}",
    ],
)
def test_chinese_past_gettext_in_templates(product, line):
    product.write("a/templates/a/page.html", f"<main>\n{{% translate '好' %}}\n{line}\n</main>\n")
    (problem,) = product.past_gettext()
    assert problem.startswith("bandeng/a/templates/a/page.html:3: Chinese past gettext: ")


@pytest.mark.parametrize(
    "text",
    [
        '{% translate "好" %}<a title="{% trans \'题\' %}">{{ value|default:_("无") }}</a>',
        "{% blocktranslate %}\n一行\n{% plural %}\n两行\n{% endblocktranslate %}",
        "{% blocktrans trimmed %}一行{% endblocktrans %}",
        "{# 注释 #}{% comment %}\n注释\n{% endcomment %}<!-- 注释 -->",
        '<script type="application/json">"程序"</script><style>/* 样式 */</style>',
        '<button lang="zh">中文</button>{# untranslated: a language names itself #}',
    ],
)
def test_what_is_allowed_in_templates(product, text):
    product.write("a/templates/a/page.html", text)
    assert product.past_gettext() == []


@pytest.mark.parametrize(
    "line",
    [
        "error = '没翻译'",
        "error = f'{n} 件'",
        "state = 'done', '办结'",
        "raise Wrong(f'没有 {x}')",
        "_(f'{n} 件')",
    ],
)
def test_chinese_past_gettext_in_python(product, line):
    product.write("a/actions/close.py", f"'''说明'''\n{line}\n")
    (problem,) = product.past_gettext()
    assert problem.startswith("bandeng/a/actions/close.py:2: Chinese past gettext: ")


def test_what_is_allowed_in_python(product):
    product.write(
        "a/models.py",
        '''
        """模块"""
        class Case:
            """民情单"""
            DONE = "done", gettext_lazy("办结")  # 办结
            WORD = "号楼"  # untranslated: read in addresses
            def f(self):
                """方法"""
                return _("%(n)s 件") % {"n": 1}
        ''',
    )
    for name in ("a/management/commands/x.py", "sample/town.py", "language/mask.py", "osm/read.py"):
        product.write(name, "x = '中文'\n")
    assert product.past_gettext() == []


# -- the command --------------------------------------------------------------------------------------------


def test_the_command_updates_checks_and_compiles(product):
    product.write("a/views.py", "_('甲')\n")
    with pytest.raises(CommandError, match="1 texts need work"):
        product.call("--check")
    assert not product.po.exists(), "a check changes nothing"
    assert "1 new" in product.call()
    product.translate(甲="First")
    assert "all in both languages" in product.call("--check")
    assert "1 catalogues compiled" in product.call("--compile")
    with product.po.with_suffix(".mo").open("rb") as file:
        assert gnu.GNUTranslations(file).gettext("甲") == "First"
    assert "0 catalogues compiled" in product.call("--compile")
    os.utime(product.po, (2**31, 2**31))
    assert "1 catalogues compiled" in product.call("--compile")


def test_dead_entries_are_told_of(product):
    product.write("a/views.py", "_('甲')\n")
    product.update()
    product.write("a/views.py", "\n")
    assert "1 entries are no longer used" in product.call("--check")
