// The form of a visit: its fields as plain facts and back, what is missing, and the record as the server takes it.
const form = () => document.getElementById("visit");
const topics = () => [...form().querySelectorAll("[data-topic]")];
const field = (name) => form().elements[name];
const PLAIN = ["method", "visited_at", "place", "spot", "present_other", "no_visit_reason", "sent_on", "replied_on", "findings", "conclusion"];

export const now = () => {
  // The county's time, whatever the phone is set to.
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  return parts.format(new Date()).replace(" ", "T");
};

const node = (tag, facts = {}, ...inside) => {
  const made = Object.assign(document.createElement(tag), facts);
  made.append(...inside);
  return made;
};

export const showMembers = (names) => {
  const box = document.getElementById("members");
  box.replaceChildren(...names.map((name, number) => {
    const tick = node("input", { type: "checkbox", name: "present", value: name, id: `present-${number}` });
    return node("div", { className: "choice" }, tick, node("label", { htmlFor: tick.id, textContent: name }));
  }));
  box.hidden = !names.length;
};

export const surveyorRows = () => [...document.querySelectorAll("#surveyors [data-surveyor]")];
export const addSurveyor = (given = { name: "", level: "" }) => {
  const list = document.getElementById("surveyors");
  const number = list.children.length + 1;
  const row = document.getElementById("surveyor-row").content.firstElementChild.cloneNode(true);
  row.querySelectorAll("label").forEach((label) => {
    const target = row.querySelector(`[data-part=${label.dataset.for}]`);
    target.id = `surveyor-${number}-${label.dataset.for}`;
    label.htmlFor = target.id;
  });
  row.querySelector("legend").textContent = `调查人 ${number}`;
  row.querySelector("[data-part=name]").value = given.name;
  row.querySelector("[data-part=level]").value = given.level;
  list.append(row);
  return row;
};
const surveyors = () => surveyorRows().map((row) => ({
  name: row.querySelector("[data-part=name]").value.trim(), level: row.querySelector("[data-part=level]").value,
})).filter((one) => one.name);

export const collect = () => {
  const facts = Object.fromEntries(PLAIN.map((name) => [name, field(name).value.trim()]));
  facts.paper = field("paper").checked;
  facts.present = [...form().querySelectorAll("[name=present]:checked")].map((box) => box.value);
  facts.surveyors = surveyors();
  facts.signer = field("signer").value.trim();
  facts.seen = Object.fromEntries(topics().map((topic) => [topic.dataset.topic, {
    ticked: [...topic.querySelectorAll("input:checked")].map((box) => box.value),
    note: topic.querySelector("textarea").value.trim(),
  }]));
  return facts;
};

export const fill = (facts, members) => {
  showMembers(members);
  PLAIN.forEach((name) => { field(name).value = facts[name] ?? ""; });
  field("paper").checked = Boolean(facts.paper);
  field("signer").value = facts.signer ?? "";
  form().querySelectorAll("[name=present]").forEach((box) => { box.checked = (facts.present ?? []).includes(box.value); });
  topics().forEach((topic) => {
    const given = facts.seen?.[topic.dataset.topic] ?? {};
    topic.querySelectorAll("input").forEach((box) => { box.checked = (given.ticked ?? []).includes(box.value); });
    topic.querySelector("textarea").value = given.note ?? "";
  });
  document.getElementById("surveyors").replaceChildren();
  (facts.surveyors?.length ? facts.surveyors : [{ name: "", level: "" }]).forEach(addSurveyor);
  while (surveyorRows().length < 2) { addSurveyor(); }
  fit();
};

// Which fields a method needs.
export const fit = () => {
  const method = field("method").value;
  form().querySelectorAll("[data-only]").forEach((part) => { part.hidden = !part.dataset.only.split(" ").includes(method); });
  document.getElementById("present-title").textContent = method === "HOME" ? "在场家庭成员" : "走访、联系的对象";
};

const whoWasThere = (facts) => [...facts.present, ...(facts.present_other ? [facts.present_other] : [])].join("、");

// What is missing, as [id of the field, words].
export const missing = (facts, signed, least) => {
  const found = [];
  const home = facts.method === "HOME";
  if (!facts.visited_at) { found.push(["visited_at", "填写调查时间"]); }
  if (!facts.place) { found.push(["place", "填写地点"]); }
  if (!whoWasThere(facts)) { found.push(["present_other", home ? "勾选或填写在场的家庭成员" : "填写走访或联系的对象"]); }
  if (facts.surveyors.some((one) => !one.level)) { found.push(["surveyors", "给每名调查人选“所属”"]); }
  if (home && facts.surveyors.length < least) { found.push(["surveyors", `入户须 ${least} 人以上，现在填了 ${facts.surveyors.length} 人（002 第27条）`]); }
  if (facts.method === "PHONE" && !facts.no_visit_reason) { found.push(["no_visit_reason", "填写不能入户的原因"]); }
  if (facts.method === "LETTER" && !facts.sent_on) { found.push(["sent_on", "填写信函发出日期"]); }
  if (!facts.findings) { found.push(["findings", "填写调查情况"]); }
  if (!facts.conclusion) { found.push(["conclusion", "填写结论"]); }
  if (home && !signed && !facts.paper) { found.push(["signatures", "请家庭成员签字，或勾选已在纸质表上签字"]); }
  return found;
};

export const record = (facts, user, signatures) => {
  const given = {
    by: user, method: facts.method, visited_at: `${facts.visited_at}:00+08:00`, place: facts.place,
    present: whoWasThere(facts).slice(0, 200), surveyors: facts.surveyors, seen: facts.seen,
    findings: facts.findings, conclusion: facts.conclusion, signed_by_family: facts.paper, signatures,
  };
  if (facts.spot) { given.spot = facts.spot; }
  if (facts.method === "PHONE") { given.no_visit_reason = facts.no_visit_reason; }
  if (facts.method === "LETTER") { given.sent_on = facts.sent_on; given.replied_on = facts.replied_on || null; }
  return given;
};

export const showProblems = (found) => {
  const box = document.getElementById("error-summary");
  box.hidden = !found.length;
  const lead = (event, id) => {
    const field = document.getElementById(id);
    // The address alone moves the view; whoever types wants to go on typing there.
    if (field && field.matches("input, select, textarea, button, [tabindex]")) { event.preventDefault(); field.focus(); }
  };
  box.querySelector("ul").replaceChildren(...found.map(([id, words]) => (
    node("li", {}, node("a", { href: `#${id}`, textContent: words, onclick: (event) => lead(event, id) })))));
  if (found.length) { box.focus(); }
};
export { node };
