// The alternatives: every chain of an answer of /v1/chains by what it costs, the frontier marked.

import { chainText } from "./brief.mjs";
import { h, s, show } from "./dom.mjs";
import { sizeText } from "./words.mjs";

const TALL = 300;
const EDGE = { left: 62, right: 14, top: 12, bottom: 42 };

/** The chains of an answer, one for each pair of costs: the best-ranked; by parameters. */
function pointsOf({ chains, frontier }) {
  const points = new Map();
  const add = (chain, marked) => {
    const key = `${chain.parameters} ${chain.multiply_adds}`;
    const before = points.get(key);
    if (!before) points.set(key, { chain, marked, best: chain === chains[0] });
    else before.marked ||= marked;
  };
  chains.forEach((chain) => add(chain, false));
  frontier.forEach((chain) => add(chain, true));
  return [...points.values()].sort((one, two) => one.chain.parameters - two.chain.parameters || one.chain.multiply_adds - two.chain.multiply_adds);
}

/** Round numbers for a logarithmic axis: 1, 2 and 5 times powers of ten, at most five. */
function ticks(low, high) {
  const all = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const factor of [1, 2, 5]) all.push(factor * 10 ** power);
  }
  const inside = all.filter((tick) => tick >= low && tick <= high);
  return inside.filter((_, at) => at % Math.ceil(inside.length / 5) === 0);
}

const axis = (values, from, to) => {
  const [low, high] = [Math.min(...values) / 1.25, Math.max(...values) * 1.25];
  const at = (value) => from + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (to - from);
  return { at, ticks: ticks(low, high) };
};

/** Draw an answer in `root`; `take(chain, isBest)` hears which chain is wanted; `say(chain)` is its sentence. */
export function showScatter(root, { answer, windows, words, take, say }) {
  const points = pointsOf(answer);
  const wide = Math.min(640, Math.max(280, root.clientWidth));
  const current = windows && chainText(windows);
  const brief = new Intl.NumberFormat(words.tag, { notation: "compact", maximumFractionDigits: 1 });
  const across = axis(points.map(({ chain }) => chain.parameters), EDGE.left, wide - EDGE.right);
  const up = axis(points.map(({ chain }) => chain.multiply_adds), TALL - EDGE.bottom, EDGE.top);
  const note = h("p", { class: "readout small", "aria-hidden": "true" });
  const now = points.findIndex(({ chain }) => chainText(chain.windows) === current);
  const marks = points.map((point, at) => mark(point, at));
  const start = Math.max(0, now);
  marks[start]?.setAttribute("tabindex", "0");
  tell(points[start]);
  show(root, s("svg", { width: wide, height: TALL, class: "scatter", role: "group", "aria-label": words("scatter.label") }, grid(), order(marks)), note);

  /** Frontier and current chain are drawn last, so that nothing hides them. */
  function order(all) {
    const rank = (at) => (at === now ? 2 : points[at].marked ? 1 : 0);
    return all.map((element, at) => [rank(at), element]).sort(([one], [two]) => one - two).map(([, element]) => element);
  }

  function grid() {
    return [
      across.ticks.map((tick) => [
        s("line", { class: "grid", x1: across.at(tick), x2: across.at(tick), y1: EDGE.top, y2: TALL - EDGE.bottom }),
        s("text", { x: across.at(tick), y: TALL - EDGE.bottom + 16, "text-anchor": "middle" }, brief.format(tick)),
      ]),
      up.ticks.map((tick) => [
        s("line", { class: "grid", x1: EDGE.left, x2: wide - EDGE.right, y1: up.at(tick), y2: up.at(tick) }),
        s("text", { x: EDGE.left - 6, y: up.at(tick) + 4, "text-anchor": "end" }, brief.format(tick)),
      ]),
      s("text", { class: "name", x: (EDGE.left + wide - EDGE.right) / 2, y: TALL - 6, "text-anchor": "middle" }, words("scatter.across")),
      s("text", { class: "name", transform: `translate(12 ${(TALL - EDGE.bottom + EDGE.top) / 2}) rotate(-90)`, "text-anchor": "middle" }, words("scatter.up")),
    ];
  }

  function mark(point, at) {
    const { chain, marked } = point;
    const [x, y] = [across.at(chain.parameters), up.at(chain.multiply_adds)];
    const size = marked ? 6.5 : 4.5;
    const shape = marked
      ? s("path", { d: `M${x - size} ${y}L${x} ${y - size}L${x + size} ${y}L${x} ${y + size}z` })
      : s("circle", { cx: x, cy: y, r: size });
    return s(
      "g",
      {
        class: ["point", marked ? "frontier" : "", at === now ? "now" : ""].join(" ").trim(),
        role: "button",
        tabindex: "-1",
        "data-at": at,
        "aria-pressed": String(at === now),
        "aria-label": sentence(point),
        onpointerenter: () => tell(point),
        onpointerleave: () => tell(points[start]),
        onfocus: () => tell(point),
        onclick: () => take(chain, point.best),
        onkeydown: (event) => key(event, at),
      },
      s("circle", { class: "hit", cx: x, cy: y, r: 12 }),
      at === now ? s("circle", { class: "ring", cx: x, cy: y, r: 11 }) : null,
      shape,
    );
  }

  function key(event, at) {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") take(points[at].chain, points[at].best);
    else if (!step) return;
    event.preventDefault();
    if (!step) return;
    const next = marks[(at + step + marks.length) % marks.length];
    marks.forEach((element) => element.setAttribute("tabindex", element === next ? "0" : "-1"));
    next.focus();
  }

  function sentence({ chain, marked }) {
    if (say) return say(chain);
    const sizes = chain.sizes.map(sizeText).join(" → ");
    const kernels = chain.windows.map(({ kernel_size: kernel }) => kernel[0]).join(", ");
    const facts = { sizes, kernels, parameters: chain.parameters, work: chain.multiply_adds, departure: chain.departure };
    return words("scatter.point", facts) + (marked ? ` ${words("scatter.marked")}` : "");
  }

  function tell(point) {
    if (point) show(note, sentence(point));
  }
}
