"""`preau edge render` and `preau edge agent`: a HAProxy that the operator runs."""

import asyncio
import contextlib
from pathlib import Path

import click

from preau.cli.terminal import printable, stop
from preau.gate.haproxy.process import EdgeNotStarted
from preau.gate.haproxy.render import CONFIGURATION
from preau.project import installation, logs
from preau.project.haproxy_edge import HaproxyEdge
from preau.project.options import Options
from preau.project.standby import Standby
from preau.project.supervised import supervised


def render(options: Options, folder: Path, *, bind: str, peers: tuple[str, ...], name: str) -> int:
    """Writes the files of an edge and has HAProxy read them; returns 2 when it is missing or refuses them."""
    named = tuple((own, address) for own, _, address in (peer.partition("=") for peer in peers))
    if any(not own or not address for own, address in named) or (named and name not in dict(named)):
        stop("--peer : NOM=ADRESSE:PORT est attendu pour chaque portail, et --name est l’un de ces noms.")
    edge = _edge(options, folder, bind=bind, peers=named, name=name)
    edge.write()
    click.echo(f"Écrit dans {folder} : ces fichiers contiennent des clés, gardez-les en mode 600.")
    try:
        asyncio.run(edge.check())
    except EdgeNotStarted as error:
        click.echo(f"À VOIR : HAProxy ne prend pas ces fichiers : {printable(str(error))}", err=True)
        return 2
    click.echo(f"Vérifié. Lancez : haproxy -f {folder / CONFIGURATION}, puis : preau edge agent --folder {folder}")
    return 0


def agent(options: Options, folder: Path) -> int:
    """Feeds the HAProxy of this folder until it is interrupted."""
    if not (folder / CONFIGURATION).is_file():
        stop(f"{printable(str(folder))} n’a pas de {CONFIGURATION} : écrivez-le d’abord avec preau edge render --out.")
    logs.configure(as_json=options.log_json)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_feed(options, _edge(options, folder, bind="")))
    return 0


async def _feed(options: Options, edge: HaproxyEdge) -> None:
    """The agent, and beside it what outlives the application; neither takes the other along when it fails."""
    standby = Standby(options, installation.keyring(options), edge)
    await asyncio.gather(supervised("edge_agent", edge.agent.run), supervised("standby", standby.run))


def _edge(
    options: Options, folder: Path, *, bind: str, peers: tuple[tuple[str, str], ...] = (), name: str = ""
) -> HaproxyEdge:
    installation.prepare(options.data)
    host, port = options.bind
    keyring = installation.keyring(options)
    behind = f"{host}:{port}"
    return HaproxyEdge(options, keyring, folder=folder, bind=bind, application=behind, peers=peers, name=name)
