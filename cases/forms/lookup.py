"""The form of a lookup of many people."""

from django import forms


class LookupForm(forms.Form):
    purpose = forms.CharField(
        label="查询用途", min_length=4, max_length=100, help_text="写入日志，例如：2026年冬春救助摸底"
    )
    text = forms.CharField(
        label="身份证号",
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一个，也可以直接粘贴表格；一次最多5000个",
    )
    file = forms.FileField(
        label="或上传清单", required=False, help_text="Excel 或 CSV，自动找出其中的身份证号"
    )
