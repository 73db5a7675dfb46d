import boundaries from "eslint-plugin-boundaries";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const of = (...types) => ({ element: { type: types } });

// Imports go one way: app -> features -> ui -> api. Features know nothing of each other.
export default tseslint.config({ ignores: ["dist", "src/api/schema.ts"] }, ...tseslint.configs.strict, {
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
        policies: [
          { from: of("app"), allow: { to: of("app", "feature", "ui", "api") } },
          { from: of("feature"), allow: { to: of("ui", "api", "testing") } },
          {
            from: of("feature"),
            allow: { to: { element: { type: "feature", captured: { name: "{{from.element.captured.name}}" } } } },
          },
          { from: of("ui"), allow: { to: of("ui", "api", "testing") } },
          { from: of("api"), allow: { to: of("api", "testing") } },
          { from: of("testing"), allow: { to: of("testing", "ui", "api") } },
        ],
      },
    ],
  },
});
