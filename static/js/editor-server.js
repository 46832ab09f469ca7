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

// Each opening of a clause is a session of its own: two windows of one person never write over each other's words.
export function newSession() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
}

// The words of one person in one clause, on this computer alone, until they are saved: by clause and session.
export function memoryOf(person) {
  const root = `covenant.words.${person}.`;
  const key = (clause, session) => `${root}${clause}.${session}`;
  const quietly = (act) => {
    try {
      return act();
    } catch {
      return null; // Storage is full or forbidden: the server keeps the words as well.
    }
  };
  return {
    keep: (clause, words) => quietly(() => localStorage.setItem(key(clause, words.session), JSON.stringify(words))),
    drop: (clause, session) => quietly(() => localStorage.removeItem(key(clause, session))),
    // [clause, words] of a contract, oldest first.
    all: (contract) =>
      (quietly(() => Object.keys(localStorage)) ?? [])
        .filter((name) => name.startsWith(root))
        .map((name) => [name.slice(root.length).split(".")[0], quietly(() => JSON.parse(localStorage.getItem(name)))])
        .filter(([, words]) => words?.contract === contract)
        .sort(([, one], [, other]) => new Date(one.at) - new Date(other.at)),
  };
}

export const isSame = (one, other) => one.heading === other.heading && JSON.stringify(one.body) === JSON.stringify(other.body);
