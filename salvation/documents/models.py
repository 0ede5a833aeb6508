"""文书 as records: drawn up, numbered and frozen when issued, delivered."""

from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from salvation.access.models import Access, ScopedModel, SubjectQuerySet
from salvation.documents.declared import KINDS, Composed, Kind, compose, from_plain
from salvation.documents.flows import DOCUMENT, WAYS
from salvation.documents.official import Paper
from salvation.documents.wordings import Wording
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.parameters.models import TwoPersons
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.vault.fields import SealedJSONField


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Document(FlowSubject):
    """One 文书 about one record. Once issued, text and facts are kept as they went out."""

    access = Access(view="document.view", scopes={"handling": "unit"}, village="village")
    flow: ClassVar[Flow] = DOCUMENT
    keeps_due: ClassVar[bool] = True
    objects = SubjectQuerySet.as_manager()  # type: ignore[misc]

    code = models.CharField("文书", max_length=30)
    title = models.CharField("名称", max_length=60)
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.BigIntegerField("对象")
    about = models.CharField("事项", max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村（社区）"
    )
    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="签发单位")
    dated = models.DateField("文书日期")
    number = models.CharField("文号", max_length=60, null=True)
    # What was filled in when it was drawn up; and, from issue on, the facts and the text as they went out.
    given = SealedJSONField(verbose_name="填写内容")
    facts = SealedJSONField(null=True, verbose_name="所用事实")
    text = SealedJSONField(null=True, verbose_name="正文")
    # SHA-256 of the canonical text (12 §12.1 #15).
    sha256 = models.CharField("内容校验", max_length=64, blank=True)
    once = models.BooleanField("只出一份", default=True)
    issued_at = models.DateTimeField("签发时间", null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )
    delivered_on = models.DateField("送达日期", null=True)
    way = models.CharField("送达方式", max_length=12, choices=WAYS, blank=True)
    received_by = models.CharField("签收人", max_length=100, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="拟稿人"
    )
    created_at = models.DateTimeField("拟稿时间", auto_now_add=True)

    class Meta:
        verbose_name = "文书"
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="document_subject"),
            models.Index(fields=["unit", "state", "id"], name="document_unit_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "subject_type", "subject_id"],
                condition=Q(once=True) & ~Q(state="VOID"),
                name="document_one_valid_a_subject",
            ),
            # Towns of two counties may bear one name, and so their papers one number.
            models.UniqueConstraint(fields=["issuer", "number"], name="document_number_of_issuer"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="issued_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__text__isnull=False)
                & (
                    pgtrigger.Q(old__text__df=pgtrigger.F("new__text"))
                    | pgtrigger.Q(old__facts__df=pgtrigger.F("new__facts"))
                    | pgtrigger.Q(old__number__df=pgtrigger.F("new__number"))
                    | pgtrigger.Q(old__sha256__df=pgtrigger.F("new__sha256"))
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.about}）"

    @property
    def desk_unit(self) -> Unit:
        """A county's paper is signed by the county; the unit in charge delivers it."""
        return self.issuer if self.state == "DRAFT" else self.unit

    @property
    def kind(self) -> Kind:
        return KINDS[self.code]

    @property
    def subject(self) -> models.Model:
        """The record it is about; whoever sees the document sees that (SubjectQuerySet)."""
        found: models.Model = apps.get_model(self.subject_type)._base_manager.get(pk=self.subject_id)
        return found

    def composed(self) -> Composed:
        """As it would go out now, in the words of its county."""
        words = words_at(self.code, unit=self.unit, on=self.dated)
        return compose(self.kind, self.subject, sealed_facts.load(self.given), words=words)

    def paper(self) -> Paper:
        """The text as it went out, or as a draft would."""
        return from_plain(sealed_facts.load(self.text)) if self.text else self.composed().paper


class PrintedCopy(ScopedModel):
    """One paper as it was taken out of the system, by its fingerprints. Never changed; seen by whoever sees the record."""

    access = Access(view="document.view", scopes={"handling": "unit"}, village="village")
    objects = SubjectQuerySet.as_manager()  # type: ignore[misc]

    # Letters, printed at the foot in groups of four.
    code = models.CharField("核验码", max_length=12, unique=True)
    kind = models.CharField("文书", max_length=30)
    title = models.CharField("名称", max_length=60)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="copies", verbose_name="文书"
    )
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.BigIntegerField("对象")
    # Which of several papers of the record, where there are several (an assessment of a household).
    part = models.BigIntegerField("所属", null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="村（社区）"
    )
    content_sha256 = models.CharField("内容哈希", max_length=64)
    file_sha256 = models.CharField("文件哈希", max_length=64, db_index=True)
    form = models.CharField("格式", max_length=4)
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="打印人"
    )
    printed_at = models.DateTimeField("打印时间", auto_now_add=True)

    class Meta:
        verbose_name = "打印件"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="printed_copy_subject")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.title}（{self.printed_at:%Y-%m-%d}打印）"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class WordingVersion(TwoPersons):
    """A county's own words for one kind of 文书; ``texts``: declared paragraph → its words. Empty: the declared ones."""

    code = models.CharField("文书", max_length=30)
    texts = models.JSONField("文字", default=dict)

    class Meta:
        verbose_name = "文书文字"
        ordering = ["code", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="wording_two_persons",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
            ),
            models.CheckConstraint(
                name="wording_confirmed_has_person",
                condition=~Q(state="CONFIRMED") | Q(confirmed_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["code", "unit", "valid_from"],
                condition=Q(state="CONFIRMED"),
                name="wording_one_confirmed_a_day",
            ),
        ]

    def __str__(self) -> str:
        title = KINDS[self.code].title if self.code in KINDS else self.code
        return f"《{title}》的文字（{self.valid_from:%Y-%m-%d}起）"

    @property
    def wording(self) -> Wording:
        return Wording(self.texts)


def wording_in_force(code: str, *, unit: Unit, on: date) -> WordingVersion | None:
    """What the unit's county confirmed for a kind of 文书 as of a day; None for the declared words."""
    confirmed = WordingVersion.objects.filter(
        code=code, unit=unit.county_id or unit.pk, state=WordingVersion.State.CONFIRMED, valid_from__lte=on
    )
    return confirmed.order_by("-valid_from").first()


def words_at(code: str, *, unit: Unit, on: date) -> Wording:
    """The words to compose a 文书 of a unit with."""
    found = wording_in_force(code, unit=unit, on=on)
    return found.wording if found else Wording()
