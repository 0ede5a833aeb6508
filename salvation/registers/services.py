"""Write a record of a declared register."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from salvation.access.services import get_visible, must_still_see, require
from salvation.domain.errors import Refusal
from salvation.files.services import add_uploads
from salvation.journal.services import record
from salvation.registers.register import Register
from salvation.units.models import Unit


@transaction.atomic
def create_record(
    *,
    register: Register,
    form: Any,
    actor: Any,
    uploads: dict[str, list[Any]] | None = None,
    subject: Any = None,
) -> Any:
    """Save a valid form as a new record of its subject, else of the actor's unit. Raises PermissionDenied, Refusal."""
    made = form.save(commit=False)
    if register.about is not None:
        # Whoever writes about the same subject waits here: each sees what the other wrote.
        locked = register.about.model._base_manager.select_for_update(of=("self",)).get(pk=subject.pk)
        for name, value in register.about.place(locked).items():
            setattr(made, name, value)
        require(actor, register.edit, getattr(made, register.seat))
    else:
        require(actor, register.edit)
        setattr(made, register.unit, editing_unit(actor, register.edit))
    unit = getattr(made, register.unit)
    _save(register, made, actor, new=True)
    form.save_m2m()
    must_still_see(actor, made)
    _attach(made, unit, actor, uploads)
    record(actor=actor, action="register.create", subject=made, unit=unit, facts={"register": register.label})
    return made


@transaction.atomic
def update_record(
    *, register: Register, form: Any, actor: Any, uploads: dict[str, list[Any]] | None = None
) -> Any:
    """Save a valid form over its record; the journal keeps which fields changed. Raises PermissionDenied, 404."""
    before = get_visible(register.model._default_manager.all(), actor, pk=form.instance.pk)
    require(actor, register.edit, getattr(before, register.seat))
    register.model._base_manager.select_for_update(of=("self",)).get(pk=before.pk)
    if not register.editable(before):
        raise Refusal(f"这条{register.label}不能再改")
    unit = getattr(before, register.unit)
    saved = form.save(commit=False)
    _save(register, saved, actor, new=False)
    form.save_m2m()
    must_still_see(actor, saved)
    _attach(saved, unit, actor, uploads)
    changed = "、".join(str(form.fields[name].label) for name in form.changed_data if name in form.fields)
    facts = {"register": register.label, "changed": changed}
    record(actor=actor, action="register.update", subject=saved, unit=unit, facts=facts)
    return saved


def _save(register: Register, made: Any, actor: Any, *, new: bool) -> None:
    try:
        with transaction.atomic():
            if register.save is None:
                made.save()
            else:
                register.save(record=made, actor=actor, now=timezone.now(), new=new)
    except IntegrityError as error:
        raise Refusal(
            "填写的内容前后不一致，或者同样的已经登记过，没有保存；请核对日期先后、数字和说明"
        ) from error


def editing_unit(actor: Any, permission: str) -> Unit:
    """The unit a new record belongs to: that of the first post which may edit. Raises Refusal."""
    for post in actor.current_posts:
        if actor.may(permission, post.unit):
            unit: Unit = post.unit
            return unit
    raise Refusal("您没有可以登记的岗位")


def _attach(saved: Any, unit: Unit, actor: Any, uploads: dict[str, list[Any]] | None) -> None:
    for kind, files in (uploads or {}).items():
        add_uploads(subject=saved, unit=unit, kind=kind, uploads=files, actor=actor)
