// Runs the script of the page that stands in this tab once for each visitor, each with a clock of their own, and tells
// when they are back and what they have asked for. No time passes meanwhile, and nothing leaves the tab.
//
// opened: when each visitor opens the page; end: when maintenance ends; both in seconds.
async ({ opened, end }) => {
  const names = "document location history fetch setTimeout clearTimeout Date Math addEventListener sessionStorage";
  const page = new Function(...names.split(" "), document.querySelector("script").textContent);
  const { port1: later, port2: now } = new MessageChannel();
  // All promises that can be settled are settled by the next task.
  const settled = () => new Promise((resolve) => ((later.onmessage = resolve), now.postMessage(0)));
  const perSecond = { responder: {}, application: {} };
  const back = [];
  // The same numbers in every run: mulberry32.
  let seed = 1;
  const math = Object.create(Math, {
    random: {
      value: () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
      },
    },
  });

  for (const start of opened) {
    let clock = start * 1000;
    let timers = new Map();
    let count = 0;
    const ask = (server, requests = 1) => {
      const second = Math.floor(clock / 1000);
      perSecond[server][second] = (perSecond[server][second] ?? 0) + requests;
    };
    // The page comes after a redirect.
    ask("responder", 2);
    const leave = () => {
      ask("application");
      back.push(clock / 1000 - end);
      timers = new Map();
    };
    const fetch = async (_, { redirect }) => {
      if (clock >= end * 1000) {
        ask("application");
        return new Response(null, { status: 200 });
      }
      // First the redirect to the page, and then, if it is followed, the page.
      ask("responder", redirect === "manual" ? 1 : 2);
      if (redirect === "manual") return { type: "opaqueredirect", status: 0, headers: new Headers() };
      return new Response(null, { status: 503, headers: { "X-Maintenance-Mode": "on" } });
    };
    const { href, origin, pathname, search } = location;
    const copy = document.cloneNode(true);
    page(
      Object.defineProperty(copy, "hidden", { value: false }),
      { href, origin, pathname, search, hash: "", replace: leave, assign: leave, reload: leave },
      { replaceState() {} },
      fetch,
      (callback, delay) => (timers.set(++count, [clock + delay, callback]), count),
      (timer) => timers.delete(timer),
      class extends Date {
        static now = () => clock;
        // It takes longer than all the rest.
        toLocaleTimeString = () => "";
      },
      math,
      () => {},
      { getItem: () => NaN, setItem() {} },
    );
    while (timers.size > 0) {
      const [timer, [due, callback]] = [...timers].reduce((one, other) => (other[1][0] < one[1][0] ? other : one));
      timers.delete(timer);
      clock = due;
      callback();
      await settled();
    }
  }
  return { back, perSecond };
};
