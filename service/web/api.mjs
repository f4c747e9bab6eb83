// The service as the page calls it: the public interface, each failure as one kind of value.

const LONGEST_MS = 150_000;
const KEPT = 40;

/**
 * What went wrong, for people to read and to act upon. `kind` is one of
 * network (nobody answered), limited (429), busy (503), refused (4xx with a problem), broken.
 * `retryAfter` is in seconds, where the service named them.
 */
export class Failure extends Error {
  constructor(kind, { status = 0, problem = null, retryAfter = null } = {}) {
    super(problem?.detail ?? kind);
    Object.assign(this, { kind, status, problem, retryAfter });
  }
}

/** One request; the answer as JSON, or as text where `as` says so. */
export async function call(path, { method, body, signal, as = "json" } = {}) {
  const asked = body === undefined ? { method } : { method: "POST", body: JSON.stringify(body) };
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const limit = AbortSignal.timeout(LONGEST_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    const answer = await fetch(path, { ...asked, headers, signal: either });
    if (!answer.ok) throw await failureOf(answer);
    return await answer[as]();
  } catch (error) {
    if (error instanceof Failure || signal?.aborted) throw error;
    throw new Failure("network");
  }
}

async function failureOf(answer) {
  const retryAfter = Number.parseInt(answer.headers.get("Retry-After"), 10);
  const facts = {
    status: answer.status,
    problem: await answer.json().catch(() => null),
    retryAfter: Number.isNaN(retryAfter) ? null : retryAfter,
  };
  if (answer.status === 429) return new Failure("limited", facts);
  if (answer.status === 503) return new Failure("busy", facts);
  return new Failure(answer.status < 500 && facts.problem?.code ? "refused" : "broken", facts);
}

/** `call` that keeps its last answers: a design is a pure function of its brief. */
export function keeping(request = call) {
  const kept = new Map();
  return async (path, options = {}) => {
    const key = JSON.stringify([path, options.body]);
    if (!kept.has(key)) {
      const answer = await request(path, options);
      kept.set(key, answer);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(key);
  };
}

/**
 * A line on which only the newest question is answered: `ask(work, delay)` waits, cancels what was
 * asked before, and calls `work(signal)`. What a cancelled question throws is dropped.
 */
export class Line {
  #asked = null;

  async ask(work, delay = 0) {
    this.cancel();
    const asked = new AbortController();
    this.#asked = asked;
    if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
    if (asked.signal.aborted) return;
    try {
      await work(asked.signal);
    } catch (error) {
      if (!asked.signal.aborted) throw error;
    }
  }

  cancel() {
    this.#asked?.abort();
  }
}
