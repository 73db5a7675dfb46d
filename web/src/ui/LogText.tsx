import { spans } from "./ansi";
import styles from "./LogText.module.css";

/** The text of a log line with its colours; what a terminal would obey is shown instead. */
export function LogText({ text }: { readonly text: string }) {
  return (
    <>
      {spans(text).map((span, at) => {
        const classes = [
          span.color === null ? null : styles[`c${span.color}`],
          span.bold ? styles["bold"] : null,
          span.dim ? styles["dim"] : null,
        ].filter(Boolean);
        return classes.length > 0 ? (
          <span key={at} className={classes.join(" ")}>
            {span.text}
          </span>
        ) : (
          span.text
        );
      })}
    </>
  );
}
