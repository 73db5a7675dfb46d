import boundaries from "eslint-plugin-boundaries";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

// Imports go one way: app -> features -> ui -> api. Features know nothing of each other.
export default tseslint.config(
  { ignores: ["dist", "src/api/schema.ts"] },
  ...tseslint.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { boundaries, "react-hooks": hooks },
    settings: {
      "import/resolver": { node: { extensions: [".ts", ".tsx"] } },
      "boundaries/elements": [
        { type: "app", pattern: "src/app" },
        { type: "feature", pattern: "src/features/*", capture: ["name"] },
        { type: "ui", pattern: "src/ui" },
        { type: "api", pattern: "src/api" },
        { type: "testing", pattern: "src/testing" },
      ],
    },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Names and logs come from users: show them as text.",
        },
      ],
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          rules: [
            { from: { type: "app" }, allow: { to: { type: ["app", "feature", "ui", "api"] } } },
            { from: { type: "feature" }, allow: { to: { type: ["ui", "api", "testing"] } } },
            { from: { type: "feature" }, allow: { to: { type: "feature", captured: { name: "{{from.captured.name}}" } } } },
            { from: { type: "ui" }, allow: { to: { type: ["ui", "api", "testing"] } } },
            { from: { type: "api" }, allow: { to: { type: ["api", "testing"] } } },
            { from: { type: "testing" }, allow: { to: { type: ["testing", "ui", "api"] } } },
          ],
        },
      ],
    },
  },
);
