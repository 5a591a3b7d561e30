// The chat API, as the page uses it.

/** What went wrong: `status` 0 where no answer came at all; `code`, `message` and `hint` as the server gave them. */
export class ApiError extends Error {
  constructor(status, error = {}, wait = 0) {
    super(error.message ?? "");
    this.status = status;
    this.code = error.code ?? "";
    this.hint = error.hint ?? "";
    this.wait = wait;
  }

  /** Whether the same request may work later: no answer, a server at its limits, or one that is failing. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether the conversation itself is at an end. */
  get ended() {
    return this.status === 401 || this.status === 410;
  }
}

export class Api {
  constructor(home) {
    this.home = home;
  }

  texts() {
    return this.#call("GET", "api/texts");
  }

  open(consent) {
    return this.#call("POST", "api/conversations", { body: { consent } });
  }

  say(token, id, content) {
    return this.#call("POST", "api/conversations/messages", { token, body: { id, ...content } });
  }

  history(token) {
    return this.#call("GET", "api/conversations/messages", { token });
  }

  erase(token) {
    return this.#call("DELETE", "api/conversations", { token });
  }

  async #call(method, path, { token, body } = {}) {
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(new URL(path, this.home), {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "omit",
        signal: AbortSignal.timeout(30000),
      });
    } catch {
      throw new ApiError(0);
    }
    const data = await response.json().catch(() => null);
    if (response.ok && data) return data;
    throw new ApiError(response.status, data?.error, Number(response.headers.get("Retry-After")) || 0);
  }
}
