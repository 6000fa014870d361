"""A detect worker whose second behaviour has a bug that one subject brings out. Arguments are those of ``custodiet``."""

from detectors.behaviours.sensitive_to_personal import SensitiveToPersonal
from detectors.contract import Evidence, Key
from schemas.records import Activity
from streams.cli.main import main

BOOM = "bring out the bug"
_select = SensitiveToPersonal.select


def raising(self: SensitiveToPersonal, activity: Activity, key: Key) -> Evidence | None:
    """Select as ever, but for one subject."""
    if activity.subject == BOOM:
        raise ZeroDivisionError(BOOM)
    return _select(self, activity, key)


if __name__ == "__main__":
    SensitiveToPersonal.select = raising  # type: ignore[method-assign] # the bug
    main()
