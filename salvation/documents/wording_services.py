"""A county words its 文书 anew: one person enters, another confirms, from a day on (04 §4.11)."""
# requirements: B19

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from salvation.access.services import require
from salvation.documents.declared import GAP, HOLE, KINDS, Kind, office_of
from salvation.documents.models import WordingVersion, words_at
from salvation.documents.official import Line, Paper
from salvation.documents.wordings import Wording, checked, dropped, names_of, paragraphs_of
from salvation.domain.errors import Refusal
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.services import confirm_entry, reject_entry
from salvation.units.models import Unit

register(
    wording__propose="录入文书文字",
    wording__confirm="确认文书文字",
    wording__reject="退回文书文字",
)

WHAT = "文书文字"


@transaction.atomic
def propose_wording(
    *, kind: Kind, unit: Unit, written: Sequence[str], valid_from: date, basis: str, actor: Any
) -> WordingVersion:
    """Enter words for the paragraphs of a kind, in their order; blank keeps the declared ones. All blank takes the
    declared words back. No effect before it is confirmed. Raises Refusal for a bad placeholder, or no change."""
    require(actor, "param.edit", unit)
    if unit.kind != Unit.Kind.COUNTY:
        raise Refusal(f"文书文字由县局统一规定，{unit.name}不是县级单位", field="unit")
    if not basis.strip():
        raise Refusal("请填写依据（文号或局务会日期）", field="basis")
    texts = checked(kind, written)
    if texts == dict(words_at(kind.code, unit=unit, on=valid_from).texts):
        raise Refusal("与该日适用的文字相同，没有需要改的")
    version = WordingVersion.objects.create(
        code=kind.code, unit=unit, texts=texts, valid_from=valid_from, basis=basis.strip(), entered_by=actor
    )
    _record("wording.propose", version, actor, paragraphs=len(texts))
    return version


@transaction.atomic
def confirm_wording(*, version_id: int, actor: Any) -> WordingVersion:
    """Confirm another person's words. Raises Refusal for one's own, or once decided."""
    version = _locked(version_id)
    confirm_entry(version, actor=actor, what=WHAT)
    _record("wording.confirm", version, actor)
    return version


@transaction.atomic
def reject_wording(*, version_id: int, actor: Any, reason: str) -> WordingVersion:
    """Send words back with a reason. Raises Refusal without one."""
    version = _locked(version_id)
    reject_entry(version, actor=actor, reason=reason, what=WHAT)
    _record("wording.reject", version, actor, reason=reason.strip())
    return version


def _locked(version_id: int) -> WordingVersion:
    found: WordingVersion = (
        WordingVersion.objects.select_for_update(of=("self",)).select_related("unit").get(pk=version_id)
    )
    return found


def _record(action: str, version: WordingVersion, actor: Any, **facts: Any) -> None:
    facts = {"document": version.code, "from": f"{version.valid_from:%Y-%m-%d}", **facts}
    record(actor=actor, action=action, subject=version, unit=version.unit, facts=facts)


def sample(kind: Kind, wording: Wording, unit: Unit) -> Paper:
    """How the paper would look: placeholders by their names, what is worked out left aside."""
    names = names_of(kind)

    def named(text: str) -> str:
        return HOLE.sub(lambda hole: f"〔{names[hole[1]]}〕", text)

    body: list[Line] = []
    for block in kind.body:
        if isinstance(block, Line):
            body += [Line(named(line.text), line.level, line.align) for line in wording.lines(block)]
        else:
            body.append(Line("（此处为系统按本件填入的内容或表格）", align="center"))
    return Paper(
        title=kind.title,
        addressee=named(wording.of(kind.addressee)),
        body=tuple(body),
        issuer=office_of(unit),
        dated=timezone.localdate(),
        number="" if kind.form else GAP.format("文号").replace("缺：", ""),
        sealed=not kind.form,
        plain=kind.form,
    )


def lost(kind: Kind, wording: Wording) -> list[str]:
    """What the declared text says and the new one no longer does, in words for the second person."""
    told = []
    for paragraph in paragraphs_of(kind):
        names = dropped(kind, paragraph, wording.of(paragraph.declared))
        if names:
            told.append(f"{paragraph.label}不再写明：{'、'.join(names)}")
    return told


def outdated(kind: Kind, wording: Wording) -> int:
    """How many replaced paragraphs the system has meanwhile declared anew: their replacements no longer apply."""
    declared = {paragraph.declared for paragraph in paragraphs_of(kind)}
    return sum(text not in declared for text in wording.texts)


def waiting_for(unit: Unit) -> list[WordingVersion]:
    """What a second person still has to decide, of kinds that are still issued."""
    rows = WordingVersion.objects.filter(unit=unit, state=WordingVersion.State.PROPOSED)
    return [version for version in rows.select_related("entered_by", "unit") if version.code in KINDS]
