import { createBrowserRouter, redirect } from "react-router";
import { root } from "../api/root";
import { BrokenPage } from "./BrokenPage";
import { NotFoundPage } from "./NotFoundPage";
import { RequireSession } from "./RequireSession";
import { Shell } from "./Shell";

const FIRST = "/dashboard/jobs";

/** Makes the table of pages. Each page's code is loaded when it is first opened. */
export function makeRouter() {
  return createBrowserRouter(
    [
      { path: "/", loader: () => redirect(FIRST) },
      { path: "/login", lazy: async () => ({ Component: (await import("../features/session")).SignInPage }) },
      {
        Component: RequireSession,
        errorElement: <BrokenPage />,
        children: [
          {
            Component: Shell,
            children: [
              {
                // A page that breaks leaves the navigation standing.
                errorElement: <BrokenPage />,
                children: [
                  { path: "/dashboard", loader: () => redirect(FIRST) },
                  {
                    path: "/dashboard/jobs",
                    lazy: async () => ({ Component: (await import("../features/jobs")).JobsPage }),
                  },
                  {
                    path: "/dashboard/files",
                    lazy: async () => ({ Component: (await import("../features/files")).FilesPage }),
                  },
                  { path: "*", Component: NotFoundPage },
                ],
              },
            ],
          },
        ],
      },
    ],
    { basename: root || "/" },
  );
}
