"""The wizard: each stage is a form page of its own with an address, under one row of steps."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured

from salvation.web.pages.forms import FormPage

INTAKE_STEPS = ("上传文件", "对应列", "核对预览", "写入")


class WizardPage(FormPage):
    """One stage. ``step`` counts from 1 in ``steps``; ``body_template`` shows what this stage is about.

    Upload, column mapping and preview are forms; commit starts a job and leads to ``web:job``, where the
    result stays findable. Every stage can be left and opened again by its address.
    """

    template_name = "pages/wizard.html"
    steps: ClassVar[Sequence[str]] = INTAKE_STEPS
    step: ClassVar[int] = 0
    body_template: ClassVar[str] = ""
    submit_label: str = "下一步"
    back_label: ClassVar[str] = "上一步"
    drafts: ClassVar[bool] = False

    @classmethod
    def check_declaration(cls) -> None:
        super().check_declaration()
        if not 1 <= cls.step <= len(cls.steps):
            raise ImproperlyConfigured(f"{cls.__name__} is no stage of its wizard")

    def back_url(self) -> str:
        """The stage before; empty on the first."""
        return ""

    def extra(self) -> Mapping[str, Any]:
        return {"labels": self.steps, "at": self.step, "back": self.back_url()}
