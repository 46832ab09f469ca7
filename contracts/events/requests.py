"""Facts about requests: one function per fact, which builds its payload. Payloads carry ids and states, no words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.events.record import Event
from contracts.models import ContractRequest, RequestFile, RequestQuestion


def request_submitted(request: ContractRequest) -> Event:
    after = {"state": request.state, **facts_of(request)}
    payload = {"template_version_id": request.template_version_id}
    return _request("request.submitted", "contracts.submit_request", request, after=after, payload=payload)


def request_changed(request: ContractRequest, before: Mapping[str, Any], after: Mapping[str, Any]) -> Event:
    """Of the answers those that differ, by the names of their questions."""
    payload = {"changed": sorted(after)}
    was, now = _by_question(before, after)
    return _request("request.changed", "contracts.change_request", request, before=was, after=now, payload=payload)


def _by_question(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    was, now = dict(before), dict(after)
    old, new = was.pop("answers", {}), now.pop("answers", {})
    names = [name for name in {**old, **new} if old.get(name) != new.get(name) or (name in old) != (name in new)]
    was |= {f"answers.{name}": old[name] for name in names if name in old}
    now |= {f"answers.{name}": new[name] for name in names if name in new}
    return was, now


def request_prioritized(request: ContractRequest, previous: int) -> Event:
    return _request(
        "request.prioritized",
        "contracts.prioritize_request",
        request,
        before={"priority": previous},
        after={"priority": request.priority},
        payload={"priority": request.priority},
    )


def request_assigned(request: ContractRequest, before: Mapping[str, Any]) -> Event:
    return _request(
        "request.assigned",
        "contracts.assign_request",
        request,
        before=before,
        after={"state": request.state, "assignee": request.assignee_id},
        payload={"assignee_id": request.assignee_id},
    )


def information_asked(request: ContractRequest, question: RequestQuestion, previous: str) -> Event:
    return _request(
        "request.information_asked",
        "contracts.ask_requester",
        request,
        before={"state": previous},
        after={"state": request.state, "question": question.question},
        payload={"number": question.number},
    )


def request_answered(request: ContractRequest, question: RequestQuestion, previous: str) -> Event:
    return _request(
        "request.answered",
        "contracts.answer_request",
        request,
        before={"state": previous},
        after={"state": request.state, "answer": question.answer},
        payload={"number": question.number},
    )


def request_closed(type_: str, verb: str, request: ContractRequest, previous: str) -> Event:
    """Declined or withdrawn."""
    before, after = {"state": previous}, {"state": request.state}
    return _request(type_, verb, request, before=before, after=after, reason=request.outcome)


def request_drafted(request: ContractRequest, previous: str) -> Event:
    return _request(
        "request.drafted",
        "contracts.draft_request",
        request,
        before={"state": previous},
        after={"state": request.state, "contract": request.contract_id},
        payload={"contract_id": request.contract_id},
    )


def file_attached(file: RequestFile) -> Event:
    after = {"file_name": file.file_name, "document": file.blob.sha256}
    payload = {"file_id": file.pk}
    return _request("request.file_attached", "contracts.attach_to_request", file.request, after=after, payload=payload)


def request_waited(request: ContractRequest) -> Event:
    return _request("request.waited", "contracts.remind_request", request, after={"state": request.state})


def facts_of(request: ContractRequest) -> dict[str, Any]:
    """What was asked for, as the ledger keeps it; of the answers how many were given."""
    names = ("reference", "title", "counterparty", "wanted_by", "reason", "value_amount", "currency")
    plain = {name: getattr(request, name) for name in names}
    given = [answer for answer in request.answers.values() if answer not in (None, "", [], False)]
    return plain | {"is_confidential": request.is_confidential, "answers": len(given)}


def _request(
    type_: str,
    verb: str,
    request: ContractRequest,
    *,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Event:
    state = {"request_id": request.pk, "state": request.state}
    return Event(
        type=type_,
        verb=verb,
        subject=request,
        before=before or {},
        after=after,
        payload={**state, **(payload or {})},
        contract_id=request.contract_id,
        reason=reason,
    )
