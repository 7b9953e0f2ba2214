import pytest

from preau.school.work.origin import is_same_origin


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://preau.exemple.fr:8443"}, True),
        ({"Origin": "https://PREAU.exemple.fr:8443"}, True),
        ({"Origin": "https://preau.exemple.fr"}, False),
        ({"Origin": "https://preau.exemple.fr:8443.mechant.fr"}, False),
        ({"Origin": "https://mechant.fr/preau.exemple.fr:8443"}, False),
        ({"Origin": ""}, False),
        ({}, False),
    ],
)
def test_only_what_the_browser_calls_our_own_is_our_own(headers: dict[str, str], expected: bool) -> None:  # noqa: FBT001  a table
    assert is_same_origin(headers, "preau.exemple.fr:8443") is expected
