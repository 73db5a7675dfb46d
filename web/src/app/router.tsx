import { createBrowserRouter, redirect } from "react-router";
import { root } from "../api/root";
import { AdminOnly } from "./AdminOnly";
import { BrokenPage } from "./BrokenPage";
import { NotFoundPage } from "./NotFoundPage";
import { RequireSession } from "./RequireSession";
import { Shell } from "./Shell";

const FIRST = "/dashboard/jobs";

/** Makes the table of pages. Each page's code is loaded when it is first opened. */
export function makeRouter() {
  return createBrowserRouter(
    [
      // Nothing is shown while a page's code comes: it is there in an instant, or the error is.
      { path: "/", loader: () => redirect(FIRST), HydrateFallback: Nothing },
      {
        path: "/login",
        HydrateFallback: Nothing,
        lazy: async () => ({ Component: (await import("../features/session")).SignInPage }),
      },
      {
        Component: RequireSession,
        HydrateFallback: Nothing,
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
                    path: "/dashboard/jobs/:id/*",
                    lazy: async () => ({ Component: (await import("./JobWithFiles")).JobWithFiles }),
                  },
                  {
                    path: "/dashboard/workers",
                    lazy: async () => ({ Component: (await import("../features/workers")).WorkersPage }),
                  },
                  {
                    path: "/dashboard/compare",
                    lazy: async () => ({ Component: (await import("../features/compare")).ComparePage }),
                  },
                  {
                    path: "/dashboard/jobs/new",
                    lazy: async () => ({ Component: (await import("../features/submit")).SubmitPage }),
                  },
                  {
                    path: "/profile",
                    lazy: async () => ({ Component: (await import("../features/profile")).ProfilePage }),
                  },
                  {
                    Component: AdminOnly,
                    children: [
                      {
                        path: "/admin",
                        lazy: async () => ({ Component: (await import("../features/admin")).AdminPage }),
                      },
                    ],
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

function Nothing() {
  return null;
}
