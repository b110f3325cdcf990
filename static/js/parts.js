/* The tables typed within a form: rows are added in place, and sums follow what is typed.
   The one rule kept here: without it the server adds the rows and the sums. */
"use strict";

const partOf = (element) => element.closest?.("[data-part]");
const total = (part) => first(`[name="${part.dataset.part}-TOTAL_FORMS"]`, part);

/** Blank rows wait out of sight until they are asked for; the first stays where there is no other. */
function hideBlank(part) {
  const rows = all("tbody tr", part);
  rows.slice(1).forEach((row) => { row.hidden = "blank" in row.dataset; });
}

function addRow(part) {
  const spare = first("tbody tr[hidden]", part);
  if (spare) spare.hidden = false;
  else cloneRow(part);
  const last = all("tbody tr", part).filter((row) => !row.hidden).pop();
  first("input:not([type=hidden]), select, textarea", last).focus();
}

function cloneRow(part) {
  const body = first("tbody", part);
  const place = Number(total(part).value);
  const markup = first(":scope > template", part).innerHTML;
  body.insertAdjacentHTML("beforeend", markup.replaceAll("__prefix__", place).replaceAll("__number__", place + 1));
  total(part).value = place + 1;
  first("[data-add]", part).hidden = place + 1 >= Number(part.dataset.most);
}

/** The typed values of a column, without those of rows that are taken out. */
function cells(part, column) {
  return all("tbody tr", part)
    .filter((row) => !first(".take input", row)?.checked)
    .map((row) => first(`[name$="-${column}"]`, row))
    .filter(Boolean);
}

function countOf(text) {
  const digits = text.normalize("NFKC").replace(/[,，\s]/g, "");
  return /^\d{1,15}(\.\d+)?$/.test(digits) ? Number(digits) : 0;
}

const fenIn = (input) => fenOf(input.value, first("select", input.parentElement)?.value || "yuan") || 0n;
const moneyText = (fen) => (isChinese ? `${yuanText(fen)} 元` : `¥${yuanText(fen)}`);
const fenOfColumn = (part, column) => cells(part, column).map(fenIn).reduce((sum, one) => sum + one, 0n);

/** What is left of the amount that the rows must stay within. */
function leave(part) {
  for (const foot of all("[data-rest]", part)) {
    const whole = first(`[name="${foot.dataset.of}"]`, part.closest("form"));
    const rest = fenIn(whole) - fenOfColumn(part, foot.dataset.rest);
    const words = rest < 0n ? foot.dataset.over : foot.dataset.left;
    foot.textContent = whole.value ? words.replace("{amount}", moneyText(rest < 0n ? -rest : rest)) : "";
    foot.classList.toggle("over", rest < 0n && whole.value !== "");
  }
}

/** What a typed percentage of an amount comes to, under its field. */
function share(input) {
  const whole = first(`[name="${input.dataset.shareOf}"]`, input.form);
  const percent = Math.round(countOf(input.value) * 100);
  const line = input.parentElement.querySelector(".echo") || input.insertAdjacentElement("afterend", document.createElement("p"));
  line.className = "echo num";
  line.textContent = percent && whole.value ? `= ${moneyText((fenIn(whole) * BigInt(percent) + 5000n) / 10000n)}` : "";
}

function sumUp(part) {
  leave(part);
  for (const foot of all("[data-sum]", part)) {
    const inputs = cells(part, foot.dataset.sum);
    if (foot.dataset.kind === "money") {
      foot.textContent = moneyText(fenOfColumn(part, foot.dataset.sum));
    } else {
      foot.textContent = inputs.reduce((sum, input) => sum + countOf(input.value), 0).toLocaleString("en");
    }
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-add]");
  if (!button) return;
  event.preventDefault();
  addRow(partOf(button));
});
document.addEventListener("input", (event) => {
  const part = partOf(event.target);
  if (part) sumUp(part);
  else all("[data-part]").forEach(leave);
  all("[data-share-of]").forEach(share);
});
document.addEventListener("htmx:afterSwap", () => all("[data-part]").forEach(hideBlank));

all("[data-part]").forEach(hideBlank);
all("[data-share-of]").forEach(share);
