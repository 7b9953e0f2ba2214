"""The one thing that signing in keeps of its own: recent tries. In the database, so that a restart forgives nobody."""

from django.db import models


class TryWindow(models.Model):
    """Tries of one key (a class, a login; see ``attempts``) since ``since_s``, wall seconds; deleted afterwards."""

    key = models.CharField(max_length=64, unique=True)
    tries = models.PositiveIntegerField()
    since_s = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key} {self.tries}"
