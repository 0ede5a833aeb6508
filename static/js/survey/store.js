// What the device keeps: drafts, photos, signatures and the list of visits, sealed with a key that cannot leave it.
// Every row belongs to one account; only the rows of whoever is signed in are ever opened.
const NAME = "salvation-survey";
// Given up when there is no room left, so that the text of a draft still finds some.
const BALLAST = 262144;
const wholeDevice = window.isSecureContext && Boolean(window.crypto?.subtle) && Boolean(window.indexedDB);

let base = null;
let broken = !wholeDevice;
// Without a secure place everything lives in the page alone.
const memory = { drafts: new Map(), images: new Map(), visits: new Map() };

export const keeps = () => !broken;
export const secure = wholeDevice;
export class Full extends Error {}

const opened = () => {
  base ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      const made = asked.result;
      made.createObjectStore("keys", { keyPath: "user" });
      made.createObjectStore("meta", { keyPath: "id" });
      made.createObjectStore("visits", { keyPath: "user" });
      made.createObjectStore("drafts", { keyPath: "id" }).createIndex("user", "user");
      made.createObjectStore("images", { keyPath: "id" }).createIndex("draft", "draft");
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
  return base;
};

// One request in one transaction; done when it is on the disk.
const run = async (store, mode, ask) => {
  const found = await opened();
  return new Promise((resolve, reject) => {
    const fail = (error) => reject(error?.name === "QuotaExceededError" ? new Full() : error);
    try {
      const work = found.transaction(store, mode, { durability: "strict" });
      const asked = ask(work.objectStore(store));
      work.oncomplete = () => resolve(asked?.result);
      work.onabort = () => fail(work.error ?? asked?.error);
      work.onerror = () => fail(work.error ?? asked?.error);
    } catch (error) { fail(error); }
  });
};
const read = (store, key) => run(store, "readonly", (rows) => rows.get(key));
const write = (store, row) => run(store, "readwrite", (rows) => rows.put(row));
const remove = (store, key) => run(store, "readwrite", (rows) => rows.delete(key));

const keyOf = async (user) => {
  const found = await read("keys", user);
  if (found) { return found.key; }
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await write("keys", { user, key });
  return key;
};
// Bound to the account and the row: a sealed value put elsewhere does not open.
const bound = (user, id) => new TextEncoder().encode(`${user}:${id}`);
const seal = async (user, id, bytes) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(user, id) }, await keyOf(user), bytes);
  return { iv, sealed };
};
const unseal = async (user, id, part) => crypto.subtle.decrypt(
  { name: "AES-GCM", iv: part.iv, additionalData: bound(user, id) }, await keyOf(user), part.sealed);
const sealWords = (user, id, words) => seal(user, id, new TextEncoder().encode(JSON.stringify(words)));
const words = async (user, id, part) => JSON.parse(new TextDecoder().decode(await unseal(user, id, part)));

// Whose device it is now. Without network the last account that opened the page signed in; none after its sign-out.
export const enter = async (user, name) => {
  if (broken) { return; }
  try {
    await keyOf(user);
    await write("meta", { id: "current", user, name });
  } catch (error) {
    if (!(error instanceof Full)) { broken = true; }
    return;
  }
  if (!await read("meta", "ballast")) {
    await write("meta", { id: "ballast", bytes: new Uint8Array(BALLAST) }).catch(() => null);
  }
  navigator.storage?.persist?.().catch(() => null);
};
export const whose = async () => {
  if (broken) { return null; }
  try { return (await read("meta", "current")) ?? null; } catch { broken = true; return null; }
};

export const saveVisits = async (user, list) => {
  if (broken) { memory.visits.set(user, list); return; }
  await write("visits", { user, ...await sealWords(user, "visits", list) });
};
export const visits = async (user) => {
  if (broken) { return memory.visits.get(user) ?? null; }
  const row = await read("visits", user);
  return row ? words(user, "visits", row) : null;
};

// The text comes first: where there is no room, the ballast goes before the text does. Throws Full.
export const saveDraft = async (draft) => {
  draft.changed = Date.now();
  if (broken) { memory.drafts.set(draft.id, structuredClone(draft)); return; }
  const row = { id: draft.id, user: draft.user, ...await sealWords(draft.user, draft.id, draft) };
  try { await write("drafts", row); } catch (error) {
    if (!(error instanceof Full)) { throw error; }
    await remove("meta", "ballast");
    await write("drafts", row);
  }
};
export const drafts = async (user) => {
  if (broken) { return [...memory.drafts.values()].filter((one) => one.user === user); }
  const rows = await run("drafts", "readonly", (all) => all.index("user").getAll(user));
  const found = await Promise.all(rows.map((row) => words(user, row.id, row)));
  return found.sort((one, other) => one.changed - other.changed);
};
export const dropDraft = async (user, id) => {
  for (const one of await images(user, id)) { await dropImage(one.id); }
  if (broken) { memory.drafts.delete(id); return; }
  await remove("drafts", id);
};

// A photo or signature: {id, draft, kind, label, name, taken, refused} and its bytes. Throws Full.
export const saveImage = async (user, image, blob) => {
  if (broken) { memory.images.set(image.id, { ...image, blob }); return; }
  const facts = await sealWords(user, image.id, image);
  const content = await seal(user, image.id, await blob.arrayBuffer());
  await write("images", { id: image.id, draft: image.draft, user, facts, content, type: blob.type });
};
export const images = async (user, id) => {
  if (broken) { return [...memory.images.values()].filter((one) => one.draft === id); }
  const rows = await run("images", "readonly", (all) => all.index("draft").getAll(id));
  return Promise.all(rows.filter((row) => row.user === user).map(async (row) => ({
    ...await words(user, row.id, row.facts),
    blob: new Blob([await unseal(user, row.id, row.content)], { type: row.type }),
  })));
};
export const dropImage = async (id) => {
  if (broken) { memory.images.delete(id); return; }
  await remove("images", id);
};

// A key nobody else has; where randomUUID is missing (no secure context) it is made by hand.
export const newId = () => {
  if (crypto.randomUUID) { return crypto.randomUUID(); }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
};
