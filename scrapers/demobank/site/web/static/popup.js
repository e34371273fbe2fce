"use strict";
document.getElementById("cerrar-novedades").addEventListener("click", () => {
  document.getElementById("novedades").remove();
});
