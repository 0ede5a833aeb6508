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

  // After a page arrived by swap: errors first, else the top of the text.
  const arrive = () => {
    const errors = document.getElementById("error-summary");
    const main = document.getElementById("main");
    if (errors) { errors.focus(); } else if (main) { main.focus({ preventScroll: true }); }
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target && event.detail.target.id === "page") { arrive(); }
  });
  if (document.getElementById("error-summary")) { arrive(); }
})();
