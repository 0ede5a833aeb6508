"""Action codes and their wording. Apps register theirs in ``AppConfig.ready()``.

The journal stores the code and the facts; the sentence is made when it is read, so wording may improve later.
"""

ACTIONS: dict[str, str] = {
    "account.create": "开立账号",
    "account.post": "授予岗位",
    "account.password": "修改密码",
    "account.login": "登录",
    "account.login_failed": "登录失败",
    "account.logout": "退出登录",
    "units.load": "加载区划与单位",
    "units.edit": "修改填报单位",
    "account.post_end": "终止岗位",
    "account.disable": "停用账号",
    "account.reset": "重置密码",
    "param.propose": "录入参数",
    "param.confirm": "确认参数",
    "param.reject": "退回参数",
    "mask.reveal": "查看敏感字段",
    "export": "导出",
    "export.request": "申请导出完整版",
    "export.approve": "批准导出完整版",
    "file.add": "上传附件",
    "file.read": "查看附件",
    "register.create": "新增登记",
    "register.update": "修改登记",
    "job.start": "启动任务",
    "job.cancel": "取消任务",
    "submission.cell": "填报数据",
    "search": "检索",
}


def register(**actions: str) -> None:
    """Add ``code="wording"`` pairs; dots in codes are written as double underscores."""
    for code, wording in actions.items():
        ACTIONS[code.replace("__", ".")] = wording


def wording(code: str) -> str:
    return ACTIONS.get(code, code)
