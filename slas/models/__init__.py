from slas.models.alert import Alert, AlertKind
from slas.models.breach import Breach, EvidenceBundle, ServiceReport
from slas.models.commitment import Commitment, CreditTier, Exclusion
from slas.models.evaluation import Evaluation, EvaluationWindow
from slas.models.rollup import Rollup, RollupSize, StaleHour
from slas.models.target import TargetRule
from slas.models.telemetry import Indicator, Outage, Sample, Service, TelemetryBatch

__all__ = [
    "Alert", "AlertKind", "Breach", "Commitment", "CreditTier", "Evaluation", "EvaluationWindow", "EvidenceBundle",
    "Exclusion", "Indicator", "Outage", "Rollup", "RollupSize", "Sample", "Service", "ServiceReport", "StaleHour",
    "TargetRule",
    "TelemetryBatch",
]  # fmt: skip
