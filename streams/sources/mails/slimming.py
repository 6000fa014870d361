"""Large attachments taken out of a mail while it is read, so that mails of any size take little memory: size and hash are kept.

In place of what a long base64 part holds stands ``<sha256>:<size>``, and ``Slimmer.taken`` names it; everything else stays as it is.
"""

import binascii
import hashlib
import re

LONG = 256 * 1024
"""Base64 beyond this many bytes is taken out."""

_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_BASE64 = re.compile(rb"^content-transfer-encoding\s*:\s*base64\b", re.IGNORECASE | re.MULTILINE)
_A_MAIL = re.compile(rb"^content-type\s*:\s*message/", re.IGNORECASE | re.MULTILINE)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_MOST_HEADER = 1024 * 1024
_MOST_BOUNDARIES = 2_000
_DECODED_AT_ONCE = 64 * 1024


class Slimmer:
    """Takes a mail line by line and gives what is left of it."""

    def __init__(self) -> None:
        """Begin with the header of the mail."""
        self.taken: list[str] = []
        self._boundaries: set[bytes] = set()
        self._header: bytearray | None = bytearray()
        self._body: _Body | None = None

    def add(self, line: bytes) -> bytes:
        """Return what to keep in place of this line."""
        if line.startswith(b"--") and self._is_boundary(line):
            kept = self._left()
            self._header = bytearray()
            return kept + line
        if self._header is not None:
            self._in_header(line)
            return line
        return line if self._body is None else self._body.add(line)

    def finish(self) -> bytes:
        """Return what is left at the end."""
        return self._left()

    def _left(self) -> bytes:
        body, self._body = self._body, None
        if body is None:
            return b""
        marker = body.marker()
        if marker is None:
            return body.held()
        self.taken.append(marker)
        return binascii.b2a_base64(marker.encode())

    def _is_boundary(self, line: bytes) -> bool:
        bare = line.rstrip()[2:]
        return bare in self._boundaries or (bare.endswith(b"--") and bare[:-2] in self._boundaries)

    def _in_header(self, line: bytes) -> None:
        header = self._header or bytearray()
        if line.strip():
            if len(header) < _MOST_HEADER:
                self._header = header + line
            return
        for quoted, bare in _BOUNDARY.findall(bytes(header)):
            if len(self._boundaries) < _MOST_BOUNDARIES:
                self._boundaries.add(bytes(quoted or bare).rstrip())
        is_a_mail = _A_MAIL.search(header) is not None
        encoded = _BASE64.search(header) is not None
        self._header = bytearray() if is_a_mail and not encoded else None
        self._body = _Body() if encoded and not is_a_mail else None


class _Body:
    """The content of one base64 part: kept as it stands while it is short, then only reckoned."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._long = False
        self._undecoded = bytearray()
        self._digest = hashlib.sha256()
        self._size = 0

    def add(self, line: bytes) -> bytes:
        """Take a line; it is given back, or nothing is, when the end is known."""
        if not self._long:
            self._kept += line
            if len(self._kept) <= LONG:
                return b""
            self._long = True
            line, self._kept = bytes(self._kept), bytearray()
        self._undecoded += line
        if len(self._undecoded) >= _DECODED_AT_ONCE:
            self._decode(last=False)
        return b""

    def held(self) -> bytes:
        """Return a short content as it stands."""
        return bytes(self._kept)

    def marker(self) -> str | None:
        """Return what stands for a long content; None for a short one."""
        if not self._long:
            return None
        self._decode(last=True)
        return f"{self._digest.hexdigest()}:{self._size}"

    def _decode(self, *, last: bool) -> None:
        digits = _NOT_BASE64.sub(b"", bytes(self._undecoded))
        whole = len(digits) // 4 * 4
        self._undecoded = bytearray() if last else bytearray(digits[whole:])
        if last and whole < len(digits):
            digits += b"=" * (whole + 4 - len(digits))
            whole += 4
        try:
            data = binascii.a2b_base64(digits[:whole])
        except binascii.Error:
            data = b""
        self._digest.update(data)
        self._size += len(data)
