// Policies by their versions and by who has them, what accounts without a number hold, and names that
// are found among many by typing.
"use strict";

const { NARROW, assert, check, member, routed, go, settled, toast, drawn, keepBack, accessible, uncut, api, unique, main } = require("./browser.js");

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const inDialog = (page) => page.locator("dialog[open]").last();
const answer = (page, name) => inDialog(page).getByRole("button", { name, exact: true }).click();
const part = (page, id) => page.locator(`section[aria-labelledby="${id}"]`);
const document = (...actions) => ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "arn:aws:s3:::photos/*" }] });
const LOOKS = [
  ["wide-light", {}],
  ["narrow-dark", { size: NARROW, scheme: "dark", locale: "de-DE" }],
];

check("nobody_undoes_what_somebody_else_has_saved_meanwhile", async () => {
  const { call } = await api();
  const name = unique("shared");
  const stored = async () => (await call("GET", `policies/${name}`)).document.Statement[0].Action;
  await call("POST", "policies", { name, document: document("s3:GetObject") });
  const { page, close } = await member();
  await go(page, `/policy?name=${name}`);
  await page.locator("textarea.code").fill(JSON.stringify(document("s3:PutObject"), null, 2));
  await call("PUT", `policies/${name}`, { document: document("s3:DeleteObject") });
  const save = page.locator("section.card", { has: page.locator("textarea.code") }).getByRole("button", { name: "Save" });
  await save.click();
  await page.locator(".notice", { hasText: "has changed since" }).waitFor();
  assert.deepEqual(await stored(), ["s3:DeleteObject"]);
  assert.match(await page.locator("textarea.code").inputValue(), /PutObject/);
  await accessible(page, "policy-moved");
  // Who has been told may still want his own.
  await save.click();
  await toast(page, `${name} saved`);
  assert.deepEqual(await stored(), ["s3:PutObject"]);
  assert.equal(await page.locator(".notice", { hasText: "has changed since" }).count(), 0);

  // A policy inside of a user.
  const user = unique("edited");
  await call("POST", "users", { name: user });
  const inside = `users/${user}/policies/own`;
  await call("PUT", inside, document("s3:GetObject"));
  await go(page, `/user?name=${user}`);
  await press(page, "own");
  // Filling is marking and typing: what comes between the two would stand beside what is typed.
  await page.waitForFunction(() => globalThis.document.querySelector("dialog[open] textarea.code")?.value.includes("s3:GetObject"));
  await inDialog(page).locator("textarea.code").fill(JSON.stringify(document("s3:PutObject"), null, 2));
  await call("PUT", inside, document("s3:DeleteObject"));
  await answer(page, "Save");
  await inDialog(page).locator(".notice", { hasText: "has changed since" }).waitFor();
  assert.deepEqual((await call("GET", inside)).Statement[0].Action, ["s3:DeleteObject"]);
  await answer(page, "Save");
  await toast(page, "own saved");
  assert.deepEqual((await call("GET", inside)).Statement[0].Action, ["s3:PutObject"]);
  await close();
});

check("policy_versions_are_looked_at_compared_and_brought_back", async () => {
  const { call } = await api();
  const name = unique("aged");
  await call("POST", "policies", { name, document: document("s3:GetObject") });
  const { page, close } = await member();
  await go(page, `/policy?name=${name}`);
  const versions = part(page, "versions");
  await versions.locator("li", { hasText: "Version 1" }).locator(".badge", { hasText: "In force" }).waitFor();

  // What is saved here is one more, and in force.
  await page.locator("textarea.code").fill(JSON.stringify(document("s3:GetObject", "s3:PutObject"), null, 2));
  await page.locator("section.card", { has: page.locator("textarea.code") }).getByRole("button", { name: "Save" }).click();
  await toast(page, `${name} saved`);
  await versions.locator("li", { hasText: "Version 2" }).locator(".badge", { hasText: "In force" }).waitFor();

  await versions.getByRole("button", { name: "Version 2" }).click();
  await inDialog(page).locator("pre:has-text('s3:PutObject')").waitFor();
  assert.equal(await inDialog(page).getByRole("button", { name: "Put this version in force" }).count(), 0, "it is in force");
  await page.keyboard.press("Escape");
  await versions.getByRole("button", { name: "Version 1" }).click();
  await inDialog(page).locator(".line:not(.same) .left", { hasText: "s3:PutObject" }).waitFor();
  await accessible(page, "policy-version");
  await answer(page, "Put this version in force");
  await toast(page, "Version 1 is in force");
  await versions.locator("li", { hasText: "Version 1" }).locator(".badge").waitFor();
  assert.deepEqual((await call("GET", `policies/${name}`)).document, document("s3:GetObject"));
  // The document that can be edited is the one in force.
  await page.waitForFunction(() => !globalThis.document.querySelector("textarea.code").value.includes("PutObject"));

  await page.locator(".toast", { hasText: "Version 1 is in force" }).getByRole("button", { name: "Undo" }).click();
  await toast(page, "Version 2 is in force");
  assert.equal((await call("GET", `policies/${name}`)).version, 2);

  // What somebody is typing stays when another version is put in force meanwhile.
  const typed = JSON.stringify(document("s3:DeleteObject"), null, 2);
  await page.locator("textarea.code").fill(typed);
  await versions.getByRole("button", { name: "Version 1" }).click();
  await answer(page, "Put this version in force");
  await toast(page, "Version 1 is in force");
  assert.equal(await page.locator("textarea.code").inputValue(), typed);
  await close();

  for (const [look, options] of LOOKS) {
    const here = await member(options);
    await go(here.page, `/policy?name=${name}`);
    await accessible(here.page, `policy-with-versions-${look}`);
    await go(here.page, `/policy?name=${name}&version=2`);
    await inDialog(here.page).locator(".diff").waitFor();
    await accessible(here.page, `policy-version-${look}`);
    await uncut(here.page, `policy-version-${look}`);
    await here.close();
  }
});

check("a_policy_tells_who_has_it", async () => {
  const { call } = await api();
  const [name, user, group, account, bounded] = ["shared", "anna", "crew", "partner", "bert"].map(unique);
  await call("POST", "policies", { name, document: document("s3:GetObject") });
  const { page, close } = await member();
  await go(page, `/policy?name=${name}`);
  await part(page, "uses").getByText("Nobody has this policy").waitFor();
  await call("POST", "users", { name: user });
  await call("POST", "groups", { name: group });
  await call("POST", "accounts", { name: account });
  const { arn } = await call("GET", `policies/${name}`);
  await call("POST", "users", { name: bounded, boundary: arn });
  for (const place of [`users/${user}`, `groups/${group}`, `accounts/${account}`]) await call("PUT", `${place}/attached/${name}`);
  await page.reload();
  await settled(page);
  const rows = part(page, "uses").locator("li");
  await rows.filter({ hasText: bounded }).getByText("as boundary").waitFor();
  assert.equal(await rows.count(), 4);
  for (const [look, options] of LOOKS) {
    const here = await member(options);
    await go(here.page, `/policy?name=${name}`);
    await part(here.page, "uses").locator("li", { hasText: account }).waitFor();
    await accessible(here.page, `policy-uses-${look}`);
    await here.close();
  }
  for (const each of [user, group, account]) {
    await go(page, `/policy?name=${name}`);
    await rows.getByRole("link", { name: each }).click();
    await page.waitForSelector(`h1:text-is("${each}")`);
  }
  await close();
});

check("an_account_holds_policies_and_tells_what_it_may", async () => {
  const { call } = await api();
  const [account, policy] = [unique("partner"), unique("theirs")];
  await call("POST", "accounts", { name: account });
  await call("POST", "policies", { name: policy, document: document("s3:GetObject") });
  const { page, close } = await member();
  await go(page, `/account?name=${account}`);
  await page.getByLabel("Choose a policy").fill(policy);
  await press(page, "Attach");
  await toast(page, `${policy} attached`);
  assert.deepEqual((await call("GET", `accounts/${account}`)).attached_policies.map((each) => each.name), [policy]);
  await page.reload();
  await settled(page);
  await part(page, "permissions").locator("td", { hasText: "s3:GetObject" }).waitFor();

  // One inside of it, as users have them.
  await press(page, "Write one");
  await inDialog(page).getByLabel("Name", { exact: true }).fill("inside");
  await inDialog(page).locator("textarea.code").fill(JSON.stringify(document("s3:PutObject"), null, 2));
  await answer(page, "Save");
  await toast(page, "inside saved");
  await part(page, "held").getByRole("button", { name: "inside", exact: true }).click();
  await page.waitForFunction(() => globalThis.document.querySelector("dialog[open] textarea.code")?.value.includes("s3:PutObject"));
  await page.keyboard.press("Escape");
  assert.deepEqual((await call("GET", `accounts/${account}`)).policies, ["inside"]);

  await press(page, "Set password");
  await inDialog(page).getByLabel("Password", { exact: true }).fill("correct horse battery");
  await answer(page, "Save");
  await toast(page, "Password set");
  await page.getByText("Logs in with a password").waitFor();
  await api(account, "correct horse battery");
  await press(page, "Take password away");
  await answer(page, "Take password away");
  await toast(page, "Password taken away");

  for (const [look, options] of LOOKS) {
    const here = await member(options);
    await go(here.page, `/account?name=${account}`);
    await accessible(here.page, `account-with-policies-${look}`);
    const { width } = await part(here.page, "held").getByRole("combobox").boundingBox();
    assert.ok(width >= 180, `one can type into a field of ${width} pixels`);
    await here.close();
  }
  await press(page, `Detach ${policy}`);
  await toast(page, `${policy} detached`);
  assert.deepEqual((await call("GET", `accounts/${account}`)).attached_policies, []);
  // The root of an account with a number may do everything in it.
  const whole = unique("whole");
  await call("POST", "accounts", { name: whole, number: String(100000000000 + (Date.now() % 800000000000)) });
  await go(page, `/account?name=${whole}`);
  await page.getByRole("button", { name: "Delete account" }).waitFor();
  assert.equal(await part(page, "held").count(), 0);
  await close();
});

check("a_user_is_suspended_and_let_in_again_and_its_tags_change", async () => {
  const { call } = await api();
  const [name, password] = [unique("leaver"), "correct horse battery"];
  await call("POST", "users", { name, password, tags: { team: "red", "a=b": "c" } });
  const theirs = await member({ name, password, expected: [[401, /\/api\/v1\//], [403, /\/api\/v1\//]] });
  const { page, close } = await member();
  await go(page, `/user?name=${name}`);
  await press(page, "Suspend");
  await answer(page, "Suspend");
  await toast(page, `${name} is suspended`);
  await page.getByText("nobody gets in as this user").waitFor();
  assert.ok((await call("GET", `users/${name}`)).suspended);
  // Who was logged in is out, and is told why when it shows its password.
  await theirs.page.reload();
  await theirs.page.fill("input[autocomplete=username]", name);
  await theirs.page.fill("input[autocomplete=current-password]", password);
  await theirs.page.keyboard.press("Enter");
  await theirs.page.locator("[role=alert]", { hasText: "This user is suspended" }).waitFor();
  await accessible(theirs.page, "login-suspended");
  await theirs.close();
  for (const [look, options] of LOOKS) {
    const here = await member(options);
    await go(here.page, `/user?name=${name}`);
    await accessible(here.page, `user-suspended-${look}`);
    await go(here.page, "/users");
    await here.page.locator("tr", { hasText: name }).locator(".badge.warn").waitFor();
    await accessible(here.page, `users-suspended-${look}`);
    await uncut(here.page, `users-suspended-${look}`);
    await here.close();
  }
  await press(page, "Let in again");
  await toast(page, `${name} is let in again`);
  await page.getByText("nobody gets in as this user").waitFor({ state: "detached" });
  await api(name, password);

  const tags = part(page, "tags");
  await tags.getByRole("button", { name: "Edit tags" }).click();
  const value = (at) => tags.getByLabel("Value", { exact: true }).nth(at);
  await tags.getByRole("button", { name: "Remove a=b" }).click();
  await value(0).fill("blue");
  // What somebody else adds meanwhile stays, and is no reason to lose what is being typed.
  await call("PATCH", `users/${name}`, { tags: { meanwhile: "1" } });
  await page.waitForResponse(async (response) => response.url().endsWith(`/users/${name}`) && response.request().method() === "GET" && (await response.json()).tags.meanwhile === "1");
  await drawn(page);
  assert.equal(await value(0).inputValue(), "blue");
  await tags.getByRole("button", { name: "Save" }).click();
  await toast(page, "Tags saved");
  assert.deepEqual((await call("GET", `users/${name}`)).tags, { meanwhile: "1", team: "blue" });
  await tags.locator("dd", { hasText: "blue" }).waitFor();
  await close();
});

check("names_among_many_are_found_by_typing", async () => {
  const { call } = await api();
  const [word, group] = [unique("crowd"), unique("crew")];
  const names = Array.from({ length: 12 }, (_, at) => `${word}-${String(at).padStart(2, "0")}`);
  for (const name of names) await call("POST", "users", { name });
  await call("POST", "groups", { name: group });
  await call("PUT", `groups/${group}/members/${names[0]}`);
  const { page, close } = await routed({ expected: [[404, /\/members\//]] });
  await go(page, `/group?name=${group}`);
  const field = page.getByLabel("Choose a user", { exact: true }).first();
  const options = page.locator(`section[aria-labelledby="members"] [role=option]`);
  await field.fill(word.toUpperCase());
  // Who is in it already is not suggested. Those of the empty field may stand there before.
  await page.waitForFunction((wanted) => {
    const seen = [...document.querySelectorAll('section[aria-labelledby="members"] [role=option]')].map((each) => each.textContent);
    return JSON.stringify(seen) === JSON.stringify(wanted);
  }, names.slice(1, 9));
  await accessible(page, "suggestions");
  await field.press("ArrowDown");
  await field.press("ArrowDown");
  // The page looks at the group again: what is marked stays so.
  await page.waitForResponse(new RegExp(`/groups/${group}$`));
  await page.waitForTimeout(600);
  await field.press("Enter");
  assert.equal(await field.inputValue(), names[2]);
  await press(page, "Add");
  await toast(page, `${names[2]} is in ${group} now`);
  await field.fill(names[11]);
  await options.first().waitFor({ state: "hidden" });
  await field.press("Enter");
  await toast(page, `${names[11]} is in ${group} now`);
  assert.deepEqual((await call("GET", `groups/${group}`)).members.map((each) => each.name).sort(), [names[0], names[2], names[11]]);

  // An answer that comes late suggests, and takes nothing back of what was typed since.
  const late = await keepBack(page, /\/api\/v1\/users\?/);
  await field.fill(word);
  await late.release();
  await options.first().waitFor();
  await field.press("Escape");
  await options.first().waitFor({ state: "hidden" });
  assert.equal(await field.inputValue(), word);
  await field.fill("nobody-of-that-name");
  await press(page, "Add");
  await page.locator(".toast", { hasText: "nobody-of-that-name" }).waitFor();

  // Whom a bucket counts for.
  const bucket = unique("counted");
  await call("POST", "buckets", { name: bucket });
  await go(page, `/bucket?name=${bucket}&tab=settings`);
  const holder = page.getByLabel("User", { exact: true });
  await holder.fill(`${word}-03`);
  const form = page.locator("form", { has: holder });
  await form.getByRole("button", { name: "Save" }).click();
  await toast(page, "Saved");
  await page.locator(".toast", { hasText: "Saved" }).getByRole("button", { name: "Close" }).click();
  assert.equal((await call("GET", `buckets/${bucket}`)).counts_for, names[3]);
  await holder.fill("");
  await form.getByRole("button", { name: "Save" }).click();
  await toast(page, "Saved");
  assert.equal((await call("GET", `buckets/${bucket}`)).counts_for, null);
  await close();
});

void main();
