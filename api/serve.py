"""A library served over HTTP by uvicorn, until somebody stops it."""

import contextlib
import ipaddress
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from ..index import threads
from ..index.access_keys import access_keys
from ..index.errors import InputError, NotALibrary
from ..index.store import Store
from ..search.library import Library
from ..search.opening import open as open_library
from .console import counted, plain
from .http import create_app
from .logs import log_config
from .settings import Settings
from .warmup import Warmup

__all__ = ["check_reach", "is_loopback", "serve"]

_LONGEST_REQUEST = 2**21
"""Bytes of an address with its headers: a query of 100,000 characters, twelve bytes each where they
are percent-encoded, is answered as through every other door."""
_GRACE = 10
"""Seconds that answers in progress get when the server is stopped."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`, a name or an address.

    Raises InputError for a name that no address is known of.
    """
    places = (str(address[0]).partition("%")[0] for *_, address in _addresses(host, 0))
    return all(ipaddress.ip_address(place).is_loopback for place in places)


def serve(path: str | os.PathLike[str], settings: Settings) -> None:
    """Serve the library at `path` until SIGINT or SIGTERM; answers in progress are finished.

    The address is printed on stdout as soon as the server listens and the library is warm. Raises
    InputError where the address cannot be listened on, or could be reached from other machines
    though the library has no key and the settings do not say that this is meant; and what opening
    or warming up the library raises.
    """
    check_reach(path, settings)
    threads.settle()
    with open_library(path) as library, _listening(settings.host, settings.port) as listener:
        _serve(library, str(path), settings, listener)


def check_reach(path: str | os.PathLike[str], settings: Settings) -> None:
    """Raise InputError where other machines could reach a library that has no key, and the settings
    do not say that this is meant, or where no address is known of the host."""
    if settings.public or is_loopback(settings.host):
        return
    with contextlib.suppress(NotALibrary):
        store = Store.open(path)
        try:
            if access_keys(store):
                return
        finally:
            store.close()
    raise InputError(
        f"{settings.host} can be reached from other machines, and whoever reaches it can read the "
        f"library: it has no key. Make one with: paperkin keys {path} --add NAME; or add --public "
        "if that is what you want."
    )


def _serve(library: Library, path: str, settings: Settings, listener: socket.socket) -> None:
    host = settings.host
    warming = Warmup(library, settings.rerank or None)
    config = uvicorn.Config(
        create_app(
            library,
            warmup=warming,
            settings=settings,
            # The last key may be removed while others can reach this.
            keyless=settings.public or is_loopback(host),
        ),
        log_config=log_config(settings.log, queries=settings.log_queries),
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        http="h11",
        h11_max_incomplete_event_size=_LONGEST_REQUEST,
        timeout_graceful_shutdown=_GRACE,
        # Who asks is told by the connection, not by what a header says.
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    papers = counted(len(library), "paper")
    line = f"Serving {plain(str(path))} ({papers}) on {_url(host, listener)}"
    warming.start()
    announcer = threading.Thread(target=_announce, args=(line, server, warming))
    announcer.start()
    with _stoppable():
        server.run(sockets=[listener])
    announcer.join()
    if warming.error is not None:
        raise warming.error


def _announce(line: str, server: uvicorn.Server, warming: Warmup) -> None:
    warming.wait()
    if not warming.warm:
        server.should_exit = True
    while not (server.started or server.should_exit):
        time.sleep(0.01)
    if not server.should_exit:
        with contextlib.suppress(OSError):  # nobody reads our output: no reason to stop
            print(line, flush=True)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Inside, SIGTERM is what SIGINT is, and both end it quietly: uvicorn sends itself again the
    signal that it was stopped by."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _addresses(host: str, port: int) -> list[tuple[Any, ...]]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (socket.gaierror, UnicodeError) as error:
        raise InputError(
            f"No address is known of the host {host!r}. Give one of this machine, or leave --host "
            "out to listen on 127.0.0.1."
        ) from error


def _listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = _addresses(host, port)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError(
            f"The address {host}:{port} cannot be listened on ({error.strerror}). Give another "
            "--port (0 takes any that is free)."
        ) from error
    return listener


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
