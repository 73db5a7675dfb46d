import { NativeSelect, NumberInput, Text } from "@mantine/core";
import type { StrategyEntry, StrategyParameter } from "../../api/types";
import { useStrategies } from "./api";
import { EMPTY } from "./form";
import type { PartProps } from "./parts";

// With the bytes of float32 weights that travel.
const ENCODINGS = [
  { value: "", label: "as they are" },
  { value: "adaquant", label: "adaquant: the smallest within 2 % of error, tensor by tensor" },
  { value: "float16", label: "float16: 50 % of the bytes" },
  { value: "bfloat16", label: "bfloat16: 50 %" },
  { value: "blockwise8", label: "blockwise8: 25 %" },
  { value: "normfloat4", label: "normfloat4: 14 %" },
  { value: "float4", label: "float4: 14 %" },
];

/** How the weights travel between server and workers. */
export function EncodingPart({ form, onChange }: PartProps) {
  return (
    <NativeSelect
      label="Transfer of weights"
      description="In fewer bits, there and back, for slow networks"
      data={ENCODINGS}
      value={form.quantization}
      onChange={(event) => onChange({ quantization: event.currentTarget.value })}
    />
  );
}

/** How updates become one model, with the arguments of the chosen way. */
export function StrategyPart({ form, onChange }: PartProps) {
  const strategies = useStrategies().data ?? [];
  const chosen = strategies.find((strategy) => strategy.name === form.strategy);
  return (
    <>
      <NativeSelect
        label="Strategy"
        description="How updates become one model"
        data={strategies.length > 0 ? strategies.map(option) : [{ value: EMPTY.strategy, label: "FedAvg" }]}
        value={form.strategy}
        onChange={(event) => onChange({ strategy: event.currentTarget.value, strategyArgs: {} })}
      />
      {chosen?.parameters.map((parameter) => (
        <NumberInput
          key={parameter.name}
          label={parameter.name}
          description={parameter.help}
          {...bounds(parameter)}
          allowDecimal={parameter.type === "number"}
          hideControls
          value={form.strategyArgs[parameter.name] ?? parameter.defaultValue}
          onChange={(value) => {
            if (value !== "" && Number.isFinite(Number(value))) {
              onChange({ strategyArgs: { ...form.strategyArgs, [parameter.name]: Number(value) } });
            }
          }}
        />
      ))}
      {chosen && chosen.name !== EMPTY.strategy ? (
        <Text size="xs" c="dimmed">
          {chosen.paper}
        </Text>
      ) : null}
    </>
  );
}

function option(strategy: StrategyEntry) {
  return { value: strategy.name, label: `${strategy.title}: ${strategy.summary}` };
}

// The server checks the bounds that a field cannot express.
function bounds(parameter: StrategyParameter) {
  const least = parameter.minimum ?? parameter.exclusiveMinimum;
  const most = parameter.maximum ?? parameter.exclusiveMaximum;
  return { ...(least == null ? {} : { min: least }), ...(most == null ? {} : { max: most }) };
}
