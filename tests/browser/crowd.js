// Runs the script of the page that is in this tab once for each visitor, each with a clock of their own, and returns
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
  // The same numbers in every run.
  let seed = 1;
  const math = Object.create(Math, { random: { value: () => (seed = (seed * 48271) % 2147483647) / 2147483647 } });

  for (const start of opened) {
    let clock = start * 1000;
    let timers = new Map();
    let count = 0;
    const ask = (server, requests) => {
      const second = Math.floor(clock / 1000);
      perSecond[server][second] = (perSecond[server][second] ?? 0) + requests;
    };
    const leave = () => {
      ask("application", 1);
      back.push(clock / 1000 - end);
      timers = new Map();
    };
    const fetch = async () => {
      const isOver = clock >= end * 1000;
      // During maintenance, first the redirect to the page and then the page.
      ask(isOver ? "application" : "responder", isOver ? 1 : 2);
      return new Response(null, { status: 200, headers: isOver ? {} : { "X-Maintenance-Mode": "on" } });
    };
    // As fetch does.
    ask("responder", 2);
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
