// The service as the page calls it: the public interface, each failure as one kind of value.

const TIMEOUT_MS = 150_000;
const CACHE_SIZE = 40;

/**
 * What went wrong, for people to read and to act upon. `kind` is one of
 * network (nobody answered), locked (401), limited (429), busy (503), refused (4xx with a problem), broken.
 * `retryAfter` is in seconds, where the service named them.
 */
export class Failure extends Error {
	constructor(kind, { problem = null, retryAfter = null } = {}) {
		super(problem?.detail ?? kind);
		Object.assign(this, { kind, problem, retryAfter });
	}
}

let key = "";
try {
	key = sessionStorage.getItem("key") ?? "";
} catch {
	// Storage may be forbidden: then the key lasts as long as the page.
}

/** Send this key with every request from now on, in this tab and until it is closed. */
export function setKey(text) {
	key = text;
	try {
		sessionStorage.setItem("key", key);
	} catch {
		// As above.
	}
}

export const hasKey = () => key !== "";

const authorization = () => (key ? { Authorization: `Bearer ${key}` } : {});

/** The address of a picture of the service; it holds the picture itself where only a key shows it. */
export async function pictureUrl(path, signal) {
	return key ? `data:image/svg+xml,${encodeURIComponent(await call(path, { signal, as: "text" }))}` : path;
}

/** One request; the answer as JSON, or as text where `as` says so. */
export async function call(path, { method, body, headers, signal, as = "json" } = {}) {
	const init = body === undefined ? { method, headers: { ...headers, ...authorization() } } : postInit(body, headers);
	const limit = AbortSignal.timeout(TIMEOUT_MS);
	try {
		const response = await fetch(path, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit });
		if (!response.ok) throw await readFailure(response);
		return await response[as]();
	} catch (error) {
		if (error instanceof Failure || signal?.aborted) throw error;
		throw new Failure("network");
	}
}

const postInit = (body, headers) => ({
	method: "POST",
	body: JSON.stringify(body),
	headers: { "Content-Type": "application/json", ...headers, ...authorization() },
});

async function readFailure(response) {
	const problem = await response.json().catch(() => null);
	const facts = { problem, retryAfter: Number.parseInt(response.headers.get("Retry-After"), 10) || null };
	const known = { 401: "locked", 429: "limited", 503: "busy" }[response.status];
	return new Failure(known ?? (response.status < 500 && problem?.code ? "refused" : "broken"), facts);
}

const cache = new Map();

/** `call` that keeps its last answers: a design is a pure function of its brief. */
export async function cachedCall(path, options = {}) {
	const key = JSON.stringify([path, options.body]);
	if (!cache.has(key)) {
		cache.set(key, await call(path, options));
		if (cache.size > CACHE_SIZE) cache.delete(cache.keys().next().value);
	}
	return cache.get(key);
}

/** A line on which only the newest question is answered. */
export class LatestRequest {
	#controller = null;

	/** Wait, then `work(signal)`; what fails goes to `failed`, and is dropped where something else was asked since. */
	async run(work, failed, delay = 0) {
		this.cancel();
		const { signal } = (this.#controller = new AbortController());
		if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
		try {
			if (!signal.aborted) await work(signal);
		} catch (error) {
			if (signal.aborted) return;
			if (!(error instanceof Failure)) throw error;
			failed(error);
		}
	}

	cancel() {
		this.#controller?.abort();
	}
}
