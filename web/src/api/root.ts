/** The path under which a proxy serves the product, without a slash at its end; empty at the root of a host. */
export const root: string = document.querySelector('meta[name="roundelay-root"]')?.getAttribute("content") ?? "";
