from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from preau.watch.status.markup import element, text


def test_text_is_escaped_and_markup_is_not_escaped_twice() -> None:
    inner = element("b", "<script>")
    assert element("p", "a & b ", inner, title='"x"') == '<p title="&quot;x&quot;">a &amp; b <b>&lt;script&gt;</b></p>'
    assert text("<", inner) == "&lt;<b>&lt;script&gt;</b>"


def test_attributes_left_out_and_names_with_hyphens() -> None:
    assert element("td", class_="state", aria_label="x", id=None) == '<td class="state" aria-label="x"></td>'


@given(st.text())
def test_no_text_can_open_an_element_or_leave_an_attribute(hostile: str) -> None:
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append(tag)
            assert [name for name, _ in attrs] == ["title"]

    reader = Reader()
    reader.feed(element("p", hostile, title=hostile))
    reader.close()
    assert seen == ["p"]
