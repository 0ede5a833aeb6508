// Small comforts on top of pages that work without them. No inline code: the policy forbids it.
"use strict";
(function () {
  // A ticked box still has the focus, but nobody types into it.
  const typing = (node) => node.closest(
    "input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable]");

  // Single keys can be switched off (someone who dictates text presses them by accident).
  const singleKeys = () => localStorage.getItem("single-keys") !== "off";
  const showKeys = () => {
    const keys = document.getElementById("keys");
    if (!keys || keys.open) { return; }
    keys.querySelector("[data-single-keys]").checked = singleKeys();
    keys.showModal();
  };

  // "/" goes to the search field, "?" shows the keys, Escape leaves an open menu, Ctrl+Enter sends the form.
  document.addEventListener("keydown", (event) => {
    const bare = !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target) && singleKeys();
    if (event.key === "/" && bare) {
      const search = document.getElementById("search-words");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if ((event.key === "?" || event.key === "？") && bare) { event.preventDefault(); showKeys(); }
    if (event.key === "Escape") {
      document.querySelectorAll("details.pop[open], details.menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      const waiting = document.querySelector("main .form-acts .button.main[type=submit]");
      const form = event.target.closest("form") || (waiting && waiting.form);
      // What ends something has a red button and is never sent by a key.
      const button = form && form.querySelector(".form-acts .button.main[type=submit]");
      if (button) { event.preventDefault(); button.click(); }
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) { showKeys(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-single-keys]")) {
      localStorage.setItem("single-keys", event.target.checked ? "on" : "off");
    }
  });

  // Groups of the menu stay as they were left; the one with the open page is always open.
  const folded = JSON.parse(localStorage.getItem("menu-groups") || "{}");
  const fold = () => document.querySelectorAll(".sidenav .group").forEach((group) => {
    const left = folded[group.dataset.group];
    if (left !== undefined && !group.querySelector("[aria-current]")) { group.open = left; }
  });
  document.addEventListener("click", (event) => {
    const heading = event.target.closest(".sidenav .group > summary");
    if (!heading) { return; }
    folded[heading.parentElement.dataset.group] = !heading.parentElement.open;
    localStorage.setItem("menu-groups", JSON.stringify(folded));
  });
  document.addEventListener("htmx:afterSettle", fold);
  fold();

  // On a phone the list comes first: filters nobody uses fold away once, and open at a touch.
  const narrowing = () => {
    if (!matchMedia("(max-width: 768px)").matches) { return; }
    document.querySelectorAll("details.narrowing:not([data-used])").forEach((filters) => {
      filters.dataset.used = "";
      filters.open = false;
    });
  };
  document.addEventListener("htmx:afterSettle", narrowing);
  narrowing();

  // Columns of a list change places without a round trip; the form is sent once at the end.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) { return; }
    event.preventDefault();
    const line = button.closest("li");
    const other = button.dataset.move === "up" ? line.previousElementSibling : line.nextElementSibling;
    if (!other) { return; }
    if (button.dataset.move === "up") { other.before(line); } else { other.after(line); }
    button.focus();
  });

  // Somebody signed in again in another window: the forms of this one take over the new secret.
  const freshSecret = () => {
    const found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (!found || found[1] === freshSecret.last) { return; }
    if (freshSecret.last !== undefined) {
      document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = found[1]; });
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": found[1] }));
    }
    freshSecret.last = found[1];
  };
  window.addEventListener("focus", freshSecret);
  freshSecret();

  // A click elsewhere closes a pop-up.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.pop[open], details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target) || event.target.closest(".menu a")) { menu.open = false; }
    });
  });

  // A form is sent once. The server refuses a second sending too; this spares the wait.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-repeat")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.classList.add("busy"));
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll(".busy").forEach((button) => button.classList.remove("busy"));
    });
  });

  // Tick all rows of a list.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-tick-all]")) { return; }
    document.querySelectorAll("input[name=pick]").forEach((box) => { box.checked = event.target.checked; });
  });

  // A table wider than the screen can be scrolled with the keyboard.
  const reachable = () => {
    const boxes = ".table-box:not([tabindex]), .paper-frame:not([tabindex]), .paper-box:not([tabindex]), .chart-box:not([tabindex])";
    document.querySelectorAll(boxes).forEach((box, number) => {
      if (box.scrollWidth <= box.clientWidth) { return; }
      const title = box.querySelector("caption, h1, h2") || box.closest("section, .panel")?.querySelector("h2, h3");
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", `${title ? title.textContent.trim() : "内容"}，可左右滚动（${number + 1}）`);
    });
  };
  document.addEventListener("htmx:afterSettle", reachable);
  reachable();

  // After a page arrived by swap: errors first, else the top of the text.
  const arrive = () => {
    const errors = document.getElementById("error-summary");
    const main = document.getElementById("main");
    if (errors) { errors.focus(); } else if (main) { main.focus({ preventScroll: true }); }
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === document.body) { arrive(); }
  });
  if (document.getElementById("error-summary")) { arrive(); }
})();

// Forms with repeated rows: one more row from the template beside them.
(function () {
  // On a phone the empty rows held ready are a long way to scroll: they come back with the button.
  const narrow = window.matchMedia("(max-width: 640px)");
  const untouched = (row, model) => [...row.querySelectorAll("input, select, textarea")].every((field) => {
    const like = model.querySelector(`[name$="-${field.name.split("-").pop()}"]`);
    return field.type === "checkbox" ? field.checked === Boolean(like && like.checked) : field.value === (like ? like.value : "");
  });
  const fold = (set, place) => {
    if (set.dataset.folded || !narrow.matches) { return; }
    set.dataset.folded = "1";
    const total = set.querySelector(`input[name="${set.dataset.rows}-TOTAL_FORMS"]`);
    const rows = [...set.querySelectorAll(".rowset-list > .rowset-row")];
    const model = set.querySelector("template").content;
    while (rows.length > (place ? 0 : 1) && untouched(rows[rows.length - 1], model)) { rows.pop().remove(); }
    total.value = String(rows.length);
  };
  const ready = () => {
    document.querySelectorAll("[data-add-row]").forEach((button) => { button.hidden = false; });
    document.querySelectorAll("[data-rows]").forEach(fold);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) { return; }
    const set = button.closest("[data-rows]");
    const total = set.querySelector(`input[name="${set.dataset.rows}-TOTAL_FORMS"]`);
    const number = Number(total.value);
    const holder = document.createElement("div");
    holder.append(set.querySelector("template").content.cloneNode(true));
    holder.innerHTML = holder.innerHTML.replaceAll("__prefix__", String(number));
    holder.querySelector("[data-row-number]").textContent = String(number + 1);
    const row = holder.firstElementChild;
    set.querySelector(".rowset-list").append(row);
    total.value = String(number + 1);
    row.querySelector("input, select, textarea").focus();
  });
  // Rows copied from a spreadsheet and pasted into a cell: the server reads them and gives the table back.
  const paste = async (set, text, place) => {
    const form = set.closest("form");
    const body = new FormData(form);
    for (const [name, value] of [...body.entries()]) { if (value instanceof File) { body.delete(name); } }
    body.set("_act", `paste:${set.dataset.rows}`);
    body.set("_text", text);
    for (const [name, value] of Object.entries(place)) { body.set(name, value); }
    set.setAttribute("aria-busy", "true");
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "rowset", "HX-Request": "true" } });
    set.removeAttribute("aria-busy");
    const words = await answer.text();
    const name = set.dataset.rows;
    if (answer.ok && words.includes("data-rows=")) {
      const holder = document.createElement("template");
      holder.innerHTML = words;
      set.replaceWith(holder.content);
    }
    const now = document.querySelector(`[data-rows="${name}"]`);
    if (!answer.ok) { now.querySelector("[data-paste-note]").textContent = new DOMParser().parseFromString(words, "text/html").body.textContent.trim(); }
    ready();
    const target = now.querySelector("[aria-invalid=true]") || now.querySelector("[data-paste-note]");
    target.focus();
    document.body.dispatchEvent(new CustomEvent("keep-draft"));
  };
  document.addEventListener("paste", (event) => {
    const set = event.target.closest && event.target.closest("[data-rows]");
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!set || event.target.matches("[data-paste-box]") || !/\t|\n[^\n]/.test(text.replace(/\r/g, ""))) { return; }
    const cell = event.target.name && event.target.name.match(/-(\d+)-(\w+)$/);
    if (!cell || (event.target.tagName === "TEXTAREA" && !text.includes("\t"))) { return; }
    event.preventDefault();
    paste(set, text, { _row: cell[1], _column: cell[2] });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-paste-button]");
    if (!button) { return; }
    event.preventDefault();
    const set = button.closest("[data-rows]");
    paste(set, set.querySelector("[data-paste-box]").value, {});
  });
  document.addEventListener("htmx:afterSettle", ready);
  ready();
})();

// An ID number is checked when it was typed: sex, age, whether it is helped already, or what is wrong with it.
document.addEventListener("change", async (event) => {
  const field = event.target.closest("[data-check-url]");
  if (!field) { return; }
  let note = field.parentElement.querySelector("[data-id-note]");
  if (!note) {
    note = document.createElement("p");
    note.className = "hint";
    note.dataset.idNote = "1";
    note.setAttribute("role", "status");
    field.after(note);
  }
  const body = new FormData();
  body.append("id_no", field.value);
  const named = field.form.elements[field.name.replace(/id_no$/, "name")];
  if (named && named !== field) { body.append("name", named.value); }
  body.append("csrfmiddlewaretoken", field.form.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(field.dataset.checkUrl, { method: "POST", body });
  note.innerHTML = answer.ok ? await answer.text() : "";
});
