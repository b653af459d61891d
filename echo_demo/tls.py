"""The certificate of `wss:` addresses."""

import ssl

from .settings import Settings


class CertificateError(Exception):
    """The certificate or its key can't be used; the text is one line."""


class Certificate:
    """A certificate that can be read again while connections are open."""

    def __init__(self, settings: Settings) -> None:
        """Read the files.

        Raises:
            CertificateError: they can't be read, or don't belong together.
        """
        self._cert, self._key = settings.cert, settings.key or settings.cert
        self.context = self._read()

    def reload(self) -> None:
        """Use what the files hold now for new connections; the old ones keep what they have.

        Raises:
            CertificateError: nothing has changed.
        """
        # A pair that does not belong together would spoil the context in use.
        self._read()
        self._load(self.context)

    def _read(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A WebSocket handshake is HTTP/1.1; a client that offers h2 as well must not choose it.
        context.set_alpn_protocols(["http/1.1"])
        for path in (self._cert, self._key):
            try:
                with open(path, "rb"):  # noqa: PTH123
                    pass
            except OSError as error:
                raise CertificateError(f"can't read {path}: {error.strerror}") from error
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(self._cert, self._key, password=_no_password)
        except (ssl.SSLError, OSError, ValueError) as error:
            names = " and ".join(dict.fromkeys((self._cert, self._key)))
            why = getattr(error, "reason", None) or str(error)
            raise CertificateError(f"can't use {names} as certificate and key: {why}") from error


def _no_password() -> str:
    # OpenSSL would ask for it on the terminal.
    raise ValueError("the key is encrypted")
