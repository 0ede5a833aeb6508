// Small comforts on top of pages that work without them. No inline code: the policy forbids it.
"use strict";
(function () {
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]");

  // "/" goes to the search field, Escape leaves an open menu.
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const search = document.getElementById("search-words");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.pop[open], details.menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
  });

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
    document.querySelectorAll(".table-box:not([tabindex])").forEach((box) => {
      if (box.scrollWidth <= box.clientWidth) { return; }
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", "表格，可左右滚动");
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
  const ready = () => document.querySelectorAll("[data-add-row]").forEach((button) => { button.hidden = false; });
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
  body.append("csrfmiddlewaretoken", field.form.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(field.dataset.checkUrl, { method: "POST", body });
  note.innerHTML = answer.ok ? await answer.text() : "";
});
