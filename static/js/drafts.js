/* What is typed into a form is kept a few seconds after the last key: on the server as a draft, or
   on this device while there is no connection or no session, and sent on when it is back.
   The one rule kept here: what the server has not taken stays on the device, under its owner. */
"use strict";

const PAUSE = 2500; // ms after the last key
const AGAIN = 15000; // ms until the next try without a connection
const LONGEST = 60 * 24 * 3600 * 1000; // ms that anything stays on the device
const me = document.body.dataset.me || "";
const SHELF = `shanhai.draft.${me}.`;
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "form_more"]);

const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) || "";

/** Pairs of name and value of everything that may be kept: no passwords, no files, no tokens. */
function pairsOf(form) {
  const secret = new Set(all("input[type=password], input[type=file]", form).map((input) => input.name));
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !secret.has(name) && !NOT_KEPT.has(name));
}

const store = {
  put(token, kept) { try { localStorage.setItem(SHELF + token, JSON.stringify(kept)); return true; } catch { return false; } },
  get(token) { try { return JSON.parse(localStorage.getItem(SHELF + token)); } catch { return null; } },
  drop(token) { try { localStorage.removeItem(SHELF + token); } catch { /* private window */ } },
  tokens() { try { return Object.keys(localStorage).filter((key) => key.startsWith(SHELF)).map((key) => key.slice(SHELF.length)); } catch { return []; } },
};

/** Sends what is kept; answers "saved" with the time, or why not: offline, out, gone, failed. */
async function send(url, pairs) {
  const body = new URLSearchParams(pairs);
  const headers = { "X-CSRFToken": cookie("csrftoken"), "X-Requested-With": "fetch" };
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, headers, redirect: "manual", keepalive: String(body).length < 60000 });
  } catch {
    return { how: "offline" };
  }
  if (!answer.ok) return { how: answer.type === "opaqueredirect" ? "out" : "failed" };
  const { at, is_sent: isSent } = await answer.json();
  return isSent ? { how: "gone" } : { how: "saved", at };
}

class Draft {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.draft;
    this.token = first("[name=form_token]", form).value;
    this.mark = first("[data-saved]", form);
    this.changed = new Set();
    this.asShown = JSON.stringify(pairsOf(form));
    if (first("[data-say]", this.mark).textContent) this.mark.hidden = false;
    form.addEventListener("input", (event) => this.note(event.target.name));
    form.addEventListener("submit", (event) => this.leave(event));
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
    window.addEventListener("online", () => this.save());
  }

  note(name) {
    this.changed.add(name || "");
    this.shelve();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  /** Keeps everything on this device, at once. */
  shelve() {
    const pairs = pairsOf(this.form);
    if (store.put(this.token, { url: this.url, page: location.pathname, at: Date.now(), pairs })) dirty.delete(this.form);
  }

  async save() {
    if (!this.changed.size || this.isBusy || this.isSent) return;
    this.isBusy = true;
    this.say("saving");
    const names = [...this.changed];
    const pairs = pairsOf(this.form);
    this.changed.clear();
    const answer = await send(this.url, pairs);
    this.isBusy = false;
    if (answer.how === "saved") this.onSaved(answer.at);
    else this.onKept(answer.how, names);
  }

  onSaved(at) {
    if (!this.changed.size) {
      store.drop(this.token);
      dirty.delete(this.form);
    }
    const address = new URL(location);
    address.searchParams.set("draft", this.token);
    address.searchParams.delete("copy");
    history.replaceState(history.state, "", address);
    this.say("saved", { time: at });
  }

  onKept(how, names) {
    names.forEach((name) => this.changed.add(name));
    const count = this.changed.size;
    this.say(how === "offline" && count > 1 ? "offlines" : how === "gone" ? "failed" : how, { count });
    if (how === "gone") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AGAIN);
  }

  say(word, values = {}) {
    const text = first(`[data-word="${word}"]`, this.mark).content.textContent;
    first("[data-say]", this.mark).textContent = text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
    this.mark.dataset.how = word;
    this.mark.hidden = false;
    first("[data-again]", this.mark).hidden = word !== "out";
  }

  /** The form is sent: what was typed stays here until the server says that it has it. */
  leave(event) {
    clearTimeout(this.timer);
    if (!navigator.onLine) {
      event.preventDefault();
      this.shelve();
      this.onKept("offline", []);
      return;
    }
    this.isSent = true;
    if (this.changed.size || store.get(this.token)) this.shelve();
    const token = first("[name=csrfmiddlewaretoken]", this.form);
    if (cookie("csrftoken")) token.value = cookie("csrftoken"); // signed in again elsewhere meanwhile
  }
}

/** Sends on what earlier pages had to leave here; answers the tokens that the server took. */
async function sendOn(tokens) {
  const taken = [];
  for (const token of tokens) {
    const { url, pairs, at } = store.get(token) || {};
    const answer = url && Date.now() - at < LONGEST ? await send(url, pairs) : { how: "gone" };
    if (answer.how === "saved") taken.push(token);
    if (answer.how === "saved" || answer.how === "gone") store.drop(token);
    if (answer.how === "offline" || answer.how === "out") break;
  }
  return taken;
}

async function begin() {
  const forms = all("form[data-draft]");
  const drafts = forms.map((form) => new Draft(form));
  window.addEventListener("pageshow", (event) => { if (event.persisted) drafts.forEach((draft) => { draft.isSent = false; }); });
  if (!me) return;
  const isRefused = first("[data-errors]"); // the page is the answer to what is kept here
  const here = drafts.filter((draft) => isRefused || JSON.stringify(store.get(draft.token)?.pairs) === draft.asShown);
  const waiting = store.tokens().filter((token) => !here.some((draft) => draft.token === token));
  const page = new Map(waiting.map((token) => [token, store.get(token)?.page]));
  const taken = await sendOn(waiting);
  const mine = taken.find((token) => page.get(token) === location.pathname);
  if (mine && drafts.length && drafts.every((draft) => !draft.changed.size)) location.replace(`${location.pathname}?draft=${mine}`);
}

all("form[data-discard]").forEach((form) => form.addEventListener("submit", () => store.drop(form.dataset.discard)));
begin();
