// What takes minutes: an upload of 2 GiB that is interrupted by a reload and goes on, and a bucket of
// 100,000 objects, browsed to its end. Figures are printed, not asserted.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const crypto = require("node:crypto");
const { CONSOLE, USER, PASSWORD, assert, check, member, go, api, unique, main } = require("./browser.js");

const MIB = 1 << 20;
const GIB = 2 ** 30;
const LONG_MS = 10 * 60_000;

check("an_upload_of_2_gib_is_interrupted_and_goes_on", async () => {
  const { call } = await api();
  const name = unique("large");
  await call("POST", "buckets", { name });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cairn-browser-"));
  const file = path.join(folder, "large.bin");
  // Each MiB is another one, so that one in the wrong place would be found.
  const hash = crypto.createHash("sha256");
  const out = fs.openSync(file, "w");
  for (let at = 0; at < 2 * GIB; at += MIB) {
    const block = crypto.createHash("shake256", { outputLength: MIB }).update(String(at)).digest();
    hash.update(block);
    fs.writeSync(out, block);
  }
  fs.closeSync(out);
  const expected = hash.digest("hex");

  const { page, close } = await member({ expected: [[404, /\/s3\//]] });
  page.setDefaultTimeout(LONG_MS);
  await go(page, `/bucket?name=${name}`);
  let parts = 0;
  page.on("requestfinished", (request) => {
    if (request.method() === "PUT" && /partNumber=/.test(request.url())) parts += 1;
  });
  const began = performance.now();
  await page.locator("input[type=file][multiple]").setInputFiles(file);
  while (parts < 50) await page.waitForTimeout(100);
  await page.reload();
  await page.waitForSelector(".panel:has-text('interrupted')");
  const before = parts;
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Choose", exact: true }).click()]);
  await chooser.setFiles(file);
  await page.waitForSelector(".panel:has-text('1 of 1 uploaded')");
  const seconds = (performance.now() - began) / 1000;
  console.log(`        2 GiB in ${seconds.toFixed(1)} s (${(2048 / seconds).toFixed(0)} MiB/s) with a reload after ${before} of 128 parts; ${parts - before} sent after it`);
  assert.ok(parts - before <= 128 - before + 3, "what had arrived is not sent again");

  const session = await (await fetch(`${CONSOLE}/api/v1/session`, { method: "POST", body: JSON.stringify({ name: USER, password: PASSWORD }) })).json();
  const answer = await fetch(`${CONSOLE}/api/v1/s3/${name}/large.bin`, { headers: { authorization: `Bearer ${session.access_token}` } });
  const arrived = crypto.createHash("sha256");
  for await (const chunk of answer.body) arrived.update(chunk);
  assert.equal(arrived.digest("hex"), expected, "what arrived is what was sent");
  fs.rmSync(folder, { recursive: true });
  await close();
});

check("a_hundred_thousand_objects_are_browsed", async () => {
  const { call, put } = await api();
  const name = unique("many");
  await call("POST", "buckets", { name });
  const COUNT = 100_000;
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < COUNT; at = next++) await put(name, `object-${String(at).padStart(6, "0")}.dat`, "x");
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  const { page, close } = await member();
  page.setDefaultTimeout(LONG_MS);
  const began = performance.now();
  await go(page, `/bucket?name=${name}`);
  await page.waitForSelector(".open:has-text('object-000000.dat')");
  console.log(`        the first rows of ${COUNT.toLocaleString("en")} after ${Math.round(performance.now() - began)} ms`);
  await page.evaluate(async (count) => {
    const view = document.querySelector("[role=rowgroup].view");
    const shown = () => Number(document.querySelector(".foot").textContent.replace(/\D/g, ""));
    while (shown() < count) {
      view.scrollTop = view.scrollHeight;
      await new Promise(requestAnimationFrame);
    }
  }, COUNT);
  console.log(`        all of them after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const frames = await page.evaluate(async () => {
    const view = document.querySelector("[role=rowgroup].view");
    const times = [];
    let last = performance.now();
    for (let at = 0; at < 240; at += 1) {
      view.scrollTop = (view.scrollHeight / 240) * at;
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    times.sort((a, b) => a - b);
    return { rows: document.querySelectorAll("[role=row]").length, p50: times[120], p95: times[228], worst: times[239] };
  });
  console.log(`        scrolling: ${frames.p50.toFixed(1)} ms a frame, 95 % under ${frames.p95.toFixed(1)}, the worst ${frames.worst.toFixed(1)}; ${frames.rows} rows drawn`);
  assert.ok(frames.rows < 100, "only what is in sight is drawn");
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("End");
  await page.waitForSelector(".open:text-is('object-099999.dat')");
  // Sorted from its first page on: the page goes on answering while the rest comes.
  await page.reload();
  await page.waitForSelector(".open:has-text('object-000000.dat')");
  const from = performance.now();
  await page.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((each) => (window.longest = Math.max(window.longest, each.duration)))).observe({ type: "longtask" });
  });
  await page.locator("[role=columnheader]", { hasText: "Changed" }).getByRole("button").click();
  await page.waitForSelector(".foot:has-text('100,000 rows'):not(:has-text('so far'))");
  const longest = await page.evaluate(() => window.longest);
  console.log(`        sorted after ${((performance.now() - from) / 1000).toFixed(1)} s, the longest pause ${Math.round(longest)} ms`);
  assert.ok(longest < 1000, "the page is never frozen");
  await close();
});

void main();
