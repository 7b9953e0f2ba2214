"""The options of Préau: one table, from which parsing, `preau doctor` and the reference page derive.

Each option is read from the environment once, at start. All mistakes are reported together, each with what to write
instead. An option can also be given as a file: ``NAME_FILE`` holds the path of a file whose content is the value.
"""

import ipaddress
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

NARROWEST_PREFIX: Final = {4: 24, 6: 64}
"""By version of IP: a trusted network is no larger, for whoever is in it says who he is."""
IPV4_IN_IPV6: Final = ipaddress.IPv6Network("::ffff:0:0/96")


class Kind(StrEnum):
    """How the text of an option is read."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105  the name of a kind
    INTEGER = "integer"
    SWITCH = "switch"
    PATH = "path"
    FILE = "file"
    URL = "url"
    BIND = "host:port"
    CHOICE = "choice"
    NETWORKS = "networks"


class Option(NamedTuple):
    """One row. ``lowest``/``highest`` bound integers; ``schemes`` bound URLs and choices; ``default`` as typed."""

    name: str
    field: str
    kind: Kind
    default: str
    meaning: str
    unit: str = ""
    lowest: int = 0
    highest: int = 2**31
    schemes: tuple[str, ...] = ()


TABLE: Final[tuple[Option, ...]] = (
    Option("PREAU_DATA", "data", Kind.PATH, "var", "Dossier des données : bases, colis, fichiers publiés, état."),
    Option("BIND", "bind", Kind.BIND, "127.0.0.1:8000", "Adresse et port d’écoute."),
    Option(
        "PREAU_PUBLIC_URL",
        "public_url",
        Kind.URL,
        "",
        "Adresse publique du site, imprimée sur les cartes. En https, les cookies exigent TLS. Vide : http://BIND.",
        schemes=("http", "https"),
    ),
    Option(
        "PREAU_SECRET_KEY",
        "secret_key",
        Kind.SECRET,
        "",
        "Secret de l’installation, 32 octets au moins. Vide : tiré au premier démarrage dans PREAU_DATA/secret_key.",
    ),
    Option(
        "PREAU_SECRET_KEY_PREVIOUS",
        "secret_key_previous",
        Kind.SECRET,
        "",
        "Ancien secret, encore accepté le temps que les carnets se renouvellent.",
    ),
    Option(
        "DATABASE_URL",
        "database_url",
        Kind.URL,
        "",
        "Base de l’école et journal des classes. Vide : SQLite dans PREAU_DATA.",
        schemes=("postgres", "postgresql", "sqlite"),
    ),
    Option(
        "REDIS_URL",
        "redis_url",
        Kind.URL,
        "",
        "Compteurs du portail et bus des classes. Vide : en mémoire.",
        schemes=("redis", "rediss", "unix"),
    ),
    Option(
        "PREAU_CAPACITY",
        "capacity",
        Kind.INTEGER,
        "400",
        "Personnes à l’intérieur en même temps ; les enseignants attendus en classe viennent en plus.",
        unit="personnes",
        lowest=1,
        highest=1_000_000,
    ),
    Option(
        "PREAU_PASS_IDLE_S",
        "pass_idle_s",
        Kind.INTEGER,
        "900",
        "Durée sans activité après laquelle une place est rendue.",
        unit="s",
        lowest=5,
        highest=86_400,
    ),
    Option(
        "PREAU_SIGN_IN_CONCURRENCY",
        "sign_in_concurrency",
        Kind.INTEGER,
        "1",
        "Vérifications de mot de passe (Argon2id) menées en même temps par processus ; les autres patientent.",
        unit="vérifications",
        lowest=1,
        highest=64,
    ),
    Option(
        "PREAU_STYLESHEET",
        "stylesheet",
        Kind.FILE,
        "",
        "Feuille de style CSS de l’établissement, lue au démarrage et chargée après celle de Préau. Vide : aucune.",
    ),
    Option(
        "PREAU_EDGE",
        "edge",
        Kind.CHOICE,
        "embedded",
        "Portail : embedded, dans le processus ; haproxy, un HAProxy écrit, nourri et arrêté par Préau ; "
        "external, un HAProxy à part (preau edge).",
        schemes=("embedded", "haproxy", "external"),
    ),
    Option(
        "PREAU_EDGE_CERTIFICATE",
        "edge_certificate",
        Kind.FILE,
        "",
        "Certificat et clé (PEM) que HAProxy présente. Vide : HTTP simple sur BIND.",
    ),
    Option(
        "PREAU_EDGE_THREADS",
        "edge_threads",
        Kind.INTEGER,
        "1",
        "Fils de HAProxy. Un seul compte juste ; chacun de plus peut laisser entrer une personne de plus à la fois.",
        unit="fils",
        lowest=1,
        highest=64,
    ),
    Option(
        "PREAU_PROXIES",
        "proxies",
        Kind.NETWORKS,
        "",
        "Mandataires dont X-Forwarded-For est cru : adresses ou réseaux (/24, /64 au plus), séparés par des virgules. "
        "Vide : aucun. Portail embarqué seulement.",
    ),
    Option("PREAU_LOG_JSON", "log_json", Kind.SWITCH, "1", "Journaux en JSON (1) ou lisibles à l’œil (0)."),
    Option(
        "PREAU_DEMO", "demo", Kind.SWITCH, "0", "Comptes et données de démonstration. Refusé avec PREAU_PUBLIC_URL."
    ),
)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The parsed options, one field per row of the table."""

    data: Path
    bind: tuple[str, int]
    public_url: str
    secret_key: str
    secret_key_previous: str
    database_url: str
    redis_url: str
    capacity: int
    pass_idle_s: int
    sign_in_concurrency: int
    stylesheet: Path | None
    edge: str
    edge_certificate: Path | None
    edge_threads: int
    proxies: tuple[str, ...]
    log_json: bool
    demo: bool

    @property
    def base_url(self) -> str:
        """Where people reach the site, without a slash at the end."""
        host, port = self.bind
        return self.public_url.rstrip("/") or f"http://{host}:{port}"

    @property
    def secure(self) -> bool:
        """Whether cookies are reserved to TLS."""
        return self.base_url.startswith("https://")


class Mistake(NamedTuple):
    """One thing to correct before Préau can start."""

    name: str
    sentence: str


def parse(environ: Mapping[str, str]) -> Options | list[Mistake]:
    """Reads every row of the table; returns the options, or all the mistakes at once."""
    values: dict[str, object] = {}
    mistakes: list[Mistake] = []
    for option in TABLE:
        value = _read(option, environ)
        if isinstance(value, Mistake):
            mistakes.append(value)
        else:
            values[option.field] = value
    if mistakes:
        return mistakes
    options = msgspec.convert(values, Options)
    return _contradictions(options) or options


def _read(option: Option, environ: Mapping[str, str]) -> object:
    text = environ.get(option.name, option.default)
    path = environ.get(f"{option.name}_FILE")
    if path:
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return Mistake(option.name, f"le fichier {path} donné par {option.name}_FILE ne se lit pas")
    return _PARSERS[option.kind](option, text)


def _integer(option: Option, text: str) -> int | Mistake:
    if text.isascii() and text.isdecimal() and option.lowest <= int(text) <= option.highest:
        return int(text)
    return Mistake(option.name, f"« {text} » : un entier de {option.lowest} à {option.highest} est attendu")


def _switch(option: Option, text: str) -> bool | Mistake:
    if text in {"0", "1", ""}:
        return text == "1"
    return Mistake(option.name, f"« {text} » : 0 ou 1 est attendu")


def _file(option: Option, text: str) -> Path | Mistake | None:
    if not text:
        return None
    try:
        with Path(text).open("rb"):
            return Path(text)
    except (OSError, ValueError):
        return Mistake(option.name, f"« {text} » ne se lit pas : le chemin d’un fichier est attendu")


def _url(option: Option, text: str) -> str | Mistake:
    return text if not text or _is_url(text, option.schemes) else _not_url(option)


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a bracket without its other half, a port that is no number
        return False
    web = parts.scheme in {"http", "https"}
    return parts.scheme in schemes and port != 0 and (not web or bool(parts.hostname))


def _not_url(option: Option) -> Mistake:
    return Mistake(option.name, f"une adresse en {', '.join(option.schemes)} est attendue")


def _choice(option: Option, text: str) -> str | Mistake:
    return text if text in option.schemes else Mistake(option.name, f"l’un de {', '.join(option.schemes)} est attendu")


def _networks(option: Option, text: str) -> tuple[str, ...] | Mistake:
    try:
        networks = [_as_written_in_its_family(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError:
        return Mistake(
            option.name, f"« {text} » : des adresses ou des réseaux sont attendus, par exemple 127.0.0.1,10.0.0.5"
        )
    for network in networks:
        if network.prefixlen < NARROWEST_PREFIX[network.version]:
            return Mistake(
                option.name,
                f"« {network} » : tout le réseau serait cru sur parole ; donnez les adresses des mandataires, "
                "ou des réseaux d’au plus /24 (IPv4) ou /64 (IPv6)",
            )
    return tuple(map(str, networks))


def _as_written_in_its_family(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network; one of IPv4 addresses written as IPv6 (``::ffff:10.0.0.1``) as what it is."""
    network = ipaddress.ip_network(text)
    if isinstance(network, ipaddress.IPv6Network) and network.overlaps(IPV4_IN_IPV6):
        first = ipaddress.IPv4Address(int(network.network_address) & 0xFFFF_FFFF)
        return ipaddress.IPv4Network((first, max(0, network.prefixlen - IPV4_IN_IPV6.prefixlen)))
    return network


def _path(option: Option, text: str) -> Path:
    return Path(text or option.default)  # left empty it would be the folder one happens to stand in


def _secret(option: Option, text: str) -> str | Mistake:
    if text and len(text.encode()) < 32:  # noqa: PLR2004  bytes of SHA-256
        return Mistake(option.name, "32 octets au moins sont attendus")
    return text


def _bind(option: Option, text: str) -> tuple[str, int] | Mistake:
    host, _, port = text.rpartition(":")
    if host and port.isascii() and port.isdecimal() and 0 < int(port) < 65_536:  # noqa: PLR2004  TCP ports
        return host.strip("[]"), int(port)
    return Mistake(option.name, f"« {text} » : une adresse et un port sont attendus, par exemple 127.0.0.1:8000")


_PARSERS = {
    Kind.TEXT: lambda _option, text: text,
    Kind.SECRET: _secret,
    Kind.INTEGER: _integer,
    Kind.SWITCH: _switch,
    Kind.PATH: _path,
    Kind.FILE: _file,
    Kind.URL: _url,
    Kind.BIND: _bind,
    Kind.CHOICE: _choice,
    Kind.NETWORKS: _networks,
}


def _contradictions(options: Options) -> list[Mistake]:
    if options.demo and options.public_url:
        return [
            Mistake(
                "PREAU_DEMO",
                "ses comptes ont des mots de passe publics : la démonstration n’a pas d’adresse publique",
            )
        ]
    if options.proxies and options.edge != "embedded":
        return [
            Mistake("PREAU_PROXIES", "HAProxy est lui-même devant et voit les visiteurs : laissez cette option vide")
        ]
    return []
