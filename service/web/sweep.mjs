// The sweep view: a grid of designs as a job, its rows as they come, sorted, drawn, to take home.

import { call } from "./api.mjs";
import { h, prose, show } from "./dom.mjs";
import { failureBox } from "./failure.mjs";
import { showScatter } from "./scatter.mjs";
import { saveRows, sweepTable } from "./sweep-table.mjs";

const [PAINT_MS, AGAIN_MS] = [400, 5000];
const DRAWN = 400; // points of the plot; more would hide each other
const START = { resolution: "32, 64, 96", latent_dim: "64, 128" };

/** Fields of the grid, each with how one of its values is read. */
const FIELDS = {
  resolution: (text) => (/[x×]/.test(text) ? text.split(/[x×]/).map(whole) : whole(text)),
  latent_dim: whole,
  dimensions: whole,
  base_channels: whole,
  channels: whole,
  upsampling: String,
  normalization: String,
};

/** A whole number, or the text itself, for the service to refuse by name. */
function whole(text) {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : text;
}

const listOf = (text, read) => text.split(",").map((part) => part.trim()).filter(Boolean).map(read);

/** The grid that an address names: lists by field, in the order of the form. */
function gridOf(params) {
  const lists = Object.entries(FIELDS).map(([name, read]) => [name, listOf(params[name] ?? "", read)]);
  return Object.fromEntries(lists.filter(([, values]) => values.length));
}

/** The view, put into `root`. */
export function mount(root, { words, navigate, address, announce }) {
  let [params, job, rows, source, timer, again, asked, lost] = [{}, null, [], null, 0, 0, 0, false];
  const count = h("span", { class: "muted", "aria-live": "polite" });
  const verify = h("select", { id: "sweep-verify", name: "verify" }, ["standard", "none"].map((level) => h("option", { value: level }, words(`sweep.verify.${level}`))));
  const form = h(
    "form",
    { class: "panel", novalidate: true, onsubmit: submit, oninput: countRows },
    h("div", { class: "fields" }, Object.keys(FIELDS).map(field), labelled(verify, "verify")),
    h("p", { class: "row" }, h("button", { type: "submit", class: "main" }, words("sweep.start")), count),
  );
  const progress = h("div", { class: "panel progress", hidden: true });
  const plot = h("section", { class: "panel plot", hidden: true });
  const table = sweepTable({ words, open: (id) => address({ design: id }, "design") });
  const notice = h("div");
  show(root, h("h1", null, words("sweep.heading")), h("p", { class: "muted" }, words("sweep.lead")), form, notice, progress, plot, table.element);
  let wide = 0;
  const resized = new ResizeObserver(() => {
    if (wide !== root.clientWidth) later();
    wide = root.clientWidth;
  });
  resized.observe(root);
  return { update, unmount };

  function unmount() {
    close();
    resized.disconnect();
  }

  function labelled(input, name) {
    const label = words(`sweep.${name}`);
    return h("div", { class: "field" }, h("label", { for: input.id }, label), input);
  }

  function field(name) {
    return labelled(h("input", { type: "text", id: `sweep-${name}`, name, autocomplete: "off", placeholder: words(`sweep.${name}.hint`) }), name);
  }

  function read() {
    const names = [...Object.keys(FIELDS), "verify"];
    const given = names.map((name) => [name, form.elements[name].value.trim()]);
    return Object.fromEntries(given.filter(([name, value]) => value && !(name === "verify" && value === "standard")));
  }

  function countRows() {
    const total = Object.values(gridOf(read())).reduce((all, values) => all * values.length, 1);
    show(count, words("sweep.count", { total }));
  }

  function update(next) {
    params = next;
    close();
    const fields = Object.keys(next).length ? next : START;
    for (const name of [...Object.keys(FIELDS), "verify"]) form.elements[name].value = fields[name] ?? (name === "verify" ? "standard" : "");
    const strange = Object.keys(next).filter((name) => !form.elements[name] && name !== "job");
    show(notice, strange.map((name) => h("p", { class: "failure", role: "alert" }, words("address.field", { name }))));
    countRows();
    [job, rows] = [null, []];
    paint();
    if (next.job) follow(next.job);
  }

  function close() {
    asked += 1;
    source?.close();
    source = null;
    clearTimeout(timer);
    clearTimeout(again);
    timer = 0;
    lost = false;
  }

  /** One request; what comes of it is dropped where the view has moved on meanwhile. */
  async function attempt(work, retry) {
    const mine = asked;
    try {
      const answer = await work();
      return mine === asked ? answer : null;
    } catch (failure) {
      if (!failure.kind) throw failure;
      if (mine === asked) show(notice, failureBox(failure, { words, retry }));
      return null;
    }
  }

  async function submit(event) {
    event?.preventDefault();
    const fields = read();
    const { verify: level = "standard" } = fields;
    const body = { grid: gridOf(fields), verify: level };
    const made = await attempt(() => call("/v1/sweeps", { body }), submit);
    if (made) navigate({ ...fields, job: made.id });
  }

  /** Read how a job stands, then listen: rows come as events, and a lost line goes on by itself. */
  async function follow(id) {
    const found = await attempt(() => call(`/v1/jobs/${encodeURIComponent(id)}`), () => update(params));
    if (!found) return;
    job = found;
    show(notice);
    paint();
    source = new EventSource(job.links.events);
    source.addEventListener("row", ({ data }) => {
      rows.push(JSON.parse(data));
      later();
    });
    source.addEventListener("job", stands);
    source.addEventListener("end", (event) => {
      stands(event);
      source.close();
      announce(words(`sweep.state.${job.state}`));
    });
    source.onopen = () => setLost(false);
    source.onerror = () => {
      setLost(true);
      if (source.readyState === EventSource.CLOSED) again = setTimeout(() => update(params), AGAIN_MS);
    };
  }

  function stands({ data }) {
    job = JSON.parse(data);
    later();
  }

  function setLost(now) {
    lost = now;
    later();
  }

  /** Paint soon; the more there is to paint, the less often. */
  function later() {
    timer ||= setTimeout(paint, Math.min(2500, PAINT_MS + rows.length));
  }

  function paint() {
    timer = 0;
    progress.hidden = !job;
    const made = rows.filter((row) => row.generator);
    plot.hidden = made.length < 2;
    table.show(rows, gridOf(params));
    if (!job) return;
    const going = ["queued", "running"].includes(job.state);
    show(
      progress,
      h("p", null, h("strong", null, words(`sweep.state.${job.state}`)), " ", h("span", { class: "number" }, words("sweep.done", job))),
      h("progress", { max: job.total, value: job.done, "aria-label": words("sweep.progress") }),
      lost && going ? h("p", { role: "status" }, words("sweep.lost")) : null,
      h("p", { class: "row" }, going ? h("button", { type: "button", onclick: cancel }, words("sweep.cancel")) : null, rows.length ? downloads() : null),
    );
    if (!plot.hidden && !plot.contains(document.activeElement)) paintPlot(made);
  }

  function downloads() {
    return [
      h("a", { class: "button", href: job.links.result, download: "sweep.jsonl" }, words("sweep.jsonl")),
      h("button", { type: "button", onclick: () => saveRows(rows, gridOf(params)) }, words("sweep.csv")),
    ];
  }

  function paintPlot(made) {
    const every = Math.ceil(made.length / DRAWN);
    const points = made.filter((_, at) => at % every === 0).map((row) => ({ ...row, ...row.generator, windows: [] }));
    const note = every > 1 ? h("p", { class: "muted small" }, words("sweep.shown", { shown: points.length, total: made.length })) : null;
    const box = h("div");
    show(plot, h("h2", null, words("sweep.plot")), box, note);
    showScatter(box, {
      answer: { chains: points, frontier: [] },
      windows: null,
      words,
      say: (row) => table.describe(row),
      take: ({ id }) => navigate({ design: id }, { view: "design" }),
    });
  }

  async function cancel() {
    const stopped = await attempt(() => call(job.links.self, { method: "DELETE" }), cancel);
    if (stopped) stands({ data: JSON.stringify(stopped) });
  }
}
