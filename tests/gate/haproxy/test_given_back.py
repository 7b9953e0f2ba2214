"""Places given back while no agent is there to clear them."""

import asyncio
import time
from pathlib import Path

import pytest

from gate.haproxy.test_edge_alone import KEYRING, edge_running, settings_of
from preau.gate.haproxy.agent import EdgeAgent
from preau.gate.haproxy.ledger import EdgeLedger
from preau.gate.haproxy.process import haproxy_binary
from preau.gate.porter import Porter


@pytest.mark.skipif(haproxy_binary() is None, reason="HAPROXY IS NOT INSTALLED (apt-get install haproxy)")
def test_a_place_given_back_while_no_agent_is_there_is_free_at_its_first_look(tmp_path: Path) -> None:
    with edge_running(settings_of(tmp_path)) as edge:
        edge.plan((0, 0, 0, 2**63 - 1))
        place = edge.ticket(age_s=5, tid="leavesLEAVE")
        inside = {**place, **edge.ask("/attente/?vers=/", cookies=place).cookies}
        gone = edge.ask("/attente/quitter", method="POST", cookies=inside, Sec_Fetch_Site="same-origin")
        assert gone.status == 200
        ledger = EdgeLedger(edge.control)
        porter = Porter(ledger, capacity=50)
        agent = EdgeAgent(edge.control, folder=edge.folder, keyring=KEYRING, porter=porter, published=edge.folder)
        time.sleep(5.5)  # nobody looks for longer than the looks that clear a place
        assert asyncio.run(ledger.census(now_s=time.time())).inside == 1
        asyncio.run(agent.tick())
        assert asyncio.run(ledger.census(now_s=time.time())).inside == 0
        assert asyncio.run(edge.control.entries("t_free")) == []
