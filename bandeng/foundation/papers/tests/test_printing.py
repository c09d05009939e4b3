"""Papers come out as PDF, in Chinese, whatever somebody typed."""

import pytest

from bandeng.foundation.papers import printing
from bandeng.foundation.papers.printing import CannotPrint, pdf, qr_svg

PAPER = '#let it = json(bytes(sys.inputs.it))\n#set text(font: "Noto Sans SC")\n#it.name\n#image(bytes(it.qr), format: "svg", width: 3cm)\n'


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "a.typ"
    path.write_text(PAPER, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["槐树小区", "#panic()", "$x$ *y* \\ ]", "", "😀"])
def test_a_paper_is_set_whatever_was_typed(paper, name):
    assert pdf(paper, {"name": name, "qr": qr_svg("https://example.org/槐树")}).startswith(b"%PDF")


def test_a_broken_paper_is_said_to_be_broken(paper):
    paper.write_text("#nothing()", encoding="utf-8")
    with pytest.raises(CannotPrint, match=r"a\.typ"):
        pdf(paper, {})


def test_without_a_typeface_it_is_said_what_to_do(paper, settings, tmp_path):
    printing._fonts.cache_clear()
    settings.CJK_FONTS = tmp_path
    with pytest.raises(CannotPrint, match="bd run"):
        pdf(paper, {"name": "x", "qr": qr_svg("x")})
    printing._fonts.cache_clear()
