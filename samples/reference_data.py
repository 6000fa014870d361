"""The force's reference data: document classes, exceptions and address lists."""

CLASS_COLUMNS = ("class_id", "kind", "pattern", "marking", "categories", "protected_person", "valid_from", "valid_to")
EXCEPTION_COLUMNS = ("exception_id", "officer_id", "address", "highest_marking", "purpose", "authorised_by", "starts", "ends", "limit")

LABEL_SENSITIVE = "5f3b1a52-0c7e-4b67-9d1e-2a6f4c8e1b01"
LABEL_SECRET = "5f3b1a52-0c7e-4b67-9d1e-2a6f4c8e1b02"  # noqa: S105 - the name of a label
LABEL_OFFICIAL = "5f3b1a52-0c7e-4b67-9d1e-2a6f4c8e1b03"

_OS = "OFFICIAL-SENSITIVE"
_SINCE = "2024-01-01"

CLASSES: tuple[tuple[str, ...], ...] = (
    ("DC01", "label", LABEL_OFFICIAL, "OFFICIAL", "", "false", _SINCE, ""),
    ("DC02", "label", LABEL_SENSITIVE, _OS, "", "false", _SINCE, ""),
    ("DC03", "label", LABEL_SECRET, "SECRET", "", "false", _SINCE, ""),
    ("DC04", "label", "Northmoor Secret", "SECRET", "", "false", _SINCE, ""),
    ("DC05", "name", "*WITSEC-????*", _OS, "witness protection", "true", _SINCE, ""),
    ("DC06", "name", "*OPPLAN*", _OS, "operational plan", "false", _SINCE, ""),
    ("DC07", "name", "custody roster", "", "custody", "false", _SINCE, ""),
    ("DC08", "name", "*OCG nominal*", _OS, "organised-crime intelligence", "false", _SINCE, ""),
    ("DC09", "path", "*/sites/operation-larkspur/*", "", "investigation", "false", "2025-06-01", ""),
    ("DC10", "path", "*/sites/witness-unit/*", "SECRET", "witness protection", "true", _SINCE, ""),
    ("DC11", "path", "*/sites/intelligence/*", _OS, "organised-crime intelligence", "false", _SINCE, ""),
    ("DC12", "site", "https://northmoorpolice.sharepoint.example/sites/custody", "", "custody", "false", _SINCE, ""),
    ("DC13", "hash", "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab", _OS, "investigation", "false", _SINCE, ""),
    ("DC14", "dlp", "U.K. National Insurance Number (NINO)", "", "personal data", "false", _SINCE, ""),
    ("DC15", "name", "*Op Foxglove*", "", "investigation", "false", "2022-01-01", "2024-12-31"),
)

SOLICITOR = "hollis.kane.law.demo@gmail.com"
VENUE = "kestrel.fair.office.demo@gmail.com"
INTERPRETER = "interpreter.booking.demo@btinternet.com"
COOMBES_HOME = "bethan.coombes@villagemail.example"

EXCEPTIONS: tuple[tuple[str, ...], ...] = (
    ("EX-001", "NM011", SOLICITOR, _OS, "Duty solicitor without a secure mailbox", "NM001", "2026-04-01", "2026-09-30", "20"),
    ("EX-002", "NM007", VENUE, "OFFICIAL", "Safety notes for the fair's organiser", "NM001", "2026-04-01", "2026-07-01", "3"),
    ("EX-003", "NM004", COOMBES_HOME, "OFFICIAL", "Jury service, work from home", "NM021", "2026-01-12", "2026-03-31", "10"),
    ("EX-004", "NM005", INTERPRETER, "SECRET", "Court interpreter", "NM022", "2026-04-01", "2026-12-31", "12"),
)

FEDERATION = "enquiries@northmoor.polfed.example"

ADDRESS_LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "own": (
        ("northmoor.police.example", "the force's first domain"),
        ("sub.northmoor.police.example", "special constabulary and volunteers"),
        ("northmoorpolice.onmicrosoft.com", "the tenant's own name"),
    ),
    "partner": (
        ("southmere.police.example", "the neighbouring force"),
        ("eastvale.police.example", "regional organised crime unit"),
        ("prosecution.example", "prosecution service"),
        ("northmoor-council.example", "safeguarding partnership"),
    ),
    "protected": (
        ("northmoor.polfed.example", "staff federation"),
        ("union-northmoor.example", "staff union"),
        ("speakup.northmoor-oh.example", "occupational health and whistle-blowing line"),
    ),
    "personal": (("villagemail.example", "a local provider that many residents use"),),
    "exclude": (("bt.com", "the supplier, not its customers"),),
}
