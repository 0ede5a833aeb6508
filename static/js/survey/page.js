// The collecting page: the list of visits, one visit's form, what waits on this device.
import * as store from "./store.js";
import { newId } from "./store.js";
import { addSurveyor, collect, fill, fit, missing, node, now, showProblems } from "./form.js";
import { shrink, signatureField } from "./pictures.js";
import { isWaiting, Later, sendAll } from "./send.js";

const facts = document.body.dataset;
const at = (id) => document.getElementById(id);
const STATES = { draft: "草稿", queued: "等待上报", photos: "照片等待上报", refused: "没有收下" };
const PHOTOS = 30;

let user = Number(facts.user) || 0;
let who = facts.name || "";
let known = null;
let visit = null;
let draft = null;
let urls = [];
// What is written to the device, one after the other: a report waits for the last photo and signature.
let writing = Promise.resolve();
// Where a visit is filled in and where its record is read: an application's or a review's.
const isReview = (one) => one.kind === "review";
const pageOf = (one) => `${facts.list}${isReview(one) ? "reviews/" : ""}${one.id}/`;
const recordOf = (one) => (isReview(one) ? facts.review.replace("/0/", `/${one.id}/`) : `${facts.application.replace("/0/", `/${one.id}/`)}?tab=surveys`);
const titleOf = (one) => `${isReview(one) ? "核查入户" : "入户调查"}：${one.name}`;
const same = (one, other) => one.id === other.id && isReview(one) === isReview(other);
const inOrder = (act) => { writing = writing.then(act, act); return writing; };

const say = (words, kind = "") => {
  const box = at("says");
  box.className = words ? `notice ${kind}` : "";
  box.replaceChildren(...[words].flat());
};
const signIn = () => node("a", { href: `${facts.login}?next=${encodeURIComponent(location.pathname)}`, textContent: "重新登录" });
const network = () => {
  at("network").textContent = navigator.onLine ? "" : "没有网络";
  at("network").hidden = navigator.onLine;
};

// What waits on this device.
const download = async (given) => {
  const page = document.implementation.createHTMLDocument(titleOf(given.visit));
  const line = (tag, words) => page.body.append(Object.assign(page.createElement(tag), { textContent: words }));
  line("h1", `${titleOf(given.visit)}（${given.visit.no}）`);
  if (given.message) { line("p", `服务器的答复：${given.message}`); }
  given.written.forEach(([label, words]) => { line("h2", label); line("p", words); });
  for (const one of await store.images(user, given.id)) {
    line("h2", one.label || one.name || "照片");
    const reader = new FileReader();
    const read = new Promise((resolve) => { reader.onload = () => resolve(reader.result); });
    reader.readAsDataURL(one.blob);
    page.body.append(Object.assign(page.createElement("img"), { src: await read, alt: "", width: 600 }));
  }
  const text = `<!doctype html><meta charset="utf-8">${page.documentElement.outerHTML}`;
  const link = node("a", { href: URL.createObjectURL(new Blob([text], { type: "text/html" })), download: `入户调查-${given.visit.no}-${given.id.slice(0, 4)}.html` });
  link.click();
  URL.revokeObjectURL(link.href);
};
const button = (words, act, kind = "") => {
  const made = node("button", { type: "button", className: `button ${kind}`, textContent: words });
  made.addEventListener("click", act);
  return made;
};
const discard = (given, place) => {
  const sure = button("确定放弃，不能恢复", async () => {
    await store.dropDraft(user, given.id);
    if (draft?.id === given.id) { location.assign(facts.list); return; }
    say(`${given.visit.name} 的这份内容已从本机删除`);
    await showQueue();
  }, "danger");
  place.replaceChildren(sure, button("不放弃", showQueue));
  sure.focus();
};
const again = async (given) => {
  Object.assign(given, { key: newId(), state: "queued", message: "" });
  await store.saveDraft(given);
  await send(true);
};
const queued = (given) => {
  const acts = node("div", { className: "cluster" });
  if (!given.sent && given.id !== draft?.id) {
    const link = node("a", { className: "button", href: `${pageOf(given.visit)}#${given.id}`, textContent: given.state === "draft" ? "继续填写" : "打开修改" });
    acts.append(link);
  }
  if (given.message?.includes("作为新的一次上报")) { acts.append(button("作为新的一次上报", () => again(given))); }
  acts.append(button("导出", () => download(given)), button("放弃", () => discard(given, acts), "danger"));
  const moment = new Date(given.changed).toLocaleString("zh-CN", { dateStyle: "short", timeStyle: "short" });
  const title = node("p", {}, node("strong", { textContent: given.visit.name }), ` ${isReview(given.visit) ? "定期核查" : given.visit.no}　${STATES[given.state]}　${moment}`);
  const inside = [title];
  if (given.message) { inside.push(node("p", { className: "notice", textContent: given.message })); }
  return node("li", {}, ...inside, acts);
};
const showQueue = async () => {
  const all = await store.drafts(user);
  at("queue").hidden = !all.length;
  at("queue-count").textContent = String(all.length);
  at("queue-list").replaceChildren(...all.map(queued));
};

// What became of the draft on the page: another hand (the sending) wrote it meanwhile.
const follow = (all, done) => {
  if (!draft) { return; }
  const stored = all.find((one) => one.id === draft.id);
  const sent = done.find((one) => one.id === draft.id) ?? (stored?.sent ? stored : null);
  if (sent) { finish(sent); } else if (stored) {
    Object.assign(draft, { state: stored.state, message: stored.message, key: stored.key });
  }
};
const waits = (all) => all.some(isWaiting);
const report = (all, { done, refused, trouble, asked }) => {
  const words = done.map((one) => `${one.visit.name}：已上报为第${one.sent.version}次调查${
    one.sent.version > one.visit.records + 1 ? "（您填写期间另有人上报过，两次都保留）" : ""}`);
  if (refused.length) { words.push(`有 ${refused.length} 份没有收下，服务器的答复写在“本机未上报”中`); }
  if (trouble && (waits(all) || asked)) {
    say([...words.map((one) => `${one}。`), trouble.message, ...(trouble.signIn ? ["，", signIn()] : [])], "warning");
  } else if (words.length) { say(words.join("。"), refused.length ? "warning" : "success"); } else if (asked) { say("没有等待上报的内容"); }
};

// The server did not answer though there is a network: tried again after so many milliseconds.
const RETRY = 30000;
let retry = 0;
let sending = null;
const send = (asked = false, unkept = null) => {
  sending ??= (async () => {
    const what = { done: [], refused: [], trouble: null, asked };
    if (timer) { await keepNow(); }
    // What is on its way is not written on meanwhile.
    at("visit").inert = asked || draft?.state === "queued";
    try {
      known = (await sendAll(user, (one, arrived) => what[arrived ? "done" : "refused"].push(one), unkept)) ?? known;
      if (known) { await store.saveVisits(user, known).catch(() => null); }
    } catch (error) {
      if (!(error instanceof Later)) { throw error; }
      what.trouble = error;
    } finally { sending = null; at("visit").inert = false; }
    const all = await store.drafts(user);
    follow(all, what.done);
    report(all, what);
    await showQueue();
    if (!visit) { showVisits(); }
    window.clearTimeout(retry);
    if (waits(all) && what.trouble && !what.trouble.signIn && navigator.onLine) { retry = window.setTimeout(send, RETRY); }
  })();
  return sending;
};

// The list.
const showVisits = () => {
  if (!known) { return; }
  const row = (one) => node("li", {}, node("a", { href: pageOf(one) },
    node("strong", { textContent: one.name }), ` ${one.program}`,
    node("span", { className: "quiet", textContent: `${one.village.name} ${one.address}` }),
    node("span", { className: "quiet", textContent: `${isReview(one) ? `${one.state}，` : ""}${one.visited ? "已入户" : "没有入户"}${one.records ? `，${one.records} 次记录` : ""}${one.due_on ? `　${one.due_on} 前` : ""}` })));
  const reviews = known.visits.filter(isReview);
  const rows = known.visits.filter((one) => !isReview(one)).map(row);
  at("list").hidden = false;
  at("visit-list").replaceChildren(...rows);
  at("nothing").hidden = rows.length > 0;
  at("reviews").hidden = !reviews.length;
  at("review-list").replaceChildren(...reviews.map(row));
};

// One visit.
let timer = 0;
const writtenOut = (given) => {
  const written = [...document.querySelectorAll("#visit [data-export]")].map((part) => {
    const value = part.matches("select") ? part.selectedOptions[0]?.textContent : part.value;
    return [part.dataset.export, value];
  }).filter(([, value]) => value);
  written.splice(1, 0, ["在场、对象", [...given.present, given.present_other].filter(Boolean).join("、")],
    ["调查人", given.surveyors.map((one) => one.name).join("、")]);
  document.querySelectorAll("#visit [data-topic]").forEach((topic) => {
    const ticked = [...topic.querySelectorAll("input:checked + label")].map((label) => label.textContent).join("、");
    if (ticked) { written.push([topic.querySelector("h2").textContent, ticked]); }
  });
  return written;
};
const keepOnce = async () => {
  timer = 0;
  if (!draft || draft.sent) { return; }
  draft.facts = collect();
  draft.written = writtenOut(draft.facts);
  try {
    await store.saveDraft(draft);
    // What was typed while this was being written is not kept yet, and the page does not say so.
    if (!timer) { at("kept").textContent = store.keeps() ? "已存在本机" : ""; }
  } catch (error) {
    if (!(error instanceof store.Full)) { throw error; }
    at("kept").textContent = "";
    say("本机存储空间已满，刚填的文字没有存下。请不要关闭本页：联网后点“上报”，或删去照片、清理手机后再改动一处。", "warning");
  }
};
// One after the other: an older text never comes to lie over a newer one.
let keeping = Promise.resolve();
const keep = () => { keeping = keeping.then(keepOnce, keepOnce); return keeping; };
const changed = () => {
  if (!draft) { return; }
  if (draft.state !== "draft") { Object.assign(draft, { state: "draft", message: "" }); }
  at("kept").textContent = "";
  window.clearTimeout(timer);
  timer = window.setTimeout(keep, 300);
};
const keepNow = () => { window.clearTimeout(timer); return keep(); };

const showPhotos = async () => {
  urls.forEach((url) => URL.revokeObjectURL(url));
  const all = (await store.images(user, draft.id)).filter((one) => one.kind === "PHOTO");
  urls = all.map((one) => URL.createObjectURL(one.blob));
  at("photos").replaceChildren(...all.map((one, number) => node("li", {},
    node("img", { src: urls[number], alt: `照片 ${number + 1}` }),
    button(`删除照片 ${number + 1}`, async () => { await store.dropImage(one.id); await showPhotos(); }))));
  return all.length;
};
const takePhotos = async (files) => {
  await keepNow();
  for (const file of files) {
    if (!draft) { return; }
    if (await showPhotos() >= PHOTOS) { say(`一次调查最多 ${PHOTOS} 张照片`, "warning"); return; }
    let blob;
    try { blob = await shrink(file); } catch { say(`“${file.name}”不是照片或已损坏，没有保存。请用相机重新拍摄。`, "warning"); continue; }
    const taken = file.lastModified ? new Date(file.lastModified).toISOString() : null;
    try {
      await store.saveImage(user, { id: newId(), draft: draft.id, kind: "PHOTO", name: "现场照片.jpg", label: "", taken }, blob);
    } catch (error) {
      if (!(error instanceof store.Full)) { throw error; }
      say("本机存储空间已满，这张照片没有存下，文字已经存好。请先“立即上报”腾出空间，或清理手机后重拍。", "warning");
      break;
    }
  }
  await showPhotos();
};

const signature = async (kind, label, title) => {
  const all = await store.images(user, draft.id);
  const canvas = node("canvas", { className: "sign" });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${title}，用手指在框内签名`);
  canvas.dataset.sign = kind;
  const part = node("div", { className: "field" }, node("p", { className: "sign-title", textContent: title }), canvas);
  let current = all.find((one) => one.kind === kind && (kind === "FAMILY" || one.label === label));
  const pad = signatureField(canvas, (drawn) => inOrder(async () => {
    const blob = await drawn;
    await keepNow();
    if (!draft) { return; }
    if (!blob) {
      if (current) { await store.dropImage(current.id); current = null; }
      part.dataset.signed = "";
      return;
    }
    const name = kind === "FAMILY" ? collect().signer || collect().present[0] || "家庭成员" : label;
    const next = { id: current?.id ?? newId(), draft: draft.id, kind, label: name.slice(0, 50), name: "签名.png" };
    try {
      await store.saveImage(user, next, blob);
      current = next;
    } catch (error) {
      if (!(error instanceof store.Full)) { throw error; }
      say("本机存储空间已满，签名没有存下，文字已经存好。可请对方在纸质表上签字并勾选。", "warning");
    }
    part.dataset.signed = current ? "1" : "";
  }));
  part.append(button("重签", () => pad.clear()));
  if (current) { await pad.show(current.blob); part.dataset.signed = "1"; }
  return part;
};
let signers = "";
const showSignatures = async () => {
  const names = collect().surveyors.map((one) => one.name);
  if (signers === names.join("\n") && at("signatures").children.length) { return; }
  signers = names.join("\n");
  const parts = [await signature("FAMILY", "", "家庭成员签字")];
  for (const name of names) { parts.push(await signature("SURVEYOR", name, `调查人签字：${name}`)); }
  at("signatures").replaceChildren(...parts);
  // A signature of somebody who is no longer named goes with the name.
  for (const one of await store.images(user, draft.id)) {
    if (one.kind === "SURVEYOR" && !names.includes(one.label)) { await store.dropImage(one.id); }
  }
};

const submit = async () => {
  await writing;
  await keepNow();
  const signed = (await store.images(user, draft.id)).some((one) => one.kind === "FAMILY");
  const found = missing(draft.facts, signed, visit.people);
  showProblems(found);
  if (found.length) { return; }
  draft.state = "queued";
  draft.message = "";
  let kept = true;
  try { await store.saveDraft(draft); } catch (error) {
    if (!(error instanceof store.Full)) { throw error; }
    kept = false;
  }
  if (kept) { say(navigator.onLine ? "正在上报……" : "已存在本机，有网络时自动上报。可以关闭本页。"); }
  await showQueue();
  // Where there was no room for it, the draft goes out as it stands on the page.
  await send(true, kept ? null : draft);
};
const finish = (one) => {
  draft = null;
  at("visit").hidden = true;
  at("done").hidden = false;
  at("done-link").href = recordOf(one.visit);
};
const locate = () => {
  if (!navigator.geolocation || !window.isSecureContext) { say("这台手机不能定位，请在“地点”中写明", "warning"); return; }
  navigator.geolocation.getCurrentPosition((found) => {
    const { latitude, longitude } = found.coords;
    at("spot").value = `${latitude.toFixed(5)},${longitude.toFixed(5)}`;
    changed();
  }, () => say("没有取得位置：请允许定位，或在“地点”中写明", "warning"), { timeout: 15000, enableHighAccuracy: true });
};

const blank = () => ({
  id: newId(), user, application: visit.id, state: "draft", message: "", sent: null, visit,
  key: newId(), written: [],
  facts: {
    method: "HOME", visited_at: now(), place: `${visit.village.name}${visit.address}`.slice(0, 100), present: [],
    surveyors: [{ name: who, level: known?.own_level || facts.level || "TOWN" }],
  },
});
const openVisit = async (given) => {
  visit = given;
  at("title").textContent = titleOf(visit);
  at("about").textContent = `${isReview(visit) ? visit.state : visit.no}　${visit.program}　${visit.village.name}${visit.address}`;
  const asked = location.hash.slice(1);
  const own = (await store.drafts(user)).filter((one) => same(one.visit, visit) && !one.sent);
  draft = own.find((one) => one.id === asked) ?? own.findLast((one) => one.state === "draft") ?? null;
  const resumed = Boolean(draft);
  draft ??= blank();
  fill(draft.facts, visit.members);
  at("visit").hidden = false;
  await showPhotos();
  await showSignatures();
  if (resumed) { say(draft.message ? `服务器没有收下：${draft.message}` : "已打开本机保存的草稿", draft.message ? "warning" : ""); }
};


// Start.
const listen = () => {
  const form = at("visit");
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => { fit(); changed(); if (event.target.closest("#surveyors")) { showSignatures(); } });
  at("photo").addEventListener("change", async (event) => {
    const files = [...event.target.files];
    await inOrder(() => takePhotos(files));
    at("photo").value = "";
  });
  at("more-surveyors").addEventListener("click", () => addSurveyor().querySelector("input").focus());
  at("locate").addEventListener("click", locate);
  at("send").addEventListener("click", () => send(true));
  // What was being sent while the network was away has failed by then: it is sent once more.
  window.addEventListener("online", async () => { network(); await sending; send(); });
  window.addEventListener("offline", network);
  // A phone kills what it does not show: the text is kept before.
  document.addEventListener("visibilitychange", () => { if (document.hidden && draft && timer) { keepNow(); } });
};
const explain = () => {
  const words = store.secure
    ? "这个浏览器不许在本机保存内容（可能是无痕模式），离开本页前须上报，断网时不能采集。"
    : "没有通过安全连接（https）打开，不能离线采集；联网时照常填写、拍照和上报，离开本页前须上报。";
  at("insecure").textContent = words;
  at("insecure").hidden = store.keeps();
};
const start = async () => {
  at("plain").hidden = true;
  network();
  listen();
  if (user) { await store.enter(user, who); } else {
    const last = await store.whose();
    user = last?.user ?? 0;
    who = last?.name ?? "";
  }
  explain();
  if (!user) { say(["本机现在没有登录的人。请联网打开一次本页并登录，之后断网也能采集。", signIn()], "warning"); return; }
  if (store.secure && facts.user) { navigator.serviceWorker?.register(facts.worker).catch(() => null); }
  known = await store.visits(user).catch(() => null);
  const given = at("visit-facts") ? JSON.parse(at("visit-facts").textContent) : null;
  const [, reviewed, digits] = location.pathname.match(/\/visits\/(reviews\/)?(\d+)\//) ?? [];
  const number = Number(digits ?? 0);
  const asked = { id: number, kind: reviewed ? "review" : "application" };
  const stored = number ? (await store.drafts(user)).find((one) => same(one.visit, asked))?.visit : null;
  const found = given ?? known?.visits.find((one) => same(one, asked)) ?? stored;
  if (number && found) { await openVisit(found); } else {
    if (number) { say("这户没有存在本机，联网时才能打开。先从下面已存的里选。", "warning"); }
    showVisits();
  }
  await showQueue();
  await send();
};
start();
