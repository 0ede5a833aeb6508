"""Row scope, declared once per model.

    class Application(ScopedModel):
        access = Access(view="case.view", scopes={"handling": "handling_unit"}, village="household__village",
                        people="household__members__person")

``Application.objects.visible_to(user)`` is ``none()`` unless a current post says otherwise. Base views, API,
jobs, tables and exports all go through it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermission

from salvation.access.reach import Reach, reach_of

BORROW = "borrow"


@dataclass(frozen=True, slots=True)
class Access:
    """``view``: permission needed; ``scopes``: name → path to the unit; ``village``/``people``: paths; ``lendable``."""

    view: str
    scopes: Mapping[str, str]
    village: str | None = None
    people: str | None = None
    lendable: bool = False
    # Rows that belong to no unit (county-wide papers) are open to everyone who holds ``view``.
    shared: bool = field(default=False)
    # Path to a unit that handed the row over and keeps reading it: what is done about it is asked of ``scopes``.
    kept_by: str | None = None


class ScopedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any, scope: str | None = None) -> Self:
        """Rows that ``user`` may see in a named scope (default: the first declared, 受理)."""
        access: Access = self.model.access
        reach = reach_of(user, access.view)
        if not reach:
            return self.none()
        if access.shared:
            return self
        inside = _inside(access, access.scopes[scope or next(iter(access.scopes))], reach)
        if access.lendable and scope is None:
            inside |= Q(pk__in=_lent(self.model, user))
        return _without_recused(self.filter(inside), access, user)


def _inside(access: Access, path: str, reach: Reach) -> Q:
    inside = Q(**{f"{path}__in": reach.units}) if reach.units else Q(pk__in=[])
    if access.kept_by and reach.units:
        inside |= Q(**{f"{access.kept_by}__in": reach.units})
    if access.village and reach.villages:
        inside |= Q(**{f"{access.village}__in": reach.villages})
    return inside


def _lent(model: type[models.Model], user: Any) -> list[int]:
    """Single files lent to a person (django-guardian), e.g. to a special team. Read once for all models."""
    if "_lent" not in user.__dict__:
        found: dict[str, list[int]] = {}
        rows = UserObjectPermission.objects.filter(user=user, permission__codename__startswith=f"{BORROW}_")
        model_of = "permission__content_type__model"
        for name, codename, pk in rows.values_list(model_of, "permission__codename", "object_pk"):
            if codename == f"{BORROW}_{name}":
                found.setdefault(name, []).append(int(pk))
        user.__dict__["_lent"] = found
    return list(user.__dict__["_lent"].get(model._meta.model_name, ()))


def _without_recused(rows: Any, access: Access, user: Any) -> Any:
    if access.people is None:
        return rows
    people = recused_people(user)
    if not people:
        return rows
    hidden = rows.model._base_manager.filter(**{f"{access.people}__in": people}).values("pk")
    return rows.exclude(pk__in=hidden)


def recused_people(user: Any) -> list[int]:
    """Person ids whose files this user must not see: his own and his relatives'. Cached on the account."""
    if "_recused" not in user.__dict__:
        user.__dict__["_recused"] = list(
            Recusal.objects.filter(user=user, lifted_at__isnull=True).values_list("person_id", flat=True)
        )
    return list(user.__dict__["_recused"])


def recused_subjects(user: Any) -> Iterator[tuple[type["ScopedModel"], Any]]:
    """Every model with hidden rows and their ids, for rows that only name their subject (attachments, duties)."""
    people = recused_people(user)
    if not people:
        return
    for model in apps.get_models():
        if issubclass(model, ScopedModel) and not model._meta.proxy and model.access.people:
            found = model._base_manager.filter(**{f"{model.access.people}__in": people})
            yield model, found.values("pk")


def recused_rows(user: Any) -> Iterator[tuple[type["ScopedModel"], Any]]:
    """``recused_subjects`` and what is only about them: the papers and documents of a hidden file (回避)."""
    hidden = list(recused_subjects(user))
    yield from hidden
    if not hidden:
        return
    about = reduce(
        or_, (Q(subject_type=model._meta.label_lower, subject_id__in=found) for model, found in hidden)
    )
    for model in apps.get_models():
        if issubclass(model, ScopedModel) and isinstance(model._default_manager.all(), SubjectQuerySet):
            yield model, model._base_manager.filter(about).values("pk")


def closed_subjects(user: Any) -> list[str]:
    """Labels of the models none of whose rows this person's posts show."""
    return [
        model._meta.label_lower
        for model in apps.get_models()
        if issubclass(model, ScopedModel) and not reach_of(user, model.access.view)
    ]


def lent_subjects(user: Any) -> Iterator[tuple[type["ScopedModel"], list[int]]]:
    """Every model of which single rows may be lent, and the ids of those this person has."""
    for model in apps.get_models():
        if issubclass(model, ScopedModel) and not model._meta.proxy and model.access.lendable:
            yield model, _lent(model, user)


class ScopedModel(models.Model):
    """A model whose rows are shown only through ``visible_to``."""

    access: ClassVar[Access]
    # Foreign keys that say only whom or what the row was recognised as: the row stands without them.
    recognised_by: ClassVar[tuple[str, ...]] = ()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class SubjectQuerySet(ScopedQuerySet):
    """Rows that belong to a subject by its label and id (attachments, documents): nobody sees more than the subject."""

    def visible_to(self, user: Any, scope: str | None = None) -> Self:
        """The unit's and those of a lent file, of cases the posts show; never of files to stand back from (回避)."""
        rows = super().visible_to(user, scope).exclude(subject_type__in=closed_subjects(user))
        if reach_of(user, self.model.access.view):
            for model, lent in lent_subjects(user):
                if lent:
                    rows = rows | self.filter(subject_type=model._meta.label_lower, subject_id__in=lent)
        return rows.without_recused(user)

    def without_recused(self, user: Any) -> Self:
        """Those whose subject this person need not stand back from (回避)."""
        rows = self
        for model, hidden in recused_subjects(user):
            rows = rows.exclude(subject_type=model._meta.label_lower, subject_id__in=hidden)
        return rows


class Recusal(models.Model):
    """A person whose files an account must neither see nor handle (回避). Written by cases and audits."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recusals")
    # The id of cases.Person; the platform knows no app above it.
    person_id = models.BigIntegerField("人员")
    reason = models.CharField("原因", max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "回避"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "person_id"], condition=Q(lifted_at__isnull=True), name="recusal_once_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.reason}"
