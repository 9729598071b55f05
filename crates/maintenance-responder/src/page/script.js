
(() => {
  "use strict";
  const status = document.getElementById("next-try");
  const link = document.getElementById("return");
  const target = new URL(link.href);
  // The server has checked this; a page that navigates by itself checks again.
  if (target.origin !== location.origin) return;
  // Browsers carry the fragment through the redirect that led here, servers never see it.
  if (!target.hash) target.hash = location.hash;
  link.href = target.href;

  const slowest = Number(status.dataset.retryAfter) * 1000;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
  // Overload and a target that is still starting: the maintenance may be over, but nobody is served yet.
  const notYet = [429, 502, 503, 504];
  let pace = Math.max(1000, slowest / 10);
  let due = 0;
  let timer = 0;
  let asking = false;

  const ask = (redirect) =>
    fetch(target, { method: "HEAD", cache: "no-store", redirect, signal: AbortSignal.timeout(10000) });

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

  const wait = () => {
    // Between half the pace and all of it, so that not everybody comes back in the same second.
    const delay = pace * (0.5 + Math.random() / 2);
    pace = Math.min(pace * 2, slowest);
    due = Date.now() + delay;
    timer = setTimeout(check, delay);
    status.textContent = status.dataset.text.replace("{time}", clock.format(due));
  };

  const check = async () => {
    // Nobody waits in a hidden tab; it asks as soon as somebody looks at it.
    if (asking || document.hidden) return;
    clearTimeout(timer);
    asking = true;
    const back = await isBack();
    asking = false;
    if (back) location.replace(target.href);
    else wait();
  };

  const checkIfDue = () => {
    if (Date.now() >= due) check();
  };

  document.addEventListener("visibilitychange", checkIfDue);
  addEventListener("pageshow", (event) => event.persisted && checkIfDue());
  addEventListener("online", check);
  wait();
})();
