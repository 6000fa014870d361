"""What counts as told."""

import pytest

from streams.sources.cells.fields import as_text


@pytest.mark.parametrize(
    "written",
    [
        *("[REDACTED_ID]", "[REDACTED-MESSAGE-ID]", "{[REDACTED_ID]}", "[Redacted: name of a witness]", "<removed>", "(withheld)"),
        *("REDACTED", "REDACTED_TOKEN", "***", "█████", "00000000-0000-0000-0000-000000000000", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        *("", "  ", [], {}),
    ],
)
def test_what_was_taken_out_is_not_told(written: object) -> None:
    """One marker in the place of thousands of ids would make one record of them."""
    assert as_text(written) is None


@pytest.mark.parametrize(
    "written",
    [
        *("Redacted", "RE: REDACTED", "[redacted].docx", "(Redacted) plan", "*** URGENT ***", "[SMTP:a@b.example]", "<a@b.example>", "<>"),
        *("removed", "xxxx", "0", "[external] minutes", "i:0i.t|[REDACTED_ID]|app@sharepoint", "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_what_looks_like_it_stays(written: str) -> None:
    """Subjects and names may speak of redaction."""
    assert as_text(f" {written} ") == written
