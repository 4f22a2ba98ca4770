// Uploads by drop, paused, through a reload, and gone on with; two sessions that see each other's
// changes; a path by the keyboard alone; a start without the server.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { CONSOLE, assert, check, member, routed, go, settled, toast, accessible, api, unique, main } = require("./browser.js");

const MIB = 1 << 20;

async function newBucket(more = {}) {
  const { call, put } = await api();
  const name = unique("transfer");
  await call("POST", "buckets", { name, ...more });
  return { name, call, put };
}

const drop = (page, files) =>
  page.evaluate((files) => {
    const data = new DataTransfer();
    for (const { name, text } of files) data.items.add(new File([text], name));
    for (const kind of ["dragenter", "dragover", "drop"]) document.querySelector(".browser").dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files);

check("files_are_uploaded_by_drop", async () => {
  const { name, call } = await newBucket();
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}&prefix=in/`);
  const files = Array.from({ length: 12 }, (_, at) => ({ name: `dropped-${at} ü<b>.txt`, text: `content ${at}` }));
  await drop(page, files);
  await page.waitForSelector(".panel:has-text('12 of 12 uploaded')");
  await page.waitForSelector(`.open:text-is("${files[11].name}")`);
  await accessible(page, "uploads-done");
  assert.equal((await call("GET", `buckets/${name}/objects?prefix=in/`)).items.length, 12);
  assert.equal(await call("GET", `s3/${name}/${encodeURIComponent(`in/${files[3].name}`)}`), "content 3");
  await close();
});

check("what_is_uploaded_leaves_room_for_the_page_folds_and_goes", async () => {
  const { name, call } = await newBucket();
  const policy = unique("beneath");
  await call("POST", "policies", { name: policy, document: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] } });
  for (const size of [{ width: 1280, height: 800 }, { width: 360, height: 640 }]) {
    const { page, close } = await member({ size });
    await go(page, `/bucket?name=${name}`);
    await page.locator("input[type=file][multiple]").setInputFiles(Array.from({ length: 9 }, (_, at) => ({ name: `${size.width}-${at}.txt`, mimeType: "text/plain", buffer: Buffer.from("x") })));
    await page.waitForSelector(".panel:has-text('9 of 9 uploaded')");
    // Opened by hand, it stays: and at the end of a page nothing is under it.
    const toggle = page.locator(".panel .toggle");
    await toggle.press("Enter");
    // Unless it had folded by itself just before.
    if ((await toggle.getAttribute("aria-expanded")) === "false") await toggle.press("Enter");
    await page.locator(".panel li").first().waitFor();
    await go(page, `/policy?name=${policy}`);
    const free = await page.waitForFunction(() => {
      scrollTo(0, document.documentElement.scrollHeight);
      const last = [...document.querySelectorAll("main button")].at(-1)?.getBoundingClientRect();
      const panel = document.querySelector(".panel")?.getBoundingClientRect();
      return last && panel && (last.bottom <= panel.top || last.right <= panel.left);
    });
    assert.ok(free);
    await accessible(page, `above-uploads-${size.width}`);
    await toggle.press("Enter");
    await page.locator(".panel [aria-expanded=false]").waitFor();
    // Folded, it goes by itself.
    if (size.width > 360) {
      await close();
      continue;
    }
    await page.evaluate(() => document.activeElement.blur());
    await page.mouse.move(1, 1);
    await page.locator(".panel").waitFor({ state: "detached", timeout: 60_000 });
    await close();
  }
});

check("empty_folders_are_kept_once", async () => {
  const { name, call } = await newBucket({ versioning: true });
  const { page, close } = await member({ expected: [[412, /\/s3\//]] });
  await go(page, `/bucket?name=${name}&prefix=in/`);
  // A script cannot make a folder; it can say that what is dropped is one.
  await page.evaluate(() => {
    const folder = (name, ...children) => ({ isFile: false, name, createReader: () => ({ readEntries: (give) => give(children.splice(0)) }) });
    const entries = () => [folder("outer", folder("inner"), folder("other")), folder("ümläut")];
    let at = 0;
    DataTransferItem.prototype.webkitGetAsEntry = () => entries()[at++ % 2];
  });
  const keys = ["in/outer/inner/", "in/outer/other/", "in/ümläut/"];
  // Those that are there are left as they are, and that is no failure.
  for (const status of [200, 412]) {
    let left = keys.length;
    const sent = new Promise((done) => page.on("response", (answer) => answer.request().method() === "PUT" && answer.status() === status && (left -= 1) === 0 && done()));
    await drop(page, [{ name: "a", text: "" }, { name: "b", text: "" }]);
    await sent;
    await page.waitForFunction(() => /(\d+) of \1 uploaded|^$/.test(document.querySelector(".panel")?.textContent ?? ""));
    const versions = (await call("GET", `buckets/${name}/versions?prefix=in/`)).items;
    assert.deepEqual(versions.map((each) => [each.key, each.size]), keys.map((key) => [key, 0]));
  }
  const facts = await call("GET", `buckets/${name}/object?key=${encodeURIComponent(keys[2])}`);
  assert.equal(facts.content_type, "application/x-directory");
  await page.waitForSelector('.open:text-is("ümläut/")');
  await go(page, `/bucket?name=${name}&prefix=${encodeURIComponent("in/outer/inner/")}`);
  assert.equal(await page.locator(".open").count(), 0);
  await accessible(page, "empty-folder");
  await close();
});

check("an_upload_is_paused_survives_a_reload_and_goes_on", async () => {
  const { name, call } = await newBucket();
  const { page, close } = await routed({ expected: [[404, /\/s3\//]] });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cairn-browser-"));
  const file = path.join(folder, "large.bin");
  const content = crypto.randomBytes(70 * MIB);
  fs.writeFileSync(file, content);
  await go(page, `/bucket?name=${name}`);
  // The last ones never end, so that there is all the time to pause.
  const last = /large\.bin\?.*partNumber=[45]\b/;
  await page.route(last, () => undefined);
  const sentParts = [];
  page.on("request", (request) => {
    const part = /partNumber=(\d+)/.exec(request.url());
    if (part && request.method() === "PUT") sentParts.push(Number(part[1]));
  });
  await page.locator(".browser input[type=file]").first().or(page.locator("input[type=file][multiple]")).first().setInputFiles(file);
  // One part has arrived when a fourth is sent: three go at once.
  await page.waitForFunction(() => document.querySelector(".panel"));
  while (!sentParts.includes(4)) await page.waitForTimeout(50);
  await page.getByRole("button", { name: "Pause large.bin" }).click();
  await page.waitForSelector("button[aria-label='Go on with large.bin']");
  await accessible(page, "upload-paused");
  await page.unroute(last);
  await page.reload();
  await page.waitForSelector(".panel:has-text('interrupted')");
  await accessible(page, "upload-interrupted");
  const before = sentParts.length;
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Choose", exact: true }).click()]);
  await chooser.setFiles(file);
  await page.waitForSelector(".panel:has-text('1 of 1 uploaded')");
  const again = sentParts.slice(before);
  assert.ok(again.length < 5, `parts that had arrived are not sent again: ${again}`);
  const answer = await fetch(`${CONSOLE}/api/v1/s3/${name}/large.bin`, { headers: { authorization: `Bearer ${(await (await fetch(`${CONSOLE}/api/v1/session`, { method: "POST", body: JSON.stringify({ name: process.env.CAIRN_TEST_USER, password: process.env.CAIRN_TEST_PASSWORD }) })).json()).access_token}` } });
  const arrived = Buffer.from(await answer.arrayBuffer());
  assert.ok(arrived.equals(content), "what arrived is what was sent");
  assert.equal((await call("GET", `buckets/${name}`)).usage.uploads, 0);
  fs.rmSync(folder, { recursive: true });
  await close();
});

check("two_sessions_see_each_others_changes", async () => {
  const { name } = await newBucket();
  const one = await member();
  const other = await member();
  await go(one.page, `/bucket?name=${name}`);
  await go(other.page, `/bucket?name=${name}`);
  const began = performance.now();
  await drop(one.page, [{ name: "seen.txt", text: "by both" }]);
  await other.page.waitForSelector(".open:text-is('seen.txt')");
  console.log(`        the other session saw it after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await other.page.getByLabel("Select seen.txt").check();
  await other.page.getByRole("button", { name: "Delete", exact: true }).click();
  await other.page.locator("dialog[open]").getByRole("button", { name: "Delete", exact: true }).click();
  await one.page.waitForSelector(".open:text-is('seen.txt')", { state: "detached" });
  await go(other.page, "/buckets");
  const made = unique("transfer");
  await go(one.page, "/buckets?create=1");
  await one.page.getByLabel("Name", { exact: true }).fill(made);
  await one.page.locator("dialog[open]").getByRole("button", { name: "Create bucket" }).click();
  await other.page.waitForSelector(`a.name:text-is("${made}")`);
  await one.close();
  await other.close();
});

check("the_keyboard_alone_is_enough", async () => {
  const { name, call, put } = await newBucket({ versioning: true });
  for (const key of ["a.txt", "b.txt", "folder/c.txt"]) await put(name, key, key, { "content-type": "text/plain" });
  const { page, close } = await member();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? "");
  // The first stop leads past the navigation.
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to content");
  await page.keyboard.press("Control+k");
  await page.keyboard.type(name);
  await page.waitForSelector(`[role=option][aria-selected=true]:has-text("${name}")`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(`h1:text-is("${name}")`);
  await page.waitForSelector(".open:text-is('b.txt')");
  for (let at = 0; at < 40 && (await page.evaluate(() => document.activeElement?.getAttribute("role"))) !== "grid"; at += 1) await page.keyboard.press("Tab");
  // Rows: folder/, a.txt, b.txt. Into the folder and out of it.
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".open:text-is('c.txt')");
  // The focus stays on the list, and on the way out it stands on the folder one comes from.
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "grid");
  await page.keyboard.press("Backspace");
  await page.waitForSelector(".open:text-is('b.txt')");
  await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "grid");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog pre:has-text('b.txt')");
  // Into the dialog, and back where one was.
  assert.equal(await focused(), "Preview");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "grid");
  await page.keyboard.press("End");
  await page.keyboard.press(" ");
  await page.waitForSelector(".chosen:has-text('1 selected')");
  await page.keyboard.press("Delete");
  await toast(page, "1 object deleted");
  assert.deepEqual((await call("GET", `buckets/${name}/objects`)).items.map((each) => each.key), ["a.txt", "folder/c.txt"]);
  // Every stop of a page can be seen, and the path has an end.
  await go(page, "/users?create=1");
  await page.waitForSelector("dialog input");
  await page.keyboard.type(unique("typed"));
  await page.keyboard.press("Enter");
  await page.waitForSelector(".toast:has-text('created')");
  const stops = new Set();
  for (let at = 0; at < 60; at += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      return { name: element.tagName + (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 40), seen: element === document.body || (box.width > 0 && box.height > 0), ring: element === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none" };
    });
    assert.ok(stop.seen && stop.ring, `the focus cannot be seen on ${stop.name}`);
    stops.add(stop.name);
  }
  assert.ok(stops.size > 15, `only ${stops.size} stops`);
  await close();
});

check("without_the_server_it_says_so_and_goes_on_by_itself", async () => {
  const { page, context, close, wrong } = await member();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  await settled(page);
  const kept = () => page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname)))).flat());
  await page.waitForFunction(async () => (await caches.keys()).length > 0);
  const paths = await kept();
  assert.ok(paths.some((each) => /^\/assets\/.*\.js$/.test(each)), String(paths));
  assert.deepEqual(paths.filter((each) => each.startsWith("/api/")), [], "no answer of the admin interface is kept");
  await context.setOffline(true);
  await page.goto(`${CONSOLE}/buckets`);
  await page.waitForSelector("h1:has-text('The server does not answer')");
  // What failed to load is what this is about.
  for (let at = wrong.length - 1; at >= 0; at -= 1) if (/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(wrong[at])) wrong.splice(at, 1);
  await accessible(page, "without-server");
  await context.setOffline(false);
  await page.waitForSelector("h1:text-is('Buckets')");
  for (let at = wrong.length - 1; at >= 0; at -= 1) if (/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(wrong[at])) wrong.splice(at, 1);
  await close();
});

void main();
