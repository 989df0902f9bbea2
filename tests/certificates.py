"""Certificates that a test makes for itself, and a proxy that speaks TLS before a server that does not."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Makes certificates: its own, and those of servers and clients, as files in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        basic = x509.BasicConstraints(ca=True, path_length=0)
        self._own = _about(self._name, self._key).issuer_name(self._name).add_extension(basic, True).sign(
            self._key, hashes.SHA256()
        )  # fmt: skip
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))

    def made(self, name: str, *hosts: str) -> tuple[Path, Path]:
        """The files of a certificate for a name, good for these hosts, and of its private key."""
        key = ec.generate_private_key(ec.SECP256R1())
        about = _about(_named(name), key).issuer_name(self._name)
        if hosts:
            about = about.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)
        certificate, private = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        certificate.write_bytes(about.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        private.touch(0o600)
        private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                              serialization.NoEncryption()))  # fmt: skip
        return certificate, private


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _about(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    about = x509.CertificateBuilder(subject_name=subject, public_key=key.public_key())
    return (
        about.serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


@contextlib.contextmanager
def tls_before(port: int, behind: int, server: tuple[Path, Path], clients: Authority) -> Iterator[list[str]]:
    """TLS on a loopback port before a server on another, for who has a certificate of an authority; tells the names of
    the certificates that were shown.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients.file)
    context.load_cert_chain(*server)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    shown: list[str] = []
    loop = asyncio.new_event_loop()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            while piece := await reader.read(2**16):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown.append(writer.get_extra_info("peercert")["subject"][0][0][1])
        try:
            inner = await asyncio.open_connection("127.0.0.1", behind)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, inner[1]), carry(inner[0], writer))

    # The core's handshake errors go to the loop's log: whoever knocks without a certificate is what is tried here.
    loop.set_exception_handler(lambda _loop, _context: None)
    listening = loop.run_until_complete(asyncio.start_server(between, "127.0.0.1", port, ssl=context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield shown
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
