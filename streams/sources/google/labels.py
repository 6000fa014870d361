"""The labels of Drive and Gmail that an entry names for the document or mail it is about (``resourceDetails``).

A label such as *Sensitivity* has fields; what somebody chose in them is what classifies. The badge, of which an organisation has one, is
its classification and comes first.
"""

from collections.abc import Iterator

from streams.sources.cells.fields import Fields, as_list, as_object
from streams.sources.google.record import texts


def applied_labels(entry: Fields) -> tuple[str, ...]:
    """Return what was chosen in the labels on the entry's resource, each once; of a label in which nothing can be chosen its title."""
    found: list[tuple[bool, str]] = []
    for resource in entry.objects("resourceDetails"):
        for label in resource.objects("appliedLabels"):
            values = [value for field in label.objects("fieldValues") for value in _values(field)]
            found += values or [(False, title) for title in texts(label.raw("title"))]
    return tuple(dict.fromkeys(text for _, text in sorted(found, key=lambda value: not value[0])))


def _values(field: Fields) -> Iterator[tuple[bool, str]]:
    """Yield what was chosen in a field, with whether it is the badge. What somebody wrote freely classifies nothing."""
    for chosen in (field.object("selectionValue"), *_listed(field)):
        for name in texts(chosen.raw("displayName")):
            yield str(chosen.raw("badged")).lower() == "true", name


def _listed(field: Fields) -> Iterator[Fields]:
    """Yield the values of a list: the API has them under ``values``, BigQuery as they are."""
    held = field.raw("selectionListValue")
    items = Fields(inner).raw("values") if (inner := as_object(held)) is not None else held
    for item in as_list(items):
        chosen = as_object(item)
        if chosen is not None:
            yield Fields(chosen)
