"""Grades of the French school, with what is derived from them: the section and the cycle. Never stored twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Section(models.TextChoices):
    """The three parts of the platform, derived from the grade."""

    ECOLE = "ecole", _("école")
    COLLEGE = "college", _("collège")
    LYCEE = "lycee", _("lycée")


class Grade(models.TextChoices):
    """Niveau. The stored value is the code of OneRoster exports and of course files."""

    PS = "PS", _("petite section")
    MS = "MS", _("moyenne section")
    GS = "GS", _("grande section")
    CP = "CP", _("CP")
    CE1 = "CE1", _("CE1")
    CE2 = "CE2", _("CE2")
    CM1 = "CM1", _("CM1")
    CM2 = "CM2", _("CM2")
    SIXIEME = "6E", _("6e")
    CINQUIEME = "5E", _("5e")
    QUATRIEME = "4E", _("4e")
    TROISIEME = "3E", _("3e")
    SECONDE = "2DE", _("2de")
    PREMIERE = "1RE", _("1re")
    TERMINALE = "TLE", _("Terminale")

    @property
    def section(self) -> Section:
        """PS to CM2 école, 6e to 3e collège, 2de to Terminale lycée."""
        order = list(Grade).index(self)
        if order <= list(Grade).index(Grade.CM2):
            return Section.ECOLE
        return Section.COLLEGE if order <= list(Grade).index(Grade.TROISIEME) else Section.LYCEE

    @property
    def cycle(self) -> int | None:
        """Cycle 1 PS-GS, 2 CP-CE2, 3 CM1-6e, 4 5e-3e; None at the lycée, which has none."""
        order = list(Grade).index(self)
        for cycle, last in ((1, Grade.GS), (2, Grade.CE2), (3, Grade.SIXIEME), (4, Grade.TROISIEME)):
            if order <= list(Grade).index(last):
                return cycle
        return None

    @property
    def rank(self) -> int:
        """0 for the petite section to 14 for the Terminale: the order of every list of classes and courses."""
        return list(Grade).index(self)
