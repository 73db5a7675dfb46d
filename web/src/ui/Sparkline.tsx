interface Props {
  readonly values: readonly number[];
  readonly label: string;
}

const WIDTH = 96;
const HEIGHT = 24;

/** A small curve without axes: the way a metric takes. */
export function Sparkline({ values, label }: Props) {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return <span aria-hidden style={{ width: WIDTH, flex: "none" }} />;
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  const points = finite.map((value, at) => {
    const x = 2 + (at / (finite.length - 1)) * (WIDTH - 4);
    const y = HEIGHT - 3 - ((value - low) / span) * (HEIGHT - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const [endX, endY] = (points[points.length - 1] ?? "0,0").split(",");
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label} style={{ display: "block" }}>
      <polyline points={points.join(" ")} fill="none" stroke="var(--r-series-0)" strokeWidth="1.5" />
      <circle cx={endX} cy={endY} r="2.2" fill="var(--r-series-0)" />
    </svg>
  );
}
