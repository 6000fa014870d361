"""Samba's vfs_full_audit: syslog lines ``smbd_audit: PREFIX|OPERATION|RESULT|ARGUMENTS``, as text, from the journal, or in Samba's own log.

The prefix is what smb.conf says (``full_audit:prefix``). Arguments follow the module's source: a mode before the path of an open, four
fields for create_file, two paths for a rename.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.identity import fingerprint
from schemas.records import FileAction, FileEvent, Millis
from streams.errors import SourceError, UsageError
from streams.sources.cells.fields import Fields
from streams.sources.cells.paths import is_furniture, last_part
from streams.sources.logs.shipped import Shipped, shipped
from streams.sources.outcome import Discard, Parse, Parsed, Row
from streams.sources.samba.lines import ZONE, SyslogLine, read_line, stamp_instant
from streams.sources.samba.prefix import PREFIXES, account, matched
from streams.sources.shapes.json_text import decode_text
from streams.sources.shapes.line_rows import LINE
from streams.sources.windows.access_rights import action_of, mask_of

FEED = "samba-audit"
_TAGS = {"smbd_audit", "do_log"}
_OPENS = {"open", "openat"}
_READS = {"pread", "pread_send", "pread_recv", "read", "aio_read", "sendfile", "offload_read_send"}
_WRITES = {"pwrite", "pwrite_send", "pwrite_recv", "write", "aio_write", "recvfile", "ftruncate", "fallocate", "offload_write_send"}
_RENAMES = {"rename", "renameat"}
_DELETES = {"unlink", "unlinkat"}
_FOLDERS = {"opendir", "fdopendir", "readdir", "closedir", "mkdir", "mkdirat", "rmdir", "chdir", "connect", "disconnect", "rewinddir"}
_NOBODY = {"", "nobody", "root", "guest", "system", "-"}
_STREAM = re.compile(r"[^/:]:[^/:]+(?::\$\w+)?\Z")


def parse(row: Row) -> Parsed:
    """Return what was done to the file; stamps without a year cannot be read (see ``parser``). Raises SourceError."""
    return _parse(row, PREFIXES, ZONE, None)


def parser(prefixes: tuple[str, ...] = PREFIXES, zone: ZoneInfo = ZONE, until: Millis | None = None) -> Parse:
    """Return the parser for logs with such a prefix, stamps in ``zone``, written until ``until``."""
    return lambda row: _parse(row, prefixes, zone, until)


def parse_for(path: Path) -> Parse:
    """Return the parser for a file: its own time is the latest that its stamps can mean."""
    return parser(until=path.stat().st_mtime_ns // 1_000_000)


def configured(options: Mapping[str, str]) -> Callable[[Path], Parse]:
    """Return what ``parse_for`` is under ``prefix=…,zone=…,until=YYYY-MM-DD``. Raises UsageError."""
    unknown = sorted(options.keys() - {"prefix", "zone", "until"})
    if unknown:
        raise UsageError(f"samba-audit knows no option {unknown[0]!r}; its options are prefix, zone and until")
    prefixes = (options["prefix"],) if "prefix" in options else PREFIXES
    if "%u" not in prefixes[0] and "%U" not in prefixes[0]:
        raise UsageError(f"the prefix {prefixes[0]!r} names no user (%u); nobody could be told from it")
    try:
        zone = ZoneInfo(options["zone"]) if "zone" in options else ZONE
        until = _day_after(options["until"]) if "until" in options else None
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"samba-audit: {error}; a zone is written Europe/London and until 2024-03-31") from error
    return lambda path: parser(prefixes, zone, path.stat().st_mtime_ns // 1_000_000 if until is None else until)


def fits(row: Row) -> bool:
    """Whether the row looks like a line of the audit."""
    line = row.get(LINE)
    if isinstance(line, str):
        return "smbd_audit" in line or ("full_audit" in line and line.startswith("["))
    if "MESSAGE" in row:
        return str(row.get("SYSLOG_IDENTIFIER", "")).startswith("smbd_audit")
    try:
        record = shipped(row)
    except SourceError:
        return False
    return record.program.startswith("smbd_audit") or " smbd_audit" in record.text


def _parse(row: Row, prefixes: tuple[str, ...], zone: ZoneInfo, until: Millis | None) -> Parsed:
    journal = row.get("__REALTIME_TIMESTAMP")
    record = shipped(row) if journal is None and LINE not in row else None
    line = _journal_line(Fields(row)) if journal is not None else _text_line(row) if record is None else _shipped_line(record)
    if not line.tag.startswith(tuple(_TAGS)):
        return Discard("not-watched")
    match = matched(line.text.rstrip("\r\n"), prefixes)
    if match is None:
        told = "write samba-audit[prefix=%u|%I|%S]:PATH with what smb.conf says"
        raise SourceError("bad-line", f"the prefix is none of {', '.join(prefixes)}: {line.text[:80]!r}; {told}")
    done = _discarded(match) or _done(match["operation"], match["arguments"] or "")
    if isinstance(done, Discard):
        return done
    action, path = done
    if path in ("", ".", "/") or path.endswith("/"):
        return Discard("not-a-file")
    if _STREAM.search(path) or is_furniture(last_part(path)):
        return Discard("no-content")
    if journal is not None:
        occurred_at = _journal_instant(journal)
    else:
        occurred_at = (
            record.at if record is not None and record.at is not None and not line.stamp else stamp_instant(line.stamp, zone, until)
        )
    whole = _whole(path, match, line.host)
    return [
        FileEvent(
            feed=FEED,
            record_id=f"content:{fingerprint(line.host or '', str(occurred_at), line.text)}",
            occurred_at=occurred_at,
            account=account(match),
            path=whole,
            name=last_part(whole),
            action=action,
        )
    ]


def _discarded(match: re.Match[str]) -> Discard | None:
    """Return why the line means nothing, whatever its arguments are."""
    if match["result"] != "ok":
        return Discard("failed")
    if match["operation"] in _FOLDERS:
        return Discard("not-a-file")
    user = account(match)
    return Discard("system-account") if user.lower().rpartition("\\")[2] in _NOBODY or user.endswith("$") else None


def _text_line(row: Row) -> SyslogLine:
    text = row.get(LINE)
    if not isinstance(text, str):
        raise SourceError("missing-field", "no line")
    line = read_line(text)
    if line is None:
        raise SourceError("bad-line", f"no syslog header: {text[:80]!r}")
    return line


def _shipped_line(record: Shipped) -> SyslogLine:
    """Return the line that a shipper wraps, or the one that its parts make; ``stamp`` is then empty."""
    line = read_line(record.text)
    if line is not None and line.tag.startswith(tuple(_TAGS)):
        return line
    if record.at is None:
        raise SourceError("no-instant", "the record says no instant")
    return SyslogLine("", record.host or None, record.program, record.text)


def _journal_line(fields: Fields) -> SyslogLine:
    message = fields.raw("MESSAGE")
    if isinstance(message, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in message):
        text = decode_text(bytes(message))  # the journal writes what is not UTF-8 as a list of bytes
    else:
        text = fields.needed("MESSAGE")
    return SyslogLine("", fields.text("_HOSTNAME"), fields.text("SYSLOG_IDENTIFIER") or "", text)


def _journal_instant(micros: object) -> Millis:
    if not isinstance(micros, str | int) or isinstance(micros, bool) or not re.fullmatch(r"\d{14,16}", str(micros)):
        raise SourceError("bad-instant", "__REALTIME_TIMESTAMP must be microseconds")
    seconds, rest = divmod(int(micros), 1_000_000)
    return seconds * 1000 + rest // 1000


def _done(operation: str, arguments: str) -> tuple[FileAction, str] | Discard:
    """Return what was done and to which path. A path may hold ``|``: it is what is left when the fields before it are cut off."""
    if operation in _OPENS:
        mode, _, path = arguments.partition("|")
        return ("modify" if mode == "w" else "open", path) if path else _no_path(operation)
    if operation == "create_file":
        return _created(arguments)
    if operation in _RENAMES:
        return "modify", _renamed(arguments)
    for operations, action in ((_READS, "open"), (_WRITES, "modify"), (_DELETES, "delete")):
        if operation in operations:
            return (action, arguments) if arguments else _no_path(operation)  # type: ignore[return-value]  # mypy widens the literal
    return Discard("not-watched")


def _created(arguments: str) -> tuple[FileAction, str] | Discard:
    """Read ``0x120089|file|open|path``."""
    mask, *others = arguments.split("|", 3)
    rights = mask_of(mask)
    if rights is None or len(others) < 3:
        return _no_path("create_file")
    if others[0] != "file":
        return Discard("not-a-file")
    action = action_of(rights)
    return Discard("no-content") if action is None else (action, others[2])


def _renamed(arguments: str) -> str:
    """Return the old path of ``old|new``; where names hold ``|`` too, the cut is at the new path's root, else in the middle."""
    parts = arguments.split("|")
    if len(parts) < 2:
        raise SourceError("bad-line", "a rename names two paths")
    if arguments.startswith("/") and (root := arguments.find("|/")) > 0:
        return arguments[:root]
    return "|".join(parts[: max(1, len(parts) // 2)])


def _no_path(operation: str) -> Discard:
    raise SourceError("bad-line", f"{operation} names no path")


def _whole(path: str, match: re.Match[str], host: str | None) -> str:
    """Return an absolute path as it is, and one within a share as ``//host/share/path`` as far as both are told."""
    share = (match.groupdict().get("share") or "").strip()
    if path.startswith("/") or not share:
        return path
    bare = path.removeprefix("./")
    return f"//{host}/{share}/{bare}" if host is not None else f"{share}/{bare}"


def _day_after(text: str) -> Millis:
    return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000) + 24 * 3600 * 1000
