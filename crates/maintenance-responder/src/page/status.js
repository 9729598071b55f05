(() => {
  "use strict";
  const told = document.getElementById("told");
  const [message, expected] = told.children;
  const usual = document.getElementById("message");
  const pace = Number(document.getElementById("next-try").dataset.retryAfter) * 1000;
  let status = { until: "", message: "" };
  let due = 0;
  let timer = 0;

  const ask = async () => {
    const limit = new AbortController();
    const timeout = setTimeout(() => limit.abort(), 10000);
    try {
      const options = { cache: "no-store", credentials: "omit", redirect: "error", signal: limit.signal };
      const answer = await fetch(told.dataset.from, options);
      const { state, until, message } = answer.ok ? await answer.json() : {};
      const text = (value) => (typeof value === "string" ? value : "");
      // Somebody else's JSON says nothing about this maintenance.
      if (["active", "partial", "resting"].includes(state)) {
        status = { until: text(until), message: text(message) };
      }
    } finally {
      clearTimeout(timeout);
    }
  };

  const expectation = () => {
    const end = new Date(status.until);
    const now = new Date();
    if (!(end > now)) return "";
    const isToday = end.toDateString() === now.toDateString();
    const day = isToday ? {} : { weekday: "long", month: "long", day: "numeric" };
    const options = { ...day, hour: "numeric", minute: "2-digit" };
    const time = new Intl.DateTimeFormat(document.documentElement.lang, options).format(end);
    return told.dataset[isToday ? "today" : "later"].replace("{time}", time);
  };

  // A screen reader says again what is written again.
  const say = (element, text) => element.textContent === text || (element.textContent = text);

  const look = async () => {
    if (document.hidden) return;
    try {
      await ask();
    } catch {
      // What was told last stands.
    }
    const left = new Date(status.until) - Date.now();
    const delay = left > 0 ? Math.min(left, pace) : pace;
    due = Date.now() + delay;
    clearTimeout(timer);
    timer = setTimeout(look, delay);
    say(message, status.message);
    usual.hidden = status.message !== "";
    say(expected, expectation());
  };

  document.addEventListener("visibilitychange", () => Date.now() >= due && look());
  document.getElementById("return").addEventListener("click", look);
  look();
})();
