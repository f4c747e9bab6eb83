// The sweep view: runs a grid of designs as a job; shows, plots, sorts and downloads its rows.

import { LatestRequest, call, hasKey } from "./api.mjs";
import { FIELDS } from "./brief.mjs";
import { h, labelled, show } from "./dom.mjs";
import { failureBox, fileLink, unknownFieldsBox } from "./failure.mjs";
import { MAX_DESIGNS, NAMES, START, checkGrid, gridOf } from "./sweep-grid.mjs";
import { PLOT_FIELDS, plotPanel } from "./sweep-plot.mjs";
import { saveRows, sweepTable } from "./sweep-table.mjs";
import { progressClock } from "./time-left.mjs";
import { hasMessage, loadRefusals, t } from "./messages.mjs";

const [PAINT_MS, RECONNECT_MS, POLL_MS] = [400, 5000, 2000];

/** Rows that are shown as they arrive; later ones together. */
const AT_ONCE = 12;

/** Mount the view in `root`. */
export function mount(root, { navigate, address, announce }) {
	const request = new LatestRequest();
	let [params, job, rows, source, paintTimer, retryTimer, disconnected, lastSubmission] = [{}, null, [], null, 0, 0, false, {}];
	let clock = progressClock();
	const notes = {};
	const count = h("span.muted", { "aria-live": "polite" });
	const levels = ["standard", "none"].map((value) => h("option", { value }, t(`sweep.verify.${value}`)));
	const form = h(
		"form.panel",
		{ novalidate: true, onsubmit: submit, oninput: countRows },
		h("div.fields", NAMES.map(field), labelled(t("sweep.verify"), h("select", { id: "sweep-verify", name: "verify" }, levels))),
		h("p.row", h("button.main", { type: "submit" }, t("sweep.start")), count),
	);
	const progress = h("div.panel.progress", { hidden: true });
	const plot = plotPanel({ choose: (chosen) => navigate({ ...params, ...chosen }, { replace: true }), open: ({ id }) => navigate({ design: id }, { view: "design" }) });
	const table = sweepTable((id) => address({ design: id }, "design"));
	const notice = h("div");
	show(root, h("h1", t("sweep.heading")), h("p.muted", t("sweep.lead")), form, notice, progress, plot.element, table.element);
	let paintedWidth = 0;
	const resized = new ResizeObserver(() => {
		if (paintedWidth !== root.clientWidth) schedulePaint();
		paintedWidth = root.clientWidth;
	});
	resized.observe(root);
	return { update, unmount };

	function unmount() {
		close();
		resized.disconnect();
	}

	function field(name) {
		const { choices, defaultValue } = FIELDS[name];
		const hint = hasMessage(`hint.${name}`) ? t(`hint.${name}`) : START[name];
		const placeholder = hint ?? choices?.slice(0, 2).join(", ") ?? defaultValue ?? "";
		notes[name] = h("p.wrong.small", { id: `sweep-${name}-wrong` });
		const input = h("input", { type: "text", id: `sweep-${name}`, name, autocomplete: "off", placeholder, "aria-describedby": notes[name].id });
		return labelled(t(`field.${name}`), input, notes[name]);
	}

	function read() {
		const names = [...NAMES, "verify"];
		const given = names.map((name) => [name, form.elements[name].value.trim()]);
		return Object.fromEntries(given.filter(([name, value]) => value && !(name === "verify" && value === "standard")));
	}

	/** Count the rows of the form, say what is wrong with a range, and dim the rows of another grid. Returns whether all is right. */
	function countRows() {
		const asked = read();
		const outdated = job !== null && [...NAMES, "verify"].some((name) => (asked[name] ?? "") !== (params[name] ?? ""));
		for (const part of [progress, plot.element, table.element]) part.classList.toggle("outdated", outdated);
		const { total, errors } = checkGrid(asked);
		for (const name of NAMES) {
			show(notes[name], errors[name] && t(`sweep.wrong.${errors[name]}`, { most: MAX_DESIGNS }));
			form.elements[name].setAttribute("aria-invalid", String(name in errors));
		}
		const tooMany = total > MAX_DESIGNS;
		show(count, t("sweep.count", { total }), tooMany && h("span.wrong", ` ${t("sweep.wrong.many", { most: MAX_DESIGNS })}`));
		return !tooMany && !Object.keys(errors).length;
	}

	function update(next) {
		const sameSweep = [...NAMES, "verify", "job"].every((name) => next[name] === params[name]);
		const plotAlone = job !== null && sameSweep && PLOT_FIELDS.some((name) => next[name] !== params[name]);
		params = next;
		if (plotAlone) return paintPlot();
		close();
		const fields = [...NAMES, "job"].some((name) => name in next) ? next : { ...START, ...next };
		for (const name of [...NAMES, "verify"]) form.elements[name].value = fields[name] ?? (name === "verify" ? "standard" : "");
		const unknown = Object.keys(next).filter((name) => !form.elements[name] && name !== "job" && !PLOT_FIELDS.includes(name));
		show(notice, unknown.length > 0 && unknownFieldsBox(unknown));
		countRows();
		[job, rows, clock] = [null, [], progressClock()];
		paint();
		if (next.job) follow(next.job);
	}

	function close() {
		request.cancel();
		source?.close();
		source = null;
		clearTimeout(paintTimer);
		clearTimeout(retryTimer);
		paintTimer = 0;
		disconnected = false;
	}

	/** Run one request; show a failure with a retry button. */
	function attempt(work, retry) {
		request.run(work, (failure) => show(notice, failureBox(failure, retry)));
	}

	/** Submit the sweep; a repeated submission before its job has ended reuses the idempotency key. */
	function submit(event) {
		event?.preventDefault();
		if (!countRows()) return form.querySelector("[aria-invalid=true]")?.focus();
		const fields = read();
		const body = { grid: gridOf(fields), verify: fields.verify ?? "standard" };
		const text = JSON.stringify(body);
		if (lastSubmission.text !== text) lastSubmission = { text, key: crypto.getRandomValues(new Uint32Array(4)).join("-") };
		attempt(async (signal) => {
			const { id } = await call("/v1/sweeps", { body, signal, headers: { "Idempotency-Key": lastSubmission.key } });
			const chosen = PLOT_FIELDS.filter((name) => name in params).map((name) => [name, params[name]]);
			navigate({ ...fields, ...Object.fromEntries(chosen), job: id });
		}, submit);
	}

	/** Load a job, then subscribe to its events; a lost connection is restored automatically. */
	function follow(id) {
		attempt(async (signal) => {
			[job] = await Promise.all([call(`/v1/jobs/${encodeURIComponent(id)}`, { signal }), loadRefusals()]);
			clock.record(job.done);
			show(notice);
			paint();
			listen();
		}, () => update(params));
	}

	function listen() {
		if (hasKey()) return poll();
		source = new EventSource(job.links.events);
		source.addEventListener("row", ({ data }) => {
			rows.push(JSON.parse(data));
			schedulePaint();
		});
		source.addEventListener("job", updateJob);
		source.addEventListener("end", (event) => {
			updateJob(event);
			source.close();
			lastSubmission = {};
			announce(t(`sweep.state.${job.state}`));
		});
		source.onopen = () => setDisconnected(false);
		source.onerror = () => {
			setDisconnected(true);
			if (source.readyState === EventSource.CLOSED) retryTimer = setTimeout(() => update(params), RECONNECT_MS);
		};
	}

	/** Poll the job and load its rows at the end, because an event stream cannot send a key. */
	function poll() {
		attempt(async (signal) => {
			job = await call(job.links.self, { signal });
			clock.record(job.done);
			if (isRunning()) retryTimer = setTimeout(poll, POLL_MS);
			else if (job.links.result) {
				const text = await call(job.links.result, { signal, as: "text" });
				rows = text.trim().split("\n").map((line) => JSON.parse(line));
			}
			if (!isRunning()) lastSubmission = {};
			schedulePaint();
		}, poll);
	}

	function isRunning() {
		return ["queued", "running"].includes(job.state);
	}

	function updateJob({ data }) {
		job = JSON.parse(data);
		clock.record(job.done);
		schedulePaint();
	}

	function setDisconnected(now) {
		disconnected = now;
		schedulePaint();
	}

	/** Schedule a repaint: of the first rows at once, with more rows less often. */
	function schedulePaint() {
		paintTimer ||= setTimeout(paint, rows.length <= AT_ONCE ? 0 : Math.min(2500, PAINT_MS + rows.length));
	}

	function paint() {
		paintTimer = 0;
		progress.hidden = !job;
		table.show(rows, gridOf(params));
		plot.element.hidden = !job || rows.filter((row) => row.generator).length < 2;
		if (!job) return;
		show(
			progress,
			h("p", h("strong", t(`sweep.state.${job.state}`)), " ", h("span.number", t("sweep.done", job)), timeLeft()),
			h("progress", { max: job.total, value: job.done, "aria-label": t("sweep.progress") }),
			disconnected && isRunning() && h("p", { role: "status" }, t("sweep.disconnected")),
			h("p.row", isRunning() && h("button", { onclick: cancel }, t("sweep.cancel")), rows.length > 0 && downloads()),
		);
		if (!document.activeElement?.closest(".plot svg")) paintPlot();
	}

	function timeLeft() {
		const time = isRunning() && clock.text(job.total);
		return time && h("span.muted.time-left", ` ${t("sweep.left", { time })}`);
	}

	function paintPlot() {
		plot.show(rows.filter((row) => row.generator), table.columns(), params, table.describe);
	}

	function downloads() {
		return [
			fileLink(job.links.result, "sweep.jsonl", t("sweep.jsonl")),
			h("button", { onclick: () => saveRows(rows, gridOf(params)) }, t("sweep.csv")),
		];
	}

	function cancel() {
		attempt(async (signal) => updateJob({ data: await call(job.links.self, { method: "DELETE", signal, as: "text" }) }), cancel);
	}
}
