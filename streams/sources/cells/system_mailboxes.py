"""Mailboxes of Exchange's own: what they send is probes, reports of delivery and approvals, and nobody wrote it."""

import re

_DIGITS = r"[0-9a-f]"
_SYSTEM = re.compile(
    rf"(?:healthmailbox{_DIGITS}{{6,}}|extest_{_DIGITS}+|microsoftexchange{_DIGITS}{{32}}|maildeliveryprobe|inboundproxy"
    rf"|(?:systemmailbox|federatedemail|migration|discoverysearchmailbox)[.{{ ]?{_DIGITS}{{8}}-[0-9a-f-]{{27}}}}?)@.*",
    re.IGNORECASE,
)


def is_system_mailbox(address: str) -> bool:
    """Whether an address is one of those."""
    return _SYSTEM.fullmatch(address) is not None
