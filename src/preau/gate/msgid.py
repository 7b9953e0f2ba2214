"""Marks the gate's sentences. French is both msgid and text: at run time there is nothing to look up."""


def msgid(text: str) -> str:
    """``text`` as it is.

    ``gettext.gettext`` without a bound domain gives the same text, but looks for a catalogue on disk at each call, four
    paths a time: 22 calls are 370 of the 480 us of a waiting page.
    """
    return text
