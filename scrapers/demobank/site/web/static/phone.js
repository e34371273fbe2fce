"use strict";
// The phone looks for new messages by itself.
setInterval(async () => {
  const answer = await fetch("/telefono/codigos");
  if (!answer.ok) return;
  const rows = await answer.json();
  // A login that waits for approval has buttons, which the page brings.
  const waiting = rows.filter((m) => m.autorizar).length;
  if (waiting !== document.querySelectorAll("#mensajes form").length) {
    location.reload();
    return;
  }
  if (waiting) return;
  const list = document.getElementById("mensajes");
  list.replaceChildren(...rows.map((m) => {
    const item = document.createElement("li");
    item.dataset.usuario = m.usuario;
    const from = document.createElement("span");
    from.className = "from";
    const company = document.createElement("small");
    company.textContent = m.empresa;
    from.append(m.autenticador ? "Autenticador " : "Banco Demo ", company);
    item.append(from);
    const note = document.createElement("small");
    if (m.codigo) {
      const code = document.createElement("b");
      code.className = "code";
      code.textContent = m.codigo;
      item.append(code);
      note.textContent = (m.hora ? `recibido ${m.hora} · ` : "") + `vale ${m.segundos} s`;
    } else {
      note.textContent = "Sin mensajes";
    }
    item.append(note);
    return item;
  }));
}, 1000);
