"""The way to one server: in the clear or by TLS, believed by which authority, with which certificate of our own."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_OF_THE_SERVER = ("unknownissuer", "self-signed", "self signed", "unable to get local issuer", "badsignature")
_OF_ITS_NAME = ("notvalidforname", "hostname mismatch", "ip address mismatch", "not valid for name")
_OF_OUR_OWN = (
    *("certificaterequired", "certificate required", "valid client certificate", "unknownca", "unknown ca"),
    *(
        "alert certificate",
        "fatal alert: badcertificate",
        "certificate authentication failed",
        '"trust" authentication failed',
    ),
)
_HUNG_UP = ("close_notify", "connection reset", "connectionreset", "connection closed", "broken pipe", "brokenpipe")
"""What is left to say where a server ends a handshake without a word."""
_NO_TLS = ("invalidcontenttype", "rejected ssl upgrade", "wrong version number", "invalid message")


class LinkUnfit(RuntimeError):
    """A server can't be reached as the settings say; the message is a sentence in English and one in Chinese."""


@dataclass(frozen=True)
class Link:
    """How one server is reached. `tls` None: nothing was said, which is in the clear."""

    server: str
    """Temporal or PostgreSQL"""
    variable: str
    """the environment variable that says whether TLS is spoken; those of the files begin with it"""
    host: str | None
    """none: on this machine, within the state directory"""
    tls: bool | None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    name: str | None = None
    """in its certificate, where that is not the host"""

    @property
    def remote(self) -> bool:
        """Whether what is said leaves the machine."""
        if self.host is None or self.host == "localhost" or self.host.startswith("/"):
            return False
        try:
            return not ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:  # a name
            return True

    def unfit(self, *, production: bool) -> Iterator[str]:
        """A sentence for each thing in the settings that does not go together."""
        name = self.variable
        if (self.ca or self.certificate or self.key) and not self.tls:
            yield f"Certificates for {self.server} are named: set {name}=1 as well. 已指定证书，请同时设置 {name}=1。"
        if bool(self.certificate) != bool(self.key):
            yield (f"{name}_CERTIFICATE and {name}_KEY belong together: set both. "
                   f"{name}_CERTIFICATE 与 {name}_KEY 须同时设置。")  # fmt: skip
        if self.tls and self.host is None:
            yield (f"{name}=1 is for a server of your own: this one is in the state directory. "
                   f"{name}=1 只用于外部的 {self.server} 服务。")  # fmt: skip
        if production and self.remote and self.tls is None:
            yield (
                f"production mode refuses {self.server} at {self.host} in the clear: set {name}=1, or {name}=0 where "
                f"the network between is yours alone. 生产模式不允许：明文连接 {self.host}，请设置 {name}=1"
                f"（专用网络确需明文的，设置 {name}=0）。"
            )

    def read(self, file: Path | None) -> bytes | None:
        """A file's bytes; None for none.

        Raises:
            LinkUnfit
        """
        try:
            return file.read_bytes() if file else None
        except OSError as error:
            raise LinkUnfit(f"{file} can't be read ({error.strerror}): see {self.variable}_…. "
                            f"证书或私钥文件无法读取，请检查以 {self.variable}_ 开头的设置。") from error  # fmt: skip

    def context(self) -> ssl.SSLContext | None:
        """What Python speaks TLS with: the server's certificate and its name are always checked; None in the clear.

        Raises:
            LinkUnfit
        """
        if not self.tls:
            return None
        for file in (self.ca, self.certificate, self.key):
            self.read(file)
        try:
            made = ssl.create_default_context(cafile=self.ca)
            made.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate:
                made.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise LinkUnfit(f"The certificates for {self.server} are not usable ({error}): see {self.variable}_…. "
                            f"证书或私钥无法使用（须为 PEM 格式、私钥不设口令且与证书相符）。") from error  # fmt: skip
        return made

    def refused(self, error: BaseException) -> LinkUnfit | None:
        """What a failed handshake means, where it is one that waiting does not mend."""
        said, name, server = f"{error} {error.__cause__ or ''}".lower(), self.variable, self.server

        def has(words: tuple[str, ...]) -> bool:
            return any(word in said for word in words)

        if has(_OF_ITS_NAME):
            why = (
                f"The certificate of {server} is not for the name it is reached by ({self.name or self.host}): use the "
                f"name it was made for. {server} 证书上的名称与所连接的地址不符。"
            )
        elif has(_OF_OUR_OWN) or (self.tls and not self.certificate and has(_HUNG_UP)):
            why = (
                f"{server} asks for a client certificate that it knows: see {name}_CERTIFICATE and {name}_KEY. "
                f"{server} 要求可信的客户端证书。"
            )
        elif has(_OF_THE_SERVER):
            why = (
                f"The certificate of {server} was not made by an authority that is believed here: see {name}_CA. "
                f"{server} 的证书不是由受信任的机构签发。"
            )
        elif self.tls and has(_NO_TLS):
            why = f"{server} at {self.host} does not speak TLS: see {name}. 对方不支持 TLS。"
        else:
            return None
        return LinkUnfit(why)


def _no_password() -> str:
    """A key with a password is an error, and nothing that OpenSSL asks the terminal for."""
    raise ValueError("the key has a password")
