"""What came with an application: pieces handed in, who may act for the applicant."""

from django.conf import settings
from django.db import models

from cases.models.application import Application
from cases.models.choices import choices
from cases.rules.materials import Origin
from salvation.files.models import Attachment
from salvation.vault.fields import SealedField


class Material(models.Model):
    """One piece of the list. Without ``received_on`` it was asked for by hand and is still wanted (补正)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="materials")
    code = models.CharField("代码", max_length=20)
    label = models.CharField("材料", max_length=120)
    origin = models.CharField("来源", max_length=8, choices=choices(Origin))
    received_on = models.DateField("收到日期", null=True, blank=True)
    # The piece of an earlier application that serves again; its files are not sent twice.
    taken_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now=True)

    class Meta:
        verbose_name = "申请材料"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "code"], name="material_once_an_application")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def file_kind(self) -> str:
        """Under which kind the files of this piece are kept."""
        return f"MATERIAL:{self.code}"

    def has_files(self) -> bool:
        """Whether there is a photo or scan of the piece, or of the earlier one that serves again."""
        kept = self.taken_from or self
        label = Application._meta.label_lower
        rows = Attachment.objects.filter(
            subject_type=label, subject_id=kept.application_id, kind=kept.file_kind
        )
        return rows.exists()


class ProxyMandate(models.Model):
    """Who applies on behalf of the applicant, and by which mandate (L57 第6条; B03)."""

    class Kind(models.TextChoices):
        VILLAGE = "VILLAGE", "村（社区）代为申请"
        GUARDIAN = "GUARDIAN", "监护人"
        RELATIVE = "RELATIVE", "亲属"
        OTHER = "OTHER", "其他受托人"

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="mandate")
    kind = models.CharField("受托人类别", max_length=10, choices=Kind)
    name = models.CharField("受托人", max_length=50)
    id_no = SealedField(kind="citizen_id", null=True, verbose_name="受托人证号")
    relation = models.CharField("与申请人关系", max_length=30, blank=True)
    phone = SealedField(kind="phone", null=True, verbose_name="电话")
    signed_on = models.DateField("委托日期")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "委托申请"

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"
