// HTTP client of the public API. Every failed request throws a Failure.

import { loadRefusals, translations } from "./messages.mjs";

const TIMEOUT_MS = 150_000;
const CACHE_SIZE = 40;

/**
 * A failed request. `kind` is one of network (no response), locked (401), limited (429),
 * busy (503), refused (4xx with a problem), broken (any other response), fault (an error of the
 * page itself, which is the `cause`). `retryAfter` is the Retry-After header in seconds, or null.
 */
export class Failure extends Error {
	constructor(kind, { problem = null, retryAfter = null, cause } = {}) {
		super(problem?.detail ?? kind, { cause });
		Object.assign(this, { kind, problem, retryAfter });
	}
}

let key = "";
try {
	key = sessionStorage.getItem("key") ?? "";
} catch {
	// If storage is disabled, the key lasts until the page is reloaded.
}

/** Send this key with every further request of this tab. */
export function setKey(text) {
	key = text;
	try {
		sessionStorage.setItem("key", key);
	} catch {
		// Storage is disabled.
	}
}

export const hasKey = () => key !== "";

/** The URL of a picture; a data URL if the request needs a key, which an image element cannot send. */
export async function pictureUrl(path, signal) {
	return key ? `data:image/svg+xml,${encodeURIComponent(await call(path, { signal, as: "text" }))}` : path;
}

/** Send one request. Returns the body as JSON, or as `as` ("text", "blob"); `onHeaders` gets the headers of the response. */
export async function call(path, { method, body, headers, signal, onHeaders, as = "json" } = {}) {
	const posted = body !== undefined && { method: "POST", body: JSON.stringify(body) };
	const sent = { ...(posted && { "Content-Type": "application/json" }), ...headers, ...(key && { Authorization: `Bearer ${key}` }) };
	const limit = AbortSignal.timeout(TIMEOUT_MS);
	try {
		const response = await fetch(path, { method, ...posted, headers: sent, signal: signal ? AbortSignal.any([signal, limit]) : limit });
		if (!response.ok) throw await readFailure(response);
		onHeaders?.(response.headers);
		return await response[as]();
	} catch (error) {
		if (error instanceof Failure || signal?.aborted) throw error;
		throw new Failure("network");
	}
}

async function readFailure(response) {
	const [problem] = await Promise.all([response.json().catch(() => null), loadRefusals()]);
	const facts = { problem, retryAfter: Number.parseInt(response.headers.get("Retry-After"), 10) || null };
	const known = { 401: "locked", 429: "limited", 503: "busy" }[response.status];
	return new Failure(known ?? (response.status < 500 && problem?.code ? "refused" : "broken"), facts);
}

/** An error of the page itself as a Failure; the console keeps where it was thrown. */
export function pageFault(cause) {
	console.error(cause);
	return new Failure("fault", { cause });
}

const cache = new Map();

/** `call` with a cache of the last responses: a design is a pure function of its brief. */
export async function cachedCall(path, options = {}) {
	const key = JSON.stringify([path, options.body]);
	if (!cache.has(key)) {
		cache.set(key, await call(path, options));
		if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value);
	}
	const answer = cache.get(key);
	const reasons = answer.verification?.checks.flatMap((check) => check.reasons) ?? [];
	if (reasons.some(({ code }) => !translations("reasons")[code])) await loadRefusals();
	return answer;
}

/** Runs one request at a time; a new request cancels the previous one. */
export class LatestRequest {
	#controller = null;

	/** Wait, then run `work(signal)`; pass any error as a Failure to `failed` unless the request was cancelled. */
	async run(work, failed, delay = 0) {
		this.cancel();
		const { signal } = (this.#controller = new AbortController());
		if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
		try {
			if (!signal.aborted) await work(signal);
		} catch (error) {
			if (signal.aborted) return;
			failed(error instanceof Failure ? error : pageFault(error));
		}
	}

	cancel() {
		this.#controller?.abort();
	}
}
