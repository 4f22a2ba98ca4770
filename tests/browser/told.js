// What pages say by themselves: a name that will not do, a quota of any size, a limit that is reached,
// what has run out, and what bounds somebody.
"use strict";

const { NARROW, WIDE, assert, check, member, routed, go, toast, accessible, uncut, api, unique, main } = require("./browser.js");

const field = (page, label) => page.getByLabel(label, { exact: true });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const inDialog = (page) => page.locator("dialog[open]").last();
const answer = (page, name) => inDialog(page).getByRole("button", { name, exact: true }).click();

check("a_name_that_will_not_do_is_told_before_anything_else_is_chosen", async () => {
  const { call } = await api();
  const name = unique("named");
  await call("POST", "buckets", { name });
  const { page, close } = await member();
  await go(page, "/buckets?create=1");
  const current = () => inDialog(page).locator("[aria-current=step]").textContent();
  const stopped = async (typed, because) => {
    await field(page, "Name").fill(typed);
    await answer(page, "Next");
    await inDialog(page).locator(".field [role=alert]", { hasText: because }).waitFor();
    assert.match(await current(), /Name/);
    assert.ok(await field(page, "Name").evaluate((input) => input === document.activeElement));
  };
  await page.locator("a.name", { hasText: name }).waitFor();
  await stopped("", "A bucket needs a name first.");
  await accessible(page, "create-no-name");
  await stopped("Not a name", "This name breaks a rule below.");
  await stopped(name, "You have a bucket of this name already.");
  // Nor by the steps themselves.
  await inDialog(page).locator(".steps button").last().click();
  assert.match(await current(), /Name/);
  await page.setViewportSize(NARROW);
  await accessible(page, "create-name-taken-narrow");
  await field(page, "Name").fill(`${name}-2`);
  await answer(page, "Next");
  await page.getByLabel("Keep versions").waitFor();
  // Taken by somebody else while one is at a later step: the step with the name says so.
  await call("POST", "buckets", { name: `${name}-2` });
  await inDialog(page).locator(".steps .wrong", { hasText: "Name" }).waitFor();
  await close();
});

check("quotas_of_any_size_are_read_as_they_were_meant", async () => {
  const { call, put } = await api();
  const name = unique("tiny");
  await call("POST", "buckets", { name });
  await put(name, "long.txt", "x".repeat(5000));
  await call("PUT", `buckets/${name}/quota`, { bytes: 5, objects: null });
  const { page, close } = await member();
  const row = page.locator("tbody tr", { hasText: name });
  await go(page, "/buckets");
  await row.getByText("over its quota of 5 B").waitFor();
  assert.doesNotMatch(await row.textContent(), /%/);
  await accessible(page, "quota-over");
  await go(page, "/");
  await page.getByText(`${name} is over its quota.`).waitFor();
  await go(page, "/buckets");
  await row.waitFor();
  await page.setViewportSize(NARROW);
  await uncut(page, "quota-over-narrow");
  await accessible(page, "quota-over-narrow");
  for (const [bytes, amount, unit] of [[5, "5", "B"], [1536, "1.5", "KiB"], [10_000_000_000, "9765625", "KiB"], [3 * 2 ** 40, "3", "TiB"]]) {
    await call("PUT", `buckets/${name}/quota`, { bytes, objects: null });
    await go(page, "/buckets");
    await go(page, `/bucket?name=${name}&tab=settings`);
    await page.waitForFunction(([amount, unit]) => document.querySelector(".pair input")?.value === amount && document.querySelector(".pair select")?.value === unit, [amount, unit]);
  }
  await field(page, "Size at most").fill("7");
  await page.getByLabel("Unit").selectOption("B");
  await page.locator("form", { has: field(page, "Size at most") }).getByRole("button", { name: "Save" }).click();
  await toast(page, "Quota saved");
  assert.equal((await call("GET", `buckets/${name}`)).quota.bytes, 7);
  await page.getByText("4.88 KiB used, which is over the quota of 7 B").waitFor();
  await close();
});

check("who_is_put_off_waits_by_itself_and_is_told_if_it_lasts", async () => {
  const { page, close } = await routed({ expected: [[429, /\/api\/v1\/users$/]] });
  const busy = { status: 429, headers: { "retry-after": "1" }, json: { error: { code: "SlowDown", message: "Too many requests by this user: please reduce your request rate.", field: null, request_id: "1" } } };
  let refused = 0;
  await page.route(/\/api\/v1\/users\?/, (route) => ((refused += 1) <= 2 ? route.fulfill(busy) : route.fallback()));
  await go(page, "/users");
  await page.locator("main table, main .empty").first().waitFor();
  assert.ok(refused >= 3, `${refused}`);
  assert.equal(await page.locator("main [role=alert]").count(), 0);
  await page.unroute(/\/api\/v1\/users\?/);
  await page.route(/\/api\/v1\/users\?/, (route) => route.fulfill(busy));
  await page.reload();
  await page.locator("main [role=alert]", { hasText: "The server takes no more requests at the moment" }).waitFor({ timeout: 40_000 });
  assert.equal(await page.getByText("Too many attempts").count(), 0);
  await accessible(page, "put-off");
  await close();
});

check("other_sessions_are_ended_and_tokens_that_ran_out_are_cleared_at_once", async () => {
  const { call } = await api();
  const name = unique("left");
  const password = "correct horse battery";
  await call("POST", "users", { name, password });
  const own = await api(name, password);
  for (const at of [1, 2]) await own.call("POST", "tokens", { name: `old-${at}`, expires_in: 3600 });
  await own.call("POST", "tokens", { name: "new", expires_in: 3 * 86_400 });
  await api(name, password);
  const { page, close } = await member({ name, password, expected: [[403, /\/api\/v1\//]] });
  // Two of them ran out, as far as this page can tell.
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 2 * 3_600_000;
  });
  await go(page, "/profile");
  const tokens = page.locator("section[aria-labelledby=tokens]");
  await tokens.getByText("2 have run out").waitFor();
  assert.equal(await tokens.locator(".badge.bad").count(), 2);
  await page.getByRole("button", { name: "End all others" }).scrollIntoViewIfNeeded();
  await accessible(page, "profile-left-wide");
  await page.setViewportSize(NARROW);
  await tokens.scrollIntoViewIfNeeded();
  await accessible(page, "profile-left-narrow");
  await tokens.getByRole("button", { name: "Clear" }).click();
  await answer(page, "Clear");
  await toast(page, "2 tokens deleted");
  assert.deepEqual((await own.call("GET", "tokens")).items.map((each) => each.name), ["new"]);
  assert.equal((await own.call("GET", "profile/sessions")).items.length, 3);
  await page.setViewportSize(WIDE);
  await press(page, "End all others");
  await accessible(page, "end-others");
  await answer(page, "End all others");
  await toast(page, "2 sessions ended");
  await page.waitForFunction(() => document.querySelectorAll("section[aria-labelledby=logins] li").length === 1);
  await assert.rejects(own.call("GET", "tokens"), /401/);
  // This one goes on.
  await go(page, "/buckets");
  await page.waitForSelector("h1:text-is('Buckets')");
  await close();
});

check("a_boundary_reads_as_a_limit_and_its_policy_tells_whom_it_bounds", async () => {
  const { call } = await api();
  const [limit, user] = [unique("only-photos"), unique("bounded")];
  const of = (Action, Resource) => ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
  const { arn } = await call("POST", "policies", { name: limit, document: of(["s3:Get*", "s3:List*"], ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]) });
  await call("POST", "users", { name: user, boundary: arn });
  for (const [name, action, resource] of [["whole", "s3:GetObject", "arn:aws:s3:::photos/a/*"], ["partly", "s3:*", "arn:aws:s3:::photos/*"], ["beyond", "s3:GetObject", "arn:aws:s3:::music/*"]]) await call("PUT", `users/${user}/policies/${name}`, of(action, resource));
  for (const [look, options] of [["wide-light", {}], ["narrow-dark", { size: NARROW, scheme: "dark" }]]) {
    const { page, close } = await member(options);
    await go(page, `/user?name=${user}`);
    const part = page.locator("section[aria-labelledby=permissions]");
    await part.getByText(`${limit} is the upper limit.`).waitFor();
    const row = (name) => part.locator("tbody tr", { has: page.locator("td:last-child", { hasText: name }) });
    await row("partly").getByText("only within the upper limit").waitFor();
    await row("beyond").getByText("beyond the upper limit: not in effect").waitFor();
    assert.doesNotMatch(await row("whole").textContent(), /limit/);
    // It comes last, and grants nothing.
    assert.match(await part.locator("tbody tr").last().textContent(), /at most.*Boundary/s);
    assert.doesNotMatch(await row(limit).textContent(), /allows/);
    await part.scrollIntoViewIfNeeded();
    await uncut(page, `bounded-${look}`);
    await accessible(page, `bounded-${look}`);
    await go(page, `/policy?name=${limit}`);
    await page.getByText("It is the boundary of 1 user or role, and cannot be deleted while it is.").waitFor();
    await page.locator("section[aria-labelledby=uses] li", { hasText: user }).getByText("as boundary").waitFor();
    await accessible(page, `policy-that-bounds-${look}`);
    await go(page, "/policies");
    await page.locator("tbody tr", { hasText: limit }).getByText("upper limit of 1").waitFor();
    await accessible(page, `policies-that-bound-${look}`);
    await close();
  }
});

check("phones_get_a_picture_they_can_show", async () => {
  const { page, close } = await member();
  const size = await page.evaluate(async () => {
    const answer = await fetch(document.querySelector("link[rel=apple-touch-icon]").href);
    const picture = await createImageBitmap(await answer.blob());
    return [answer.headers.get("content-type"), picture.width, picture.height];
  });
  assert.deepEqual(size, ["image/png", 180, 180]);
  await close();
});

void main();
