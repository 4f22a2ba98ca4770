// A server that is gone does not look like one that has nothing to do.
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");
const { CONSOLE, USER, PASSWORD, NARROW, WIDE, assert, check, visitor, member, routed, go, drawn, accessible, uncut, api, unique, main } = require("./browser.js");

/** A way to the console that can be shut, or stop in the middle of what is said, as a machine or a line does. */
async function door() {
  const { hostname, port } = new URL(CONSOLE);
  const sockets = new Set();
  let [stalled, isShut] = [false, false];
  // It keeps its port while it is shut: another test could get it.
  const server = net.createServer((near) => {
    if (isShut) return near.destroy();
    const far = net.connect(Number(port), hostname);
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      from.on("data", (bytes) => stalled || to.write(bytes));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port: own } = server.address();
  const cut = () => sockets.forEach((each) => each.destroy());
  return {
    origin: `http://127.0.0.1:${own}`,
    shut: () => {
      isShut = true;
      cut();
    },
    open: () => (isShut = false),
    stall: () => (stalled = true),
    goOn: () => {
      stalled = false;
      cut();
    },
  };
}

/** Somebody at the overview, by that way. All that may be said wrongly is that this way is shut. */
async function visit(way, options = {}) {
  const { page, context, wrong } = await visitor(options);
  await page.goto(way.origin);
  await page.fill("input[autocomplete=username]", USER);
  await page.fill("input[autocomplete=current-password]", PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".badge.good");
  await page.waitForSelector(".health.good, .health.look");
  const close = async () => {
    await context.close();
    const isRefused = (each) => each === `request to ${way.origin}` || (each.startsWith("console: Failed to load resource: ") && each.includes(`(${way.origin}`));
    assert.deepEqual(wrong.filter((each) => !isRefused(each)), []);
  };
  return { page, close };
}

/** Where the first line ends, of 400. */
const endOf = (page) => page.evaluate(() => Number(/([\d.]+) [\d.]+$/.exec(document.querySelector("path.line").getAttribute("d"))?.[1]));
const health = (page) => page.locator(".health [role=status]");
const uptime = (page) => page.locator(".figures div", { hasText: "Running for" }).locator("dd");
const SILENT = /^No answer since \d\d:\d\d$/;
const silent = (page) => page.waitForFunction((text) => new RegExp(text).test(document.querySelector(".health [role=status]")?.textContent), SILENT.source, { timeout: 30_000 });

check("a_server_that_is_gone_is_not_an_idle_one", async () => {
  const way = await door();
  const { page, close } = await visit(way);
  await page.waitForFunction(() => document.querySelector("path.line").getAttribute("d"));
  way.shut();
  await silent(page);
  assert.equal(await uptime(page).textContent(), "–");
  assert.equal(await page.locator(".legend b").first().textContent(), "–");
  const before = await endOf(page);
  assert.ok(before < 399, `the line runs on to ${before}`);
  await accessible(page, "overview-gone-wide");
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: "dark" });
  await uncut(page, "overview-gone-narrow");
  await accessible(page, "overview-gone-narrow");
  await page.setViewportSize(WIDE);
  await page.waitForFunction((end) => Number(/([\d.]+) [\d.]+$/.exec(document.querySelector("path.line").getAttribute("d"))?.[1]) < end, before);
  await page.getByRole("button", { name: "1 hour" }).click();
  await page.getByRole("button", { name: "2 minutes" }).click();
  await way.open();
  await page.waitForSelector(".badge.good", { timeout: 30_000 });
  // There is a gap, and the line goes on behind it.
  await page.waitForFunction(() => {
    const path = document.querySelector("path.line").getAttribute("d");
    return path.split("M").length > 2 && Number(/([\d.]+) [\d.]+$/.exec(path)?.[1]) >= 399;
  });
  assert.doesNotMatch(await health(page).textContent(), SILENT);
  await page.waitForFunction(() => [...document.querySelectorAll(".figures div")].find((each) => each.textContent.includes("Running for"))?.querySelector("dd").textContent !== "–");
  await accessible(page, "overview-back-wide");
  await close();
  way.shut();
});

check("so_is_one_that_takes_what_is_asked_and_says_nothing", async () => {
  const way = await door();
  const { page, close } = await visit(way);
  way.stall();
  await silent(page);
  way.goOn();
  await page.waitForSelector(".badge.good", { timeout: 30_000 });
  assert.doesNotMatch(await health(page).textContent(), SILENT);
  await close();
  way.shut();
});

/** Proxies keep back what comes in pieces. */
check("a_stream_that_is_kept_back_alarms_nobody", async () => {
  const { page, close } = await routed();
  await page.waitForSelector(".badge.good");
  await page.route(/\/server\/live$/, () => undefined);
  await page.goto(CONSOLE);
  await page.waitForSelector(".health.good, .health.look");
  await page.waitForTimeout(10_000);
  assert.equal(await page.locator(".badge.good").count(), 0);
  // Nor does a stall of this machine for long.
  await page.waitForFunction(() => !/No answer/.test(document.querySelector(".health [role=status]").textContent));
  await close();
});

const isPage = (answer) => answer.request().resourceType() === "fetch" && new URL(answer.url()).pathname === "/";
/** As if the server had been upgraded: its page names another script. */
const upgrade = (page) =>
  page.route(/:\d+\/$/, async (route) => {
    if (route.request().resourceType() !== "fetch") return route.continue();
    const answer = await route.fetch();
    return route.fulfill({ response: answer, body: (await answer.text()).replace(/assets\/index-[^"]+\.js/, "assets/index-another.js") });
  });

check("a_tab_that_is_open_over_an_upgrade_says_so_and_is_loaded_anew_where_one_is", async () => {
  const way = await door();
  // A worker would ask in place of the page, where it cannot be answered for the server.
  const { page, close } = await visit(way, { serviceWorkers: "block" });
  const bar = page.locator(".updated");
  // Away and back as it was: that is no news.
  const looked = page.waitForResponse(isPage, { timeout: 60_000 });
  way.shut();
  await silent(page);
  await way.open();
  await (await looked).finished();
  await page.waitForSelector(".badge.good", { timeout: 30_000 });
  assert.equal(await bar.count(), 0);
  await upgrade(page);
  way.shut();
  await silent(page);
  await way.open();
  await bar.getByText("Cairn was updated").waitFor({ timeout: 30_000 });
  await go(page, "/settings?find=tls");
  await accessible(page, "updated-wide-light");
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: "dark" });
  await accessible(page, "updated-narrow-dark");
  await Promise.all([page.waitForEvent("load"), bar.getByRole("button", { name: "Reload" }).click()]);
  await page.waitForSelector("h1:text-is('Settings')");
  assert.equal(new URL(page.url()).search, "?find=tls");
  assert.equal(await bar.count(), 0);
  await close();
  way.shut();
});

check("who_comes_back_to_a_tab_after_a_while_is_told_and_uploads_are_named_first", async () => {
  const { call } = await api();
  const bucket = unique("upgraded");
  await call("POST", "buckets", { name: bucket });
  const { page, close } = await member({ serviceWorkers: "block" });
  await go(page, `/bucket?name=${bucket}`);
  await upgrade(page);
  const comes = (minutes) =>
    page.evaluate((minutes) => {
      const now = Date.now;
      Date.now = () => now() + minutes * 60_000;
      document.dispatchEvent(new Event("visibilitychange"));
    }, minutes);
  let asked = 0;
  page.on("request", (request) => (asked += request.resourceType() === "fetch" && new URL(request.url()).pathname === "/" ? 1 : 0));
  await comes(1);
  await drawn(page);
  assert.equal(asked, 0, "a moment is no while");
  await comes(10);
  await page.locator(".updated").waitFor();
  // What is sent never ends while this is asked.
  await page.route(/\/api\/v1\/s3\//, () => undefined);
  await page.locator("input[type=file][multiple]").setInputFiles([{ name: "slow.txt", mimeType: "text/plain", buffer: Buffer.from("x") }]);
  await page.locator(".panel").waitFor();
  await page.locator(".updated").getByRole("button", { name: "Reload" }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.getByText("1 upload is under way").waitFor();
  await accessible(page, "reload-with-uploads");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.locator(".panel").waitFor();
  await page.locator(".updated").getByRole("button", { name: "Reload" }).click();
  await Promise.all([page.waitForEvent("load"), dialog.getByRole("button", { name: "Reload" }).click()]);
  await page.waitForSelector(`h1:text-is("${bucket}")`);
  await close();
});

check("an_upload_waits_for_a_server_that_is_gone_and_goes_on_by_itself", async () => {
  const { call } = await api();
  const bucket = unique("waiting");
  await call("POST", "buckets", { name: bucket });
  const way = await door();
  const { page, close } = await visit(way);
  await go(page, `/bucket?name=${bucket}`);
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const throttle = (bytes) => session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
  await throttle(2 << 20);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cairn-browser-"));
  const file = path.join(folder, "large.bin");
  fs.writeFileSync(file, Buffer.alloc(40 << 20, 7));
  await page.locator("input[type=file][multiple]").setInputFiles(file);
  await page.locator(".total", { hasText: "/s · " }).waitFor();
  way.shut();
  const waits = page.locator(".panel [role=status]", { hasText: "Waits for the server, then goes on by itself" });
  await waits.waitFor({ timeout: 30_000 });
  assert.doesNotMatch(await page.locator(".panel .total").textContent(), /\/s/);
  await accessible(page, "upload-waits");
  await throttle(-1);
  await way.open();
  await waits.waitFor({ state: "detached", timeout: 30_000 });
  await page.locator(".panel", { hasText: "1 of 1 uploaded" }).waitFor({ timeout: 60_000 });
  assert.equal((await call("GET", `buckets/${bucket}/object?key=large.bin`)).size, 40 << 20);
  fs.rmSync(folder, { recursive: true });
  await close();
  way.shut();
});

void main();
