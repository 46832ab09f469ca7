// What the editor asks and sends, and what the browser itself remembers. contracts/pages/draft_endpoints.py has the shapes.
export class Refused extends Error {
  constructor(status, answer) {
    super(answer.message || answer.code || String(status));
    this.status = status;
    this.code = answer.code || (status ? "failed" : "offline");
    this.detail = answer.detail || {};
  }
}

// Signing in again in another tab changes the token: the cookie has the present one.
const tokenNow = (given) => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? given;

export function serverAt(root, csrf) {
  async function send(path, body, options = {}) {
    const headers = { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" };
    if (body !== undefined) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": tokenNow(csrf) });
    const method = body === undefined ? "GET" : "POST";
    const request = { method, headers, credentials: "same-origin", body: JSON.stringify(body), ...options };
    const answer = await fetch(root + path, request).catch(() => {
      throw new Refused(0, {});
    });
    // Whoever is signed out is sent to the sign-in page, which is no JSON.
    if (!answer.headers.get("Content-Type")?.includes("json")) {
      throw new Refused(answer.status, { code: answer.redirected ? "signed_out" : "failed" });
    }
    const found = await answer.json();
    if (!answer.ok) throw new Refused(answer.status, found);
    return found;
  }
  return { send };
}

// The words of one person in one clause, on this computer alone, until they are saved.
export function memoryOf(person) {
  const key = (clause) => `covenant.words.${person}.${clause}`;
  const quietly = (act) => {
    try {
      return act();
    } catch {
      return null; // Storage is full or forbidden: the server keeps the words as well.
    }
  };
  return {
    keep: (clause, words) => quietly(() => localStorage.setItem(key(clause), JSON.stringify(words))),
    read: (clause) => quietly(() => JSON.parse(localStorage.getItem(key(clause)))),
    drop: (clause) => quietly(() => localStorage.removeItem(key(clause))),
    // [clause, words] of a contract's clauses that are not among the given ones.
    others: (contract, clauses) =>
      (quietly(() => Object.keys(localStorage)) ?? [])
        .filter((name) => name.startsWith(key("")) && !clauses.has(name.slice(key("").length)))
        .map((name) => [name.slice(key("").length), quietly(() => JSON.parse(localStorage.getItem(name)))])
        .filter(([, words]) => words?.contract === contract),
  };
}

export const isSame = (one, other) => one.heading === other.heading && JSON.stringify(one.body) === JSON.stringify(other.body);
