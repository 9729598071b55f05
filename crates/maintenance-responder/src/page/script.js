(() => {
  "use strict";
  const status = document.getElementById("next-try");
  const link = document.getElementById("return");
  // The server has checked this; a page that navigates by itself checks again.
  if (link.origin !== location.origin) return;
  // Browsers carry the fragment through the redirect that led here, servers never see it.
  link.hash = location.hash;
  const place = link.href;

  // A reload asks for the place: during maintenance that leads here again, afterwards it is the right one.
  let inBar = false;
  try {
    if ("leadsHere" in link.dataset) history.replaceState(null, "", place);
    inBar = location.href === place;
  } catch {
    // The bar keeps the page's own address.
  }
  // Going to the address that is shown already may only scroll to its fragment.
  const leave = () => (inBar ? location.reload() : location.replace(place));

  // Whom another site has sent here goes by a click alone: the place is that site's choice.
  const { isBack: invitation } = status.dataset;
  const slowest = Number(status.dataset.retryAfter) * 1000;
  // A browser that cannot ask goes there to see, as without scripts.
  if (!window.fetch || !window.AbortController) {
    if (!invitation) setTimeout(leave, slowest);
    return;
  }
  // Overload and a target that is still starting: the maintenance may be over, but nobody is served yet.
  const notYet = [429, 502, 503, 504];
  const first = status.textContent;
  let pace = Math.max(1000, slowest / 10);
  let due = 0;
  let timer = 0;
  let asking = false;
  let clicked = false;
  let back = false;

  const ask = async (redirect) => {
    const limit = new AbortController();
    const timeout = setTimeout(() => limit.abort(), 10000);
    try {
      // Nobody's cookies go to a place that a link has chosen, unless the visitor says so.
      const credentials = clicked ? "same-origin" : "omit";
      return await fetch(place, { method: "HEAD", cache: "no-store", credentials, redirect, signal: limit.signal });
    } finally {
      clearTimeout(timeout);
    }
  };

  const isBack = async () => {
    try {
      const answer = await ask("follow");
      return !answer.headers.has("X-Maintenance-Mode") && !notYet.includes(answer.status);
    } catch {
      // No network, or a redirect to another origin, such as a sign-in page, which only this way can be told apart.
      // Maintenance redirects to this origin, so it never comes here.
      return ask("manual").then((answer) => answer.type === "opaqueredirect", () => false);
    }
  };

  const nextTry = () => {
    try {
      const options = { hour: "numeric", minute: "2-digit" };
      const time = new Date(due).toLocaleTimeString(document.documentElement.lang, options);
      return status.dataset.text.replace("{time}", time);
    } catch {
      return first;
    }
  };

  const say = (text) => {
    try {
      status.textContent = text;
    } catch {
      // Coming back matters more.
    }
  };

  const plan = () => {
    // Between half the pace and all of it, so that not everybody comes back in the same second.
    const delay = pace * (0.5 + Math.random() / 2);
    pace = Math.min(pace * 2, slowest);
    due = Date.now() + delay;
    clearTimeout(timer);
    timer = setTimeout(check, delay);
    if (!back) say(nextTry());
  };

  const find = async () => {
    if (asking) return;
    asking = true;
    back = await isBack();
    asking = false;
    if (back && (clicked || !invitation)) leave();
    else if (back) say(invitation);
    else if (clicked) say(`${status.dataset.notYet} ${nextTry()}`);
    clicked = false;
  };

  const check = () => {
    // Nobody waits in a hidden tab; it asks as soon as somebody looks at it.
    if (document.hidden) return;
    // First of all, so that nothing that goes wrong while it asks can be the end of it.
    plan();
    find();
  };

  const checkIfDue = () => {
    if (Date.now() >= due) check();
  };

  link.addEventListener("click", (event) => {
    // A new tab or window, or a download: the browser's own business.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    clicked = true;
    say(status.dataset.asking);
    find();
  });
  document.addEventListener("visibilitychange", checkIfDue);
  addEventListener("pageshow", (event) => event.persisted && checkIfDue());
  addEventListener("online", check);
  plan();
})();
