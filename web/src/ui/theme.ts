import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

// Slate with a little blue, so that pages are calm and the states' colours are what one sees.
const slate: MantineColorsTuple = [
  "#f6f8fa",
  "#eceff3",
  "#dde2e8",
  "#c6cdd6",
  "#98a2b0",
  "#6b7685",
  "#525c6a",
  "#3d4653",
  "#272e38",
  "#171c24",
];

const night: MantineColorsTuple = [
  "#d5dbe3",
  "#aab4c1",
  "#8c97a6",
  "#5a6573",
  "#3a4350",
  "#2b333e",
  "#1f262f",
  "#161b22",
  "#10141a",
  "#0b0e13",
];

/** One typeface, one scale of spacing (4, 8, 12, 16, 24, 32), one of type (12, 13, 14, 16, 20). */
export const theme = createTheme({
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  colors: { slate, gray: slate, dark: night },
  primaryColor: "indigo",
  primaryShade: 7,
  defaultRadius: "md",
  cursorType: "pointer",
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "1.3" },
      h2: { fontSize: "16px", lineHeight: "1.35" },
      h3: { fontSize: "14px", lineHeight: "1.4" },
    },
  },
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 200, withinPortal: true } },
  },
});

/** Colours that Mantine's defaults leave too pale for text of WCAG AA. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f6f8fa",
    "--mantine-color-text": "#1b222c",
    "--mantine-color-dimmed": "#56606d",
    "--mantine-color-placeholder": "#68727f",
    "--mantine-color-anchor": "#364fc7",
    "--mantine-color-error": "#b42318",
  },
  dark: {
    "--mantine-color-body": "#10141a",
    "--mantine-color-text": "#dde3ea",
    "--mantine-color-dimmed": "#9aa5b3",
    "--mantine-color-placeholder": "#8793a1",
    "--mantine-color-anchor": "#91a7ff",
    "--mantine-color-error": "#ff8f85",
  },
});
