// What administrators and users do day by day: looking for who did what, finding things by name, making a
// bucket with what it needs from the beginning, asking what policies allow, watching the server.
"use strict";

const { CONSOLE, NARROW, USER, PASSWORD, assert, check, member, routed, go, settled, toast, accessible, api, unique, main } = require("./browser.js");

const field = (page, label) => page.getByLabel(label, { exact: true });
const inDialog = (page) => page.locator("dialog[open]").last();
const answer = (page, name) => inDialog(page).getByRole("button", { name, exact: true }).click();

check("the_audit_log_is_narrowed_looked_into_and_followed", async () => {
  const { call } = await api();
  const name = unique("audited");
  await call("POST", "buckets", { name });
  await call("PUT", `buckets/${name}/quota`, { bytes: 1000, objects: null });
  const { page, close } = await member();
  await go(page, "/audit");
  await field(page, "Target").fill(name);
  await page.waitForFunction((name) => new URLSearchParams(location.search).get("target") === name, name);
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
  // All of an entry can be seen without a mouse, and leads on to others like it.
  await page.locator(".when").last().focus();
  await page.keyboard.press("Enter");
  await page.locator(".more dd:text-is('201')").waitFor();
  await page.locator(".more dd:has-text(':root')").waitFor();
  await accessible(page, "audit-entry-wide");
  await page.setViewportSize(NARROW);
  await accessible(page, "audit-entry-narrow");
  await page.setViewportSize({ width: 1280, height: 800 });
  // For the mouse the whole row does, too.
  await page.locator("tr.entry").last().locator("td").nth(1).click();
  await page.locator("tr.more").waitFor({ state: "detached" });
  await page.locator("tr.entry").last().locator("td").nth(1).click();
  await page.getByRole("button", { name: "Only this action" }).click();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  // It is all there again on the way back, and after a reload.
  await go(page, "/buckets");
  await page.goBack();
  await settled(page);
  assert.equal(await field(page, "Target").inputValue(), name);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await field(page, "Action").fill("");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
  await call("PUT", `buckets/${name}/quota`, { bytes: 2000, objects: null });
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 3);
  await close();
});

check("whatever_has_a_name_is_found_by_it", async () => {
  const { call } = await api();
  const user = unique("zelda");
  const group = unique("zoologists");
  const policy = unique("zebra-policy");
  await call("POST", "users", { name: user });
  await call("POST", "groups", { name: group });
  await call("POST", "policies", { name: policy, document: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] } });
  const { page, close } = await member();
  for (const name of [user, group, policy]) {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(name);
    await page.waitForSelector(`[role=option][aria-selected=true]:has-text("${name}")`);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`h1:text-is("${name}")`);
  }
  await page.keyboard.press("?");
  await page.waitForSelector("dialog h2:text-is('Keyboard shortcuts')");
  await accessible(page, "shortcuts");
  await page.keyboard.press("Escape");
  // On a phone, where there are no shortcuts, it is behind "More".
  await page.setViewportSize(NARROW);
  await page.getByRole("button", { name: "More" }).click();
  await answer(page, "Find or do");
  await page.waitForSelector("[role=listbox]");
  await close();
});

check("who_may_make_only_buckets_of_its_own_can", async () => {
  const { call } = await api();
  const user = unique("otto");
  await call("POST", "users", { name: user, password: "correct horse battery" });
  await call("PUT", `users/${user}/attached/user`);
  const { page, close } = await member({ name: user, password: "correct horse battery", expected: [[403, /\/buckets$/]] });
  await page.getByText("What you have").waitFor();
  await accessible(page, "overview-of-user");
  await go(page, "/buckets");
  await page.getByRole("button", { name: "Create bucket" }).first().click();
  assert.equal(await field(page, "Name").inputValue(), `${user}-`);
  await field(page, "Name").fill("somebody-elses");
  await answer(page, "Create bucket");
  await inDialog(page).locator("[role=alert]").waitFor();
  await field(page, "Name").fill(`${user}-photos`);
  await accessible(page, "create-of-user");
  await answer(page, "Create bucket");
  await toast(page, `Bucket ${user}-photos created`);
  assert.equal((await call("GET", `buckets/${user}-photos`)).counts_for, user);
  await close();
});

check("a_bucket_is_made_with_a_lock_that_holds_from_the_beginning", async () => {
  const { call } = await api();
  const { page, close } = await member();
  const name = unique("locked");
  await go(page, "/buckets?create=1");
  await field(page, "Name").fill(name);
  await answer(page, "Next");
  await page.getByLabel("Object lock").check();
  await page.getByLabel("Lock new versions").selectOption("GOVERNANCE");
  await field(page, "For").fill("7");
  await accessible(page, "create-locked");
  await answer(page, "Create bucket");
  await toast(page, `Bucket ${name} created`);
  assert.deepEqual((await call("GET", `buckets/${name}/config/object-lock`)).Rule.DefaultRetention, { Mode: "GOVERNANCE", Days: 7 });
  await close();
});

check("a_bucket_is_made_with_all_it_needs_and_what_fails_is_told", async () => {
  const { call } = await api();
  const name = unique("complete");
  const { page, close } = await routed({ expected: [[503, /\/config\/encryption$/]] });
  await go(page, "/buckets?create=1");
  await field(page, "Name").fill(name);
  await answer(page, "Next");
  await page.getByLabel("Keep versions").check();
  await answer(page, "Next");
  await page.getByLabel("Anyone may read").check();
  await page.getByLabel("With the server’s key").check();
  await accessible(page, "create-access");
  await answer(page, "Next");
  await field(page, "Size at most").fill("a lot");
  await page.locator(".steps .wrong").waitFor();
  assert.ok(await inDialog(page).getByRole("button", { name: "Create bucket" }).isDisabled());
  await field(page, "Size at most").fill("5");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await field(page, "Name").fill("team");
  await field(page, "Value").fill("web");
  await accessible(page, "create-limits");
  // One of the settings fails: the rest is done, and the bucket is there.
  const failing = /\/config\/encryption$/;
  await page.route(failing, (route) => route.fulfill({ status: 503, json: { error: { code: "SlowDown", message: "Not now.", field: null, request_id: "1" } } }));
  await answer(page, "Create bucket");
  await inDialog(page).getByText("Not everything was done").waitFor();
  await accessible(page, "create-partly");
  await inDialog(page).locator("dt:text-is('Encryption')").waitFor();
  assert.equal(await inDialog(page).locator("dt").count(), 1);
  await page.unroute(failing);
  await answer(page, "Try again");
  await page.locator(`h1:text-is("${name}")`).waitFor();
  const made = await call("GET", `buckets/${name}`);
  assert.equal(made.versioning, "enabled");
  assert.equal((await call("GET", `buckets/${name}/config/encryption`)).Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm, "AES256");
  assert.equal(made.quota.bytes, 5 * 2 ** 30);
  assert.deepEqual((await call("GET", `buckets/${name}/config/tagging`)).TagSet, [{ Key: "team", Value: "web" }]);
  assert.equal((await call("GET", `buckets/${name}/config/policy`)).Statement[0].Principal, "*");
  await close();
});

check("the_simulator_is_asked_about_a_bucket_and_policies_read_as_written", async () => {
  const { call } = await api();
  const name = unique("asked");
  const user = unique("petra");
  const policy = unique("reading");
  await call("POST", "buckets", { name });
  await call("POST", "users", { name: user });
  await call("POST", "policies", { name: policy, document: { Version: "2012-10-17", Statement: [{ Sid: "Read", Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${name}/*` }] } });
  await call("PUT", `users/${user}/attached/${policy}`);
  const { page, close } = await member();
  await go(page, `/simulator?principal=${user}`);
  await page.getByLabel("Add a bucket").selectOption(name);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.locator("tr", { hasText: "s3:GetObject" }).filter({ hasText: `${name}/*` }).getByText("Allowed", { exact: true }).waitFor();
  await page.locator("tr", { hasText: "s3:PutObject" }).first().getByText("Not allowed by anything").waitFor();
  await go(page, `/policy?name=${policy}`);
  await page.waitForFunction(() => document.querySelector("textarea")?.value.startsWith('{\n  "Version"'));
  const text = await page.locator("textarea").inputValue();
  assert.ok(text.indexOf('"Sid"') < text.indexOf('"Effect"') && text.indexOf('"Effect"') < text.indexOf('"Action"'), text);
  await close();
});

check("charts_go_on_while_one_is_elsewhere_and_tell_of_each_second", async () => {
  const { page, close } = await routed();
  await page.locator(".health").waitFor();
  // What the server remembers would look the same as what is still there.
  await page.route(/\/server\/history/, (route) => route.fulfill({ json: { step_seconds: 10, items: [] } }));
  await page.waitForFunction(() => (document.querySelector("path.line")?.getAttribute("d") ?? "").split("L").length > 8);
  const points = () => page.evaluate(() => (document.querySelector("path.line")?.getAttribute("d") ?? "").split("L").length);
  const before = await points();
  await go(page, "/users");
  await page.waitForTimeout(1500);
  await go(page, "/");
  await page.waitForFunction(() => document.querySelector("path.line")?.getAttribute("d"));
  // A gap takes some away, and what is lost takes nearly all.
  assert.ok((await points()) > before / 2, "what was seen is still there");
  const chart = page.locator("figure svg").first();
  await chart.hover({ position: { x: (await chart.boundingBox()).width - 4, y: 20 } });
  await page.locator("figure .when").first().waitFor();
  // Who logs out takes it along.
  const known = await points();
  await page.evaluate(() => document.querySelector(".who").click());
  await answer(page, "Log out");
  await page.fill("input[autocomplete=username]", USER);
  await page.fill("input[autocomplete=current-password]", PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("path.line")?.getAttribute("d"));
  const left = await points();
  assert.ok(left < known, `whoever comes next would see it: ${left} of ${known}`);
  await close();
});

check("settings_are_shown_as_they_are_written", async () => {
  const { page, close } = await member();
  await go(page, "/settings");
  const listen = page.locator("tr", { has: page.locator(".name:text-is('listen')") });
  assert.match(await listen.locator("td").nth(1).innerText(), /^127\.0\.0\.1:\d+$/);
  await close();
});

check("back_closes_what_lies_over_a_page_and_stays_there", async () => {
  const { call, put } = await api();
  const bucket = unique("steps");
  await call("POST", "buckets", { name: bucket });
  for (const key of ["a/b/one.txt", "a/b/two.txt"]) await put(bucket, key, key);
  const { page, close } = await member();
  const at = (place) => page.waitForFunction((place) => location.pathname + location.search === place, place);
  const folder = `/bucket?name=${bucket}&prefix=a%2Fb%2F`;
  const gone = () => page.locator("dialog[open]").waitFor({ state: "detached" });
  await go(page, "/buckets");
  await go(page, folder);
  // Each of an object's views is a step, and so is the object.
  const open = async () => {
    await page.getByRole("button", { name: "one.txt", exact: true }).click();
    await page.locator("dialog[open]").waitFor();
    await page.getByRole("button", { name: "Tags", exact: true }).click();
    await page.locator("button[aria-pressed=true]:has-text('Tags')").waitFor();
  };
  await open();
  await page.goBack();
  await page.locator("button[aria-pressed=true]:has-text('Preview')").waitFor();
  await page.goBack();
  await gone();
  await at(folder);
  // Closed by its button, it has left no steps behind: Back leads on to where one came from.
  await open();
  await page.keyboard.press("Escape");
  await gone();
  await at(folder);
  await page.goBack();
  await at("/buckets");
  // Forward again, and a link right to an object: it closes to its folder.
  await page.goForward();
  await at(folder);
  await page.goto(`${CONSOLE}${folder}&key=a%2Fb%2Fone.txt&view=tags`);
  await page.locator("button[aria-pressed=true]:has-text('Tags')").waitFor();
  await page.getByRole("button", { name: "Details", exact: true }).click();
  await page.locator("button[aria-pressed=true]:has-text('Details')").waitFor();
  await page.keyboard.press("Escape");
  await gone();
  await at(folder);
  for (const [list, what] of [["/buckets", "Create bucket"], ["/users", "Create user"], ["/groups", "Create group"], ["/policies", "Create policy"], ["/accounts", "Create account"], ["/jobs", "Start a job"]]) {
    await go(page, list);
    await page.getByRole("button", { name: what, exact: true }).first().click();
    await page.locator("dialog[open]").waitFor();
    await page.goBack();
    await gone();
    await at(list);
  }
  // What has been made is not made again on the way back.
  await go(page, "/groups");
  await page.getByRole("button", { name: "Create group", exact: true }).first().click();
  const name = unique("stonemasons");
  await page.locator("dialog[open] input").fill(name);
  await page.locator("dialog[open]").getByRole("button", { name: "Create group", exact: true }).click();
  await at(`/group?name=${name}`);
  await page.goBack();
  await at("/groups");
  await close();
});

void main();
