"""The signers' pages: a link, a code, the text, and one decision. No account, no navigation, nothing of anybody else.

What happens here is done by the system actor SIGNER, which may do what a signer may and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from clm.access.permissions import system_actor
from clm.access.scope import every_organization, organization_scope
from clm.accounts.actors import hash_key
from clm.accounts.addresses import client_address
from clm.accounts.models import Organization
from clm.documents.blobs import read_blob
from clm.documents.models import Blob
from clm.lib.actor import Actor
from clm.lib.errors import DomainError, NotVisible
from contracts.access.signing import SIGNER
from contracts.models import Envelope, Recipient, SignatureField, SigningLink
from contracts.operations.signing.ask_signing_code import ask_signing_code, give_signing_code
from contracts.operations.signing.attach_seal import fetch_executed
from contracts.operations.signing.consent_to_sign import consent_to_sign, read_envelope
from contracts.operations.signing.decline_envelope import decline_envelope, forward_envelope
from contracts.operations.signing.guards import LinkRefused, Origin, Pass, is_verified
from contracts.operations.signing.open_signing_link import open_signing_link, refuse_signing_link
from contracts.operations.signing.sign_envelope import sign_envelope
from contracts.pages.signing_forms import CodeForm, DeclineForm, ForwardForm, SignForm
from contracts.pages.steps import tried
from contracts.papers.amendments import instrument_file
from contracts.papers.executed import paper_so_far
from contracts.queries.amendments import signed_with
from contracts.queries.signing import consent_words, envelope_rows, mark_of, values_digest

SESSION_KEY = "signing"
# What others may still add to the text itself.
WORDS = (SignatureField.Kind.TEXT, SignatureField.Kind.CHECKBOX)


@dataclass(frozen=True)
class Visit:
    """Somebody who came by a link."""

    token: str
    link_id: UUID
    actor: Actor
    given: Pass
    origin: Origin

    @property
    def facts(self) -> dict[str, Any]:
        """What every verb of a signer takes."""
        return {"actor": self.actor, "given": self.given, "origin": self.origin}


View = Callable[..., HttpResponseBase]


def origin_of(request: HttpRequest) -> Origin:
    """The address as far as it can be believed, and the program by its own word."""
    return Origin(client_address(request), request.headers.get("User-Agent", "")[:300])


def by_link(view: View) -> View:
    """The view runs in the organization of the link; a refusal of the link is kept and said."""

    @login_not_required
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        with every_organization():
            found = SigningLink.objects.filter(token_hash=hash_key(token)).values_list("pk", "organization_id").first()
        if found is None:
            return _refused(request, _("This link leads nowhere. Look whether it is whole."), 404)
        with organization_scope(found[1]):
            return _private(_answered(request, view, _visit(request, token, *found), kwargs))

    return wrapped


def _answered(request: HttpRequest, view: View, visit: Visit, kwargs: dict[str, Any]) -> HttpResponseBase:
    try:
        return view(request, visit, **kwargs)
    except LinkRefused as refusal:
        if refusal.code == "code_missing":
            return redirect("signing", token=visit.token)
        refuse_signing_link(**visit.facts, link_id=refusal.link_id, code=refusal.code)
        return _refused(request, refusal.message, refusal.status)
    except NotVisible:
        return _refused(request, _("There is nothing here."), 404)
    except DomainError as refusal:
        return _refused(request, refusal.message, refusal.status)


def _refused(request: HttpRequest, message: str, status: int) -> HttpResponseBase:
    return _private(render(request, "signing/refused.html", {"message": message}, status=status))


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = "noindex"
    # The address is the link: no other page hears of it. The origin goes along, which the check of forms asks for.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _visit(request: HttpRequest, token: str, link_id: UUID, organization_id: UUID) -> Visit:
    kept: dict[str, str] = request.session.get(SESSION_KEY, {})
    others = tuple(UUID(key) for key in kept if key != str(link_id))
    signed_in = request.user.email if request.user.is_authenticated else ""
    given = Pass(token, kept.get(str(link_id), ""), signed_in, others)
    return Visit(token, link_id, system_actor(SIGNER, organization_id), given, origin_of(request))


@by_link
def signing(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Before the code: its form. After it: the text, with what may be done."""
    link = open_signing_link(**visit.facts)
    if not _is_in(link, visit.given):
        return _entrance(request, visit, link)
    envelope = envelope_rows().get(pk=link.recipient.envelope_id)
    if link.purpose == SigningLink.Purpose.COPY:
        return render(request, "signing/copy.html", _shown(visit, link, envelope))
    recipient = read_envelope(**visit.facts)
    form = SignForm(list(recipient.fields.all()), recipient, seen=values_digest(envelope), auto_id="field-%s")
    return _document(request, visit, link, envelope, form)


def _is_in(link: SigningLink, given: Pass) -> bool:
    return is_verified(link, given)


def _entrance(request: HttpRequest, visit: Visit, link: SigningLink, form: CodeForm | None = None) -> HttpResponse:
    asked = link.codes.order_by("-asked_at").first()
    context = _shown(visit, link, link.recipient.envelope) | {"form": form or CodeForm(), "is_asked": asked is not None}
    return render(request, "signing/entrance.html", context, status=400 if form else 200)


def _shown(visit: Visit, link: SigningLink, envelope: Envelope) -> dict[str, Any]:
    return {
        "token": visit.token,
        "link": link,
        "recipient": link.recipient,
        "envelope": envelope,
        "house": Organization.objects.get(pk=envelope.organization_id).name,
        "to": masked(link.recipient.phone if link.recipient.code_by == "sms" else link.recipient.email),
    }


def masked(address: str) -> str:
    """`b…@acme.example`, `…89`: enough to know it again."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if at else f"…{address[-2:]}"


def _document(
    request: HttpRequest, visit: Visit, link: SigningLink, envelope: Envelope, form: SignForm, *, status: int = 200
) -> HttpResponse:
    pages = page_views(envelope, own=link.recipient)
    context = _shown(visit, link, envelope) | {
        "pages": pages,
        "filled": [place["mark"] for page in pages for place in page["fields"] if place["mark"]],
        "still_open": [
            place for page in pages for place in page["fields"] if place["is_words"] and not place["is_own"]
        ],
        "form": form,
        "amendment": signed_with(envelope),
        "consent": consent_words(),
        "acts": link.purpose == SigningLink.Purpose.SIGN and link.recipient.acts,
    }
    return render(request, "signing/document.html", context, status=status)


def page_views(envelope: Envelope, own: Recipient | None = None) -> list[dict[str, Any]]:
    """The pages with the places on them; those of `own` lead to what is to be filled in."""
    by_page: dict[int, list[Any]] = {}
    for recipient in envelope.recipients.all():
        for row in recipient.fields.all():
            place = {name: getattr(row, name) for name in ("pk", "x", "y", "width", "height", "get_kind_display")}
            place |= {"is_own": own is not None and recipient.pk == own.pk, "who": recipient.name}
            place["baseline"] = row.y + row.height * 7 / 10
            row.recipient = recipient
            place["mark"] = mark_of(row) if row.filled_at is not None else None
            place["is_words"] = row.filled_at is None and row.kind in WORDS
            place["said"] = f"{row.label or row.get_kind_display()} · {recipient.name}"
            by_page.setdefault(row.page, []).append(place)
    return [{**page, "number": n, "fields": by_page.get(n, [])} for n, page in enumerate(envelope.pages, start=1)]


@require_POST
@by_link
def signing_code(request: HttpRequest, visit: Visit) -> HttpResponse:
    """A code is asked, or given."""
    if "code" not in request.POST:
        try:
            ask_signing_code(**visit.facts)
        except LinkRefused:
            raise
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return redirect("signing", token=visit.token)
    form = CodeForm(request.POST)
    session = give_signing_code(**visit.facts, code=form.cleaned_data["code"]) if form.is_valid() else ""
    if not session:
        form.add_error("code", _("This is not the newest code, or it has run out."))
        return _entrance(request, visit, open_signing_link(**visit.facts), form)
    request.session.cycle_key()
    request.session[SESSION_KEY] = {**request.session.get(SESSION_KEY, {}), str(visit.link_id): session}
    return redirect("signing", token=visit.token)


@require_POST
@by_link
def signing_sign(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Consent and signature together: both are kept, each with its instant."""
    recipient = read_envelope(**visit.facts)
    form = SignForm(list(recipient.fields.all()), recipient, request.POST, auto_id="field-%s")

    def sign(given: dict[str, Any]) -> None:
        consent_to_sign(**visit.facts, words=consent_words())
        facts = {"name": given["name"], "drawing": given["drawing"], "seen": given["seen"]}
        sign_envelope(**visit.facts, values=form.values(), **facts)

    if tried(form, sign):
        return _done(request, visit, "signed" if recipient.role == Recipient.Role.SIGNER else "approved")
    link = open_signing_link(**visit.facts)
    envelope = envelope_rows().get(pk=recipient.envelope_id)
    # What others filled in meanwhile is on the page that is shown now.
    form.put_seen(values_digest(envelope))
    return _document(request, visit, link, envelope, form, status=400)


def _done(request: HttpRequest, visit: Visit, what: str) -> HttpResponse:
    envelope = Envelope.objects.get(recipients__links=visit.link_id)
    house = Organization.objects.get(pk=envelope.organization_id).name
    return render(request, "signing/done.html", {"what": what, "envelope": envelope, "house": house})


@by_link
def signing_decline(request: HttpRequest, visit: Visit) -> HttpResponse:
    link = open_signing_link(**visit.facts)
    read_envelope(**visit.facts)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: decline_envelope(**visit.facts, reason=given["reason"])):
        return _done(request, visit, "declined")
    context = _shown(visit, link, link.recipient.envelope) | {"form": form, "what": "decline"}
    return render(request, "signing/form.html", context, status=400 if form.is_bound else 200)


@by_link
def signing_forward(request: HttpRequest, visit: Visit) -> HttpResponse:
    link = open_signing_link(**visit.facts)
    read_envelope(**visit.facts)
    form = ForwardForm(request.POST if request.method == "POST" else None)
    if tried(form, lambda given: forward_envelope(**visit.facts, **given)):
        return _done(request, visit, "forwarded")
    context = _shown(visit, link, link.recipient.envelope) | {"form": form, "what": "forward"}
    return render(request, "signing/form.html", context, status=400 if form.is_bound else 200)


@require_GET
@by_link
def signing_page(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """The picture of a page."""
    envelope = read_envelope(**visit.facts).envelope
    return picture(envelope, number)


def picture(envelope: Envelope, number: int) -> HttpResponse:
    if not 1 <= number <= len(envelope.pages):
        raise NotVisible
    blob = Blob.objects.get(pk=envelope.pages[number - 1]["picture"])
    return HttpResponse(read_blob(blob), content_type="image/png")


@require_GET
@by_link
def signing_paper(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The text as a PDF, to keep, with what others put on its pages so far."""
    envelope = envelope_rows().get(pk=read_envelope(**visit.facts).envelope_id)
    return paper(paper_so_far(envelope), f"{envelope.contract.reference}.pdf")


@require_GET
@by_link
def signing_instrument(request: HttpRequest, visit: Visit) -> FileResponse:
    """The document that says what changes, which whoever signs accepts as well."""
    amendment = signed_with(read_envelope(**visit.facts).envelope)
    if amendment is None:
        raise NotVisible
    return instrument_file(visit.actor, amendment)


def paper(content: bytes, name: str) -> HttpResponse:
    """To be saved, never shown in a page of ours: whatever it holds gets no hold of this site."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@by_link
def signing_executed(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The executed text, sealed."""
    envelope = fetch_executed(**visit.facts)
    if envelope.executed is None:
        raise NotVisible
    return paper(read_blob(envelope.executed), f"{envelope.contract.reference}-executed.pdf")


@require_GET
@by_link
def signing_certificate(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The certificate of signature, where it is a file of its own."""
    envelope = fetch_executed(**visit.facts)
    if envelope.certificate is None:
        raise NotVisible
    return paper(read_blob(envelope.certificate), f"{envelope.contract.reference}-certificate.pdf")
