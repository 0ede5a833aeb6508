"""A resource: scope → serializer → answer. Everything is read through ``visible_to``, as on the pages.

class Households(ListResource):
    permission, model, filter_form, serializer_class = "case.view", Household, HouseholdFilter, HouseholdRow
"""

from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from salvation.access.models import ScopedModel
from salvation.journal.services import record
from salvation.web.filters import FilterForm


class Resource(GenericAPIView[Any]):
    """``label`` names it in the journal; ``narrow`` adds select_related and prefetches."""

    permission: ClassVar[str] = ""
    model: ClassVar[type[ScopedModel] | None] = None
    label: ClassVar[str] = ""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        if not cls.permission or not cls.label:
            raise ImproperlyConfigured(f"{cls.__name__} declares no permission or no label")
        return super().as_view(**initkwargs)

    def get_queryset(self) -> Any:
        if self.model is None:
            raise ImproperlyConfigured(f"{type(self).__name__} declares no model")
        # Without a user (the description is being made) nothing is visible.
        user = getattr(self.request, "user", None)
        return self.narrow(self.model._default_manager.visible_to(user))  # type: ignore[attr-defined]

    def narrow(self, rows: Any) -> Any:
        return rows

    def note(self, **facts: Any) -> None:
        """What was read stands in the journal: paging through a list is as good as exporting it."""
        record(actor=self.request.user, action="api.read", facts={"what": self.label, **facts})


class ListResource(ListModelMixin, Resource):
    """A filtered list in pages. ``filter_form`` is the page's own; what it cannot read is refused, not ignored."""

    filter_form: ClassVar[type[FilterForm]] = FilterForm

    def filter_queryset(self, queryset: Any) -> Any:
        form = self.filter_form(self.request.query_params, user=self.request.user)
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in found] for name, found in form.errors.items()})
        return form.apply(queryset)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = self.list(request, *args, **kwargs)
        self.note(rows=len(response.data["results"]))
        return response


class RecordResource(Resource):
    """One row; outside one's units it does not exist (404)."""

    def get(self, request: Request, pk: int) -> Response:
        # ``get_queryset`` is scoped already.
        found = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise Http404
        self.note(id=pk)
        return Response(self.get_serializer(found).data)
