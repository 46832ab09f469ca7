"""The API of contracts in the open: taking packages in, giving them out, publishing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clm.access.permissions import require, visible
from clm.api.conditional import Conditional
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import BodySerializer, ModelBodySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.jobs.api.serializers import JobSerializer
from clm.lib.errors import Invalid, NotVisible
from contracts.access.open_contracts import VIEW
from contracts.adapters.ocds_writing import FORMS
from contracts.models import Contract, OpenContract, OpenPublisher
from contracts.operations.open_contracts.export_open_contracts import export_open_contracts
from contracts.operations.open_contracts.publish_contract import publish_contract, withdraw_publication
from contracts.operations.open_contracts.set_publisher import set_publisher
from contracts.operations.open_contracts.start_open_import import start_open_import
from contracts.operations.open_contracts.take_open_contract import BUYER, SIDES, SUPPLIER, VERB
from contracts.papers.open_contracts import MOST_BYTES, put_open_file
from contracts.queries.open_contracts import open_rows


class OpenContractSerializer(serializers.ModelSerializer):
    """`key` is the contract within its process `ocid`; `published_at` says whether it goes out."""

    class Meta:
        model = OpenContract
        fields = ["id", "contract", "ocid", "key", "award_key", "read_at", "published_at", "with_description"]


class OpenImportSerializer(BodySerializer):
    """`file` (multipart) is a release or record package of OCDS; `ours` says which side of all its contracts is our own
    organization, empty: neither."""

    file = serializers.FileField()
    ours = serializers.ChoiceField(choices=list(SIDES), required=False, default="", allow_blank=True)


class PackageSerializer(BodySerializer):
    """`contracts` are ids; without them everything that is published."""

    form = serializers.ChoiceField(choices=list(FORMS), required=False, default="release")
    contracts = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=1000)


class PublicationSerializer(BodySerializer):
    """`with_description` gives the description out, too: it was written for people inside."""

    with_description = serializers.BooleanField(required=False, default=False)
    our_role = serializers.ChoiceField(choices=[BUYER, SUPPLIER], required=False, default=BUYER)


class PublisherSerializer(ModelBodySerializer):
    class Meta:
        model = OpenPublisher
        fields = ["prefix", "name", "uri", "license_url"]


class OpenContracts(ListAPIView, VisibleRowsView):
    """Contracts that were read from a publication or are published, newest first."""

    model = OpenContract
    verb = VIEW
    serializer_class = OpenContractSerializer

    def rows(self) -> QuerySet[Any]:
        return open_rows(actor_in(self.request))


class OpenImport(IdempotentMixin, APIView):
    parser_classes = [MultiPartParser]

    def prepare(self, request: Request) -> Any:
        """The file is read and stored before the transaction that an Idempotency-Key begins."""
        actor = actor_in(request)
        require(actor, VERB)
        sent = checked(OpenImportSerializer, request.data)
        file = sent["file"]
        if file.size > MOST_BYTES:
            raise Invalid("too_large", "A file has at most 20 MB.", fields={"file": ["At most 20 MB."]})
        return {"stored": put_open_file(actor, file.read()), "file_name": file.name[:120], "ours": sent["ours"]}

    @extend_schema(request=OpenImportSerializer, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Take in the contracts of a package. The job's problems name what could not be taken, by JSON path."""
        job = start_open_import(actor=actor_in(request), **self.prepared)
        return Response(JobSerializer(job, context={"request": request}).data, status=status.HTTP_202_ACCEPTED)


class Package(Conditional):
    @extend_schema(
        request=PackageSerializer,
        responses={(200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT, "A package of OCDS 1.1")},
    )
    def post(self, request: Request) -> HttpResponse:
        """What is published, as a release or record package. A POST, because the export is itself recorded."""
        sent = checked(PackageSerializer, request.data)
        made = export_open_contracts(actor=actor_in(request), form=sent["form"], contract_ids=sent.get("contracts"))
        return HttpResponse(made.content, content_type="application/json")  # type: ignore[return-value]


class PublisherView(Conditional):
    is_tagged = True

    def tag_now(self, request: Request) -> str | None:
        """None while nothing was set yet."""
        try:
            return super().tag_now(request)
        except NotVisible:
            return None

    @extend_schema(responses=PublisherSerializer)
    def get(self, request: Request) -> Response:
        """Under which name and prefix the organization publishes."""
        actor = actor_in(request)
        require(actor, VIEW)
        row = visible(actor, OpenPublisher.objects.all()).first()
        if row is None:
            raise NotVisible
        return Response(PublisherSerializer(row).data)

    @extend_schema(request=PublisherSerializer, responses=PublisherSerializer)
    def put(self, request: Request) -> Response:
        """Set all of it."""
        sent = checked(PublisherSerializer, request.data)
        return Response(PublisherSerializer(set_publisher(actor=actor_in(request), **sent)).data)


class Publication(IdempotentMixin):
    tag_of = Contract

    @extend_schema(request=PublicationSerializer, responses=OpenContractSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Publish the contract: it goes out with every package from now on."""
        sent = checked(PublicationSerializer, request.data)
        return Response(OpenContractSerializer(publish_contract(actor=actor_in(request), contract_id=pk, **sent)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Withdraw the contract from publication."""
        withdraw_publication(actor=actor_in(request), contract_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
