"""Filters of the sign-in templates."""

from django import template

from preau.school.signin.codes import PICTURES

register = template.Library()


@register.filter
def picture_file(key: str) -> str:
    """The template that draws a picture of the codes."""
    return f"pictures/{key}.svg"


@register.filter
def picture_word(key: str) -> str:
    """The word under a picture of the codes."""
    return PICTURES.get(key, "")
