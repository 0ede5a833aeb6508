// Sends what waits: the record first, then its photos one by one, each under a key of its own, so nothing is doubled.
import * as store from "./store.js";
import { record } from "./form.js";
import { base64 } from "./pictures.js";

const facts = document.body.dataset;
const secret = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) ?? [])[1] ?? "";

// Answers that say nothing about the record: it stays queued and is sent again.
export class Later extends Error {}
// Answers that do: the server's words stand beside the draft.
export class Refused extends Error {}

const ask = async (address, given, key) => {
  let answer;
  try {
    answer = await fetch(address, {
      method: given ? "POST" : "GET", credentials: "same-origin", cache: "no-store", redirect: "manual",
      headers: { Accept: "application/json", ...(given && { "Content-Type": "application/json", "X-CSRFToken": secret(), "Idempotency-Key": key }) },
      body: given ? JSON.stringify(given) : undefined,
    });
  } catch { throw new Later("现在没有网络，内容在本机，有网络时自动上报"); }
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) { return said; }
  if (answer.status === 401 || answer.type === "opaqueredirect") { throw Object.assign(new Later("登录已过期，内容还在本机。重新登录后继续上报"), { signIn: true }); }
  if (answer.status === 429 || answer.status >= 500 || !said) { throw new Later(said?.message ?? "服务器暂时没有应答，内容在本机，稍后自动再试"); }
  const rule = said.rule ? `（${said.rule}）` : "";
  // A stale secret of the page is no word about the record.
  if (answer.status === 403 && said.message?.includes("X-CSRFToken")) { throw new Later("登录情况有变化，请刷新本页后再上报"); }
  throw new Refused(`${said.message}${rule}`);
};

const waiting = () => ask(facts.visits);
// A visit is made for an application or for a review: each has its own address.
const addressOf = (draft, application, review) => (
  facts[draft.visit.kind === "review" ? review : application].replace("/0/", `/${draft.application}/`));

// The keys make a sending safe to repeat, so a note that finds no room is no reason to stop.
const note = (draft) => store.saveDraft(draft).catch((error) => { if (!(error instanceof store.Full)) { throw error; } });

const sendRecord = async (draft) => {
  const pictures = (await store.images(draft.user, draft.id)).filter((one) => one.kind !== "PHOTO");
  const signatures = await Promise.all(pictures.map(async (one) => ({ kind: one.kind, name: one.label, image: await base64(one.blob) })));
  const address = addressOf(draft, "surveys", "reviewVisits");
  draft.sent = await ask(address, record(draft.facts, draft.user, signatures), draft.key);
  draft.state = "photos";
  draft.message = "";
  await note(draft);
  for (const one of pictures) { await store.dropImage(one.id); }
};

// Every photo that arrived is forgotten here; one the server does not take stays, with the reason.
const sendPhotos = async (draft) => {
  const address = addressOf(draft, "photos", "reviewPhotos").replace("/0/", `/${draft.sent.survey}/`);
  for (const one of await store.images(draft.user, draft.id)) {
    if (one.kind !== "PHOTO" || one.refused) { continue; }
    try {
      await ask(address, { name: one.name, image: await base64(one.blob), taken_at: one.taken, place: draft.facts.spot || "" }, one.id);
    } catch (error) {
      if (!(error instanceof Refused)) { throw error; }
      await store.saveImage(draft.user, { ...one, blob: undefined, refused: error.message }, one.blob);
      continue;
    }
    await store.dropImage(one.id);
  }
  return (await store.images(draft.user, draft.id)).filter((one) => one.refused);
};

const sendOne = async (draft) => {
  try {
    if (!draft.sent) { await sendRecord(draft); }
    const left = await sendPhotos(draft);
    if (!left.length) { await store.dropDraft(draft.user, draft.id); return true; }
    draft.message = `文字已上报为第${draft.sent.version}次调查；${left.length}张照片没有收下：${left[0].refused}`;
  } catch (error) {
    if (!(error instanceof Refused)) { throw error; }
    draft.message = error.message;
  }
  draft.state = "refused";
  await note(draft);
  return false;
};

// Drafts that are to be sent: the record itself, or its photos after it.
export const isWaiting = (draft) => draft.state === "queued" || draft.state === "photos";

const once = async (user, told, unkept) => {
  const known = await waiting();
  // What one account wrote is never sent as another's.
  if (known.user !== user) { throw new Later("登录的是另一个账号，原来账号的内容留在本机，没有上报"); }
  const kept = (await store.drafts(user)).filter(isWaiting);
  const all = unkept ? [...kept.filter((one) => one.id !== unkept.id), unkept] : kept;
  for (const draft of all) { told(draft, await sendOne(draft)); }
  return known;
};

// One window at a time; ``told`` hears of every record whether it arrived; ``unkept`` is a draft the device had no
// room for. Throws Later.
export const sendAll = async (user, told, unkept = null) => {
  if (!navigator.locks) { return once(user, told, unkept); }
  return navigator.locks.request("salvation-survey", { ifAvailable: true }, (lock) => (lock ? once(user, told, unkept) : null));
};
