"""The file's own shape. What stands under a detector's id is that detector's to check."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from detectors.calendar import zone_named
from detectors.durations import Duration
from streams.enrichment.address_file import wrong_pattern

_DOMAIN: Final = re.compile(r"(?!-)[^\s@/:*.]+(\.[^\s@/:*.]+)+\.?")


def _domain(written: str) -> str:
    if _DOMAIN.fullmatch(written) is None:
        raise ValueError(f"{written!r} is no domain; write one such as northmoor.police.example, its subdomains are meant too")
    if wrong := wrong_pattern("own", written):
        raise ValueError(f"{written!r}: {wrong}")
    return written


Domains = tuple[Annotated[str, AfterValidator(_domain)], ...]
"""Held to what addresses.yaml holds them to."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ForceSection(_Section):
    """What is true of the force as a whole. Its domains are laid beside those of the reference data."""

    timezone: str = "Europe/London"
    own_domains: Domains = ()
    partner_domains: Domains = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        zone_named(name)
        return name


class Document(_Section):
    """The whole file."""

    force: ForceSection = ForceSection()
    allowed_lateness: Duration = timedelta(days=14)
    join_horizon: Duration = timedelta(days=7)
    detectors: dict[str, dict[str, Any]] = Field(default_factory=dict)
    points: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @field_validator("join_horizon")
    @classmethod
    def _a_day_at_least(cls, horizon: timedelta) -> timedelta:
        if horizon < timedelta(hours=24):
            raise ValueError("at least 24h: facts of one mail may lie that far apart")
        return horizon
