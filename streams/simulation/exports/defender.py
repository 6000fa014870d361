"""Defender advanced hunting, EmailEvents joined with EmailAttachmentInfo: mail with a file to or from outside, with the content's hash.

It is what an analyst would ask for: ``EmailEvents | where EmailDirection != "Intra-org" | join EmailAttachmentInfo on NetworkMessageId``.
"""

from typing import Final

from streams.simulation.exports.stamps import guid, message_id, size_of, stamp
from streams.simulation.force import OWN
from streams.simulation.happenings import Mail

COLUMNS: Final = (
    "Timestamp",
    "NetworkMessageId",
    "InternetMessageId",
    "SenderFromAddress",
    "RecipientEmailAddress",
    "EmailDirection",
    "Subject",
    "EmailSize",
    "FileName",
    "FileSize",
    "SHA256",
)
HEADER: Final = ",".join(COLUMNS) + "\n"


def lines(mail: Mail) -> list[str]:
    """Return a row for each recipient and attachment."""
    head = f'{stamp(mail.at)}.0000000Z,{guid(mail.id)},"<{message_id(mail)}>",{mail.sender},'
    subject = mail.subject.replace('"', '""')
    direction = "Outbound" if mail.sender.endswith(f"@{OWN}") else "Inbound"
    middle = f',{direction},"{subject}",{size_of(mail)},'
    return [f'{head}{to}{middle}"{paper.name}",{paper.size},{paper.sha256}\n' for to in mail.to for paper in mail.files]


def spoil(line: str, number: int) -> str:
    """Return a row without an instant, under a network message id of its own."""
    rest = line.partition(",")[2].partition(",")[2]
    return f",00000000-0000-4000-b000-{number:012},{rest}"
