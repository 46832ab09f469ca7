"""Reads about sending one text to many: what each row says, what is wrong with it, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from clm.access.subjects import subject_type_of
from clm.jobs.models import Job, JobState
from contracts.engine.questionnaire import Field, check
from contracts.models import BulkRow, BulkSend, Matrix
from contracts.queries.our_mailboxes import is_ours, our_mailboxes
from contracts.queries.templates import questions_of
from contracts.states import MatrixState

ANSWER = "answer:"
NOT_MAPPED = ("array",)
# What columns of such lists are called, beside the names and labels of what they hold.
HEADS = {
    "name": ("signer", "signer name", "signatory", "signatory name", "contact", "contact name", "full name", "person"),
    "email": ("e-mail", "e-mail address", "mail", "signer email", "contact email"),
    "counterparty": (
        "company", "company name", "legal name", "party", "organisation", "organization", "entity", "vendor",
        "supplier", "customer", "client",
    ),
    "title": ("contract", "contract title", "contract name", "subject"),
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Something that a column may hold."""

    key: str
    label: str
    is_required: bool


@dataclass(frozen=True)
class RowFacts:
    """What a row says."""

    name: str
    email: str
    counterparty: str
    title: str
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class Finding:
    """What a dry run finds about a row; nothing where it can be sent, as far as its own words go."""

    row: BulkRow
    facts: RowFacts
    problems: tuple[str, ...]


def bulk_rows() -> QuerySet[Any]:
    """Bulk sends with how many rows they have, how many were sent and refused."""
    rows = BulkSend.objects.select_related("template_version__template", "version__contract", "our_party", "created_by")
    sent, refused = Q(rows__sent_at__isnull=False), Q(rows__sent_at=None) & ~Q(rows__problem="")
    return rows.annotate(total=Count("rows"), sent=Count("rows", filter=sent), refused=Count("rows", filter=refused))


def targets_of(bulk: BulkSend) -> list[Target]:
    """What the columns may be mapped to: who signs, for whom, and each question of the template."""
    found = [
        Target("name", _("Name of who signs"), is_required=True),
        Target("email", _("E-mail address of who signs"), is_required=True),
        Target("counterparty", _("Legal name of the counterparty"), is_required=True),
        Target("title", _("Title of the contract"), is_required=False),
    ]
    for field in asked(bulk):
        must = field.required and field.condition is None and field.default in (None, "")
        found.append(Target(f"{ANSWER}{field.name}", field.label, must))
    return found


def asked(bulk: BulkSend) -> list[Field]:
    """The questions that a cell can answer."""
    return [field for field in _questions(bulk) if field.type not in NOT_MAPPED]


def _questions(bulk: BulkSend) -> tuple[Field, ...]:
    """Those of its template, read once for all rows."""
    kept: tuple[Field, ...] | None = bulk.__dict__.get("_questions")
    if kept is None:
        kept = questions_of(bulk.template_version) if bulk.template_version else ()
        bulk.__dict__["_questions"] = kept
    return kept


def guessed_mapping(bulk: BulkSend) -> dict[str, str]:
    """Columns that are named like what they hold. One that is named exactly so is not taken for something else."""
    by_name = {_plain(column): column for column in bulk.columns}
    targets = targets_of(bulk)
    found = {
        target.key: columns[0]
        for target in targets
        if (columns := _named(by_name, (target.key.removeprefix(ANSWER), target.label)))
    }
    for target in targets:
        others = [column for column in _named(by_name, HEADS.get(target.key, ())) if column not in found.values()]
        if others:
            found.setdefault(target.key, others[0])
    return found


def _named(by_name: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [by_name[_plain(name)] for name in names if _plain(name) in by_name]


def _plain(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalnum())


def facts_of(bulk: BulkSend, row: BulkRow) -> RowFacts:
    """A row as the mapping reads it; an empty cell leaves the question to its default."""

    def cell(key: str) -> str:
        return str(row.data.get(bulk.mapping.get(key, ""), ""))

    answers = {field.name: cell(f"{ANSWER}{field.name}") for field in asked(bulk) if cell(f"{ANSWER}{field.name}")}
    counterparty = cell("counterparty")
    title = cell("title") or f"{bulk.title}: {counterparty}"
    return RowFacts(cell("name"), cell("email"), counterparty, title[:250], answers)


def answers_of(bulk: BulkSend, facts: RowFacts) -> dict[str, Any]:
    """The answers that make the row's text: its own, else the defaults of the questions."""
    defaults = {field.name: field.default for field in _questions(bulk) if field.default is not None}
    return {**defaults, **facts.answers}


def dry_run(bulk: BulkSend, rows: Iterable[BulkRow]) -> list[Finding]:
    """Row by row what would be refused for its own words; who stands in the list twice is named."""
    seen: dict[tuple[str, str], int] = {}
    found, ours = [], our_mailboxes()
    for row in rows:
        facts = facts_of(bulk, row)
        problems = [*_missing(facts), *_unfit(bulk, facts)]
        if is_ours(facts.email, ours):
            problems.append(_("“%(email)s” is of our own house: nobody there signs for them.") % {"email": facts.email})
        key = (facts.email.lower(), facts.counterparty.lower())
        if all(key) and key in seen:
            problems.append(_("The same person and counterparty stand in row %(row)s.") % {"row": seen[key]})
        seen.setdefault(key, row.number)
        found.append(Finding(row, facts, tuple(problems)))
    return found


def _missing(facts: RowFacts) -> list[str]:
    wanted = (
        (facts.name, _("The name of who signs is missing.")),
        (facts.counterparty, _("No counterparty is named.")),
    )
    return [said for value, said in wanted if not value.strip()]


def _unfit(bulk: BulkSend, facts: RowFacts) -> list[str]:
    problems = []
    try:
        validate_email(facts.email)
    except ValidationError:
        problems.append(_("“%(email)s” is no e-mail address.") % {"email": facts.email[:120]})
    if facts.email.lower() == bulk.signer_email.lower() != "":
        problems.append(_("Who signs for us signs for them too."))
    if len(facts.name) > 200 or len(facts.counterparty) > 200:
        problems.append(_("A name has at most 200 characters."))
    if bulk.template_version is not None:
        questions = _questions(bulk)
        labels = {field.name: field.label for field in questions}
        _values, wrong = check(questions, answers_of(bulk, facts))
        problems += [f"{labels.get(name.split('.')[0], name)}: {' '.join(said)}" for name, said in wrong.items()]
    return problems


def warnings_for(bulk: BulkSend) -> list[str]:
    """What every row will meet."""
    found = []
    if Matrix.objects.filter(state=MatrixState.ACTIVE).exists():
        found.append(
            _("Texts are approved here before they are signed: a row is refused until its own contract is approved.")
        )
    if not bulk.signer_email and not bulk.unilateral_reason.strip():
        found.append(_("Nobody signs for us: name somebody, or say why not every party signs."))
    return found


def live_job(bulk: BulkSend) -> Job | None:
    """The job that sends it now."""
    return _jobs(bulk).filter(state__in=(JobState.QUEUED, JobState.RUNNING)).first()


def last_job(bulk: BulkSend) -> Job | None:
    return _jobs(bulk).first()


def _jobs(bulk: BulkSend) -> QuerySet[Job]:
    return Job.objects.filter(subject_type=subject_type_of(bulk), subject_id=bulk.pk).order_by("-id")


RESULT_COLUMNS = ("row", "state", "contract", "envelope", "sent_at", "code", "reason")


def result_lines(bulk: BulkSend, rows: Sequence[BulkRow], seen: set[Any]) -> Iterable[list[Any]]:
    """A line for each row with what came of it, and its own cells behind; contracts that are not seen are not named."""
    for row in rows:
        is_seen = row.contract_id in seen
        reference = row.contract.reference if row.contract is not None and is_seen else ""
        envelope = row.envelope_id if is_seen else ""
        said = [row.number, state_of(row), reference, envelope, row.sent_at, row.code, row.problem]
        yield [*said, *(row.data.get(column, "") for column in bulk.columns)]


def state_of(row: BulkRow) -> str:
    if row.sent_at is not None:
        return "sent"
    return "refused" if row.problem else "waiting"
