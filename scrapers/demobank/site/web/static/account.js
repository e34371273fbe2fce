"use strict";
// Fills the movements table from the bank's JSON, one page at a time.
const table = document.getElementById("movimientos");
const more = document.getElementById("ver-mas");
const loading = document.getElementById("cargando");
const figures = new Set(["debito", "credito", "saldo"]);

function cell(kind, text, key) {
  const c = document.createElement(kind);
  c.textContent = text || "";
  if (key) c.className = figures.has(key) ? "n " + key : key;
  return c;
}

function heading(columns) {
  const row = document.createElement("tr");
  row.append(...columns.map((c) => cell("th", c.titulo, c.clave)));
  table.tHead.replaceChildren(row);
}

// A movement is a row with its details in a row beneath, closed until clicked.
function movement(m, columns) {
  const row = document.createElement("tr");
  row.className = "mov";
  row.append(...columns.map((c) => cell("td", m[c.clave], c.clave)));
  const detail = document.createElement("tr");
  detail.className = "detalle";
  detail.hidden = true;
  const box = document.createElement("td");
  box.colSpan = columns.length;
  const list = document.createElement("dl");
  for (const [title, text] of [["Ordenante", m.ordenante], ["Documento", m.documento], ["Referencia", m.referencia]]) {
    if (!text) continue;
    list.append(cell("dt", title), cell("dd", text));
  }
  if (!list.children.length) list.append(cell("dt", "Sin más datos"));
  box.append(list);
  detail.append(box);
  row.addEventListener("click", () => {
    detail.hidden = !detail.hidden;
    row.classList.toggle("open", !detail.hidden);
  });
  return [row, detail];
}

async function load(page) {
  more.disabled = true;
  loading.hidden = false;
  const address = `/api/movimientos?cuenta=${encodeURIComponent(table.dataset.cuenta)}&pagina=${page}`;
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    answer = { ok: false, status: 0 };
  }
  if (answer.status === 401) {
    location.assign("/ingresar?motivo=expirada");
    return;
  }
  let data = null;
  if (answer.ok) data = await answer.json().catch(() => null);
  loading.hidden = true;
  if (!data) {
    document.getElementById("error-movimientos").hidden = false;
    more.hidden = true;
    return;
  }
  heading(data.columnas);
  table.tBodies[0].append(...data.movimientos.flatMap((m) => movement(m, data.columnas)));
  const shown = table.querySelectorAll("tr.mov").length;
  table.hidden = shown === 0;
  document.getElementById("sin-movimientos").hidden = shown > 0;
  document.getElementById("mostrando").textContent = shown ? `Mostrando ${Math.min(shown, data.total)} de ${data.total}` : "";
  more.hidden = page >= data.paginas;
  more.disabled = false;
  table.dataset.pagina = page;
}

more.addEventListener("click", () => load(Number(table.dataset.pagina) + 1));
load(1);
