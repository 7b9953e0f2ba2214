import pytest

from preau.school.content.media import Media, NotTaken, recognise

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    ("content", "suffix", "mime"),
    [
        (b"\x89PNG\r\n\x1a\n....", ".jpg", "image/png"),
        (b"\xff\xd8\xff\xe0", ".png", "image/jpeg"),
        (b"RIFF....WEBPVP8 ", "", "image/webp"),
        (b"%PDF-1.7", ".exe", "application/pdf"),
        (b"print('bonjour')", ".py", "text/plain"),
        (SVG.format('<path d="M0 0h2"/><use xlink:href="#a"/>').encode(), ".svg", "image/svg+xml"),
        (SVG.format('<rect fill="url(#g)"/><style>rect{fill:red}</style>').encode(), ".svg", "image/svg+xml"),
    ],
)
def test_a_file_is_known_by_its_content(content: bytes, suffix: str, mime: str) -> None:
    found = recognise(content, suffix)
    assert isinstance(found, Media)
    assert found.mime == mime


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        "<foreignObject><body/></foreignObject>",
        '<image href="https://exemple.fr/x.png"/>',
        '<use href="https://exemple.fr/x.svg#a"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        "<style>@import url(https://exemple.fr/x.css)</style>",
        '<rect style="fill:url(https://exemple.fr/x)"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
    ],
)
def test_a_drawing_that_is_more_than_a_drawing_is_refused(inside: str) -> None:
    found = recognise(SVG.format(inside).encode(), ".svg")
    assert isinstance(found, NotTaken)
    assert found.code == "svg_unsafe"


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<?xml-stylesheet href="https://exemple.fr/x.css"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<svg",
        b"\xff\xfe<svg/>",
        b"<html><svg></svg></html>",
    ],
)
def test_a_drawing_with_entities_or_damage_is_refused(content: bytes) -> None:
    assert isinstance(recognise(content, ".svg"), NotTaken)


@pytest.mark.parametrize(
    ("content", "suffix"),
    [(b"MZ\x90", ".exe"), (b"PK\x03\x04", ".odt"), (b"a\x00b", ".txt"), (b"\xff", ".csv"), (b"", "")],
)
def test_what_is_not_known_is_refused_with_a_reason(content: bytes, suffix: str) -> None:
    found = recognise(content, suffix)
    assert isinstance(found, NotTaken)
    assert (found.code, found.sentence[-1]) == ("type_not_supported", ".")
