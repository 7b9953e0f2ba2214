"""HAProxy verifies class links and challenges with what it has: no Lua, no loop, and no verdict other than Python's.

The rules below are the smallest that do; the edge that Préau renders has its own suite.
"""

import base64
import http.client
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import pytest

from engines import running, temporary_folder
from gate.served_gate import free_port
from preau.tokens.keyring import DAY_S, Keyring
from tokens.forgeries import NOW_S, STATEFUL, attempts

HAPROXY = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin")
pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(HAPROXY is None, reason="HAProxy is not installed: FORMATS UNPROVEN (apt-get install haproxy)"),
]
VECTORS = json.loads((Path(__file__).parents[2] / "docs/protocol/vectors/tokens.json").read_text())
KEYRING = Keyring(*(bytes.fromhex(secret) for secret in VECTORS["secrets"]))
KINDS = ("l1", "d1")
ATTEMPTS = 10_000

CONFIGURATION = r"""
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 1s
frontend tokens
  bind 127.0.0.1:{port}
  http-request set-var(txn.now) hdr(x-now),add(0)
  http-request set-var(txn.link) path,field(3,/) if {{ path_beg /l/ }}
  acl l_shape var(txn.link) -m reg ^l1\.[0-9]{{1,6}}-[0-9a-f]{{4}}\.(0|[1-9][0-9]{{0,18}})\.[0-9A-Za-z_-]{{11}}\.(0|[1-9][0-9]{{0,18}})\.[1-9][0-9]{{0,2}}\.[0-9A-Za-z_-]{{22}}$
  http-request set-var(txn.lkey) var(txn.link),field(2,.),map_str({folder}/l1.map) if l_shape
  http-request set-var(txn.lmac) var(txn.link),field(7,.) if l_shape
  http-request set-var(txn.lwant) 'var(txn.link),regsub("\.[^.]*$",""),hmac(sha256,txn.lkey),bytes(0,16),ub64enc' if l_shape
  http-request set-var(txn.lleft) var(txn.link),field(3,.),sub(txn.now) if l_shape
  acl l_known var(txn.lkey) -m found
  acl l_genuine var(txn.lmac),secure_memcmp(txn.lwant)
  acl l_live var(txn.lleft) -m int gt 0
  http-request return status 200 if l_shape l_known l_genuine l_live
  http-request set-var(txn.solution) hdr(preau-challenge)
  acl d_shape var(txn.solution) -m reg ^[0-9A-Za-z_-]{{11}}\?expires=[0-9]{{1,19}}&kid=[0-9]{{1,6}}-[0-9a-f]{{4}}&tid=[0-9A-Za-z_-]{{11}}&key=[0-9]{{1,19}}&\.(0|[1-9][0-9]{{0,4}})\.[0-9a-f]{{64}}$
  http-request set-var(txn.salt) var(txn.solution),field(1,.) if d_shape
  http-request set-var(txn.number) var(txn.solution),field(2,.) if d_shape
  http-request set-var(txn.dsig) var(txn.solution),field(3,.) if d_shape
  http-request set-var(txn.dkey) var(txn.salt),field(2,&),field(2,=),map_str({folder}/d1.map) if d_shape
  http-request set-var(txn.dwant) var(txn.salt),concat(,txn.number,),sha2(256),hex,lower,hmac(sha256,txn.dkey),hex,lower if d_shape
  http-request set-var(txn.dleft) var(txn.salt),field(1,&),field(2,=),sub(txn.now) if d_shape
  acl d_known var(txn.dkey) -m found
  acl d_genuine var(txn.dsig),secure_memcmp(txn.dwant)
  acl d_bounded var(txn.number),add(0) -m int le 50000
  acl d_live var(txn.dleft) -m int gt 0
  http-request return status 200 if d_shape d_known d_genuine d_bounded d_live
  http-request return status 403
"""  # noqa: E501  a rule is a line

Shows = Callable[[str, str, int], bool]


@pytest.fixture(scope="module")
def accepts() -> Iterator[Shows]:
    """Shows a token to a HAProxy at an instant; whether it was accepted."""
    port = free_port()
    with temporary_folder() as folder:
        for kind in KINDS:
            kids = [one.kid(NOW_S + days * DAY_S) for days in (-1, 0, 1) for one in keyrings()]
            lines = (f"{kid} {base64.b64encode(KEYRING.key(kind, kid)).decode()}\n" for kid in kids)
            (folder / f"{kind}.map").write_text("".join(lines))
        (folder / "haproxy.cfg").write_text(CONFIGURATION.format(port=port, folder=folder))
        line = http.client.HTTPConnection("127.0.0.1", port)

        def show(kind: str, text: str, now_s: int) -> bool:
            headers = {"x-now": str(now_s)} | ({"preau-challenge": text} if kind == "d1" else {})
            line.request("GET", f"/l/{quote(text, safe='')}" if kind == "l1" else "/attente/defi", headers=headers)
            answer = line.getresponse()
            answer.read()
            return answer.status == http.client.OK

        def answers() -> bool:
            try:
                show("l1", "", NOW_S)
            except OSError:
                line.close()
                return False
            return True

        with running([str(HAPROXY), "-db", "-f", folder / "haproxy.cfg"], folder, answers):
            yield show
        line.close()


def keyrings() -> list[Keyring]:
    """Each generation of the vectors by itself, for its kid."""
    return [Keyring(bytes.fromhex(secret)) for secret in VECTORS["secrets"]]


def test_haproxy_judges_every_vector_as_python_does(accepts: Shows) -> None:
    for sort in ("accepted", "refused"):
        for vector in VECTORS[sort]:
            if vector["kind"] in KINDS:
                verdict = accepts(vector["kind"], vector["token"], vector["now_s"])
                assert verdict is (sort == "accepted"), vector["note"]


def test_haproxy_and_python_disagree_on_none_of_ten_thousand_attempts(accepts: Shows) -> None:
    disagreed: Counter[tuple[str, str]] = Counter()
    for attempt in islice(attempts(KEYRING, kinds=KINDS), ATTEMPTS):
        if attempt.why != STATEFUL and accepts(attempt.kind, attempt.text, NOW_S) is not attempt.must_be_accepted:
            disagreed[attempt.kind, attempt.why] += 1
    assert not disagreed
