(() => {
  "use strict";
  const status = document.getElementById("next-check");
  const link = document.getElementById("return");
  const text = status.dataset;
  // The server has checked this; a page that leaves without a click checks again.
  if (link.origin !== location.origin) return;
  // Cancels the meta refresh, which is for browsers that do not run this. It starts when all is loaded.
  addEventListener("load", () => setTimeout(() => window.stop()));
  // Browsers carry the fragment through the redirect that led here, servers never see it.
  link.hash = location.hash;
  const place = link.href;

  // A reload asks for the place: during maintenance that leads here again, afterwards it is the right one.
  let inBar = false;
  try {
    if ("leadsHere" in link.dataset) history.replaceState(null, "", place);
    inBar = location.href === place;
  } catch {
    // The address bar keeps the page's own address.
  }
  // Going to the address in the bar may only scroll to its fragment.
  const leave = () => (inBar ? location.reload() : location.replace(place));

  // A page that left within the last five minutes and is here again: the way to the place holds a copy of it, or a part
  // of the load balancer was late.
  const left = "maintenance-mode-left";
  const isCopy = () => {
    try {
      return Date.now() - sessionStorage.getItem(left) < 300000;
    } catch {
      // Without storage it keeps leaving.
      return false;
    }
  };
  // Where another site has chosen the place, cookies go there and the page leaves by a click alone.
  const waits = "waits" in text;
  const invitation = () => (isCopy() ? text.storedCopy : waits && text.isBack);
  const slowest = text.retryAfter * 1000;
  // Overload, or a target that is still starting.
  const notYet = [429, 502, 503, 504];
  const first = status.textContent;
  let pace = isCopy() ? slowest : Math.max(1000, slowest / 10);
  let due = 0;
  let timer = 0;
  let pause = 0;
  let asking = false;
  let clicked = false;
  let back = false;

  const ask = async (redirect, withCookies) => {
    const limit = new AbortController();
    const timeout = setTimeout(() => limit.abort(), 10000);
    try {
      const credentials = withCookies ? "same-origin" : "omit";
      return await fetch(place, { method: "HEAD", cache: "no-store", credentials, redirect, signal: limit.signal });
    } finally {
      clearTimeout(timeout);
    }
  };

  const isBack = async () => {
    try {
      let answer = await ask("follow", clicked);
      // A gate that wants cookies answers before the load balancer does.
      if ([401, 403].includes(answer.status) && !waits) answer = await ask("follow", true);
      return !answer.headers.has("X-Maintenance-Mode") && !notYet.includes(answer.status);
    } catch {
      // No network, or a redirect to another origin, such as a sign-in page, which fails each time that it is followed.
      const answer = await ask("manual", clicked).catch(() => ({}));
      return answer.type === "opaqueredirect" && ask("follow", clicked).then(() => false, () => true);
    }
  };

  const nextCheck = () => {
    try {
      const options = { hour: "numeric", minute: "2-digit" };
      const time = new Date(due).toLocaleTimeString(document.documentElement.lang, options);
      return (invitation() ? text.nextLook : text.nextCheck).replace("{time}", time);
    } catch {
      return first;
    }
  };

  const say = (words) => {
    clearTimeout(pause);
    pause = 0;
    status.textContent = words;
  };

  const plan = () => {
    // Half of the pace by chance, so that not all pages ask in the same second.
    const delay = pace * (0.5 + Math.random() / 2);
    pace = Math.min(pace * 2, slowest);
    due = Date.now() + delay;
    clearTimeout(timer);
    timer = setTimeout(check, delay);
    if (!back && !pause) say(nextCheck());
  };

  const find = async () => {
    if (asking) return;
    asking = true;
    back = await isBack();
    asking = false;
    const words = invitation();
    if (back && (clicked || !words)) {
      try {
        sessionStorage.setItem(left, Date.now());
      } catch {
        // It leaves all the same.
      }
      leave();
    } else if (back) {
      say(words);
    } else if (clicked) {
      say(text.notYet);
      // Long enough to be read.
      pause = setTimeout(() => say(nextCheck()), 5000);
    }
    clicked = false;
  };

  const check = () => {
    // A hidden tab asks when it is seen again.
    if (document.hidden) return;
    // First of all, so that no failure while it asks can be the end of it.
    plan();
    find();
  };

  const checkIfDue = () => Date.now() >= due && check();

  link.addEventListener("click", (event) => {
    // A new tab or window, or a download, is for the browser.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    clicked = true;
    say(text.checking);
    find();
  });
  document.addEventListener("visibilitychange", checkIfDue);
  addEventListener("pageshow", (event) => event.persisted && checkIfDue());
  addEventListener("online", check);
  plan();
})();
