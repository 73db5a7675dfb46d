import { expect, test } from "vitest";
import { renderAt } from "../testing/render";
import { plain, spans } from "./ansi";
import { LogText } from "./LogText";

test("colours become spans, and end where the line says", () => {
  expect(spans("\u001b[1;31mred\u001b[0m and plain")).toEqual([
    { text: "red", color: 1, bold: true, dim: false },
    { text: " and plain", color: null, bold: false, dim: false },
  ]);
});

test("the arguments of 256 and true colours are no codes of their own", () => {
  expect(spans("\u001b[38;5;31mtext\u001b[38;2;1;31;3m more")).toEqual([
    { text: "text", color: null, bold: false, dim: false },
    { text: " more", color: null, bold: false, dim: false },
  ]);
});

test("what a terminal would obey is left out or made visible, never obeyed", () => {
  expect(spans("\u001b[2J\u001b]0;title\u0007a\u0007b\u202ec").map((span) => span.text)).toEqual(["a\\x07b\\u202ec"]);
  expect(spans("lone \u001b").map((span) => span.text)).toEqual(["lone \\x1b"]);
  expect(plain("\u001b[32mgreen\u001b[0m")).toBe("green");
});

test("markup in a line is text", () => {
  const { container, getByText } = renderAt(
    "/",
    <LogText text={'<img src=x onerror="alert(1)"> \u001b[32m<b>ok</b>'} />,
  );

  expect(container.querySelector("img, b")).toBeNull();
  expect(getByText("<b>ok</b>")).toBeTruthy();
});
