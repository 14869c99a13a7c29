// Serves the prototype under the policy the program will send. `node prototype/serve.mjs [port]`
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { pages, render } from "./render.mjs";

const dist = join(dirname(fileURLToPath(import.meta.url)), "../dist");
const types = { css: "text/css", js: "text/javascript", svg: "image/svg+xml", woff2: "font/woff2", json: "application/json" };
const body = `<!doctype html><meta charset=utf-8><style>body{font:14px/1.5 system-ui;margin:12px}</style><p>Hello,<p>please find the <b>revised order</b> below.<table border=1 cellpadding=6><tr><th>Item<th>Pieces<th>Price<tr><td>Toner TN-421<td>4<td>€ 236.00<tr><td>Drum DR-3<td>1<td>€ 119.00</table><p>Regards<br>Marieke`;

/** Starts the server; port 0 takes a free one. */
export function serve(port = 0) {
  const manifest = () => JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"));
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const path = url.pathname === "/" ? "/index.html" : url.pathname;
    const send = (status, type, content, headers = {}) => {
      response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "x-content-type-options": "nosniff", ...headers });
      response.end(content);
    };
    if (path.startsWith("/assets/")) {
      const name = normalize(path.slice(8));
      try {
        return send(200, types[name.split(".").pop()] ?? "text/plain", readFileSync(join(dist, manifest()[name] ?? name)));
      } catch {
        return send(404, "text/plain", "no such asset");
      }
    }
    if (path === "/brand.css") return send(200, "text/css", ":root{--brand:light-dark(#0b6b5d,#6fd3c2);--brand-fill:#0b6b5d;--on-brand:#fff}");
    if (path === "/body.html") return send(200, "text/html", body, { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox" });
    if (path === "/api/v1/uploads") { request.resume(); return request.on("end", () => send(201, "application/json", JSON.stringify({ id: "up-" + Date.now(), name: "file", type: "image/png", size: 1234 }))); }
    if (path.startsWith("/drafts")) { request.resume(); return request.on("end", () => { response.writeHead(204); response.end(); }); }
    if (path === "/api/v1/search") return send(200, "application/json", JSON.stringify({ items: [{ kind: "ticket", id: "1", title: "#1042 Printer on the 3rd floor prints blank pages", url: "/ticket.html" }, { kind: "contact", id: "2", title: "Ada Peters", url: "/contacts.html" }] }));
    if (path === "/live") { response.writeHead(200, { "content-type": "text/event-stream" }); response.write('id: 1\nevent: ticket\ndata: {"ticket":1037,"kind":"message.received","by":"contact:1"}\n\n'); return; }
    if (path === "/index.html") return send(200, "text/html", `<!doctype html><title>Prototype</title><ul>${pages.map((page) => `<li><a href="/${page}">${page}</a>`).join("")}</ul>`);
    if (!pages.includes(path.slice(1))) return send(404, "text/plain", "no such page");
    const portal = /\bportal\.html"/.test(readFileSync(join(dist, "../prototype/pages", path.slice(1)), "utf8"));
    send(200, "text/html", render(path.slice(1), (name) => `/assets/${name.endsWith("icons.svg") ? name : manifest()[name]}`, url.searchParams.get("theme") ?? "auto"), {
      "content-security-policy": `default-src 'none'; ${portal ? "" : "script-src 'self'; require-trusted-types-for 'script'; trusted-types firstline ProseMirrorClipboard; "}style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'`,
    });
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await serve(Number(process.argv[2] ?? 8090));
  console.log(`http://127.0.0.1:${server.address().port}`);
}
