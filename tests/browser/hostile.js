// Names, keys, metadata and tags that want to be markup, scripts, addresses or another direction of
// writing: everywhere they are the text that they are.
"use strict";

const { assert, check, member, go, settled, api, main } = require("./browser.js");

const EVIL = [
  "<img src=x onerror=alert(1)>",
  '"><script>alert(2)</script>',
  "javascript:alert(3)",
  "' onfocus=alert(4) autofocus '",
  "{{constructor.constructor('alert(5)')()}}",
  "invoice\u202Efdp.exe",
  "line\nfeed",
  "&lt;b&gt;not bold&lt;/b&gt;",
  "${alert(6)}",
];
const BUCKET = "hostile";
// What is sent in a header is ASCII.
const HEADER = EVIL.filter((text) => /^[ -~]+$/.test(text));

async function seed() {
  const { call, put } = await api();
  await call("POST", "buckets", { name: BUCKET, versioning: true, object_lock: true });
  for (const [at, key] of EVIL.entries()) {
    await put(BUCKET, key, EVIL[at], { "content-type": HEADER[at] ?? "text/html", "x-amz-meta-note": HEADER[at] ?? "none", "cache-control": HEADER[at] ?? "none" });
    await put(BUCKET, `${key}/below`, "x");
    await call("PUT", `buckets/${BUCKET}/object/tags?key=${encodeURIComponent(key)}`, { tags: { note: "a + b = c" } });
  }
  await put(BUCKET, "page.html", `<!doctype html><script>alert("page")</script><img src=x onerror="alert('page')">`, { "content-type": "text/html" });
  await put(BUCKET, "drawing.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert('svg')"><script>alert('svg')</script></svg>`, { "content-type": "image/svg+xml" });
  await call("POST", `s3/${BUCKET}/${encodeURIComponent(EVIL[0])}?uploads`);
  await call("POST", "users", { name: "victim" });
  for (const [at, description] of EVIL.entries()) {
    await call("POST", "policies", { name: `evil-${at}`, description, document: { Version: "2012-10-17", Statement: [{ Sid: "a", Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] } });
  }
  await call("POST", "users/victim/keys", { description: EVIL[0] });
  await call("PUT", "users/victim/attached/evil-0");
  // Whoever is not let in may still write into the audit log.
  await call("POST", "session", { name: EVIL[1], password: "x" }).catch((error) => assert.match(error.message, /401/));
  return { call };
}

let seeded;
const once = () => (seeded ??= seed());

/** The page holds this text, whole, in one element's own text. */
const says = (page, text) =>
  page.waitForFunction((text) => [...document.querySelectorAll("body *")].some((each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.includes(text))), text).catch(() => assert.fail(`not shown as text: ${JSON.stringify(text)}`));

/** Nothing of it has become an element or an address. */
const harmless = async (page) => {
  const found = await page.evaluate(() => ({
    scripts: document.querySelectorAll("#app script, dialog script, dialog img[src=x], #app img[src=x]").length,
    links: [...document.querySelectorAll("a, form, iframe, img, object, embed")].map((each) => each.href ?? each.action ?? each.src ?? "").filter((address) => typeof address === "string" && /^\s*(javascript|data:text)/i.test(address)),
    handlers: [...document.querySelectorAll("*")].flatMap((each) => each.getAttributeNames()).filter((name) => /^on/.test(name)),
  }));
  assert.deepEqual(found, { scripts: 0, links: [], handlers: [] });
};

check("keys_are_text_in_lists_dialogs_and_paths", async () => {
  await once();
  const { page, close } = await member();
  for (const tab of ["", "&tab=versions"]) {
    await go(page, `/bucket?name=${BUCKET}${tab}`);
    for (const key of EVIL) await says(page, key.split("/")[0]);
    await harmless(page);
  }
  for (const key of EVIL) {
    await go(page, `/bucket?name=${BUCKET}&prefix=${encodeURIComponent(`${key}/`)}`);
    await says(page, "below");
    await harmless(page);
    await go(page, `/bucket?name=${BUCKET}&key=${encodeURIComponent(key)}`);
    await page.waitForSelector("dialog h2");
    const title = await page.textContent("dialog h2");
    assert.equal(title, key.split("/").pop(), "the title is the last step of the key");
    for (const name of ["Details", "Tags", "Versions", "Lock", "Copy or move", "Link"]) {
      await page.click(`.views button:text-is("${name}")`);
      await settled(page);
      await harmless(page);
    }
  }
  await close();
});

check("metadata_types_and_tags_are_text", async () => {
  await once();
  const { page, close } = await member();
  for (const [at, key] of EVIL.slice(0, HEADER.length).entries()) {
    await go(page, `/bucket?name=${BUCKET}&key=${encodeURIComponent(key)}`);
    await page.click('.views button:text-is("Details")');
    await says(page, HEADER[at]);
    await harmless(page);
  }
  await close();
});

check("pages_and_drawings_run_nothing_in_their_preview", async () => {
  await once();
  const { page, close } = await member();
  await go(page, `/bucket?name=${BUCKET}&key=page.html`);
  await says(page, "<!doctype html>");
  await go(page, `/bucket?name=${BUCKET}&key=drawing.svg`);
  await page.waitForSelector("dialog img");
  await harmless(page);
  await close();
});

check("typed_tags_and_metadata_are_text", async () => {
  await once();
  const { page, close } = await member();
  await go(page, `/bucket?name=${BUCKET}&key=page.html`);
  await page.click('.views button:text-is("Details")');
  await page.click('dialog button:text-is("Edit")');
  await page.fill('dialog input[aria-label="Name"]', "note");
  await page.fill('dialog input[aria-label="Value"]', EVIL[0]);
  await page.click('dialog button:text-is("Save")');
  await page.waitForSelector(".toast.good");
  await says(page, EVIL[0]);
  await harmless(page);
  await close();
});

check("names_in_the_address_are_text", async () => {
  await once();
  const { page, close } = await member({ expected: [[404, /\/api\/v1\//], [400, /\/api\/v1\//], [403, /\/api\/v1\//]] });
  for (const text of EVIL.map(encodeURIComponent)) {
    for (const place of [`/bucket?name=${text}`, `/user?name=${text}`, `/group?name=${text}`, `/policy?name=${text}`, `/simulator?principal=${text}`, `/bucket?name=${BUCKET}&key=${text}x`, `/bucket?name=${BUCKET}&prefix=${text}`, `/bucket?name=${BUCKET}&tab=${text}`]) {
      await go(page, place);
      await harmless(page);
    }
  }
  await close();
});

check("descriptions_and_the_audit_log_are_text", async () => {
  await once();
  const { page, close } = await member();
  await go(page, "/policies");
  await says(page, EVIL[0]);
  await harmless(page);
  await go(page, "/user?name=victim");
  await says(page, EVIL[0]);
  await harmless(page);
  await go(page, "/audit");
  await says(page, EVIL[0]);
  await says(page, EVIL[1]);
  await harmless(page);
  await go(page, `/bucket?name=${BUCKET}&tab=uploads`);
  await says(page, EVIL[0]);
  await harmless(page);
  await close();
});

check("a_program_that_names_itself_like_markup_is_text", async () => {
  const { call } = await once();
  const { page, close } = await member({ userAgent: `${EVIL[0]} ${EVIL[1]}` });
  await go(page, "/profile");
  await says(page, "<img");
  await harmless(page);
  await call("POST", "tokens", { name: EVIL[0], expires_in: 3600 });
  await go(page, "/buckets");
  await go(page, "/profile");
  await says(page, EVIL[0]);
  await harmless(page);
  await close();
});

void main();
