from obligations.models.deadline import Deadline
from obligations.models.obligation import Obligation, Occurrence

__all__ = ["Deadline", "Obligation", "Occurrence"]
