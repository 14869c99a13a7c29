// What a mail program shows of a mail: enough of MIME for the mails that we write.

const unfold = (head) => head.replace(/\n[ \t]+/g, " ");
const words = (value) =>
  value.replace(/\?=\s+=\?/g, "?==?").replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind, content) =>
    kind.toLowerCase() === "b" ? Buffer.from(content, "base64").toString("utf8")
      : Buffer.from(content.replace(/_/g, " ").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString("utf8"));

const split = (mail) => {
  const at = mail.indexOf("\n\n");
  return [unfold(mail.slice(0, at)), mail.slice(at + 2)];
};
const field = (head, name) => words(head.match(new RegExp(`^${name}: ?(.*)$`, "im"))?.[1] ?? "");

/** `{ to, from, subject }`, decoded. */
export function headers(mail) {
  const [head] = split(mail);
  return { to: field(head, "To"), from: field(head, "From"), subject: field(head, "Subject") };
}

/** The first part of this type, decoded. */
function part(mail, type) {
  const [head, body] = split(mail);
  const kind = field(head, "Content-Type");
  const boundary = kind.match(/boundary="?([^";]+)"?/i)?.[1];
  if (boundary) {
    for (const piece of body.split(`--${boundary}`).slice(1, -1)) {
      const found = part(piece.replace(/^\n/, ""), type);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!kind.toLowerCase().startsWith(type)) return undefined;
  const how = field(head, "Content-Transfer-Encoding").toLowerCase();
  if (how === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (how !== "quoted-printable") return body;
  const bytes = body.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
export const text = (mail) => part(mail, "text/plain") ?? "";
export const html = (mail) => part(mail, "text/html") ?? "";
