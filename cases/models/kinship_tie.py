"""What an applicant declared about relatives in office: who of the family, what relation, to whom (B20)."""

from django.db import models

from cases.models.application import Application
from cases.models.person import Person
from salvation.registers.models import StaffMember


class KinshipTie(models.Model):
    """One declared relation between a member of the family and somebody who works in assistance or in a village."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="ties")
    member = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ties", verbose_name="家庭成员")
    relation = models.CharField("关系", max_length=12)
    staff_name = models.CharField("工作人员姓名", max_length=50)
    staff_place = models.CharField("单位和职务", max_length=100, blank=True)
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="ties")

    class Meta:
        verbose_name = "近亲属申明"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.member}与{self.staff_name}"
