"""``{% package_list %}``: tells the pupil's device which lessons of the week to keep, for when there is no network.

Usage, once in the page of the day: ``{% load content_tags %}{% package_list as packages %}{{ packages }}``; where it
may say what it did: ``{% if packages %}<p class="notice ok" data-offline-state role="status"></p>{% endif %}``: its
place is kept free, so that nothing moves under a finger.
"""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from preau.school.content.pages import script_data
from preau.school.content.selectors import lessons_of_the_week
from preau.school.directory.models import Person, Profile
from preau.school.directory.selectors import class_groups_of

register = template.Library()


@register.simple_tag(takes_context=True)
def package_list(context: dict[str, Any]) -> SafeString:
    """The lessons of the week of the signed-in pupil as JSON in a script element; nothing for others or without any."""
    person = getattr(context.get("request"), "user", None)
    if not isinstance(person, Person) or person.profile != Profile.PUPIL:
        return SafeString("")
    today = timezone.localdate()
    groups = class_groups_of(person, today)
    found = {lesson.url: lesson for group in groups for lesson in lessons_of_the_week(group, today)}
    if not found:
        return SafeString("")
    lessons = [
        {
            "url": one.url,
            "title": one.title,
            "course": one.course_title,
            "minutes": one.minutes,
            "bundle": one.bundle_url,
        }
        for one in found.values()
    ]
    data = mark_safe(script_data({"v": 1, "lessons": lessons}))  # noqa: S308  script_data escapes what could close the element
    return format_html('<script type="application/json" id="preau-packages">{}</script>', data)
