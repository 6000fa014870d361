"""Ways in and out that are no mail of the officer's: a standing forwarding, and mail from an own account; each beside a near miss."""

from samples.mails import Deed, Mail, Recipient, local
from samples.people import TENANT, as_of
from samples.plan import AUTO_FORWARD, INBOUND, Expected, Plan, Silent
from streams.simulation.chance import guid

_LIGHTS = "harbour.lights.demo@gmail.com"
_WINSTANLEY_HOME = "tidemill.kiln.demo@proton.me"
_OSGATHORPE_HOME = "two.spaniels.demo@icloud.com"


def _mailbox_forwarding(officer_id: str, at: str, target: str) -> Deed:
    """Return the mailbox's own forwarding, set to an address, or ended with an empty one."""
    row = as_of(officer_id, at[:10])
    parameters = {
        "Identity": row.address,
        "DeliverToMailboxAndForward": "True" if target else "False",
        "ForwardingSmtpAddress": f"smtp:{target}" if target else "",
    }
    details: dict[str, object] = {
        "ResultStatus": "True",
        "ObjectId": f"{TENANT}/{guid('object', officer_id)}",
        "AppId": "",
        "ClientAppId": "",
        "ExternalAccess": False,
        "OriginatingServer": "LO2P265MB4410 (15.20.7587.000)\r\n",
        "Parameters": [{"Name": name, "Value": value} for name, value in parameters.items()],
        "SessionId": guid("session", officer_id, at),
    }
    return Deed(f"forwarding {officer_id} {at}", local(at), row.principal, "Set-Mailbox", 1, "Exchange", details)


def _came_in(officer_id: str, at: str, sender: str, subject: str) -> Mail:
    """Return a mail from outside, of which the trace alone tells."""
    row = as_of(officer_id, at[:10])
    return Mail(f"from {sender} {at}", local(at), sender, (Recipient(row.address),), subject, in_audit=False)


_FORWARDING = Plan(
    "a mailbox that forwards itself",
    (),
    (
        Expected(
            "NM027",
            AUTO_FORWARD,
            "high",
            1,
            2,
            "Her mailbox's forwarding to a Gmail address was set on 15 May, set again on 22 May while it stood (one story), and ended on "
            "1 June: forwarding outside 6, personal address 1 = 7.",
        ),
    ),
    deeds=(
        _mailbox_forwarding("NM027", "2026-05-15 22:41", _LIGHTS),
        _mailbox_forwarding("NM027", "2026-05-22 07:12", _LIGHTS),
        _mailbox_forwarding("NM027", "2026-06-01 08:03", ""),
    ),
)

_HARMLESS_RULES = Plan(
    "near miss: rules that send nothing outside",
    (),
    silent=(
        Silent("NM013", (AUTO_FORWARD,), "his rule deletes a supplier's mail"),
        Silent("NM022", (AUTO_FORWARD,), "his rule files mail away"),
        Silent("NM026", (AUTO_FORWARD,), "his rule forwards to a colleague"),
    ),
)

_FROM_HOME = Plan(
    "sends herself something marked from home",
    (_came_in("NM019", "2026-06-03 21:17", _WINSTANLEY_HOME, "OFFICIAL-SENSITIVE briefing for Monday, my changes"),),
    (
        Expected(
            "NM019",
            INBOUND,
            "medium",
            1,
            1,
            "One mail from the account that she declared, its subject marked OFFICIAL-SENSITIVE: own account 3, OFFICIAL-SENSITIVE 3 = 6.",
        ),
    ),
)

_RUNNING_LATE = Plan(
    "near miss: writes from home",
    (
        _came_in("NM021", "2026-05-06 06:48", _OSGATHORPE_HOME, "running late"),
        _came_in("NM021", "2026-05-19 07:02", _OSGATHORPE_HOME, "unwell today"),
        _came_in("NM021", "2026-05-20 07:05", _OSGATHORPE_HOME, "RE: [OFFICIAL] return to work form"),
    ),
    silent=(
        Silent(
            "NM021",
            (INBOUND,),
            "3 mails from the account that she declared: two carry nothing, the third answers a mail that was marked OFFICIAL, on one day",
        ),
    ),
)

CHANNELS: tuple[Plan, ...] = (_FORWARDING, _HARMLESS_RULES, _FROM_HOME, _RUNNING_LATE)
