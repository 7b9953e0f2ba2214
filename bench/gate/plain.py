"""What the gate is compared with: HAProxy and nginx that only send bytes, and the configuration of each."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from bench.gate.machine import tool
from bench.gate.people import KEYRING, NAMES
from bench.gate.process import LOAD_CORE, SERVER_CORE, TMP, Got, Running, free_port, python, server
from preau.gate.haproxy import maps

UNSENT: Final = frozenset({"set-cookie", "date", "server", "content-length", "connection"})
"""Headers that a server writes itself, or that are one visitor's."""


_TABLE: Final = "backend inside\n  stick-table type string len 11 size 500k expire 900s store gpt0"


class Bytes:
    """An answer to be sent again by others: a body in a file, and the headers that belong to it."""

    def __init__(self, name: str, got: Got) -> None:
        self.folder = TMP / "bytes" / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "body"
        self.file.write_bytes(got.body)
        self.size = len(got.body)
        self.headers = [(key, value) for key, value in got.headers if key not in UNSENT]

    @property
    def content_type(self) -> str:
        return dict(self.headers).get("content-type", "text/plain")


@cache
def certificate() -> Path:
    """A self-signed certificate on P-256: ``tls.pem`` (certificate, then key) and ``tls.key``."""
    TMP.mkdir(parents=True, exist_ok=True)
    pem, key = TMP / "tls.pem", TMP / "tls.key"
    request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(pem)]
    subprocess.run([tool("openssl") or "openssl", *request, *names], check=True, capture_output=True)  # noqa: S603
    pem.write_text(pem.read_text() + key.read_text())
    return pem


@contextmanager
def granian(order: Mapping[str, object], *, tls: bool, core: int = SERVER_CORE) -> Iterator[Running]:
    """``bench.gate.served``."""
    port = free_port()
    folder = TMP / f"published-{port}"
    whole = {"port": port, "folder": str(folder), **order}
    if tls:
        whole["certificate"] = str(certificate())
    command = python("-m", "bench.gate.served", json.dumps(whole))
    try:
        with server(command, port, tls=tls, ready_path="/__bench/", core=core) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def bare(sent: Bytes, *, tls: bool) -> Iterator[Running]:
    """The bare ASGI application on the same server."""
    headers = [*sent.headers, ("content-length", str(sent.size))]
    order = {"gate": "none", "application": "bytes", "body": str(sent.file), "headers": headers}
    with granian(order, tls=tls) as running:
        yield running


@contextmanager
def haproxy_return(sent: Bytes, *, tls: bool) -> Iterator[Running]:
    """HAProxy that answers every request with these bytes."""
    port = free_port()
    others = [(name, value) for name, value in sent.headers if name != "content-type"]
    headers = "".join(f" hdr {name} {_quoted(value)}" for name, value in others)
    answer = f"http-request return status 200 content-type {_quoted(sent.content_type)} file {sent.file}{headers}"
    with _haproxy(port, answer, tls=tls) as running:
        yield running


def haproxy_proxy(sent: Bytes, *, tls: bool) -> AbstractContextManager[Running]:
    """HAProxy that only hands requests on, to a bare application beside the load: a pass check without the check."""
    return _handing_on(sent, "", tls=tls)


def haproxy_check(sent: Bytes, *, tls: bool) -> AbstractContextManager[Running]:
    """The same, for genuine passes alone: the least that checking one HMAC costs in HAProxy."""
    return _handing_on(sent, _checked(), tls=tls)


def haproxy_count(sent: Bytes, *, tls: bool) -> AbstractContextManager[Running]:
    """The same, and each pass is remembered in a table as somebody inside."""
    table = "http-request track-sc0 var(req.p),field(5,.) table inside\n  "
    return _handing_on(sent, _checked() + table, tls=tls)


def _checked() -> str:
    """Rules that refuse what is not a genuine pass: as the gate's own, and nothing of what it means."""
    keys = TMP / "keys.map"
    keys.write_text(maps.text_of(maps.key_lines(KEYRING, now_s=time.time())))
    return (
        f"http-request set-var(req.p) req.cook({NAMES.admission})\n"
        f"  http-request set-var(req.key) var(req.p),field(1,.,2),map_str({keys})\n"
        "  http-request set-var(req.mac) var(req.p),field(1,.,5),hmac(sha256,req.key),bytes(0,16),ub64enc\n"
        "  http-request deny unless { var(req.p),field(6,.),secure_memcmp(req.mac) }\n  "
    )


@contextmanager
def _handing_on(sent: Bytes, rules: str, *, tls: bool) -> Iterator[Running]:
    port = free_port()
    headers = [*sent.headers, ("content-length", str(sent.size))]
    order = {"gate": "none", "application": "bytes", "body": str(sent.file), "headers": headers}
    with granian(order, tls=False, core=LOAD_CORE) as behind:
        handed_on = f"{rules}default_backend b\nbackend b\n  server s 127.0.0.1:{behind.port}\n{_TABLE}"
        with _haproxy(port, handed_on, tls=tls) as running:
            yield running


@contextmanager
def _haproxy(port: int, answer: str, *, tls: bool) -> Iterator[Running]:
    config = TMP / f"haproxy-{port}.cfg"
    secured = f" ssl crt {certificate()} ssl-min-ver TLSv1.3 alpn http/1.1" if tls else ""
    config.write_text(
        "global\n  nbthread 1\n  maxconn 8000\ndefaults\n  mode http\n  timeout client 30s\n  timeout server 30s\n"
        "  timeout connect 5s\n  timeout http-request 5s\n  timeout http-keep-alive 60s\n"
        f"frontend f\n  bind 127.0.0.1:{port}{secured}\n  {answer}\n"
    )
    try:
        with server([tool("haproxy") or "haproxy", "-db", "-f", str(config)], port, tls=tls) as running:
            yield running
    finally:
        config.unlink()


def _quoted(value: str) -> str:
    """A word of HAProxy's configuration that is a log format too."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "\\$")
    return f'"{escaped}"'


@contextmanager
def nginx(sent: Bytes, *, tls: bool) -> Iterator[Running]:
    """nginx that answers every request with this file."""
    port = free_port()
    folder = TMP / f"nginx-{port}"
    folder.mkdir(parents=True)
    others = [(name, value) for name, value in sent.headers if name != "content-type"]
    headers = "".join(f'    add_header {name} "{value}";\n' for name, value in others)
    secured = (
        f" ssl;\n    ssl_certificate {certificate()};\n    ssl_certificate_key {certificate()};\n" if tls else ";\n"
    )
    owner = "user root;\n" if os.geteuid() == 0 else ""
    places = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"{owner}daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log crit;\n"
        f"events {{ worker_connections 8000; multi_accept on; }}\nhttp {{\n{places}  access_log off;\n  sendfile on;\n"
        "  tcp_nopush on;\n  keepalive_requests 1000000000;\n  open_file_cache max=100;\n"
        f"  server {{\n    listen 127.0.0.1:{port}{secured}    ssl_protocols TLSv1.3;\n{headers}"
        f'    default_type "{sent.content_type}";\n    root {sent.folder};\n'
        "    location / { try_files /body =404; }\n"
        "  }\n}\n"
    )
    command = [tool("nginx") or "nginx", "-c", str(config), "-p", str(folder), "-e", f"{folder}/error.log"]
    try:
        with server(command, port, tls=tls) as running:
            yield running
    finally:
        shutil.rmtree(folder)
