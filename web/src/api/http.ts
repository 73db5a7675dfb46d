import { reportConnection } from "./connection";
import { root } from "./root";

/** An error of the API as people see it: what, where, what to do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null,
    readonly requestId: string | null,
    readonly details: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

let csrfToken: string | null = null;
let signedOut: () => void = () => undefined;

/** Sets the token that every changing call of this session carries. */
export function rememberCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Names who is told that the session has ended. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Builds the address of a route, leaving out what is not set. */
export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return root + path + (text ? "?" + text : "");
}

interface Sending {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request and returns its answer, which is a success.
 *
 * @throws ApiError for every other one, `code` "unreachable" if there was none
 */
export async function send(url: string, sending: Sending = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...sending.headers };
  const method = sending.method ?? "GET";
  if (method !== "GET" && csrfToken) headers["X-CSRF-Token"] = csrfToken;
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (sending.signal) init.signal = sending.signal;
  if (sending.json !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(sending.json);
  } else if (sending.body !== undefined) {
    init.body = sending.body;
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (sending.signal?.aborted) throw error;
    throw unreachable();
  }
  return successOf(response);
}

/** Gets JSON. */
export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await (await send(address(path, query), { signal })).json()) as T;
}

/** Sends JSON and returns what came back, undefined for an answer without a body. */
export async function change<T>(method: string, path: string, json?: unknown, query?: Query): Promise<T> {
  const response = await send(address(path, query), json === undefined ? { method } : { method, json });
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Puts bytes and tells how many of them have left: what `fetch` cannot tell.
 *
 * @throws ApiError for every answer that is no success, `code` "unreachable" if there was none
 */
export function sendWithProgress(
  url: string,
  bytes: Blob,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("PUT", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    if (csrfToken) request.setRequestHeader("X-CSRF-Token", csrfToken);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      const response = new Response(request.status === 204 ? null : request.responseText, {
        status: request.status,
        headers: { "X-Request-Id": request.getResponseHeader("X-Request-Id") ?? "" },
      });
      successOf(response).then(() => resolve(), reject);
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(signal.reason as Error);
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    request.send(bytes);
  });
}

async function successOf(response: Response): Promise<Response> {
  // 502 to 504 are a proxy's or a standby's word that the active server is away.
  reportConnection(response.status < 502 || response.status > 504);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && problem.code !== "bad_credentials") signedOut();
  throw problem;
}

function unreachable(): ApiError {
  reportConnection(false);
  const hint = "It may be starting again; this page tries on.";
  return new ApiError(0, "unreachable", "The server does not answer.", hint, null, {});
}

async function problemOf(response: Response): Promise<ApiError> {
  const id = response.headers.get("X-Request-Id");
  try {
    const body = (await response.json()) as Record<string, unknown>;
    return new ApiError(
      response.status,
      String(body["code"] ?? "unknown"),
      String(body["message"] ?? response.statusText),
      typeof body["hint"] === "string" && body["hint"] ? body["hint"] : null,
      typeof body["requestId"] === "string" ? body["requestId"] : id,
      (body["details"] as Record<string, unknown> | undefined) ?? {},
    );
  } catch {
    return new ApiError(response.status, "unknown", `The server answered ${response.status}.`, null, id, {});
  }
}
