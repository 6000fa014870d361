"""Every detector that custodiet knows, by id: a literal table that a person can read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from detectors.behaviours.access_then_send import AccessThenSend
from detectors.behaviours.again_after_training import AgainAfterTraining
from detectors.behaviours.auto_forward import AutoForward
from detectors.behaviours.bulk_access import BulkAccess
from detectors.behaviours.inbound_from_own import InboundFromOwn
from detectors.behaviours.known_document import KnownDocument
from detectors.behaviours.leaver import Leaver
from detectors.behaviours.repeated_personal_email import RepeatedPersonalEmail
from detectors.behaviours.sensitive_to_personal import SensitiveToPersonal
from detectors.behaviours.shared_address import SharedAddress
from detectors.behaviours.slow_drip import SlowDrip
from detectors.contract import Detector

AnyDetector: TypeAlias = Detector[Any]

DETECTORS: Mapping[str, type[AnyDetector]] = MappingProxyType(
    {
        "repeated-personal-email": RepeatedPersonalEmail,
        "sensitive-to-personal": SensitiveToPersonal,
        "access-then-send": AccessThenSend,
        "slow-drip": SlowDrip,
        "bulk-access": BulkAccess,
        "auto-forward": AutoForward,
        "inbound-from-own": InboundFromOwn,
        "shared-address": SharedAddress,
        "known-document": KnownDocument,
        "leaver": Leaver,
        "again-after-training": AgainAfterTraining,
    }
)
