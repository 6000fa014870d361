"""Which documents are worth following from mail to mail, and which are furniture: what mail programs hang on a mail by themselves.

Every content that is followed has state of its own for years. Logos, signatures and visiting cards say nothing and are everywhere.
"""

import re
from typing import Final

from schemas.records import ClassifiedDocument

_EMPTY: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_SMALL: Final = 8 * 1024
_LOGO: Final = 64 * 1024
_IMAGE: Final = re.compile(r"\.(?:png|gif|jpe?g|bmp|svg|webp|emz|wmz|ico)$")
# As Outlook, Exchange and Apple Mail name what stands inside a text; a pasted picture of a screen is named so too, and is larger.
_INLINE: Final = re.compile(r"image\d{3,6}|outlook-[\w-]{1,40}|att\d{5,6}|logo[\w-]{0,20}|unnamed \(image/[\w.+-]{1,20}\)")
_SIGNATURE: Final = re.compile(r"smime\.p7s|signature\.asc|pgp\.asc|att\d{5,6}\.(?:txt|html?|c)")
_CARD: Final = re.compile(r"\.vcf$")


def is_worth_following(document: ClassifiedDocument) -> bool:
    """Tell whether it matters who else sends this content: anything that somebody chose to send, unless the force vouches for it.

    It vouches for a leaflet by listing its hash among the document classes with nothing but OFFICIAL.
    """
    if document.categories or document.protected_person or document.marking not in {None, "OFFICIAL"}:
        return True
    vouched = document.marking == "OFFICIAL" and any(reason.startswith("hash:") for reason in document.reasons)
    return not vouched and not is_furniture(document)


def is_furniture(document: ClassifiedDocument) -> bool:
    """Tell whether an attachment is none that anybody chose to send: empty, a signature, a visiting card, a small picture of the text's.

    What anything classifies never is.
    """
    if document.label or document.marking or document.categories or document.protected_person:
        return False
    if document.size == 0 or (document.sha256 or "").casefold() == _EMPTY:
        return True
    name = (document.name or "").strip().casefold()
    small = document.size is not None and document.size <= _SMALL
    if _SIGNATURE.fullmatch(name) or (_CARD.search(name) and small):
        return True
    if _INLINE.fullmatch(_IMAGE.sub("", name)):
        return document.size is None or document.size <= _LOGO
    return bool(_IMAGE.search(name)) and small
