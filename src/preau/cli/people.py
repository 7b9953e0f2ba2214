"""`preau password`: the first password of an imported adult."""

import click


def set_password(login: str, secret: str) -> int:
    """Sets the password of an adult's account; returns the exit code."""
    from preau.school.directory.models import Person, Profile  # noqa: PLC0415  needs Django set up first

    person = Person.objects.filter(login=login, closed_at=None).exclude(profile=Profile.PUPIL).first()
    if person is None:
        click.echo(f"Aucun adulte n’a l’identifiant « {login} ». Les élèves entrent avec leur carte.", err=True)
        return 2
    if len(secret) < 12:  # noqa: PLR2004  CNIL's recommendation of 2022 for a password with throttled attempts
        click.echo("Choisissez au moins 12 caractères.", err=True)
        return 2
    person.set_password(secret)
    person.save(update_fields=["password"])
    click.echo(f"{person.full_name} peut se connecter avec l’identifiant « {login} ».")
    return 0


def set_operator(login: str, *, remove: bool) -> int:
    """Lets a member of staff operate the gate, or no longer; returns the exit code."""
    from django.utils import timezone  # noqa: PLC0415  needs Django set up first

    from preau.school.directory.models import Person  # noqa: PLC0415  the same
    from preau.school.directory.operators import grant, may_be_operator, withdraw  # noqa: PLC0415  the same

    person = Person.objects.filter(login=login, closed_at=None).first()
    if person is None or not may_be_operator(person):
        click.echo(f"Aucun membre du personnel n’a l’identifiant « {login} ».", err=True)
        return 2
    if remove:
        withdraw(person)
        click.echo(f"{person.full_name} ne conduit plus le portail.")
    else:
        grant(person, now=timezone.now())
        click.echo(f"{person.full_name} peut conduire le portail : /exploitation/portail/")
    return 0
