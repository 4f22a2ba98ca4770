// What the scripts for the browser share: where the console is, pages that are watched, and a runner
// of checks. A page fails its check by an error in its console, a script that fails, a breach of the
// Content-Security-Policy, a request to another host, or a dialog of its own.
"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const CONSOLE = process.env.CAIRN_TEST_CONSOLE;
const USER = process.env.CAIRN_TEST_USER;
const PASSWORD = process.env.CAIRN_TEST_PASSWORD;
/** Pictures of every page go here, for those who want to look. */
const PICTURES = process.env.CAIRN_TEST_PICTURES;
/** Every question to the server waits up to so long on its way: what a page must bear on a bad line. */
const LATE_MS = Number(process.env.CAIRN_TEST_LATE_MS ?? 0);
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const WAIT_MS = 30_000;
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };

// A page asks whether there is a session, and for settings that are not set: the browser notes both.
const ANSWERS = [
  [401, /\/api\/v1\/session\/refresh$/],
  [404, /\/api\/v1\/buckets\/[^/]+\/config\//],
];

const checks = [];
const check = (name, run) => checks.push({ name, run });
let browser;

/** A visitor: a browser of its own, not logged in. `expected` names further answers that are right. */
async function visitor({ size = WIDE, scheme = "light", locale = "en-GB", expected = [], ...more } = {}) {
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, locale, ...more });
  const wrong = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== CONSOLE) wrong.push(`request to ${url.origin}`);
  });
  const watch = (page) => {
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (error) => wrong.push(`script: ${error.stack}`));
    page.on("dialog", (dialog) => {
      if (dialog.type() !== "beforeunload") wrong.push(`dialog: ${dialog.message()}`);
      void dialog.accept();
    });
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      if (more.serviceWorkers === "block" && /registration blocked by Playwright/.test(message.text())) return;
      const status = Number(/status of (\d{3})/.exec(message.text())?.[1]);
      const url = message.location().url.split("?")[0];
      if ([...ANSWERS, ...expected].some(([code, pattern]) => code === status && pattern.test(url))) return;
      wrong.push(`console: ${message.text()} (${url})`);
    });
  };
  context.on("page", watch);
  if (LATE_MS) {
    await context.route(/\/api\/v1\//, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LATE_MS));
      await route.fallback().catch(() => undefined);
    });
  }
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  const page = await context.newPage();
  const clean = () => assert.deepEqual(wrong, []);
  const close = async () => {
    await context.close();
    clean();
  };
  return { context, page, clean, close, wrong };
}

async function logIn(page, name = USER, password = PASSWORD) {
  await page.goto(CONSOLE);
  await page.fill("input[autocomplete=username]", name);
  await page.fill("input[autocomplete=current-password]", password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav ul");
}

/** A visitor who is logged in. */
async function member(options = {}) {
  const made = await visitor(options);
  await logIn(made.page, options.name, options.password);
  return made;
}

/** The same for checks that lay routes: what a page asks through its worker may pass them by. */
const routed = (options = {}) => member({ serviceWorkers: "block", ...options });

/** Goes to a place of the console as a link would, without loading it anew. */
async function go(page, place) {
  await page.evaluate((place) => {
    const link = document.createElement("a");
    link.href = place;
    document.body.append(link);
    link.click();
    link.remove();
  }, place);
  await settled(page);
}

/** Nothing is loading any more. */
async function settled(page) {
  await page.waitForSelector("h1");
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
}

const toast = (page, text) => page.waitForSelector(`.toast:has-text(${JSON.stringify(text)})`);

/** The page has seen what came once it has been drawn again. */
const drawn = (page) => page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));

/** Keeps back what a page asks of the addresses that match, until it is let go. */
async function keepBack(page, pattern) {
  const held = [];
  let arrived;
  const first = new Promise((resolve) => (arrived = resolve));
  const hold = (route) => {
    held.push(route);
    arrived();
  };
  await page.route(pattern, hold);
  const release = async () => {
    await first;
    // Asked for before: without a route the browser may let go by itself of what it held.
    const answered = page.waitForResponse(pattern);
    await page.unroute(pattern, hold);
    for (const route of held) await route.fallback();
    await (await answered).finished();
    await drawn(page);
    await settled(page);
  };
  return { release };
}

async function picture(page, name) {
  if (PICTURES) await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
}

/** Fails for whatever axe finds, and for a page that is wider than its window. */
async function accessible(page, name) {
  // Half-way through a transition, contrast is anything.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((each) => each.effect?.getComputedTiming().iterations !== Infinity).map((each) => each.finished.catch(() => undefined))));
  await picture(page, name);
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.map((each) => `${each.id}: ${each.nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`);
  });
  assert.deepEqual(found, [], name);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} pixels too wide`);
}

/** Fails for what is cut off at an edge without a way to scroll to it, and for what sticks out of its card. */
async function uncut(page, name) {
  const found = await page.evaluate(() => {
    const told = (each) => `${each.localName}.${[...each.classList].join(".")} ${JSON.stringify(each.textContent.trim().slice(0, 40))}`;
    const seen = [...document.querySelectorAll("nav *, main *, dialog[open] *")].filter((each) => each instanceof HTMLElement && each.checkVisibility());
    const cut = seen.filter((each) => {
      // What is typed can be moved through.
      if (each.matches("input, select")) return false;
      const style = getComputedStyle(each);
      if (!["hidden", "clip"].includes(style.overflowX) || each.scrollWidth <= each.clientWidth + 1) return false;
      const isMeant = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none" || style.clipPath !== "none";
      return !isMeant && each.clientWidth > 1;
    });
    const out = seen.filter((each) => {
      const card = each.closest(".card");
      if (!card || card === each || getComputedStyle(each).position === "absolute") return false;
      for (let at = each; at !== card; at = at.parentElement) if (at !== each && getComputedStyle(at).overflowX !== "visible") return false;
      return getComputedStyle(card).overflowX === "visible" && each.getBoundingClientRect().right > card.getBoundingClientRect().right + 1;
    });
    return [...cut, ...out].slice(0, 5).map(told);
  });
  assert.ok(found.length === 0, `${name}: cut off: ${found.join(", ")}`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name} is ${over} pixels too wide`);
}

/** The admin interface, as whoever logs in with this. Answers with what it says, or throws. */
async function api(name = USER, password = PASSWORD) {
  const call = async (method, route, body, headers = {}) => {
    const json = body !== undefined && !(body instanceof Uint8Array);
    const answer = await fetch(`${CONSOLE}/api/v1/${route}`, {
      method,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(json ? { "content-type": "application/json" } : {}), ...headers },
      body: json ? JSON.stringify(body) : body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
    return /json/.test(answer.headers.get("content-type") ?? "") && text ? JSON.parse(text) : text;
  };
  let token;
  token = (await call("POST", "session", { name, password })).access_token;
  const put = (bucket, key, body, headers) => call("PUT", `s3/${bucket}/${pathOf(key)}`, Buffer.from(body), headers);
  return { call, put };
}

/** A key in a path, as whole steps where a browser would take dots for steps. */
const pathOf = (key) => (key.split("/").some((step) => step === "." || step === "..") ? encodeURIComponent(key) : key.split("/").map(encodeURIComponent).join("/"));

let count = 0;
const unique = (word) => `${word}-${process.pid}-${(count += 1)}`;

async function main() {
  browser = await chromium.launch({
    // Another one may be tried: the small one that is used shows no documents, and plays less.
    executablePath: process.env.CAIRN_TEST_BROWSER ?? execFileSync("which", ["chromium-headless-shell"], { encoding: "utf8" }).trim(),
    // Chromium will not sandbox itself as root, which is who runs this in many containers.
    chromiumSandbox: false,
  });
  const first = await (await fetch(CONSOLE)).text();
  if (!first.includes('id="app"')) throw new Error("this server was built without its console: run `make console` first");
  const only = process.env.CAIRN_TEST_ONLY;
  let failed = 0;
  const chosen = checks.filter(({ name }) => !only || name.includes(only));
  for (const { name, run } of chosen) {
    const began = performance.now();
    try {
      await run();
      console.log(`ok      ${name}  ${((performance.now() - began) / 1000).toFixed(1)} s`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${error.stack ?? error}`);
      if (PICTURES) await browser.contexts().at(-1)?.pages().at(-1)?.screenshot({ path: path.join(PICTURES, `failed-${name}.png`) }).catch(() => undefined);
    }
    // A check that failed has left its visitors behind.
    for (const context of browser.contexts()) await context.close();
  }
  await browser.close();
  console.log(`${chosen.length - failed} of ${chosen.length} checks passed`);
  process.exit(failed > 0 || chosen.length === 0 ? 1 : 0);
}

module.exports = { CONSOLE, USER, PASSWORD, WIDE, NARROW, assert, check, visitor, member, routed, logIn, go, settled, toast, drawn, keepBack, picture, accessible, uncut, api, pathOf, unique, main };
