"""Forms of the platform's own registers."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import CheckConstraint, Model
from django.utils import timezone

from salvation.registers.models import (
    Meeting,
    MeetingRule,
    MeetingTask,
    MemberUnit,
    PolicyDocument,
    ReviewPanel,
    StaffMember,
)
from salvation.registers.selectors import accounts_below, possible_parents, recent_meetings_of
from salvation.web.fields import DateField, FilesField
from salvation.web.filters import FilterForm


class RecordForm(forms.ModelForm):
    """A register's form: knows who fills it in, so that choices stay within his units."""

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        """What the database holds is said by the form or the service in words of its field, not by a constraint's name."""
        super().full_clean()
        names = constraint_messages(type(self.instance))
        said = self.errors.get(NON_FIELD_ERRORS)
        if said is None or not names.intersection(said):
            return
        kept = [words for words in said if words not in names]
        del self.errors[NON_FIELD_ERRORS]
        for words in kept:
            self.add_error(None, words)


def constraint_messages(model: type[Model]) -> set[str]:
    """What the framework says of broken check constraints of a model: their names, which tell nobody anything."""
    checks = [one for one in model._meta.constraints if isinstance(one, CheckConstraint)]
    return {str(one.get_violation_error_message()) for one in checks}


class MeetingForm(RecordForm):
    held_on = DateField(label="日期")
    minutes = FilesField(label="会议纪要", required=False, help_text="PDF、Word 或照片，可选多个")
    photos = FilesField(label="现场照片", required=False)

    class Meta:
        model = Meeting
        fields: ClassVar[list[str]] = [
            "kind",
            "number",
            "title",
            "held_on",
            "place",
            "host",
            "attendees",
            "quorum",
            "absent",
            "recused",
            "agenda",
            "resolutions",
        ]
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.Textarea(attrs={"rows": 4})
            for name in ("attendees", "absent", "recused", "agenda", "resolutions")
        }

    def clean(self) -> dict[str, Any]:
        """People who stand back do not count towards the quorum (07 §7.2)."""
        cleaned: dict[str, Any] = super().clean() or {}
        quorum = cleaned.get("quorum")
        if quorum and cleaned.get("attendees"):
            recused = set((cleaned.get("recused") or "").split())
            present = len({name for name in cleaned["attendees"].split() if name not in recused})
            if present < quorum:
                self.add_error(
                    "attendees", f"除回避人员外到会 {present} 人，不足法定人数 {quorum} 人，请核对签到"
                )
        return cleaned


class MeetingFilter(FilterForm):
    kind = forms.ChoiceField(label="类型", choices=[("", "全部"), *Meeting.Kind.choices])
    words = forms.CharField(label="名称或议题", max_length=40)
    since = DateField(label="日期从")
    until = DateField(label="到")
    lookups: ClassVar[dict[str, str]] = {"kind": "kind", "since": "held_on__gte", "until": "held_on__lte"}

    def narrow(self, rows: Any) -> Any:
        words = self.cleaned_data.get("words")
        return rows.filter(title__icontains=words) | rows.filter(agenda__icontains=words) if words else rows


class PolicyDocumentForm(RecordForm):
    issued_on = DateField(label="成文日期", required=False)
    effective_on = DateField(label="施行日期", required=False)
    repealed_on = DateField(label="废止日期", required=False)
    fulltext = FilesField(label="文件全文", required=False, help_text="PDF 或 Word")

    class Meta:
        model = PolicyDocument
        fields: ClassVar[list[str]] = [
            "number",
            "title",
            "issuer",
            "level",
            "issued_on",
            "effective_on",
            "repealed_on",
            "parent",
            "keywords",
            "note",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["parent"]
        field.queryset = possible_parents(self.actor, self.instance)
        field.help_text = "本文件转发或依据的上级文件"

    def clean(self) -> dict[str, Any]:
        """A document must not stop before it starts, nor stand below itself."""
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("effective_on") or cleaned.get("issued_on"), cleaned.get("repealed_on")
        if start and end and end < start:
            self.add_error("repealed_on", f"废止日期不能早于施行（成文）日期 {start:%Y-%m-%d}")
        above = cleaned.get("parent")
        while above is not None:
            if above.pk == self.instance.pk:
                self.add_error("parent", "上位文件不能是本文件的下位文件，请重新选择")
                break
            above = above.parent
        return cleaned


class PolicyDocumentFilter(FilterForm):
    words = forms.CharField(label="文号、标题或关键词", max_length=40)
    level = forms.ChoiceField(label="层级", choices=[("", "全部"), *PolicyDocument.Level.choices])
    lookups: ClassVar[dict[str, str]] = {"level": "level"}

    def narrow(self, rows: Any) -> Any:
        words = self.cleaned_data.get("words")
        if not words:
            return rows
        found = [rows.filter(**{f"{name}__icontains": words}) for name in ("number", "title", "keywords")]
        return found[0] | found[1] | found[2]


class StaffForm(RecordForm):
    from_on = DateField(label="任职日期")
    until_on = DateField(label="离任日期", required=False)
    pledged_on = DateField(label="保密承诺日期", required=False)

    class Meta:
        model = StaffMember
        fields: ClassVar[list[str]] = [
            "name", "kind", "post", "organisation", "qualification", "from_on", "until_on", "pledged_on", "phone",
            "account",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset = accounts_below(self.actor)
        field.help_text = "选了账号，本人就看不到、不能办理自己和已备案近亲属的件"

    def clean(self) -> dict[str, Any]:
        """Third-party staff are filed with their organisation and their pledge of secrecy (M04)."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") == StaffMember.Kind.THIRD_PARTY:
            for name, label in (("organisation", "所属机构"), ("pledged_on", "保密承诺日期")):
                if not cleaned.get(name):
                    self.add_error(name, f"购买服务机构人员须填写{label}")
        if cleaned.get("until_on") and cleaned.get("from_on") and cleaned["until_on"] < cleaned["from_on"]:
            self.add_error("until_on", "离任日期早于任职日期，请核对")
        return cleaned


class StaffFilter(FilterForm):
    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), *StaffMember.Kind.choices])
    name = forms.CharField(label="姓名", max_length=50)
    lookups: ClassVar[dict[str, str]] = {"kind": "kind", "name": "name__startswith"}


LEADING_POSTS = ("乡长", "镇长", "乡镇长", "主任")


class PanelForm(RecordForm):
    from_on = DateField(label="成立日期")
    until_on = DateField(label="届满日期", required=False)

    class Meta:
        model = ReviewPanel
        fields: ClassVar[list[str]] = [
            "leader",
            "leader_post",
            "members",
            "term",
            "from_on",
            "until_on",
            "document",
        ]
        widgets: ClassVar[dict[str, Any]] = {"members": forms.Textarea(attrs={"rows": 5})}

    def clean_leader_post(self) -> str:
        post: str = self.cleaned_data["leader_post"].strip()
        if not post.endswith(LEADING_POSTS):
            raise forms.ValidationError("领导组组长须由乡（镇）长（管委会主任）担任（002 第53条）")
        return post


class MeetingRuleForm(RecordForm):
    from_on = DateField(label="施行日期")
    until_on = DateField(label="停止日期", required=False)

    class Meta:
        model = MeetingRule
        fields: ClassVar[list[str]] = [
            "kind", "body", "document", "from_on", "until_on", "per_year", "quorum", "most_absent", "members", "leave", "text",
        ]  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "members": forms.Textarea(attrs={"rows": 5}),
            "leave": forms.Textarea(attrs={"rows": 3}),
            "text": forms.Textarea(attrs={"rows": 8}),
        }

    def clean(self) -> dict[str, Any]:
        """A quorum of more people than there are would never be reached."""
        cleaned: dict[str, Any] = super().clean() or {}
        members, quorum = set((cleaned.get("members") or "").split()), cleaned.get("quorum")
        if members and quorum and quorum > len(members):
            self.add_error("quorum", f"法定人数 {quorum} 人多于成员 {len(members)} 人，请核对")
        if cleaned.get("until_on") and cleaned.get("from_on") and cleaned["until_on"] <= cleaned["from_on"]:
            self.add_error("until_on", "停止日期须在施行日期之后")
        return cleaned


class MemberUnitForm(RecordForm):
    from_on = DateField(label="加入日期")
    until_on = DateField(label="退出日期", required=False)

    class Meta:
        model = MemberUnit
        fields: ClassVar[list[str]] = ["name", "task", "contact", "phone", "from_on", "until_on"]


class MeetingTaskForm(RecordForm):
    """A task beside those that the resolutions made."""

    meeting = forms.ModelChoiceField(label="会议", queryset=Meeting.objects.none(), empty_label="请选择会议")
    due_on = DateField(label="完成期限")

    class Meta:
        model = MeetingTask
        fields: ClassVar[list[str]] = ["meeting", "what", "responsible", "due_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["meeting"]
        field.queryset = recent_meetings_of(self.actor)


class MeetingTaskDoneForm(RecordForm):
    """What became of a task."""

    due_on = DateField(label="完成期限")
    done_on = DateField(label="完成日期", required=False, help_text="落实后填写")

    class Meta:
        model = MeetingTask
        fields: ClassVar[list[str]] = ["responsible", "due_on", "done_on", "result"]
        widgets: ClassVar[dict[str, Any]] = {"result": forms.Textarea(attrs={"rows": 4})}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        done = cleaned.get("done_on")
        if done and not (cleaned.get("result") or "").strip():
            self.add_error("result", "填了完成日期，须写明落实情况")
        if done and done > timezone.localdate():
            self.add_error("done_on", "完成日期不能晚于今天")
        return cleaned


class MeetingTaskFilter(FilterForm):
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("open", "未完成"), ("late", "已逾期"), ("done", "已完成")]
    )
    words = forms.CharField(label="事项或责任单位", max_length=40)

    def narrow(self, rows: Any) -> Any:
        match self.cleaned_data.get("state"):
            case "open":
                rows = rows.filter(done_on__isnull=True)
            case "late":
                rows = rows.filter(done_on__isnull=True, due_on__lt=timezone.localdate())
            case "done":
                rows = rows.filter(done_on__isnull=False)
        words = self.cleaned_data.get("words")
        return (
            rows.filter(what__icontains=words) | rows.filter(responsible__icontains=words) if words else rows
        )
