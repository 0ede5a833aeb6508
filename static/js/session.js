// Two minutes before a page left alone is signed out it says so; afterwards it leaves nothing on the screen.
// What was typed is kept as a draft while typing; the sign-in page leads back here.
"use strict";
(function () {
  const facts = document.currentScript.dataset;
  const idle = Number(facts.idle) * 1000;
  if (!idle) { return; }
  const warning = Math.min(120000, idle / 2);
  // Shared by all open pages of this browser: work in one of them keeps the others.
  const KEY = "last-answer";
  let fallback = Date.now();
  const touch = () => { fallback = Date.now(); try { localStorage.setItem(KEY, String(fallback)); } catch { /* private mode */ } };
  const last = () => { try { return Number(localStorage.getItem(KEY)) || fallback; } catch { return fallback; } };
  const say = (tag, text, parent) => { const node = document.createElement(tag); node.textContent = text; parent.append(node); return node; };

  let dialog = null;
  let left = null;
  const close = () => { if (dialog) { dialog.close(); dialog.remove(); dialog = null; } };
  const leave = () => {
    const place = encodeURIComponent(location.pathname + location.search);
    document.body.hidden = true;
    location.replace(`${facts.login}?idle=1&next=${place}`);
  };
  const stay = async () => {
    const answer = await fetch(facts.alive, { redirect: "manual", cache: "no-store" }).catch(() => null);
    if (answer && answer.status === 204) { touch(); close(); } else if (answer) { leave(); }
  };
  const warn = () => {
    dialog = document.createElement("dialog");
    dialog.className = "panel idle";
    dialog.setAttribute("aria-labelledby", "idle-title");
    say("h2", "您有一段时间没有操作了", dialog).id = "idle-title";
    left = say("p", "", dialog);
    left.setAttribute("role", "timer");
    say("p", "已填写的内容会保存为草稿。", dialog);
    const acts = document.createElement("p");
    acts.className = "form-acts";
    dialog.append(acts);
    const button = say("button", "继续使用", acts);
    button.type = "button";
    button.className = "button main";
    button.addEventListener("click", stay);
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
    document.body.append(dialog);
    dialog.showModal();
  };
  const look = () => {
    const rest = last() + idle - Date.now();
    if (rest <= 0) { leave(); return; }
    if (rest > warning) { close(); return; }
    if (dialog && !dialog.isConnected) { dialog = null; }
    if (!dialog) { warn(); }
    left.textContent = `${Math.ceil(rest / 1000)} 秒后将自动退出登录。`;
  };
  touch();
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) { touch(); } });
  window.setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
})();
