// A server that is gone does not look like one that has nothing to do.
"use strict";

const net = require("node:net");
const { CONSOLE, USER, PASSWORD, NARROW, WIDE, assert, check, visitor, member, accessible, uncut, main } = require("./browser.js");

/** A way to the console that can be shut, or stop in the middle of what is said, as a machine or a line does. */
async function door() {
  const { hostname, port } = new URL(CONSOLE);
  const sockets = new Set();
  let stalled = false;
  const server = net.createServer((near) => {
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
  const open = (at) => new Promise((done) => server.listen(at, "127.0.0.1", done));
  await open(0);
  const { port: own } = server.address();
  const cut = () => sockets.forEach((each) => each.destroy());
  return {
    origin: `http://127.0.0.1:${own}`,
    shut: () => {
      server.close();
      cut();
    },
    open: () => open(own),
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
    assert.deepEqual(wrong.filter((each) => !each.includes(way.origin)), []);
  };
  return { page, close };
}

/** Where the first line ends, of 400; and of how many pieces it is. */
const lineOf = (page) =>
  page.evaluate(() => {
    const path = document.querySelector("path.line").getAttribute("d");
    return { end: Number(/([\d.]+) [\d.]+$/.exec(path)?.[1]), pieces: path.split("M").length - 1 };
  });
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
  const before = await lineOf(page);
  assert.ok(before.end < 399, `the line runs on to ${before.end}`);
  await accessible(page, "overview-gone-wide");
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: "dark" });
  await uncut(page, "overview-gone-narrow");
  await accessible(page, "overview-gone-narrow");
  await page.setViewportSize(WIDE);
  await page.waitForFunction((end) => Number(/([\d.]+) [\d.]+$/.exec(document.querySelector("path.line").getAttribute("d"))?.[1]) < end, before.end);
  await page.getByRole("button", { name: "1 hour" }).click();
  await page.getByRole("button", { name: "2 minutes" }).click();
  await way.open();
  await page.waitForSelector(".badge.good", { timeout: 30_000 });
  await page.waitForFunction(() => document.querySelectorAll("path.line")[0].getAttribute("d").split("M").length > 2);
  assert.doesNotMatch(await health(page).textContent(), SILENT);
  await page.waitForFunction(() => [...document.querySelectorAll(".figures div")].find((each) => each.textContent.includes("Running for"))?.querySelector("dd").textContent !== "–");
  const after = await lineOf(page);
  assert.ok(after.end >= 399, `the line ends at ${after.end}`);
  assert.equal(after.pieces, 2);
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
  const { page, close } = await member();
  await page.waitForSelector(".badge.good");
  await page.route(/\/server\/live$/, () => undefined);
  await page.goto(CONSOLE);
  await page.waitForSelector(".health.good, .health.look");
  await page.waitForTimeout(10_000);
  assert.equal(await page.locator(".badge.good").count(), 0);
  assert.doesNotMatch(await health(page).textContent(), /No answer/);
  await close();
});

void main();
