// Signing out with records that were not sent is refused; a sign-out without them leaves nothing on the device.
// On the sign-in page the device belongs to nobody until somebody opened the collecting page again.
"use strict";
(function () {
  const NAME = "salvation-survey";
  const VISITS = "/cases/visits/";
  const locked = document.currentScript.dataset.locked;

  // The store, if this device has one: looking must not make it.
  const opened = () => new Promise((resolve) => {
    if (!window.indexedDB) { resolve(null); return; }
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = (event) => { event.preventDefault(); resolve(null); };
    // A store that does not answer must not keep anybody signed in.
    window.setTimeout(() => resolve(null), 3000);
  });
  const done = (work) => new Promise((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onabort = work.onerror = () => reject(work.error);
  });
  const count = (rows) => new Promise((resolve, reject) => {
    rows.onsuccess = () => resolve(rows.result);
    rows.onerror = () => reject(rows.error);
  });
  const forgetPointer = async () => {
    const base = await opened();
    if (!base) { return; }
    const work = base.transaction("meta", "readwrite");
    work.objectStore("meta").delete("current");
    await done(work);
    base.close();
  };
  const unsent = async (user) => {
    const base = await opened();
    if (!base) { return 0; }
    const found = await count(base.transaction("drafts").objectStore("drafts").index("user").count(user));
    base.close();
    return found;
  };
  const forget = async (user) => {
    const base = await opened();
    if (!base) { return; }
    const work = base.transaction(["keys", "meta", "visits"], "readwrite");
    work.objectStore("keys").delete(user);
    work.objectStore("visits").delete(user);
    work.objectStore("meta").delete("current");
    await done(work);
    base.close();
  };

  const refuse = (form, number) => {
    let box = document.getElementById("unsent");
    if (!box) {
      box = document.createElement("p");
      box.id = "unsent";
      box.className = "notice";
      box.tabIndex = -1;
      box.setAttribute("role", "alert");
      form.after(box);
    }
    const link = document.createElement("a");
    link.href = VISITS;
    link.setAttribute("hx-boost", "false");
    link.textContent = "到“采集”处理";
    box.replaceChildren(`本机还有 ${number} 份入户调查没有上报，现在不能退出登录。请先上报，或导出后放弃。`, link);
    box.focus();
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-sign-out]");
    if (!form || form.dataset.cleared) { return; }
    event.preventDefault();
    // The page's own guard against sending twice must not see this first try.
    event.stopImmediatePropagation();
    const user = Number(form.dataset.signOut);
    const number = await unsent(user).catch(() => 0);
    if (number) { refuse(form, number); return; }
    await forget(user).catch(() => null);
    form.dataset.cleared = "1";
    form.submit();
  }, true);

  if (locked) { forgetPointer().catch(() => null); }
})();
