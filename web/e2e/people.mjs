// Drives the pages of workers, profile, admin, comparison and the wizard in a real browser against a running product.
// Called with a signed-in page: `run(page, product)`; `product` has `url`, `model` (path of a model_def.py),
// `shards` (paths of zips), `shot(name)` that takes a picture, and `check(condition, what)`.

/** Each page's walk, in the order in which they build on each other. */
export const walks = { wizard, workers, profile, admin, compare };

/** Walks through all pages; every step is a thing that a person does. */
export async function run(page, product) {
  for (const walk of Object.values(walks)) await walk(page, product);
}

async function wizard(page, { url, model, shards, shot, check }) {
  for (const [at, rate] of ["0.05", "0.01"].entries()) {
    await page.goto(`${url}/dashboard/jobs/new`);
    await page.getByLabel("Name of the job").fill(`wizard ${at + 1}`);
    await page.locator(".monaco-editor").waitFor();
    const [code, data] = [page.locator('input[type="file"]').nth(0), page.locator('input[type="file"]').nth(1)];
    await code.setInputFiles(model);
    await data.setInputFiles(shards);
    await page.getByLabel("Rounds", { exact: true }).fill("3");
    await page.getByLabel("Learning rate").fill(rate);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText(/Ready to be sent/).waitFor();
    const python = await page.getByLabel("The same job in Python", { exact: true }).textContent();
    check(python.includes("DigitsNet") && python.includes("num_rounds=3"), "the same job as Python");
    await shot("wizard");
    await page.getByRole("button", { name: "Submit the job" }).click();
    await page.waitForURL(/jobs\/job_/, { timeout: 60_000 });
  }
}

async function workers(page, { url, shot, check }) {
  await page.goto(`${url}/dashboard/workers`);
  await page.getByRole("table", { name: "workers" }).waitFor();
  await page.getByRole("button", { name: "Make a line to join" }).click();
  const line = await page.getByLabel("The line that joins a machine", { exact: true }).textContent();
  check(/rwt_\S+' > roundelay-token.*join\.sh' \| sh -s -- --token-file/.test(line), "a line with a fresh token");
  await shot("workers");
  const link = page.getByRole("table", { name: "workers" }).getByRole("link").first();
  const name = await link.textContent();
  await link.click();
  const drawer = page.getByRole("dialog", { name, exact: true });
  await drawer.getByLabel("Labels").fill("room=4");
  await drawer.getByRole("button", { name: "Save" }).click();
  await page.getByText("room=4").first().waitFor();
  await drawer.getByRole("button", { name: "Drain" }).click();
  await page
    .getByRole("dialog", { name: `Drain ${name}?` })
    .getByRole("button", { name: "Drain" })
    .click();
  await drawer.getByRole("button", { name: "Undrain" }).waitFor();
  await shot("worker");
  await drawer.getByRole("button", { name: "Undrain" }).click();
  await page
    .getByRole("dialog", { name: `Give ${name} work again?` })
    .getByRole("button", { name: "Undrain" })
    .click();
  await drawer.getByRole("button", { name: "Drain", exact: true }).waitFor();
}

async function profile(page, { url, shot, check }) {
  await page.goto(`${url}/profile`);
  await page.getByRole("button", { name: "Rotate key" }).click();
  await page.getByRole("button", { name: "Rotate the key" }).click();
  const secret = await page.getByLabel("Secret access key", { exact: true }).textContent();
  const block = await page.getByLabel("Settings for Environment", { exact: true }).textContent();
  check(secret.length > 20 && block.includes(secret), "an env block with the new secret");
  await page.getByLabel("Name of a new key").fill("laptop");
  await page.getByRole("button", { name: "Mint a key" }).click();
  const key = await page.getByLabel("API key", { exact: true }).textContent();
  check(key.startsWith("rsk_live_"), "a new API key");
  await shot("profile");
  const row = page.getByRole("row", { name: /laptop/ });
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await row.waitFor({ state: "detached" });
}

async function admin(page, { url, shot, check }) {
  await page.goto(`${url}/admin`);
  await page.getByRole("button", { name: "New user" }).click();
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel("Storage quota in GB").fill("5");
  await page.getByRole("button", { name: "Create the user" }).click();
  const password = await page.getByLabel("Password of ada@example.org", { exact: true }).textContent();
  check(password.length >= 12, "a generated password");
  await page.getByLabel("Filter the audit log").fill("user_created");
  await page.waitForURL(/q=user_created/);
  await page.getByText("1 audit entry").waitFor();
  await shot("admin");
}

async function compare(page, { url, shot, check }) {
  await page.goto(`${url}/dashboard/jobs`);
  await page.getByLabel("Choose wizard 1").check();
  await page.getByLabel("Choose wizard 2").check();
  await page.getByRole("link", { name: "Compare 2 jobs" }).click();
  await page
    .getByRole("table", { name: "Final and best metrics" })
    .getByText(/best .* in round/)
    .first()
    .waitFor({ timeout: 180_000 });
  const differing = await page.getByRole("table", { name: "Configuration that differs" }).textContent();
  check(differing.includes("Learning rate") && !differing.includes("Batch size"), "only what differs");
  await page.locator("canvas").first().waitFor();
  await shot("compare");
}
