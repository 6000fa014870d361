"""The unified audit log: mail that was sent as the Management Activity API gives it, a JSON object a line; the rest as the portal's CSV."""

from typing import Any, Final

import orjson

from schemas.records import Millis
from streams.simulation.chance import guid as guid_of
from streams.simulation.chance import name_of
from streams.simulation.exports.stamps import guid, message_id, size_of, stamp
from streams.simulation.force import SHAREPOINT, TENANT
from streams.simulation.happenings import Mail, Paper, Setting, SignIn, Touch

COLUMNS: Final = (
    "RecordId",
    "CreationDate",
    "RecordType",
    "Operation",
    "UserId",
    "AuditData",
    "AssociatedAdminUnits",
    "AssociatedAdminUnitsNames",
)
HEADER: Final = ",".join(COLUMNS) + "\n"

_ORGANISATION: Final = guid_of("organisation", TENANT)
_MAILBOX, _FILES, _ADMIN, _SIGN_IN, _DLP, _ENDPOINT = 2, 6, 1, 15, 13, 63


def record_id(happening_id: str) -> str:
    """Return the id of the audit record of something that happened."""
    return guid(happening_id[16:] + happening_id[:16])


def sent(mail: Mail) -> str:
    """Return the line of a mail that somebody sent: subject, attachments in one string, the label it inherits, and no recipients."""
    spelt = message_id(mail)
    item: dict[str, Any] = {
        "Id": f"RgAAAAD{mail.id.upper()}AAAJ",
        "InternetMessageId": f"<{spelt}>" if int(mail.id[9], 16) % 2 else spelt.lower(),
        "ParentFolder": {"Id": f"LgAAAAD{mail.id[:12].upper()}AAAB", "Path": "\\Drafts"},
        "SizeInBytes": size_of(mail),
        "Subject": mail.subject,
    }
    if mail.files:
        item["Attachments"] = "; ".join(f"{paper.name} ({paper.size}b)" for paper in mail.files)
        label = next((paper.label for paper in mail.files if paper.label), "")
        if label:
            item["SensitivityLabelId"] = label
    record = _common(mail.at + 1000, mail.id, mail.account, "Send", _MAILBOX, "Exchange")
    record |= {
        "ResultStatus": "Succeeded",
        "ClientInfoString": "Client=MSExchangeRPC",
        "ExternalAccess": False,
        "LogonType": 0,
        "MailboxOwnerUPN": mail.account,
        "OrganizationName": TENANT,
        "Item": item,
    }
    return _json(record) + "\n"


def policy_match(mail: Mail) -> str:
    """Return the row of a data-loss rule that matched a mail: sender, recipients, subject, and what it found in which file."""
    at = mail.at + 40_000
    place = mail.files[0].name if mail.files else "Message Body"
    found = [{"Location": place, "SensitiveInformationTypeName": mail.dlp, "Count": 2, "Confidence": 85}]
    record = _common(at, name_of("dlp", mail.id), mail.account, "DlpRuleMatch", _DLP, "Exchange")
    record |= {
        "IncidentId": guid_of("incident", mail.id),
        "ExchangeMetaData": {
            "MessageID": f"<{message_id(mail)}>",
            "From": mail.sender,
            "To": list(mail.to),
            "CC": [],
            "BCC": [],
            "Subject": mail.subject,
            "Sent": stamp(mail.at),
        },
        "PolicyDetails": [
            {
                "PolicyName": "Personal data leaving the force",
                "Rules": [{"RuleName": "To outside", "Severity": "High", "ConditionsMatched": {"SensitiveInformation": found}}],
            }
        ],
    }
    return _row(record)


def touched(touch: Touch) -> str:
    """Return the row of a file event: SharePoint's, or the computer's own with the hash of the content."""
    paper = touch.file
    record = _common(touch.at, touch.id, touch.account, touch.operation, _ENDPOINT if touch.endpoint else _FILES, "SharePoint")
    if touch.endpoint:
        record |= {"Workload": "Endpoint", "ObjectId": f"C:\\Users\\work\\Documents\\{paper.name}", "Sha256": paper.sha256}
        record |= {"FileSize": paper.size, "FileExtension": paper.name.rpartition(".")[2], "DeviceName": "SM-LAPTOP"}
        return _row(record)
    record |= {
        "EventSource": "SharePoint",
        "ItemType": "File",
        "ListItemUniqueId": guid(paper.sha256[:32]),
        "SourceFileExtension": paper.name.rpartition(".")[2],
        "SiteUrl": f"{SHAREPOINT}/sites/{paper.site}/",
        "SourceFileName": paper.name,
        "SourceRelativeUrl": paper.folder,
        "ObjectId": path_of(paper),
    }
    if paper.label:
        record["SensitivityLabelId"] = paper.label
    return _row(record)


def path_of(paper: Paper) -> str:
    """Return where a paper lies."""
    return f"{SHAREPOINT}/sites/{paper.site}/{paper.folder}/{paper.name}"


def changed(setting: Setting) -> str:
    """Return the row of a cmdlet that changed a mailbox."""
    record = _common(setting.at, setting.id, setting.account, setting.operation, _ADMIN, "Exchange")
    record |= {
        "ResultStatus": "True",
        "ObjectId": f"{TENANT}/{guid_of('object', setting.account)}\\.",
        "ExternalAccess": False,
        "Parameters": [{"Name": name, "Value": value} for name, value in setting.parameters],
    }
    return _row(record)


def signed_in(sign_in: SignIn) -> str:
    """Return the row of a sign-in."""
    record = _common(sign_in.at, sign_in.id, sign_in.account, "UserLoggedIn", _SIGN_IN, "AzureActiveDirectory")
    return _row(record | {"ResultStatus": "Success", "ActorIpAddress": "198.51.100.24", "ErrorNumber": "0"})


def spoil_line(line: str, number: int) -> str:
    """Return a line cut short, or one whose day no calendar has."""
    if number % 2:
        return line[: len(line) // 2].rstrip("\n") + "\n"
    record = orjson.loads(line)
    return _json(record | {"Id": f"00000000-0000-4000-9000-{number:012}", "CreationTime": "2025-02-30T25:61:00"}) + "\n"


def spoil_row(line: str, number: int) -> str:
    """Return a row whose AuditData is cut short, as a spreadsheet does it."""
    head, quote, data = line.partition(',"{')
    return f'{head.replace(head.partition(",")[0], f"00000000-0000-4000-a000-{number:012}", 1)}{quote}{data[:120].rstrip(chr(34))}",,\n'


def _common(at: Millis, happening_id: str, account: str, operation: str, record_type: int, workload: str) -> dict[str, Any]:
    """Return the fields of every audit record; ``CreationTime`` is UTC and does not say so."""
    return {
        "CreationTime": stamp(at),
        "Id": record_id(happening_id),
        "Operation": operation,
        "OrganizationId": _ORGANISATION,
        "RecordType": record_type,
        "UserKey": account,
        "UserType": 0,
        "Version": 1,
        "Workload": workload,
        "ClientIP": f"192.0.2.{1 + int(happening_id[:2], 16) % 250}",
        "UserId": account.upper() if happening_id[2] == "0" else account,
    }


def _json(record: dict[str, Any]) -> str:
    return orjson.dumps(record).decode()


def _row(record: dict[str, Any]) -> str:
    head = f"{record['Id']},{record['CreationTime']}.0000000Z ,{record['RecordType']},{record['Operation']},{record['UserId']}"
    data = _json(record).replace('"', '""')
    return f'{head},"{data}",,\n'
