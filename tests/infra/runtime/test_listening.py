"""Processes that share one address: each is dealt its part, and none is refused while one of them is left."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from contextlib import closing

import pytest

from infra.runtime.listening import shared_listeners
from tests.infra.support import free_port


def test_connections_are_dealt_out_and_go_to_who_is_left() -> None:
    port = free_port()
    taken: Counter[int] = Counter()
    [first], [second] = shared_listeners("127.0.0.1", port), shared_listeners("127.0.0.1", port)

    def takes(listener: socket.socket, number: int) -> None:
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return
            taken[number] += 1

    takers = []
    for number, listener in enumerate((first, second)):
        listener.listen()
        takers.append(threading.Thread(target=takes, args=(listener, number)))
        takers[-1].start()
    try:
        for _ in range(60):
            with closing(socket.create_connection(("127.0.0.1", port))) as connection:
                connection.recv(1)
        assert set(taken) == {0, 1}  # that chance gives all sixty to one is 1 in 2 ** 59
        first.shutdown(socket.SHUT_RDWR)
        first.close()
        before = taken[1]
        for _ in range(20):
            with closing(socket.create_connection(("127.0.0.1", port))) as connection:
                connection.recv(1)
        assert taken[1] == before + 20
    finally:
        second.shutdown(socket.SHUT_RDWR)
        second.close()
        for taker in takers:
            taker.join()


def test_a_port_of_somebody_else_is_not_shared() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            shared_listeners("127.0.0.1", other.getsockname()[1])
