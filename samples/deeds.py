"""What else the audit log holds: files opened and fetched, sign-ins, mailbox rules, folders read, labels, policy matches."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from samples.mails import Deed, Mail, local
from samples.people import OFFICER_IDS, OWN, Row, as_of
from samples.reference_data import LABEL_SENSITIVE
from samples.traffic import FIRST_DAY, LAST_DAY
from streams.simulation.chance import Chance, guid, letters

_HOST = "https://northmoorpolice.sharepoint.example"
_LIBRARIES = (
    ("sites/response", "Shared Documents/Briefings", ("Briefing.docx", "Shift rota.xlsx", "Vehicle defects.pdf")),
    ("sites/operation-larkspur", "Shared Documents/Timeline", ("Op Larkspur timeline.xlsx", "Larkspur association chart.pdf")),
    ("sites/custody", "Shared Documents/Rosters", ("Block B custody roster.xlsx", "Front desk custody roster.xlsx")),
    ("sites/policy", "Shared Documents", ("Dress code.pdf", "Leave policy.docx", "Fleet handbook.pdf")),
)
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0"
_SATURDAY = 5


def deeds(chance: Chance, mails: list[Mail]) -> Iterator[Deed]:
    """Yield everything that the audit log holds beside sent mail."""
    day = FIRST_DAY
    while day <= LAST_DAY:
        for officer_id in OFFICER_IDS:
            row = as_of(officer_id, day.isoformat())
            if (row.last_day and row.last_day < day.isoformat()) or row.suspended_from:
                continue
            if not chance.likely(0.2 if day.weekday() >= _SATURDAY else 0.6):
                continue
            yield from _a_day(chance, row, day)
        day += timedelta(days=1)
    yield from _told_by_plan()
    yield from _rules()
    yield from _delegates()
    yield _policy_match(next(mail for mail in mails if any("WITSEC-0093" in file.name for file in mail.files)))


def _a_day(chance: Chance, row: Row, day: date) -> Iterator[Deed]:
    def at(hour: int) -> datetime:
        return local(f"{day.isoformat()} {hour:02}:{chance.between(0, 59):02}") + timedelta(seconds=chance.between(0, 59))

    slug = f"{row.officer_id} {day.isoformat()}"
    if chance.likely(0.25):
        yield sign_in(f"{slug} in", at(chance.between(6, 9)), row)
    for number in range(chance.below(3)):
        site, folder, names = chance.pick(_LIBRARIES)
        operation = chance.pick(("FileAccessed", "FileAccessed", "FileAccessed", "FileDownloaded", "FileModified", "FilePreviewed"))
        yield file_deed(f"{slug} file {number}", at(chance.between(9, 17)), row, operation, (site, folder, chance.pick(names)))
    if chance.likely(0.12):
        yield folder_read(f"{slug} read", at(chance.between(9, 17)), row)


def sign_in(slug: str, at: datetime, row: Row) -> Deed:
    """Return a sign-in (record type 15)."""
    return Deed(
        slug,
        at,
        row.principal,
        "UserLoggedIn",
        15,
        "AzureActiveDirectory",
        {
            "ResultStatus": "Success",
            "ObjectId": "00000002-0000-0ff1-ce00-000000000000",
            "AzureActiveDirectoryEventType": 1,
            "ExtendedProperties": [
                {"Name": "ResultStatusDetail", "Value": "Redirect"},
                {"Name": "UserAgent", "Value": _AGENT},
                {"Name": "RequestType", "Value": "OAuth2:Authorize"},
            ],
            "ModifiedProperties": [],
            "Actor": [{"ID": guid("object", row.officer_id), "Type": 0}, {"ID": row.principal, "Type": 5}],
            "ActorContextId": guid("organisation"),
            "ActorIpAddress": "198.51.100.24",
            "InterSystemsId": guid("inter", slug),
            "IntraSystemId": guid("intra", slug),
            "SupportTicketId": "",
            "Target": [{"ID": "00000002-0000-0ff1-ce00-000000000000", "Type": 0}],
            "TargetContextId": guid("organisation"),
            "ApplicationId": "d3590ed6-52b3-4102-aeff-aad2292ab01c",
            "DeviceProperties": [{"Name": "OS", "Value": "Windows10"}, {"Name": "BrowserType", "Value": "Edge"}],
            "ErrorNumber": "0",
        },
    )


def file_deed(slug: str, at: datetime, row: Row, operation: str, where: tuple[str, str, str], label: str = "") -> Deed:
    """Return something done to a file in SharePoint (record type 6); ``where`` is site, folder and file name."""
    site, folder, name = where
    details: dict[str, object] = {
        "CorrelationId": guid("correlation", slug),
        "EventSource": "SharePoint",
        "ItemType": "File",
        "ListId": guid("list", site),
        "ListItemUniqueId": guid("item", site, folder, name),
        "Site": guid("site", site),
        "UserAgent": _AGENT,
        "WebId": guid("web", site),
        "HighPriorityMediaProcessing": False,
        "SourceFileExtension": name.rpartition(".")[2],
        "SiteUrl": f"{_HOST}/{site}/",
        "SourceFileName": name,
        "SourceRelativeUrl": folder,
        "ObjectId": f"{_HOST}/{site}/{folder}/{name}",
    }
    if label:
        details["SensitivityLabelId"] = label
    return Deed(slug, at, row.principal, operation, 6, "SharePoint", details)


def folder_read(slug: str, at: datetime, row: Row) -> Deed:
    """Return messages read in a mailbox (record type 50)."""
    items = [
        {
            "Id": f"RgAAAA{letters(24, slug, str(i))}AAAJ",
            "InternetMessageId": f"<{letters(16, slug, str(i))}@mail.invented.example>",
            "SizeInBytes": 20_000 + 512 * i,
        }
        for i in range(2)
    ]
    return Deed(
        slug,
        at,
        row.principal,
        "MailItemsAccessed",
        50,
        "Exchange",
        {
            "ResultStatus": "Succeeded",
            "AppId": "00000002-0000-0ff1-ce00-000000000000",
            "ClientInfoString": "Client=MSExchangeRPC",
            "MailboxOwnerUPN": row.principal,
            "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
            "OperationCount": len(items),
            "Folders": [{"FolderItems": items, "Id": f"LgAAAA{letters(24, slug)}AAAB", "Path": "\\Inbox"}],
        },
    )


def _told_by_plan() -> Iterator[Deed]:
    """Yield what the offenders opened before they sent it, as a file server sees it."""
    wragg, venkat = as_of("NM003", "2026-05-13"), as_of("NM005", "2026-06-03")
    larkspur, witness = "sites/operation-larkspur", "sites/witness-unit"
    timeline = (larkspur, "Shared Documents/Timeline", "Op Larkspur timeline.xlsx")
    yield file_deed("plan 1", local("2026-05-13 17:49"), wragg, "FileDownloaded", timeline)
    chart = (larkspur, "Shared Documents/Charts", "OFFICIAL-SENSITIVE Larkspur association chart.pdf")
    yield replace(file_deed("plan 2", local("2026-05-14 12:17"), wragg, "FileDownloaded", chart, LABEL_SENSITIVE), repeats=30)
    moves = (witness, "Shared Documents/Moves", "WITSEC-0093 relocation schedule.docx")
    yield replace(file_deed("plan 3", local("2026-06-03 16:04"), venkat, "FileAccessed", moves, LABEL_SENSITIVE), repeats=7)
    yield file_deed("plan 4", local("2026-06-03 16:08"), venkat, "FileDownloaded", moves, LABEL_SENSITIVE)


def _rules() -> Iterator[Deed]:
    """Yield mailbox rules: one deletes, one files away, one forwards within the force."""
    wanted = (
        ("NM013", "2026-04-29 09:05", (("From", "noreply@blueridge-vehicles.example"), ("DeleteMessage", "True"))),
        ("NM022", "2026-05-08 10:31", (("SubjectContainsWords", "rota"), ("MoveToFolder", "Rotas"))),
        ("NM026", "2026-05-22 16:44", (("ForwardTo", f"derek.swales@{OWN}"), ("SentTo", f"alastair.pemberwick@{OWN}"))),
    )
    for officer_id, at, parameters in wanted:
        row = as_of(officer_id, at[:10])
        pairs = (("AlwaysDeleteOutlookRulesBlob", "False"), ("Force", "False"), ("Name", "."), *parameters, ("StopProcessingRules", "True"))
        yield Deed(
            f"rule {officer_id}",
            local(at),
            row.principal,
            "New-InboxRule",
            1,
            "Exchange",
            {
                "ResultStatus": "True",
                "ObjectId": f"northmoorpolice.onmicrosoft.com/{guid('object', officer_id)}\\.",
                "AppId": "",
                "ClientAppId": "",
                "ExternalAccess": False,
                "OriginatingServer": "LO2P265MB4410 (15.20.7587.000)\r\n",
                "Parameters": [{"Name": name, "Value": value} for name, value in pairs],
                "SessionId": guid("session", officer_id, at),
            },
        )


def _delegates() -> Iterator[Deed]:
    """Yield what the executive assistant wrote as the Chief Superintendent: delegates are named by their own account."""
    assistant, chief = as_of("NM019", "2026-05-01"), as_of("NM001", "2026-05-01")
    written = (("2026-04-30 10:12", "SendAs"), ("2026-05-18 11:40", "SendOnBehalf"), ("2026-06-05 15:02", "SendAs"))
    for number, (at, operation) in enumerate(written):
        whom = {"SendAs": "SendAsUser", "SendOnBehalf": "SendOnBehalfOfUser"}[operation]
        yield Deed(
            f"delegate {number}",
            local(at),
            assistant.principal,
            operation,
            2,
            "Exchange",
            {
                "ResultStatus": "Succeeded",
                "AppId": "00000002-0000-0ff1-ce00-000000000000",
                "ClientInfoString": "Client=OWA;Action=ViaProxy",
                "ExternalAccess": False,
                "InternalLogonType": 0,
                "LogonType": 2,
                "LogonUserDisplayName": assistant.name,
                "MailboxGuid": guid("mailbox", chief.officer_id),
                "MailboxOwnerUPN": chief.principal,
                "OriginatingServer": "LO2P265MB4410 (15.20.7587.000)\r\n",
                "Item": {
                    "Id": f"RgAAAA{letters(24, 'delegate', str(number))}AAAJ",
                    "InternetMessageId": f"<{letters(16, 'delegate', str(number))}@LO2P265MB4410.GBRP265.PROD.OUTLOOK.example>",
                    "ParentFolder": {"Id": f"LgAAAA{letters(24, 'drafts')}AAAB", "Path": "\\Drafts"},
                    "SizeInBytes": 31_744,
                    "Subject": "Diary",
                },
                f"{whom}Smtp": chief.address,
                f"{whom}MailboxGuid": guid("mailbox", chief.officer_id),
            },
        )


def _policy_match(mail: Mail) -> Deed:
    """Return the one policy match (record type 13): data loss prevention saw the witness file go, and names its recipient too."""
    return Deed(
        "policy match",
        mail.at + timedelta(seconds=41),
        mail.principal,
        "DlpRuleMatch",
        13,
        "Exchange",
        {
            "UserKey": "DlpAgent",
            "UserType": 4,
            "ObjectId": mail.message_id,
            "IncidentId": guid("incident", mail.slug),
            "SensitiveInfoDetectionIsIncluded": False,
            "ExchangeMetaData": {
                "MessageID": mail.message_id,
                "From": mail.sender,
                "To": [recipient.address for recipient in mail.recipients],
                "CC": [],
                "BCC": [],
                "Subject": mail.subject,
                "Sent": mail.at.strftime("%Y-%m-%dT%H:%M:%S"),
                "RecipientCount": len(mail.recipients),
            },
            "PolicyDetails": [
                {
                    "PolicyId": guid("policy"),
                    "PolicyName": "Personal data leaving the force",
                    "Rules": [
                        {
                            "RuleId": guid("rule"),
                            "RuleName": "National Insurance numbers to outside",
                            "RuleMode": "AuditAndNotify",
                            "Severity": "High",
                            "Actions": ["GenerateAlert"],
                            "ConditionsMatched": {
                                "SensitiveInformation": [
                                    {
                                        "Confidence": 85,
                                        "Count": 3,
                                        "UniqueCount": 2,
                                        "Location": "WITSEC-0093 relocation schedule.docx",
                                        "SensitiveType": "16c07343-c26f-49d2-a987-3daf717e94cc",
                                        "SensitiveInformationTypeName": "U.K. National Insurance Number (NINO)",
                                    }
                                ]
                            },
                        }
                    ],
                }
            ],
        },
    )
