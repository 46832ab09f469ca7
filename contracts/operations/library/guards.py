"""What the verbs of the clause library share: what a ladder and the facts of a clause must be, and who hears of what
waits for a second person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clm.accounts.models import Membership
from clm.audit.models import LedgerEntry
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, Invalid
from clm.notify.models import Notification
from clm.notify.tell import people_with_roles, settle, settle_about, tell
from contracts.access.library import APPROVERS
from contracts.engine.decisive import is_void_heading
from contracts.library_categories import ClauseCategory
from contracts.models import Draft, LibraryClause, LibraryClauseVersion
from contracts.models.contract import Category
from contracts.models.library import Risk
from contracts.operations.guards import changed_meanwhile
from contracts.queries.clause_library import waiting_clauses
from contracts.queries.writers import worded_by, written_by
from contracts.states import NOT_SIGNED, LibraryState, LibraryVersionState, Side

FACTS = ("title", "category", "risk", "owner_id", "guidance", "mandatory_for", "attribution")
KINDS = ("preferred", "fallback", "unacceptable")
MAX_POSITIONS = 20
MAX_TEXT = 40_000  # characters of one position
# Kinds of notices: a clause waits for approval, or many that came by one import.
WAITS = "library.waits"
IMPORT_WAITS = "library.import_waits"


def ladder_of(positions: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The positions in order: the preferred one, fallbacks, what is unacceptable. Raises Invalid `ladder_wrong`."""
    found = [
        {"kind": str(each.get("kind", "")), "text": _text(each, "text"), "why": _text(each, "why")}
        for each in positions
    ]
    for message in _faults(found):
        raise Invalid("ladder_wrong", message, fields={"positions": [message]})
    return sorted(found, key=lambda each: KINDS.index(each["kind"]))


def _text(given: Mapping[str, Any], name: str) -> str:
    return str(given.get(name) or "").replace("\r\n", "\n").strip()


def _faults(ladder: list[dict[str, str]]) -> list[str]:
    kinds = [each["kind"] for each in ladder]
    texts = [each["text"] for each in ladder]
    checks = (
        (not set(kinds) <= set(KINDS), _("A position is preferred, fallback or unacceptable.")),
        (kinds.count("preferred") != 1, _("A ladder has one preferred position.")),
        (len(ladder) > MAX_POSITIONS, _("A ladder has at most %(most)s positions.") % {"most": MAX_POSITIONS}),
        (not all(texts), _("Each position has a text.")),
        (max(map(len, texts), default=0) > MAX_TEXT, _("A position is too long.")),
        (len(set(texts)) < len(texts), _("Two positions have the same text.")),
        (
            any(each["kind"] == "unacceptable" and not each["why"] for each in ladder),
            _("Say why an unacceptable position is unacceptable."),
        ),
    )
    return [message for is_wrong, message in checks if is_wrong]


def check_facts(facts: Mapping[str, Any], clause_id: UUID | None = None) -> None:
    """Raises Invalid beside the field that is wrong, DomainError `title_taken`."""
    if "title" in facts:
        _check_title(str(facts["title"]), clause_id)
    for name, allowed in (("category", ClauseCategory.values), ("risk", Risk.values)):
        if name in facts and facts[name] not in allowed:
            _refuse(f"{name}_unknown", name, _("There is no such choice."))
    if not set(facts.get("mandatory_for", ())) <= set(Category.values):
        _refuse("type_unknown", "mandatory_for", _("There is no such type of contract."))
    if "owner_id" in facts and not Membership.objects.filter(user_id=facts["owner_id"], removed_at=None).exists():
        _refuse("owner_unknown", "owner_id", _("The owner is not a member."))


def _check_title(title: str, clause_id: UUID | None) -> None:
    if not title or len(title) > 200:
        _refuse("title_wrong", "title", _("A title has 1 to 200 characters."))
    alike = LibraryClause.objects.filter(title__iexact=title)
    if (alike if clause_id is None else alike.exclude(pk=clause_id)).exists():
        message = _("The library has a clause of this title.")
        raise DomainError("title_taken", message, fields={"title": [message]})


def check_title_stands(clause: LibraryClause, title: str) -> None:
    """A heading of the library's own title turns nothing, so a clause in use is not renamed to "Intentionally omitted":
    titles wait for nobody. Raises Invalid `title_void`."""
    if clause.state == LibraryState.APPROVED and is_void_heading(title) and not is_void_heading(clause.title):
        _refuse("title_void", "title", _("This title says that the clause does not count."))


def _refuse(code: str, field: str, message: str) -> None:
    raise Invalid(code, message, fields={field: [message]})


def position_in_use(library_version_id: UUID, position: str) -> LibraryClauseVersion:
    """The approved version with the position. Raises Invalid `position_unknown`, DomainError `position_not_approved`,
    `clause_retired`."""
    wanted = LibraryClauseVersion.objects.select_related("clause").filter(pk=library_version_id).first()
    if wanted is None or position not in dict(wanted.keyed):
        message = _("The library has no such position.")
        raise Invalid("position_unknown", message, fields={"position": [message]})
    if wanted.state != LibraryVersionState.APPROVED:
        raise DomainError("position_not_approved", _("This version of the library clause is not approved."))
    if wanted.clause.state == LibraryState.RETIRED:
        raise DomainError("clause_retired", _("This clause is retired."))
    return wanted


def newest_change(clause: LibraryClause) -> LedgerEntry | None:
    """The newest entry about the clause's facts, state or positions: a draft changes without becoming another version,
    so its number does not tell what was read."""
    rows = LedgerEntry.objects.filter(subject_type="contracts.libraryclause", subject_id=clause.pk)
    return rows.filter(event__startswith="library_clause.").order_by("id").last()


def check_seen(clause: LibraryClause, seen: UUID | None) -> None:
    """Raises DomainError `changed_meanwhile` where there is a newer change than the one that was seen."""
    newest = newest_change(clause)
    if seen is not None and newest is not None and newest.pk != seen:
        message = _("Somebody changed this clause meanwhile: nothing was done to it.")
        raise changed_meanwhile(clause, message, newest.pk, newest)


def check_not_superseded(wanted: LibraryClauseVersion, held: UUID | None) -> None:
    """A clause stays with the version that it has (`held`), though the library has a newer one; nothing new is tied to
    an older version, whose words may ask for less. Raises DomainError `position_superseded`."""
    newer = LibraryClauseVersion.objects.filter(clause=wanted.clause_id, state=LibraryVersionState.APPROVED)
    if wanted.pk != held and newer.filter(number__gt=wanted.number).exists():
        raise DomainError("position_superseded", _("The library has a newer version of this clause: take that one."))


def check_second(actor: Actor, clause: LibraryClause) -> None:
    """Nobody approves what they said themselves. Raises DomainError `own_words`."""
    if actor.person_id in worded_by(clause):
        message = _("You wrote what waits here: somebody else of legal, or an approver, approves it.")
        raise DomainError("own_words", message)


def check_not_own(actor: Actor, clause: LibraryClause, types: Collection[str]) -> None:
    """Who wrote for a contract that is not signed and must have the clause does not free contracts of these types of
    it, whatever became of the draft: somebody else does. Raises DomainError `own_draft`."""
    found = written_where_it_counts(actor.person_id, clause, types)
    if found is not None:
        message = _("You wrote in a contract that must have this clause (%(contract)s): somebody else approves this.")
        raise DomainError("own_draft", message % {"contract": found.contract.reference})


def types_taken_off(clause: LibraryClause) -> set[str]:
    """Those in which the clause is mandatory, and would not be any more once what waits is approved."""
    return set(clause.mandatory_for) - set(clause.wanted_for)


def written_where_it_counts(person: UUID, clause: LibraryClause, types: Collection[str]) -> Draft | None:
    """A draft of ours in which the person wrote, of a contract of these types that is not signed: where it must have
    the clause."""
    if clause.state != LibraryState.APPROVED or not types:
        return None
    drafts = Draft.objects.filter(side=Side.OURS, contract__state__in=NOT_SIGNED, contract__category__in=types)
    return written_by(person, drafts).select_related("contract").first()


def waits(clause: LibraryClause) -> bool:
    return waiting_clauses(LibraryClause.objects.filter(pk=clause.pk)).exists()


def waiting_ids() -> set[UUID]:
    return set(waiting_clauses(LibraryClause.objects.all()).values_list("pk", flat=True))


def tell_or_settle(clause: LibraryClause, entry: LedgerEntry, *, waited: bool) -> None:
    """When a clause begins to wait, whoever may approve it is told, once until it is approved or taken back. Who writes
    in it meanwhile is not asked any more. `entry` is the change after which it waits."""
    if not waits(clause):
        settle_all(clause)
    elif waited:
        settle_about(clause, WAITS, people=worded_by(clause))
    else:
        _tell(clause, entry)


def settle_all(clause: LibraryClause) -> None:
    """Nothing of the clause waits for anybody; nor do imports, where nothing of the whole library does."""
    settle_about(clause, WAITS)
    told = Notification.objects.filter(kind=IMPORT_WAITS, read_at=None)
    if told.exists() and not waiting_ids():
        for key in told.values_list("dedupe_key", flat=True).distinct():
            settle(key)


def tell_of_import(entry: LedgerEntry, began: Collection[UUID]) -> None:
    """Of many clauses that begin to wait at once people are told by one notice, which leads to all that wait."""
    clauses = list(LibraryClause.objects.filter(pk__in=began).order_by("title"))
    if len(clauses) == 1:
        _tell(clauses[0], entry)
    if len(clauses) < 2:
        return
    people = {*people_with_roles(*APPROVERS)}.intersection(*map(approvers_of, clauses))
    title = ngettext("%(n)d library clause waits for approval", "%(n)d library clauses wait for approval", len(clauses))
    tell(
        people,
        kind=IMPORT_WAITS,
        title=title % {"n": len(clauses)},
        body=_("They came by one import, the first is “%(title)s”.") % {"title": clauses[0].title},
        url=f"{reverse('library-clauses')}?waits=true",
        subject=clauses[0],
        dedupe_key=f"library-import:{entry.pk}",
    )


def approvers_of(clause: LibraryClause) -> set[UUID]:
    """Who may approve what waits: neither who said any of it, nor who wrote in a contract that it frees."""
    people = {*people_with_roles(*APPROVERS)} - worded_by(clause)
    types = types_taken_off(clause)
    return {person for person in people if written_where_it_counts(person, clause, types) is None}


def _tell(clause: LibraryClause, entry: LedgerEntry) -> None:
    tell(
        approvers_of(clause),
        kind=WAITS,
        title=_("Library clause waits for approval: %(title)s") % {"title": clause.title},
        body=entry.reason,
        url=clause.get_absolute_url(),
        subject=clause,
        dedupe_key=f"library-clause:{clause.pk}:{entry.pk}",
    )
