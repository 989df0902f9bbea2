"""One address, several processes that listen on it: each has a socket of its own (`SO_REUSEPORT`), and the kernel deals
the new connections out among them, evenly by chance.

A process that ends is dealt none from then on. One that hangs keeps being dealt its share: one socket inherited by all
would not leave a connection waiting there, but then a burst falls to whoever wakes first (48 of 50 were measured).
"""

import errno
import socket


def shared_listeners(host: str, port: int) -> list[socket.socket]:
    """Sockets bound to each address of a host, which other processes of the same user may bind too; not listening yet.

    Raises:
        OSError: somebody else has the port, or we may not.
    """
    found: list[socket.socket] = []
    infos = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    try:
        for family, kind, protocol, _, address in dict.fromkeys(infos):
            listener = socket.socket(family, kind, protocol)
            found.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                listener.bind(address)
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL or len(infos) == 1:
                    raise
                found.remove(listener)  # a name with an address that this machine has not
                listener.close()
    except OSError:
        for listener in found:
            listener.close()
        raise
    return found
