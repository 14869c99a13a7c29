// What this device keeps for the time without a connection, and what was written then. Pages and the worker share it.
//
// Everything that somebody could read is sealed (AES-GCM) with a key that the desk gives to the person who is signed in.
// The key lies beside it as long as that lasts, in a form that scripts can use and not read; when the session ends it goes
// with all kept pages. What waits to be sent stays, sealed, until the same person signs in here again.

/** Without a word from the desk for so long, what was kept is deleted: a session may have been ended there. */
export const LEASE_MS = 12 * 3_600_000;
/** All files of one answer that waits, in bytes. */
export const FILES_MOST = 15_000_000;
/** What is told of an answer that was sent, for so long. */
const TOLD_MS = 24 * 3_600_000;

export interface List { view: string; name: string }
export interface Session {
  who: string;
  key: CryptoKey;
  /** When the desk last knew this session. */
  at: number;
  lists: List[];
}
export interface Sealed { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }

export interface KeptPage extends Sealed {
  /** When it was true. */
  at: number;
  /** As the desk named its last change; a page that is the same needs not come again. */
  changed: number;
  /** The policy that it came with. */
  policy: string;
}

/** A form that waits, as the composer would have sent it. */
export interface Letter {
  ticket: number;
  subject: string;
  kind: string;
  excerpt: string;
  fields: [string, string][];
  files: { field: string; name: string; type: string }[];
}
export interface Waiting extends Sealed {
  id: number;
  who: string;
  state: "waiting" | "sent" | "stopped";
  made: number;
  /** The first time that it left; whether it arrived is not known then. */
  tried?: number;
  ended?: number;
  /** Why it stopped: a code, and the desk's words for it. */
  why?: string;
  title?: string;
  files: Sealed[];
}

const NAME = "firstline";
let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("about");
      request.result.createObjectStore("pages");
      request.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close();
        opened = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => {
      opened = undefined;
      reject(request.error as Error);
    };
  });
  return opened;
}

type Store = "about" | "pages" | "outbox";
/** One transaction; `strict` returns when it is on the disk. */
async function run<T>(stores: Store[], mode: IDBTransactionMode, work: (transaction: IDBTransaction) => IDBRequest<T> | void, strict = false): Promise<T> {
  const transaction = (await database()).transaction(stores, mode, { durability: strict ? "strict" : "default" });
  return new Promise((resolve, reject) => {
    const request = work(transaction);
    transaction.oncomplete = () => resolve((request ? request.result : undefined) as T);
    transaction.onerror = transaction.onabort = () => reject(transaction.error as Error);
  });
}

export const about = {
  get: <T>(name: string) => run<T | undefined>(["about"], "readonly", (tx) => tx.objectStore("about").get(name) as IDBRequest<T | undefined>),
  set: (name: string, value: unknown) => run(["about"], "readwrite", (tx) => tx.objectStore("about").put(value, name)),
  remove: (name: string) => run(["about"], "readwrite", (tx) => tx.objectStore("about").delete(name)),
};

/** Who is signed in here, unless nobody is or the desk was silent for too long; then nothing is left to read. */
export async function session(): Promise<Session | undefined> {
  const found = await about.get<Session>("session");
  if (!found) return undefined;
  const age = Date.now() - found.at;
  // A clock that was turned back is no way around.
  if (age < LEASE_MS && age > -3_600_000) return found;
  await forget();
  return undefined;
}

/** Takes away the key and every page. What waits stays sealed. */
export function forget(): Promise<void> {
  return run(["about", "pages"], "readwrite", (tx) => {
    tx.objectStore("about").delete("session");
    tx.objectStore("pages").clear();
  }, true);
}

const encoder = new TextEncoder(), decoder = new TextDecoder();

export async function seal(key: CryptoKey, plain: string | ArrayBuffer): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, typeof plain === "string" ? encoder.encode(plain) : plain);
  return { iv, data };
}
export function open(key: CryptoKey, sealed: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.data);
}
const openText = async (key: CryptoKey, sealed: Sealed) => decoder.decode(await open(key, sealed));

export const pages = {
  /** Under which name a page is kept; `null` for one that never is. */
  name(url: URL): string | null {
    if (url.pathname === "/offline" || /^\/t\/\d+$/.test(url.pathname)) return url.pathname;
    if (url.pathname === "/") return "/tickets?view=mine";
    return url.pathname === "/tickets" && pages.isWhole(url) ? `/tickets?view=${url.searchParams.get("view") || "mine"}` : null;
  },
  /** Whether it is the page itself and not a part of it, or with something begun in it. */
  isWhole: (url: URL) => [...url.searchParams.keys()].every((name) => name === "view"),
  names: () => run(["pages"], "readonly", (tx) => tx.objectStore("pages").getAllKeys()) as Promise<string[]>,
  get: (name: string) => run<KeptPage | undefined>(["pages"], "readonly", (tx) => tx.objectStore("pages").get(name) as IDBRequest<KeptPage | undefined>),
  /** Keeps a page, unless its reader has signed out meanwhile. */
  async put(owner: Session, name: string, html: string, policy: string, changed: number): Promise<void> {
    const page: KeptPage = { ...(await seal(owner.key, html)), at: Date.now(), changed, policy };
    await run(["about", "pages"], "readwrite", (tx) => {
      const now = tx.objectStore("about").get("session") as IDBRequest<Session | undefined>;
      now.onsuccess = () => now.result?.who === owner.who && tx.objectStore("pages").put(page, name);
    });
  },
  remove: (names: string[]) => run(["pages"], "readwrite", (tx) => names.forEach((name) => tx.objectStore("pages").delete(name))),
  async read(owner: Session, name: string): Promise<{ html: string; page: KeptPage } | undefined> {
    const page = await pages.get(name);
    if (!page) return undefined;
    const html = await openText(owner.key, page).catch(() => undefined);
    return html === undefined ? undefined : { html, page };
  },
};

/** The words of what somebody wrote, short. */
function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

export const outbox = {
  all: () => run<Waiting[]>(["outbox"], "readonly", (tx) => tx.objectStore("outbox").getAll() as IDBRequest<Waiting[]>),
  /** Puts a form behind what waits already; it is on the disk when this returns. */
  async add(owner: Session, ticket: number, subject: string, form: FormData, tried?: number): Promise<number> {
    const letter: Letter = { ticket, subject, kind: String(form.get("kind") ?? ""), excerpt: excerpt(String(form.get("text") ?? "")), fields: [], files: [] };
    const files: Sealed[] = [];
    for (const [name, value] of form) {
      if (typeof value === "string") letter.fields.push([name, value]);
      else if (value.size || value.name) {
        letter.files.push({ field: name, name: value.name, type: value.type });
        files.push(await seal(owner.key, await value.arrayBuffer()));
      }
    }
    const sealed = await seal(owner.key, JSON.stringify(letter));
    const row: Omit<Waiting, "id"> = { ...sealed, who: owner.who, state: "waiting", made: Date.now(), files, ...(tried ? { tried } : {}) };
    return (await run(["outbox"], "readwrite", (tx) => tx.objectStore("outbox").add(row), true)) as number;
  },
  /** Changes a row, unless it was taken out meanwhile. */
  change: (id: number, change: Partial<Waiting>) => run(["outbox"], "readwrite", (tx) => {
    const store = tx.objectStore("outbox"), found = store.get(id) as IDBRequest<Waiting | undefined>;
    found.onsuccess = () => found.result && store.put({ ...found.result, ...change });
  }, true),
  remove: (id: number) => run(["outbox"], "readwrite", (tx) => tx.objectStore("outbox").delete(id), true),
  letter: async (owner: Session, row: Waiting) => JSON.parse(await openText(owner.key, row)) as Letter,
  /** The form again, as it was sent; `more` fields stand behind its own. */
  async form(owner: Session, row: Waiting, letter: Letter, more: [string, string][] = []): Promise<FormData> {
    const form = new FormData();
    for (const [name, value] of [...letter.fields, ...more]) form.append(name, value);
    for (const [at, file] of letter.files.entries()) {
      const sealed = row.files[at];
      if (sealed) form.append(file.field, new File([await open(owner.key, sealed)], file.name, { type: file.type }));
    }
    return form;
  },
  /** It was sent: what it said goes, that it was sent is told for a day. */
  async sent(owner: Session, row: Waiting, letter: Letter): Promise<void> {
    const told = await seal(owner.key, JSON.stringify({ ...letter, fields: [], files: [] }));
    await outbox.change(row.id, { ...told, files: [], state: "sent", ended: Date.now() });
  },
  /** Those of this person, with what they say; what was told for long enough goes. */
  async of(owner: Session): Promise<{ row: Waiting; letter: Letter }[]> {
    const found = [];
    for (const row of await outbox.all()) {
      if (row.who !== owner.who) continue;
      if (row.state === "sent" && Date.now() - (row.ended ?? 0) > TOLD_MS) {
        await outbox.remove(row.id);
        continue;
      }
      const letter = await outbox.letter(owner, row).catch(() => undefined);
      if (letter) found.push({ row, letter });
    }
    return found;
  },
};

/** Pages and the worker tell each other that something in here changed. */
export const CHANNEL = "firstline-kept";
