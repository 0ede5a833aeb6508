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
    "units.edit": "修改填报单位",
    "account.post_end": "终止岗位",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.reset": "重置密码",
    "account.unlock": "解除登录锁定",
    "account.factor": "绑定动态口令",
    "account.factor_reset": "重置动态口令",
    "account.backup_codes": "生成备用码",
    "account.backup_used": "用备用码登录",
    "account.sign_out_others": "退出其他登录",
    "token.make": "签发接口令牌",
    "token.collect": "领取接口令牌",
    "token.revoke": "吊销接口令牌",
    "api.read": "接口读取",
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
