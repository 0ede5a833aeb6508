// Keeps the empty page and its files for times without network. Nothing personal is ever in this cache:
// names, drafts and photos lie sealed in the page's own store, and what is asked of the server passes by.
const CACHE = `survey-${VERSION}`;
const PATIENCE = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    for (const address of [SHELL, ...FILES]) {
      const answer = await fetch(address, { cache: "reload", credentials: "same-origin" });
      // Signed out meanwhile: the sign-in page must not be kept as ours.
      if (!answer.ok || answer.redirected) { throw new Error(`no ${address}`); }
      await cache.put(address, answer);
    }
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("survey-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

// The network first; where it is silent or broken, what is kept.
const freshOr = async (request, kept) => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(request, { signal: stop.signal });
  } catch (error) {
    const found = await caches.match(kept, { ignoreVary: true, cacheName: CACHE });
    if (found) { return found; }
    throw error;
  } finally { clearTimeout(timer); }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) { return; }
  const scope = new URL(self.registration.scope).pathname;
  if (request.mode === "navigate" && address.pathname.startsWith(scope)) {
    event.respondWith(freshOr(request, SHELL));
  } else if (FILES.includes(address.pathname)) {
    event.respondWith(freshOr(request, address.pathname));
  }
});
