"""The terms deals are made of, after DDEX's CommercialModelType and UseType."""

from __future__ import annotations

from enum import StrEnum


class CommercialModel(StrEnum):
    SUBSCRIPTION = "subscription"
    ADVERTISEMENT_SUPPORTED = "advertisement_supported"
    OWN_MUSIC = "own_music"
    """The operator's own collection: every account may play it."""


class UseType(StrEnum):
    ON_DEMAND_STREAM = "on_demand_stream"
    NON_INTERACTIVE_STREAM = "non_interactive_stream"
    CONDITIONAL_DOWNLOAD = "conditional_download"
