(() => {
  "use strict";
  const news = document.getElementById("news");
  const [message, expected] = news.children;
  const usual = document.getElementById("message");
  const pace = document.getElementById("next-check").dataset.retryAfter * 1000;
  let status = { until: "", message: "" };
  let due = 0;
  let timer = 0;

  const ask = async () => {
    const answer = await fetch(news.dataset.from, { cache: "no-store", credentials: "omit", redirect: "error" });
    const { state, until, message } = answer.ok ? await answer.json() : {};
    const text = (value) => (typeof value === "string" ? value : "");
    // Other JSON says nothing about this maintenance.
    if (state === "active" || state === "resting") status = { until: text(until), message: text(message) };
  };

  const expectation = () => {
    const end = new Date(status.until);
    const now = new Date();
    if (!(end > now)) return "";
    const isToday = end.toDateString() === now.toDateString();
    const day = isToday ? {} : { weekday: "long", month: "long", day: "numeric" };
    const options = { ...day, hour: "numeric", minute: "2-digit" };
    const time = new Intl.DateTimeFormat(document.documentElement.lang, options).format(end);
    return news.dataset[isToday ? "today" : "later"].replace("{time}", time);
  };

  // A screen reader repeats what is written again.
  const say = (element, text) => element.textContent === text || (element.textContent = text);

  const plan = () => {
    const left = new Date(status.until) - Date.now();
    // Not before the end if that is near, and half of the pace by chance, so that not all pages ask in one second.
    const delay = (left > 0 ? Math.min(left, pace / 2) : pace / 2) + (Math.random() * pace) / 2;
    due = Date.now() + delay;
    clearTimeout(timer);
    timer = setTimeout(look, delay);
  };

  const look = async () => {
    if (document.hidden) return;
    // Before it, too, so that a request that hangs is not the last one. Without an answer the last answer stays.
    plan();
    await ask().catch(() => {});
    plan();
    say(message, status.message);
    usual.hidden = status.message !== "";
    say(expected, expectation());
  };

  document.addEventListener("visibilitychange", () => Date.now() >= due && look());
  document.getElementById("return").addEventListener("click", look);
  // After the other script's stop, which would end this request.
  addEventListener("load", () => setTimeout(look));
})();
