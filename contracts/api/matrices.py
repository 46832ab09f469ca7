"""The API of the matrix: who approves what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from clm.access.permissions import get_visible, require
from clm.api.acts import Act
from clm.api.idempotency import IdempotentMixin
from clm.api.serializers import EmptySerializer, checked
from clm.api.views import VisibleRowsView, actor_in
from clm.lib.actor import Actor
from contracts.access.approvals import VIEW_MATRIX
from contracts.api import approval_serializers as shapes
from contracts.models import Matrix, Rule
from contracts.operations.matrices.activate_matrix import activate_matrix
from contracts.operations.matrices.add_rule import add_rule
from contracts.operations.matrices.change_rule import change_rule
from contracts.operations.matrices.create_matrix import create_matrix
from contracts.operations.matrices.remove_rule import remove_rule
from contracts.operations.matrices.retire_matrix import retire_matrix
from contracts.queries.routing import tried_on


class Matrices(IdempotentMixin, VisibleRowsView, ListAPIView):
    """The matrices, newest first; POST begins one, empty or with the rules of another."""

    model = Matrix
    verb = VIEW_MATRIX
    serializer_class = shapes.MatrixSerializer
    filterset_fields = ["state"]

    @extend_schema(request=shapes.NewMatrixSerializer, responses={201: shapes.MatrixDetailSerializer})
    def post(self, request: Request) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.create_matrix")
        matrix = create_matrix(actor=actor, **checked(shapes.NewMatrixSerializer, request.data))
        return Response(shapes.MatrixDetailSerializer(matrix).data, status=status.HTTP_201_CREATED)


class MatrixDetail(VisibleRowsView, RetrieveAPIView):
    model = Matrix
    verb = VIEW_MATRIX
    serializer_class = shapes.MatrixDetailSerializer

    def rows(self) -> QuerySet[Any]:
        return Matrix.objects.prefetch_related("rules")


class MatrixRules(IdempotentMixin):
    tag_of = Matrix

    @extend_schema(request=shapes.RuleBodySerializer, responses={201: shapes.RuleSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """A draft has a rule more."""
        actor = actor_in(request)
        require(actor, "contracts.add_rule", get_visible(actor, Matrix.objects.all(), pk))
        rule = add_rule(actor=actor, matrix_id=pk, **checked(shapes.RuleBodySerializer, request.data))
        return Response(shapes.RuleSerializer(rule).data, status=status.HTTP_201_CREATED)


class RuleDetail(VisibleRowsView, RetrieveAPIView):
    """PATCH changes a rule of a draft, DELETE removes it."""

    model = Rule
    verb = VIEW_MATRIX
    serializer_class = shapes.RuleSerializer

    @extend_schema(request=shapes.RuleBodySerializer, responses=shapes.RuleSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        actor = actor_in(request)
        require(actor, "contracts.change_rule", self.get_object())
        sent = checked(shapes.RuleBodySerializer, request.data, partial=True)
        return Response(shapes.RuleSerializer(change_rule(actor=actor, rule_id=pk, **sent)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        remove_rule(actor=actor_in(request), rule_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(responses=shapes.MatrixSerializer)
class MatrixActivation(Act):
    """`replaces` is the matrix that is active, null where none is: 409 `changed_meanwhile` where it is another."""

    model = Matrix
    asks = "contracts.activate_matrix"
    serializer_class = shapes.ActivationSerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return shapes.MatrixSerializer(activate_matrix(actor=actor, matrix_id=pk, **sent)).data


@extend_schema(responses=shapes.MatrixSerializer)
class MatrixRetirement(Act):
    model = Matrix
    asks = "contracts.retire_matrix"
    serializer_class = EmptySerializer

    def act(self, actor: Actor, pk: UUID, sent: dict[str, Any]) -> Any:
        return shapes.MatrixSerializer(retire_matrix(actor=actor, matrix_id=pk)).data


class MatrixTrial(VisibleRowsView):
    """The newest contracts that the caller sees, as this matrix would route them beside the active one."""

    model = Matrix
    verb = VIEW_MATRIX
    serializer_class = shapes.TriedSerializer

    @extend_schema(responses=shapes.TriedSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        found = tried_on(actor_in(request), self.get_object())
        return Response(shapes.TriedSerializer(found, many=True).data)
