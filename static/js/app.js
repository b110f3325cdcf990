/* Comforts of the pages: keys, echoes of typed amounts, focus on what must be corrected, a guard of
   what was typed. The one rule kept here: each page works without it, and nothing is decided here. */
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const first = (selector, within = document) => within.querySelector(selector);
const isChinese = document.documentElement.lang.startsWith("zh");

document.documentElement.classList.add("js");

/* -- amounts: what the typed digits come to, in yuan and in capital characters -------------------- */

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];

/** Whole fen of what was typed, as BigInt; null while it is no amount of whole fen. */
function fenOf(typed, unit) {
  let text = typed.normalize("NFKC").replace(/[,，\s¥]/g, "");
  if (/万元?$/.test(text)) [text, unit] = [text.replace(/万元?$/, ""), "wan"];
  const match = /^(\d{1,14})(?:\.(\d*))?$/.exec(text.replace(/元$/, ""));
  if (!match) return null;
  const decimals = unit === "wan" ? 6 : 2;
  const rest = (match[2] || "").replace(/0+$/, "");
  return rest.length > decimals ? null : BigInt(match[1] + rest.padEnd(decimals, "0"));
}

function yuanText(fen) {
  const digits = fen.toString().padStart(3, "0");
  return digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",") + "." + digits.slice(-2);
}

/** The same rules as core.formatting.capital_amount. */
function capitalAmount(fen) {
  const [yuan, jiao, rest] = [fen / 100n, Number((fen / 10n) % 10n), Number(fen % 10n)];
  let words = yuan || !(jiao || rest) ? capitalInteger(yuan) + "元" : "";
  if (!(jiao || rest)) return words + "整";
  if (yuan && (!jiao || yuan % 10n === 0n)) words += "零";
  return words + (jiao ? DIGITS[jiao] + "角" : "") + (rest ? DIGITS[rest] + "分" : "");
}

function capitalInteger(value) {
  for (const [size, name] of [[100000000n, "亿"], [10000n, "万"]]) {
    if (value < size) continue;
    const lower = value % size;
    const gap = lower && lower < size / 10n ? "零" : "";
    return capitalInteger(value / size) + name + gap + (lower ? capitalInteger(lower) : "");
  }
  return capitalGroup(Number(value));
}

function capitalGroup(value) {
  if (!value) return DIGITS[0];
  let [words, gap] = ["", false];
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(value / 10 ** place) % 10;
    if (digit) words += (gap ? "零" : "") + DIGITS[digit] + PLACES[place];
    gap = words !== "" && !digit;
  }
  return words;
}

function echo(box) {
  const line = box.parentElement.querySelector("[data-echo]");
  const fen = fenOf(first("input", box).value, first("select", box)?.value || "yuan");
  line.hidden = fen === null;
  if (fen === null) return;
  const yuan = isChinese ? `${yuanText(fen)} 元，` : `¥${yuanText(fen)} · `;
  line.textContent = `= ${yuan}${capitalAmount(fen)}`;
}

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-amount]");
  if (box) echo(box);
});

/* -- what was typed: asked about before it is left, sent once ------------------------------------- */

const dirty = new Set();

/* Before the form itself hears of it: what it keeps on this device is not asked about. */
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) dirty.add(form);
}, true);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  dirty.delete(form);
});
window.addEventListener("beforeunload", (event) => {
  if (dirty.size) event.preventDefault();
});
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

document.addEventListener("htmx:afterRequest", (event) => { delete event.target.closest?.("form")?.dataset.sent; });

/* -- names: after @, those who can read the record ------------------------------------------------- */

const NAME = /(^|[^A-Za-z0-9._%+-])[@＠]([^\s@＠]{0,30})$/;
const typedBefore = (field) => field.value.slice(0, field.selectionStart);
const namesOf = (field) => first("[data-names]", field.closest(".field"));
let asking = 0;

function askNames(field) {
  const match = NAME.exec(typedBefore(field));
  clearTimeout(asking);
  if (!match) return namesOf(field).replaceChildren();
  const url = `${field.dataset.people}?q=${encodeURIComponent(match[2])}`;
  asking = setTimeout(() => window.htmx?.ajax("GET", url, { target: namesOf(field), swap: "innerHTML" }), 150);
}

function takeName(button) {
  const field = first("[data-people]", button.closest(".field"));
  const before = typedBefore(field).replace(NAME, (all, gap) => `${gap}@${button.dataset.name} `);
  field.value = before + field.value.slice(field.selectionStart);
  namesOf(field).replaceChildren();
  field.focus();
  field.setSelectionRange(before.length, before.length);
}

function moveInNames(event) {
  const field = event.target.closest?.(".field") && first("[data-people]", event.target.closest(".field"));
  const buttons = field ? all("button", namesOf(field)) : [];
  if (!buttons.length) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") { namesOf(field).replaceChildren(); field.focus(); }
  if (!step) return;
  event.preventDefault();
  (buttons[buttons.indexOf(event.target) + step] || field).focus();
}

document.addEventListener("input", (event) => { if (event.target.matches?.("[data-people]")) askNames(event.target); });
document.addEventListener("click", (event) => { const button = event.target.closest?.("[data-name]"); if (button) takeName(button); });
document.addEventListener("keydown", moveInNames);

/* -- rows that are selected: how many, their sum, and the moves possible for all of them ----------- */

const boxes = () => all("#records tbody .tick input");
let anchor = null;

function sumText(fen, unit) {
  const yuan = (fen < 0n ? "−" : "") + yuanText(fen < 0n ? -fen : fen);
  if (unit !== "wan") return isChinese ? `${yuan} 元` : `¥${yuan}`;
  const digits = fen.toString().padStart(7, "0");
  const rest = digits.slice(-6).replace(/0+$/, "").padEnd(2, "0");
  return `${digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",")}.${rest} 万元`;
}

function tellSelected() {
  const bar = first("[data-bulk]");
  if (!bar) return;
  const ticked = boxes().filter((box) => box.checked);
  const every = first("[data-tick-all]", bar);
  const wholeFilter = Boolean(every?.checked);
  const states = new Set(ticked.map((box) => box.dataset.state));
  for (const box of boxes()) box.closest("tr").classList.toggle("on", box.checked || wholeFilter);
  bar.classList.toggle("on", ticked.length > 0 || wholeFilter);
  const page = first("[data-tick-page]");
  page.checked = ticked.length === boxes().length;
  page.indeterminate = ticked.length > 0 && !page.checked;
  const count = first("[data-count]", bar);
  count.textContent = count.dataset.count.replace("{n}", wholeFilter ? every.dataset.tickAll : ticked.length);
  const sum = first("[data-sum]", bar);
  if (sum) {
    const fen = ticked.reduce((total, box) => total + BigInt(box.dataset.fen), 0n);
    sum.textContent = sum.dataset.sum.replace("{sum}", sumText(fen, bar.dataset.bulk));
    sum.hidden = wholeFilter;
  }
  const moves = all("[data-from]", bar);
  for (const move of moves) {
    const from = move.dataset.from.split(" ");
    move.hidden = wholeFilter || ![...states].every((state) => from.includes(state));
  }
  first("[data-choose]", bar).hidden = !wholeFilter;
  first("[data-none]", bar).hidden = wholeFilter || moves.some((move) => !move.hidden);
  first("[data-clear]", bar).hidden = false;
}

function tick(box, checked, range) {
  const here = boxes();
  const [from, to] = [here.indexOf(anchor), here.indexOf(box)].sort((a, b) => a - b);
  if (range && from >= 0) here.slice(from, to + 1).forEach((one) => { one.checked = true; });
  else box.checked = checked;
  anchor = box;
  tellSelected();
}

/** The row that the keys are at: its box. */
function tickHere(range) {
  const row = document.activeElement.closest?.("#records tbody tr") || first("#records tbody tr.here");
  const box = row && first(".tick input", row);
  if (box) tick(box, !box.checked, range);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("#records .tick input, [data-tick-all], [data-clear]");
  if (!box) return;
  if (box.matches("tbody .tick input")) return tick(box, box.checked, event.shiftKey);
  if (box.matches("[data-tick-page], [data-clear]")) {
    const checked = Boolean(box.checked);
    boxes().forEach((one) => { one.checked = checked; });
    const every = first("[data-tick-all]");
    if (every && !checked) every.checked = false;
  }
  tellSelected();
});
document.addEventListener("htmx:afterSwap", tellSelected);
window.addEventListener("pageshow", tellSelected);

/* -- keys ------------------------------------------------------------------------------------------ */

const OFF = "shanhai.keys.off";
const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window */ } };
const lettersAreOff = () => document.body.dataset.keys === "off" || remembered(OFF) === "1";
let going = 0;

function moveRow(step) {
  const rows = all("#records tbody tr, [data-rows] > li").filter((row) => first("a[href]", row));
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.classList.contains("here"));
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  if (here >= 0) rows[here].classList.remove("here");
  next.classList.add("here");
  first("a[href]", next).focus();
}

function reveal(id) {
  const panel = document.getElementById(id);
  if (!panel) return;
  panel.tabIndex = -1;
  panel.focus();
}

function go(letter) {
  const link = first(`a[data-go="${letter}"]`);
  if (link) link.click();
}

const LETTERS = {
  "/": () => first("[data-find], [data-list-find], input[type=search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  m: () => reveal("next"),
  h: () => reveal("history"),
  x: () => tickHere(false),
  X: () => tickHere(true),
  ".": () => navigator.clipboard?.writeText(first("[data-copy]")?.textContent.trim() || ""),
};

function onLetter(event) {
  if (lettersAreOff() || event.target.closest?.("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]")) return;
  const key = event.key;
  if (going && Date.now() - going < 1500) {
    going = 0;
    event.preventDefault();
    go(key);
  } else if (key === "g") {
    going = Date.now();
  } else if (LETTERS[key]) {
    event.preventDefault();
    LETTERS[key]();
  } else {
    first(`[data-key="${CSS.escape(key)}"]`)?.click();
  }
}

function nextError() {
  const bad = all(".field.bad").map((field) => first("input, select, textarea", field)).filter(Boolean);
  const here = bad.indexOf(document.activeElement);
  bad[(here + 1) % bad.length]?.focus();
}

function otherUnit(field) {
  const unit = first("select", field);
  unit.selectedIndex = (unit.selectedIndex + 1) % unit.options.length;
  unit.dispatchEvent(new Event("input", { bubbles: true }));
}

function closeOpened(event) {
  const opened = all("details.pick[open], details.who[open]");
  for (const one of opened) {
    const inside = one.contains(event.target);
    if (event.type === "click" && inside) continue;
    one.open = false;
    if (event.type === "keydown" && inside) first("summary", one).focus();
  }
}

/* A filter that would open past the edge opens to the other side. */
function turnPop(event) {
  const pop = event.target.closest?.("details.pick[open]")?.querySelector(".pop");
  if (!pop) return;
  pop.classList.remove("end");
  if (pop.getBoundingClientRect().right > document.documentElement.clientWidth - 8) pop.classList.add("end");
}
document.addEventListener("toggle", turnPop, true);
document.addEventListener("htmx:afterSettle", turnPop);

document.addEventListener("click", closeOpened);
document.addEventListener("keydown", (event) => {
  const amount = event.target.closest?.("[data-amount]");
  if (event.isComposing) return;
  if (event.key === "Escape") closeOpened(event);
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("form[method=post]")?.requestSubmit();
  else if (event.key === "F2") nextError();
  else if (event.altKey && event.code === "KeyU" && amount) { event.preventDefault(); otherUnit(amount); }
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) onLetter(event);
});

/* -- paper: what is folded away is unfolded, since nobody can press on paper ------------------------ */

const unfolded = new Set();
window.addEventListener("beforeprint", () => all("main details:not([open], .pick)").forEach((one) => { one.open = true; unfolded.add(one); }));
window.addEventListener("afterprint", () => { unfolded.forEach((one) => { one.open = false; }); unfolded.clear(); });

/* -- on every page ---------------------------------------------------------------------------------- */

all("[data-amount]").forEach((box) => { if (first("input", box).value) echo(box); });
all("[data-copy-text]").forEach((button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => navigator.clipboard.writeText(button.dataset.copyText));
});
document.addEventListener("dragenter", () => all(".files details.add").forEach((field) => { field.open = true; }));
all("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });
all("[data-keys-off]").forEach((box) => {
  box.checked = lettersAreOff();
  box.addEventListener("change", () => remember(OFF, box.checked ? "1" : ""));
});
first("[data-errors]")?.focus();
