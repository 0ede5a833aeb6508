"""Take a committed roster back while nothing builds on it, or say exactly what does (domain/12 §12.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from cases.models import (
    Benefit,
    BenefitSnapshot,
    BenefitTerm,
    GroupEntry,
    Household,
    Member,
    PayAccount,
    Person,
    TermMember,
)
from salvation.access.models import ScopedModel
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.models import Attachment
from salvation.intake.models import Batch
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at

register(roster__undo="撤销花名册入库", roster__blockers="下载撤销受阻清单")

WINDOW = "import.undo_days"
# Of one kind of later record, so many are listed; the rest is counted.
LISTED = 1_000
# Rows the system makes of the register by itself, as long as nobody wrote anything in them: they go with the person.
DERIVED: dict[type[models.Model], models.Q] = {GroupEntry: models.Q(checked_on__isnull=True)}


@dataclass(frozen=True, slots=True)
class Blocker:
    """A later record that holds on to what the batch wrote; `at` is when it was made, where that is known."""

    household_no: str
    head: str
    what: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """One table of a batch: its rows, and the way from a row to its household's number and head."""

    model: type[models.Model]
    rows: models.QuerySet[Any]
    number: str
    head: str


def written_by(batch: Batch) -> list[Written]:
    """What the batch wrote, from the leaves to the root: the order in which it can be deleted."""
    joined = models.Q(household__batch=batch) | models.Q(pk__in=batch.report.get("joined_members", []))
    return [
        Written(
            TermMember,
            TermMember.objects.filter(term__benefit__batch=batch),
            "term__benefit__household__no",
            "term__benefit__household__head__name",
        ),
        Written(
            BenefitTerm,
            BenefitTerm.objects.filter(benefit__batch=batch),
            "benefit__household__no",
            "benefit__household__head__name",
        ),
        _of_household(Benefit, Benefit.objects.filter(batch=batch)),
        _of_household(PayAccount, PayAccount.objects.filter(batch=batch)),
        _of_household(Member, Member.objects.filter(joined)),
        Written(Household, Household.objects.filter(batch=batch), "no", "head__name"),
        Written(Person, Person.objects.filter(batch=batch), "memberships__household__no", "name"),
    ]


def _of_household(model: type[models.Model], rows: models.QuerySet[Any]) -> Written:
    return Written(model, rows, "household__no", "household__head__name")


def undo_until(batch: Batch) -> datetime | None:
    """The moment after which the batch stays; None before it was committed."""
    if batch.committed_at is None:
        return None
    days = at(WINDOW, on=timezone.localdate(batch.committed_at), unit=batch.unit).value
    return batch.committed_at + timedelta(days=int(days))


def blockers(batch: Batch) -> list[Blocker]:
    """Every later record that stands in the way, by household. Empty when the batch can be taken back."""
    written = written_by(batch)
    own = {part.model: part.rows for part in written}
    found = [*_frozen(batch)]
    for part in written:
        found += _changed(part)
        found += _attached(part)
        found += _referring(part, own)
    return sorted(set(found), key=lambda blocker: (blocker.household_no, blocker.what))


def _named(part: Written, keys: Any) -> dict[int, tuple[str, str]]:
    """Number and head of the household each of these rows belongs to."""
    rows = part.rows.filter(pk__in=keys).values_list("pk", part.number, part.head)
    return {pk: (number or "", head or "") for pk, number, head in rows}


def _told(part: Written, found: list[tuple[int, Any]], what: str) -> Iterator[Blocker]:
    named = _named(part, [pk for pk, _ in found])
    for pk, moment in found:
        number, head = named.get(pk, ("", ""))
        yield Blocker(number, head, what, moment if isinstance(moment, datetime) else None)


def _frozen(batch: Batch) -> Iterator[Blocker]:
    """Snapshots carry no foreign keys; a frozen month must not speak of people who never were."""
    benefits = Benefit.objects.filter(batch=batch)
    rows = BenefitSnapshot.objects.filter(benefit_id__in=benefits.values("pk"), is_head=True)
    frozen = list(rows.values_list("benefit_id", "month")[:LISTED])
    heads = benefits.filter(pk__in=[pk for pk, _ in frozen])
    named = {
        pk: (no, head) for pk, no, head in heads.values_list("pk", "household__no", "household__head__name")
    }
    for pk, month in frozen:
        yield Blocker(*named[pk], f"{month:%Y-%m} 的月末快照已冻结")


def _changed(part: Written) -> Iterator[Blocker]:
    try:
        history = apps.get_model(part.model._meta.app_label, f"{part.model.__name__}Event")
    except LookupError:
        return
    events = history._default_manager.filter(pgh_obj__in=part.rows.values("pk"))
    found = list(events.values_list("pgh_obj", "pgh_created_at")[:LISTED])
    yield from _told(part, found, f"{part.model._meta.verbose_name}已有修改")


def _attached(part: Written) -> Iterator[Blocker]:
    files = Attachment.objects.filter(
        subject_type=part.model._meta.label_lower, subject_id__in=part.rows.values("pk")
    )
    found = list(files.values_list("subject_id", "added_at")[:LISTED])
    yield from _told(part, found, f"{part.model._meta.verbose_name}已有附件")


def _referring(part: Written, own: dict[type[models.Model], models.QuerySet[Any]]) -> Iterator[Blocker]:
    """Rows of any table, also of rooms above this one, that hold on to ours by their foreign keys."""
    for model, name, rows in _links(part):
        if _recognised(model, name):
            continue
        if model in own:
            rows = rows.exclude(pk__in=own[model].values("pk"))
        if model in DERIVED:
            rows = rows.exclude(DERIVED[model])
        moment = next((f for f in ("created_at", "added_at", "at") if _has(model, f)), "pk")
        found = list(rows.values_list(name, moment)[:LISTED])
        yield from _told(part, found, f"已有{model._meta.verbose_name}")


def _links(part: Written) -> Iterator[tuple[type[models.Model], str, models.QuerySet[Any]]]:
    """Each foreign key to our table with the rows that hold on to ours by it."""
    for link in part.model._meta.get_fields(include_hidden=True):
        if isinstance(link, models.ManyToOneRel) and getattr(link.field, "db_constraint", True):
            model, name = link.related_model, link.field.name
            yield model, name, model._base_manager.filter(**{f"{name}__in": part.rows.values("pk")})


def _recognised(model: type[models.Model], name: str) -> bool:
    return issubclass(model, ScopedModel) and name in model.recognised_by


def _let_go(part: Written) -> None:
    """What the system drew from ours by itself goes; rows that only recognised ours stay, without them."""
    for model, name, rows in _links(part):
        if _recognised(model, name):
            rows.update(**{name: None})
        elif model in DERIVED:
            derived = rows.filter(DERIVED[model]).order_by()
            derived._raw_delete(derived.db)


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


@transaction.atomic
def undo_batch(*, batch: Batch, actor: Any) -> Batch:
    """Take a committed batch back. Raises Refusal when the time is over or anything was built on what it wrote.

    The database itself has the last word: foreign keys are checked at once.
    """
    if actor is not None:
        require(actor, "intake.undo", batch.unit)
    locked = Batch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    if locked.state != Batch.State.COMMITTED:
        raise Refusal(f"该批次{locked.get_state_display()}，不能撤销")
    until = undo_until(locked)
    if until and timezone.now() > until:
        raise Refusal(f"该批次的撤销期限已于 {until:%Y-%m-%d} 届满，不能撤销；个别有误的请办理变更")
    found = blockers(locked)
    if found:
        raise Refusal(refusal_of(found))
    try:
        with transaction.atomic():
            _delete(locked)
    except IntegrityError as error:
        raise Refusal(f"该批次的家庭已有{_built(error)}，不能撤销；个别有误的请办理变更") from error
    locked.state, locked.undone_at = Batch.State.UNDONE, timezone.now()
    locked.save(update_fields=["state", "undone_at"])
    facts = {"file": locked.file_name}
    record(actor=actor, action="roster.undo", subject=locked, unit=locked.unit, facts=facts)
    return locked


def refusal_of(found: list[Blocker]) -> str:
    first = found[0]
    where = f"户编号 {first.household_no}（{first.head}）" if first.household_no else first.head or "其中一户"
    more = f"等 {len(found)} 项" if len(found) > 1 else ""
    return f"该批次不能撤销：{where}{first.what}{more}，清单见撤销页；个别有误的请办理变更"


def _delete(batch: Batch) -> None:
    """Bottom up, set by set. Foreign keys are checked at once, not at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    written = written_by(batch)
    for part in written:
        _let_go(part)
    for part in written:
        part.rows.order_by()._raw_delete(part.rows.db)


def _built(error: IntegrityError) -> str:
    """The Chinese name of the table whose rows stand in the way."""
    table = getattr(getattr(error.__cause__, "diag", None), "table_name", None)
    named = (model._meta.verbose_name for model in apps.get_models() if model._meta.db_table == table)
    return str(next(named, "后续业务"))
