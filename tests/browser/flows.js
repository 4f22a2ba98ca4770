// What people do: each flow through the pages, and its outcome asked of the admin interface.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { CONSOLE, NARROW, assert, check, visitor, member, routed, logIn, go, settled, toast, keepBack, accessible, api, unique, main } = require("./browser.js");

const field = (page, label) => page.getByLabel(label, { exact: true });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const inDialog = (page) => page.locator("dialog[open]").last();
/** Presses the button of the dialog that is open. */
const answer = (page, name) => inDialog(page).getByRole("button", { name, exact: true }).click();

check("wrong_passwords_are_told_and_right_ones_let_in", async () => {
  const { page, close } = await visitor({ expected: [[401, /\/session$/]] });
  await page.goto(CONSOLE);
  await page.fill("input[autocomplete=username]", "nobody");
  await page.fill("input[autocomplete=current-password]", "wrong");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[role=alert]:has-text('do not belong together')");
  await accessible(page, "login-wrong");
  await logIn(page);
  await page.reload();
  await page.waitForSelector("nav ul");
  await press(page, await page.textContent(".who .grow"));
  await answer(page, "Log out");
  await page.waitForSelector("input[autocomplete=username]");
  await close();
});

check("a_bucket_is_made_set_up_emptied_and_deleted", async () => {
  const { call, put } = await api();
  const { page, close } = await member({ expected: [[400, /\/config\/policy$/], [404, /\/buckets\/flow-/]] });
  const name = unique("flow");
  await go(page, "/buckets?create=1");
  await field(page, "Name").fill(name);
  await answer(page, "Next");
  await page.getByLabel("Keep versions").check();
  await answer(page, "Create bucket");
  await toast(page, `Bucket ${name} created`);
  assert.equal((await call("GET", `buckets/${name}`)).versioning, "enabled");

  await go(page, `/bucket?name=${name}&tab=settings`);
  const section = (title) => page.locator("section.set", { has: page.locator(`h2:text-is("${title}")`) });
  // A policy with a fault: it is told, and shown at its line. Mended, it is saved.
  const policy = section("Bucket policy");
  await policy.getByRole("button", { name: "Set up" }).click();
  await policy.getByRole("button", { name: "JSON" }).click();
  const wrong = { Version: "2012-10-17", Statement: [{ Effect: "Maybe", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${name}/*` }] };
  await policy.locator("textarea").fill(JSON.stringify(wrong, null, 2));
  await policy.getByRole("button", { name: "Save" }).click();
  await policy.locator("[role=alert]:has-text('Invalid effect')").waitFor();
  await policy.getByRole("button", { name: "Show line 5" }).click();
  assert.equal(await policy.locator("textarea").evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), '"Maybe"');
  await accessible(page, "policy-at-fault");
  wrong.Statement[0].Effect = "Allow";
  await policy.locator("textarea").fill(JSON.stringify(wrong, null, 2));
  await policy.getByRole("button", { name: "Save" }).click();
  await policy.locator("pre:has-text('\"Allow\"')").waitFor();
  assert.equal((await call("GET", `buckets/${name}/config/policy`)).Statement[0].Effect, "Allow");

  // The same policy in its form, changed there.
  await policy.getByRole("button", { name: "Form" }).click();
  await policy.getByRole("button", { name: "Edit" }).click();
  await policy.getByLabel("List", { exact: true }).check();
  await policy.getByLabel("Keys that begin with").fill("open/");
  await policy.getByRole("button", { name: "Save" }).click();
  await policy.getByRole("button", { name: "Edit" }).waitFor();
  const [statement] = (await call("GET", `buckets/${name}/config/policy`)).Statement;
  assert.deepEqual(statement.Resource, [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/open/*`]);

  const rules = section("Lifecycle");
  await rules.getByRole("button", { name: "Set up" }).click();
  await rules.getByLabel("Keys that begin with").fill("tmp/");
  // As it begins, nothing is deleted.
  await rules.getByLabel("Delete", { exact: true }).selectOption("days");
  await rules.getByLabel("Days", { exact: true }).fill("7");
  await rules.getByRole("button", { name: "Save" }).click();
  await rules.getByRole("button", { name: "What would be done now?" }).click();
  await inDialog(page).getByText("Nothing would be done").waitFor();
  await page.keyboard.press("Escape");
  assert.equal((await call("GET", `buckets/${name}/config/lifecycle`)).Rules[0].Expiration.Days, 7);

  await section("Ownership").getByRole("button", { name: "Edit" }).click();
  await section("Ownership").getByLabel("ObjectWriter").check();
  await section("Ownership").getByRole("button", { name: "Save" }).click();
  await section("Ownership").getByRole("button", { name: "Edit" }).waitFor();
  const list = section("Access control list");
  await list.getByRole("button", { name: "Edit" }).click();
  await list.getByRole("button", { name: "Add grant" }).click();
  await list.getByRole("button", { name: "Save" }).click();
  await list.getByRole("button", { name: "Edit" }).waitFor();
  assert.equal((await call("GET", `buckets/${name}/config/acl`)).Grants.length, 2);

  await section("Quota").getByLabel("Size at most").fill("2");
  await section("Quota").getByRole("button", { name: "Save" }).click();
  await toast(page, "Quota saved");
  assert.equal((await call("GET", `buckets/${name}`)).quota.bytes, 2 * 2 ** 30);

  for (let at = 0; at < 5; at += 1) await put(name, `object-${at % 3}`, `version ${at}`);
  await call("POST", `s3/${name}/unfinished?uploads`);
  await go(page, `/bucket?name=${name}&tab=uploads`);
  await page.getByRole("button", { name: "Discard: unfinished" }).click();
  await answer(page, "Discard");
  await page.getByText("No unfinished uploads").waitFor();
  await go(page, `/bucket?name=${name}&tab=settings`);
  await page.waitForFunction(() => [...document.querySelectorAll("button")].some((each) => each.textContent === "Empty bucket" && !each.disabled));
  await press(page, "Empty bucket");
  await inDialog(page).locator("input").fill(name);
  await answer(page, "Empty bucket");
  await toast(page, `${name} is empty`);
  assert.equal((await call("GET", `buckets/${name}`)).usage.versions, 0);

  await press(page, "Delete bucket");
  await inDialog(page).locator("input").fill(name);
  await answer(page, "Delete bucket");
  await toast(page, `Bucket ${name} deleted`);
  await assert.rejects(call("GET", `buckets/${name}`), /404/);
  await close();
});

check("every_setting_of_a_bucket_has_a_form", async () => {
  const { call } = await api();
  const name = unique("forms");
  const logs = unique("logs");
  await call("POST", "buckets", { name });
  await call("POST", "buckets", { name: logs });
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}&tab=settings`);
  const section = (kind) => page.locator("section.set", { has: page.locator(`#set-${kind}`) });
  const config = (kind) => call("GET", `buckets/${name}/config/${kind}`);
  const fill = async (kind, how) => {
    const here = section(kind);
    await here.getByRole("button", { name: /^(Set up|Edit)$/ }).click();
    await how(here);
    await accessible(page, `form-of-${kind}`);
    await here.getByRole("button", { name: "Save" }).click();
    await here.getByRole("button", { name: "Edit" }).waitFor();
    return config(kind);
  };
  const encryption = await fill("encryption", (here) => here.getByLabel("With the server’s key").check());
  assert.equal(encryption.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm, "AES256");
  const website = await fill("website", (here) => here.getByLabel("Index page").fill("home.html"));
  assert.equal(website.IndexDocument.Suffix, "home.html");
  const away = await fill("website", async (here) => {
    await here.getByLabel("All of it is elsewhere").check();
    await here.getByLabel("Host", { exact: true }).fill("www.example.com");
  });
  assert.deepEqual(away, { RedirectAllRequestsTo: { HostName: "www.example.com" } });
  const logging = await fill("logging", async (here) => {
    await here.getByLabel("Into the bucket").selectOption(logs);
    await here.getByRole("button", { name: "Let logs be written there" }).click();
    await toast(page, `Logs may be written into ${logs}`);
  });
  assert.equal(logging.LoggingEnabled.TargetBucket, logs);
  const tags = await fill("tagging", async (here) => {
    await here.getByLabel("Value", { exact: true }).fill("web");
  });
  assert.deepEqual(tags.TagSet, [{ Key: "team", Value: "web" }]);
  const payment = await fill("request-payment", (here) => here.getByLabel("Refuse requests").check());
  assert.equal(payment.Payer, "Requester");
  // No webhook is configured here: it says so, and what nobody receives is refused.
  const events = section("notification");
  await events.getByRole("button", { name: "Set up" }).click();
  await events.getByText("knows no webhook yet").waitFor();
  await accessible(page, "form-of-notification");
  await events.getByRole("button", { name: "Cancel" }).click();
  // Each section can be reached without scrolling for it.
  await page.getByRole("navigation", { name: "Settings on this page" }).getByRole("link", { name: "Tags" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "set-tagging");
  await close();
});

check("objects_are_compared_restored_locked_and_brought_back", async () => {
  const { call, put } = await api();
  const name = unique("flow");
  await call("POST", "buckets", { name, versioning: true, object_lock: true });
  const text = { "content-type": "text/plain" };
  await put(name, "letter.txt", "Dear all,\nhello.\nYours", text);
  await put(name, "letter.txt", "Dear all,\ngood evening.\nYours", { ...text, "x-amz-meta-author": "ada" });
  await put(name, "gone.txt", "x");
  const { page, close } = await routed();
  await go(page, `/bucket?name=${name}&key=letter.txt`);
  const view = (title) => page.click(`.views button:text-is("${title}")`);
  await view("Versions");
  await page.locator("dialog li").nth(1).getByRole("button", { name: /^Compare/ }).click();
  await page.locator(".diff .changed .left:has-text('hello.')").waitFor();
  await page.locator(".diff .changed .right:has-text('good evening.')").waitFor();
  await page.locator("tr.differs:has-text('x-amz-meta-author')").waitFor();
  await accessible(page, "compare-wide");
  await page.setViewportSize(NARROW);
  await accessible(page, "compare-narrow");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("button", { name: "All versions" }).click();
  await page.locator("dialog li").nth(1).getByRole("button", { name: "Restore" }).click();
  await toast(page, "Restored");
  const content = () => call("GET", `s3/${name}/letter.txt`);
  assert.match(await content(), /hello/);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await toast(page, "Taken back");
  assert.match(await content(), /good evening/);

  await view("Lock");
  await page.getByLabel("How", { exact: true }).selectOption("GOVERNANCE");
  await page.getByLabel("Until", { exact: true }).fill("2099-01-01T00:00");
  await answer(page, "Save");
  await toast(page, "Retention saved");
  await page.getByLabel("Lock until this is lifted").check();
  await toast(page, "Legal hold set");
  await accessible(page, "lock");
  const facts = () => call("GET", `buckets/${name}/object?key=letter.txt`);
  assert.equal((await facts()).lock.mode, "GOVERNANCE");
  assert.equal((await facts()).lock.legal_hold, true);
  // The answer that follows the lifting is kept back until something is chosen, which it must leave alone.
  const kept = await keepBack(page, /\/object\?key=/);
  await page.getByLabel("Lock until this is lifted").uncheck();
  await toast(page, "Legal hold lifted");
  await page.getByLabel("How", { exact: true }).selectOption("");
  await page.getByLabel("Bypass governance").check();
  await kept.release();
  assert.equal(await page.getByLabel("Bypass governance").isChecked(), true);
  assert.equal(await page.getByLabel("How", { exact: true }).inputValue(), "");
  await answer(page, "Save");
  await page.waitForFunction(() => !document.querySelector("dialog")?.textContent.includes("GOVERNANCE until"));
  assert.equal((await facts()).lock.mode, null);
  await page.keyboard.press("Escape");

  // What was deleted comes back.
  await page.getByLabel("Select gone.txt").check();
  await press(page, "Delete");
  await toast(page, "1 object deleted");
  await page.waitForSelector(".open:text-is('gone.txt')", { state: "detached" });
  await page.locator(".toast:has-text('1 object deleted')").getByRole("button", { name: "Undo" }).click();
  await page.waitForSelector(".open:text-is('gone.txt')");
  await close();
});

check("a_selection_is_downloaded_as_one_zip", async () => {
  const { call, put } = await api();
  const name = unique("flow");
  await call("POST", "buckets", { name });
  await put(name, "a/one.txt", "one");
  await put(name, "a/two.txt", "two");
  await put(name, "three.txt", "three");
  const { page, close } = await member();
  await go(page, `/bucket?name=${name}`);
  await page.getByLabel("Select a/").check();
  await page.getByLabel("Select three.txt").check();
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Download as ZIP")]);
  const bytes = fs.readFileSync(await download.path());
  assert.equal(bytes.subarray(0, 4).toString("latin1"), "PK\x03\x04");
  for (const key of ["one.txt", "two.txt", "three.txt"]) assert.ok(bytes.includes(key), key);
  await close();
});

check("users_keys_groups_and_policies_are_made_and_changed", async () => {
  const { call } = await api();
  const { page, close } = await member({ expected: [[404, /\/users\/|\/policies\//], [400, /\/policies/]] });
  const name = unique("ada");
  await go(page, "/users?create=1");
  await field(page, "Name").fill(name);
  await field(page, "Password").fill("correct horse battery");
  await answer(page, "Create user");
  await toast(page, `User ${name} created`);
  // Whoever may not look after its own keys is told so in the profile; who may, finds them there.
  const own = await member({ name, password: "correct horse battery", expected: [[403, /\/api\/v1\//]] });
  await go(own.page, "/profile");
  await own.page.locator("section:has(#keys) .notice", { hasText: "You may not do this" }).waitFor();
  await call("PUT", `users/${name}/attached/user`);
  await own.page.reload();
  await own.page.locator("section:has(#keys)").getByText("No keys yet.").waitFor();
  await own.close();
  await press(page, "Create key");
  await field(page, "What it is for").fill("a test");
  await answer(page, "Create key");
  await page.getByText("shown now and never again").waitFor();
  await accessible(page, "key-once");
  const secret = await inDialog(page).getByLabel("Secret key", { exact: true }).inputValue();
  assert.ok(secret.length >= 32);
  // A key too many does not lose it.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  assert.equal(await inDialog(page).getByLabel("Secret key", { exact: true }).inputValue(), secret);
  const [file] = await Promise.all([page.waitForEvent("download"), answer(page, "Download as credentials file")]);
  assert.ok(fs.readFileSync(await file.path(), "utf8").includes(`aws_secret_access_key = ${secret}\n`));
  await answer(page, "I have kept it");
  assert.ok(!(await page.content()).includes(secret), "a secret is shown once");

  await press(page, "Edit");
  const renamed = unique("lovelace");
  await inDialog(page).getByLabel("Name", { exact: true }).fill(renamed);
  await inDialog(page).getByLabel("Boundary").selectOption({ label: "ReadOnlyAccess" });
  await accessible(page, "edit-user");
  await answer(page, "Save");
  await page.waitForSelector(`h1:text-is("${renamed}")`);
  assert.match((await call("GET", `users/${renamed}`)).boundary, /ReadOnlyAccess$/);

  const policy = unique("own");
  await go(page, "/policies");
  await press(page, "Create policy");
  await field(page, "Name").fill(policy);
  const faulty = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resourc: "*" }] };
  await inDialog(page).locator("textarea.code").fill(JSON.stringify(faulty, null, 2));
  await answer(page, "Create policy");
  await page.getByRole("button", { name: "Show line 7" }).click();
  await inDialog(page).locator("textarea.code").fill(JSON.stringify(faulty, null, 2).replace("Resourc", "Resource"));
  await answer(page, "Create policy");
  await page.waitForSelector(`h1:text-is("${policy}")`);
  await page.getByLabel("Requests per second").fill("50");
  await page.locator("section", { hasText: "Largest object" }).last().getByRole("button", { name: "Save" }).click();
  await toast(page, "Limits saved");
  assert.equal((await call("GET", `policies/${policy}/limits`)).requests_per_second, 50);

  await go(page, "/users");
  await page.getByLabel("Filter by name").fill(renamed);
  const line = page.locator("tbody tr", { hasText: renamed });
  await line.filter({ hasText: "by login" }).waitFor();
  assert.equal(await line.locator("td.number").textContent(), "1");

  await go(page, `/user?name=${renamed}`);
  await page.getByText("Last login").waitFor();
  await page.getByLabel("Choose a policy").fill(policy);
  await press(page, "Attach");
  await toast(page, `${policy} attached`);
  await press(page, "Delete user");
  await inDialog(page).locator("input").fill(renamed);
  await answer(page, "Delete user");
  await toast(page, `${renamed} deleted`);
  await close();
});

check("an_account_is_made_and_its_keys_are_looked_after", async () => {
  const { call } = await api();
  const { page, close } = await member({ expected: [[404, /\/accounts\//]] });
  const name = unique("partner");
  await go(page, "/accounts?create=1");
  await inDialog(page).getByRole("textbox", { name: "Name" }).fill(name);
  await inDialog(page).getByRole("textbox", { name: "Email" }).fill("ops@partner.example");
  await answer(page, "Create account");
  await page.getByText("shown now and never again").waitFor();
  const id = await inDialog(page).getByLabel("Access key", { exact: true }).inputValue();
  await answer(page, "I have kept it");
  await page.waitForSelector(`h1:text-is("${name}")`);
  await page.getByRole("button", { name: `Switch off: ${id}` }).click();
  await toast(page, `${id} is switched off`);
  assert.equal((await call("GET", `accounts/${name}/keys`)).items[0].active, false);
  await press(page, "Delete account");
  await inDialog(page).locator("input").fill(name);
  await answer(page, "Delete account");
  await toast(page, `${name} deleted`);
  await assert.rejects(call("GET", `accounts/${name}`), /404/);
  await close();
});

/** The six digits of an authenticator app (RFC 6238). */
function digits(secret, at = Date.now()) {
  const bits = [...secret.replace(/=+$/, "")].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((each) => Number.parseInt(each, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = crypto.createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

check("a_second_factor_is_set_up_used_and_reset", async () => {
  const { call } = await api();
  const name = unique("mfa");
  const password = "correct horse battery";
  await call("POST", "users", { name, password });
  const { page, close } = await member({ name, password, expected: [[401, /\/session$/], [403, /\/api\/v1\//]] });
  await go(page, "/profile");
  await press(page, "Set up second factor");
  await inDialog(page).getByLabel("Password", { exact: true }).fill(password);
  await answer(page, "Go on");
  await page.waitForSelector("svg.qr path");
  await accessible(page, "second-factor");
  const secret = await inDialog(page).getByLabel("Secret", { exact: true }).inputValue();
  // What is asked for next has the focus.
  await page.waitForFunction(() => document.activeElement?.classList.contains("code"));
  await inDialog(page).getByLabel("Code", { exact: true }).fill(digits(secret));
  await answer(page, "Confirm");
  await page.waitForSelector("dialog ol li");
  await accessible(page, "recovery-codes");
  const codes = await page.locator("dialog ol li").allTextContents();
  assert.equal(codes.length, 10);
  // They are not lost by a key too many.
  await page.keyboard.press("Escape");
  await toast(page, "Copy or save the codes first.");
  const [file] = await Promise.all([page.waitForEvent("download"), answer(page, "Save as file")]);
  assert.ok(fs.readFileSync(await file.path(), "utf8").includes(codes[9]));
  await answer(page, "I have kept them");
  await page.getByText("10 recovery codes left").waitFor();
  assert.ok(!(await page.content()).includes(codes[0]), "codes are shown once");
  await press(page, await page.textContent(".who .grow"));
  await answer(page, "Log out");

  await page.fill("input[autocomplete=username]", name);
  await page.fill("input[autocomplete=current-password]", password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("input[autocomplete=one-time-code]");
  await accessible(page, "login-code");
  await page.fill("input[autocomplete=one-time-code]", "000000");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[role=alert]");
  await page.fill("input[autocomplete=one-time-code]", codes[0]);
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav ul");
  await go(page, "/profile");
  await page.getByText("9 recovery codes left").waitFor();
  await close();

  const root = await member();
  await go(root.page, `/user?name=${name}`);
  await press(root.page, "Reset second factor");
  await answer(root.page, "Reset second factor");
  await toast(root.page, "Second factor reset");
  assert.equal((await call("GET", `users/${name}`)).second_factor, false);
  await root.close();
});

check("service_tokens_are_shown_once_and_sessions_can_be_ended", async () => {
  const { call } = await api();
  const name = unique("bot");
  const password = "correct horse battery";
  await call("POST", "users", { name, password });
  const options = { name, password, expected: [[403, /\/api\/v1\//], [401, /\/api\/v1\//]] };
  const { page, close } = await member(options);
  await go(page, "/profile");
  await press(page, "Create token");
  await field(page, "What it is for").fill("a test");
  await answer(page, "Create token");
  const token = await inDialog(page).getByLabel("Token", { exact: true }).inputValue();
  assert.match(token, /^cairn_/);
  await accessible(page, "token-once");
  await answer(page, "I have kept it");
  assert.ok(!(await page.content()).includes(token), "a token is shown once");
  const asks = async () => (await fetch(`${CONSOLE}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await asks(), 200);
  await page.getByRole("button", { name: "Delete token: a test" }).click();
  await answer(page, "Delete token");
  await toast(page, "a test deleted");
  assert.equal(await asks(), 401);

  const other = await member(options);
  await go(page, "/buckets");
  await go(page, "/profile");
  await page.getByRole("button", { name: /^End: / }).click();
  await toast(page, "Session ended");
  await go(other.page, "/profile");
  await other.page.waitForSelector("input[autocomplete=username]");
  await other.close();
  await close();
});

check("encryption_keys_are_made_rotated_and_switched_off_and_on", async () => {
  const { call, put } = await api();
  const bucket = unique("sealed");
  const id = unique("team/photos");
  const { page, close } = await member({ expected: [[409, /\/kms\/keys$/]] });
  await go(page, "/encryption?create=1");
  const name = inDialog(page).getByLabel("Name", { exact: true });
  await name.fill("two words");
  await page.getByText("Only letters, digits and").waitFor();
  await name.fill(id);
  await answer(page, "Create encryption key");
  await toast(page, `Key ${id} created`);
  await page.locator("dialog h2", { hasText: id }).waitFor();
  await page.getByRole("button", { name: "Rotate", exact: true }).waitFor();
  assert.equal((await call("GET", `kms/keys/${encodeURIComponent(id)}`)).state, "enabled");

  // The settings of a bucket name it; what is stored there opens while it is enabled.
  await call("POST", "buckets", { name: bucket });
  await call("PUT", `buckets/${bucket}/config/encryption`, { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: id } }] });
  await put(bucket, "note.txt", "a secret");
  const read = () => call("GET", `s3/${bucket}/note.txt`);
  await answer(page, "Rotate");
  await answer(page, "Rotate");
  await toast(page, `Version 2 of ${id} wraps from now on`);
  assert.equal((await call("GET", `kms/keys/${encodeURIComponent(id)}`)).versions, 2);
  assert.equal(await read(), "a secret");
  await answer(page, "Disable");
  await inDialog(page).locator("input").fill(id);
  await answer(page, "Disable");
  await toast(page, `${id} is disabled`);
  await page.getByRole("button", { name: "Enable", exact: true }).waitFor();
  await assert.rejects(read(), /KMS.DisabledException/);
  await answer(page, "Enable");
  await toast(page, `${id} is enabled`);
  await page.getByRole("button", { name: "Disable", exact: true }).waitFor();
  assert.equal(await read(), "a secret");

  // The same name again is refused at its field, and another one can be typed at once.
  await go(page, "/encryption?create=1");
  await name.fill(id);
  await answer(page, "Create encryption key");
  await inDialog(page).locator(".error[role=alert]").waitFor();
  await accessible(page, "encryption-taken");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill(id);
  await page.getByRole("option", { name: id }).click();
  await page.locator("dialog h2", { hasText: id }).waitFor();
  await close();

  // Who may not list them is not led there.
  const user = unique("nokeys");
  await call("POST", "users", { name: user, password: "correct horse battery" });
  const other = await member({ name: user, password: "correct horse battery", expected: [[403, /\/api\/v1\//]] });
  await settled(other.page);
  assert.equal(await other.page.locator("nav a[href$='/encryption']").count(), 0);
  await other.close();
});

check("the_audit_log_is_exported_and_harmless_in_a_spreadsheet", async () => {
  const { call } = await api();
  const name = unique("=1+1@export");
  await call("POST", "users", { name });
  const { page, close } = await member();
  await go(page, "/audit");
  const exported = async (button) => {
    const [file] = await Promise.all([page.waitForEvent("download"), press(page, button)]);
    return { name: file.suggestedFilename(), text: fs.readFileSync(await file.path(), "utf8") };
  };
  const lines = await exported("Export as NDJSON");
  assert.match(lines.name, /^cairn-audit-[\d-]+\.ndjson$/);
  assert.ok(lines.text.trim().split("\n").map((line) => JSON.parse(line)).some((entry) => entry.target === name));
  const table = await exported("Export as CSV");
  assert.match(table.name, /\.csv$/);
  assert.ok(table.text.startsWith("\ufefftime,who,credential,from,action,target,outcome,status,error,request_id,signed_with\r\n"), table.text.slice(0, 100));
  assert.ok(table.text.includes(`,CreateUser,'${name},done,`), "no cell begins with a formula");
  await close();
});

check("what_few_need_can_be_done_as_well", async () => {
  const { call } = await api();
  // A look at the old name may be under way while it changes.
  const { page, close } = await member({ expected: [[400, /\/keys$/], [404, /\/groups\//]] });
  const further = () => inDialog(page).getByText("Further options").click();
  const name = unique("robot");
  await go(page, "/users?create=1");
  await field(page, "Name").fill(name);
  await further();
  await field(page, "Path").fill("/teams/red/");
  await field(page, "Tags").fill("team=red\nteam=blue");
  await inDialog(page).getByText("no name comes twice").waitFor();
  await field(page, "Tags").fill("team=red\ncost centre=7");
  await inDialog(page).getByLabel("Boundary").selectOption({ label: "ReadOnlyAccess" });
  await accessible(page, "user-further");
  await answer(page, "Create user");
  await page.waitForSelector(`h1:text-is("${name}")`);
  const made = await call("GET", `users/${name}`);
  assert.deepEqual([made.path, made.tags], ["/teams/red/", { team: "red", "cost centre": "7" }]);
  assert.match(made.boundary, /ReadOnlyAccess$/);
  await page.locator('section[aria-labelledby="tags"] dd', { hasText: "7" }).waitFor();

  await press(page, "Edit");
  await field(page, "Path").fill("/teams/blue/");
  await answer(page, "Save");
  await toast(page, `${name} saved`);
  assert.equal((await call("GET", `users/${name}`)).path, "/teams/blue/");

  await press(page, "Create token");
  await inDialog(page).getByText(`can do all that ${name} may`).waitFor();
  await field(page, "What it is for").fill("nightly");
  await answer(page, "Create token");
  assert.match(await inDialog(page).getByLabel("Token", { exact: true }).inputValue(), /^cairn_/);
  await answer(page, "I have kept it");
  assert.deepEqual((await call("GET", `users/${name}/tokens`)).items.map((each) => each.name), ["nightly"]);

  // A key that is narrowed, and one that is taken over.
  await press(page, "Create key");
  await inDialog(page).getByLabel("Allow less than its holder may").check();
  await further();
  const id = `TAKENOVER${process.pid}${Date.now() % 100000}`;
  await field(page, "Access key").fill(id);
  await inDialog(page).getByText("goes with a secret").waitFor();
  // What the server refuses is seen, however long the form.
  await field(page, "Secret key").fill("two words");
  await answer(page, "Create key");
  await inDialog(page).locator("[role=alert]").waitFor();
  await accessible(page, "key-further");
  await field(page, "Secret key").fill("a-secret-from-elsewhere");
  await answer(page, "Create key");
  await page.getByText("shown now and never again").waitFor();
  await answer(page, "I have kept it");
  const [key] = (await call("GET", `users/${name}/keys`)).items;
  assert.deepEqual([key.id, key.restricted], [id, true]);

  const group = unique("crew");
  await call("POST", "groups", { name: group });
  await go(page, `/group?name=${group}`);
  await press(page, "Edit");
  const renamed = unique("crew");
  await field(page, "Name").fill(renamed);
  await field(page, "Path").fill("/teams/");
  await answer(page, "Save");
  await page.waitForSelector(`h1:text-is("${renamed}")`);
  assert.equal((await call("GET", `groups/${renamed}`)).path, "/teams/");

  // A condition that holds only for who is told so.
  const document = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } }] };
  await call("PATCH", `users/${name}`, { boundary: "" });
  await call("PUT", `users/${name}/policies/from-there`, document);
  await go(page, `/simulator?principal=${name}`);
  await field(page, "Actions").fill("s3:GetObject");
  await page.getByText("Further options").click();
  for (const [address, decision] of [["192.0.2.7", "Allowed"], ["198.51.100.7", "Not allowed by anything"]]) {
    await field(page, "What conditions are told").fill(`aws:SourceIp=${address}`);
    await press(page, "Ask");
    await page.locator("tbody .badge", { hasText: decision }).first().waitFor();
  }
  await accessible(page, "simulator-context");
  await close();
});

check("settings_and_the_audit_log_speak_the_language_of_their_reader", async () => {
  const { call } = await api();
  const name = unique("gruppe");
  await call("POST", "groups", { name });
  const { page, close } = await member({ locale: "de-DE" });
  await go(page, "/settings");
  // By words of either language.
  for (const words of ["Region, für die", "that clients sign for"]) {
    await page.getByLabel("Einstellungen durchsuchen").fill(words);
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    await page.getByText("Region, für die Clients unterschreiben.").waitFor();
  }
  await go(page, "/audit");
  const entry = page.locator("tbody tr", { hasText: name }).first();
  await entry.getByText("Gruppe anlegen").waitFor();
  await entry.locator(".when").click();
  await page.locator(".more dd:text-is('CreateGroup')").waitFor();
  await close();
});

check("jobs_run_and_settings_are_found", async () => {
  const { page, close } = await member({ expected: [[400, /\/jobs$/], [409, /\/jobs$/]] });
  await go(page, "/jobs?start=1");
  await inDialog(page).getByRole("radio", { name: /^Check/ }).check();
  await answer(page, "Start a job");
  await page.waitForSelector("dialog", { state: "detached" });
  await page.locator("article:has-text('Check') .badge.good:text-is('done')").waitFor();
  const to = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "cairn-browser-")), "backup");
  await go(page, "/jobs?start=1");
  await inDialog(page).getByRole("radio", { name: /^Backup/ }).check();
  await inDialog(page).getByRole("textbox", { name: "Folder" }).fill(to);
  await answer(page, "Start a job");
  await page.locator("article:has-text('Backup') .badge.good:text-is('done')").waitFor();
  await accessible(page, "jobs-done");
  fs.rmSync(path.dirname(to), { recursive: true });
  // The rules of one bucket alone, and what the server has counted by then.
  const { call } = await api();
  const name = unique("aging");
  await call("POST", "buckets", { name });
  await call("PUT", `buckets/${name}/config/lifecycle`, { Rules: [{ ID: "old", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 7 } }] });
  await go(page, "/jobs?start=1");
  await inDialog(page).getByRole("radio", { name: /^Lifecycle/ }).check();
  await inDialog(page).getByLabel("Bucket", { exact: true }).selectOption(name);
  await answer(page, "Start a job");
  await page.locator("article:has-text('Lifecycle') .badge.good:text-is('done')").waitFor();
  await go(page, "/");
  await page.getByText(/^[\d,]+ requests? of S3, .* in, .* out$/).waitFor();
  await go(page, "/settings");
  await page.getByLabel("Search settings").fill("root password");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length > 0 && document.querySelectorAll("tbody tr").length < 6);
  assert.ok(!(await page.content()).includes(process.env.CAIRN_TEST_PASSWORD), "no secret is sent");
  await close();
});

void main();
