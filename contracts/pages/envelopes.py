"""The sender's pages: prepare, place, send, look after."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from clm.access.middleware import actor_of
from clm.access.permissions import can, get_visible, require, visible
from clm.audit.queries import entries_of
from clm.documents.blobs import read_blob
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from clm.pages.lists import Column, Empty, ListPage
from contracts import queries
from contracts.access.signing import VIEW
from contracts.models import Contract, Envelope, EnvelopeEvent, Recipient, SignedCopy
from contracts.models.signature import Method, SealState
from contracts.operations.signing.attach_seal import retry_seal
from contracts.operations.signing.change_envelope import change_envelope
from contracts.operations.signing.create_envelope import create_envelope, prepare_again
from contracts.operations.signing.record_paper_signature import record_paper_signature
from contracts.operations.signing.remind_recipient import correct_recipient, remind_recipient, void_envelope
from contracts.operations.signing.send_envelope import send_envelope
from contracts.operations.signing.sign_elsewhere import hook_secret, send_elsewhere
from contracts.pages.amendments import amending_in
from contracts.pages.envelope_forms import (
    CorrectForm,
    ElsewhereForm,
    EnvelopeForm,
    OnPaperForm,
    VoidForm,
    fields_formset,
    kept_recipients,
    people_formset,
    placed_recipients,
    suggested_people,
    wanted_recipients,
)
from contracts.pages.signing import origin_of, page_views, paper, picture
from contracts.pages.steps import form_page, tried
from contracts.papers.envelopes import make_envelope_paper, put_scan
from contracts.papers.sealing import is_trial, level_to_come
from contracts.queries.approvals import open_approval
from contracts.queries.signing import (
    acting,
    envelope_rows,
    letters_about,
    listed_envelopes,
    names_when_sent,
    parties_without_signer,
    progress_of,
    signing_parts,
)
from contracts.states import EnvelopeState, RecipientState, VersionState


class EnvelopeFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        choices=EnvelopeState.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("Any")
    )


def _progress(envelope: Envelope) -> str:
    done, everybody = progress_of(envelope)
    return f"{done} / {everybody}"


def _waits_for(envelope: Envelope) -> str:
    people = [each.name for each in envelope.recipients.all() if each.acts and each.state == RecipientState.INVITED]
    return ", ".join(people) if envelope.state == EnvelopeState.SENT else ""


@method_decorator(login_required, name="dispatch")
class EnvelopeList(ListPage):
    key = "envelopes"
    title = gettext_lazy("Signatures")
    verb = VIEW
    filterset_class = EnvelopeFilter
    search_hint = gettext_lazy("Title, contract or recipient")
    default_sort = "-newest"
    empty = Empty(
        title=gettext_lazy("Nothing was sent for signature yet"),
        hint=gettext_lazy("Open a contract whose text is agreed, and send it from there."),
        icon="signature",
        action_label=gettext_lazy("To the contracts"),
        action_url="/contracts/",
        action_verb="contracts.view_contract",
    )
    columns = (
        Column("title", gettext_lazy("What is signed"), main=True, sort=("title",)),
        Column("reference", gettext_lazy("Contract"), lambda row: row.contract.reference, kind="code"),
        Column("state", gettext_lazy("State"), kind="state", domain="envelope", sort=("state",)),
        Column("progress", gettext_lazy("Done"), _progress),
        Column("waits_for", gettext_lazy("Waits for"), _waits_for),
        Column("sent_at", gettext_lazy("Sent"), kind="instant", sort=("sent_at",)),
        Column("expires_at", gettext_lazy("Ends"), kind="instant", sort=("expires_at",)),
        Column("newest", gettext_lazy("Prepared"), "created_at", kind="instant", sort=("id",), visible=False),
    )

    def rows(self) -> QuerySet[Any]:
        return visible(self.actor, listed_envelopes())

    def search(self, found: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Each envelope once, however many of its recipients have the name."""
        if not text:
            return found
        named = Exists(Recipient.objects.filter(envelope=OuterRef("pk"), name__icontains=text))
        titled = Q(title__icontains=text) | Q(contract__reference__icontains=text) | Q(contract__title__icontains=text)
        return found.filter(titled | named)


def envelopes_tab(actor: Actor, contract: Contract) -> dict[str, Any]:
    rows = visible(actor, listed_envelopes().filter(contract=contract)).order_by("-id")
    newest = contract.versions.only("state").order_by("number").last()
    may_send = can(actor, "contracts.create_envelope", contract) and newest is not None
    waits_for = open_approval(contract) if may_send else None
    is_signed = newest is not None and newest.state == VersionState.FINAL
    return {
        "envelopes": [{"row": row, "progress": progress_of(row), "waits_for": _waits_for(row)} for row in rows],
        "can_send": may_send and waits_for is None and not is_signed,
        "can_send_many": may_send and waits_for is None,
        "waits_for_approval": waits_for,
    }


@login_required
def envelope_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The newest version is put into an envelope; nothing leaves yet."""
    actor = actor_of(request)
    contract = get_visible(actor, queries.contract_rows(), pk)
    require(actor, "contracts.create_envelope", contract)
    newest = contract.versions.order_by("number").last()
    if newest is None:
        raise NotVisible
    form = EnvelopeForm(request.POST or None, initial={"title": contract.title, "days": 30, "remind_days": 5})
    made: dict[str, UUID] = {}

    def create(given: dict[str, Any]) -> None:
        paper_made, people = make_envelope_paper(actor, newest.pk), suggested_people(contract)
        made["pk"] = create_envelope(actor=actor, paper=paper_made, recipients=people, **given).pk

    if tried(form, create):
        return redirect("envelope-people", pk=made["pk"])
    title = _("Send version %(number)s for signature") % {"number": newest.number}
    return form_page(request, form, contract, title=title, submit=_("Go on: who signs"))


def _envelope(request: HttpRequest, pk: UUID, verb: str = VIEW) -> tuple[Actor, Envelope]:
    actor = actor_of(request)
    envelope: Envelope = get_visible(actor, envelope_rows(), pk)
    require(actor, verb, envelope)
    return actor, envelope


def _crumbs(envelope: Envelope) -> list[tuple[str, str]]:
    contract = envelope.contract
    return [(_("Signatures"), reverse("envelopes")), (contract.reference, reverse("contract", args=[contract.pk]))]


@login_required
@require_GET
def envelope_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where it stands, who has done what, and everything that happened."""
    actor, envelope = _envelope(request, pk)
    context = {
        "envelope": envelope,
        "people": _with_letters(envelope),
        "progress": progress_of(envelope),
        "pages": page_views(envelope),
        **_steps(actor, envelope),
        **amending_in(actor, envelope),
        "without": _without(envelope),
        "has_signers": any(each.role == Recipient.Role.SIGNER for each in acting(list(envelope.recipients.all()))),
        "hook": _hook(request, actor, envelope),
        "level": level_to_come(),
        "is_trial": is_trial(),
        "events": EnvelopeEvent.objects.filter(envelope=envelope).select_related("recipient").order_by("-number"),
        "history": entries_of(envelope),
        "crumbs": _crumbs(envelope),
    }
    return render(request, "contracts/envelope_page.html", context)


def _with_letters(envelope: Envelope) -> list[dict[str, Any]]:
    """Everybody, with their party and the newest letter to them."""
    letters, names = letters_about(envelope), names_when_sent(envelope)
    return [
        {"row": each, "party": _party_of(each, names), "letter": next(iter(letters[each.pk]), None)}
        for each in envelope.recipients.all()
    ]


def _party_of(recipient: Recipient, names: dict[UUID, str]) -> str:
    """For whom they sign, as it was called when the text went out."""
    return names.get(recipient.party_id, str(recipient.party)) if recipient.party_id else ""


def _steps(actor: Actor, envelope: Envelope) -> dict[str, Any]:
    """What this actor may do next; nothing goes out while an approval is open."""
    is_out, is_draft = envelope.state == EnvelopeState.SENT, envelope.state == EnvelopeState.DRAFT
    waits_for = open_approval(envelope.contract) if is_draft else None
    may_go = is_draft and waits_for is None
    return {
        "can_change": is_draft and can(actor, "contracts.change_envelope", envelope),
        "can_send": may_go and can(actor, "contracts.send_envelope", envelope),
        "can_file": may_go and can(actor, "contracts.record_paper_signature", envelope),
        "waits_for_approval": waits_for,
        "can_remind": is_out and can(actor, "contracts.remind_recipient", envelope),
        "can_void": (is_out or is_draft) and can(actor, "contracts.void_envelope", envelope),
        "can_retry": envelope.seal_state == SealState.WAITING and can(actor, "contracts.retry_seal", envelope),
        "is_stale": is_draft and _is_stale(envelope),
    }


def _is_stale(envelope: Envelope) -> bool:
    """Whether text or terms are not what was prepared any more."""
    is_other = envelope.version_hash != envelope.version.content_hash
    return is_other or bool(envelope.contract.versions.filter(number__gt=envelope.version.number).exists())


def _without(envelope: Envelope) -> str:
    """For which parties nobody signs."""
    signers = [each for each in envelope.recipients.all() if each.role == Recipient.Role.SIGNER]
    return ", ".join(parties_without_signer(signing_parts(envelope.contract), signers)) if signers else ""


def _hook(request: HttpRequest, actor: Actor, envelope: Envelope) -> dict[str, str] | None:
    """Where the other system calls, and with which secret; for who may send."""
    is_waited_for = envelope.method == Method.ELSEWHERE and envelope.state == EnvelopeState.SENT
    if not is_waited_for or not can(actor, "contracts.send_elsewhere", envelope):
        return None
    url = request.build_absolute_uri(reverse("signing-hook", args=[envelope.pk]))
    return {"url": url, "secret": hook_secret(envelope.pk)}


@login_required
def envelope_facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, envelope = _envelope(request, pk, "contracts.change_envelope")
    initial = {name: getattr(envelope, name) for name in EnvelopeForm.base_fields}
    form = EnvelopeForm(request.POST or None, initial=initial)
    if tried(form, lambda given: change_envelope(actor=actor, envelope_id=pk, **given)):
        return redirect("envelope", pk=pk)
    back = envelope.get_absolute_url()
    return form_page(request, form, envelope.contract, title=_("What is sent"), submit=_("Save"), back=back)


@login_required
@require_POST
def envelope_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new paper of the newest text, for the same people."""
    actor, envelope = _envelope(request, pk, "contracts.prepare_again")
    newest = envelope.contract.versions.latest("number")
    prepare_again(actor=actor, envelope_id=pk, paper=make_envelope_paper(actor, newest.pk))
    messages.success(request, _("Prepared again from version %(number)s: look at it.") % {"number": newest.number})
    return redirect("envelope", pk=pk)


@login_required
def envelope_people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who signs, approves, reads or gets a copy."""
    actor, envelope = _envelope(request, pk, "contracts.change_envelope")
    form = people_formset(envelope, request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("act") == "add":
        return _people(request, envelope, people_formset(envelope, typed=request.POST))

    def save(given: Any) -> None:
        change_envelope(actor=actor, envelope_id=pk, recipients=wanted_recipients(envelope, given))

    if _saved(form, save):
        return redirect("envelope-fields", pk=pk)
    return _people(request, envelope, form)


def _people(request: HttpRequest, envelope: Envelope, form: Any) -> HttpResponse:
    context = {"envelope": envelope, "formset": form, "crumbs": _crumbs(envelope)}
    return render(request, "contracts/envelope_people.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 400 if form.is_bound and (form.total_error_count() or getattr(form, "refusal", "")) else 200


def _saved(form: Any, save: Any) -> bool:
    """As `tried`, for rows of forms: what is refused is said above them, or beside the field of its row."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        save(form.cleaned_data)
    except NotVisible:
        raise
    except DomainError as refusal:
        _put_beside(form, refusal.fields)
        form.refusal = refusal.message
        return False
    return True


def _put_beside(form: Any, fields: dict[str, list[str]]) -> None:
    """`recipients.2.email` stands beside the e-mail address of the third row that is kept."""
    kept = [each for each in form.forms if each.cleaned_data and not each.cleaned_data.get("DELETE")]
    for name, texts in fields.items():
        parts = name.split(".")
        if len(parts) == 3 and parts[1].isdecimal() and int(parts[1]) < len(kept):
            kept[int(parts[1])].add_error(parts[2], texts)


@login_required
def envelope_fields(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where they sign: by the mouse on the pages, or in numbers."""
    actor, envelope = _envelope(request, pk, "contracts.change_envelope")
    form = fields_formset(envelope, request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("act") == "add":
        return _fields(request, envelope, fields_formset(envelope, typed=request.POST))

    def save(given: Any) -> None:
        change_envelope(actor=actor, envelope_id=pk, recipients=placed_recipients(envelope, given))

    if _saved(form, save):
        return redirect("envelope", pk=pk)
    return _fields(request, envelope, form)


def _fields(request: HttpRequest, envelope: Envelope, form: Any) -> HttpResponse:
    signers = [each for each in kept_recipients(envelope) if each.role == Recipient.Role.SIGNER]
    pages = [{**page, "number": number} for number, page in enumerate(envelope.pages, start=1)]
    context = {"envelope": envelope, "formset": form, "signers": signers, "pages": pages, "crumbs": _crumbs(envelope)}
    return render(request, "contracts/envelope_fields.html", context, status=_status(form))


@login_required
@require_POST
def envelope_send(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, envelope = _envelope(request, pk, "contracts.send_envelope")
    send_envelope(actor=actor, envelope_id=pk, seen=request.POST.get("seen") or None, origin=origin_of(request))
    messages.success(request, _("“%(title)s” is out for signature.") % {"title": envelope.title})
    return redirect("envelope", pk=pk)


@login_required
def envelope_void(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, envelope = _envelope(request, pk, "contracts.void_envelope")
    form = VoidForm(request.POST if request.method == "POST" else None)
    origin = origin_of(request)
    if tried(form, lambda given: void_envelope(actor=actor, envelope_id=pk, reason=given["reason"], origin=origin)):
        messages.success(request, _("Taken back: no link opens any more."))
        return redirect("envelope", pk=pk)
    effect = _(
        "Nobody can sign any more. Who was asked gets a letter with the reason, and the text can be changed again."
    )
    title = _("Take back: %(title)s") % {"title": envelope.title}
    back = envelope.get_absolute_url()
    return form_page(request, form, envelope.contract, title=title, submit=_("Take it back"), effect=effect, back=back)


def _recipient(request: HttpRequest, pk: UUID, verb: str) -> tuple[Actor, Recipient]:
    actor = actor_of(request)
    recipient = get_visible(actor, Recipient.objects.select_related("envelope__contract"), pk)
    require(actor, verb, recipient)
    return actor, recipient


@login_required
@require_POST
def recipient_remind(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, recipient = _recipient(request, pk, "contracts.remind_recipient")
    remind_recipient(actor=actor, recipient_id=pk, origin=origin_of(request))
    messages.success(request, _("A letter with a new link is on its way to %(name)s.") % {"name": recipient.name})
    return redirect("envelope", pk=recipient.envelope_id)


@login_required
def recipient_correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, recipient = _recipient(request, pk, "contracts.correct_recipient")
    form = CorrectForm(request.POST or None, initial={"name": recipient.name, "email": recipient.email})
    origin = origin_of(request)
    if tried(form, lambda given: correct_recipient(actor=actor, recipient_id=pk, origin=origin, **given)):
        messages.success(request, _("Corrected. The link that was sent before opens no more."))
        return redirect("envelope", pk=recipient.envelope_id)
    title = _("Correct the address of %(name)s") % {"name": recipient.name}
    back = recipient.envelope.get_absolute_url()
    return form_page(request, form, recipient.envelope.contract, title=title, submit=_("Correct"), back=back)


@login_required
def envelope_on_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was signed with a pen is filed: the scan, its day, and somebody who vouches for it."""
    actor, envelope = _envelope(request, pk, "contracts.record_paper_signature")
    form = OnPaperForm(request.POST or None, request.FILES or None)

    def file(given: dict[str, Any]) -> None:
        scan = put_scan(actor, given.pop("file").read())
        record_paper_signature(actor=actor, envelope_id=pk, scan=scan, origin=origin_of(request), **given)

    if tried(form, file):
        messages.success(request, _("Filed as signed on paper. The copy is being sealed."))
        return redirect("envelope", pk=pk)
    effect = _("The text is final and the contract executed: nothing of it can be changed any more.")
    title, back = _("Signed on paper: %(title)s") % {"title": envelope.title}, envelope.get_absolute_url()
    return form_page(request, form, envelope.contract, title=title, submit=_("File it"), effect=effect, back=back)


@login_required
def envelope_elsewhere(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The text goes out in another system, which tells what came of it."""
    actor, envelope = _envelope(request, pk, "contracts.send_elsewhere")
    form = ElsewhereForm(request.POST if request.method == "POST" else None)
    origin = origin_of(request)
    if tried(form, lambda given: send_elsewhere(actor=actor, envelope_id=pk, origin=origin, system=given["system"])):
        messages.success(request, _("It is out. Below stands where the other system tells what came of it."))
        return redirect("envelope", pk=pk)
    effect = _("Nobody is written to from here. The text stays as it is until the other system says how it ended.")
    title, back = _("Signed in another system: %(title)s") % {"title": envelope.title}, envelope.get_absolute_url()
    return form_page(request, form, envelope.contract, title=title, submit=_("It is out"), effect=effect, back=back)


@login_required
@require_POST
def envelope_seal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, _found = _envelope(request, pk, "contracts.retry_seal")
    retry_seal(actor=actor, envelope_id=pk)
    messages.success(request, _("It is being sealed again."))
    return redirect("envelope", pk=pk)


@login_required
@require_GET
def envelope_picture(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    return picture(_envelope(request, pk)[1], number)


@login_required
@require_GET
def envelope_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is signed, as a PDF."""
    envelope = _envelope(request, pk)[1]
    return paper(read_blob(envelope.paper), f"{envelope.contract.reference}-v{envelope.version.number}.pdf")


@login_required
@require_GET
def envelope_executed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The executed text, sealed. 404 until there is one."""
    envelope = _envelope(request, pk)[1]
    if envelope.executed is None:
        raise NotVisible
    return paper(read_blob(envelope.executed), f"{envelope.contract.reference}-executed.pdf")


@login_required
@require_GET
def envelope_certificate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The certificate of signature, where it is a file of its own. 404 until there is one."""
    envelope = _envelope(request, pk)[1]
    if envelope.certificate is None:
        raise NotVisible
    return paper(read_blob(envelope.certificate), f"{envelope.contract.reference}-certificate.pdf")


@login_required
@require_GET
def signed_copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was signed in another system and completed nothing, as it came."""
    rows = SignedCopy.objects.select_related("blob", "envelope__contract")
    copy: SignedCopy = get_visible(actor_of(request), rows, pk)
    return paper(read_blob(copy.blob), f"{copy.envelope.contract.reference}-signed.pdf")
